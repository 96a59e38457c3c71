internal import Histogram
public import Units

/// A histogram of times with three significant digits (HdrHistogram), from a microsecond to a year.
public struct LatencyHistogram: Sendable, Equatable {
  private var counts: Histogram<UInt64>

  /// An empty histogram.
  public init() { counts = Histogram(numberOfSignificantValueDigits: .three) }

  /// Counts a time, `count` times over; times below zero count as zero.
  public mutating func record(_ time: Interval, count: Int64 = 1) {
    counts.record(UInt64(Swift.max(0, time.nanoseconds / 1_000)), count: UInt64(count))
  }

  /// Adds another histogram's counts.
  public mutating func add(_ other: LatencyHistogram) { counts.add(other.counts) }

  /// How many times were counted.
  public var count: Int64 { Int64(counts.totalCount) }

  /// The mean; zero when empty.
  public var mean: Interval { counts.totalCount == 0 ? .zero : Interval(nanoseconds: Int64(counts.mean * 1_000)) }

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

  /// The smallest value that at least `percent` percent of the times lie at or below; zero when empty.
  public func percentile(_ percent: Double) -> Interval {
    counts.totalCount == 0 ? .zero : .microseconds(Int64(counts.valueAtPercentile(percent)))
  }
}

extension LatencyHistogram: Codable {
  /// Reads the counts again; merged or asked, it is as it was.
  public init(from decoder: any Decoder) throws { counts = try HistogramCounts(from: decoder).histogram }

  /// Writes what was counted, a pair of numbers for each bin that is not empty.
  public func encode(to encoder: any Encoder) throws { try HistogramCounts(counts).encode(to: encoder) }
}
