public import Scenario
internal import Simulation

/// The replications of a scenario held against its baseline.
public struct GateComparison: Sendable {
  /// The level of the intervals, and one minus the probability that a scenario fails by chance when nothing got worse.
  public static let level = 0.95
  /// Replications below which nothing is tested: few values that happen to be equal would look like certainty.
  public static let leastForTest = 5

  /// How they were compared.
  public let method: ComparisonMethod
  /// The tolerance, a share of the old mean; used where nothing can be tested.
  public let tolerance: Double
  /// What has become of each figure that is wanted, in the order of the catalogue.
  public let changes: [FigureChange]

  /// Compares `observations`, at least one, replications of one experiment in order, with their baseline.
  ///
  /// With the same seed both are compared, and paired, as far as both have replications. Figures are tested two-sided; Holm's
  /// adjustment over all of them keeps the chance of one false alarm below 1 − `level`.
  public init(
    _ baseline: Baseline, _ observations: [Observation], seed: UInt64, tolerance: Double, wanted: FigureFilter
  ) {
    let isEnough = min(baseline.replications, observations.count) >= Self.leastForTest
    let method: ComparisonMethod = isEnough ? (seed == baseline.seed ? .paired : .welch) : .tolerance
    let old = Dictionary(baseline.figures.map { ($0.path, $0.values) }) { first, _ in first }
    // Of the same seed only replications that both have are compared: they saw the same chance.
    let common = seed == baseline.seed ? min(baseline.replications, observations.count) : Int.max
    let verdicts = observations.first?.verdicts ?? []
    let trials = (observations.first?.values ?? []).indices.compactMap { position -> Question? in
      let path = observations[0].values[position].path
      guard wanted.takes(path) else { return nil }
      let direction = FigureDirection(path: path, verdicts: verdicts) ?? .neither
      let then = Array((old[path] ?? []).prefix(common))
      let now = observations.prefix(common).map { $0.values[position].value }
      return Question(path: path, direction: direction, before: then, after: now, method: method)
    }
    let adjusted = Statistics.holmAdjusted(trials.compactMap { $0.test?.p })
    var next = adjusted.makeIterator()
    (self.method, self.tolerance) = (method, tolerance)
    changes = trials.map { $0.answered(p: $0.test == nil ? nil : next.next(), tolerance: tolerance) }
  }

  /// Whether any figure keeps the gate shut.
  public var hasRegressed: Bool { changes.contains { $0.verdict.isRegression } }

  /// Whether every figure is exactly as it was.
  public var isIdentical: Bool { changes.allSatisfy { $0.verdict == .same && $0.before == $0.after } }
}

/// One figure then and now.
private struct Question {
  let path: String
  let direction: FigureDirection
  let before: [Double], after: [Double]
  let test: Statistics.MeanDifference?

  /// Nil when it was measured neither then nor now.
  init?(path: String, direction: FigureDirection, before: [Double?], after: [Double?], method: ComparisonMethod) {
    let (old, new) = (before.compactMap(\.self), after.compactMap(\.self))
    guard !old.isEmpty || !new.isEmpty else { return nil }
    (self.path, self.direction, self.before, self.after) = (path, direction, old, new)
    let least = GateComparison.leastForTest, level = GateComparison.level
    switch method {
    case .paired:
      let pairs = zip(before, after).compactMap { a, b in a.flatMap { a in b.map { (a, $0) } } }
      test =
        pairs.count >= least ? Statistics.pairedTest(pairs.map(\.0), pairs.map(\.1), level: level) : nil
    case .welch: test = min(old.count, new.count) >= least ? Statistics.welchTest(old, new, level: level) : nil
    case .tolerance: test = nil
    }
  }

  func answered(p: Double?, tolerance: Double) -> FigureChange {
    FigureChange(
      path: path, direction: direction, verdict: verdict(p, tolerance),
      before: before.isEmpty ? nil : Statistics.mean(before), after: after.isEmpty ? nil : Statistics.mean(after),
      difference: test?.interval, p: p)
  }

  private func verdict(_ p: Double?, _ tolerance: Double) -> FigureChange.Verdict {
    guard !before.isEmpty else { return .new }
    guard !after.isEmpty else { return .gone }
    let (old, new) = (Statistics.mean(before), Statistics.mean(after))
    let difference = test?.interval.mean ?? new - old
    // What differs in the last bits only differs by the order of sums.
    guard difference.magnitude > 1e-12 * max(old.magnitude, new.magnitude) else { return .same }
    let isReal = p.map { $0 < 1 - GateComparison.level } ?? (difference.magnitude > tolerance * old.magnitude)
    guard isReal else { return .same }
    switch direction {
    case .lowerIsBetter: return difference < 0 ? .better : .worse
    case .higherIsBetter: return difference > 0 ? .better : .worse
    case .neither: return .changed
    }
  }
}

/// Which figures are wanted: paths in which `*` stands for any text; all when there is none.
public struct FigureFilter: Sendable, Hashable {
  /// The paths, as they were given.
  public let patterns: [String]

  /// A filter; an empty list wants everything.
  public init(_ patterns: [String]) { self.patterns = patterns }

  /// Whether a figure is wanted.
  public func takes(_ path: String) -> Bool {
    patterns.isEmpty || patterns.contains { Self.matches($0, path) }
  }

  /// Whether a path fits a pattern. O(length of both).
  public static func matches(_ pattern: String, _ path: String) -> Bool {
    let parts = pattern.split(separator: "*", omittingEmptySubsequences: false)
    guard let first = parts.first, let last = parts.last, parts.count > 1 else { return pattern == path }
    guard path.hasPrefix(first), path.count >= first.count + last.count, path.hasSuffix(last) else { return false }
    var rest = path.dropFirst(first.count).dropLast(last.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.firstRange(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
