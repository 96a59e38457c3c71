internal import Experiment
internal import KinesisCore
internal import Units

/// The library's limiter before one shard: two token buckets, filled at 150 % of its limits, and a line of what waits.
struct KPLLimiter: Sendable {
  private var records: TokenBucket, bytes: TokenBucket
  private var waiting = AggregateLine()
  private var expiries = ExpiryHeap()

  init(_ plan: KPLPlan, at now: Instant) {
    records = TokenBucket(rate: plan.recordRate, depth: plan.recordBurst, at: now)
    bytes = TokenBucket(rate: plan.byteRate, depth: plan.byteBurst, at: now)
  }

  /// The Kinesis record that waits first; nil when none does.
  var first: Int32? { waiting.first < 0 ? nil : waiting.first }

  /// Takes the tokens of one Kinesis record, all or none. The library counts its data, not its partition key.
  mutating func admit(data: Int64, at now: Instant) -> Bool {
    guard records.holds(1, at: now), bytes.holds(data, at: now) else { return false }
    records.spend(1)
    bytes.spend(data)
    return true
  }

  /// A Kinesis record waits, before all that want to be sent later.
  mutating func hold(_ index: Int32, _ pool: inout AggregatePool) {
    waiting.insertByDeadline(index, in: &pool)
    let aggregate = pool[index]
    expiries.push(ExpiryHeap.Entry(at: aggregate.expiration, aggregate: index, generation: aggregate.generation))
  }

  /// Takes out what waits and is too old, all of it before any comes back.
  mutating func takeExpired(_ pool: inout AggregatePool, at now: Instant) -> AggregateLine {
    var expired = AggregateLine()
    while let entry = expiries.first, entry.at < now {
      expiries.removeFirst()
      guard pool[entry.aggregate].generation == entry.generation else { continue }
      waiting.remove(entry.aggregate, in: &pool)
      expired.append(entry.aggregate, in: &pool)
    }
    return expired
  }

  /// Takes the first that waits if there are tokens for it. What leaves is no entry of the expiries any more.
  mutating func release(_ pool: inout AggregatePool, at now: Instant) -> Int32? {
    guard let first, admit(data: pool[first].data, at: now) else { return nil }
    waiting.remove(first, in: &pool)
    pool[first].generation &+= 1
    return first
  }

  /// Takes the first that waits, tokens or not.
  mutating func dropFirst(_ pool: inout AggregatePool) -> Int32? {
    guard let first else { return nil }
    waiting.remove(first, in: &pool)
    return first
  }

  /// Forgets expiries when nothing waits.
  mutating func forget() { if first == nil { expiries.removeAll() } }
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
