public import Units

/// What the Kinesis Client Library asks of its lease table in DynamoDB, which is billed by request (facts §9.2).
///
/// Every lease is renewed by a conditional write each third of the fail-over time less 25 ms; a write and each checkpoint cost
/// one unit, leases being smaller than 1 KiB. Every worker scans the table when it looks for leases (KCL 2; in KCL 3 only the
/// leader does); the scans are taken to be eventually consistent, and a lease to have 400 bytes (assumed).
public struct LeaseUse: Sendable, Hashable {
  /// How long its workers ran.
  public var span: Interval
  /// Leases times nanoseconds, in that time.
  public var held: Int128
  /// Batches worked off. A checkpoint is the application's: after a batch, and no more often than it is told.
  public var batches: Int128
  /// How many workers look for leases, and how often each.
  public var workers: Int, scanPeriod: Interval
  /// How often a lease is checkpointed at most; zero is after each batch.
  public var checkpointEvery: Interval
  /// Between two renewals of a lease.
  public var renewal: Interval

  /// Bytes of a lease, assumed; and those that one unit reads, eventually consistent.
  private static let leaseBytes: Int128 = 400, unitBytes: Int128 = 8_192

  /// The table of an application; `failover` is the KCL's fail-over time in seconds.
  public init(workers: Int, scanPeriod: Interval, checkpointEvery: Interval, failover: Int64) {
    (span, held, batches) = (.zero, 0, 0)
    (self.workers, self.scanPeriod, self.checkpointEvery) = (workers, scanPeriod, checkpointEvery)
    renewal = .milliseconds(failover * 1_000 / 3 - 25)
  }

  func add(_ scope: Scope, to usage: inout Usage) {
    guard span > .zero else { return }
    let leases = (held + Int128(span.nanoseconds) - 1) / Int128(span.nanoseconds)
    let units = (leases * Self.leaseBytes + Self.unitBytes - 1) / Self.unitBytes
    let period = Int128(scanPeriod.nanoseconds), every = Int128(checkpointEvery.nanoseconds)
    let scans = (Int128(workers) * Int128(span.nanoseconds) + period / 2) / period
    let checkpoints = every > 0 ? min(batches, held / every) : batches
    usage.add(.leaseWrite, scope: scope, held / Int128(renewal.nanoseconds) + checkpoints)
    usage.add(.leaseRead, scope: scope, scans * units)
  }
}
