public import Experiment
public import Models
public import Simulation

/// What it takes for a design to hold: with the confidence asked for, its objectives hold together in at least the stated
/// share of runs (decision 0077). `plan`, `compare`, `test` and `run` count runs by it; `ShareTest` has the arithmetic.
public struct FeasibilityTest: Sendable, Hashable {
  /// The share of runs that must hold, unless told.
  public static let usualReliability = 0.9

  /// What is known.
  public typealias Outcome = ShareTest.Outcome

  private let test: ShareTest

  /// A test with at most so many replications; nil for as many as it usually takes, fewer where what they show leaves little hope.
  public init(confidence: Double, reliability: Double, replications: Int? = nil) {
    test =
      replications.map { ShareTest(confidence: confidence, share: reliability, most: $0) }
      ?? ShareTest.usual(confidence: confidence, share: reliability)
  }

  /// The test that a fixed number of runs is held to: the usual share, and nothing is given up before the last of them.
  public static func usual(confidence: Double, runs: Int) -> FeasibilityTest {
    let most = ShareTest.usualMost(confidence: confidence, share: usualReliability)
    return FeasibilityTest(confidence: confidence, reliability: usualReliability, replications: max(runs, most))
  }

  /// The fewest replications that can show a reliability: all of them hold.
  public static func least(confidence: Double, reliability: Double) -> Int {
    ShareTest.least(confidence: confidence, share: reliability)
  }

  /// The largest reliability that so many replications can show.
  public static func largest(confidence: Double, replications: Int) -> Double {
    ShareTest.largestShare(confidence: confidence, runs: replications)
  }

  /// How sure a decision is; 0 to 1.
  public var confidence: Double { test.confidence }
  /// The share of runs that must hold; 0 to 1.
  public var reliability: Double { test.share }
  /// The most replications.
  public var replications: Int { test.most }
  /// The fewest that show that a design holds; `replications` when those are too few for it.
  public var least: Int { test.acceptance.first ?? test.most }
  /// After how many replications there is a look, ascending.
  public var looks: [Int] { test.looks }

  /// Of runs that are given up: what they show, or how many more may decide.
  func whyGivenUp(held: Int, runs: Int) -> String {
    if let hope = test.hope, test.isBelowHope(runs: runs, failed: runs - held) {
      return
        "which shows, as surely, fewer than \(DecimalText.rounded(100 * hope, digits: 4)) % of runs: more of them would "
        + "hardly show \(DecimalText.rounded(100 * reliability, digits: 4)) %"
    }
    return
      "too many broke for \(replications) to show it: --replications \(min(Self.most, 4 * replications)) may decide"
  }

  /// The most replications that can be asked for.
  public static let most = 10_000

  /// What runs say of a design: for each, in order, whether all its objectives held.
  public func outcome(of runs: some Sequence<Bool>) -> Outcome { test.outcome(of: runs).outcome }

  /// What the replications say of one objective; `verdicts` has one entry a replication, all of the same objective.
  public func judge(_ verdicts: [ObjectiveVerdict]) -> ObjectiveJudgement {
    precondition(!verdicts.isEmpty, "nothing to judge")
    let objective = verdicts[0].objective, values = verdicts.compactMap(\.value)
    let isMeasured = values.count == verdicts.count, count = HeldCount(objective, verdicts.map(\.isPassing), self)
    return ObjectiveJudgement(
      objective: objective, mean: values.isEmpty ? nil : Statistics.mean(values),
      interval: isMeasured ? FigureEstimate.interval(values, level: confidence) : .withheld(.unmeasured),
      bound: isMeasured ? bound(values, objective) : nil, outcome: count.outcome, held: count.held,
      replications: count.runs)
  }

  /// The value that the stated share of runs is no worse than, with the confidence asked for: of so many runs the worst but
  /// those that may fail. Nil before there are enough of them.
  private func bound(_ values: [Double], _ objective: Objective) -> Double? {
    guard let allowed = test.allowed(after: values.count), objective.comparison != .equal else { return nil }
    let worst = objective.comparison.isCeiling ? values.sorted(by: >) : values.sorted()
    return worst[allowed]
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
  /// The mean's interval, for means only and where it keeps its word.
  public var interval: FigureEstimate.Interval
  /// What the stated share of runs is no worse than, at the confidence asked for; nil when too few were run.
  public var bound: Double?
  /// What is known.
  public var outcome: FeasibilityTest.Outcome
  /// In how many replications it held, of how many.
  public var held: Int, replications: Int

  /// How far the bound is from the threshold, as a share of the threshold; negative when it is broken, nil where the
  /// threshold is 0 or there is no bound.
  public var margin: Double? {
    guard let bound, objective.threshold != 0 else { return nil }
    let room = (objective.threshold - bound) / objective.threshold.magnitude
    return objective.comparison.isCeiling ? room : -room
  }
}
