public import Units

/// Runs replications side by side: the only place where anything is parallel.
///
/// Replications share nothing but tables that never change, so results do not depend on the number of workers.
public enum Replications {
  /// How far one replication has come.
  public struct Progress: Sendable {
    /// Which.
    public let replication: Int
    /// Virtual time passed.
    public let simulated: Interval
    /// Events taken.
    public let events: Int64
  }

  /// Events between two looks at `isInterrupted`: some tens of milliseconds.
  private static let stride = 100_000

  /// Runs replications 0 ..< `count` on `workers` threads at most.
  ///
  /// - Returns: Their results in order. When `isInterrupted` turns true, those under way end as incomplete ones and the
  ///   others are left out; the first replication is always there.
  public static func run(
    _ prepared: PreparedExperiment, count: Int, workers: Int, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Progress) -> Void
  ) async -> [RunResult] {
    await withTaskGroup(of: RunResult.self) { group in
      var next = 0
      func startOne() {
        guard next < count, next == 0 || !isInterrupted() else { return }
        let replication = next
        next += 1
        group.addTask { one(prepared, replication, isInterrupted: isInterrupted, report: report) }
      }
      for _ in 0..<max(1, workers) { startOne() }
      var results: [RunResult] = []
      for await result in group {
        results.append(result)
        startOne()
      }
      return results.sorted { $0.replication < $1.replication }
    }
  }

  private static func one(
    _ prepared: PreparedExperiment, _ replication: Int, isInterrupted: @Sendable () -> Bool,
    report: @Sendable (Progress) -> Void
  ) -> RunResult {
    var run = Run(prepared, replication: replication)
    var isOver = false
    while !isOver, !isInterrupted() {
      isOver = run.advance(limit: stride)
      report(Progress(replication: replication, simulated: run.simulated, events: run.eventCount))
    }
    return run.finish(isComplete: isOver)
  }
}
