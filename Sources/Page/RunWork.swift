internal import Experiment
internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Synchronization
internal import Units

/// The simulations of an order, by the same entry points as `weir run`.
struct RunWork: Sendable {
  /// Events that all runs of an order may have together: some minutes.
  static let mostEvents: Int64 = 1_000_000_000

  private let order: RunOrder
  private let trials: [Trial]
  private let flag: StopFlag
  private let workers: Int

  init(_ order: RunOrder, _ trials: [Trial], _ flag: StopFlag, workers: Int) {
    (self.order, self.trials, self.flag, self.workers) = (order, trials, flag, workers)
  }

  /// Why there are no results.
  struct Failure: Error { let ending: RunDesk.Ending }

  /// The results by design, in each by replication; or how they ended before. `report` is told per cents.
  func results(_ report: @escaping @Sendable (Int) -> Void) async -> Result<[[RunResult]], Failure> {
    let jobs = (0..<order.replications).flatMap { replication in
      trials.indices.map { Replications.Job(experiment: $0, replication: replication) }
    }
    let durations = trials.map(\.loaded.experiment.horizon.duration)
    let whole = jobs.reduce(0) { $0 + durations[$1.experiment].inSeconds }
    let tally = Tally(jobs: jobs.count), flag = flag
    let results = await Replications.run(
      jobs, of: trials.map(\.prepared), workers: workers,
      isInterrupted: { flag.isRaised || tally.events > Self.mostEvents },
      report: { progress in report(tally.note(progress, of: whole)) }, digest: { $0 })
    if flag.isRaised { return .failure(Failure(ending: .cancelled)) }
    let found = trials.indices.map { design in
      zip(jobs, results).compactMap { job, result in job.experiment == design ? result : nil }
    }
    guard found.allSatisfy({ $0.count == order.replications && $0.allSatisfy(\.isComplete) }) else {
      return .failure(Failure(ending: .spent(Self.spent(order, tally.seconds(of: whole)))))
    }
    return .success(found)
  }

  private static func spent(_ order: RunOrder, _ share: Double) -> String {
    "Stopped after \(Figures.count(mostEvents)) simulated events, at \(Figures.percent(share)) of the way. Shorten "
      + "clock.duration, or use the command line: \(order.command(of: 0))"
  }
}

/// How far the jobs of an order are.
private final class Tally: Sendable {
  private struct Count { var seconds: [Double], events: [Int64] }
  private let count: Mutex<Count>

  init(jobs: Int) {
    count = Mutex(Count(seconds: Array(repeating: 0, count: jobs), events: Array(repeating: 0, count: jobs)))
  }

  var events: Int64 { count.withLock { $0.events.reduce(0, +) } }

  func seconds(of whole: Double) -> Double { count.withLock { $0.seconds.reduce(0, +) } / max(1e-9, whole) }

  /// Takes note, and returns how far all are in per cent.
  func note(_ progress: Replications.Progress, of whole: Double) -> Int {
    count.withLock { count in
      count.seconds[progress.job] = progress.simulated.inSeconds
      count.events[progress.job] = progress.events
      return Int(100 * min(1, count.seconds.reduce(0, +) / max(1e-9, whole)))
    }
  }
}
