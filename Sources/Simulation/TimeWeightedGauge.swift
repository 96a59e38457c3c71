public import Units

/// A level that changes at instants, such as a backlog, with its exact average over time.
@frozen public struct TimeWeightedGauge: Sendable, Hashable {
  /// The level now.
  public private(set) var level: Int64
  /// The largest level so far, even if held for no time.
  public private(set) var max: Int64
  /// Where the integral begins and where it ends.
  public private(set) var start: Instant, end: Instant
  /// Level times nanoseconds from `start` to `end`: exact.
  public private(set) var integral: Int128

  /// A gauge that starts at that level and instant.
  public init(level: Int64, at start: Instant) {
    (self.level, max, self.start, end, integral) = (level, level, start, start, 0)
  }

  /// Lets time pass to `instant`, which is not before `end`.
  public mutating func advance(to instant: Instant) {
    precondition(instant >= end, "a gauge does not go back in time")
    integral += Int128(level) * Int128(instant.nanoseconds - end.nanoseconds)
    end = instant
  }

  /// The level is `level` from `instant` on.
  public mutating func set(_ level: Int64, at instant: Instant) {
    advance(to: instant)
    self.level = level
    max = Swift.max(max, level)
  }

  /// The level changes by `change` at `instant`.
  public mutating func add(_ change: Int64, at instant: Instant) { set(level + change, at: instant) }

  /// Forgets what was, keeping the level: the end of a warm-up.
  public mutating func restart(at instant: Instant) {
    advance(to: instant)
    self = TimeWeightedGauge(level: level, at: instant)
  }

  /// The average level from `start` to `instant`, which is not before `end`; the level itself over no time.
  public func mean(until instant: Instant) -> Double {
    var copy = self
    copy.advance(to: instant)
    let time = instant.nanoseconds - start.nanoseconds
    return time == 0 ? Double(level) : Double(copy.integral) / Double(time)
  }
}
