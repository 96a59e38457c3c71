internal import Experiment
internal import ArgumentParser
internal import Models
internal import Reporting
internal import Scenario
internal import Simulation

struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a Jupyter notebook of a run, beside the CSV files it reads.",
    usage: "weir export [<options>] <file>",
    discussion: """
      RUN is a scenario, which is simulated first, or a directory that `weir run --out` wrote.

      EXAMPLE
        weir export scenarios/hot-key.yaml --out out/notebooks

      The notebook shows the objectives, throttling by shard and minute, demand against the limit, latencies, the bill, \
      delivered objects, and what other shards and modes would cost. Nothing in it needs a network.
      """.flowing)

  @Argument(
    help: ArgumentHelp("A scenario, or a directory that `weir run --out` wrote.", valueName: "run"), completion: .file()
  )
  var subject: String
  @Option(
    help: ArgumentHelp("The directory in which one named after the scenario is made.", valueName: "dir"),
    completion: .directory)
  var out = "notebooks-export"
  @OptionGroup var scenario: ScenarioOptions

  func run() async throws {
    let (files, part) = RunFolder.isDirectory(subject) ? (try written(), nil) : try await simulated()
    for name in files.missing {
      Log.line("weir: \(subject) has no \(name): the notebook leaves out what it shows; name it in outputs.csv")
    }
    try Output.write("Notebook: \(try place(files))")
    guard let part else { return }
    Log.line("INTERRUPTED: \(part) were simulated; the notebook shows that much")
    throw ExitStatus.interrupted
  }
}

extension ExportVerb {
  /// Writes the files and returns where the notebook is.
  private func place(_ files: NotebookFiles) throws -> String {
    try Log.reporting { () throws(OutputFile.WriteError) in
      try OutputFile.makeDirectory(out)
      return try files.write(under: out)
    }
  }

  /// The files of a directory. Nothing is simulated, so nothing can be set.
  private func written() throws -> NotebookFiles {
    guard scenario.isEmpty else {
      throw ValidationError("--seed, --set, --prices and --region are for scenarios; \(subject) is a run that is over.")
    }
    return NotebookFiles(
      try Log.refusing { () throws(RunFolder.Failure) in try RunFolder(path: subject) }, command: command)
  }

  /// The files of a run, and how much of it there is where it was interrupted.
  private func simulated() async throws -> (NotebookFiles, String?) {
    let loaded = try LoadedScenario.read(subject, settings: scenario.settings, seed: scenario.seed)
    try Log.reporting { () throws(OutputFile.WriteError) in try OutputFile.claim(out) }
    let report = await loaded.simulated(
      PreparedExperiment(loaded.experiment), replications: 1, workers: 1, command: command)
    let part = Interrupt.part(report.results[0].simulated, of: loaded.experiment.horizon)
    return (NotebookFiles(report), report.isComplete ? nil : part)
  }

  /// The command line that gives the same notebook; where it is written does not matter.
  private var command: ShellLine {
    ShellLine("weir", "export", of: [subject]).with("--seed", scenario.seed.map(String.init)).with(scenario.settings)
  }
}
