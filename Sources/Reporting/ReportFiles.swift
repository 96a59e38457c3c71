internal import FoundationEssentials
internal import Models

/// The files of `--out DIR`.
public struct ReportFiles: Sendable {
  /// A file that could not be written. Files before it in order are in place; it and those after it are as they were.
  public struct WriteError: Error, Sendable, CustomStringConvertible {
    /// The directory or file.
    public let path: String
    /// What the system said.
    public let reason: String
    /// Both, in a sentence.
    public var description: String { "cannot write \(path): \(reason)" }
  }

  private let report: Report

  /// The files of a report.
  public init(_ report: Report) { self.report = report }

  /// Names and contents in a fixed order: report.md, run.json, then the CSV files that the scenario asks for.
  public var all: [(name: String, contents: String)] {
    let wanted = report.main.experiment.outputs.csv
    let tables = RunCSV(report)
    return [
      (name: "report.md", contents: RunMarkdown(report).text), (name: "run.json", contents: RunJSON(report).text),
    ]
      + Outputs.CSV.allCases.filter(wanted.contains).map { (name: "\($0.rawValue).csv", contents: tables.text($0)) }
  }

  /// Writes every file into the directory, which is made if it is not there; each file appears whole or not at all.
  public func write(to directory: String) throws(WriteError) {
    try Self.perform(at: directory) {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
    for file in all {
      let path = directory.hasSuffix("/") ? directory + file.name : "\(directory)/\(file.name)"
      try Self.perform(at: path) {
        try Data(file.contents.utf8).write(to: URL(filePath: path), options: .atomic)
      }
    }
  }

  private static func perform(at path: String, _ action: () throws -> Void) throws(WriteError) {
    do { try action() } catch { throw WriteError(path: path, reason: "\(error)") }
  }
}
