/// Events of one constant delay: they are scheduled in the order they will happen, so a ring is enough.
///
/// One lane for each distinct delay (propagation, poll interval, buffer interval), merged with the other sources by their
/// `minKey`. O(1) amortised, 16 B an entry. Memory follows the most entries ever pending.
@frozen public struct Lane: ~Copyable {
  @usableFromInline var run: EntryRun
  @usableFromInline var newest: UInt64

  /// An empty lane.
  public init() { (run, newest) = (EntryRun(), 0) }

  deinit { run.release() }

  /// How many events are pending.
  @inlinable public var count: Int { run.count }
  /// The oldest event's key; nil when empty.
  @inlinable public var minKey: UInt64? { run.isEmpty ? nil : run.entries[run.head].key }

  /// Adds an event that is not before any added earlier.
  @inlinable public mutating func push(key: UInt64, payload: UInt64) {
    precondition(key >= newest, "a lane takes events in the order they will happen")
    newest = key
    run.append(QueueEntry(key: key, payload: payload))
  }

  /// Removes the oldest event; nil when empty.
  @inlinable public mutating func pop() -> (key: UInt64, payload: UInt64)? {
    guard !run.isEmpty else { return nil }
    let entry = run.popFront()
    return (entry.key, entry.payload)
  }
}
