internal import Experiment
public import Models
public import Planning
internal import Scenario

/// A baseline as `weir test --update` writes it: keys sorted, one figure a line, equal for equal cases.
public struct BaselineText: Sendable {
  /// The document, with a newline at its end.
  public let text: String

  /// The baseline of a case with the objectives `expected` to fail; only of the figures that are wanted. Throws where there are so
  /// many that it could not be read again.
  public init(
    _ found: GateCase, expected: [String], wanted: [MetricPattern]
  ) throws(OutputFile.WriteError) {
    let figures = Self.estimates(found, wanted).map { estimate, values in
      (estimate.path, Self.line(estimate, values))
    }
    let members: [(String, String)] = [
      ("expects", JSONValue.object(Dictionary(expected.map { ($0, "fail") }) { one, _ in one }).line),
      ("figures", Self.block(figures)), ("fingerprint", JSONValue.string(found.fingerprint).line),
      ("level", JSONValue.number(GateComparison.level).line), ("scenario", JSONValue.string(found.name).line),
      ("schema", JSONValue.string(Baseline.schema).line), ("seed", JSONValue.count(found.seed).line),
      ("trajectory_hashes", JSONValue.array(found.samples.map { .hash($0.trajectoryHash) }).line),
      ("version", JSONValue.string(Version.current).line),
    ]
    let bare = Self.document(members)
    guard let body = Baseline.body(of: bare) else {
      throw OutputFile.WriteError(
        path: found.baselineFile,
        reason: "figures times runs are too many for a baseline; --metrics takes fewer figures")
    }
    let checksum = JSONValue.string(Fingerprint.digest(of: body)).line
    text = Self.document([("checksum", checksum)] + members)
  }

  private static func document(_ members: [(String, String)]) -> String {
    "{\n" + members.map { "  \(JSONValue.string($0.0).line): \($0.1)" }.joined(separator: ",\n") + "\n}\n"
  }

  /// Each figure that was measured in any replication, in the byte order of its path.
  private static func estimates(_ found: GateCase, _ wanted: [MetricPattern]) -> [(FigureEstimate, [Double?])] {
    let all = found.figures.enumerated().compactMap { position, figure -> (FigureEstimate, [Double?])? in
      let values = found.samples.map { $0.values[position] }, measured = values.compactMap(\.self)
      guard wanted.takes(figure.path), !measured.isEmpty else { return nil }
      return (FigureEstimate(figure, values: measured, level: GateComparison.level), values)
    }
    return all.sorted { $0.0.path.utf8.lexicographicallyPrecedes($1.0.path.utf8) }
  }

  private static func line(_ estimate: FigureEstimate, _ values: [Double?]) -> String {
    var members: [String: JSONValue] = [
      "half_width": .optional(estimate.halfWidth), "mean": .number(estimate.mean),
      "values": .array(values.map { .optional($0) }),
    ]
    members["withheld"] = estimate.withheld.map { .string($0.rawValue) }
    return JSONValue.object(members).line
  }

  private static func block(_ members: [(String, String)]) -> String {
    guard !members.isEmpty else { return "{}" }
    return "{\n" + members.map { "    \(JSONValue.string($0.0).line): \($0.1)" }.joined(separator: ",\n") + "\n  }"
  }
}

/// Baselines on their way to the disk.
public enum BaselineFiles {
  /// Writes a baseline where the case wants it, and the directories above it; the file appears whole or not at all.
  public static func write(_ baseline: BaselineText, of found: GateCase) throws(OutputFile.WriteError) {
    if let slash = found.baselineFile.lastIndex(of: "/") {
      try OutputFile.makeDirectory(String(found.baselineFile[..<slash]))
    }
    try OutputFile.write(baseline.text, to: found.baselineFile)
  }
}
