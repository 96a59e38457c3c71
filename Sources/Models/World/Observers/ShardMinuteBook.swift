internal import Experiment
internal import KinesisCore
internal import Units

/// What every shard was asked for and took, minute by minute, in bounded memory.
///
/// When there are more than `limit` rows, two neighbouring stretches become one, and so on: a week of 10,000 shards is
/// kept in rows of several hours, and no record is left out. Only where shards alone are more than `limit` are there more
/// rows: one a shard.
struct ShardMinuteBook: Sendable {
  /// Sums of a shard over a stretch of minutes.
  struct Row: Sendable, Hashable {
    /// The first minute of the stretch, counted from the start of the run.
    var minute: Int
    /// The shard's number.
    var shard: Int
    /// Stored and first asked for.
    var accepted = ShardMeter.Load(), demanded = ShardMeter.Load()
    /// Records refused, every attempt counted.
    var throttled: Int64 = 0
    /// What was stored and first asked for in its fullest second, over the limit.
    var peakLoad = 0.0, peakDemand = 0.0

    /// Whether nothing came.
    var isEmpty: Bool { accepted.records == 0 && demanded.records == 0 && throttled == 0 }
  }

  /// The most rows kept of a stream: about 15 MB.
  static let mostRows = 200_000
  /// Two years: nothing that runs is longer, so that halving ends.
  private static let widest = 1 << 20

  /// How many minutes a row stands for; a power of two.
  private(set) var minutesPerRow = 1
  private(set) var rows: [Row] = []
  private let limit: Int
  /// The first row of the stretch under way, and for each shard its row in it, or -1.
  private var begin = 0
  private var places: [Int32] = []

  /// A book of at most `limit` rows.
  init(limit: Int = ShardMinuteBook.mostRows) { self.limit = limit }

  /// Takes in what a shard did in a minute, or in as much of it as there was; minutes must not go back.
  mutating func add(_ row: Row) {
    guard !row.isEmpty else { return }
    while rows.count >= limit, minutesPerRow < Self.widest, place(of: row) == nil { coarsen() }
    place(row)
  }

  private func first(of minute: Int) -> Int { minute / minutesPerRow * minutesPerRow }

  /// Where a shard's row of the stretch under way is; nil when there is none.
  private func place(of row: Row) -> Int? {
    guard begin < rows.count, rows[begin].minute == first(of: row.minute), row.shard < places.count,
      places[row.shard] >= 0
    else { return nil }
    return Int(places[row.shard])
  }

  private mutating func place(_ row: Row) {
    if begin < rows.count, rows[begin].minute != first(of: row.minute) { closeStretch() }
    if let known = place(of: row) { return rows[known].add(row) }
    if row.shard >= places.count { places += Array(repeating: -1, count: row.shard + 1 - places.count) }
    places[row.shard] = Int32(rows.count)
    rows.append(row)
    rows[rows.count - 1].minute = first(of: row.minute)
  }

  private mutating func closeStretch() {
    for row in rows[begin...] { places[row.shard] = -1 }
    begin = rows.count
  }

  /// Makes one stretch of every two.
  private mutating func coarsen() {
    var coarser = ShardMinuteBook(limit: .max)
    coarser.minutesPerRow = minutesPerRow * 2
    for row in rows { coarser.place(row) }
    (minutesPerRow, rows, begin, places) = (coarser.minutesPerRow, coarser.rows, coarser.begin, coarser.places)
  }
}

extension ShardMinuteBook.Row {
  /// Adds a later stretch of the same shard.
  mutating func add(_ other: ShardMinuteBook.Row) {
    accepted.records += other.accepted.records
    accepted.bytes += other.accepted.bytes
    demanded.records += other.demanded.records
    demanded.bytes += other.demanded.bytes
    throttled += other.throttled
    peakLoad = max(peakLoad, other.peakLoad)
    peakDemand = max(peakDemand, other.peakDemand)
  }
}

extension StreamMeter {
  /// Writes down what the shards did in a minute, or in what there was of it. Their refusals of the minute are reset by
  /// `cutMinute`, their load by `closeMinute`.
  mutating func foldMinute(_ minute: Int) {
    guard minutes != nil else { return }
    for index in shards.indices {
      let meter = shards[index]
      minutes?.add(
        ShardMinuteBook.Row(
          minute: minute, shard: index, accepted: meter.minute, demanded: meter.minuteDemand,
          throttled: meter.throttledThisMinute, peakLoad: meter.minutePeak, peakDemand: meter.minuteWorstDemand))
      shards[index].minuteDemand = ShardMeter.Load()
      (shards[index].minutePeak, shards[index].minuteWorstDemand) = (0, 0)
    }
  }

  /// The rows as a result, in order of time and then of shards; `end` is when the run ended.
  func minuteRows(from start: Instant, until end: Instant) -> [ShardMinute] {
    guard let book = minutes else { return [] }
    let ordered = book.rows.sorted { ($0.minute, $0.shard) < ($1.minute, $1.shard) }
    return ordered.map { row in
      let begin = start + .minutes(Int64(row.minute))
      let length = min(Interval.minutes(Int64(book.minutesPerRow)), end - begin)
      return ShardMinute(row, at: begin, length: length, rates: rates)
    }
  }
}

extension ShardMinute {
  init(_ row: ShardMinuteBook.Row, at begin: Instant, length: Interval, rates: ShardRates) {
    let seconds = length.inSeconds
    self.init(
      begin: begin, length: length, shard: ShardID(row.shard), acceptedRecords: row.accepted.records,
      acceptedBytes: Bytes(row.accepted.bytes), throttledRecords: row.throttled,
      demandedRecords: row.demanded.records, demandedBytes: Bytes(row.demanded.bytes),
      load: row.accepted.share(of: rates, seconds: seconds), demand: row.demanded.share(of: rates, seconds: seconds),
      peakLoad: row.peakLoad, peakDemand: row.peakDemand)
  }
}
