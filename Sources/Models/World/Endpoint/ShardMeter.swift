internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// What one shard was asked for and took: in this second, in this minute, and in all.
struct ShardMeter: Sendable {
  /// Sums over a stretch of time.
  struct Load: Sendable, Hashable {
    var records: Int64 = 0, bytes: Int64 = 0

    mutating func add(_ count: Int64, _ size: Int64) {
      records += count
      bytes += count * size
    }

    static func += (a: inout Load, b: Load) { (a.records, a.bytes) = (a.records + b.records, a.bytes + b.bytes) }
    static func - (a: Load, b: Load) -> Load { Load(records: a.records - b.records, bytes: a.bytes - b.bytes) }

    /// Over the shard's limits for `seconds`: records or bytes, whichever is more.
    func share(of limits: ShardRates, seconds: Double) -> Double {
      limits.share(records: Double(records), bytes: Double(bytes), seconds: seconds)
    }
  }

  /// What its shard had stored in all when this second began: what it has taken since is the difference, so that a record
  /// that is stored at its first try, as nearly all are, is counted by its shard and by nobody else.
  private var stored = Load()
  /// In this second: stored though asked for before, and refused when first asked for.
  private var retried = Load(), refused = Load()
  /// Accepted in this minute.
  var minute = Load()
  /// First asked for in this minute; and of its fullest second what was stored and first asked for, over the limit.
  var minuteDemand = Load(), minutePeak = 0.0, minuteWorstDemand = 0.0
  /// What was tried in the last whole minute: accepted, and the records refused.
  var lastMinute = Load()
  /// Refused in this second and in this minute.
  var throttledThisSecond: Int64 = 0, throttledThisMinute: Int64 = 0
  /// In all: stored, and first asked for; and the most that was asked for in a second, over the limit.
  var accepted = Load(), demanded = Load()
  /// User records first asked for, beyond the Kinesis records first asked for.
  var packedDemand: Int64 = 0
  var worstDemand = 0.0
  /// The key asked for most, once it is known.
  var hottestKey: ShardResult.KeyShare?
  var throttledByRecords: Int64 = 0, throttledByBytes: Int64 = 0
  var secondsThrottled = 0, firstThrottledAt: Instant?
  private var utilizations = UtilizationHistogram(), idleSeconds: Int64 = 0
  var busiestMinute = 0.0
  /// The throttle episode under way: when it began, its last bad second, how many records it refused, and in how many seconds.
  var episode: (began: Instant, last: Instant, refused: Int64, seconds: Int64)?

  /// A shard that has stored so much when its first second begins.
  init(stored: Load) { self.stored = stored }

  /// What was taken and first asked for in this second, its shard having stored so much in all.
  func second(_ all: Load) -> Load { all - stored }
  func demand(_ all: Load) -> Load {
    let taken = second(all) - retried
    return Load(records: taken.records + refused.records, bytes: taken.bytes + refused.bytes)
  }

  /// What was tried since the last whole minute began: accepted, and the records refused.
  func recent(_ all: Load) -> Load {
    let second = second(all)
    return Load(
      records: lastMinute.records + minute.records + second.records + throttledThisMinute + throttledThisSecond,
      bytes: lastMinute.bytes + minute.bytes + second.bytes)
  }

  /// How full it was, second by second.
  var utilization: UtilizationHistogram {
    var all = utilizations
    if idleSeconds > 0 { all.record(Ratio(0), times: idleSeconds) }
    return all
  }

  /// Records refused so far.
  var throttled: Int64 { throttledByRecords + throttledByBytes }

  /// A key is perhaps the one asked for most, in so many seconds.
  mutating func weigh(
    _ tally: KeyTally, of population: KeyPopulation, over seconds: Double, stored: Load
  ) {
    let count = Double(tally.count), all = Double(max(demanded.records + demand(stored).records + packedDemand, 1))
    guard count / all > hottestKey?.share ?? 0 else { return }
    hottestKey = ShardResult.KeyShare(
      key: population.name(of: tally.key), share: count / all, recordsPerSecond: seconds > 0 ? count / seconds : 0)
  }

  /// Counts a record that was refused, or stored though it had been asked for before.
  mutating func note(_ limit: WriteLimit?, _ count: Int64, _ size: Int64, isFirst: Bool) {
    guard let limit else { return retried.add(isFirst ? 0 : count, size) }
    if isFirst { refused.add(count, size) }
    throttledThisSecond += count
    if limit == .records { throttledByRecords += count } else { throttledByBytes += count }
  }

  /// Whether nothing was asked of it in this second.
  @inline(__always)
  func isIdle(_ all: Load) -> Bool { all.records == stored.records && throttledThisSecond == 0 && episode == nil }

  /// A second ends in which nothing was asked of it.
  @inline(__always)
  mutating func closeIdleSecond() { idleSeconds += 1 }

  /// A second ends. Returns what was stored, refused and first asked for, the last two over the limit.
  mutating func closeSecond(_ all: Load, _ rates: ShardRates, seconds: Double) -> Closed {
    let load = second(all), demand = demand(all)
    let closed = Closed(
      load: load, throttled: throttledThisSecond, share: load.share(of: rates, seconds: seconds),
      demand: demand.share(of: rates, seconds: seconds))
    utilizations.record(Ratio(closed.share), times: 1)
    minutePeak = max(minutePeak, closed.share)
    demanded += demand
    minuteDemand += demand
    worstDemand = max(worstDemand, closed.demand)
    minuteWorstDemand = max(minuteWorstDemand, closed.demand)
    minute += load
    throttledThisMinute += closed.throttled
    accepted += load
    (stored, retried, refused, throttledThisSecond) = (all, .init(), .init(), 0)
    return closed
  }

  /// What a second came to.
  struct Closed {
    let load: Load, throttled: Int64, share: Double, demand: Double
  }

  /// Statistics begin anew.
  mutating func endWarmup() { (utilizations, idleSeconds, busiestMinute) = (UtilizationHistogram(), 0, 0) }

  /// The second that is about to be closed.
  func recorded(_ all: Load) -> Recording.Second {
    let demand = demand(all), second = second(all)
    return Recording.Second(
      askedRecords: demand.records, askedBytes: demand.bytes, takenRecords: second.records, takenBytes: second.bytes,
      refused: throttledThisSecond)
  }
}

/// What a put call came to, summed up: what is counted of its records one by one is only what is not as usual.
struct PutSums {
  var attempts: Int64 = 0, refused: Int64 = 0, first: Int64 = 0, refusedFirst: Int64 = 0
  /// What was stored, as it is billed.
  var intake = Tariff.Intake()

  /// Counts equal records.
  @inline(__always)
  mutating func add(_ count: Int64, taken: Int64, of size: Int64, isFirst: Bool) {
    attempts += count
    refused += count - taken
    if isFirst { (first, refusedFirst) = (first + count, refusedFirst + count - taken) }
    intake.add(taken, of: size)
  }
}
