internal import Experiment
internal import Simulation
internal import Units

/// What an objective's metric stands at: whichever part its kind has.
struct MetricReading: Sendable {
  /// For shares: part of whole. For sums: the part.
  var part: Int64 = 0, whole: Int64 = 0
  /// For latencies.
  var times: LatencyHistogram?
  /// For utilisation.
  var shares: UtilizationHistogram?
  /// For gauges: the smallest, the largest and the latest value; nil before the first.
  var gauge: (low: Double, high: Double, last: Double)?

  /// The figure asked for, in the objective's unit; nil when nothing was measured.
  func value(_ statistic: Objective.Statistic) -> Double? {
    if let times { return Self.value(of: times, statistic) }
    if let shares { return Self.value(of: shares, statistic) }
    switch statistic {
    case .rate: return whole == 0 ? 0 : Double(part) / Double(whole)
    case .sum: return Double(part)
    case .max: return gauge?.high
    case .min: return gauge?.low
    case .last: return gauge?.last
    case .mean, .percentile: return nil
    }
  }

  private static func value(of times: LatencyHistogram, _ statistic: Objective.Statistic) -> Double? {
    guard times.count > 0 else { return nil }
    switch statistic {
    case .percentile(let percent): return times.percentile(percent).inMilliseconds
    case .mean: return times.mean.inMilliseconds
    case .max: return times.max.inMilliseconds
    default: return nil
    }
  }

  private static func value(of shares: UtilizationHistogram, _ statistic: Objective.Statistic) -> Double? {
    switch statistic {
    case .percentile(let percent): shares.percentile(percent)
    case .mean: shares.mean
    case .max: shares.max
    default: nil
    }
  }
}

/// What others know of an objective's metric when it is looked at.
struct ObjectiveState: Sendable {
  /// Its counters since the run began.
  var counts: (part: Int64, whole: Int64) = (0, 0)
  /// For times: those that are not over yet, as long as they are; nil for other metrics, and when nobody asks.
  var unfinished: LatencyHistogram?
}

/// Follows one objective through a run: as a whole, or window by window.
struct ObjectiveMonitor: Sendable {
  let objective: Objective
  /// What this window (or the run since the warm-up) collected by itself: times, shares and gauges.
  private(set) var own: MetricReading
  private var baseline: (part: Int64, whole: Int64) = (0, 0)
  private var windowEnd: Instant?
  private var worst: Double?
  private var windows = 0, broken = 0
  private var firstBrokenAt: Instant?

  init(_ objective: Objective, measuredFrom: Instant) {
    self.objective = objective
    windowEnd = objective.window.map { measuredFrom + $0 }
    own = Self.empty(objective.metric)
  }

  private static func empty(_ metric: Objective.Metric) -> MetricReading {
    switch metric {
    case .putLatency, .propagation, .dataFreshness: MetricReading(times: LatencyHistogram())
    case .shardUtilization: MetricReading(shares: UtilizationHistogram())
    case .putThrottleRate, .firstAttemptThrottleRate, .recordsLost, .iteratorAge, .throttledCalls, .readThrottleRate,
      .openShards, .monthlyCost, .figure:
      MetricReading()
    }
  }

  /// Adds a time to a latency objective.
  @inline(__always)
  mutating func add(_ time: LatencyHistogram.Class, count: Int64) { own.times?.record(time, count: count) }

  /// Adds times that lie anywhere between two.
  mutating func add(from low: Interval, to high: Interval, count: Int64) {
    own.times?.record(from: low, to: high, count: count)
  }

  /// Says how times are distributed, and adds some of that law.
  mutating func spread(_ weight: Double, from low: Interval, to high: Interval) {
    own.times?.spread(weight, from: low, to: high)
  }
  mutating func addSpread(_ count: Int64) { own.times?.recordSpread(count: count) }

  /// Adds shard-seconds to a utilisation objective.
  mutating func add(shares: [Double], idle: Int64) {
    for share in shares { own.shares?.record(Ratio(share), times: 1) }
    if idle > 0 { own.shares?.record(Ratio(0), times: idle) }
  }

  /// Adds a value to a gauge objective.
  mutating func add(gauge value: Double) {
    let known = own.gauge ?? (value, value, value)
    own.gauge = (min(known.low, value), max(known.high, value), value)
  }

  /// Forgets what the warm-up collected. `counts` are the counters' values now.
  mutating func endWarmup(counts: (part: Int64, whole: Int64), keeping last: Bool) {
    let gauge = own.gauge.map { ($0.last, $0.last, $0.last) }
    own = Self.empty(objective.metric)
    if last { own.gauge = gauge }
    baseline = counts
  }

  /// Whether `look` has anything to do with what is not over yet: a window ends, or the run is not known to be bad.
  func needsUnfinished(at now: Instant) -> Bool {
    own.times != nil && (windowEnd.map { now >= $0 } ?? (firstBrokenAt == nil))
  }

  /// Looks at the objective at the end of a second.
  mutating func look(_ state: ObjectiveState, at now: Instant) {
    guard let end = windowEnd else {
      if firstBrokenAt == nil, let value = reading(state).value(objective.statistic), !holds(value) {
        firstBrokenAt = now
      }
      return
    }
    guard now >= end, let length = objective.window else { return }
    closeWindow(state, at: now)
    windowEnd = end + length
  }

  private mutating func closeWindow(_ state: ObjectiveState, at now: Instant) {
    let value = reading(state).value(objective.statistic)
    windows += 1
    if let value {
      if !holds(value) {
        broken += 1
        if firstBrokenAt == nil { firstBrokenAt = now }
      }
      worst = worse(value, worst)
    }
    endWarmup(counts: state.counts, keeping: true)
  }

  private func worse(_ value: Double, _ known: Double?) -> Double {
    guard let known else { return value }
    switch objective.comparison {
    case .less, .lessOrEqual: return max(value, known)
    case .greater, .greaterOrEqual: return min(value, known)
    case .equal: return holds(known) ? value : known
    }
  }

  private func reading(_ state: ObjectiveState) -> MetricReading {
    var reading = own
    reading.times?.flatten()
    (reading.part, reading.whole) = (state.counts.part - baseline.part, state.counts.whole - baseline.whole)
    if let unfinished = state.unfinished { reading.times?.add(unfinished: unfinished) }
    return reading
  }

  private func holds(_ value: Double) -> Bool { objective.comparison.holds(value, objective.threshold) }

  /// The verdict at the end of the run.
  func verdict(_ state: ObjectiveState, at now: Instant) -> ObjectiveVerdict {
    guard objective.window != nil, windows > 0 else {
      let value = reading(state).value(objective.statistic)
      let isPassing = value.map(holds) ?? false
      return ObjectiveVerdict(
        objective: objective, value: value, isPassing: isPassing,
        firstBrokenAt: isPassing ? nil : firstBrokenAt ?? (value == nil ? nil : now), windows: 0, windowsBroken: 0)
    }
    return ObjectiveVerdict(
      objective: objective, value: worst, isPassing: broken == 0 && worst != nil, firstBrokenAt: firstBrokenAt,
      windows: windows, windowsBroken: broken)
  }
}
