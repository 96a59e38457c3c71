internal import Histogram
public import Units

/// A histogram of times in whole microseconds: percentiles to three significant digits (HdrHistogram); largest and sum exact, so
/// that the mean of one time is that time, and no mean is above the largest.
///
/// It counts in HdrHistogram's bins and leaves all questions to HdrHistogram: counting is what every record pays for.
@frozen public struct LatencyHistogram: Sendable, Equatable {
  /// By bin, as many as the largest time took.
  @usableFromInline var cells: [Int64] = []
  /// The sum of all times, in microseconds; how many; and the largest.
  @usableFromInline var sum: Int128 = 0
  @usableFromInline var total: Int64 = 0, largest: Int64 = 0
  /// Times of which a range is known: they become counts when somebody asks.
  @usableFromInline var spread = SpreadTimes()

  /// A time as histograms count it: the same for all that count it.
  @frozen public struct Class: Sendable, Hashable {
    @usableFromInline let microseconds: Int64

    /// The class of a time; times below zero count as zero.
    @inlinable @inline(__always)
    public init(_ time: Interval) { microseconds = Swift.max(0, time.nanoseconds / 1_000) }

    /// Its bin: microseconds up to 2,047 have one each, above that a doubling has 1,024.
    @inlinable @inline(__always)
    var bin: Int {
      let doubling = 53 - (UInt64(bitPattern: microseconds) | 2_047).leadingZeroBitCount
      return doubling << 10 + Int(microseconds >> Int64(doubling))
    }
  }

  /// An empty histogram.
  public init() {}

  /// Counts a time, `count` times over; times below zero count as zero.
  public mutating func record(_ time: Interval, count: Int64 = 1) { record(Class(time), count: count) }

  /// Counts a time of a class, `count` times over.
  @inlinable @inline(__always)
  public mutating func record(_ time: Class, count: Int64) {
    let bin = time.bin
    if bin >= cells.count { makeRoom(for: bin) }
    cells[bin] += count
    total += count
    let (product, isOver) = time.microseconds.multipliedReportingOverflow(by: count)
    sum += isOver ? Int128(time.microseconds) * Int128(count) : Int128(product)
    largest = Swift.max(largest, time.microseconds)
  }

  @usableFromInline @inline(never)
  mutating func makeRoom(for bin: Int) {
    cells += Array(repeating: 0, count: (bin | 1_023) + 1 - cells.count)
  }

  /// What HdrHistogram makes of it. O(bins).
  private var counts: Histogram<UInt64> {
    // Room for all at once: it grows bin by bin, slowly.
    var histogram = Histogram<UInt64>(
      highestTrackableValue: UInt64(Swift.max(2, largest)), numberOfSignificantValueDigits: .three)
    for (bin, count) in cells.enumerated() where count > 0 {
      histogram.record(UInt64(Self.bounds(of: bin).lowerBound), count: UInt64(count))
    }
    histogram.record(UInt64(largest), count: 0)
    return histogram
  }

  /// What was counted, ascending: the largest time that a bin has, and of the last one the largest that was counted, as
  /// HdrHistogram iterates over recorded values. Asked for each second by objectives of times, so without its copy. O(bins).
  var levels: [(value: Int64, count: Int64)] {
    var levels: [(value: Int64, count: Int64)] = []
    for (bin, count) in cells.enumerated() where count > 0 { levels.append((Self.bounds(of: bin).upperBound, count)) }
    if !levels.isEmpty { levels[levels.count - 1].value = largest }
    return levels
  }

  /// The microseconds that share a bin.
  private static func bounds(of bin: Int) -> ClosedRange<Int64> {
    let doubling = Swift.max(0, bin >> 10 - 1), least = Int64(bin - doubling << 10) << Int64(doubling)
    return least...least + (1 << Int64(doubling) - 1)
  }

  /// Counts `count` times that lie anywhere between two, each with equal chance.
  public mutating func record(from low: Interval, to high: Interval, count: Int64) {
    spread(Double(count), from: low, to: high)
    spread.count += count
  }

  /// Says how spread times are distributed: so much of them lies between two times. What was said before may be taken back.
  public mutating func spread(_ weight: Double, from low: Interval, to high: Interval) {
    spread.add(weight, from: Double(low.nanoseconds) / 1_000, to: Double(high.nanoseconds) / 1_000)
  }

  /// So many times are distributed as `spread` says.
  public mutating func recordSpread(count: Int64) { spread.count += count }

  /// Makes counts of spread times.
  public mutating func flatten() {
    guard spread.count != 0 else { return spread.clear() }
    let before = sum, times = spread
    spread.clear()
    let exact = times.counts { record(Class(.microseconds($0)), count: $1) }
    sum = before + exact
  }

  private var flat: LatencyHistogram {
    guard spread.count != 0 else { return self }
    var flat = self
    flat.flatten()
    return flat
  }

  /// Adds another histogram's counts.
  public mutating func add(_ other: LatencyHistogram) {
    if other.spread.count != 0 { return add(other.flat) }
    if other.cells.count > cells.count { makeRoom(for: other.cells.count - 1) }
    for (bin, count) in other.cells.enumerated() { cells[bin] += count }
    (total, sum) = (total + other.total, sum + other.sum)
    largest = Swift.max(largest, other.largest)
  }

  /// Counts times that are not over yet: each will be at least as long as it is now.
  ///
  /// One that is longer than all that are over counts as it is. Any other counts as those over that are no shorter do,
  /// in their proportions: what is known of it is that it will be one of them. So no percentile and no mean is lower than
  /// without it, and none rises because something is always on its way. O(bins).
  public mutating func add(unfinished: LatencyHistogram) {
    guard unfinished.count > 0 else { return }
    flatten()
    let over = levels, open = unfinished.flat.levels
    var left = over.reduce(Int64(0)) { $0 + $1.count }
    // Of each time that is over, so many count once more; the sum so far, and what of it was counted, rounded down: late.
    var (weight, due, waiting, given) = (0.0, 0.0, Int64(0), Int64(0))
    var next = 0
    for (value, count) in over {
      while next < open.count, open[next].value <= value {
        weight += Double(open[next].count) / Double(left)
        waiting += open[next].count
        next += 1
      }
      due += Double(count) * weight
      left -= count
      let now = left == 0 ? waiting : Swift.min(waiting, Int64(due))
      guard now > given else { continue }
      record(.microseconds(value), count: now - given)
      given = now
    }
    for (value, count) in open[next...] { record(.microseconds(value), count: count) }
  }

  /// How many times were counted.
  public var count: Int64 { total + spread.count }

  /// The mean; zero when empty.
  public var mean: Interval {
    if spread.count != 0 { return flat.mean }
    return total == 0 ? .zero : Interval(nanoseconds: Int64(clamping: sum.times(1_000, over: Int128(total), .nearest)))
  }

  /// The largest; zero when empty.
  public var max: Interval {
    if spread.count != 0 { return flat.max }
    return total == 0 ? .zero : .microseconds(largest)
  }

  /// How many times lie in each bin, ascending, empty ones left out. A bin holds times from `from` up to but not including
  /// `to`; up to 128 µs it is a microsecond wide, above that a doubling has 64 of them, so that none is wider than 1.6 %
  /// of its times.
  public var bins: [(from: Interval, to: Interval, count: Int64)] {
    var bins: [(from: Interval, to: Interval, count: Int64)] = []
    for recorded in flat.counts.recordedValues() {
      let shift = Swift.max(0, recorded.value.bitWidth - recorded.value.leadingZeroBitCount - 7)
      let from = Int64(recorded.value >> shift) << Int64(shift)
      if let last = bins.last, last.from == .microseconds(from) {
        bins[bins.count - 1].count += Int64(recorded.count)
      } else {
        bins.append((.microseconds(from), .microseconds(from + (1 << Int64(shift))), Int64(recorded.count)))
      }
    }
    return bins
  }

  /// The smallest value that at least `percent` percent of the times lie at or below, never above the largest; zero when empty.
  /// It is HdrHistogram's valueAtPercentile, without copying the counts. O(bins).
  public func percentile(_ percent: Double) -> Interval {
    if spread.count != 0 { return flat.percentile(percent) }
    guard total > 0 else { return .zero }
    guard percent < 100 else { return max }
    let asked = Swift.min(Swift.max(percent.nextDown, 0), 100) * Double(total) / 100
    let needed = Swift.max(1, Int64(clamping: asked.rounded(.up)))
    var seen: Int64 = 0
    for (bin, count) in cells.enumerated() {
      seen += count
      guard seen >= needed else { continue }
      return .microseconds(Swift.min(Self.bounds(of: bin).upperBound, largest))
    }
    return max
  }
}

extension LatencyHistogram: Codable {
  private enum CodingKeys: CodingKey { case counts, sum }

  /// Reads what `encode` wrote; merged or asked, it is as it was.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    for (value, count) in try container.decode(HistogramCounts.self, forKey: .counts).values {
      record(.microseconds(Int64(clamping: value)), count: Int64(clamping: count))
    }
    sum = try container.decode(Int128.self, forKey: .sum)
  }

  /// Writes what was counted, a pair of numbers for each bin that is not empty, and the sum.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(HistogramCounts(flat.counts), forKey: .counts)
    try container.encode(flat.sum, forKey: .sum)
  }
}
