internal import KinesisCore
internal import Units

/// What one process of the library holds for one shard: records being packed, and the limiter before the shard.
struct KPLLane: Sendable {
  /// The library's process, and the shard.
  let client: Int32, shard: ShardID
  /// User records being packed: handed over by the application, and returned after a failure.
  var fresh = Chain(), returned = Chain()
  /// When the first of the returned ones wants to be sent.
  var returnedDue = Instant.never
  var size = AggregateSize()
  /// When packing ends; `.never` while nothing is packed.
  var due = Instant.never
  /// The limiter: tokens, and what waits for them by deadline.
  var records: TokenBucket, bytes: TokenBucket
  var waiting = AggregateLine()
  var expiries = ExpiryHeap()
  /// Bytes in the call being collected.
  var collected: Int64 = 0

  init(client: Int32, shard: ShardID, _ plan: KPLPlan, at now: Instant) {
    (self.client, self.shard) = (client, shard)
    records = TokenBucket(rate: plan.recordRate, depth: plan.recordBurst, at: now)
    bytes = TokenBucket(rate: plan.byteRate, depth: plan.byteBurst, at: now)
  }

  /// Takes the tokens of one Kinesis record, all or none. The library counts its data, not its partition key.
  mutating func admit(data: Int64, at now: Instant) -> Bool {
    guard records.available(at: now) >= 1, bytes.available(at: now) >= data else { return false }
    return records.take(1, at: now) && bytes.take(data, at: now)
  }
}

/// When what waits in a limiter becomes too old, the earliest first: a binary heap. Entries of what has left are void.
struct ExpiryHeap: Sendable {
  struct Entry: Sendable {
    var at: Instant, aggregate: Int32, generation: UInt32
  }
  private var entries: [Entry] = []

  var first: Entry? { entries.first }

  /// O(log n).
  mutating func push(_ entry: Entry) {
    entries.append(entry)
    var child = entries.count - 1
    while child > 0, entries[child].at < entries[(child - 1) / 2].at {
      entries.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  /// O(log n).
  mutating func removeFirst() {
    entries.swapAt(0, entries.count - 1)
    entries.removeLast()
    var parent = 0
    while true {
      let left = 2 * parent + 1
      guard left < entries.count else { return }
      let right = left + 1
      let child = right < entries.count && entries[right].at < entries[left].at ? right : left
      guard entries[child].at < entries[parent].at else { return }
      entries.swapAt(parent, child)
      parent = child
    }
  }

  /// Forgets everything, when nothing waits any more.
  mutating func removeAll() { entries.removeAll(keepingCapacity: true) }
}
