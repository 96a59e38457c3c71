internal import Models
public import Planning
internal import Scenario
internal import Simulation
internal import Units

/// `weir plan` for a terminal: the answer first, then what it rests on, then why not the rest.
public struct PlanFigures: Sendable {
  /// Lines of excuses in the text; plan.json has all.
  private static let mostExcuses = 12
  /// Points of the front in the text.
  private static let mostPoints = 12

  let plan: Plan

  /// The figures of a plan.
  public init(_ plan: Plan) { self.plan = plan }

  /// For a terminal.
  public var text: String {
    let parts = [
      head, plan.warnings.map { "WARNING: \($0)" }, plan.best.map(Self.margins) ?? [], load, others, front, regret,
      excuses, resharding, notes, [effort],
    ]
    return parts.joined().joined(separator: "\n") + "\n"
  }

  private var head: [String] {
    let partial = plan.isComplete ? "" : "INTERRUPTED, what was known by then: "
    guard let best = plan.best else {
      let count = Figures.count(plan.effort.designs, of: "design")
      return ["\(partial)NO PLAN  \(plan.scenario): none of \(count) \(goalMissed)"]
    }
    return ["\(partial)PLAN  \(plan.scenario): \(Self.choices(best.choices)), \(Self.cost(best)) a month"]
  }

  /// What no design managed.
  private var goalMissed: String {
    guard plan.goal == .leastRegret else {
      return "is shown to hold its objectives with a confidence of \(Figures.percent(plan.confidence))"
    }
    return "holds in \(Figures.percent(plan.confidence)) of the worlds"
  }

  /// What each objective shows, and how far from its threshold.
  static func margins(_ option: Plan.Option) -> [String] {
    option.judgements.map { judgement in
      "  slo \(judgement.objective.id): \(judgement.objective.text(judgement.mean)), wanted "
        + "\(judgement.objective.wanted): \(word(judgement))"
    }
  }

  /// The verdict, the room left and how often it held.
  static func word(_ judgement: ObjectiveJudgement) -> String {
    let held = "in \(judgement.held) of \(judgement.replications) replications"
    switch judgement.outcome {
    case .holds:
      let room = judgement.margin.map { ", room \(Figures.percent($0))" } ?? ""
      let bound = judgement.bound == judgement.mean ? "" : " (at most \(judgement.objective.text(judgement.bound)))"
      return "holds\(judgement.objective.comparison.isCeiling ? bound : "")\(room), \(held)\(doubt(judgement))"
    case .breaks: return "breaks, held \(held)"
    case .open: return "undecided, held \(held)"
    }
  }

  /// How near the limits the best design comes: an objective may have all its room while a bucket is about to run dry.
  private var load: [String] {
    (plan.best?.figures ?? []).compactMap { figure in
      let parts = figure.path.split(separator: ".")
      guard figure.path.hasSuffix(".second_view.worst_demand"), parts.count > 3 else { return nil }
      let stream = parts[1..<(parts.count - 2)].joined(separator: ".")
      return "  fullest second: a shard of \(stream) is asked for \(Figures.percent(figure.mean)) of its limit"
    }
  }

  /// What has to be changed beside the shards, in the scenario's words; no command of AWS's does it.
  private var prerequisites: [String] {
    let others = (plan.best?.choices ?? []).filter { choice in
      !(choice.path.hasPrefix("streams.") && [".shards", ".mode"].contains { choice.path.hasSuffix($0) })
    }
    guard !others.isEmpty, !plan.resharding.isEmpty else { return [] }
    return ["", "First, for the shards alone do not hold: deploy " + Self.choices(others)]
  }

  /// Equal values have no spread to reckon with: n of them leave room for a breach in 1 − 0.05^(1/n) of all runs.
  private static func doubt(_ judgement: ObjectiveJudgement) -> String {
    guard judgement.bound == judgement.mean, judgement.replications > 0 else { return "" }
    let rarer = 1 - DeterministicMath.pow(0.05, 1 / Double(judgement.replications))
    return ", all equal (breaches in fewer than \(Figures.percent(rarer)) of runs may not have shown)"
  }

  private var others: [String] {
    plan.runnersUp.enumerated().map { place, option in
      "  \(place == 0 ? "runner-up" : "and then "): \(Self.choices(option.choices)), \(Self.cost(option)) a month, "
        + "\(Figures.percent(option.throttling)) refused, p99 \(Self.latency(option))"
    }
  }

  /// A picture of what money buys: a bar for each cost.
  private var front: [String] {
    let points = plan.front.prefix(Self.mostPoints)
    guard points.count > 1, let dearest = points.compactMap(\.monthlyCost).max(), dearest > 0 else { return [] }
    let rows = points.map { option in
      let cost = option.monthlyCost ?? 0
      let bar = String(repeating: "█", count: max(1, Int((20 * cost / dearest).rounded())))
      return [
        Self.cost(option), bar, Figures.percent(option.throttling) + " refused", "p99 " + Self.latency(option),
        option.isFeasible ? "holds" : "breaks", Self.choices(option.choices),
      ]
    }
    return ["", "Cost, throttling and latency: none of these is beaten in all three"]
      + Self.aligned(rows, rightmost: [0, 2, 3])
  }

  /// Rows with columns of equal width; those in `rightmost` end at the same place.
  static func aligned(_ rows: [[String]], rightmost: Set<Int>) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.indices.map { column in
        let space = String(repeating: " ", count: widths[column] - row[column].count)
        if rightmost.contains(column) { return space + row[column] }
        return column == row.count - 1 ? row[column] : row[column] + space
      }
      return "  " + cells.joined(separator: "  ")
    }
  }

  private var excuses: [String] {
    let groups = ExcuseGroup.all(plan.excuses)
    guard !groups.isEmpty else { return [] }
    let shown = groups.prefix(Self.mostExcuses).map { "  " + $0.sentence }
    let rest = groups.dropFirst(Self.mostExcuses).reduce(0) { $0 + $1.count }
    return ["", "Why not the others"] + shown + (rest > 0 ? ["  and \(rest) more: --format json has each"] : [])
  }

  private var resharding: [String] {
    prerequisites + plan.resharding.flatMap { advice in ["", Self.title(advice)] + advice.commands.map { "  " + $0 } }
  }

  /// What a change comes to.
  static func title(_ advice: ReshardAdvice) -> String {
    let shards = "\(advice.before) → \(Figures.count(advice.after, of: "shard"))"
    let hottest = advice.hottest.map { ", the hottest with \(Figures.percent($0)) of the records" } ?? ""
    let remark = advice.remark.isEmpty ? "" : "; \(advice.remark)"
    switch advice.way {
    case .mode: return "To get there, stream \(advice.stream) changes its mode\(remark)"
    case .uniform: return "To get there, stream \(advice.stream), \(shards)\(hottest)\(remark)"
    case .split:
      let cost = advice.monthlyCost.map { ", \(dollars($0)) a month" } ?? ""
      return "Or fewer shards by splits where the load lies, stream \(advice.stream), \(shards)\(cost)\(hottest): "
        + "\(proof(advice.proof))\(remark)"
    }
  }

  private static func proof(_ proof: ReshardAdvice.Proof) -> String {
    switch proof {
    case .chosen: "chosen"
    case .holds: "simulated, and it holds"
    case .fails: "simulated, and it is not shown to hold"
    case .none: "by arithmetic, not simulated"
    }
  }

  private var notes: [String] {
    plan.notes.isEmpty ? [] : [""] + plan.notes.map { "note: \($0)" }
  }

  /// What was run, of how much.
  var effort: String {
    let effort = plan.effort
    let screened = effort.screened > 0 ? ", \(effort.screened) rejected by arithmetic" : ""
    return "\(Figures.count(effort.simulations, of: "simulation")) of \(Figures.count(effort.simulated, of: "design"))"
      + "\(screened); the whole grid is \(Figures.count(effort.designs, of: "design")) and "
      + "\(Figures.count(effort.grid, of: "simulation"))"
  }

  // MARK: Pieces

  /// Choices as `streams.clicks.shards 8, producers.web.keys.salt 4`.
  static func choices(_ choices: [Candidate.Choice]) -> String {
    choices.isEmpty ? "as it stands" : choices.map { "\($0.path) \($0.value)" }.joined(separator: ", ")
  }

  static func cost(_ option: Plan.Option) -> String { option.monthlyCost.map(dollars) ?? "no price known" }

  static func dollars(_ amount: Double) -> String { "$" + Figures.fixed(amount, decimals: 2) }

  static func latency(_ option: Plan.Option) -> String {
    option.latency.map { Figures.number($0) + " ms" } ?? Figures.nothing
  }
}
