internal import ArgumentParser
internal import Planning
internal import Reporting
internal import Scenario
internal import Simulation

/// Not among the verbs that are listed: it says nothing of anybody's stream, only whether weir's intervals keep their word.
struct CoverageVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract:
      "Checks weir's statistics: how often its intervals contain the right value, on a queue whose answer is known.",
    usage: "weir coverage [<options>]",
    discussion: """
      Nobody needs it to plan streams. The queue has one server, 80 % busy (M/M/1), and begins with a backlog; three ways to
      treat that start-up are compared: cut as weir does, cut run by run, and not at all. docs/statistics.md has what came out.

      With --holding it checks weir plan instead: how often a plan says that an objective is met that a known share of runs
      meets. With --burst it checks weir trace: how often the range that it tells contains the burst that was there.

      EXAMPLE
        weir coverage --intervals 40 --customers 4000
        weir coverage --holding --runs 100 --seeds 50
        weir coverage --burst 12 --minutes 3 --seeds 2
      """.flowing,
    shouldDisplay: false)

  @Option(help: "How many intervals to check.") var intervals = 2_000
  @Option(help: "Runs behind each interval.") var replications = 10
  @Option(help: "Arrivals in each run.") var customers = 16_000
  @Option(help: "The seed.", transform: Seed.read) var seed: UInt64 = 1
  @Flag(help: "Check weir plan: how often objectives are said to be met.") var holding = false
  @Option(help: "With --holding: runs to draw from.") var runs = 1_000
  @Option(help: "With --holding: tries; with --burst: streams.") var seeds = 200
  @Option(help: "Check weir trace: bursts of so many times their minute's mean.") var burst: Double?
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
