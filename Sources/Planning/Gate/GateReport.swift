public import Scenario

/// What the gate found in a directory.
public struct GateReport: Sendable {
  /// What became of one scenario file.
  public enum Outcome: Sendable {
    /// It was simulated and judged.
    case judged(GateCase)
    /// It, its inputs or its baseline are wrong or not there.
    case refused(ScenarioFailure)
    /// Its inputs are not there, and that was allowed.
    case skipped(ScenarioFailure)
    /// It was not reached before the interruption.
    case unreached
  }
  /// A scenario file and what became of it.
  public struct Line: Sendable {
    /// The file.
    public let entry: ScenarioFolder.Entry
    /// What became of it.
    public let outcome: Outcome
  }

  /// The directory, as its user named it, and the command line that writes its baselines anew.
  public let directory: String, updating: ShellLine
  /// One for each scenario file, in the byte order of their paths.
  public let lines: [Line]
  /// Files that are no scenario.
  public let others: [ScenarioFolder.Skipped]
  /// What is wrong with the directory or the command: baselines without a scenario, figures that nobody has.
  public let faults: [Diagnostic]
  /// What the runs were for.
  public let purpose: GateOptions.Purpose
  /// False when it was interrupted.
  public let isComplete: Bool

  /// The scenarios that were judged.
  public var cases: [GateCase] {
    lines.compactMap { if case .judged(let found) = $0.outcome { found } else { nil } }
  }

  /// Whether a regression counts: what is about to be stored cannot be one.
  private var countsRegressions: Bool { purpose == .judge }

  /// 130 interrupted; 65 or 66 for what could not be judged; 10 for a broken objective; 11 for a regression; else 0.
  public var exitCode: Int32 {
    let codes = lines.compactMap { if case .refused(let failure) = $0.outcome { failure.exitCode } else { nil } }
    if !isComplete { return 130 }
    if let worst = (codes + (faults.isEmpty ? [] : [65])).min() { return worst }
    if cases.contains(where: { isBroken($0) }) { return 10 }
    return countsRegressions && cases.contains { $0.hasRegressed } ? 11 : 0
  }

  private func isBroken(_ found: GateCase) -> Bool {
    switch purpose {
    case .judge, .update(.refuse): found.isBroken
    case .update(.accept): false
    }
  }
}
