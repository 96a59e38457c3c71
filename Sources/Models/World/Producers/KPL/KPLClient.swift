internal import Experiment
internal import KinesisCore
internal import Units

/// The library in one process: its picture of the shards, its lanes, the call it collects.
struct KPLClient: Sendable {
  let process: Int32
  var map: KPLShardMap
  /// Whether the shards are being listed: until then none is predicted.
  var isListing = false
  /// The lane of each shard, by the shard's number; −1 for none yet.
  var lanes: [Int32] = []
  /// The call being collected, and when it goes.
  var call = AggregateLine()
  var callDue = Instant.never
  /// When the limiter looks again; `.never` while nothing waits.
  var drainDue = Instant.never
  /// When within its period it looks.
  let drainPhase: Int64

  /// The first look after `now`, counted from `start`.
  func nextDrain(after now: Instant, from start: Instant, every period: Interval) -> Instant {
    let elapsed = (now - start).nanoseconds - drainPhase
    let turns = elapsed < 0 ? 0 : elapsed / period.nanoseconds + 1
    return start + Interval(nanoseconds: drainPhase + turns * period.nanoseconds)
  }
}

/// What one process of the library holds for one shard.
struct KPLLane: Sendable {
  /// The library's process, and the shard.
  let client: Int32, shard: ShardID
  var packing = KPLPacking()
  var limiter: KPLLimiter
  /// Bytes in the call being collected.
  var collected: Int64 = 0
}

/// The open shards as a process of the library last listed them.
struct KPLShardMap: Sendable {
  private var ranges: [HashKeyRange]
  private var shards: [ShardID]
  /// Every shard it ever saw.
  private var seen: Set<ShardID>
  /// When it was listed.
  private(set) var listedAt: Instant

  init(_ stream: Stream, at now: Instant) {
    (ranges, shards, seen, listedAt) = ([], [], [], now)
    list(stream, at: now)
  }

  mutating func list(_ stream: Stream, at now: Instant) {
    shards = stream.openShards
    ranges = shards.map { stream.shards[$0.index].range }
    seen.formUnion(shards)
    listedAt = now
  }

  /// Whether it was ever listed.
  func knows(_ shard: ShardID) -> Bool { seen.contains(shard) }

  /// Whether it was among the open ones when last listed.
  func holds(_ shard: ShardID) -> Bool { shards.contains(shard) }

  /// The shard it expects a key in. O(log n).
  func owner(of key: HashKey) -> ShardID {
    shards[ranges.partitioningIndex { $0.end >= key }]
  }

  /// The key by which a record is routed; one that goes round the shards goes round those listed, by explicit hash key.
  func hash(of record: PendingRecord, _ plan: ProducerPlan) -> HashKey {
    plan.keys.isRoundRobin ? ranges[Int(record.key) % ranges.count].middle : plan.keys.hash(of: record.key)
  }
}
