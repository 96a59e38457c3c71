public import Models
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

  /// Compares `samples` of `figures`, replications of one experiment in order, at least one, with their baseline.
  ///
  /// With the same seed both are compared, and paired, as far as both have replications. Figures are tested two-sided; Holm's
  /// adjustment over all of them keeps the chance of one false alarm below 1 − `level`.
  public init(
    _ baseline: Baseline, _ samples: [FigureSample], of figures: [Figure], seed: UInt64, tolerance: Double,
    wanted: [MetricPattern]
  ) {
    let isEnough = min(baseline.replications, samples.count) >= Self.leastForTest
    let method: ComparisonMethod = isEnough ? (seed == baseline.seed ? .paired : .welch) : .tolerance
    let old = Dictionary(baseline.figures.map { ($0.path, $0.values) }) { first, _ in first }
    // Of the same seed only replications that both have are compared: they saw the same chance.
    let common = seed == baseline.seed ? min(baseline.replications, samples.count) : Int.max
    let questions = figures.enumerated().compactMap { position, figure -> Question? in
      guard wanted.takes(figure.path) else { return nil }
      let then = Array((old[figure.path] ?? []).prefix(common))
      let now = samples.prefix(common).map { $0.values[position] }
      return Question(figure, before: then, after: now, method: method)
    }
    let adjusted = Statistics.holmAdjusted(questions.compactMap { $0.test?.p })
    var next = adjusted.makeIterator()
    (self.method, self.tolerance) = (method, tolerance)
    changes = questions.map { $0.answered(p: $0.test == nil ? nil : next.next(), tolerance: tolerance) }
  }

  /// Whether any figure keeps the gate shut.
  public var hasRegressed: Bool { changes.contains { $0.verdict.isRegression } }

  /// Whether every figure is exactly as it was.
  public var isIdentical: Bool { changes.allSatisfy { $0.verdict == .same && $0.before == $0.after } }
}

/// One figure then and now.
private struct Question {
  let figure: Figure
  let before: [Double], after: [Double]
  let test: Statistics.MeanDifference?

  /// Nil when it was measured neither then nor now.
  init?(_ figure: Figure, before: [Double?], after: [Double?], method: ComparisonMethod) {
    let (old, new) = (before.compactMap(\.self), after.compactMap(\.self))
    guard !old.isEmpty || !new.isEmpty else { return nil }
    (self.figure, self.before, self.after) = (figure, old, new)
    let least = GateComparison.leastForTest, level = GateComparison.level
    switch method {
    case .paired:
      let pairs = zip(before, after).compactMap { a, b in a.flatMap { a in b.map { (a, $0) } } }
      test =
        pairs.count >= least ? Statistics.pairedDifference(pairs.map(\.1), pairs.map(\.0), level: level) : nil
    case .welch: test = min(old.count, new.count) >= least ? Statistics.welchDifference(new, old, level: level) : nil
    case .tolerance: test = nil
    }
  }

  func answered(p: Double?, tolerance: Double) -> FigureChange {
    FigureChange(
      figure: figure, verdict: verdict(p, tolerance), before: before.isEmpty ? nil : Statistics.mean(before),
      after: after.isEmpty ? nil : Statistics.mean(after),
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
    switch figure.standing.better {
    case .lower: return difference < 0 ? .better : .worse
    case .higher: return difference > 0 ? .better : .worse
    case .either, nil: return .changed
    }
  }
}
