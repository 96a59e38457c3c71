internal import KinesisCore
internal import Limits
internal import Units

/// The client-side limiter of AWS's `adaptive` mode: what was measured of the client's own rate, a cubic that grows from where
/// it was last throttled, and a bucket that holds attempts back (botocore's retries/adaptive.py, throttling.py and bucket.py).
///
/// Sums, products and a root by Newton's steps: the same bits on every machine.
struct SendLimiter: Sendable {
  /// Its figures.
  struct Rule: Sendable {
    /// The slowest it lets a client be, in attempts a second.
    let least: Double
    /// How fast the cubic grows, and what a throttle leaves of the rate.
    let growth: Double, kept: Double
    /// How wide the bins are in which the rate is measured, in seconds, and what the newest one weighs.
    let bin: Double, newest: Double
    /// How many times the measured rate it allows.
    let headroom: Double

    init(_ limits: LimitsProfile) {
      func permille(_ key: Limit.Key) -> Double { Double(limits[key]) / 1_000 }
      (least, growth, kept) = (
        permille(.sdk.adaptiveLeast), permille(.sdk.adaptiveGrowth), permille(.sdk.adaptiveKept)
      )
      (bin, newest) = (permille(.sdk.adaptiveBin), permille(.sdk.adaptiveNewest))
      headroom = permille(.sdk.adaptiveHeadroom)
    }
  }

  private let rule: Rule, start: Instant
  /// It holds nothing back before the first throttle.
  private var isOn = false
  /// Attempts in the bin begun at `binAt`, and the rate measured up to there.
  private var count = 0.0, binAt = 0.0, measured = 0.0
  /// The rate at the last throttle, when that was, and after how long the cubic is there again.
  private var highest = 0.0, throttledAt = 0.0, zero = 0.0
  /// The bucket: what it holds, at most, since when, and what it gains in a second.
  private var level = 0.0, depth = 1.0, levelAt = 0.0, rate = 1.0

  init(_ rule: Rule, at start: Instant) { (self.rule, self.start) = (rule, start) }

  private func seconds(_ now: Instant) -> Double { (now - start).inSeconds }

  /// How long an attempt must wait; zero when it goes now, which takes a token.
  mutating func take(at now: Instant) -> Interval {
    guard isOn else { return .zero }
    refill(seconds(now))
    guard level < 1 else {
      level -= 1
      return .zero
    }
    return Interval(nanoseconds: Int64(((1 - level) / rate * 1e9).rounded(.up)) + 1)
  }

  /// An attempt was answered: the rate follows.
  mutating func note(_ failure: CallFailure, at now: Instant) {
    let now = seconds(now)
    measure(now)
    var wanted: Double
    if failure == .throttle {
      highest = isOn ? min(measured, rate) : measured
      zero = Self.cubeRoot(highest * (1 - rule.kept) / rule.growth)
      (throttledAt, isOn) = (now, true)
      wanted = highest * rule.kept
    } else {
      let beyond = now - throttledAt - zero
      wanted = rule.growth * beyond * beyond * beyond + highest
    }
    wanted = min(wanted, rule.headroom * measured)
    refill(now)
    (rate, depth) = (max(wanted, rule.least), max(wanted, 1))
    level = min(level, depth)
  }

  private mutating func measure(_ now: Double) {
    let bin = (now / rule.bin).rounded(.down) * rule.bin
    count += 1
    guard bin > binAt else { return }
    measured = count / (bin - binAt) * rule.newest + measured * (1 - rule.newest)
    (count, binAt) = (0, bin)
  }

  private mutating func refill(_ now: Double) {
    level = min(depth, level + (now - levelAt) * rate)
    levelAt = now
  }

  /// The cube root of a number from 0 on.
  private static func cubeRoot(_ value: Double) -> Double {
    guard value > 0 else { return 0 }
    var root = max(1, value)
    for _ in 0..<200 {
      let next = (2 * root + value / (root * root)) / 3
      guard next < root else { return root }
      root = next
    }
    return root
  }
}
