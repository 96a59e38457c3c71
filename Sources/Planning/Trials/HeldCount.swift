public import Experiment

/// In how many runs of a design an objective held, and what that shows: the counting that `plan`, `compare` and `test` share.
public struct HeldCount: Sendable {
  /// Which.
  public let objective: Objective
  /// In how many runs it held, of how many.
  public let held: Int, runs: Int
  /// Whether that shows it to hold in the share of runs that `test` asks for.
  public let outcome: FeasibilityTest.Outcome

  /// The count of runs in their order: for each, whether the objective held.
  init(_ objective: Objective, _ passes: [Bool], _ test: FeasibilityTest) {
    (self.objective, held, runs) = (objective, passes.count { $0 }, passes.count)
    outcome = test.outcome(of: passes)
  }

  /// The counts of a design's objectives; `runs` has for each run, in order, whether each of them held.
  static func all(of objectives: [Objective], _ runs: [[Bool]], _ test: FeasibilityTest) -> [HeldCount] {
    objectives.indices.map { position in HeldCount(objectives[position], runs.map { $0[position] }, test) }
  }
}
