internal import Experiment
public import Models
public import Scenario

/// Runs the combinations of a grid, all on common random numbers.
public struct SweepRun: Sendable {
  private let template: ScenarioTemplate
  private let grid: SweepGrid
  private let common: [Setting]
  private let seed: UInt64?
  private let replications: Int

  /// The most runs of one sweep, combinations times replications.
  public static let maximumRuns = 100_000

  /// A sweep of the scenario `template`, with `common` settings laid over it first.
  public init(
    _ template: ScenarioTemplate, grid: SweepGrid, common: [Setting], seed: UInt64?, replications: Int
  ) {
    (self.template, self.grid, self.common) = (template, grid, common)
    (self.seed, self.replications) = (seed, replications)
  }

  /// Reads every combination and shows it to `visit`, in order; nothing is run. Throws the errors of all at once, each
  /// once.
  public func check(_ visit: (Int, LoadedScenario) -> Void) throws(ScenarioFailure) {
    var failures: [ScenarioFailure] = []
    for position in 0..<grid.count where failures.count < 100 {
      do throws(ScenarioFailure) {
        visit(position, try load(position))
      } catch { failures.append(error) }
    }
    if !failures.isEmpty { throw .joined(failures) }
  }

  private func load(_ position: Int) throws(ScenarioFailure) -> LoadedScenario {
    try template.load(settings: common + grid.settings(at: position), seed: seed)
  }

  /// Runs those combinations of which `known` has no samples, at `place`, and hands each over to `keep`,
  /// in order, soon after it is done.
  ///
  /// The result does not depend on the place, nor on what was known. When `isInterrupted` turns true, the
  /// combinations that were finished are what there is; so they are where `place` does not know all. Throws what `keep` throws; the scenario is read again for every
  /// combination, so it throws too when one of its files has meanwhile gone wrong.
  public func run(
    figures: [Figure], known: [[FigureSample]?], at place: Workplace, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Replications.Progress) -> Void, keep: (Int, [FigureSample]) throws -> Void
  ) async throws -> [[FigureSample]?] {
    var samples = known
    let missing = known.indices.filter { known[$0] == nil }
    // A few jobs for each worker, so that none waits long for the others, and little is lost with the process.
    let chunk = max(1, 4 * place.atOnce / replications)
    var tables = KeyTables()
    for start in stride(from: 0, to: missing.count, by: chunk) where !isInterrupted() {
      let positions = Array(missing[start..<min(start + chunk, missing.count)])
      let designs = try positions.map(load)
      let prepared = place.isHere ? designs.map { PreparedExperiment($0.experiment, tables: &tables) } : []
      let done = await run(
        designs, prepared, figures, place, isInterrupted, { report($0.shifted(by: start * replications)) })
      for (position, result) in zip(positions, done) {
        guard let result else { continue }
        samples[position] = result
        try keep(position, result)
      }
    }
    return samples
  }

  /// The samples of each experiment; nil for one that was interrupted.
  private func run(
    _ designs: [LoadedScenario], _ prepared: [PreparedExperiment], _ figures: [Figure], _ place: Workplace,
    _ isInterrupted: @escaping @Sendable () -> Bool, _ report: @escaping @Sendable (Replications.Progress) -> Void
  ) async -> [[FigureSample]?] {
    let jobs = designs.indices.flatMap { experiment in
      (0..<replications).map { Replications.Job(experiment: experiment, replication: $0) }
    }
    let samples = await place.run(
      jobs, of: designs, prepared: prepared, isInterrupted: isInterrupted, report: report,
      digest: { $0.sample(of: figures) })
    return designs.indices.map { experiment in
      let own = samples[(experiment * replications)..<((experiment + 1) * replications)]
      let finished = own.compactMap(\.self)
      return finished.count == replications ? finished : nil
    }
  }
}
