internal import ArgumentParser
internal import Foundation
internal import Models
internal import Reporting
internal import Scenario
internal import Simulation

struct ExportVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Writes a Jupyter notebook of a run, beside the CSV files it reads.",
    discussion: """
      RUN is a scenario, which is simulated first, or a directory that `weir run --out` wrote.

      EXAMPLE
        weir export scenarios/hot-key.yaml --out out/notebooks

      The notebook shows the objectives, refusals by shard and minute, demand against the limit, latencies, the bill, \
      delivered objects, and what other shards and modes would cost. Nothing in it needs a network.
      """)

  @Argument(help: ArgumentHelp("A scenario, or a directory that `weir run --out` wrote.", valueName: "run"))
  var subject: String
  @Option(help: ArgumentHelp("The directory in which one named after the scenario is made.", valueName: "dir"))
  var out = "notebooks-export"
  @Option(help: "The seed, instead of the scenario's.") var seed: UInt64?
  @Option(
    name: .customLong("set"),
    help: ArgumentHelp("Overrides a value, such as streams.clicks.shards=16.", valueName: "path=value"))
  var settings: [Setting] = []

  func run() async throws {
    let files = isDirectory ? try written() : try await simulated()
    for name in files.missing {
      Log.line("weir: \(subject) has no \(name): the notebook leaves out what it shows; name it in outputs.csv")
    }
    try Output.write("Notebook: \(try place(files))")
    if Interrupt.isRaised { throw ExitStatus.interrupted }
  }
}

extension ExportVerb {
  private var isDirectory: Bool {
    let place = URL(filePath: subject).resolvingSymlinksInPath()
    return (try? place.resourceValues(forKeys: [.isDirectoryKey]))?.isDirectory ?? false
  }

  /// Writes the files and returns where the notebook is.
  private func place(_ files: NotebookFiles) throws -> String {
    return try Log.reporting { () throws(OutputFile.WriteError) in try files.write(under: out) }
  }

  /// The files of a directory. Nothing is simulated, so nothing can be set.
  private func written() throws -> NotebookFiles {
    guard seed == nil, settings.isEmpty else {
      throw ValidationError("--seed and --set are for scenarios; \(subject) is a run that is over.")
    }
    do throws(NotebookFiles.NoRun) {
      return try NotebookFiles(directory: subject, command: command)
    } catch {
      Log.line("weir: \(error)")
      throw error.kind == .missing ? ExitStatus.inputMissing : ExitStatus.badScenario
    }
  }

  private func simulated() async throws -> NotebookFiles {
    let loaded = try ScenarioInput.load(subject, settings: settings, seed: seed)
    let report = await SimulatedReport.of(
      PreparedExperiment(loaded.experiment), loaded, replications: 1, workers: 1, command: command)
    return NotebookFiles(report)
  }

  /// The command line that gives the same notebook; where it is written does not matter.
  private var command: String {
    let options = (seed.map { ["--seed \($0)"] } ?? []) + settings.map { "--set \($0.path)=\($0.value)" }
    return (["weir export", subject] + options).joined(separator: " ")
  }
}
