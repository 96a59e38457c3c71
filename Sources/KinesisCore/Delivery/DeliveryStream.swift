public import Units

/// One delivery stream of Data Firehose: it takes records, gathers them, and says what to deliver when.
///
/// Who drives it performs its effects and answers each `deliver` and each `invoke` exactly once; a late, second or unknown
/// answer changes nothing. For a stream source the driver polls each open shard `pollsPerSecond` times a second, from where
/// `openShard` or the latest `reread` or `read` left off, as long as `mayRead` allows it, and hands in what it got; it throws
/// away answers to polls made before a `reread`.
///
/// The way of a record: its shard or channel (`DeliveryOrigin`), there the transform's buffer and, under dynamic
/// partitioning, a staging buffer; then a destination's buffer (`DeliveryUnit`), which is sealed into a `Consignment` and
/// delivered. Every step is noted in the ledger.
public struct DeliveryStream: Sendable, Hashable {
  /// How it is configured.
  public let configuration: DeliveryConfiguration
  /// What it obeys.
  public let limits: LimitsProfile
  /// What became of every record.
  public internal(set) var ledger = DeliveryLedger()

  let terms: DeliveryTerms
  let createdAt: Instant
  var latest: Instant
  var front: DirectPut?
  var origins: [DeliveryOrigin] = []
  var originOfShard: [ShardID: Int] = [:]
  var units: [DeliveryUnit] = []
  /// The first units are those of error outputs, by raw value.
  var unitOfPartition: [Int32: Int] = [:]
  var vacantUnits: [Int] = []
  /// Sealed batches that wait in buffers which shards share.
  var sharedWaiting: Int64 = 0
  var consignments: SlotPool<Consignment>
  var transformations: SlotPool<Transformation>
  var alarms = AlarmQueue()

  /// A delivery stream that is ACTIVE from `now` on, or everything in its configuration that AWS would refuse.
  public init(
    _ configuration: DeliveryConfiguration, limits: LimitsProfile = .current, at now: Instant
  ) throws(DeliveryFlaws) {
    let flaws = configuration.flaws(limits)
    guard flaws.isEmpty else { throw DeliveryFlaws(flaws: flaws) }
    (self.configuration, self.limits, latest, createdAt) = (configuration, limits, now, now)
    terms = DeliveryTerms(configuration, limits)
    consignments = SlotPool(
      blank: Consignment(unit: 0, target: .destination, reason: .size, batch: DeliveryBatch(), expiry: .never))
    transformations = SlotPool(blank: Transformation(origin: 0, batch: DeliveryBatch()))
    units = ErrorOutput.allCases.map { output in
      DeliveryUnit(kind: .errors(output), buffer: backupBuffer, hint: terms.backupSize)
    }
    openFront(at: now)
  }

  /// How often each shard is to be read: once a second, twice when all is backed up (F§2). Only one of the two answers is to
  /// be handed in; the other is the backup's own and costs the shard the same.
  public var pollsPerSecond: Int64 {
    limits[configuration.backup == .all ? .firehose.pollsWithBackup : .firehose.polls]
  }

  /// Whether a shard may be polled now: false while what was read from it, or what shards share, waits for a delivery or an
  /// invocation to end, and after `endShard`. So a stream source holds little and leaves the backlog to the stream.
  public func mayRead(_ shard: ShardID) -> Bool {
    guard let index = originOfShard[shard] else { return false }
    let origin = origins[index]
    let isUnitFree = origin.unit.map { units[$0].waiting.isEmpty } ?? true
    return !origin.isEnded && isUnitFree && origin.waiting.isEmpty && sharedWaiting == 0
  }

  /// Where the next read of a shard begins; nil when it was never opened.
  public func nextPosition(of shard: ShardID) -> Int64? { originOfShard[shard].map { origins[$0].log.next } }

  /// Everything of the shard ahead of it has come to an end; nil when it was never opened.
  public func checkpoint(of shard: ShardID) -> Int64? { originOfShard[shard].map { origins[$0].log.checkpoint } }

  /// SizeInMBs in force, given or default.
  public var bufferSize: Bytes { Bytes(terms.size) }

  /// IntervalInSeconds in force, given or default.
  public var bufferInterval: Interval { terms.hint }

  /// How many dynamic partitions may be active; AWS's ActivePartitionsLimit.
  public var partitionLimit: Int64 { terms.mostActive }

  /// Dynamic partitions with records on the way; AWS's PartitionCount.
  public var activePartitions: Int { unitOfPartition.count }

  /// Buffers of the destination that records come to in parallel: shards, or channels of Direct PUT.
  public var originCount: Int { origins.count }

  /// The channel by which the latest call of Direct PUT went, by position; 0 for a stream source.
  public var latestChannel: Int { front?.turn ?? 0 }

  /// The limit of Direct PUT in bytes a second, after automatic increases; nil for a stream source.
  public var bytesPerSecond: Bytes? { front.map { Bytes($0.quota) } }

  /// When the oldest record still held was received; nil when nothing is. AWS's DataFreshness is its age. O(buffers).
  public var oldestReceived: Instant? {
    let oldest = heldBatches.map(\.batch.oldestReceived).min() ?? .never
    return oldest == .never ? nil : oldest
  }

  /// What is on its way to the destination: neither copies for the backup, nor what a failover made it read again, nor what
  /// is under the error prefix in all but the write. O(everything held).
  public var undelivered: [DeliveryParcel] {
    let ahead = origins.flatMap { [$0.transform, $0.staging].compactMap { $0 } }.map(\.batch)
    let buffered = units.filter { !$0.isBackup && !$0.isOfErrors }.map(\.buffer.batch)
    let sealed = consignments.used.map { consignments[$0] }.filter { $0.target == .destination }.map(\.batch)
    let batches = ahead + transformations.used.map { transformations[$0].batch } + buffered + sealed
    return batches.flatMap(\.parcels).filter { !$0.isRepeat }
  }

  /// Whether every record taken has one end or is found in a buffer, an invocation or a delivery. O(everything held).
  public var isBalanced: Bool {
    var (records, repeats, copies) = (Int64(0), Int64(0), Int64(0))
    for (batch, isCopy) in heldBatches {
      let again = batch.parcels.reduce(0) { $1.isRepeat ? $0 + $1.records : $0 }
      if isCopy {
        copies += batch.records
      } else {
        records += batch.records - again
        repeats += again
      }
    }
    return (records, repeats, copies) == (ledger.records.held, ledger.repeats.held, ledger.copies.held)
  }

  /// Every batch on the way, and whether it is made of backup copies.
  private var heldBatches: [(batch: DeliveryBatch, isCopy: Bool)] {
    let ahead = origins.flatMap { [$0.transform, $0.staging].compactMap { $0 } }.map { ($0.batch, false) }
    let invoked = transformations.used.map { (transformations[$0].batch, false) }
    let buffered = units.map { ($0.buffer.batch, $0.isBackup) }
    let sealed = consignments.used.map { (consignments[$0].batch, consignments[$0].target == .backup) }
    return ahead + invoked + buffered + sealed
  }
}

extension DeliveryUnit {
  var isBackup: Bool {
    switch kind {
    case .backup: true
    case .main, .partition, .vacant, .errors: false
    }
  }

  /// Whether it is written under the error prefix.
  var isOfErrors: Bool {
    if case .errors = kind { true } else { false }
  }

  /// Whether shards share it.
  var isShared: Bool {
    switch kind {
    case .partition, .errors, .vacant: true
    case .main, .backup: false
    }
  }
}
