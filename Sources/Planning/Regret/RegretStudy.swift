internal import Experiment
internal import Models
internal import Scenario
internal import Units

/// Finds for every world the fewest shards of every ladder that hold in it, and what they cost; designs with more shards hold
/// as well, and cost their shards by the hour more.
struct RegretStudy: Sendable {
  /// What a ladder comes to in a world.
  private struct Answer {
    /// The first rung that holds; the number of rungs when none does.
    var needed: Int
    /// The rung that was simulated for it, and what it showed.
    var rung: Int, evidence: Evidence
    /// False while the bisection goes on.
    var isSettled = false
  }

  let worlds: Worlds
  let space: SearchSpace
  let drafts: [Draft?]
  let ladders: [Ladder]
  /// By candidate: whether it was simulated in some world.
  private(set) var simulated: [Bool]
  private var answers: [[Answer?]]

  init(_ worlds: Worlds, _ search: PlanSearch) {
    (self.worlds, space, drafts) = (worlds, search.space, search.drafts)
    ladders = Ladder.all(search.drafts.compactMap(\.self), search.space.candidates)
    simulated = Array(repeating: false, count: search.space.candidates.count)
    answers = ladders.map { _ in Array(repeating: nil, count: worlds.all.count) }
  }

  /// Simulates as far as needed: world by world in waves that double, each beginning where a known neighbour ended.
  mutating func run(on bench: inout Bench) async throws(ScenarioFailure) {
    for ladder in ladders.indices {
      var begun = 0
      while begun < worlds.all.count, !bench.isOver {
        let wave = begun..<min(worlds.all.count, max(1, 2 * begun))
        try await solve(ladder, wave, &bench)
        begun = wave.upperBound
      }
    }
  }

  private mutating func solve(_ ladder: Int, _ wave: Range<Int>, _ bench: inout Bench) async throws(ScenarioFailure) {
    let rungs = ladders[ladder].rungs
    var searches = wave.map { Bisection(count: rungs.count, guess: guess(ladder, $0)) }
    while !bench.isOver {
      let asked = searches.indices.compactMap { index in searches[index].probe.map { (index, $0) } }
      guard !asked.isEmpty else { return }
      let jobs = asked.map { index, rung in
        let world = wave.lowerBound + index
        return Bench.Job(
          settings: space.candidates[rungs[rung]].settings + worlds.all[world].settings, replication: world)
      }
      let evidence = try await bench.run(jobs)
      for ((index, rung), shown) in zip(asked, evidence) {
        guard let shown else { continue }
        simulated[rungs[rung]] = true
        searches[index].note(rung, holds: shown.hasEnough)
        keep(shown, rung, searches[index], ladder, wave.lowerBound + index)
      }
    }
  }

  /// An answer is the first rung that holds, or the last one when none does.
  private mutating func keep(_ shown: Evidence, _ rung: Int, _ search: Bisection, _ ladder: Int, _ world: Int) {
    let isAnswer = search.holds == rung || (search.holds == ladders[ladder].rungs.count && search.breaks == rung)
    if isAnswer { answers[ladder][world] = Answer(needed: search.holds, rung: rung, evidence: shown) }
    if search.probe == nil {
      answers[ladder][world]?.needed = search.holds
      answers[ladder][world]?.isSettled = true
    }
  }

  /// Where the nearest world that is known ended.
  private func guess(_ ladder: Int, _ world: Int) -> Int? {
    let known = answers[ladder].indices.filter { answers[ladder][$0]?.isSettled ?? false }
    let nearest = known.min { (distance($0, world), $0) < (distance($1, world), $1) }
    return nearest.flatMap { answers[ladder][$0] }.map { min($0.needed, ladders[ladder].rungs.count - 1) }
  }

  private func distance(_ a: Int, _ b: Int) -> Double {
    zip(worlds.all[a].point, worlds.all[b].point).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
  }

  /// The regrets; only worlds that every ladder has an answer for count, so that an interrupted study is still fair.
  func table(share: Double) -> RegretTable {
    let known = worlds.all.indices.filter { world in answers.allSatisfy { $0[world]?.isSettled ?? false } }
    let designs = ladders.indices.flatMap { ladder in
      ladders[ladder].rungs.enumerated().map { place, candidate in
        (
          candidate: candidate, choices: space.candidates[candidate].choices,
          outcomes: known.map { outcome(ladder, place, candidate, $0) }
        )
      }
    }
    var table = RegretTable(designs.sorted { $0.candidate < $1.candidate }, worlds: known.count, share: share)
    table.paths = worlds.uncertainties.map(\.path)
    table.simulatedDesigns = simulated.count { $0 }
    return table
  }

  private func outcome(_ ladder: Int, _ place: Int, _ candidate: Int, _ world: Int) -> RegretTable.Outcome {
    guard let answer = answers[ladder][world], let own = drafts[candidate]?.floor.total.inDollars,
      let known = drafts[ladders[ladder].rungs[answer.rung]]?.floor.total.inDollars
    else { return .init(isHolding: false, cost: 0) }
    let cost = (answer.evidence.monthlyCost ?? 0) + own - known
    let isPriced = answer.evidence.monthlyCost != nil
    return .init(isHolding: place >= answer.needed && isPriced && answer.evidence.isAffordable(cost), cost: cost)
  }
}

extension Evidence {
  private var required: [ObjectiveVerdict] { verdicts.filter { $0.objective.severity == .fail } }

  /// Whether all objectives held but those that more shards hurt.
  var hasEnough: Bool { required.allSatisfy { $0.isPassing || ObjectiveTrend($0.objective) == .hurt } }

  /// Whether those that more shards hurt hold as well, when a month costs so much.
  func isAffordable(_ cost: Double) -> Bool {
    required.filter { ObjectiveTrend($0.objective) == .hurt }.allSatisfy { verdict in
      guard case .monthlyCost(nil) = verdict.objective.metric else { return verdict.isPassing }
      return verdict.objective.comparison.holds(cost, verdict.objective.threshold)
    }
  }
}
