internal import Experiment
public import Models
internal import Scenario
internal import Simulation

/// Runs designs on common random numbers until there are enough replications.
public struct ComparisonRun: Sendable {
  private let trials: [Trial]
  private let figures: [Figure]
  private let rule: ReplicationRule
  private let level: Double

  /// A comparison of at least one design; all must have the same seed, or their replications are no pairs.
  public init(_ trials: [Trial], figures: [Figure], rule: ReplicationRule, level: Double) {
    precondition(Set(trials.map(\.loaded.experiment.seed)).count == 1, "designs of one seed, at least one")
    (self.trials, self.figures, self.rule, self.level) = (trials, figures, rule, level)
  }

  /// The most jobs there will be, for a progress bar: replication by replication, and in each design by design.
  public var mostJobs: Int { rule.most * trials.count }

  private struct Digest: Sendable {
    var sample: FigureSample
    /// By objective.
    var held: [Bool]
    var paths: [SteadyPath]
  }

  /// Runs at `place`; the result does not depend on it.
  ///
  /// When `isInterrupted` turns true, the replications that all designs finished are what there is; so they
  /// are where `place` does not know all.
  public func run(
    at place: Workplace, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Replications.Progress) -> Void
  ) async -> Comparison {
    var samples: [[FigureSample]] = Array(repeating: [], count: trials.count)
    var held: [[[Bool]]] = Array(repeating: [], count: trials.count)
    var paths: [[SteadyPath]] = []
    var isComplete = true, isPrecise = false
    while isComplete, !isPrecise, let goal = rule.next(after: samples[0].count) {
      let round = samples[0].count..<goal
      let rows = await rows(round, place, isInterrupted, report)
      for row in rows {
        for position in trials.indices {
          samples[position].append(row[position].sample)
          held[position].append(row[position].held)
        }
        if paths.count < WarmUpCheck.most { paths.append(row[0].paths) }
      }
      isComplete = rows.count == round.count
      isPrecise = self.isPrecise(samples)
    }
    return comparison(samples, held, paths, isComplete: isComplete, isPrecise: isPrecise)
  }

  /// A row for each replication that every design finished.
  private func rows(
    _ round: Range<Int>, _ place: Workplace, _ isInterrupted: @escaping @Sendable () -> Bool,
    _ report: @escaping @Sendable (Replications.Progress) -> Void
  ) async -> [[Digest]] {
    let jobs = round.flatMap { replication in
      trials.indices.map { Replications.Job(experiment: $0, replication: replication) }
    }
    let offset = round.lowerBound * trials.count, figures = figures
    let digests = await place.run(
      jobs, of: trials.map(\.loaded), prepared: trials.map(\.prepared), isInterrupted: isInterrupted,
      report: { report($0.shifted(by: offset)) },
      digest: { Digest(sample: $0.sample(of: figures), held: $0.held, paths: $0.paths) })
    return stride(from: 0, to: digests.count, by: trials.count).compactMap { start in
      let row = digests[start..<(start + trials.count)].compactMap(\.self)
      return row.count == trials.count ? row : nil
    }
  }

  /// Whether every difference is known to the precision asked for; half its interval is held against the larger of the
  /// two means, for a difference may well be nothing.
  private func isPrecise(_ samples: [[FigureSample]]) -> Bool {
    guard case .precise(let precision) = rule else { return false }
    return Comparison.differences(samples, figures, level: level).allSatisfy { difference in
      guard case .known(let interval) = difference.estimate.interval else {
        return difference.estimate.withheld == .allEqual
      }
      let scale = max(difference.meanA.magnitude, difference.meanB.magnitude)
      return interval.isWithin(relativeError: precision.error, of: scale)
    }
  }

  private func comparison(
    _ samples: [[FigureSample]], _ held: [[[Bool]]], _ paths: [[SteadyPath]], isComplete: Bool, isPrecise: Bool
  ) -> Comparison {
    let test = FeasibilityTest.usual(confidence: level, runs: samples[0].count)
    let contenders = trials.indices.map { position in
      let trial = trials[position], objectives = trial.loaded.experiment.objectives
      return Comparison.Contender(
        design: trial.design, loaded: trial.loaded, samples: samples[position],
        held: HeldCount.all(of: objectives, held[position], test))
    }
    let isAsked: Bool =
      switch rule {
      case .fixed: false
      case .precise: true
      }
    return Comparison(
      contenders: contenders, figures: figures,
      differences: Comparison.differences(samples, figures, level: level), rule: rule,
      isPrecise: isPrecise || !isAsked, isComplete: isComplete, level: level,
      warmUp: WarmUpCheck(paths, of: trials[0].loaded.experiment))
  }
}
