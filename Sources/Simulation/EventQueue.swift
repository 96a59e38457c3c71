public import Units

/// Which of several events at one instant comes first: the lower raw value.
///
/// What is released is there for those who arrive at the same nanosecond.
@frozen public enum EventPriority: UInt64, Sendable, Hashable, CaseIterable {
  /// Refills, completions, expiries: what gives capacity back.
  case release = 0
  /// Changes of configuration and shape.
  case control = 1
  /// Polls, deliveries, retries: the service's and the clients' own work.
  case service = 2
  /// New work from outside.
  case arrival = 3
}

/// Pending events in the total order (instant, priority, sequence), on a monotone radix heap.
///
/// An event is a 64-bit payload; side tables hold the rest. The order of scheduling is the sequence. Nothing can be
/// scheduled before the last event popped: an instant in the past is a programmer's mistake, and a priority that already
/// had its turn at the current instant is clamped to the current one, so that such an event comes next among those, after
/// the ones already waiting there. To cancel, put a generation in the payload and drop the event when it is stale.
@frozen public struct EventQueue: ~Copyable {
  @usableFromInline var heap: RadixHeap
  /// The earliest instant there is.
  public let start: Instant

  /// An empty queue from `start` to 2^61 nanoseconds (73 years) later.
  public init(start: Instant) {
    heap = RadixHeap()
    self.start = start
  }

  /// How many events are pending.
  @inlinable public var count: Int { heap.count }
  /// Whether none is pending.
  @inlinable public var isEmpty: Bool { heap.isEmpty }
  /// The instant of the last event popped; `start` at first.
  @inlinable public var now: Instant { instant(of: heap.floor) }
  /// The instant of the next event; nil when there is none. O(1).
  @inlinable public var nextInstant: Instant? { heap.minKey.map { instant(of: $0) } }

  /// Adds an event at an instant not before `now`. O(1) amortised.
  @inlinable public mutating func schedule(at instant: Instant, priority: EventPriority, payload: UInt64) {
    let offset = instant.nanoseconds - start.nanoseconds
    precondition(offset >= 0 && offset < 1 << 61, "an event lies within 73 years of the start")
    let key = UInt64(offset) << 2 | priority.rawValue
    precondition(key >> 2 >= heap.floor >> 2, "an event cannot be scheduled in the past")
    heap.push(key: Swift.max(key, heap.floor), payload: payload)
  }

  /// Removes the first event in the total order; nil when there is none. O(64) amortised.
  @inlinable public mutating func pop() -> (instant: Instant, payload: UInt64)? {
    guard let (key, payload) = heap.pop() else { return nil }
    return (instant(of: key), payload)
  }

  @inlinable func instant(of key: UInt64) -> Instant {
    Instant(nanoseconds: start.nanoseconds + Int64(key >> 2))
  }
}
