internal import Experiment
internal import ArgumentParser
internal import Models
internal import Planning
internal import Reporting
internal import Scenario

struct RunScenario: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Simulates a scenario and reports what happened.",
    usage: "weir run [<options>] <file>",
    discussion: """
      EXAMPLE
        weir run scenarios/flagship.yaml --out out
        weir run scenarios/flagship.yaml --set streams.clicks.shards=16
        weir run scenarios/hot-key.yaml --replications 10 --workers 2 --format json

      Ends with 10 when an SLO of severity fail was broken, with 130 and partial results after Ctrl-C.
      """.flowing)

  @Argument(help: "The scenario, YAML in the form weir/v1.", completion: .file()) var file: String
  @OptionGroup var scenario: ScenarioOptions
  @Option(
    help:
      "Runs, each with other random traffic; from \(FigureEstimate.least) on their means come with a margin of error."
  )
  var replications = 1
  @OptionGroup var workers: WorkersOption
  @OptionGroup var output: OutputOptions
  @Flag(help: "Checks that two runs are the same, event by event, instead of reporting.") var check = false

  func validate() throws {
    try Usage.check([((1...10_000).contains(replications), "--replications takes 1 to 10000.")])
  }

  func run() async throws {
    let loaded = try LoadedScenario.read(file, settings: scenario.settings, seed: scenario.seed)
    let prepared = PreparedExperiment(loaded.experiment)
    if check { return try report(DrawCheck.run(prepared)) }
    try output.prepare()
    let report = await loaded.simulated(
      prepared, replications: replications, workers: workers.count, command: command)
    try output.stdout.print(report)
    let manifest = Manifest(report, of: loaded, settings: scenario.settings, command: command)
    let renderer = VegaRenderer()
    try output.store { (out) throws(OutputFile.WriteError) in
      let isDrawn = try ReportFiles(report).write(to: out, manifest: manifest, renderer: renderer)
      if !isDrawn, renderer == nil { VegaRenderer.tellMissing() }
    }
    try output.tell("Report", "report.md")
    try output.show(ReportFiles.page)
    if !report.isComplete { throw ExitStatus.interrupted }
    if !report.isPassing { throw ExitStatus.objectiveFailed }
  }

  /// The command line that gives the same result; workers and places do not matter, so they are left out.
  private var command: ShellLine {
    ShellLine("weir", "run", of: [file]).with("--seed", scenario.seed.map(String.init))
      .with("--replications", replications > 1 ? String(replications) : nil).with(scenario.settings)
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
