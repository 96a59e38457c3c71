public import Units

/// What time it is for an engine.
public enum EngineClock: Sendable {
  /// The machine's: an instant, and what the monotonic clock said then. From there on only the monotonic clock is asked.
  case real(Instant, ContinuousClock.Instant)
  /// One that stands until it is advanced.
  case virtual(Instant)

  /// The real clock, which stands at an instant now.
  public static func real(from now: Instant) -> EngineClock { .real(now, ContinuousClock.now) }

  /// The instant.
  public var now: Instant {
    switch self {
    case .virtual(let instant): return instant
    case .real(let anchor, let tick):
      let (seconds, attoseconds) = (ContinuousClock.now - tick).components
      return anchor + Interval(nanoseconds: seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
  }
}
