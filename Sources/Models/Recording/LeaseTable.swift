public import KinesisCore
public import Pricing
public import Units

/// What the Kinesis Client Library asks of its lease table in DynamoDB, which is billed by request (facts §9.2).
///
/// Every lease is renewed by a conditional write each third of the fail-over time less 25 ms; a write and each checkpoint cost
/// one unit, leases being smaller than 1 KiB. Every worker scans the table when it looks for leases (KCL 2; in KCL 3 only the
/// leader does); the scans are taken to be eventually consistent, and a lease to have 400 bytes (assumed).
public struct LeaseTable: Sendable, Hashable {
  /// Nanoseconds between two renewals of a lease: 3,308 ms.
  public let renewal: Int128
  /// Bytes of a lease, assumed; and those that one unit reads, eventually consistent.
  static let leaseBytes: Int128 = 400, unitBytes: Int128 = 8_192

  /// The table under limits.
  public init(_ limits: LimitsProfile) {
    renewal = Int128(limits[.kclFailover] * 1_000 / 3 - 25) * 1_000_000
  }

  /// Adds renewals, scans and checkpoints: `held` is leases times nanoseconds, over a span of time in which so many batches
  /// were worked off. A checkpoint is the application's: after a batch, and no more often than it is told.
  public func add(
    held: Int128, over span: Interval, batches: Int128, by consumer: ConsumerSpec, to usage: inout Usage
  ) {
    guard span > .zero else { return }
    let leases = (held + Int128(span.nanoseconds) - 1) / Int128(span.nanoseconds)
    let units = (leases * Self.leaseBytes + Self.unitBytes - 1) / Self.unitBytes
    let period = Int128(Worker.scanPeriod.nanoseconds)
    let scans = (Int128(consumer.workers) * Int128(span.nanoseconds) + period / 2) / period
    let every = Int128(consumer.checkpointEvery.nanoseconds)
    let checkpoints = every > 0 ? min(batches, held / every) : batches
    usage.add(.leaseWrite, scope: "consumer:\(consumer.name)", held / renewal + checkpoints)
    usage.add(.leaseRead, scope: "consumer:\(consumer.name)", scans * units)
  }
}
