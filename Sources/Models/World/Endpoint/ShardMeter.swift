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

    /// Over the shard's limits for `seconds`: records or bytes, whichever is more.
    func share(of limits: ShardRates, seconds: Double) -> Double {
      limits.share(records: Double(records), bytes: Double(bytes), seconds: seconds)
    }
  }

  /// Accepted and first asked for in this second; accepted in this minute.
  var second = Load(), demand = Load(), minute = Load()
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
  var utilization = UtilizationHistogram()
  var busiestMinute = 0.0
  /// The throttle episode under way: when it began, its last bad second, and how many records it refused.
  var episode: (began: Instant, last: Instant, refused: Int64)?

  /// What was tried since the last whole minute began: accepted, and the records refused.
  var recent: Load {
    Load(
      records: lastMinute.records + minute.records + second.records + throttledThisMinute + throttledThisSecond,
      bytes: lastMinute.bytes + minute.bytes + second.bytes)
  }

  /// Records refused so far.
  var throttled: Int64 { throttledByRecords + throttledByBytes }

  /// A key is perhaps the one asked for most, in so many seconds.
  mutating func weigh(_ tally: KeyTally, of population: KeyPopulation, over seconds: Double) {
    let count = Double(tally.count), all = Double(max(demanded.records + demand.records + packedDemand, 1))
    guard count / all > hottestKey?.share ?? 0 else { return }
    hottestKey = ShardResult.KeyShare(
      key: population.name(of: tally.key), share: count / all, recordsPerSecond: seconds > 0 ? count / seconds : 0)
  }

  /// Counts what became of a put.
  @inline(__always)
  mutating func note(_ outcome: PutOutcome, of header: RecordHeader, isFirst: Bool) {
    let count = Int64(header.count), size = Int64(header.size), taken = Int64(outcome.accepted)
    if isFirst { demand.add(count, size) }
    second.add(taken, size)
    guard let limit = outcome.limit else { return }
    throttledThisSecond += count - taken
    if limit == .records { throttledByRecords += count - taken } else { throttledByBytes += count - taken }
  }
}
