public import Units

/// A sparse index of what a shard holds: runs of records, no payloads.
///
/// Recent runs are exact. A driver that knows no reader needs them exactly any more settles them into coarse blocks, so
/// that a day of traffic costs a few bytes a minute; a live engine, whose payloads need exact sizes, never does.
///
/// Kept are only the places where runs begin, with what lies before each: where a run ends, and how many bytes lie between
/// two positions, follows from that without walking.
public struct ShardLog: Sendable, Hashable {
  /// Where a run begins, or a block of runs that are told apart no more: its first record's position, the bytes ever stored before
  /// it, and when its first and last arrived.
  private struct Step: Sendable, Hashable {
    var first: Int64, bytes: Int64, arrival: Instant, lastArrival: Instant
  }

  private var recent: [Step] = []
  private var recentHead = 0
  /// The position behind the newest record: the next one stored gets it.
  public private(set) var tip: Int64 = 0
  /// Bytes ever stored.
  public private(set) var written: Int64 = 0
  /// The position of the oldest record kept: everything before it is gone.
  public private(set) var trimHorizon: Int64 = 0
  /// Nothing that is kept arrived before this instant: trimming up to it is for nothing.
  private var keptFrom = Instant(nanoseconds: .min)
  private var settled: [Step] = []
  private var settledHead = 0
  /// How many blocks there may be before those that have aged are widened.
  private var widenAt = Self.widenEvery

  /// An empty log.
  public init() {}

  /// How old blocks become before they are widened, and how wide they are then. A year of every second makes 2,700 blocks, 86 KB.
  private static let tiers: [(age: Interval, width: Interval)] = [
    (.days(30), .days(1)), (.days(1), .hours(1)), (.minutes(2), .minutes(1)),
  ]
  private static let widenEvery = 256

  // MARK: Writing

  /// Stores a run of equal records. Amortised O(1).
  @inline(__always)
  mutating func append(count: Int64, size: Int64, at now: Instant) {
    if !isLastRun(of: size, at: now) { recent.append(Step(first: tip, bytes: written, arrival: now, lastArrival: now)) }
    tip += count
    written += count * size
  }

  /// Whether records of that size that arrive now are of the newest run.
  @inline(__always)
  private func isLastRun(of size: Int64, at now: Instant) -> Bool {
    let last = recent.count - 1
    guard last >= recentHead, recent[last].arrival == now, recent[last].lastArrival == now else { return false }
    return written - recent[last].bytes == size * (tip - recent[last].first)
  }

  /// Stores a run of records between two arrivals. Amortised O(1).
  mutating func append(_ run: ArrivalRun, bytes: Int64) {
    recent.append(Step(first: tip, bytes: written, arrival: run.first, lastArrival: run.last))
    tip += run.count
    written += bytes
  }

  /// Forgets records that arrived before `horizon`. Settled blocks go as a whole, when their last record is that old.
  mutating func trim(before horizon: Instant) {
    if keptFrom < horizon { drop(before: horizon) }
  }

  private mutating func drop(before horizon: Instant) {
    while settledHead < settled.count, settled[settledHead].lastArrival < horizon { settledHead += 1 }
    let isSettled = settledHead < settled.count
    if !isSettled {
      while recentHead < recent.count, recent[recentHead].lastArrival < horizon { recentHead += 1 }
    }
    let isRecent = recentHead < recent.count
    trimHorizon = isSettled ? settled[settledHead].first : isRecent ? recent[recentHead].first : tip
    // An empty log gets nothing older than now, which is behind every horizon.
    keptFrom = isSettled ? settled[settledHead].lastArrival : isRecent ? recent[recentHead].lastArrival : horizon
    Self.drop(&settled, &settledHead)
    Self.drop(&recent, &recentHead)
  }

  private static func drop<Element>(_ runs: inout [Element], _ head: inout Int) {
    guard head > 1_024, head > runs.count / 2 else { return }
    runs.removeFirst(head)
    head = 0
  }

  // MARK: Settling

  /// Lets runs wholly before `position` become blocks of at most `width` of arrival time, and blocks that have aged wider
  /// ones. O(log n) a block.
  public mutating func settle(before position: Int64, width: Interval) {
    let end = position >= tip ? recent.count : index(of: position, in: recent[recentHead...])
    while recentHead < end {
      let window = recent[recentHead].arrival.nanoseconds / width.nanoseconds
      let behind = recent[recentHead..<end].partitioningIndex { $0.arrival.nanoseconds / width.nanoseconds != window }
      var block = recent[recentHead]
      block.lastArrival = recent[behind - 1].lastArrival
      add(block, width)
      recentHead = behind
    }
    Self.drop(&recent, &recentHead)
    if settled.count - settledHead >= widenAt { widen() }
  }

  private mutating func add(_ block: Step, _ width: Interval) {
    if settledHead < settled.count,
      settled[settled.count - 1].arrival.nanoseconds / width.nanoseconds
        == block.arrival.nanoseconds / width.nanoseconds
    {
      settled[settled.count - 1].lastArrival = block.lastArrival
    } else {
      settled.append(block)
    }
  }

  /// Makes one block of neighbours that have aged into the same minute, hour or day.
  private mutating func widen() {
    let newest = settled[settled.count - 1].lastArrival
    var kept: [Step] = [], latest: (tier: Int, window: Int64)?
    kept.reserveCapacity(settled.count)
    for block in settled[settledHead...] {
      let age = newest - block.lastArrival
      let own = Self.tiers.firstIndex { age > $0.age }.map {
        (tier: $0, window: block.arrival.nanoseconds / Self.tiers[$0].width.nanoseconds)
      }
      if let own, let latest, own == latest {
        kept[kept.count - 1].lastArrival = block.lastArrival
      } else {
        kept.append(block)
      }
      latest = own
    }
    (settled, settledHead, widenAt) = (kept, 0, kept.count + Self.widenEvery)
  }

  /// How many runs and blocks it keeps: what it costs in memory, 32 bytes each.
  public var runCount: Int { settled.count - settledHead + recent.count - recentHead }

  // MARK: Reading

  /// The run that holds a position; nil before the trim horizon and from the tip on. O(log n), from the tip back.
  public func run(holding position: Int64) -> RecordRun? {
    guard position >= trimHorizon, position < tip else { return nil }
    return isRecent(position)
      ? recentRun(at: index(of: position, in: recent[recentHead...])) : settledRun(at: settledIndex(of: position))
  }

  /// The same for who walks along: `hint` is where it found the run before, as it left it; any number is right, and the next of
  /// that is found at once.
  func run(holding position: Int64, near hint: inout Int) -> RecordRun? {
    guard position >= trimHorizon, position < tip else { return nil }
    guard isRecent(position) else { return settledRun(at: settledIndex(of: position)) }
    hint += 1
    let isNext =
      hint >= recentHead && hint < recent.count && recent[hint].first <= position
      && (hint + 1 == recent.count || recent[hint + 1].first > position)
    if !isNext { hint = index(of: position, in: recent[recentHead...]) }
    return recentRun(at: hint)
  }

  @inline(__always)
  private func isRecent(_ position: Int64) -> Bool {
    recentHead < recent.count && recent[recentHead].first <= position
  }

  /// The index of the last step that begins at or before a position, or the first one. Looked for from the end: readers are
  /// near the tip.
  private func index(of position: Int64, in steps: ArraySlice<Step>) -> Int {
    max(steps.startIndex, Self.place(in: steps) { $0.first > position } - 1)
  }

  /// The index of the first step that lies behind something, as all do from there on. O(log n), from the end back.
  @inline(__always)
  private static func place(in steps: ArraySlice<Step>, isBehind: (Step) -> Bool) -> Int {
    var end = steps.endIndex, width = 1
    while end - width > steps.startIndex, isBehind(steps[end - width]) {
      end -= width
      width *= 2
    }
    return steps[max(steps.startIndex, end - width)..<end].partitioningIndex(where: isBehind)
  }

  private func settledIndex(of position: Int64) -> Int {
    max(settledHead, settled[settledHead...].partitioningIndex { $0.first > position } - 1)
  }

  @inline(__always)
  private func recentRun(at index: Int) -> RecordRun {
    let step = recent[index], isLast = index + 1 == recent.count
    let end = isLast ? tip : recent[index + 1].first, bytes = isLast ? written : recent[index + 1].bytes
    return RecordRun(
      first: step.first, count: end - step.first, bytes: bytes - step.bytes, arrival: step.arrival,
      lastArrival: step.lastArrival)
  }

  private func settledRun(at index: Int) -> RecordRun {
    let (block, behind) = (settled[index], start(ofSettled: index + 1))
    return RecordRun(
      first: block.first, count: behind.first - block.first, bytes: behind.bytes - block.bytes,
      arrival: block.arrival, lastArrival: block.lastArrival)
  }

  /// Where a block begins, or what lies behind the last one.
  private func start(ofSettled index: Int) -> (first: Int64, bytes: Int64) {
    if index < settled.count { return (settled[index].first, settled[index].bytes) }
    return recentHead < recent.count ? (recent[recentHead].first, recent[recentHead].bytes) : (tip, written)
  }

  /// Bytes stored before a position that is kept: exact in runs, an even share in a settled block. O(log n).
  private func bytes(before position: Int64) -> Int64 {
    guard position < tip else { return written }
    guard let run = run(holding: position) else { return 0 }
    return start(of: run) + run.bytes(ofFirst: position - run.first)
  }

  /// Bytes stored before a run of this log.
  private func start(of run: RecordRun) -> Int64 {
    isRecent(run.first)
      ? recent[index(of: run.first, in: recent[recentHead...])].bytes
      : settled[settledIndex(of: run.first)].bytes
  }

  /// The position of the first kept record that arrived at or after an instant; the tip when none did. O(log n).
  public func position(arrivedFrom instant: Instant) -> Int64 {
    let block = settled[settledHead...].partitioningIndex { $0.lastArrival >= instant }
    if block < settled.count { return settled[block].first }
    let run = recent[recentHead...].partitioningIndex { $0.lastArrival >= instant }
    return run < recent.count ? recent[run].first : tip
  }

  /// The position behind the last record that had arrived by an instant, of recent ones. O(log n), from the tip back.
  func position(behindThoseBy instant: Instant) -> Int64 {
    let index = Self.place(in: recent[recentHead...]) { $0.arrival > instant }
    guard index > recentHead else { return recentHead < recent.count ? recent[recentHead].first : tip }
    return recentRun(at: index - 1).position(behindThoseBy: instant)
  }

  /// When the first record kept at or behind a position arrived; nil when there is none.
  func arrival(atOrBehind position: Int64) -> Instant? {
    let first = max(position, trimHorizon)
    guard first < tip, let run = run(holding: first) else { return nil }
    return isRecent(first) ? run.arrival(of: first) : run.arrival
  }

  /// When the record at a position arrived; of a settled block, when the last did. Nil where none is kept.
  func lastArrival(of position: Int64) -> Instant? {
    run(holding: position).map { isRecent(position) ? $0.arrival(of: position) : $0.lastArrival }
  }

  /// Hands over the records of a range of positions, those that arrived together at once, or between a first and a last arrival,
  /// with the position behind them; settled blocks as if all had arrived with the first.
  func forEachArrival(
    from first: Int64, to end: Int64,
    _ take: (_ arrival: Instant, _ last: Instant, _ first: Int64, _ end: Int64) -> Void
  ) {
    var next = max(first, trimHorizon)
    let end = min(end, tip)
    while next < end, !isRecent(next) {
      let run = settledRun(at: settledIndex(of: next))
      take(run.arrival, run.arrival, next, min(run.end, end))
      next = run.end
    }
    guard next < end else { return }
    var index = index(of: next, in: recent[recentHead...])
    while next < end {
      let arrival = recent[index].arrival, begin = next
      guard recent[index].lastArrival == arrival else {
        let run = recentRun(at: index).cut(from: next, to: end, isSpread: true)
        (next, index) = (run.end, index + 1)
        take(run.arrival, run.lastArrival, run.first, run.end)
        continue
      }
      repeat { index += 1 } while index < recent.count && recent[index].lastArrival == arrival
      next = min(index < recent.count ? recent[index].first : tip, end)
      take(arrival, arrival, begin, next)
    }
  }

  /// The runs of a range of positions, the first and last cut to it, in order.
  public func runs(from first: Int64, to end: Int64) -> Runs {
    Runs(log: self, next: max(first, trimHorizon), end: min(end, tip))
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
      isRecent = log.isRecent(next)
      index =
        next >= end ? 0 : isRecent ? log.index(of: next, in: log.recent[log.recentHead...]) : log.settledIndex(of: next)
    }

    /// The next run, cut to the range.
    public mutating func next() -> RecordRun? {
      guard position < end else { return nil }
      if !isRecent, index == log.settled.count { (isRecent, index) = (true, log.recentHead) }
      let whole = isRecent ? log.recentRun(at: index) : log.settledRun(at: index)
      index += 1
      defer { position = Swift.min(whole.end, end) }
      return whole.cut(from: position, to: end, isSpread: isRecent)
    }
  }

  /// How many records from `first` on fit both maxima, and their bytes. At least one record, however large. O(log n).
  func prefix(from first: Int64, records: Int64, bytes: Int64) -> (count: Int64, bytes: Int64) {
    let first = max(first, trimHorizon), end = min(first.plusClamped(records), tip)
    guard first < end else { return (0, 0) }
    let before = self.bytes(before: first), all = self.bytes(before: end) - before
    guard all > bytes else { return (end - first, all) }
    let (run, start) = lastRun(from: first, beginningWithin: before.plusClamped(bytes))
    let skipped = max(0, first - run.first), left = run.bytes(ofFirst: skipped)
    let taken = start + left - before
    let count = run.count(
      from: skipped, to: end - run.first, within: bytes - taken, atLeast: run.first <= first ? 1 : 0)
    return (run.first + skipped + count - first, taken + run.bytes(ofFirst: skipped + count) - left)
  }

  /// The last run that holds a position from `first` on and has no more than so many bytes before it, and how many it has.
  private func lastRun(from first: Int64, beginningWithin bytes: Int64) -> (run: RecordRun, start: Int64) {
    if isRecent(first) || recentHead < recent.count && recent[recentHead].bytes <= bytes {
      let last = recent[recentHead...].partitioningIndex { $0.bytes > bytes } - 1
      let index = max(last, index(of: first, in: recent[recentHead...]))
      return (recentRun(at: index), recent[index].bytes)
    }
    let last = settled[settledHead...].partitioningIndex { $0.bytes > bytes } - 1
    let index = max(last, settledIndex(of: first))
    return (settledRun(at: index), settled[index].bytes)
  }
}
