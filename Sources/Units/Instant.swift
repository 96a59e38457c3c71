/// A point on the time line: nanoseconds since 1970-01-01T00:00:00Z, as a signed 64-bit count (good until 2262).
///
/// Both clocks use it. The core never asks what time it is; it is told. Sums and differences of instants and intervals stop at
/// the ends of what 64 bits hold instead of trapping: what lies beyond is `never`.
@frozen public struct Instant: Hashable, Comparable, Sendable, Codable {
  /// Nanoseconds since the Unix epoch.
  public var nanoseconds: Int64

  /// The instant that many nanoseconds after the Unix epoch.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// The instant that many whole seconds after the Unix epoch.
  @inlinable public init(seconds: Int64) { self.nanoseconds = seconds.timesClamped(1_000_000_000) }

  /// 1970-01-01T00:00:00Z.
  public static let epoch = Instant(nanoseconds: 0)

  /// Later than anything that can be scheduled.
  @inlinable public static var never: Instant { Instant(nanoseconds: .max) }

  /// Whole seconds since the Unix epoch, rounded down.
  @inlinable public var seconds: Int64 { nanoseconds / 1_000_000_000 }

  /// Whole milliseconds since the Unix epoch, rounded down.
  @inlinable public var milliseconds: Int64 { nanoseconds / 1_000_000 }

  /// Orders by value.
  @inlinable public static func < (a: Instant, b: Instant) -> Bool { a.nanoseconds < b.nanoseconds }
  /// The instant `b` later than `a`.
  @inlinable public static func + (a: Instant, b: Interval) -> Instant {
    Instant(nanoseconds: a.nanoseconds.plusClamped(b.nanoseconds))
  }
  /// The instant `b` earlier than `a`.
  @inlinable public static func - (a: Instant, b: Interval) -> Instant {
    Instant(nanoseconds: a.nanoseconds.minusClamped(b.nanoseconds))
  }
  /// How long after `b` `a` is; negative when it is earlier.
  @inlinable public static func - (a: Instant, b: Instant) -> Interval {
    Interval(nanoseconds: a.nanoseconds.minusClamped(b.nanoseconds))
  }
}

/// A length of time in nanoseconds; may be negative.
///
/// `Swift.Duration` holds 128 bits and is about twenty times slower in tight loops.
@frozen public struct Interval: Hashable, Comparable, Sendable, Codable {
  /// Nanoseconds.
  public var nanoseconds: Int64

  /// That many nanoseconds.
  @inlinable public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

  /// No time at all.
  @inlinable public static var zero: Interval { Interval(nanoseconds: 0) }
  /// That many microseconds.
  @inlinable public static func microseconds(_ n: Int64) -> Interval { Interval(nanoseconds: n.timesClamped(1_000)) }
  /// That many milliseconds.
  @inlinable public static func milliseconds(_ n: Int64) -> Interval {
    Interval(nanoseconds: n.timesClamped(1_000_000))
  }
  /// That many seconds.
  @inlinable public static func seconds(_ n: Int64) -> Interval { Interval(nanoseconds: n.timesClamped(1_000_000_000)) }
  /// That many minutes.
  @inlinable public static func minutes(_ n: Int64) -> Interval { .seconds(n.timesClamped(60)) }
  /// That many hours.
  @inlinable public static func hours(_ n: Int64) -> Interval { .seconds(n.timesClamped(3_600)) }
  /// That many days of 24 hours.
  @inlinable public static func days(_ n: Int64) -> Interval { .hours(n.timesClamped(24)) }

  /// Seconds, as a fraction: for reports and statistics only.
  @inlinable public var inSeconds: Double { Double(nanoseconds) / 1e9 }
  /// Milliseconds, as a fraction: for reports and statistics only.
  @inlinable public var inMilliseconds: Double { Double(nanoseconds) / 1e6 }

  /// Orders by value.
  @inlinable public static func < (a: Interval, b: Interval) -> Bool { a.nanoseconds < b.nanoseconds }
  /// The sum of two intervals.
  @inlinable public static func + (a: Interval, b: Interval) -> Interval {
    Interval(nanoseconds: a.nanoseconds.plusClamped(b.nanoseconds))
  }
  /// The difference of two intervals.
  @inlinable public static func - (a: Interval, b: Interval) -> Interval {
    Interval(nanoseconds: a.nanoseconds.minusClamped(b.nanoseconds))
  }
  /// `n` times the interval.
  @inlinable public static func * (a: Interval, n: Int64) -> Interval {
    Interval(nanoseconds: a.nanoseconds.timesClamped(n))
  }
}

extension Interval: CustomStringConvertible {
  /// The shortest exact form in the units a scenario takes, such as `90s`, `1.5ms` or `2h`.
  public var description: String {
    for (suffix, unit) in Self.units where nanoseconds % unit == 0 { return "\(nanoseconds / unit)\(suffix)" }
    return "\(Double(nanoseconds) / 1e6)ms"
  }

  private static let units: [(String, Int64)] = [
    ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000), ("ms", 1_000_000),
  ]
}
