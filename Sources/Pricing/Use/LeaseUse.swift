public import Units

/// What the Kinesis Client Library asks of its lease table in DynamoDB, which is billed by request (facts §9.2, N§6).
///
/// Every lease is renewed by a conditional write each third of the fail-over time less 25 ms; a write and each checkpoint cost
/// one unit, leases being smaller than 1 KiB. In KCL 2 every worker scans the table for leases, and again for the election of a
/// leader. In KCL 3 the leader scans to assign leases and to audit shards and refreshes its lock; a worker asks an index which
/// leases are its own, writes metrics of itself, and reads who leads. Changes of owners are not counted: in a steady state there
/// are none.
public struct LeaseUse: Sendable, Hashable {
  /// How often each thing happens, and how large things are.
  public struct Rhythm: Sendable, Hashable {
    /// Between two renewals of a lease; between two scans of the table, by every worker in KCL 2, by the leader in KCL 3.
    public var renewal: Interval, scan: Interval
    /// Between two looks of a KCL 3 worker for the leases it was given; nil in KCL 2, whose workers scan.
    public var discovery: Interval?
    /// Between two checkpoints of a lease at the least; zero is after each batch.
    public var checkpoint: Interval
    /// KCL 2: between two scans of a worker for the election. KCL 3: between two audits of the shards by the leader.
    public var election: Interval, audit: Interval
    /// KCL 3: between two writes of a worker's metrics, of the leader's lock, and reads of it at the least.
    public var metrics: Interval, heartbeat: Interval, leaderCheck: Interval
    /// Bytes of a lease, and of its entry in the index by owner.
    public var leaseBytes: Int64, indexBytes: Int64

    /// A rhythm of the given parts.
    public init(
      renewal: Interval, scan: Interval, discovery: Interval?, checkpoint: Interval, election: Interval,
      audit: Interval,
      metrics: Interval, heartbeat: Interval, leaderCheck: Interval, leaseBytes: Int64, indexBytes: Int64
    ) {
      (self.renewal, self.scan, self.discovery, self.checkpoint) = (renewal, scan, discovery, checkpoint)
      (self.election, self.audit) = (election, audit)
      (self.metrics, self.heartbeat, self.leaderCheck) = (metrics, heartbeat, leaderCheck)
      (self.leaseBytes, self.indexBytes) = (leaseBytes, indexBytes)
    }

    /// Between two reads of the lock by a worker that does not lead: at the tick of a scan, and no more often than it may.
    var check: Interval { Interval(nanoseconds: leaderCheck.nanoseconds.roundedUp(to: max(1, scan.nanoseconds))) }
  }

  /// Its workers, and what they do again and again.
  public var workers: Int, rhythm: Rhythm
  /// How long its workers ran.
  public var span = Interval.zero
  /// Leases times nanoseconds, in that time.
  public var held: Int128 = 0
  /// Batches worked off. A checkpoint is the application's: after a batch, and no more often than it is told.
  public var batches: Int128 = 0

  /// The table of an application of which nothing was used yet.
  public init(workers: Int, rhythm: Rhythm) { (self.workers, self.rhythm) = (workers, rhythm) }

  /// An eventually consistent read costs half a unit for each 4 KiB (N§6).
  private static let halfUnitBytes: Int128 = 4_096

  func add(_ scope: Scope, to usage: inout Usage) {
    guard span > .zero else { return }
    usage.add(.leaseWrite, scope: scope, writes)
    usage.add(.leaseRead, scope: scope, halfReads.times(1, over: 2, .nearest))
  }

  /// How often something happens that so many do every so often.
  private func turns(_ period: Interval, of count: Int128 = 1) -> Int128 {
    Int128(span.nanoseconds).times(count, over: Int128(max(1, period.nanoseconds)), .nearest)
  }

  private var checkpoints: Int128 {
    let every = Int128(rhythm.checkpoint.nanoseconds)
    return every > 0 ? min(batches, held / every) : batches
  }

  private var writes: Int128 {
    let common = held / Int128(max(1, rhythm.renewal.nanoseconds)) + checkpoints
    guard rhythm.discovery != nil else { return common }
    return common + turns(rhythm.metrics, of: Int128(workers)) + turns(rhythm.heartbeat)
  }

  /// Half units of reads.
  private var halfReads: Int128 {
    let span = Int128(span.nanoseconds), workers = Int128(workers), leases = (held + span - 1) / span
    let table = Self.halfUnits(leases * Int128(rhythm.leaseBytes))
    guard let discovery = rhythm.discovery else {
      return (turns(rhythm.scan, of: workers) + turns(rhythm.election, of: workers)) * table
    }
    let own = Self.halfUnits((leases + workers - 1) / max(1, workers) * Int128(rhythm.indexBytes))
    // A strongly consistent read of the lock costs a whole unit.
    let checks = turns(rhythm.scan) + turns(rhythm.check, of: workers - 1)
    return (turns(rhythm.scan) + turns(rhythm.audit)) * table + turns(discovery, of: workers) * own + 2 * checks
  }

  private static func halfUnits(_ bytes: Int128) -> Int128 { max(1, (bytes + halfUnitBytes - 1) / halfUnitBytes) }
}
