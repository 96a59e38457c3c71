public import Units

/// A sparse index of what a shard holds: runs of records, no payloads.
///
/// Recent runs are exact. A driver that knows no reader needs them exactly any more settles them into coarse blocks, so
/// that a day of traffic costs a few bytes a second; a live engine, whose payloads need exact sizes, never does.
public struct ShardLog: Sendable, Hashable {
  private var settled: [RecordRun] = []
  private var settledHead = 0
  private var recent: [RecordRun] = []
  private var recentHead = 0
  /// The position of the oldest record kept: everything before it is gone.
  public private(set) var trimHorizon: Int64 = 0
  /// The position behind the newest record: the next one stored gets it.
  public private(set) var tip: Int64 = 0

  /// An empty log.
  public init() {}

  /// Stores a run of equal records. Amortised O(1).
  mutating func append(count: Int64, size: Int64, at now: Instant) {
    defer { tip += count }
    if let last = recent.last, recent.count > recentHead, last.arrival == now, last.bytes == size * last.count {
      recent[recent.count - 1].count += count
      recent[recent.count - 1].bytes += size * count
    } else {
      recent.append(RecordRun(first: tip, count: count, bytes: size * count, arrival: now, lastArrival: now))
    }
  }

  /// Forgets records that arrived before `horizon`. Settled blocks go as a whole, when their last record is that old.
  mutating func trim(before horizon: Instant) {
    while settledHead < settled.count, settled[settledHead].lastArrival < horizon { settledHead += 1 }
    if settledHead == settled.count {
      while recentHead < recent.count, recent[recentHead].lastArrival < horizon { recentHead += 1 }
    }
    trimHorizon =
      settledHead < settled.count
      ? settled[settledHead].first : recentHead < recent.count ? recent[recentHead].first : tip
    Self.drop(&settled, &settledHead)
    Self.drop(&recent, &recentHead)
  }

  /// Lets runs wholly before `position` become blocks of at most `width` of arrival time. Amortised O(1) a run.
  public mutating func settle(before position: Int64, width: Interval) {
    while recentHead < recent.count, recent[recentHead].end <= position {
      let run = recent[recentHead]
      recentHead += 1
      if let last = settled.last, settled.count > settledHead,
        last.arrival.nanoseconds / width.nanoseconds == run.arrival.nanoseconds / width.nanoseconds
      {
        settled[settled.count - 1].count += run.count
        settled[settled.count - 1].bytes += run.bytes
        settled[settled.count - 1].lastArrival = run.lastArrival
      } else {
        settled.append(run)
      }
    }
    Self.drop(&recent, &recentHead)
  }

  /// How many runs and blocks it keeps: what it costs in memory, 40 bytes each.
  public var runCount: Int { settled.count - settledHead + recent.count - recentHead }

  /// The run that holds a position; nil before the trim horizon and from the tip on. O(log n).
  public func run(holding position: Int64) -> RecordRun? {
    guard position >= trimHorizon, position < tip else { return nil }
    let isRecent = recentHead < recent.count && recent[recentHead].first <= position
    return isRecent ? Self.find(position, in: recent[recentHead...]) : Self.find(position, in: settled[settledHead...])
  }

  /// The runs of a range of positions, the first and last cut to it, in order.
  public func runs(from first: Int64, to end: Int64) -> Runs {
    Runs(log: self, next: max(first, trimHorizon), end: min(end, tip))
  }

  /// The position of the first kept record that arrived at or after an instant; the tip when none did. O(log n).
  public func position(arrivedFrom instant: Instant) -> Int64 {
    Self.first(arrivedFrom: instant, in: settled[settledHead...])
      ?? Self.first(arrivedFrom: instant, in: recent[recentHead...]) ?? tip
  }

  /// A walk over runs.
  public struct Runs: Sequence, IteratorProtocol {
    private let log: ShardLog
    private var position: Int64
    private let end: Int64
    private var index: Int
    private var isRecent: Bool

    init(log: ShardLog, next: Int64, end: Int64) {
      (self.log, self.position, self.end) = (log, next, end)
      let inRecent = log.recentHead < log.recent.count && log.recent[log.recentHead].first <= next
      isRecent = inRecent
      index =
        inRecent
        ? ShardLog.index(of: next, in: log.recent[log.recentHead...])
        : ShardLog.index(of: next, in: log.settled[log.settledHead...])
    }

    /// The next run, cut to the range.
    public mutating func next() -> RecordRun? {
      guard position < end else { return nil }
      if !isRecent, index == log.settled.count { (isRecent, index) = (true, log.recentHead) }
      let whole = isRecent ? log.recent[index] : log.settled[index]
      index += 1
      let skipped = position - whole.first
      let taken = Swift.min(whole.end, end) - position
      let bytes = whole.bytes(ofFirst: skipped + taken) - whole.bytes(ofFirst: skipped)
      position += taken
      return RecordRun(
        first: whole.first + skipped, count: taken, bytes: bytes, arrival: whole.arrival, lastArrival: whole.lastArrival
      )
    }
  }

  private static func drop(_ runs: inout [RecordRun], _ head: inout Int) {
    guard head > 1_024, head > runs.count / 2 else { return }
    runs.removeFirst(head)
    head = 0
  }

  private static func find(_ position: Int64, in runs: ArraySlice<RecordRun>) -> RecordRun {
    runs[index(of: position, in: runs)]
  }

  /// The index of the run that holds a position, or the end of the slice when it lies behind all of them.
  private static func index(of position: Int64, in runs: ArraySlice<RecordRun>) -> Int {
    runs.partitioningIndex { $0.end > position }
  }

  private static func first(arrivedFrom instant: Instant, in runs: ArraySlice<RecordRun>) -> Int64? {
    let index = runs.partitioningIndex { $0.lastArrival >= instant }
    return index < runs.endIndex ? runs[index].first : nil
  }
}
