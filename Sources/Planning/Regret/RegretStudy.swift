internal import Experiment
internal import Models
internal import Pricing
internal import Scenario
internal import Units

/// Simulates designs in worlds: each by its own objectives, the cheapest first and in the hardest worlds first, until it is
/// seen that a design breaks in too many of them (decision 0079).
struct RegretStudy: Sendable {
  /// A design's way through the worlds.
  private struct Path: Sendable {
    /// By world; nil for those not looked at.
    var outcomes: [RegretTable.Outcome?]
    var broken: Int { outcomes.count { $0.map { !$0.isHolding } ?? false } }
    var isComplete: Bool { outcomes.allSatisfy { $0 != nil } }
    var meanCost: Double { outcomes.reduce(0) { $0 + ($1?.cost ?? 0) } / Double(max(1, outcomes.count)) }
  }

  let worlds: Worlds
  /// The part of the worlds that a design must hold in.
  let share: Double
  private let search: PlanSearch
  /// What a month costs by arithmetic with the fewest shards that bear the peak, world by world; and what a shard costs.
  private let needs: [Double], shard: Double
  /// The worlds, those that need most first.
  private let order: [Int]
  private var paths: [Path?]
  private var eligible: [Int] = []

  /// Reads the scenario once for each world.
  init(_ worlds: Worlds, _ search: PlanSearch, share: Double) throws(ScenarioFailure) {
    (self.worlds, self.search, self.share) = (worlds, search, share)
    var needs: [Double] = []
    for world in worlds.all { needs.append(Self.need(of: try search.bench.load(world.settings).experiment)) }
    var bare = try search.bench.load([]).experiment, more = bare
    for stream in bare.streams.indices { (bare.streams[stream].shards, more.streams[stream].shards) = (1, 2) }
    (self.needs, shard) = (needs, (CostFloor(more).total - CostFloor(bare).total).inDollars)
    order = needs.indices.sorted { (needs[$1], $0) < (needs[$0], $1) }
    paths = Array(repeating: nil, count: search.space.candidates.count)
  }

  private static func need(of experiment: Experiment) -> Double {
    let streams = ScenarioForm(experiment, headroom: 0).streams
    var needed = experiment
    for stream in experiment.streams.indices where experiment.hasFixedShards(stream) {
      needed.streams[stream].shards = streams[stream].needed
    }
    return ScenarioBill.month(of: needed).total.inDollars
  }

  /// How many worlds a design may break in.
  private var allowed: Int { worlds.all.count - RegretTable.needed(share, of: worlds.all.count) }

  /// Simulates as far as needed.
  mutating func run(on bench: inout Bench) async throws(ScenarioFailure) {
    let candidates = search.drafts.compactMap(\.self).sorted { cost($0) < cost($1) }
    for draft in candidates where !bench.isOver && isWorthIt(draft) {
      try await follow(draft.candidate, giveUp: allowed, &bench)
    }
    // Those that came closest, for comparison.
    let missed = candidates.map(\.candidate).filter { paths[$0].map { !$0.isComplete } ?? false }
    for candidate in missed.suffix(2) where !bench.isOver { try await follow(candidate, giveUp: .max, &bench) }
  }

  private func cost(_ draft: Draft) -> (Double, Int) { (draft.estimate ?? draft.floor, draft.candidate) }

  /// Whether a design may be the best, or would be another answer beside it.
  private func isWorthIt(_ draft: Draft) -> Bool {
    let scores = eligible.map { (score: meanScore($0), candidate: $0) }.sorted { $0 < $1 }
    guard let best = scores.first else { return true }
    let least = leastCost(of: draft)
    if least <= best.score { return true }
    let chosen = search.diverse(scores.map(\.candidate))
    guard chosen.count <= PlanSearch.runnersUp, least <= PlanSearch.reach * best.score else { return false }
    return search.diverse(scores.map(\.candidate) + [draft.candidate]).count > chosen.count
  }

  private func leastCost(of draft: Draft) -> Double {
    let known = eligible.compactMap { other -> Double? in
      guard let below = search.drafts[other], below.place.rest == draft.place.rest, below.place.isBelow(draft.place),
        let path = paths[other]
      else { return nil }
      return path.meanCost + draft.floor - below.floor
    }
    return max(draft.floor, known.max() ?? 0)
  }

  /// Simulates a design in more and more worlds until it broke in more of them than that, or in all.
  private mutating func follow(_ candidate: Int, giveUp: Int, _ bench: inout Bench) async throws(ScenarioFailure) {
    var path = paths[candidate] ?? Path(outcomes: worlds.all.map { _ in nil })
    var rest = order.filter { path.outcomes[$0] == nil }[...], wave = max(2, allowed + 1)
    bench.expect(rest.count + max(0, PlanSearch.runnersUp - eligible.count) * worlds.all.count)
    while !rest.isEmpty, path.broken <= giveUp, !bench.isOver {
      let part = rest.prefix(wave)
      (rest, wave) = (rest.dropFirst(wave), 2 * wave)
      let jobs = part.map { world in
        Bench.Job(
          settings: search.space.candidates[candidate].settings + worlds.all[world].settings, replication: world)
      }
      for (world, found) in zip(part, try await bench.run(jobs, Found.init)) {
        path.outcomes[world] = found.map { outcome($0, world) }
      }
      paths[candidate] = path
    }
    if path.isComplete, path.broken <= allowed, !worlds.all.isEmpty { eligible.append(candidate) }
  }

  /// What one run of a design in a world came to.
  private struct Found: Sendable {
    let cost: Double
    /// What arithmetic makes of the design's month in that world, when it broke there; nil when it held.
    let own: Double?

    init(_ evidence: Evidence) {
      cost = evidence.monthlyCost ?? 0
      own =
        evidence.isHolding && evidence.monthlyCost != nil
        ? nil : ScenarioBill.month(of: evidence.experiment).total.inDollars
    }
  }

  private func outcome(_ found: Found, _ world: Int) -> RegretTable.Outcome {
    guard let own = found.own else { return .init(isHolding: true, cost: found.cost, missing: 0) }
    // What is lost is not saved: it counts as if it had been stored.
    return .init(isHolding: false, cost: max(found.cost, own), missing: max(needs[world] - own, shard))
  }

  private func meanScore(_ candidate: Int) -> Double {
    let outcomes = paths[candidate]?.outcomes.compactMap(\.self) ?? []
    return outcomes.reduce(0) { $0 + $1.score } / Double(max(1, outcomes.count))
  }

  /// The regrets of what was simulated.
  var table: RegretTable {
    let designs = paths.indices.compactMap { candidate in
      paths[candidate].map {
        (candidate: candidate, choices: search.space.candidates[candidate].choices, outcomes: $0.outcomes)
      }
    }
    var table = RegretTable(designs, worlds: worlds.all.count, share: share)
    table.paths = worlds.uncertainties.map(\.path)
    table.simulatedDesigns = designs.count
    return table
  }
}
