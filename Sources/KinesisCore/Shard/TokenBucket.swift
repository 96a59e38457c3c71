public import Units

/// A token bucket in whole numbers: it never rounds, so a run of equal takes equals one take of the run.
///
/// AWS calls it "a capacity tank that refills" (facts §1.4). The level is counted in billionths of a token, so that a rate
/// of r tokens a second adds exactly r of them each nanosecond.
@frozen public struct TokenBucket: Hashable, Sendable, Codable {
  /// Billionths of a token in the bucket; below zero when in debt.
  @usableFromInline var level: Int64
  /// When the level was right.
  @usableFromInline var asOf: Instant
  /// Tokens a second.
  public let rate: Int64
  /// The most it holds, in billionths of a token.
  @usableFromInline let depth: Int64

  /// A token, in the unit of the level.
  @usableFromInline static var token: Int64 { 1_000_000_000 }

  /// A full bucket. `rate` tokens a second, at most `depth` tokens (up to 9 · 10⁹).
  public init(rate: Int64, depth: Int64, at now: Instant) {
    precondition(rate > 0 && depth >= 0 && depth <= Int64.max / Self.token, "a bucket that cannot be")
    (self.rate, self.depth, self.level, self.asOf) = (rate, depth * Self.token, depth * Self.token, now)
  }

  /// Whole tokens that can be taken at `now`, 0 when in debt. O(1).
  @inlinable public mutating func available(at now: Instant) -> Int64 {
    refill(at: now)
    return level <= 0 ? 0 : level / Self.token
  }

  /// Whether `tokens` can be taken at `now`. O(1), without a division.
  @inlinable public mutating func holds(_ tokens: Int64, at now: Instant) -> Bool {
    refill(at: now)
    return level >= tokens * Self.token
  }

  /// Whether it is not in debt at `now`.
  @inlinable public mutating func isSolvent(at now: Instant) -> Bool {
    refill(at: now)
    return level >= 0
  }

  /// Takes `tokens` if they are there, all or none.
  @inlinable public mutating func take(_ tokens: Int64, at now: Instant) -> Bool {
    refill(at: now)
    guard level >= tokens * Self.token else { return false }
    level -= tokens * Self.token
    return true
  }

  /// Takes `tokens` that are known to be there.
  @inlinable public mutating func spend(_ tokens: Int64) { level -= tokens * Self.token }

  /// Takes `tokens` even when they are not there. An overdraft forfeits what was left: the debt is all of `tokens`.
  @inlinable public mutating func overdraw(_ tokens: Int64, at now: Instant) {
    refill(at: now)
    let cost = tokens * Self.token
    level = level >= cost ? level - cost : min(level, 0) - cost
  }

  /// The first instant, not before `now`, at which `tokens` can be taken; `.never` when the bucket never holds so many.
  public func instant(holding tokens: Int64, from now: Instant) -> Instant {
    let wanted = tokens * Self.token
    guard wanted <= depth else { return .never }
    guard wanted > level else { return max(now, asOf) }
    return max(now, asOf + Interval(nanoseconds: (wanted - level + rate - 1) / rate))
  }

  @inlinable mutating func refill(at now: Instant) {
    guard now > asOf else { return }
    let (gain, overflow) = (now - asOf).nanoseconds.multipliedReportingOverflow(by: rate)
    asOf = now
    level = overflow || gain >= depth - level ? depth : level + gain
  }
}
