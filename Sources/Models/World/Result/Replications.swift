internal import Experiment
public import Units

/// Runs replications side by side: the only place where anything is parallel.
///
/// Replications share nothing but tables that never change, so results do not depend on the number of workers.
public enum Replications {
  /// One replication of one of several experiments.
  public struct Job: Sendable, Hashable {
    /// The position of the experiment.
    public var experiment: Int
    /// Which replication of it. Equal replications of two designs see the same chance: common random numbers.
    public var replication: Int

    /// A replication of an experiment.
    public init(experiment: Int, replication: Int) { (self.experiment, self.replication) = (experiment, replication) }
  }

  /// How far one job has come.
  public struct Progress: Sendable {
    /// Which, by its position among the jobs.
    public let job: Int
    /// Virtual time passed.
    public let simulated: Interval
    /// Events taken.
    public let events: Int64

    /// The same of a job that stands `offset` places further on: for jobs that are run in several rounds.
    public func shifted(by offset: Int) -> Progress {
      Progress(job: job + offset, simulated: simulated, events: events)
    }
  }

  /// Events between two looks at `isInterrupted`: a millisecond, and a hundred where an event settles many records.
  private static let stride = 5_000

  /// Runs replications 0 ..< `count` on `workers` threads at most.
  ///
  /// - Returns: Their results in order. When `isInterrupted` turns true, those under way end as incomplete ones and the
  ///   others are left out; the first replication is always there.
  public static func run(
    _ prepared: PreparedExperiment, count: Int, workers: Int, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Progress) -> Void
  ) async -> [RunResult] {
    let jobs = (0..<count).map { Job(experiment: 0, replication: $0) }
    return await run(jobs, of: [prepared], workers: workers, isInterrupted: isInterrupted, report: report) { $0 }
      .compactMap(\.self)
  }

  /// Runs jobs on `workers` threads at most and keeps of each result only its digest, so that thousands need little memory.
  ///
  /// - Returns: The digests in the order of the jobs. When `isInterrupted` turns true, jobs under way end as incomplete ones
  ///   and nil stands for the others; the first job is always there.
  public static func run<Digest: Sendable>(
    _ jobs: [Job], of experiments: [PreparedExperiment], workers: Int,
    isInterrupted: @escaping @Sendable () -> Bool, report: @escaping @Sendable (Progress) -> Void,
    digest: @escaping @Sendable (RunResult) -> Digest
  ) async -> [Digest?] {
    await run(
      jobs, of: experiments, workers: workers, isInterrupted: isInterrupted, report: report, digest: digest,
      keep: { _, _ in })
  }

  /// The same, handing each digest to `keep` with the position of its job, one at a time, as soon as it is there.
  public static func run<Digest: Sendable>(
    _ jobs: [Job], of experiments: [PreparedExperiment], workers: Int,
    isInterrupted: @escaping @Sendable () -> Bool, report: @escaping @Sendable (Progress) -> Void,
    digest: @escaping @Sendable (RunResult) -> Digest, keep: (Int, Digest) -> Void
  ) async -> [Digest?] {
    await withTaskGroup(of: (Int, Digest).self) { group in
      var next = 0
      func startOne() {
        guard next < jobs.count, next == 0 || !isInterrupted() else { return }
        let position = next, job = jobs[next]
        next += 1
        group.addTask {
          let result = result(of: experiments[job.experiment], job.replication, isInterrupted) {
            report(Progress(job: position, simulated: $0, events: $1))
          }
          return (position, digest(result))
        }
      }
      for _ in 0..<max(1, workers) { startOne() }
      var digests: [Digest?] = Array(repeating: nil, count: jobs.count)
      for await (position, digest) in group {
        digests[position] = digest
        keep(position, digest)
        startOne()
      }
      return digests
    }
  }

  /// One replication. One that cannot go on being settled begins again, record by record.
  private static func result(
    of prepared: PreparedExperiment, _ replication: Int, _ isInterrupted: () -> Bool,
    report: (Interval, Int64) -> Void
  ) -> RunResult {
    var world = World(prepared, replication: replication)
    let isOver = advance(&world, isInterrupted, report: report)
    guard let failure = world.failure else { return world.finish(isComplete: isOver) }
    var again = World(prepared.byRecord(because: failure), replication: replication)
    let isAgainOver = advance(&again, isInterrupted, report: report)
    return again.finish(isComplete: isAgainOver)
  }

  private static func advance(
    _ run: inout World, _ isInterrupted: () -> Bool, report: (Interval, Int64) -> Void
  ) -> Bool {
    var isOver = false
    while !isOver, run.failure == nil, !isInterrupted() {
      isOver = run.advance(limit: stride)
      report(run.simulated, run.eventCount)
    }
    return isOver
  }
}
