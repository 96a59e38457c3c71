internal import Histogram
public import Units

/// A histogram of times in whole microseconds: percentiles to three significant digits (HdrHistogram); largest and sum exact, so
/// that the mean of one time is that time, and no mean is above the largest.
public struct LatencyHistogram: Sendable, Equatable {
  private var counts: Histogram<UInt64>
  /// The sum of all times, in microseconds.
  private var sum: Int128 = 0

  /// An empty histogram.
  public init() { counts = Self.empty(upTo: 0) }

  private static func empty(upTo microseconds: UInt64) -> Histogram<UInt64> {
    // A whole power of two, so that it is not left at once; the first array holds 2,048 counts in any case.
    let bits = UInt64.bitWidth - Swift.max(2_047, microseconds).leadingZeroBitCount
    var counts = Histogram<UInt64>(
      highestTrackableValue: UInt64.max >> (64 - bits), numberOfSignificantValueDigits: .three)
    counts.autoResize = true
    return counts
  }

  /// Makes room for a time. The library grows by appending zeros one by one through a generic sequence: that took two thirds of
  /// a run whose readers are asked every second how late what they have not read is.
  private mutating func makeRoom(for microseconds: UInt64) {
    guard microseconds > counts.highestTrackableValue else { return }
    var wider = Self.empty(upTo: microseconds)
    if counts.totalCount > 0 { wider.add(counts) }
    counts = wider
  }

  /// Counts a time, `count` times over; times below zero count as zero.
  public mutating func record(_ time: Interval, count: Int64 = 1) {
    let microseconds = Swift.max(0, time.nanoseconds / 1_000)
    makeRoom(for: UInt64(microseconds))
    counts.record(UInt64(microseconds), count: UInt64(count))
    sum += Int128(microseconds) * Int128(count)
  }

  /// Adds another histogram's counts.
  public mutating func add(_ other: LatencyHistogram) {
    makeRoom(for: other.counts.maxRecorded)
    counts.add(other.counts)
    sum += other.sum
  }

  /// Counts times that are not over yet: each will be at least as long as it is now.
  ///
  /// One that is longer than all that are over counts as it is. Any other counts as those over that are no shorter do,
  /// in their proportions: what is known of it is that it will be one of them. So no percentile and no mean is lower than
  /// without it, and none rises because something is always on its way. O(bins).
  public mutating func add(unfinished: LatencyHistogram) {
    guard unfinished.count > 0 else { return }
    let over = HistogramCounts(counts).values, open = HistogramCounts(unfinished.counts).values
    var left = over.reduce(UInt64(0)) { $0 + $1.count }
    // Of each time that is over, so many count once more; the sum so far, and what of it was counted, rounded down: late.
    var (weight, due, waiting, given) = (0.0, 0.0, UInt64(0), UInt64(0))
    var next = 0
    for (value, count) in over {
      while next < open.count, open[next].value <= value {
        weight += Double(open[next].count) / Double(left)
        waiting += open[next].count
        next += 1
      }
      due += Double(count) * weight
      left -= count
      let now = left == 0 ? waiting : Swift.min(waiting, UInt64(due))
      guard now > given else { continue }
      record(.microseconds(Int64(clamping: value)), count: Int64(now - given))
      given = now
    }
    for (value, count) in open[next...] { record(.microseconds(Int64(clamping: value)), count: Int64(count)) }
  }

  /// How many times were counted.
  public var count: Int64 { Int64(counts.totalCount) }

  /// The mean; zero when empty.
  public var mean: Interval {
    count == 0 ? .zero : Interval(nanoseconds: Int64(clamping: sum.times(1_000, over: Int128(count), .nearest)))
  }

  /// The largest; zero when empty.
  public var max: Interval { counts.totalCount == 0 ? .zero : .microseconds(Int64(counts.maxRecorded)) }

  /// How many times lie in each bin, ascending, empty ones left out. A bin holds times from `from` up to but not including
  /// `to`; up to 128 µs it is a microsecond wide, above that a doubling has 64 of them, so that none is wider than 1.6 %
  /// of its times.
  public var bins: [(from: Interval, to: Interval, count: Int64)] {
    var bins: [(from: Interval, to: Interval, count: Int64)] = []
    for recorded in counts.recordedValues() {
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
  public func percentile(_ percent: Double) -> Interval {
    counts.totalCount == 0 ? .zero : Swift.min(max, .microseconds(Int64(clamping: counts.valueAtPercentile(percent))))
  }
}

extension LatencyHistogram: Codable {
  private enum CodingKeys: CodingKey { case counts, sum }

  /// Reads what `encode` wrote; merged or asked, it is as it was.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    counts = try container.decode(HistogramCounts.self, forKey: .counts).histogram
    sum = try container.decode(Int128.self, forKey: .sum)
  }

  /// Writes what was counted, a pair of numbers for each bin that is not empty, and the sum.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(HistogramCounts(counts), forKey: .counts)
    try container.encode(sum, forKey: .sum)
  }
}
