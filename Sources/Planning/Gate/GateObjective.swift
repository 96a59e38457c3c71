internal import Experiment
public import Models
internal import Scenario

/// An objective over the replications of a scenario, as the gate sees it.
public struct GateObjective: Sendable {
  /// What it means for the gate.
  public enum Standing: String, Sendable, Hashable {
    /// It held in all replications.
    case held
    /// It broke in at least one, and may not.
    case broken
    /// It broke, and is only a warning.
    case warned
    /// It broke, as the baseline's author accepted.
    case known
    /// The baseline expects it to break, and it held.
    case mended
  }

  /// The verdict that tells most: that of the first replication that broke it, or else of the first.
  public let verdict: ObjectiveVerdict
  /// That replication.
  public let replication: Int
  /// In how many of the replications it broke.
  public let replicationsBroken: Int
  /// In how many it held, and what that shows at 95 % of the usual share of runs.
  public let count: HeldCount
  /// What it means.
  public let standing: Standing

  /// The objectives by the verdicts of each replication, from the first on, in the order of the scenario.
  static func all(of verdicts: [[ObjectiveVerdict]], expected: [Baseline.Known]) -> [GateObjective] {
    let test = FeasibilityTest.usual(confidence: confidence, runs: verdicts.count)
    return (verdicts.first ?? []).indices.map { position in
      let broken = verdicts.indices.filter { !verdicts[$0][position].isPassing }
      let telling = broken.first ?? 0, verdict = verdicts[telling][position], objective = verdict.objective
      return GateObjective(
        verdict: verdict, replication: telling, replicationsBroken: broken.count,
        count: HeldCount(objective, verdicts.map { $0[position].isPassing }, test),
        standing: standing(
          objective.severity, broken.isEmpty ? .held : .broken, expected.contains { $0.id == objective.id }))
    }
  }

  /// How surely an objective is said to hold or to break.
  public static let confidence = 0.95

  private static func standing(_ severity: Objective.Severity, _ seen: Standing, _ isExpected: Bool) -> Standing {
    switch (seen, severity, isExpected) {
    case (.held, .fail, true): .mended
    case (.held, _, _): .held
    case (_, .warn, _): .warned
    case (_, .fail, true): .known
    case (_, .fail, false): .broken
    }
  }
}
