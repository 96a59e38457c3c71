/// One pending event: when, and what.
@frozen @usableFromInline struct QueueEntry {
  @usableFromInline let key: UInt64
  @usableFromInline let payload: UInt64

  @inlinable init(key: UInt64, payload: UInt64) {
    self.key = key
    self.payload = payload
  }
}

/// A growing first-in-first-out run of entries that knows its least key.
@frozen @usableFromInline struct EntryRun {
  @usableFromInline var entries: UnsafeMutablePointer<QueueEntry>
  @usableFromInline var head: Int
  @usableFromInline var tail: Int
  @usableFromInline var capacity: Int
  @usableFromInline var least: UInt64

  /// Empty, with room for 8 entries.
  init() {
    entries = .allocate(capacity: 8)
    (head, tail, capacity, least) = (0, 0, 8, .max)
  }

  @inlinable var count: Int { tail - head }
  @inlinable var isEmpty: Bool { head == tail }

  @inlinable @inline(__always) mutating func append(_ entry: QueueEntry) {
    if tail == capacity { makeRoom() }
    (entries + tail).initialize(to: entry)
    tail += 1
    least = Swift.min(least, entry.key)
  }

  @inlinable @inline(__always) mutating func popFront() -> QueueEntry {
    let entry = entries[head]
    head += 1
    if head == tail { clear() }
    return entry
  }

  @inlinable mutating func clear() { (head, tail, least) = (0, 0, .max) }

  /// Reuses the room of entries already popped when they are half of it, and doubles it otherwise.
  @usableFromInline @inline(never) mutating func makeRoom() {
    let kept = count
    let room = head * 2 >= capacity ? capacity : capacity * 2
    let new = UnsafeMutablePointer<QueueEntry>.allocate(capacity: room)
    new.moveInitialize(from: entries + head, count: kept)
    entries.deallocate()
    (entries, head, tail, capacity) = (new, 0, kept, room)
  }

  func release() { entries.deallocate() }
}
