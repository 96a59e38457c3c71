internal import Experiment
internal import Models
internal import Scenario
internal import Simulation
internal import Units

/// The search for the best design in one world (decision 0078): what may be cheapest first, each by its own simulations; what
/// only throttling can have broken tells of fewer shards; nothing else is inferred.
struct PlanSearch: Sendable {
  /// Times the best design's cost beyond which no runner-up is looked for.
  static let reach = 2.0
  /// How many runners-up there are.
  static let runnersUp = 2
  /// How far shard counts lie apart that count as different designs.
  static let apart = 1.25
  /// Part of the cost by arithmetic that is taken for sure.
  static let sure = 0.8
  /// Replications that tell what a design costs.
  static let glance = 4

  let space: SearchSpace
  let goal: PlanSpec.Goal
  /// By candidate; nil for one that the scenario refuses.
  let drafts: [Draft?]
  let test: FeasibilityTest
  var bench: Bench
  /// Candidates that may hold, in the order in which they are looked at.
  let order: [Int]
  /// By candidate; nil for those that were not simulated.
  private(set) var assessments: [Assessment?]
  /// By candidate: which kind it is of; designs of a kind differ in shards only.
  private let kinds: [Int]
  /// By kind: candidates that were simulated, and of those the ones that throttling broke.
  private var simulated: [[Int]], throttled: [[Int]]
  /// Candidates that are shown to hold, the best first.
  private var proven: [Proven] = []
  /// The same, with those first that are as cheap as the cheapest and quicker.
  private(set) var feasible: [Int] = []
  /// Those of them whose single runs are kept.
  private var kept: [Int] = []
  /// Kinds in which fewer shards turned out to hold where more had broken.
  private var contradicted: Set<Int> = []
  /// What the search noticed.
  private(set) var notes: [String] = []

  init(_ space: SearchSpace, _ drafts: [Draft?], goal: PlanSpec.Goal, _ bench: Bench) {
    (self.space, self.drafts, self.goal, self.bench) = (space, drafts, goal, bench)
    test = bench.request.test
    assessments = Array(repeating: nil, count: space.candidates.count)
    var known: [[Candidate.Choice]: Int] = [:]
    kinds = drafts.map { draft in
      guard let draft else { return -1 }
      let kind = known[draft.place.rest] ?? known.count
      known[draft.place.rest] = kind
      return kind
    }
    simulated = Array(repeating: [], count: known.count)
    throttled = simulated
    order = drafts.compactMap { $0.flatMap { $0.screened == nil ? $0 : nil } }
      .sorted { Self.place($0, goal) < Self.place($1, goal) }.map(\.candidate)
  }

  private static func place(_ draft: Draft, _ goal: PlanSpec.Goal) -> (Double, Double, Int) {
    let cost = draft.estimate ?? draft.floor
    return goal.counted != nil
      ? (Double(draft.count(goal)), cost, draft.candidate) : (cost, Double(draft.shards), draft.candidate)
  }

  /// Simulates as far as needed.
  mutating func search() async throws(ScenarioFailure) {
    try await narrow()
    try await findBest()
    try await checkSides()
    try await findOthers()
    try await restore()
  }

  // MARK: Simulating

  /// How far a design is simulated.
  enum Depth: Sendable {
    /// Until it is decided.
    case decided
    /// Until it is decided or its cost is seen to be above the best design's.
    case contender
    /// A few replications.
    case glance
  }

  /// Simulates a candidate; nil when there is no room or no time for that.
  mutating func assess(_ candidate: Int, _ depth: Depth) async throws(ScenarioFailure) -> Assessment? {
    if let known = assessments[candidate], known.outcome != .open || depth == .glance { return known }
    let rival = depth == .contender && goal.counted == nil ? feasible.first.flatMap { assessments[$0] } : nil
    let least = goal == .minShards ? self.bestShards : nil
    bench.expect(forecast(depth))
    let found = try await bench.measure(space.candidates[candidate].settings) { assessment in
      guard assessment.replications >= Self.glance else { return false }
      if depth == .glance { return true }
      if let least, depth == .contender { return assessment.shards > least }
      return rival?.isCheaper(than: assessment) ?? false
    }
    guard let found else { return nil }
    note(found, candidate)
    return found
  }

  /// How many simulations are probably still to come, those of the design that is about to be looked at among them: what shows
  /// that the best and its runners-up hold, the bisections, the counts beside the best.
  private func forecast(_ depth: Depth) -> Int {
    let missing = max(0, 1 + Self.runnersUp - chosen.count), ladders = depth == .glance ? Self.glance * ladderSteps : 0
    return test.least * max(1, missing) + ladders + 2 * Self.glance
  }

  /// Looks that bisecting all shard counts of all kinds takes.
  private var ladderSteps: Int {
    let counts = Dictionary(order.map { (kinds[$0], 1) }) { $0 + $1 }.values
    return counts.reduce(0) { $0 + Int.bitWidth - $1.leadingZeroBitCount }
  }

  private mutating func note(_ found: Assessment, _ candidate: Int) {
    let isFirst = assessments[candidate] == nil, kind = kinds[candidate]
    if isFirst { simulated[kind].append(candidate) }
    if isFirst, found.breaksByThrottling { throttled[kind].append(candidate) }
    guard found.isFeasible, isPriced(found) else {
      assessments[candidate] = found.condensed
      return
    }
    assessments[candidate] = found
    rank(found, candidate)
    let chosen = self.chosen
    for other in kept + [candidate] where !chosen.contains(other) { assessments[other] = assessments[other]?.condensed }
    kept = chosen.filter { !(assessments[$0]?.evidence.isEmpty ?? true) }
  }

  /// Simulates again what was condensed before it was chosen, because a later design changed which are equal or differ.
  private mutating func restore() async throws(ScenarioFailure) {
    for candidate in chosen where assessments[candidate]?.evidence.isEmpty ?? false {
      guard let again = try await bench.measure(space.candidates[candidate].settings) else { return }
      assessments[candidate] = again
    }
  }

  // MARK: Fewer shards

  /// Where refused writes can only fall with more shards, finds the most shards that throttling alone breaks, by halves: fewer
  /// need not be looked at.
  private mutating func narrow() async throws(ScenarioFailure) {
    var rungs: [[Int]] = Array(repeating: [], count: simulated.count)
    for candidate in order where drafts[candidate].map({ $0.isMonotone && $0.place.shards.count == 1 }) ?? false {
      rungs[kinds[candidate]].append(candidate)
    }
    for var ladder in rungs where ladder.count > Self.glance && !bench.isOver {
      ladder.sort { shards($0) < shards($1) }
      var bisection = Bisection(count: ladder.count)
      while let probe = bisection.probe, let found = try await assess(ladder[probe], .glance) {
        bisection.note(probe, holds: !found.breaksByThrottling)
      }
    }
  }

  /// A design of its kind with more shards that throttling broke; nil when none is known.
  func broken(above candidate: Int) -> Int? {
    guard let draft = drafts[candidate], draft.isMonotone, !contradicted.contains(kinds[candidate]) else { return nil }
    return throttled[kinds[candidate]].first { other in
      other != candidate && (drafts[other].map { draft.place.isBelow($0.place) } ?? false)
    }
  }

  private func shards(_ candidate: Int) -> Int { drafts[candidate]?.shards ?? 0 }

  // MARK: The best

  /// Looks at everything that may be better than the best so far.
  private mutating func findBest() async throws(ScenarioFailure) {
    for candidate in order where !bench.isOver && mayBeBest(candidate) { _ = try await assess(candidate, .contender) }
  }

  private func mayBeBest(_ candidate: Int) -> Bool {
    guard broken(above: candidate) == nil else { return false }
    if goal.counted != nil { return bestCount.map { count(candidate) <= $0 } ?? true }
    return costLimit.map { leastCost(of: candidate) <= $0 } ?? true
  }

  /// What a month of a candidate costs at least: more shards of a kind cost their hours more.
  func leastCost(of candidate: Int) -> Double {
    guard let draft = drafts[candidate] else { return .infinity }
    let known = simulated[kinds[candidate]].compactMap { other -> Double? in
      guard let below = drafts[other], below.place.isBelow(draft.place), let found = assessments[other],
        let cost = found.monthlyCost
      else { return nil }
      return other == candidate ? cost : cost - found.costInDoubt + draft.floor - below.floor
    }
    return max(draft.floor, Self.sure * (draft.estimate ?? 0), known.max() ?? 0)
  }

  /// The best design's cost with what is under way at the end; nil before there is one.
  private var costLimit: Double? {
    guard let best = feasible.first.flatMap({ assessments[$0] }), let cost = best.monthlyCost else { return nil }
    return cost + best.costInDoubt
  }

  private var bestShards: Int? { feasible.first.flatMap { assessments[$0]?.shards } }

  /// What the goal counts of the best design, of a candidate, and of one that was simulated.
  private var bestCount: Int? { feasible.first.flatMap(simulatedCount) }
  func count(_ candidate: Int) -> Int { drafts[candidate]?.count(goal) ?? 0 }
  func simulatedCount(_ candidate: Int) -> Int? {
    goal == .minInstances ? count(candidate) : assessments[candidate]?.shards
  }

  /// The counts beside the best: the next one, and the one below when it was only inferred. When that holds, nothing is
  /// inferred of its kind any more.
  private mutating func checkSides() async throws(ScenarioFailure) {
    guard let best = chosen.first, let draft = drafts[best], draft.place.shards.count == 1 else { return }
    let ladder = drafts.indices.filter { kinds[$0] == kinds[best] && drafts[$0]?.screened == nil }
      .sorted { shards($0) < shards($1) }
    guard let place = ladder.firstIndex(of: best) else { return }
    if place > 0, assessments[ladder[place - 1]] == nil, !bench.isOver {
      let below = try await assess(ladder[place - 1], .glance)
      if let below, !below.breaksByThrottling {
        contradicted.insert(kinds[best])
        try await findBest()
      }
    }
    guard place + 1 < ladder.count, !bench.isOver, let above = try await assess(ladder[place + 1], .glance),
      above.held < above.replications
    else { return }
    notes.append(
      "\(space.candidates[best].name) holds, and \(shards(ladder[place + 1])) shards instead of \(shards(best)) broke in "
        + "\(above.replications - above.held) of \(above.replications) runs: more shards are not always better here"
    )
  }

  /// Whether limits of shards broke the design with most shards.
  var endsUnderPressure: Bool {
    guard let last = order.max(by: { shards($0) < shards($1) }), let found = assessments[last] else { return true }
    switch found.excuse(space.candidates[last])?.limit {
    case .writeRecords, .writeBytes, .readBytes, .readCalls: return true
    default: return false
    }
  }

  // MARK: Choosing

  /// What a candidate that holds is ranked by.
  private struct Proven: Sendable {
    let candidate: Int, cost: Double, costInDoubt: Double, count: Double, latency: Double

    /// The less the better, in turn: what the goal counts and the cost, or the cost and the shards.
    func rank(_ goal: PlanSpec.Goal) -> (Double, Double, Int) {
      goal.counted != nil ? (count, cost, candidate) : (cost, count, candidate)
    }
  }

  private mutating func rank(_ found: Assessment, _ candidate: Int) {
    let goal = self.goal
    let one = Proven(
      candidate: candidate, cost: found.monthlyCost ?? .infinity, costInDoubt: found.costInDoubt,
      count: Double(goal == .minInstances ? count(candidate) : found.shards),
      latency: found.latency.map(DecimalText.coarse) ?? .infinity)
    let place = proven.firstIndex { one.rank(goal) < $0.rank(goal) } ?? proven.endIndex
    proven.insert(one, at: place)
    guard goal.counted == nil, let first = proven.first, first.cost < .infinity else {
      feasible = proven.map(\.candidate)
      return
    }
    // What was under way when the runs ended is no reason to prefer one to the other: the quicker one is better.
    let equal = proven.prefix { $0.cost - first.cost <= first.costInDoubt }
    let quicker = equal.sorted { a, b in
      a.latency != b.latency ? a.latency < b.latency : a.rank(goal) < b.rank(goal)
    }
    feasible = (quicker + proven.dropFirst(equal.count)).map(\.candidate)
  }

  /// Without a price it cannot be the cheapest.
  func isPriced(_ assessment: Assessment) -> Bool { goal.counted != nil || assessment.monthlyCost != nil }

  /// The best and its runners-up.
  var chosen: [Int] { diverse(feasible) }

  /// Of candidates from the best on, the best and two that are different answers: one that differs in more than the shards,
  /// if there is one, and the next that differs from both in that or in a quarter of the shards.
  func diverse(_ ranked: [Int]) -> [Int] {
    guard let best = ranked.first else { return [] }
    var chosen = [best] + [ranked.first { kinds[$0] != kinds[best] }].compactMap(\.self)
    for candidate in ranked where chosen.count <= Self.runnersUp {
      if chosen.allSatisfy({ areDiverse($0, candidate) }) { chosen.append(candidate) }
    }
    return ranked.filter(chosen.contains)
  }

  private func areDiverse(_ a: Int, _ b: Int) -> Bool {
    guard kinds[a] == kinds[b] else { return true }
    let (one, other) = (Double(shards(a)), Double(shards(b)))
    return a != b && max(one, other) >= Self.apart * min(one, other)
  }

  /// Looks for runners-up: first for one of another kind, then for any that differs.
  private mutating func findOthers() async throws(ScenarioFailure) {
    while !bench.isOver, (1...Self.runnersUp).contains(chosen.count), let next = nextRunnerUp(chosen) {
      guard try await assess(next, .decided) != nil else { break }
    }
  }

  private func nextRunnerUp(_ chosen: [Int]) -> Int? {
    let limit = (feasible.first.flatMap { assessments[$0]?.monthlyCost } ?? .infinity) * Self.reach
    let open = order.filter { candidate in
      guard assessments[candidate]?.outcome ?? .open == .open, broken(above: candidate) == nil else { return false }
      return chosen.allSatisfy { areDiverse($0, candidate) }
        && (goal.counted != nil || leastCost(of: candidate) <= limit)
    }
    return open.first { candidate in chosen.allSatisfy { kinds[$0] != kinds[candidate] } } ?? open.first
  }
}
