internal import ArgumentParser
internal import Models
internal import Reporting
internal import Scenario

struct RunScenario: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Simulates a scenario and reports what happened.",
    discussion: """
      EXAMPLE
        weir run scenarios/flagship.yaml --out out
        weir run scenarios/flagship.yaml --set streams.clicks.shards=16
        weir run scenarios/hot-key.yaml --replications 10 --workers 2 --format json

      Ends with 10 when an SLO of severity fail was broken, with 130 and partial results after Ctrl-C.
      """)

  @Argument(help: "The scenario, YAML in the form weir/v1.") var file: String
  @Option(help: "The seed, instead of the scenario's.") var seed: UInt64?
  @Option(help: "Independent replications; more than one give confidence intervals.") var replications = 1
  @Option(help: "Replications run at once; results do not depend on it.") var workers = 1
  @Option(help: ArgumentHelp("Where report.md, run.json and the CSVs go.", valueName: "dir")) var out: String?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides a value, such as streams.clicks.shards=16.", valueName: "path=value"))
  var settings: [Setting] = []
  @Option(help: "What stdout gets: text, json or md.") var format = Format.text
  @Flag(help: "Runs it twice and stops at the first event that differs, instead of reporting.") var check = false

  func validate() throws {
    guard (1...10_000).contains(replications) else { throw ValidationError("--replications takes 1 to 10000.") }
    guard (1...256).contains(workers) else { throw ValidationError("--workers takes 1 to 256.") }
  }

  func run() async throws {
    let loaded = try ScenarioInput.load(file, settings: settings, seed: seed)
    let prepared = PreparedExperiment(loaded.experiment)
    if check { return try report(DrawCheck.run(prepared)) }
    let report = await SimulatedReport.of(
      prepared, loaded, replications: replications, workers: workers, command: command)
    switch format {
    case .text: try Output.write(Summary(report).text)
    case .json: try Output.write(RunJSON(report).text)
    case .md: try Output.write(RunMarkdown(report).text)
    }
    try write(report)
    if !report.isComplete { throw ExitStatus.interrupted }
    if !report.isPassing { throw ExitStatus.objectiveFailed }
  }

  /// The command line that gives the same result; workers and places do not matter, so they are left out.
  private var command: String {
    let options = [
      seed.map { "--seed \($0)" }, replications > 1 ? "--replications \(replications)" : nil,
    ].compactMap { $0 }
    return (["weir run", file] + options + settings.map { "--set \($0.path)=\($0.value)" }).joined(separator: " ")
  }

  private func write(_ report: Report) throws {
    guard let out else { return }
    try Log.reporting { () throws(OutputFile.WriteError) in try ReportFiles(report).write(to: out) }
    if format == .text { try Output.write("Report: \(out.hasSuffix("/") ? out : out + "/")report.md") }
  }

  private func report(_ outcome: DrawCheck.Outcome) throws {
    switch outcome {
    case .equal(let events): try Output.write("equal: \(events) events twice")
    case .equalSoFar(let events): try Output.write("equal as far as recorded: the first \(events) events twice")
    case .diverged(let divergence):
      try Output.write(
        "diverged at event \(divergence.event)\n  first run:  \(divergence.first)\n  second run: \(divergence.second)")
      throw ExitStatus.failure
    }
  }
}
