internal import Experiment
internal import Foundation
internal import Models

/// The files of `weir run --out DIR`.
public struct ReportFiles: Sendable {
  private let report: Report
  private let document: Document, pictures: PictureFiles

  /// The files of a report.
  public init(_ report: Report) {
    (self.report, document) = (report, report.document)
    pictures = PictureFiles(document)
  }

  /// Names and contents in a fixed order: report.md, run.json, then the CSV files that the scenario asks for, then what pictures
  /// show and those of them that need no renderer. report.md shows `drawn`; nil for those.
  public func all(drawn: Set<String>? = nil) -> [(name: String, contents: String)] {
    [markdown(showing: drawn ?? pictures.own)] + numbers + pictures.all
  }

  private func markdown(showing drawn: Set<String>) -> (name: String, contents: String) {
    (name: "report.md", contents: document.markdown(showing: drawn))
  }

  /// What programs read.
  private var numbers: [(name: String, contents: String)] {
    let wanted = report.main.experiment.outputs.csv
    let tables = RunCSV(report)
    return [(name: "run.json", contents: report.json)]
      + Outputs.CSV.allCases.filter { wanted.contains($0) && isOfUse($0) }.map {
        (name: "\($0.rawValue).csv", contents: tables.text($0))
      }
  }

  /// There are objects only where there is a delivery stream.
  private func isOfUse(_ file: Outputs.CSV) -> Bool {
    file != .firehoseObjects || !report.main.experiment.firehoses.isEmpty
  }

  /// Writes every file into the directory, which is made if it is not there, pictures first and the manifest last: each file appears
  /// whole or not at all, and a manifest says that those before it are there. Where there is no renderer, report.md has signs for
  /// the pictures that need one.
  ///
  /// Files that an earlier command left and this one does not write are removed: what lies there is of one run. Files before one
  /// that could not be written are in place; it and those after it are as they were. Returns whether all pictures were drawn.
  @discardableResult
  public func write(
    to directory: String, manifest: Manifest, renderer: (any Renderer)? = nil
  ) throws(OutputFile.WriteError) -> Bool {
    let numbers = numbers
    try OutputFile.makeDirectory(directory)
    try StaleFiles.remove(from: directory, but: numbers.map(\.name) + ["report.md", Self.page])
    let drawn = try pictures.write(to: directory, renderer)
    try OutputFile.write([markdown(showing: drawn)] + numbers, into: directory)
    let page = Data(document.page(script: renderer?.script).utf8)
    try OutputFile.write(bytes: page, to: OutputFile.path(of: Self.page, in: directory))
    try OutputFile.write(manifest.text(in: directory), to: OutputFile.path(of: Manifest.name, in: directory))
    return drawn.count == document.pictures.count
  }

  /// The page's name.
  public static let page = "report.html"
}
