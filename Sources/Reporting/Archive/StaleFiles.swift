internal import Experiment
internal import Foundation

/// What verbs leave in a directory: what lies there is of one command, whichever verb wrote there before.
///
/// A verb's files are removed only where the document that it always writes says that they are weir's. What somebody else put
/// there stays, and so do a scenario that `weir trace` made, which a run may read, and the journal of a sweep, which holds work.
enum StaleFiles {
  /// What a verb leaves. Its mark goes last, so that a removal that was broken off goes on.
  private struct Leavings {
    let files: [String], verb: String

    /// Files of the verb's own, and its document in every format.
    init(_ verb: String, _ own: [String], formats: [String] = ["md", "html", "csv"]) {
      (files, self.verb) = (own + formats.map { "\(verb).\($0)" }, verb)
    }

    var mark: String { "\(verb).json" }
    var schema: String { "weir.\(verb)/v1" }
  }

  private static let verbs = [
    Leavings(
      "run", ["report.md", ReportFiles.page, Manifest.name] + Outputs.CSV.allCases.map { "\($0.rawValue).csv" },
      formats: []),
    Leavings("compare", ["compare_replications.csv"]), Leavings("plan", []), Leavings("sweep", []),
  ]

  /// Removes from a directory what a verb left there, with its pictures, but `written`, which is about to be written.
  static func remove(from directory: String, but written: [String]) throws(OutputFile.WriteError) {
    let found = verbs.filter { isMarked($0, in: directory) }
    guard !found.isEmpty else { return }
    let stale = pictures(in: directory) + found.flatMap { $0.files + [$0.mark] }.filter { !written.contains($0) }
    try OutputFile.remove(stale.map { OutputFile.path(of: $0, in: directory) })
  }

  /// Removes `known` but `written` where `mark`, a file, is there.
  static func remove(
    _ known: [String], but written: [String], from directory: String, mark: String
  ) throws(OutputFile.WriteError) {
    guard FileManager.default.fileExists(atPath: OutputFile.path(of: mark, in: directory)) else { return }
    try OutputFile.remove(known.filter { !written.contains($0) }.map { OutputFile.path(of: $0, in: directory) })
  }

  /// Whether the document of that verb is there, and is weir's.
  private static func isMarked(_ verb: Leavings, in directory: String) -> Bool {
    let path = OutputFile.path(of: verb.mark, in: directory)
    guard let text = try? Data(contentsOf: URL(filePath: path), options: .mappedIfSafe) else { return false }
    return text.range(of: Data("\"\(verb.schema)\"".utf8)) != nil
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
