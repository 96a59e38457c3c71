internal import Experiment
internal import Models
public import Planning
internal import Scenario
internal import Simulation
internal import Units

/// `weir plan`: the answer first, then what it rests on, then why not the rest.
public struct PlanDocument: Exhibit, Filed {
  /// Lines of excuses in the text; plan.json has all.
  private static let mostExcuses = 12
  /// Points of the front in the text.
  private static let mostPoints = 12

  let plan: Plan

  /// The figures of a plan.
  public init(_ plan: Plan) { self.plan = plan }

  /// Lines for a terminal; for a page the same with tables of objectives and designs.
  public var document: Document {
    Document(blocks: [.terminal(lines), .page(page)])
  }

  private var lines: [String] {
    let parts = [
      head, plan.warnings.map { "WARNING: \($0)" }, plan.best.map(margins) ?? [], load.map { "  \($0)" }, others, front,
      regret,
      excuses, resharding, notes, [effort],
    ]
    return Array(parts.joined())
  }

  private var head: [String] {
    let partial = plan.isComplete ? "" : "INTERRUPTED, what was known by then: "
    guard let best = plan.best else {
      let count = Figures.count(plan.effort.designs, of: "design")
      guard plan.isComplete else {
        let seen = "\(Figures.count(plan.effort.simulated)) of \(count)"
        return ["INTERRUPTED, NO PLAN YET  \(plan.scenario): \(seen) were simulated, and none of these \(goalMissed)"]
      }
      return ["NO PLAN  \(plan.scenario): none of \(count) \(goalMissed)"]
    }
    return ["\(partial)PLAN  \(plan.scenario): \(Self.choices(best.choices)), \(Self.monthly(best))"]
  }

  /// What no design managed.
  private var goalMissed: String {
    let unpriced = plan.excuses.count { $0.limit == .price }
    let price = unpriced > 0 ? " and has a known price (--prices FILE; \(unpriced) have none)" : ""
    guard plan.goal == .leastRegret else { return "meets its objectives\(price), in \(promise)" }
    return "meets its objectives\(price) in \(Figures.percent(plan.confidence)) of the cases"
  }

  /// The share of runs and how surely.
  private var promise: String {
    "at least \(Figures.percent(plan.reliability)) of runs, with a confidence of \(Figures.percent(plan.confidence))"
  }

  /// How often all objectives were met together, and what that shows.
  private func together(_ option: Plan.Option) -> String {
    let count = "all objectives were met in \(option.held) of \(option.replications) runs"
    return option.isFeasible
      ? "\(count): they are met in \(promise)" : "\(count): too few to say that they are met in \(promise)"
  }

  /// What each objective shows, and how far from its threshold.
  private func margins(_ option: Plan.Option) -> [String] {
    ["  " + together(option)]
      + option.judgements.map { judgement in
        "  slo \(judgement.objective.id): \(judgement.objective.text(judgement.mean))\(Self.width(judgement)), wanted "
          + "\(judgement.objective.wanted): \(word(judgement))"
      }
  }

  /// Half the interval of the mean, where there is one.
  private static func width(_ judgement: ObjectiveJudgement) -> String {
    guard case .known(let interval) = judgement.interval else { return " on average" }
    return " ± \(judgement.objective.text(interval.halfWidth)) on average"
  }

  /// The verdict, the room left and how often it held.
  private func word(_ judgement: ObjectiveJudgement) -> String {
    let held = "in \(judgement.held) of \(judgement.replications) runs"
    switch judgement.outcome {
    case .holds:
      let room = judgement.margin.map { ", room \(Figures.percent($0))" } ?? ""
      let side = judgement.objective.comparison.isCeiling ? "at most" : "at least"
      let bound = judgement.bound.map {
        " (\(side) \(judgement.objective.text($0)) in \(Figures.percent(plan.reliability)) of runs)"
      }
      return "met \(held)\(bound ?? "")\(room)"
    case .breaks: return "not met, only \(held)"
    case .open, .hopeless: return "too few runs to tell, met \(held)"
    }
  }

  /// How near the limits the best design comes: an objective may have all its room while a bucket is about to run dry.
  private var load: [String] {
    (plan.best?.figures ?? []).compactMap { figure in
      let parts = figure.path.split(separator: ".")
      guard figure.path.hasSuffix(".second_view.worst_demand"), parts.count > 3 else { return nil }
      let stream = parts[1..<(parts.count - 2)].joined(separator: ".")
      return
        "busiest second: demand on the hottest shard of \(stream) reaches \(Figures.percent(figure.mean)) of its limit"
    }
  }

  /// What has to be changed beside the shards, in the scenario's words; no command of AWS's does it.
  private var prerequisite: String? {
    let others = (plan.best?.choices ?? []).filter { choice in
      !(choice.path.hasPrefix("streams.") && [".shards", ".mode"].contains { choice.path.hasSuffix($0) })
    }
    guard !others.isEmpty, !plan.resharding.isEmpty else { return nil }
    return "First deploy this, without which those shards are not enough: " + Self.choices(others)
  }

  private var others: [String] {
    plan.runnersUp.enumerated().map { place, option in
      "  \(place == 0 ? "second best" : "third best"): \(Self.choices(option.choices)), \(Self.monthly(option)), "
        + "\(Figures.percent(option.throttling)) throttled, p99 \(Self.latency(option))"
    }
  }

  /// A picture of what money buys: a bar for each cost.
  private var front: [String] {
    let points = plan.front.prefix(Self.mostPoints)
    guard points.count > 1, let dearest = points.compactMap(\.monthlyCost).max(), dearest > 0 else { return [] }
    let rows = points.map { option -> [Prose] in
      let cost = option.monthlyCost ?? 0
      let bar = String(repeating: "█", count: max(1, Int(clamping: (20 * cost / dearest).rounded())))
      return [
        Prose(Self.cost(option)), Prose(bar), Prose(Figures.percent(option.throttling) + " throttled"),
        Prose("p99 " + Self.latency(option)), Prose(option.outcome.word),
        Prose(Self.choices(option.choices)),
      ]
    }
    let table = Table([.number(""), "", .number(""), .number(""), "", ""], rows)
    return ["", "Pareto front: no design is better than these in cost, throttling and latency at once"]
      + table.lines(under: nil).map { "  " + $0 }
  }

  private var excuses: [String] {
    let groups = ExcuseGroup.all(plan.excuses)
    guard !groups.isEmpty else { return [] }
    let shown = groups.prefix(Self.mostExcuses).map { "  " + $0.sentence }
    let rest = groups.dropFirst(Self.mostExcuses).reduce(0) { $0 + $1.count }
    return ["", "Why not the others"] + shown + (rest > 0 ? ["  and \(rest) more: --format json has each"] : [])
  }

  private var resharding: [String] {
    (prerequisite.map { ["", $0] } ?? [])
      + plan.resharding.flatMap { advice in ["", Self.title(advice)] + advice.commands.map { "  " + $0 } }
  }

  /// What a change comes to.
  private static func title(_ advice: ReshardAdvice) -> String {
    let shards = "\(advice.before) → \(Figures.count(advice.after, of: "shard"))"
    let hottest = advice.hottest.map { ", the hottest with \(Figures.percent($0)) of the records" } ?? ""
    let remark = advice.remark.isEmpty ? "" : "; \(advice.remark)"
    switch advice.way {
    case .mode: return "To get there, stream \(advice.stream) changes its mode\(remark)"
    case .uniform: return "To get there, stream \(advice.stream), \(shards)\(hottest)\(remark)"
    case .split:
      let cost = advice.monthlyCost.map { ", \(Figures.dollars($0)) a month" } ?? ""
      return "Or fewer shards by splits where the load lies, stream \(advice.stream), \(shards)\(cost)\(hottest): "
        + "\(proof(advice.proof))\(remark)"
    }
  }

  private static func proof(_ proof: ReshardAdvice.Proof) -> String {
    switch proof {
    case .chosen: "chosen"
    case .holds: "simulated, and the objectives are met"
    case .fails: "simulated, and the objectives are not shown to be met"
    case .none: "by arithmetic, not simulated"
    }
  }

  private var notes: [String] {
    plan.ownNotes.isEmpty ? [] : [""] + plan.ownNotes.map { "note: \($0)" }
  }

  /// What was run, of how much.
  private var effort: String {
    let effort = plan.effort
    let screened = effort.screened > 0 ? ", \(effort.screened) ruled out by arithmetic" : ""
    return "\(Figures.count(effort.designs, of: "design")): \(effort.simulated) simulated in "
      + "\(Figures.count(effort.simulations, of: "run"))\(screened); simulating all would take \(Figures.count(effort.grid, of: "run"))"
  }

  // MARK: Regret

  /// The rows worth a look: the best of those that hold in enough worlds, and those that come closest to that.
  private func worthALook(_ table: RegretTable) -> [RegretTable.Row] {
    Array(table.rows.prefix(table.eligible).prefix(4)) + table.rows.dropFirst(table.eligible).prefix(2)
  }

  private var regret: [String] {
    guard let table = plan.regret else { return [] }
    let rows = worthALook(table).map { row -> [Prose] in
      [
        Prose(Self.choices(row.choices)), "met in \(row.held) of \(row.simulated) cases",
        "regret \(Figures.dollars(row.mean)) a month", "at worst \(Figures.dollars(row.worst))",
        "costs \(Figures.dollars(row.cost))",
      ]
    }
    return ["", "Least regret over \(regretSetting(table))"]
      + Table("", numbers: ["", "", "", ""], rows).lines(under: nil).map { "  " + $0 } + ["  " + Self.definition]
  }

  private var regretPage: [Document.Block] {
    guard let table = plan.regret else { return [] }
    let rows = worthALook(table).map { row -> [Prose] in
      [.code(Self.choices(row.choices)), "\(row.held) of \(row.simulated)"]
        + [row.mean, row.worst, row.cost].map { Prose(Figures.dollars($0)) }
    }
    return [
      .heading(2, "Regret"), .paragraph("Over \(regretSetting(table))."),
      .table(Table("Design", numbers: ["Met in", "Mean regret", "Worst regret", "Mean cost"], rows)),
      .paragraph(Prose(Self.definition)),
    ]
  }

  private func regretSetting(_ table: RegretTable) -> String {
    let hopeless = table.hopeless > 0 ? ", in \(table.hopeless) of which no design meets the objectives" : ""
    return "\(Figures.count(table.worlds, of: "case")) of \(table.paths.joined(separator: ", "))\(hopeless)"
  }

  private static let definition =
    "A case is one set of values of what is not known. Regret is what a design costs in a case above the cheapest that meets the "
    + "objectives there; one that does not meet them is charged twice what its missing shards cost, by arithmetic."

  // MARK: The page

  private var page: [Document.Block] {
    let title =
      plan.best.map { "\(Self.choices($0.choices)): \(Self.monthly($0))" }
      ?? (plan.isComplete ? "no design meets its objectives" : "interrupted before one was found")
    let partial: [Document.Block] =
      plan.isComplete ? [] : [.paragraph("**Interrupted**: this is what was known by then.")]
    return [.heading(1, "Plan of \(Markdown.prose(plan.scenario)): \(Markdown.prose(title))")]
      + plan.warnings.map { .quote("**Warning**: \(Markdown.prose($0)).") } + partial + [.paragraph("\(effort).")]
      + (plan.best.map(objectives) ?? []) + designs + merits + regretPage + excusesPage + reshardingPage
      + Self.section("Notes", plan.notes)
  }

  /// Words below a title; nothing without words.
  private static func section(_ title: Prose, _ words: [String]) -> [Document.Block] {
    words.isEmpty ? [] : [.heading(2, title), .list(words.map(Prose.plain))]
  }

  private func objectives(_ best: Plan.Option) -> [Document.Block] {
    guard !best.judgements.isEmpty else { return [] }
    let rows = best.judgements.map { judgement -> [Prose] in
      let objective = judgement.objective
      return [
        .code(objective.id), Prose(objective.text(judgement.mean)), Prose(objective.wanted),
        Prose(word(judgement)),
      ]
    }
    return [
      .heading(2, "Objectives"),
      .paragraph(.plain(Figures.sentence(together(best)))),
      .table(Table(["Objective", .number("Value"), .number("Wanted"), "Verdict"], rows)),
      .list(load.map { .plain(Figures.sentence($0)) }),
    ]
  }

  private var designs: [Document.Block] {
    let named =
      (plan.best.map { [("**best**", $0)] } ?? [])
      + plan.runnersUp.enumerated().map { ($0 == 0 ? "second best" : "third best", $1) }
    let others = plan.front.filter { point in !named.contains { $0.1.choices == point.choices } }
    let rows = (named + others.map { ("front", $0) }).map { name, option -> [Prose] in
      [
        Prose(name), .code(Self.choices(option.choices)), Prose(Self.cost(option)), .percent(option.throttling),
        Prose(Self.latency(option)),
        option.isFeasible ? "yes" : (option.outcome == .breaks ? "no" : "too few runs to tell"),
      ]
    }
    let columns: [Table.Column] = [
      "", "Design", .number("A month"), .number("Throttled"), .number("p99"), "Objectives met",
    ]
    return rows.isEmpty ? [] : [.heading(2, "Designs"), .table(Table(columns, rows))]
  }

  private var excusesPage: [Document.Block] {
    Self.section("Why not the others", ExcuseGroup.all(plan.excuses).map(\.sentence))
  }

  private var reshardingPage: [Document.Block] {
    guard !plan.resharding.isEmpty else { return [] }
    return [.heading(2, "Resharding"), .list(prerequisite.map { [.plain($0 + ".")] } ?? [])]
      + plan.resharding.flatMap { advice -> [Document.Block] in
        [.paragraph(.plain(Self.title(advice))), .code("text", advice.commands)]
      }
  }

  // MARK: Pieces

  /// Choices as `streams.clicks.shards 8, producers.web.keys.salt 4`.
  static func choices(_ choices: [Candidate.Choice]) -> String {
    choices.isEmpty ? "as it stands" : choices.map { "\($0.path) \($0.value)" }.joined(separator: ", ")
  }

  private static func monthly(_ option: Plan.Option) -> String {
    option.monthlyCost == nil ? cost(option) : "\(cost(option)) a month"
  }

  static func cost(_ option: Plan.Option) -> String { option.monthlyCost.map(Figures.dollars) ?? "no price known" }

  static func latency(_ option: Plan.Option) -> String {
    option.latency.map { Figures.number($0) + " ms" } ?? Figures.nothing
  }
}
