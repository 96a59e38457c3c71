internal import Experiment
internal import Models

/// The files of `weir run --out DIR`.
public struct ReportFiles: Sendable {
  private let report: Report

  /// The files of a report.
  public init(_ report: Report) { self.report = report }

  /// Names and contents in a fixed order: report.md, run.json, then the CSV files that the scenario asks for.
  public var all: [(name: String, contents: String)] {
    let wanted = report.main.experiment.outputs.csv
    let tables = RunCSV(report)
    return [
      (name: "report.md", contents: report.markdown), (name: "run.json", contents: report.json),
    ]
      + Outputs.CSV.allCases.filter { wanted.contains($0) && isOfUse($0) }.map {
        (name: "\($0.rawValue).csv", contents: tables.text($0))
      }
  }

  /// There are objects only where there is a delivery stream.
  private func isOfUse(_ file: Outputs.CSV) -> Bool {
    file != .firehoseObjects || !report.main.experiment.firehoses.isEmpty
  }

  /// Writes every file into the directory, which is made if it is not there, and the manifest last: each file appears whole
  /// or not at all, and a manifest says that those before it are there.
  ///
  /// Files that an earlier run left and this one does not write are removed: what lies there is of one run. Files before one
  /// that could not be written are in place; it and those after it are as they were.
  public func write(to directory: String, manifest: Manifest) throws(OutputFile.WriteError) {
    let files = all, known = Outputs.CSV.allCases.map { "\($0.rawValue).csv" } + [Manifest.name]
    try OutputFile.makeDirectory(directory)
    try OutputFile.remove(known, but: files.map(\.name), from: directory, mark: "run.json")
    try OutputFile.write(files, into: directory)
    try OutputFile.write(manifest.text(in: directory), to: OutputFile.path(of: Manifest.name, in: directory))
  }
}
