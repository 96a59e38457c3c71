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
  private let isInterrupted: @Sendable () -> Bool
  private let report: @Sendable (PlanProgress) -> Void
  /// Designs of a plan have much the same keys.
  private var tables = KeyTables()
  private var latest: (settings: [Setting], prepared: PreparedExperiment)?

  init(
    _ template: ScenarioTemplate, _ request: PlanRequest, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (PlanProgress) -> Void
  ) {
    (self.template, self.request) = (template, request)
    (self.isInterrupted, self.report) = (isInterrupted, report)
  }

  /// Says how many more simulations will probably be asked for, from here to the end: people see a share of that.
  mutating func expect(_ more: Int) { expected = simulations + max(0, more) }

  /// Whether nothing more is to be run.
  var isOver: Bool { isInterrupted() || isExhausted }
  /// Whether the user stopped it.
  var wasInterrupted: Bool { isInterrupted() }

  /// The scenario with settings behind those of the request, and with what designs are held to as its objectives.
  func load(_ settings: [Setting]) throws(ScenarioFailure) -> LoadedScenario {
    var loaded = try template.load(settings: request.settings + settings, seed: request.seed)
    loaded.experiment.objectives = Requirement.objectives(of: loaded.experiment)
    return loaded
  }

  /// Runs jobs; nil for those that were interrupted or had no room in the budget of simulations.
  mutating func run(_ jobs: [Job]) async throws(ScenarioFailure) -> [Evidence?] { try await run(jobs, Evidence.init) }

  /// The same, keeping of each result what `digest` makes of it.
  mutating func run<Digest: Sendable>(
    _ jobs: [Job], _ digest: @escaping @Sendable (RunResult) -> Digest
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
    _ jobs: [Job], _ digest: @escaping @Sendable (RunResult) -> Digest
  ) async throws(ScenarioFailure) -> [Digest?] {
    var settings: [[Setting]] = [], experiments: [PreparedExperiment] = []
    var numbered: [Replications.Job] = []
    for job in jobs {
      let known = settings.firstIndex(of: job.settings)
      if known == nil {
        settings.append(job.settings)
        experiments.append(try prepare(job.settings))
      }
      numbered.append(.init(experiment: known ?? experiments.count - 1, replication: job.replication))
    }
    if let last = settings.last { latest = (last, experiments[experiments.count - 1]) }
    let durations = numbered.map { max(1, Double(experiments[$0.experiment].experiment.horizon.duration.nanoseconds)) }
    let (ended, expected, report) = (simulations, max(1, expected), report)
    simulations += jobs.count
    let begun = simulations
    return await Replications.run(
      numbered, of: experiments, workers: request.workers, isInterrupted: isInterrupted,
      report: { progress in
        let part = min(1, Double(progress.simulated.nanoseconds) / durations[progress.job])
        report(
          PlanProgress(simulations: begun, ended: ended, expected: expected, job: progress.job, part: part))
      },
      digest: { result in result.isComplete ? digest(result) : nil }
    ).map { $0.flatMap(\.self) }
  }

  private mutating func prepare(_ settings: [Setting]) throws(ScenarioFailure) -> PreparedExperiment {
    if let latest, latest.settings == settings { return latest.prepared }
    return PreparedExperiment(try load(settings).experiment, tables: &tables)
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
