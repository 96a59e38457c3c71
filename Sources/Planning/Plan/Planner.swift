internal import Experiment
internal import Models
internal import Simulation
public import Scenario

/// `weir plan`: the cheapest design that holds, and why not the others.
public enum Planner {
  /// Plans what a scenario's `plan` asks for.
  ///
  /// Reads the scenario once for every design; throws all errors at once when the scenario, an uncertain value or every
  /// single design is refused. When `isInterrupted` turns true the plan is what was known by then, marked incomplete. The
  /// same scenario, seed and request give the same plan, whatever the number of workers.
  public static func plan(
    _ template: ScenarioTemplate, _ request: PlanRequest, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (PlanProgress) -> Void
  ) async throws(ScenarioFailure) -> Plan {
    let loaded = try template.load(settings: request.settings, seed: request.seed)
    let worlds = try Worlds(loaded, template, request)
    var request = request
    request.settings += worlds.likeliest
    var desk = Desk(
      loaded: loaded, worlds: worlds, space: try SearchSpace(loaded, file: template.file),
      bench: Bench(template, request, isInterrupted: isInterrupted, report: report))
    var plan = try await desk.plan()
    // More shards may help where the file does not say how many there may be.
    while plan.best == nil, plan.isComplete, !desk.bench.isOver, desk.mayGrow,
      let wider = try desk.space.grown(loaded, file: template.file)
    {
      desk.space = wider
      plan = try await desk.plan()
    }
    if desk.bench.isWaiting { return plan }
    let doubts = await backtest(loaded, isInterrupted: isInterrupted)
    plan.scenarioWarnings = loaded.warnings.map(\.description)
    plan.notes = plan.scenarioWarnings + notes(loaded, desk.space, plan) + plan.notes
    plan.notes += desk.difference(plan)
    let isLossy = desk.losesRecords(plan)
    if isLossy {
      plan.notes.append("no commands are given for a design that loses records: no objective says that it may")
    }
    plan.resharding = doubts.isEmpty && !isLossy ? try await advice(&plan, &desk) : []
    plan.warnings = doubts + desk.warnings(plan) + [request.lowered].compactMap(\.self)
    plan.effort.simulations = desk.bench.simulations
    plan.isComplete = !desk.bench.wasInterrupted
    if desk.bench.isExhausted {
      plan.notes.append("the \(request.budget) simulations allowed were not enough: see --budget")
    }
    return plan
  }

  private static func notes(_ loaded: LoadedScenario, _ space: SearchSpace, _ plan: Plan) -> [String] {
    var notes: [String] = []
    if space.isDefault {
      let what = space.dimensions.map { "\($0.path) from \($0.values.first ?? "1") to \($0.values.last ?? "1")" }
      notes.append(
        "the file names no plan.search: "
          + (what.isEmpty ? "there is nothing to choose" : what.joined(separator: ", ") + " was searched"))
    }
    if !loaded.plan.uncertainties.isEmpty, loaded.plan.goal != .leastRegret {
      notes.append(
        "values given as a range are taken at their most likely: \(loaded.plan.uncertainties.map(\.path).joined(separator: ", ")); "
          + "plan.objective: least_regret weighs the whole range")
    }
    if loaded.plan.goal == .leastRegret, loaded.plan.samples > Worlds.most {
      notes.append("the \(loaded.plan.samples) cases of plan.samples were cut to \(Worlds.most)")
    }
    return notes + [requirement(loaded)].compactMap(\.self)
  }

  private static func requirement(_ loaded: LoadedScenario) -> String? {
    switch Requirement.origin(loaded.experiment.objectives) {
    case .stated: nil
    case .warnings: "the file has no objective of severity fail: designs are held to its warnings"
    case .assumed: assumed(loaded.experiment)
    }
  }

  private static func assumed(_ experiment: Experiment) -> String {
    let isRead = !experiment.consumers.isEmpty || experiment.firehoses.contains { $0.stream != nil }
    return "the file has no objective: designs must lose nothing and be throttled in less than 1 % of all attempts"
      + (isRead ? ", nothing may expire unread, and no reader may fall behind" : "")
  }
}

/// What a plan is made on: the designs, the worlds, and where they are simulated.
struct Desk: Sendable {
  let loaded: LoadedScenario
  let worlds: Worlds
  var space: SearchSpace
  var bench: Bench
  /// What arithmetic knows of the candidates; of the last plan.
  private(set) var drafts: [Draft?] = []
  /// What was simulated in the likeliest world; of the last plan.
  private(set) var search: PlanSearch?
  var arithmetic = LoadArithmetic()

  init(loaded: LoadedScenario, worlds: Worlds, space: SearchSpace, bench: Bench) {
    (self.loaded, self.worlds, self.space, self.bench) = (loaded, worlds, space, bench)
  }

  /// Searches the space as it is.
  mutating func plan() async throws(ScenarioFailure) -> Plan {
    let refused = try draft(), goal = loaded.plan.goal, request = bench.request
    var search = PlanSearch(space, drafts, goal: goal, bench)
    var plan = Plan(
      scenario: loaded.experiment.name, seed: loaded.experiment.seed, goal: goal, confidence: request.confidence,
      reliability: request.reliability, dimensions: space.dimensions,
      effort: .init(simulations: 0, simulated: 0, designs: space.candidates.count, grid: 0, screened: 0),
      isComplete: true)
    if goal == .leastRegret {
      try await Planner.fillByRegret(&plan, &search, worlds, refused)
    } else {
      try await search.search()
      search.fill(&plan, refused)
      plan.effort.grid = space.candidates.count * request.test.least
    }
    plan.effort.simulated = search.simulatedDesigns(plan.regret)
    plan.effort.screened = drafts.count { $0?.screened != nil }
    (self.search, bench) = (search, search.bench)
    plan.isComplete = !bench.wasInterrupted
    return plan
  }

  /// Reads every candidate; those that the scenario refuses come with an excuse. Throws when all are.
  private mutating func draft() throws(ScenarioFailure) -> [Int: Excuse] {
    var refused: [Int: Excuse] = [:], first: ScenarioFailure?
    drafts = []
    for (index, candidate) in space.candidates.enumerated() {
      do {
        let experiment = try bench.load(candidate.settings).experiment
        drafts.append(Draft(candidate, at: index, experiment, dimensions: space.dimensions, &arithmetic))
      } catch {
        if case .missing = error { throw error }
        if first == nil { first = error }
        refused[index] = Excuse(candidate, refusedBy: error)
        drafts.append(nil)
      }
    }
    if let first, refused.count == space.candidates.count { throw first }
    return refused
  }

  /// Whether more shards than were searched could still be what is missing: the fullest shard is near its limit at the peak,
  /// or readers ask too much of it, and that falls with more shards.
  var mayGrow: Bool {
    guard space.isDefault else { return false }
    let peaks = drafts.map { $0?.fullest?.peak ?? 0 }
    guard let last = peaks.last else { return false }
    let isHelped = last < 0.9 * peaks[peaks.count / 2]
    return isHelped && (last > 0.5 || (search?.endsUnderPressure ?? false))
  }
}

extension PlanSearch {
  /// Puts what was found into a plan.
  func fill(_ plan: inout Plan, _ refused: [Int: Excuse]) {
    let chosen = self.chosen.compactMap { option($0) }
    (plan.best, plan.runnersUp) = (chosen.first, Array(chosen.dropFirst()))
    (plan.front, plan.excuses) = (front, excuses(refused))
    plan.notes += notes
  }

  /// A simulated candidate as part of a plan.
  func option(_ index: Int) -> Plan.Option? {
    assessments[index]?.option(space.candidates[index], confidence: test.confidence)
  }

  /// Simulated designs that no other beats in cost, throttling and latency at once, the cheapest first.
  var front: [Plan.Option] {
    let options = space.candidates.indices.compactMap(option).filter { $0.monthlyCost != nil && $0.outcome != .open }
    // What beats another comes before it.
    var unbeaten: [[Double]] = []
    for merits in Set(options.map(\.merits)).sorted(by: { $0.lexicographicallyPrecedes($1) })
    where !unbeaten.contains(where: { zip($0, merits).allSatisfy { $0 <= $1 } }) {
      unbeaten.append(merits)
    }
    let front = Set(unbeaten)
    return options.filter { front.contains($0.merits) }
      .sorted { ($0.monthlyCost ?? 0, $0.throttling) < ($1.monthlyCost ?? 0, $1.throttling) }
  }

  /// How many designs were simulated, in the likeliest world or in any other.
  func simulatedDesigns(_ regret: RegretTable?) -> Int {
    max(assessments.count { $0 != nil }, regret?.simulatedDesigns ?? 0)
  }
}

extension Plan.Option {
  /// What one design may beat another in, the less the better. Throttling and latency count to two digits: a millisecond in a
  /// hundred is no reason to pay.
  var merits: [Double] {
    [monthlyCost ?? .infinity, DecimalText.coarse(throttling), latency.map(DecimalText.coarse) ?? .infinity]
  }
}
