internal import Experiment
internal import Models
internal import Planning
internal import Scenario
internal import Simulation
internal import Units

/// What the gate's documents say alike: verdicts, reasons and command lines.
struct GateWords {
  let report: GateReport

  /// The verdict of a scenario file in one word.
  enum Verdict: String {
    case passed = "PASS"
    case failed = "FAIL"
    case regressed = "REGRESSED"
    case refused = "ERROR"
    case skipped = "SKIPPED"
    case unreached = "UNREACHED"
  }

  func verdict(of outcome: GateReport.Outcome) -> Verdict {
    switch outcome {
    case .refused: .refused
    case .skipped: .skipped
    case .unreached: .unreached
    case .judged(let found) where isBroken(found): .failed
    case .judged(let found): found.hasRegressed && report.purpose == .judge ? .regressed : .passed
    }
  }

  private func isBroken(_ found: GateCase) -> Bool { found.isBroken && report.purpose != .update(.accept) }

  /// The verdict of the directory: the word, and how many scenarios each verdict fell on.
  var total: (word: String, counts: String) {
    let verdicts = report.lines.map { verdict(of: $0.outcome) }
    let kinds: [(Verdict, String)] = [
      (.passed, "passed"), (.failed, "failed"), (.regressed, "regressed"), (.refused, "could not be judged"),
      (.skipped, "skipped"), (.unreached, "not reached"),
    ]
    let counts = kinds.map { kind, word in (verdicts.count { $0 == kind }, word) }.filter { $0.0 > 0 }
    let text = counts.map { "\(Figures.count($0.0)) \($0.1)" }.joined(separator: ", ")
    let word = report.isComplete ? (report.exitCode == 0 ? "PASS" : "FAIL") : "INTERRUPTED"
    return (word, "\(Figures.count(report.lines.count, of: "scenario")): \(text.isEmpty ? "none" : text)")
  }

  /// How a scenario stands, in a few words.
  func standing(of found: GateCase) -> String {
    let objectives = found.objectives
    let held = objectives.count { $0.standing == .held }
    let kinds: [(GateObjective.Standing, String)] = [
      (.broken, "broken"), (.known, "known to fail"), (.mended, "expected to fail and held"), (.warned, "warned"),
    ]
    let parts = kinds.map { kind, word in (objectives.count { $0.standing == kind }, word) }.filter { $0.0 > 0 }
    let slo =
      objectives.isEmpty
      ? "no objectives"
      : (["\(held) of \(Figures.count(objectives.count, of: "objective")) held"] + parts.map { "\($0.0) \($0.1)" })
        .joined(separator: ", ")
    return "\(slo); \(comparison(of: found))"
  }

  /// How it stands to its baseline.
  func comparison(of found: GateCase) -> String {
    switch found.standing {
    case .absent: "no baseline"
    case .unchanged: "unchanged"
    case .compared(let comparison):
      comparison.isIdentical && !comparison.changes.isEmpty ? "every figure as it was" : Self.moves(comparison.changes)
    }
  }

  private static func moves(_ changes: [FigureChange]) -> String {
    let kinds: [(FigureChange.Verdict, String)] = [
      (.worse, "worse"), (.changed, "changed"), (.gone, "no longer measured"), (.better, "better"), (.new, "new"),
    ]
    let parts = kinds.map { kind, word in (changes.count { $0.verdict == kind }, word) }.filter { $0.0 > 0 }
    guard !parts.isEmpty else { return "no change beyond chance" }
    return parts.map { "\(Figures.count($0.0, of: "figure")) \($0.1)" }.joined(separator: ", ")
  }

  /// How its figures were compared; nil when they were not.
  static func method(of found: GateCase) -> String? {
    guard case .compared(let comparison) = found.standing else { return nil }
    let n = found.samples.count
    switch comparison.method {
    case .paired: return "run by run over \(n) runs on the same seed"
    case .welch: return "by averages over \(n) runs, as the seed has changed (Welch's test)"
    case .tolerance:
      return "by a tolerance of \(Figures.percent(comparison.tolerance)): with fewer than "
        + "\(GateComparison.leastForTest) runs chance cannot be told from change"
    }
  }

  /// The figures that moved, regressions first, each with why it is in the list.
  static func moved(_ found: GateCase) -> [FigureChange] {
    let order: [FigureChange.Verdict] = [.worse, .changed, .gone, .better, .new]
    return order.flatMap { verdict in found.changes.filter { $0.verdict == verdict } }
  }

  /// `was 4,812 ms, is 5,210 ms (+8.27 %, ± 1.1 %)`.
  static func movement(_ change: FigureChange, of found: GateCase) -> String {
    let (was, now) = (text(change.before, change), text(change.after, change))
    guard let before = change.before, let after = change.after else { return "was \(was), is \(now)" }
    let moved = change.difference?.mean ?? after - before
    let sign = moved > 0 ? "+" : ""
    guard before != 0 else { return "was \(was), is \(now)" }
    let share = Figures.percent(moved / before.magnitude)
    let noise = change.difference.map { ", ± \(Figures.percent($0.halfWidth / before.magnitude))" } ?? ""
    return "was \(was), is \(now) (\(sign)\(share)\(noise))"
  }

  /// A figure's value as people read it; an objective's in the unit of its threshold.
  static func text(_ value: Double?, _ change: FigureChange) -> String {
    value.map(change.figure.unit.text) ?? "not measured"
  }

  // MARK: Objectives

  /// `expected ≤ 1 % …, got 2.31 %, first at 2026-03-06T20:14:31Z`.
  static func breach(_ objective: GateObjective, of found: GateCase) -> String {
    let verdict = objective.verdict, n = found.samples.count
    let value = verdict.value == nil ? "nothing was measured" : verdict.objective.text(verdict.value)
    let first = verdict.firstBrokenAt.map { ", first at \(CivilTime.text($0))" } ?? ""
    let which = n > 1 ? "; \(objective.count.words)" : ""
    return "expected \(verdict.objective.wanted), got \(value)\(first)\(which)"
  }

  /// The command lines that show the run again, and why it broke.
  static func commands(_ found: GateCase, _ objective: GateObjective?) -> [String] {
    let n = found.samples.count, seed = String(found.seed)
    let run = ShellLine("weir", "run", of: [found.entry.path]).with("--seed", seed)
      .with("--replications", n > 1 ? String(n) : nil)
    guard let objective else { return ["\(run)"] }
    let explain = ShellLine("weir", "explain", of: [found.entry.path]).with("--seed", seed)
      .with("--slo", objective.verdict.objective.id)
      .with("--replication", objective.replication > 0 ? String(objective.replication) : nil)
    return ["\(run)", "\(explain)"]
  }

  /// What `--update` did with a scenario's baseline; nil when it was not asked to.
  func update(of found: GateCase) -> String? {
    guard case .update(let failing) = report.purpose else { return nil }
    switch found.update(failing) {
    case .keep: return "kept \(found.baselineFile)"
    case .write: return "wrote \(found.baselineFile)"
    case .withhold(let broken):
      return
        "did not write \(found.baselineFile): \(broken.joined(separator: ", ")) failed; fix it, or accept it with "
        + "--accept-failing"
    }
  }

  /// Whether writing the baselines anew would be the next step, and how.
  var advice: String? {
    guard report.purpose == .judge, report.cases.contains(where: { !$0.isBroken }) else { return nil }
    let missing = report.cases.count { if case .absent = $0.standing { true } else { false } }
    let moved = report.cases.count { !Self.moved($0).isEmpty }
    let mended = report.cases.count { $0.objectives.contains { $0.standing == .mended } }
    guard missing + moved + mended > 0 else { return nil }
    return "When what is new is right, `\(report.updating)` makes it the baseline."
  }

  /// Whether a change is worth a line of its own: what is new is only counted.
  static func isNotable(_ change: FigureChange) -> Bool { change.verdict != .same && change.verdict != .new }
}
