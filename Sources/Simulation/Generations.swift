/// A handle to one scheduled event: its slot and the slot's generation when it was made, 64 bits together.
@frozen public struct EventToken: Hashable, Sendable {
  /// Which slot.
  public let slot: UInt32
  /// The slot's generation then.
  public let generation: UInt32

  /// The token of a slot in a generation.
  @inlinable public init(slot: UInt32, generation: UInt32) {
    self.slot = slot
    self.generation = generation
  }

  /// The token that `word` carries.
  @inlinable public init(word: UInt64) {
    self.init(slot: UInt32(truncatingIfNeeded: word), generation: UInt32(truncatingIfNeeded: word >> 32))
  }

  /// The token as an event's payload.
  @inlinable public var word: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}

/// Lazy cancellation: an event in a queue without removal is stale once its slot has moved on.
///
/// Schedule `arm(slot).word`; to cancel or reschedule, `cancel(slot)` or `arm` again; when the event comes up, act only if
/// `isLive(token)`. Stale events still take a place in the queue until their time. A generation wraps after 2^32 changes
/// of one slot, by when the old event is long gone.
@frozen public struct Generations: Sendable {
  @usableFromInline var current: [UInt32]

  /// Slots 0 ..< `slots`.
  public init(slots: Int) { current = Array(repeating: 0, count: slots) }

  /// How many slots.
  @inlinable public var count: Int { current.count }

  /// Adds a slot and returns its number. O(1) amortised.
  public mutating func addSlot() -> UInt32 {
    current.append(0)
    return UInt32(current.count - 1)
  }

  /// Makes every earlier token of the slot stale and returns a live one.
  @inlinable public mutating func arm(_ slot: UInt32) -> EventToken {
    current[Int(slot)] &+= 1
    return EventToken(slot: slot, generation: current[Int(slot)])
  }

  /// Makes every token of the slot stale.
  @inlinable public mutating func cancel(_ slot: UInt32) { current[Int(slot)] &+= 1 }

  /// Whether the token is its slot's latest.
  @inlinable public func isLive(_ token: EventToken) -> Bool { current[Int(token.slot)] == token.generation }
}
