internal import Experiment
internal import Simulation
internal import Units

/// What an application came to, counted.
struct Tally: Sendable {
  var records: Int64 = 0, duplicates: Int64 = 0, skipped: Int64 = 0, expired: Int64 = 0
  var calls: Int64 = 0, throttledCalls: Int64 = 0, batches: Int64 = 0
  private(set) var propagation = LatencyHistogram()
  /// The oldest record not handed over, at the end of each measured second: the largest, and all of them.
  private(set) var ageMax = Interval.zero, ages = LatencyHistogram()
  private var trend: AgeTrend
  /// Calls when statistics began, and of those refused.
  private var callsBefore: (all: Int64, throttled: Int64) = (0, 0)

  init(_ trend: AgeTrend) { self.trend = trend }

  /// Records are handed to the application's code, so long after they arrived at their shard.
  mutating func note(_ delay: Interval, _ count: Int64, by consumer: Int, _ observers: inout Observers) {
    let delay = LatencyHistogram.Class(delay)
    propagation.record(delay, count: count)
    observers.noteRead(delay, count: count, by: consumer)
  }

  /// Records that arrived together, or within a stretch, are handed to the application's code between so long and so long after.
  mutating func note(
    from low: Interval, to high: Interval, _ count: Int64, by consumer: Int, _ observers: inout Observers
  ) {
    guard low < high else { return note(low, count, by: consumer, &observers) }
    propagation.record(from: low, to: high, count: count)
    observers.noteRead(from: low, to: high, count: count, by: consumer)
  }

  /// Records have left the stream unread, at an age at which they were late enough.
  mutating func note(expired count: Int64, at age: Interval, by consumer: Int, _ observers: inout Observers) {
    guard count > 0 else { return }
    expired += count
    note(age, count, by: consumer, &observers)
  }

  mutating func note(age: Interval, at instant: Instant) {
    ageMax = max(ageMax, age)
    ages.record(age)
    trend.note(age, at: instant)
  }

  /// Seconds by which the oldest unread record grew older in a second, over the last half; nil when that cannot be said.
  var fallingBehind: Double? { trend.growth }

  /// Calls refused over calls made since statistics began; nil without calls.
  var readThrottleRate: Double? {
    let made = calls - callsBefore.all
    return made > 0 ? Double(throttledCalls - callsBefore.throttled) / Double(made) : nil
  }

  /// Statistics begin anew.
  mutating func endWarmup() {
    propagation = LatencyHistogram()
    callsBefore = (calls, throttledCalls)
  }

  /// What it came to, with what stands open: the ages of what was not handed over, and how many records are left or gone.
  func result(
    of name: String, unread: LatencyHistogram, age: Interval, backlog: Int64, expired: Int64
  ) -> ConsumerResult {
    var propagation = propagation
    propagation.add(unfinished: unread)
    var result = ConsumerResult(
      name: name, records: records, calls: calls, throttledCalls: throttledCalls, propagation: propagation,
      iteratorAgeMax: ageMax, iteratorAgeLast: age, backlog: backlog, expired: expired, duplicates: duplicates,
      skipped: skipped)
    (result.iteratorAges, result.fallingBehind, result.readThrottleRate) = (ages, fallingBehind, readThrottleRate)
    return result
  }
}
