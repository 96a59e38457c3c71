internal import Experiment
public import Models
internal import Scenario

/// Chooses figures by their paths.
public enum FigureSelection {
  /// Paths that lead to no figure; a line for each.
  public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, with a remedy where there is one; never empty.
    public let flaws: [String]
    /// A line for each flaw.
    public var description: String { flaws.joined(separator: "\n") }
  }

  /// The figures of `wanted` in that order, each once.
  ///
  /// `catalogues` are the figures of one or more designs; only what all of them have can be chosen. With nothing wanted,
  /// what `audience` is told unasked, in the order of the first catalogue. Throws every path that leads nowhere, at once.
  public static func choose(
    _ wanted: [MetricPattern], among catalogues: [[Figure]], for audience: Figure.Audience
  ) throws(Failure) -> [Figure] {
    let others = catalogues.dropFirst().map { Set($0) }
    let shared = (catalogues.first ?? []).filter { figure in others.allSatisfy { $0.contains(figure) } }
    guard !wanted.isEmpty else { return shared.filter { $0.isTold(in: audience) } }
    let flaws = wanted.compactMap { flaw($0, shared: shared, anywhere: catalogues) }
    guard flaws.isEmpty else { throw Failure(flaws: flaws) }
    var seen: Set<Figure> = []
    return wanted.flatMap { pattern in shared.filter { pattern.covers($0.path) } }.filter { seen.insert($0).inserted }
  }

  private static func flaw(_ wanted: MetricPattern, shared: [Figure], anywhere: [[Figure]]) -> String? {
    guard !shared.contains(where: { wanted.covers($0.path) }) else { return nil }
    if anywhere.contains(where: { $0.contains { wanted.covers($0.path) } }) {
      return "--metrics \(wanted): not every variant has this figure; it cannot be compared"
    }
    let near = Nearest.remedy(wanted.text, among: shared.map(\.path))
    let examples = shared.filter { $0.isTold(in: .comparison) }.prefix(3).map(\.path).joined(separator: ", ")
    return
      "--metrics \(wanted): there is no such figure; \(near ?? "figures are those of run.json, such as \(examples)")"
  }
}
