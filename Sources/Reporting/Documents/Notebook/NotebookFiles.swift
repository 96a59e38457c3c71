internal import Experiment
internal import Models
public import Scenario

/// What `weir export` writes: a notebook and the files it reads, in a directory of their own.
///
/// Cells for what a run lacks (delivery streams, refusals, objectives, a bill) are not there. The notebook is not executed.
public struct NotebookFiles: Sendable {
  /// The scenario's name: that of the directory.
  public let scenario: String
  /// Names and contents in a fixed order, the notebook first.
  public let all: [(name: String, contents: String)]
  /// CSV files that were not there, so that what they show is not in the notebook.
  public let missing: [String]

  /// The CSV files a notebook reads, in the order of `Outputs.CSV`.
  static let read: [Outputs.CSV] = [
    .shards, .cost, .slo, .firehoseObjects, .events, .shardMinutes, .latencies, .whatIf, .whatIfLines,
  ]

  /// The files of a run that was just simulated, whatever its scenario's `outputs` say.
  public init(_ report: Report) {
    let tables = RunCSV(report)
    let hasFirehoses = !report.main.experiment.firehoses.isEmpty
    let csv = Self.read.filter { $0 != .firehoseObjects || hasFirehoses }.map {
      (name: "\($0.rawValue).csv", contents: tables.text($0))
    }
    let json = report.json
    guard let facts = RunFacts(json: json) else { preconditionFailure("run.json is not what it says it is") }
    self.init(
      facts, json: json, csv: csv, description: report.main.experiment.description, command: report.command,
      scenario: report.command?.operands.first)
  }

  /// The files of a run that `weir run --out` wrote. `command` is the line that makes this notebook.
  public init(_ folder: RunFolder, command: ShellLine) {
    let csv = Self.read.map { "\($0.rawValue).csv" }.compactMap { name in
      folder.text(name).map { (name: name, contents: $0) }
    }
    self.init(
      folder.facts, json: folder.json, csv: csv, description: "", command: command, scenario: folder.scenario)
  }

  private init(
    _ facts: RunFacts, json: String, csv: [(name: String, contents: String)], description: String, command: ShellLine?,
    scenario file: String?
  ) {
    scenario = facts.scenario
    let names = Set(csv.map(\.name))
    missing = Self.read.map { "\($0.rawValue).csv" }.filter { name in
      !names.contains(name) && (name != "firehose_objects.csv" || !facts.firehoses.isEmpty)
    }
    // A header alone shows nothing.
    let filled = Set(csv.filter { $0.contents.split(separator: "\n", maxSplits: 1).count > 1 }.map(\.name))
    let story = NotebookStory(
      facts: facts, files: filled, description: description, command: command, scenario: file ?? "SCENARIO.yaml")
    all =
      [
        (name: "\(facts.scenario).ipynb", contents: story.notebook.text),
        (name: "requirements.txt", contents: Self.requirements), (name: "run.json", contents: json),
      ] + csv
  }

  /// What the notebook is written for, and tried with.
  static let requirements = """
    altair==6.0.0
    ipykernel==6.31.0
    nbconvert==7.16.6
    pandas==2.3.3
    vl-convert-python==1.8.0

    """

  /// Writes every file into `parent`/`scenario`, which is made if it is not there; each file appears whole or not at all.
  ///
  /// Returns where the notebook is. CSV files of an earlier notebook that this one does not read are removed; files before one
  /// that could not be written are in place.
  public func write(under parent: String) throws(OutputFile.WriteError) -> String {
    let directory = parent.hasSuffix("/") ? parent + scenario : "\(parent)/\(scenario)"
    let known = Self.read.map { "\($0.rawValue).csv" }
    try StaleFiles.remove(known, but: all.map(\.name), from: directory, mark: "\(scenario).ipynb")
    try OutputFile.write(all, into: directory)
    return "\(directory)/\(scenario).ipynb"
  }
}
