public import Units

/// One shard: its part of the ring, its limits' state and the index of its records.
public struct Shard: Sendable, Hashable {
  /// Where it is in its life (facts §4).
  public enum State: Sendable, Hashable {
    /// Takes writes.
    case open
    /// Split or merged away; its records can still be read.
    case closed(since: Instant)
  }

  /// Its number.
  public let id: ShardID
  /// Its part of the ring.
  public let range: HashKeyRange
  /// AWS's ParentShardId, and for a merge AdjacentParentShardId.
  public let parent: ShardID?, adjacentParent: ShardID?
  /// When it opened.
  public let openedAt: Instant
  /// Where it is in its life.
  public internal(set) var state: State = .open
  /// What it holds.
  public internal(set) var log = ShardLog()

  var writeRecords: TokenBucket
  var writeBytes: TokenBucket
  var readCalls: TokenBucket
  var readBytes: TokenBucket
  var iteratorCalls: TokenBucket
  /// Bytes it took in all.
  var writtenBytes: Int64 = 0
  /// What it had taken when the watched minute began, and whether the service is about to split it.
  var watchedRecords: Int64 = 0, watchedBytes: Int64 = 0, isSplitPending = false

  init(
    id: ShardID, range: HashKeyRange, parent: ShardID? = nil, adjacentParent: ShardID? = nil, limits: LimitsProfile,
    maxRecord: Bytes, at now: Instant
  ) {
    (self.id, self.range, self.parent, self.adjacentParent, openedAt) = (id, range, parent, adjacentParent, now)
    let slack = limits[.shardWriteSlack], burst = limits[.shardWriteBurstSeconds]
    let records = limits[.shardWriteRecords] * slack / 1_000, bytes = limits[.shardWriteBytes] * slack / 1_000
    writeRecords = TokenBucket(rate: records, depth: records * burst, at: now)
    writeBytes = TokenBucket(rate: bytes, depth: max(bytes * burst, maxRecord.count), at: now)
    readCalls = TokenBucket(rate: limits[.shardReadCalls], depth: limits[.shardReadCalls], at: now)
    readBytes = TokenBucket(rate: limits[.shardReadBytes], depth: limits[.shardReadBytes], at: now)
    iteratorCalls = TokenBucket(rate: limits[.shardIteratorCalls], depth: limits[.shardIteratorCalls], at: now)
  }

  /// Whether it takes writes.
  public var isOpen: Bool { state == .open }

  /// When it closed; nil while it is open.
  public var closedAt: Instant? {
    guard case .closed(let since) = state else { return nil }
    return since
  }

  /// The shards it came from: none, one or two.
  public var parents: [ShardID] { [parent, adjacentParent].compactMap { $0 } }

  /// Admits as many records of a header as both buckets hold, the first ones first; a refused record costs nothing
  /// (facts §1.4). O(1) whatever the count.
  mutating func put(_ header: RecordHeader, at now: Instant) -> PutOutcome {
    let first = log.tip
    let byRecords = writeRecords.available(at: now), byBytes = writeBytes.available(at: now)
    let wanted = Int64(header.count), size = Int64(header.size)
    if byRecords >= wanted, byBytes >= wanted * size {
      take(wanted, of: size, at: now)
      return PutOutcome(shard: id, accepted: header.count, limit: nil, first: first)
    }
    let fitting = size == 0 ? Int64.max : byBytes / size
    let accepted = min(byRecords, fitting)
    if accepted > 0 { take(accepted, of: size, at: now) }
    return PutOutcome(
      shard: id, accepted: Int32(accepted), limit: byRecords <= fitting ? .records : .bytes, first: first)
  }

  private mutating func take(_ count: Int64, of size: Int64, at now: Instant) {
    writeRecords.spend(count)
    writeBytes.spend(count * size)
    writtenBytes += count * size
    log.append(count: count, size: size, at: now)
  }

  /// The sequence number of the record at a position.
  public func sequenceNumber(at position: Int64, arrived: Instant) -> SequenceNumber {
    SequenceNumber(shard: id, shardCreated: openedAt, index: UInt64(position + 1), arrived: arrived)
  }

  /// AWS's StartingSequenceNumber.
  public var startingSequenceNumber: SequenceNumber {
    SequenceNumber(shard: id, shardCreated: openedAt, index: 0, arrived: openedAt)
  }

  /// AWS's EndingSequenceNumber; nil while it is open.
  public var endingSequenceNumber: SequenceNumber? {
    closedAt.map { SequenceNumber(shard: id, shardCreated: openedAt, index: SequenceNumber.endIndex, arrived: $0) }
  }
}
