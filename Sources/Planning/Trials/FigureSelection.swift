public import Models
internal import Scenario

/// A figure that was asked for.
public struct ChosenFigure: Sendable, Hashable {
  /// A dotted path such as `streams.clicks.put_throttle_rate`.
  public let path: String
  /// What kind of figure it is.
  public let kind: RunFigure.Kind

  /// A figure.
  public init(path: String, kind: RunFigure.Kind) { (self.path, self.kind) = (path, kind) }

  /// What a month of it costs; every run has it.
  public static let cost = ChosenFigure(path: "cost.total_usd", kind: .plain)
}

/// Chooses figures by their paths.
public enum FigureSelection {
  /// Paths that lead to no figure; a line for each.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with a remedy where there is one; never empty.
    public let flaws: [String]
    /// A line for each flaw.
    public var description: String { flaws.joined(separator: "\n") }
  }

  /// What is worth a look when designs are compared.
  public static let telling = [
    ".put_throttle_rate", "records.lost", ".put_latency_ms.p50", ".put_latency_ms.p99", ".propagation_ms.p50",
    ".propagation_ms.p99", ".iterator_age_ms.max", ".data_freshness_s.p50", ".data_freshness_s.p99", "cost.total_usd",
  ]

  /// What is worth a column when many designs stand in a table.
  public static let tabular = [
    ".put_throttle_rate", "records.lost", ".put_latency_ms.p99", ".propagation_ms.p99", ".iterator_age_ms.max",
    ".data_freshness_s.p99",
  ]

  /// The figures of `wanted` in that order, each once; a path that ends before a dot takes all figures under it.
  ///
  /// `catalogues` are the figures of one or more designs; only what all of them have can be chosen. With nothing wanted,
  /// those that end in one of `usual`, and every objective's value, in the order of the first catalogue. Throws every
  /// path that leads nowhere, at once.
  public static func choose(
    _ wanted: [String], among catalogues: [[RunFigure]], usual: [String]
  ) throws(Failure) -> [ChosenFigure] {
    let first = catalogues.first ?? []
    let others = catalogues.dropFirst().map { Set($0.map(\.path)) }
    let shared = first.filter { figure in others.allSatisfy { $0.contains(figure.path) } }
      .map { ChosenFigure(path: $0.path, kind: $0.kind) }
    guard !wanted.isEmpty else { return shared.filter { isUsual($0.path, usual) } }
    let flaws = wanted.compactMap { flaw($0, shared: shared, anywhere: catalogues) }
    guard flaws.isEmpty else { throw Failure(flaws: flaws) }
    var seen: Set<String> = []
    return wanted.flatMap { path in shared.filter { covers(path, $0.path) } }.filter { seen.insert($0.path).inserted }
  }

  private static func isUsual(_ path: String, _ usual: [String]) -> Bool {
    path.hasPrefix("slo.") || usual.contains { path.hasSuffix($0) }
  }

  private static func covers(_ wanted: String, _ path: String) -> Bool {
    path == wanted || path.hasPrefix(wanted + ".")
  }

  private static func flaw(_ wanted: String, shared: [ChosenFigure], anywhere: [[RunFigure]]) -> String? {
    guard !shared.contains(where: { covers(wanted, $0.path) }) else { return nil }
    if anywhere.contains(where: { $0.contains { covers(wanted, $0.path) } }) {
      return "--metrics \(wanted): not every variant has this figure; it cannot be compared"
    }
    let near = Nearest.remedy(wanted, among: shared.map(\.path))
    let examples = shared.filter { isUsual($0.path, telling) }.prefix(3).map(\.path).joined(separator: ", ")
    return
      "--metrics \(wanted): there is no such figure; \(near ?? "figures are those of run.json, such as \(examples)")"
  }
}
