internal import Experiment
internal import Models
internal import Scenario
internal import Simulation
internal import Units

/// Where designs are simulated: counts what it runs, and stops when told.
struct Bench: Sendable {
  /// A replication of a design.
  struct Job: Sendable, Hashable {
    var settings: [Setting]
    var replication: Int
  }

  /// A design that was read, with its tables where it is simulated here.
  private struct Prepared {
    var loaded: LoadedScenario
    var prepared: PreparedExperiment?
  }

  /// Experiments whose tables are held at once; results do not depend on it.
  private static let mostPrepared = 8

  let template: ScenarioTemplate
  let request: PlanRequest
  /// Simulations begun so far.
  private(set) var simulations = 0
  /// Simulations that it will probably take in all.
  private var expected = 0
  /// Simulations asked for that there was no room for.
  private(set) var isExhausted = false
  /// Simulations that were asked for and that nobody has run yet.
  private var awaited = 0
  private let isInterrupted: @Sendable () -> Bool
  private let report: @Sendable (PlanProgress) -> Void
  /// Designs of a plan have much the same keys.
  private var tables = KeyTables()
  private var latest: (settings: [Setting], design: Prepared)?

  init(
    _ template: ScenarioTemplate, _ request: PlanRequest, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (PlanProgress) -> Void
  ) {
    (self.template, self.request) = (template, request)
    (self.isInterrupted, self.report) = (isInterrupted, report)
  }

  /// Says how many more simulations will probably be asked for, from here to the end: people see a share of that.
  mutating func expect(_ more: Int) { expected = simulations + max(0, more) }

  /// How many simulations that others have to run are asked for in a round, some perhaps in vain: one, where the budget has no
  /// room for what is not needed.
  private var mostAwaited: Int { 2 * expected <= request.budget ? max(1, request.place.atOnce) : 1 }
  /// Whether nothing more is to be run.
  var isOver: Bool { isInterrupted() || isExhausted || awaited >= mostAwaited }
  /// Whether others have simulations to run before it can be decided.
  var isWaiting: Bool { awaited > 0 }
  /// Whether the user stopped it, or others have simulations to run before it can be decided.
  var wasInterrupted: Bool { isInterrupted() || isWaiting }

  /// The scenario with settings behind those of the request, and with what designs are held to as its objectives.
  func load(_ settings: [Setting]) throws(ScenarioFailure) -> LoadedScenario {
    var loaded = try template.load(settings: request.settings + settings, seed: request.seed)
    loaded.experiment.objectives = Requirement.objectives(of: loaded.experiment)
    return loaded
  }

  /// Runs jobs; nil for those that were interrupted or had no room in the budget of simulations.
  mutating func run(_ jobs: [Job]) async throws(ScenarioFailure) -> [Evidence?] { try await run(jobs) { $0 } }

  /// The same, keeping of each result what `digest` makes of it.
  mutating func run<Digest: Sendable>(
    _ jobs: [Job], _ digest: @escaping @Sendable (Evidence) -> Digest
  ) async throws(ScenarioFailure) -> [Digest?] {
    let room = max(0, request.budget - simulations)
    if jobs.count > room { isExhausted = true }
    let affordable = Array(jobs.prefix(room))
    var digests: [Digest?] = []
    var rest = affordable[...]
    while !rest.isEmpty {
      let part = Self.part(of: rest)
      rest = rest.dropFirst(part.count)
      digests += isInterrupted() ? part.map { _ in nil } : try await runPart(part, digest)
    }
    return digests + Array(repeating: nil, count: jobs.count - affordable.count)
  }

  /// Simulates the scenario with settings until it is decided, or until that is enough; nil when there is no room or no time.
  mutating func measure(
    _ settings: [Setting], until isEnough: (Assessment) -> Bool = { _ in false }
  ) async throws(ScenarioFailure) -> Assessment? {
    var assessment = Assessment()
    let test = request.test
    for count in test.looks {
      let jobs = (assessment.replications..<count).map { Bench.Job(settings: settings, replication: $0) }
      let evidence = try await run(jobs).compactMap(\.self)
      guard evidence.count == jobs.count else { return nil }
      assessment.add(evidence, test)
      if assessment.outcome != .open || isEnough(assessment) { break }
    }
    return assessment
  }

  /// Jobs from the front that need at most so many different experiments.
  private static func part(of jobs: ArraySlice<Job>) -> [Job] {
    var settings: [[Setting]] = []
    return Array(
      jobs.prefix { job in
        if settings.contains(job.settings) { return true }
        settings.append(job.settings)
        return settings.count <= mostPrepared
      })
  }

  private mutating func runPart<Digest: Sendable>(
    _ jobs: [Job], _ digest: @escaping @Sendable (Evidence) -> Digest
  ) async throws(ScenarioFailure) -> [Digest?] {
    var settings: [[Setting]] = [], designs: [Prepared] = []
    var numbered: [Replications.Job] = []
    for job in jobs {
      let known = settings.firstIndex(of: job.settings)
      if known == nil {
        settings.append(job.settings)
        designs.append(try prepare(job.settings))
      }
      numbered.append(.init(experiment: known ?? designs.count - 1, replication: job.replication))
    }
    if let last = settings.last { latest = (last, designs[designs.count - 1]) }
    let durations = numbered.map {
      max(1, Double(designs[$0.experiment].loaded.experiment.horizon.duration.nanoseconds))
    }
    let (ended, expected, report) = (simulations, max(1, expected), report)
    simulations += jobs.count
    let begun = simulations
    let digests = await request.place.run(
      numbered, of: designs.map(\.loaded), prepared: designs.compactMap(\.prepared), isInterrupted: isInterrupted,
      report: { progress in
        let part = min(1, Double(progress.simulated.nanoseconds) / durations[progress.job])
        report(
          PlanProgress(simulations: begun, ended: ended, expected: expected, job: progress.job, part: part))
      },
      digest: digest)
    if !request.place.isHere { awaited += digests.count { $0 == nil } }
    return digests
  }

  private mutating func prepare(_ settings: [Setting]) throws(ScenarioFailure) -> Prepared {
    if let latest, latest.settings == settings { return latest.design }
    let loaded = try load(settings)
    return Prepared(
      loaded: loaded,
      prepared: request.place.isHere ? PreparedExperiment(loaded.experiment, tables: &tables) : nil)
  }
}

/// How far a plan has come: one of its simulations reports.
public struct PlanProgress: Sendable {
  /// Simulations begun, and how many of them had ended before those that run now.
  public let simulations: Int, ended: Int
  /// How many it will probably be in all, above 0: what is still looked for is not known before it is found.
  public let expected: Int
  /// Which of those that run now reports, and the part of it that is done, 0 to 1.
  public let job: Int, part: Double
}
