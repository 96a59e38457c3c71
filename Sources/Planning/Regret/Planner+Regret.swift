internal import Experiment
internal import Models
internal import Scenario

extension Planner {
  /// The design of least mean regret among those that hold in enough worlds. Its figures are those of the likeliest world.
  static func fillByRegret(
    _ plan: inout Plan, _ search: inout PlanSearch, _ worlds: Worlds, _ refused: [Int: Excuse]
  ) async throws(ScenarioFailure) {
    var study = try RegretStudy(worlds, search, share: plan.confidence)
    try await study.run(on: &search.bench)
    let table = study.table
    let chosen = choose(from: table, search)
    for row in chosen { _ = try await search.assess(row.candidate, .decided) }
    let options = chosen.compactMap { search.option($0.candidate) }
    if options.count == chosen.count {
      (plan.best, plan.runnersUp) = (options.first, Array(options.dropFirst()))
    }
    if let best = plan.best, !best.isFeasible {
      plan.notes.append(
        "with the most likely values the best design is not shown to meet its objectives: see its margins")
    }
    plan.notes += [lessRegretted(table, search)].compactMap(\.self)
    plan.front = search.front
    plan.excuses = excuses(table, chosen.map(\.candidate), search, refused)
    plan.regret = table
    plan.effort.grid = search.space.candidates.count * worlds.all.count
  }

  /// The least regret, and two that differ from it and from each other.
  private static func choose(from table: RegretTable, _ search: PlanSearch) -> [RegretTable.Row] {
    let eligible = table.rows.prefix(table.eligible), chosen = search.diverse(eligible.map(\.candidate))
    return eligible.filter { chosen.contains($0.candidate) }
  }

  /// The least regretted of the designs that hold in too few worlds, where that is less than the answer's: somebody who can bear
  /// it would take that.
  private static func lessRegretted(_ table: RegretTable, _ search: PlanSearch) -> String? {
    let limit = table.rows.prefix(table.eligible).first?.score ?? .infinity
    let others = table.rows.dropFirst(table.eligible).filter {
      $0.simulated == table.worlds && $0.score < limit && 2 * $0.held >= table.worlds
    }
    guard let row = others.min(by: { ($0.score, $0.candidate) < ($1.score, $1.candidate) }) else { return nil }
    let share = (100 * Double(row.held) / Double(table.worlds)).rounded(.down) / 100
    return
      "\(search.space.candidates[row.candidate].name) has less regret, $\(DecimalText.rounded(row.mean, digits: 3)) a month, but meets the "
      + "objectives in \(row.held) of \(table.worlds) cases only: to accept that, --confidence "
      + DecimalText.rounded(share, digits: 2)
  }

  private static func excuses(
    _ table: RegretTable, _ chosen: [Int], _ search: PlanSearch, _ refused: [Int: Excuse]
  ) -> [Excuse] {
    let rows = Dictionary(uniqueKeysWithValues: table.rows.map { ($0.candidate, $0) })
    let eligible = Set(table.rows.prefix(table.eligible).map(\.candidate))
    let least = table.rows.prefix(table.eligible).first?.mean
    return search.space.candidates.indices.filter { !chosen.contains($0) }.compactMap { index in
      guard let row = rows[index] else { return refused[index] ?? search.unseen(index, worth: least) }
      if eligible.contains(index) {
        return Excuse(
          row.choices, .dearer, subject: "the best design", needs: row.mean, has: least, unit: "USD/month of regret",
          basis: .simulated, remark: "mean over the cases")
      }
      return Excuse(
        row.choices, .worlds, subject: "the cases", needs: search.test.confidence,
        has: Double(table.worlds - row.simulated + row.held) / Double(max(1, table.worlds)), unit: "share",
        basis: .simulated,
        remark: row.simulated == table.worlds
          ? "met in \(row.held) of \(table.worlds)"
          : "at most: not met in \(row.simulated - row.held) of the \(row.simulated) hardest of \(table.worlds)")
    }
  }
}

extension PlanSearch {
  /// A design that was not looked at in any world, because even its floor costs more than what was chosen.
  fileprivate func unseen(_ index: Int, worth best: Double?) -> Excuse? {
    guard best != nil else { return notSimulated(index) }
    let floor = drafts[index].map { $0.estimate ?? $0.floor }
    return Excuse(
      space.candidates[index].choices, .dearer, subject: "the best design", needs: floor, has: nil, unit: "USD/month",
      basis: .arithmetic, remark: "by arithmetic, with the most likely values; not simulated")
  }
}
