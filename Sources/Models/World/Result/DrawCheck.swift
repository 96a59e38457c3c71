internal import Experiment
internal import Simulation
internal import Units

/// Check mode: runs an experiment twice and stops at the first event at which the runs differ.
///
/// Every draw is folded into the trajectory when it is made (arrival instants, keys, sizes, latencies, verdicts), so a
/// draw that diverges shows at the event that made it.
public enum DrawCheck {
  /// What an event was, in each of two runs that should be equal.
  public struct Divergence: Sendable, Hashable {
    /// Its number, from 0.
    public let event: Int64
    /// When it was in the first run, and what.
    public let first: String
    /// When it was in the second run, and what.
    public let second: String
  }

  /// What a check came to.
  public enum Outcome: Sendable, Hashable {
    /// Equal, event by event.
    case equal(events: Int64)
    /// Equal up to the ledger's limit; not looked at behind it.
    case equalSoFar(events: Int64)
    /// Not equal.
    case diverged(Divergence)
  }

  /// Bytes of the ledger, one an event.
  public static let ledgerLimit = 1 << 28

  /// Runs the same experiment twice.
  public static func run(_ prepared: PreparedExperiment, replication: Int = 0) -> Outcome {
    compare(prepared, prepared, replication: replication)
  }

  /// Runs two experiments that should come to the same, and compares them event by event.
  public static func compare(
    _ first: PreparedExperiment, _ second: PreparedExperiment, replication: Int
  ) -> Outcome {
    let recording = record(first, replication)
    var ledger = DrawLedger(mode: .compare(with: recording))
    var run = World(second, replication: replication)
    while !run.advance(limit: 1) {
      if !ledger.note(run.trajectory.value) { break }
    }
    if let event = ledger.finish() {
      let was = describe(first, replication, event: event)
      return .diverged(Divergence(event: event, first: was, second: run.description))
    }
    return recording.isComplete ? .equal(events: run.eventCount) : .equalSoFar(events: Int64(recording.bytes.count))
  }

  private static func record(_ prepared: PreparedExperiment, _ replication: Int) -> DrawRecording {
    var ledger = DrawLedger(mode: .record(limit: ledgerLimit))
    var run = World(prepared, replication: replication)
    while !run.advance(limit: 1) { _ = ledger.note(run.trajectory.value) }
    return ledger.recording
  }

  private static func describe(_ prepared: PreparedExperiment, _ replication: Int, event: Int64) -> String {
    var run = World(prepared, replication: replication)
    return run.advance(limit: Int(event) + 1) ? "over" : run.description
  }
}
