public import Units

/// One shard: its part of the ring, the state of its read limits and the index of its records.
public struct Shard: Sendable, Hashable {
  /// What it holds; first, because every put comes here.
  public internal(set) var log = ShardLog()

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

  var readCalls: TokenBucket
  var readBytes: TokenBucket
  var iteratorCalls: TokenBucket
  /// What it had taken when the watched minute began, and whether the service is about to split it.
  var watchedRecords: Int64 = 0, watchedBytes: Int64 = 0, isSplitPending = false

  init(
    id: ShardID, range: HashKeyRange, parent: ShardID?, adjacentParent: ShardID?, limits: LimitsProfile, at now: Instant
  ) {
    (self.id, self.range, self.parent, self.adjacentParent, openedAt) = (id, range, parent, adjacentParent, now)
    readCalls = TokenBucket(rate: limits[.shard.readCalls], depth: limits[.shard.readCalls], at: now)
    readBytes = TokenBucket(rate: limits[.shard.readBytes], depth: limits[.shard.readBytes], at: now)
    iteratorCalls = TokenBucket(rate: limits[.shard.iteratorCalls], depth: limits[.shard.iteratorCalls], at: now)
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

  /// Stores records that its gate admitted, perhaps none. Returns the position of the first of them.
  @inline(__always)
  mutating func store(_ count: Int64, of size: Int64, at now: Instant) -> Int64 {
    let first = log.tip
    guard count > 0 else { return first }
    log.append(count: count, size: size, at: now)
    return first
  }

  /// Stores a span of records that its gate has settled: a run has an even part of the bytes.
  mutating func store(_ span: RecordSpan, _ runs: [ArrivalRun]) {
    var (count, bytes) = (span.count, span.bytes)
    for run in runs {
      let part = run.count == count ? bytes : span.bytes / span.count * run.count
      log.append(run, bytes: part)
      (count, bytes) = (count - run.count, bytes - part)
    }
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
