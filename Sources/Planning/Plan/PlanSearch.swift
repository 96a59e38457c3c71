internal import Experiment
internal import Models
internal import Scenario
internal import Units

/// The search for the best design in one world: ladders of shards are bisected, all else is tried in order of what it costs
/// at least, and what is too dear to matter is left out.
struct PlanSearch: Sendable {
  /// Times the best design's cost beyond which a design is not looked at, once there are runners-up.
  static let reach = 2.0
  /// How many runners-up there are.
  static let runnersUp = 2
  /// How far shard counts lie apart that count as different designs.
  static let apart = 1.25

  let space: SearchSpace
  let goal: PlanSpec.Goal
  /// By candidate; nil for one that the scenario refuses.
  let drafts: [Draft?]
  let test: FeasibilityTest
  let ladders: [Ladder]
  var bench: Bench
  /// By candidate; nil for those that were not simulated to a decision.
  private(set) var assessments: [Assessment?]
  /// By candidate: its ladder, when that is bisected.
  private let ladderOf: [Int?]
  /// What the search noticed.
  private(set) var notes: [String] = []

  init(_ space: SearchSpace, _ drafts: [Draft?], goal: PlanSpec.Goal, _ bench: Bench) {
    (self.space, self.drafts, self.goal, self.bench) = (space, drafts, goal, bench)
    test = FeasibilityTest(confidence: bench.request.confidence, replications: bench.request.replications)
    ladders = Ladder.all(drafts.compactMap(\.self).filter { $0.screened == nil }, space.candidates)
    assessments = Array(repeating: nil, count: space.candidates.count)
    var ladderOf: [Int?] = Array(repeating: nil, count: space.candidates.count)
    for (index, ladder) in ladders.enumerated() where ladder.isBisected {
      for rung in ladder.rungs { ladderOf[rung] = index }
    }
    self.ladderOf = ladderOf
  }

  /// The rungs of a candidate's ladder and its place among them; nil when it is not bisected.
  func rungs(of candidate: Int) -> (rungs: [Int], place: Int)? {
    guard let ladder = ladderOf[candidate], let place = ladders[ladder].rungs.firstIndex(of: candidate) else {
      return nil
    }
    return (ladders[ladder].rungs, place)
  }

  /// Simulates as far as needed.
  mutating func search() async throws(ScenarioFailure) {
    for ladder in ladders where !bench.isOver { try await climb(ladder) }
    try await lookAround()
  }

  /// Simulates a candidate until it is decided; nil when there is no room or no time for that.
  mutating func assess(_ candidate: Int) async throws(ScenarioFailure) -> Assessment? {
    if let known = assessments[candidate] { return known }
    assessments[candidate] = try await measure(space.candidates[candidate].settings)
    return assessments[candidate]
  }

  /// Simulates the scenario with settings until it is decided; nil when there is no room or no time for that.
  mutating func measure(_ settings: [Setting]) async throws(ScenarioFailure) -> Assessment? {
    var assessment = Assessment()
    for (look, count) in test.looks.enumerated() {
      let jobs = (assessment.evidence.count..<count).map { Bench.Job(settings: settings, replication: $0) }
      let evidence = try await bench.run(jobs).compactMap(\.self)
      guard evidence.count == jobs.count else { return nil }
      assessment.add(evidence, test, look: look)
      if assessment.isSettled { break }
    }
    return assessment
  }

  /// Finds the fewest shards of a ladder that have enough.
  private mutating func climb(_ ladder: Ladder) async throws(ScenarioFailure) {
    let limit = costLimit ?? .infinity
    let rungs = ladder.rungs.filter { isWithin(limit, $0) }
    guard ladder.isBisected else {
      for rung in rungs where !bench.isOver { _ = try await assess(rung) }
      return
    }
    var bisection = Bisection(count: rungs.count)
    while let probe = bisection.probe, let found = try await assess(rungs[probe]) {
      bisection.note(probe, holds: found.hasEnough)
    }
  }

  /// Whether a design could still be the best, a runner-up or on the front: those are looked for up to twice the best cost.
  private func isWithin(_ limit: Double, _ candidate: Int) -> Bool {
    drafts[candidate].map { $0.floor.total.inDollars <= limit } ?? true
  }

  /// Twice the best design's cost, once there are runners-up.
  var costLimit: Double? {
    guard goal != .minShards else { return nil }
    let chosen = self.chosen
    guard chosen.count > Self.runnersUp, let cost = assessments[chosen[0]]?.monthlyCost else { return nil }
    return cost * Self.reach
  }

  // MARK: Choosing

  /// Feasible candidates, the best first.
  var feasible: [Int] {
    assessments.indices.filter { assessments[$0].map { $0.isFeasible && isPriced($0) } ?? false }
      .sorted { rank($0) < rank($1) }
  }

  /// Without a price it cannot be the cheapest.
  func isPriced(_ assessment: Assessment) -> Bool { goal == .minShards || assessment.monthlyCost != nil }

  private func rank(_ candidate: Int) -> (Double, Double, Int) {
    let cost = assessments[candidate]?.monthlyCost ?? .infinity
    let shards = Double(assessments[candidate]?.evidence.map(\.shards).max() ?? 0)
    return goal == .minShards ? (shards, cost, candidate) : (cost, shards, candidate)
  }

  /// The best and its runners-up.
  var chosen: [Int] { diverse(feasible) }

  /// Of candidates from the best on, the best and two that are different answers: one that differs in more than the shards,
  /// if there is one, and the next that differs from both in that or in a quarter of the shards.
  func diverse(_ ranked: [Int]) -> [Int] {
    guard let best = ranked.first else { return [] }
    var chosen = [best] + [ranked.first { !isOnLadder($0, of: best) }].compactMap(\.self)
    for candidate in ranked where chosen.count <= Self.runnersUp {
      if chosen.allSatisfy({ areDiverse($0, candidate) }) { chosen.append(candidate) }
    }
    return ranked.filter(chosen.contains)
  }

  /// Whether two candidates differ in nothing but shards.
  private func isOnLadder(_ a: Int, of b: Int) -> Bool { a == b || (ladderOf[a] != nil && ladderOf[a] == ladderOf[b]) }

  private func areDiverse(_ a: Int, _ b: Int) -> Bool {
    guard isOnLadder(a, of: b), let one = drafts[a]?.rung?.shards, let other = drafts[b]?.rung?.shards else {
      return true
    }
    return Double(max(one, other)) >= Self.apart * Double(min(one, other))
  }

  // MARK: Around the answer

  /// Looks for runners-up among more shards, and at the neighbours of what was chosen: is it monotone?
  private mutating func lookAround() async throws(ScenarioFailure) {
    while !bench.isOver, (1...Self.runnersUp).contains(chosen.count), let next = larger(than: chosen) {
      guard try await assess(next) != nil else { break }
    }
    for candidate in chosen where !bench.isOver { try await checkNeighbour(of: candidate) }
  }

  /// The first design with more shards than the chosen ones that would count as different from them, not looked at yet.
  private func larger(than chosen: [Int]) -> Int? {
    guard let best = chosen.first, let (rungs, place) = rungs(of: best) else { return nil }
    return rungs[place...].first { rung in
      assessments[rung] == nil && chosen.allSatisfy { areDiverse($0, rung) }
    }
  }

  private mutating func checkNeighbour(of candidate: Int) async throws(ScenarioFailure) {
    guard let (rungs, place) = rungs(of: candidate), place + 1 < rungs.count,
      let neighbour = try await assess(rungs[place + 1]), !neighbour.hasEnough,
      let shards = drafts[candidate]?.rung?.shards, let more = drafts[rungs[place + 1]]?.rung?.shards
    else { return }
    notes.append(
      "\(space.candidates[candidate].name) holds, and \(more) shards instead of \(shards) do not: other shard counts cut "
        + "the ring elsewhere, and busy keys may meet. Fewer shards than the bisection found may hold, too")
  }
}
