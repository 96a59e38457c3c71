internal import ArgumentParser
internal import Planning
internal import Reporting
internal import Scenario
internal import Simulation

/// Not among the verbs that are listed: it says nothing of anybody's stream, only whether weir's intervals keep their word.
struct CoverageVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract: "Measures how often weir's intervals hold a truth that is known, on a single-server queue at 80 %.",
    discussion: """
      Three ways to treat the beginning of a run that starts with a backlog: cut by MSER-5 on the path averaged over the
      replications (weir's way), by MSER-5 on each run, and not at all. docs/statistics.md has what came out.

      With --holding it measures plans instead: streams with rare bursts, limits that a known share of their runs meets, and
      how many seeds say that these hold. With --burst it measures weir trace: how often the range that it tells holds the
      burst that was there.

      EXAMPLE
        weir coverage --intervals 40 --customers 4000
        weir coverage --holding --runs 100 --seeds 50
        weir coverage --burst 12 --minutes 3 --seeds 2
      """.flowing,
    shouldDisplay: false)

  @Option(help: "Intervals made.") var intervals = 2_000
  @Option(help: "Replications behind each interval.") var replications = 10
  @Option(help: "Customers of each replication.") var customers = 16_000
  @Option(help: "The seed.") var seed: UInt64 = 1
  @Flag(help: "Measure plans: how often limits are said to hold.") var holding = false
  @Option(help: "With --holding: runs of each family.") var runs = 1_000
  @Option(help: "With --holding: seeds that draw from them; with --burst: streams.") var seeds = 200
  @Option(help: "Measure traces: a burst of so many times its minute's mean.") var burst: Double?
  @Option(help: "With --burst: minutes that CloudWatch counted.") var minutes = 6
  @OptionGroup var workers: WorkersOption
  @OptionGroup var output: TextOrJSONOption

  func validate() throws {
    try Usage.check([
      ((1...1_000_000).contains(intervals), "--intervals takes 1 to 1000000."),
      ((2...1_000).contains(replications), "--replications takes 2 to 1000."),
      ((100...1_000_000).contains(customers), "--customers takes 100 to 1000000."),
      ((2...1_000_000).contains(runs), "--runs takes 2 to 1000000."),
      ((1...1_000_000).contains(seeds), "--seeds takes 1 to 1000000."),
      ((1...60).contains(burst ?? 1), "--burst takes a factor from 1 to 60."),
      ((2...1_440).contains(minutes), "--minutes takes 2 to 1440."),
    ])
  }

  func run() async throws {
    guard !holding else { return try await measureHolding() }
    if let burst {
      let study = BurstStudy(factor: burst, minutes: minutes, seeds: seeds, seed: seed)
      return try output.print(BurstDocument(await study.run(workers: workers.count)))
    }
    let experiment = CoverageExperiment(
      intervals: intervals, replications: replications, customers: customers, seed: seed)
    let figures = CoverageDocument(experiment, experiment.run())
    try output.print(figures)
  }

  private func measureHolding() async throws {
    let study = HoldingStudy(runs: runs, seeds: seeds, seed: seed)
    try output.print(HoldingDocument(study, try await study.run(workers: workers.count)))
  }
}
