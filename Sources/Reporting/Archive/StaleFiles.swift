internal import Experiment
internal import Foundation

/// What verbs leave in a directory: what lies there is of one command, whichever verb wrote there before.
///
/// A verb's files are removed only where the document that it always writes says that they are weir's. What somebody else put
/// there stays, and so do a scenario that `weir trace` made, which a run may read, and the journal of a sweep, which holds work.
enum StaleFiles {
  /// The files of a verb, of which the last is its mark: it goes last, so that a removal that was broken off goes on.
  private static let verbs: [[String]] =
    [
      ["report.md", ReportFiles.page, Manifest.name] + Outputs.CSV.allCases.map { "\($0.rawValue).csv" } + ["run.json"],
      ["compare_replications.csv"] + document("compare"),
    ] + ["plan", "sweep"].map(document)

  private static func document(_ name: String) -> [String] { ["md", "html", "csv", "json"].map { "\(name).\($0)" } }

  /// Removes from a directory what a verb left there, with its pictures, but `written`, which is about to be written.
  static func remove(from directory: String, but written: [String]) throws(OutputFile.WriteError) {
    let found = verbs.filter { isThere($0.last ?? "", in: directory) }
    guard !found.isEmpty else { return }
    let stale = pictures(in: directory) + found.joined().filter { !written.contains($0) }
    try OutputFile.remove(stale.map { OutputFile.path(of: $0, in: directory) })
  }

  /// Removes `known` but `written` where `mark`, a file, is there.
  static func remove(
    _ known: [String], but written: [String], from directory: String, mark: String
  ) throws(OutputFile.WriteError) {
    guard isThere(mark, in: directory) else { return }
    try OutputFile.remove(known.filter { !written.contains($0) }.map { OutputFile.path(of: $0, in: directory) })
  }

  private static func isThere(_ name: String, in directory: String) -> Bool {
    FileManager.default.fileExists(atPath: OutputFile.path(of: name, in: directory))
  }

  /// Pictures of whatever lies there.
  private static func pictures(in directory: String) -> [String] {
    let path = OutputFile.path(of: "charts", in: directory)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { name in [".svg", ".vl.json", ".csv"].contains { name.hasSuffix($0) } }.sorted()
      .map { "charts/\($0)" }
  }
}

extension TraceScenario {
  /// What may lie beside its scenario.yaml.
  private static let beside = ["traffic.csv", "shards.json", "keys.csv", "observed.csv"]

  /// Writes the files in place of what an earlier trace, or another verb, left in the directory, which is made if it is not there.
  public func replace(in directory: String) throws(OutputFile.WriteError) {
    let files = files, names = files.map(\.name)
    try OutputFile.makeDirectory(directory)
    try StaleFiles.remove(from: directory, but: names)
    let old = try? String(contentsOfFile: OutputFile.path(of: "scenario.yaml", in: directory), encoding: .utf8)
    if old?.contains("\n# Written by weir trace ") ?? false {
      try OutputFile.remove(
        Self.beside.filter { !names.contains($0) }.map { OutputFile.path(of: $0, in: directory) })
    }
    try OutputFile.write(files, into: directory)
  }
}
