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
    let bench = Bench(template, request, isInterrupted: isInterrupted, report: report)
    let space = try SearchSpace(loaded, file: template.file)
    let (drafts, refused) = try draft(space, bench)
    var search = PlanSearch(space, drafts, goal: loaded.plan.goal, bench)
    var plan = Plan(
      scenario: loaded.experiment.name, seed: loaded.experiment.seed, goal: loaded.plan.goal,
      confidence: request.confidence, dimensions: space.dimensions,
      effort: .init(simulations: 0, simulated: 0, designs: space.candidates.count, grid: 0, screened: 0),
      isComplete: true)
    plan.notes = notes(loaded, space)
    let doubts = await backtest(loaded, isInterrupted: isInterrupted)
    if loaded.plan.goal == .leastRegret {
      try await fillByRegret(&plan, &search, worlds, refused)
    } else {
      try await search.search()
      fill(&plan, search, refused)
      plan.effort.grid = space.candidates.count * request.replications
    }
    plan.resharding = doubts.isEmpty ? try await advice(&plan, &search) : []
    plan.warnings = doubts + (search.chosen.first.flatMap { search.assessments[$0] }.map(brokenWarnings) ?? [])
    plan.effort.simulations = search.bench.simulations
    plan.effort.simulated = search.simulatedDesigns(plan.regret)
    plan.effort.screened = drafts.count { $0?.screened != nil }
    plan.isComplete = !search.bench.wasInterrupted
    if search.bench.isExhausted {
      plan.notes.append("the \(request.budget) simulations allowed were not enough: see --budget")
    }
    return plan
  }

  /// Reads every candidate.
  private static func draft(
    _ space: SearchSpace, _ bench: Bench
  ) throws(ScenarioFailure) -> (drafts: [Draft?], refused: [Int: Excuse]) {
    var drafts: [Draft?] = [], refused: [Int: Excuse] = [:], first: ScenarioFailure?
    for (index, candidate) in space.candidates.enumerated() {
      do {
        let experiment = try bench.load(candidate.settings).experiment
        drafts.append(Draft(candidate, at: index, experiment, dimensions: space.dimensions))
      } catch {
        if case .missing = error { throw error }
        if first == nil { first = error }
        refused[index] = Excuse(
          candidate.choices, .scenario, subject: "the scenario", needs: nil, has: nil, unit: "", basis: .arithmetic,
          remark: error.diagnostics.map(\.description).joined(separator: "; "))
        drafts.append(nil)
      }
    }
    if let first, refused.count == space.candidates.count { throw first }
    return (drafts, refused)
  }

  private static func notes(_ loaded: LoadedScenario, _ space: SearchSpace) -> [String] {
    var notes = loaded.warnings.map(\.description)
    if space.isDefault {
      let what = space.dimensions.map { "\($0.path) from \($0.values.first ?? "1") to \($0.values.last ?? "1")" }
      notes.append(
        "the file names no plan.search: "
          + (what.isEmpty ? "there is nothing to choose" : what.joined(separator: ", ") + " was searched"))
    }
    if !loaded.plan.uncertainties.isEmpty, loaded.plan.goal != .leastRegret {
      notes.append(
        "uncertain values stand at their likeliest: \(loaded.plan.uncertainties.map(\.path).joined(separator: ", ")); "
          + "objective: least_regret weighs them")
    }
    if loaded.plan.goal == .leastRegret, loaded.plan.samples > Worlds.most {
      notes.append("the \(loaded.plan.samples) worlds of plan.samples were cut to \(Worlds.most)")
    }
    return notes + [requirement(loaded)].compactMap(\.self)
  }

  private static func requirement(_ loaded: LoadedScenario) -> String? {
    switch Requirement.origin(loaded.experiment.objectives) {
    case .stated: nil
    case .warnings: "the file has no objective of severity fail: designs are held to its warnings"
    case .assumed: "the file has no objective: designs must lose nothing and refuse less than 1 % of all tries"
    }
  }

  /// What the search found.
  private static func fill(_ plan: inout Plan, _ search: PlanSearch, _ refused: [Int: Excuse]) {
    let chosen = search.chosen.compactMap { search.option($0) }
    (plan.best, plan.runnersUp) = (chosen.first, Array(chosen.dropFirst()))
    plan.front = search.front
    plan.excuses = search.excuses(refused)
    plan.notes += search.notes
  }
}

extension PlanSearch {
  /// A simulated candidate as part of a plan.
  func option(_ index: Int) -> Plan.Option? {
    assessments[index]?.option(space.candidates[index], confidence: test.confidence)
  }

  /// Simulated designs that no other beats in cost, throttling and latency at once, the cheapest first.
  var front: [Plan.Option] {
    let options = space.candidates.indices.compactMap(option).filter { $0.monthlyCost != nil }
    return options.filter { one in !options.contains { $0.dominates(one) } }
      .sorted { ($0.monthlyCost ?? 0, $0.throttling) < ($1.monthlyCost ?? 0, $1.throttling) }
  }

  /// How many designs were simulated, in the likeliest world or in any other.
  func simulatedDesigns(_ regret: RegretTable?) -> Int {
    max(assessments.count { $0 != nil }, regret?.simulatedDesigns ?? 0)
  }
}

extension Plan.Option {
  /// Whether it is nowhere worse than another and somewhere better. Throttling and latency count to two digits: a
  /// millisecond in a hundred is no reason to pay.
  func dominates(_ other: Plan.Option) -> Bool {
    let (own, theirs) = (merits, other.merits)
    return zip(own, theirs).allSatisfy { $0 <= $1 } && zip(own, theirs).contains { $0 < $1 }
  }

  private var merits: [Double] {
    [monthlyCost ?? .infinity, DecimalText.coarse(throttling), latency.map(DecimalText.coarse) ?? .infinity]
  }
}
