internal import Models

/// The files of `--out DIR`.
public struct ReportFiles: Sendable {
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
      + Outputs.CSV.allCases.filter { wanted.contains($0) && isOfUse($0) }.map {
        (name: "\($0.rawValue).csv", contents: tables.text($0))
      }
  }

  /// There are objects only where there is a delivery stream.
  private func isOfUse(_ file: Outputs.CSV) -> Bool {
    file != .firehoseObjects || !report.main.experiment.firehoses.isEmpty
  }

  /// Writes every file into the directory, which is made if it is not there; each file appears whole or not at all.
  ///
  /// Files before one that could not be written are in place; it and those after it are as they were.
  public func write(to directory: String) throws(OutputFile.WriteError) {
    try OutputFile.write(all, into: directory)
  }
}
