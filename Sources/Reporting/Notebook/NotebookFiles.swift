internal import Foundation
internal import Models

/// What `weir export` writes: a notebook and the files it reads, in a directory of their own.
///
/// Cells for what a run lacks (delivery streams, refusals, objectives, a bill) are not there. The notebook is not executed.
public struct NotebookFiles: Sendable {
  /// A directory that is not what `weir run --out` writes.
  public struct NoRun: Error, Sendable, CustomStringConvertible {
    /// Whether there is no run.json, or one that cannot be read.
    public enum Kind: Sendable, Hashable {
      case missing, unreadable
    }
    /// The run.json looked for.
    public let path: String
    /// What was wrong.
    public let kind: Kind
    /// Both, with a remedy.
    public var description: String {
      let found = kind == .missing ? "no such file" : "not a run.json of weir.run/v1"
      return "\(path): \(found); expected a scenario file, or a directory that `weir run FILE --out DIR` wrote"
    }
  }

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
    let json = RunJSON(report).text
    guard let facts = RunFacts(json: json) else { preconditionFailure("run.json is not what it says it is") }
    self.init(
      facts, json: json, csv: csv, description: report.main.experiment.description, command: report.command ?? "")
  }

  /// The files of a run that `weir run --out` wrote. `command` is the line that makes this notebook.
  public init(directory: String, command: String) throws(NoRun) {
    let file = { (name: String) in directory.hasSuffix("/") ? directory + name : "\(directory)/\(name)" }
    let read = { (name: String) in try? String(contentsOfFile: file(name), encoding: .utf8) }
    guard let json = read("run.json") else { throw NoRun(path: file("run.json"), kind: .missing) }
    guard let facts = RunFacts(json: json) else { throw NoRun(path: file("run.json"), kind: .unreadable) }
    let csv = Self.read.map { "\($0.rawValue).csv" }.compactMap { name in
      read(name).map { (name: name, contents: $0) }
    }
    self.init(facts, json: json, csv: csv, description: "", command: command)
  }

  private init(
    _ facts: RunFacts, json: String, csv: [(name: String, contents: String)], description: String, command: String
  ) {
    scenario = facts.scenario
    let names = Set(csv.map(\.name))
    missing = Self.read.map { "\($0.rawValue).csv" }.filter { name in
      !names.contains(name) && (name != "firehose_objects.csv" || !facts.firehoses.isEmpty)
    }
    // A header alone shows nothing.
    let filled = Set(csv.filter { $0.contents.split(separator: "\n", maxSplits: 1).count > 1 }.map(\.name))
    let notebook = NotebookStory(facts, files: filled, description: description, command: command).notebook
    all =
      [
        (name: "\(facts.scenario).ipynb", contents: notebook.text),
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
  /// Returns where the notebook is. Files before one that could not be written are in place.
  public func write(under parent: String) throws(OutputFile.WriteError) -> String {
    let directory = parent.hasSuffix("/") ? parent + scenario : "\(parent)/\(scenario)"
    try OutputFile.write(all, into: directory)
    return "\(directory)/\(scenario).ipynb"
  }
}
