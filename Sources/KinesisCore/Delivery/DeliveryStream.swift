public import Units

/// One delivery stream of Data Firehose: it takes records, gathers them, and says what to deliver when.
///
/// Who drives it performs its effects and answers each `deliver` and each `invoke` exactly once; a late, second or unknown
/// answer changes nothing. For a stream source the driver polls each open shard `pollsPerSecond` times a second, from where
/// `openShard` or the latest `reread` or `read` left off, as long as `mayRead` allows it, and hands in what it got.
public struct DeliveryStream: Sendable, Hashable {
  /// How it is configured.
  public let configuration: DeliveryConfiguration
  /// What it obeys.
  public let limits: LimitsProfile
  /// What became of every record.
  public internal(set) var ledger = DeliveryLedger()
  var latest: Instant

  /// A delivery stream that is ACTIVE from `now` on, or everything in its configuration that AWS would refuse.
  public init(
    _ configuration: DeliveryConfiguration, limits: LimitsProfile = .current, at now: Instant
  ) throws(DeliveryFlaws) {
    (self.configuration, self.limits, latest) = (configuration, limits, now)
  }

  /// How often each shard is to be read: once a second, twice when all is backed up (F§2). Only one of the two answers is to
  /// be handed in; the other is the backup's own and costs the shard the same.
  public var pollsPerSecond: Int64 {
    limits[configuration.backup == .all ? .deliveryPollsWithBackup : .deliveryPolls]
  }

  /// Whether a shard may be polled now: false while what was read from it waits for a delivery or an invocation to end.
  public func mayRead(_ shard: ShardID) -> Bool { true }

  /// Dynamic partitions with records on the way; AWS's PartitionCount.
  public var activePartitions: Int { 0 }

  /// When the oldest record still held was received; nil when nothing is. AWS's DataFreshness is its age. O(buffers).
  public var oldestReceived: Instant? { nil }

  /// The limit of Direct PUT in bytes a second, after automatic increases; nil for a stream source.
  public var bytesPerSecond: Bytes? { nil }

  /// Whether every record taken has one end or is found in a buffer, an invocation or a delivery. O(everything held).
  public var isBalanced: Bool { ledger.records.held == 0 }

  /// PutRecordBatch without an allocation: appends to `accepted`, for each entry, how many of its records were taken.
  ///
  /// - Throws: `slowDown` or `invalidArgument`; then nothing was taken and nothing appended.
  public mutating func putRecordBatch(
    _ records: [DeliveryRecord], at now: Instant, accepted: inout [Int32], into effects: inout [DeliveryEffect]
  ) throws(DeliveryRefusal) {
    wake(at: now, into: &effects)
  }
}

extension DeliveryStream: Machine {
  /// Lets time pass, then takes the input.
  public mutating func step(_ input: DeliveryInput, at now: Instant, into effects: inout [DeliveryEffect]) {
    wake(at: now, into: &effects)
  }

  /// Lets time pass: buffers that reached their age are delivered, waits for retries end, the limit is raised.
  public mutating func wake(at now: Instant, into effects: inout [DeliveryEffect]) { latest = max(latest, now) }

  /// The first thing due.
  public var deadline: Instant? { nil }
}
