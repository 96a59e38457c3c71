/// A monotone priority queue of 16-byte plain-data entries, first in first out among equal keys.
///
/// Keys never go below the last one popped, which virtual time guarantees anyway; that makes a push O(1) and a pop O(64)
/// amortised, five times cheaper than a binary heap at a million pending (Ahuja, Mehlhorn, Orlin & Tarjan 1990).
/// Bucket b > 0 holds the keys whose highest bit that differs from the last popped key is bit b − 1; bucket 0 the keys
/// equal to it. Equal keys always share a bucket and redistribution keeps their order, so they leave as they came.
///
/// There is no removal: an event that no longer counts is dropped when it comes. A bucket's memory follows the most entries it ever held (16 B
/// each, doubled at most) and is kept until the heap is gone.
@frozen public struct RadixHeap: ~Copyable {
  // Unsafe storage because sixty-five growing arrays inside an array would check and retain on every move. Every access
  // lies between a bucket's `head` and `tail`, which only EntryRun's own methods change.
  @usableFromInline let buckets: UnsafeMutablePointer<EntryRun>
  /// Bit b − 1 is set when bucket b > 0 holds something.
  @usableFromInline var occupied: UInt64
  @usableFromInline var last: UInt64
  @usableFromInline var size: Int

  /// An empty heap whose keys may start anywhere from 0.
  public init() {
    buckets = .allocate(capacity: 65)
    for b in 0..<65 { (buckets + b).initialize(to: EntryRun()) }
    (occupied, last, size) = (0, 0, 0)
  }

  deinit {
    for b in 0..<65 { buckets[b].release() }
    buckets.deallocate()
  }

  /// How many entries are pending.
  @inlinable public var count: Int { size }
  /// Whether nothing is pending.
  @inlinable public var isEmpty: Bool { size == 0 }
  /// The last key popped: no smaller one may be pushed. 0 at first.
  @inlinable public var floor: UInt64 { last }

  /// The smallest key pending; nil when empty. O(1); leaves the floor where it is.
  @inlinable public var minKey: UInt64? {
    if !buckets[0].isEmpty { return last }
    return occupied == 0 ? nil : buckets[occupied.trailingZeroBitCount + 1].least
  }

  /// Adds an entry. `key` must not be below `floor`. O(1) amortised.
  @inlinable public mutating func push(key: UInt64, payload: UInt64) {
    precondition(key >= last, "a monotone heap takes no key below the last one popped")
    size += 1
    place(QueueEntry(key: key, payload: payload))
  }

  /// Removes the entry with the smallest key, the oldest among equals; nil when empty. O(64) amortised.
  @inlinable public mutating func pop() -> (key: UInt64, payload: UInt64)? {
    if buckets[0].isEmpty {
      guard occupied != 0 else { return nil }
      if let only = popOnly() { return (only.key, only.payload) }
      redistribute()
    }
    size -= 1
    return (last, buckets[0].popFront().payload)
  }

  @inlinable @inline(__always) mutating func place(_ entry: QueueEntry) {
    let b = 64 - (entry.key ^ last).leadingZeroBitCount
    buckets[b].append(entry)
    occupied |= b == 0 ? 0 : 1 << UInt64(b - 1)
  }

  /// When the first bucket holds one entry, that is the answer.
  @inlinable @inline(__always) mutating func popOnly() -> QueueEntry? {
    let b = occupied.trailingZeroBitCount + 1
    guard buckets[b].count == 1 else { return nil }
    let entry = buckets[b].popFront()
    occupied &= occupied - 1
    last = entry.key
    size -= 1
    return entry
  }

  /// Moves the first bucket's entries, in order, to the buckets below it; at least one lands in bucket 0.
  @usableFromInline mutating func redistribute() {
    let b = occupied.trailingZeroBitCount + 1
    occupied &= occupied - 1
    last = buckets[b].least
    let (entries, n) = (buckets[b].entries, buckets[b].tail)
    for i in buckets[b].head..<n { place(entries[i]) }
    buckets[b].clear()
  }
}
