public import Experiment
public import Models
internal import Simulation

/// Decides from replications whether objectives hold, with an error that is bounded whenever it stops (decision 0046).
///
/// Looks are taken after 4, 8, 16 … replications. Look k of K may err with α / 2ᵏ, the last with what is left, so all
/// together with α = 1 − confidence. A design holds when the one-sided t bound of every objective's mean lies on the right
/// side: the chance to pass a design that breaks any one of them is at most α, without a correction for their number
/// (intersection-union test). It breaks when the opposite bound of some objective lies on the wrong side, at α over the
/// number of objectives (Bonferroni). Between the two it is open.
public struct FeasibilityTest: Sendable {
  /// The fewest replications that decide.
  public static let least = 4

  /// What is known so far.
  public enum Outcome: Sendable, Hashable {
    /// It holds.
    case holds
    /// It breaks.
    case breaks
    /// Neither is sure yet.
    case open
  }

  /// How sure a decision is, 0 to 1.
  public let confidence: Double
  /// After how many replications there is a look, ascending.
  public let looks: [Int]

  /// A test with at most so many replications; fewer than `least` are taken as one look.
  public init(confidence: Double, replications: Int) {
    precondition(confidence > 0 && confidence < 1 && replications >= 1, "no such test")
    self.confidence = confidence
    var looks: [Int] = []
    var next = Self.least
    while next < replications {
      looks.append(next)
      next *= 2
    }
    self.looks = looks + [replications]
  }

  /// The error that may be made at a look, counted from 0; they sum to 1 − confidence.
  public func error(at look: Int) -> Double {
    let isLast = look == looks.count - 1
    return (1 - confidence) / Double(1 << (isLast ? look : look + 1))
  }

  /// What the replications say of one objective, of which there are `objectives` in all.
  ///
  /// `verdicts` has one entry a replication, all of the same objective. Values that are all equal are taken as certain.
  /// An objective with `==`, or one that was not measured in some replication, breaks with the first that breaks it.
  public func judge(_ verdicts: [ObjectiveVerdict], look: Int, objectives: Int) -> ObjectiveJudgement {
    precondition(!verdicts.isEmpty && objectives >= 1 && looks.indices.contains(look), "nothing to judge")
    let objective = verdicts[0].objective, values = verdicts.compactMap(\.value)
    let mean = values.isEmpty ? nil : Statistics.mean(values)
    var judgement = ObjectiveJudgement(
      objective: objective, mean: mean, bound: mean, outcome: .open, held: verdicts.count { $0.isPassing },
      replications: verdicts.count)
    guard let mean, values.count == verdicts.count, objective.comparison != .equal else {
      judgement.outcome = judgement.held == verdicts.count ? .holds : .breaks
      return judgement
    }
    let deviation = ((Statistics.variance(values) ?? 0) / Double(values.count)).squareRoot()
    guard deviation > 0 else {
      judgement.outcome = objective.comparison.holds(mean, objective.threshold) ? .holds : .breaks
      return judgement
    }
    let error = error(at: look), sign = objective.comparison.isCeiling ? 1.0 : -1.0
    let far = { (error: Double) in
      Statistics.tQuantile(1 - error, freedom: values.count - 1) * deviation * sign
    }
    let bound = mean + far(error), opposite = mean - far(error / Double(objectives))
    judgement.bound = bound
    if objective.comparison.holds(bound, objective.threshold) {
      judgement.outcome = .holds
    } else if !objective.comparison.holds(opposite, objective.threshold) {
      judgement.outcome = .breaks
    }
    return judgement
  }
}

extension Objective.Comparison {
  /// Whether the threshold is the most that may be.
  public var isCeiling: Bool {
    switch self {
    case .less, .lessOrEqual: true
    case .greater, .greaterOrEqual, .equal: false
    }
  }
}

/// What replications say of one objective of a design.
public struct ObjectiveJudgement: Sendable {
  /// Which.
  public var objective: Objective
  /// The mean of its value; nil when nothing was measured.
  public var mean: Double?
  /// How bad the mean may be, at the confidence of the look: the one-sided t bound; the mean itself when nothing varies.
  public var bound: Double?
  /// What is known.
  public var outcome: FeasibilityTest.Outcome
  /// In how many replications it held, of how many.
  public var held: Int, replications: Int

  /// How far the bound is from the threshold, as a share of the threshold; negative when it is broken, nil where the
  /// threshold is 0 or nothing was measured.
  public var margin: Double? {
    guard let bound, objective.threshold != 0 else { return nil }
    let room = (objective.threshold - bound) / objective.threshold.magnitude
    return objective.comparison.isCeiling ? room : -room
  }
}
