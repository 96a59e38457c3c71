internal import ArgumentParser
internal import Reporting
internal import Simulation

/// Not among the verbs that are listed: it says nothing of anybody's stream, only whether weir's intervals keep their word.
struct CoverageVerb: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "coverage",
    abstract: "Measures how often weir's intervals hold a truth that is known, on a single-server queue at 80 %.",
    discussion: """
      Three ways to treat the beginning of a run that starts with a backlog: cut by MSER-5 on the path averaged over the
      replications (weir's way), by MSER-5 on each run, and not at all. docs/statistics.md has what came out.

      EXAMPLE
        weir coverage --intervals 40 --customers 4000
      """,
    shouldDisplay: false)

  @Option(help: "Intervals made.") var intervals = 2_000
  @Option(help: "Replications behind each interval.") var replications = 10
  @Option(help: "Customers of each replication.") var customers = 16_000
  @Option(help: "The seed.") var seed: UInt64 = 1
  @OptionGroup var output: TextOrJSONOption

  func validate() throws {
    try Usage.check([
      ((1...1_000_000).contains(intervals), "--intervals takes 1 to 1000000."),
      ((2...1_000).contains(replications), "--replications takes 2 to 1000."),
      ((100...1_000_000).contains(customers), "--customers takes 100 to 1000000."),
    ])
  }

  func run() throws {
    let experiment = CoverageExperiment(
      intervals: intervals, replications: replications, customers: customers, seed: seed)
    let figures = CoverageDocument(experiment, experiment.run())
    try output.print(figures)
  }
}
