internal import Histogram
public import Units

/// A histogram of sizes in bytes: percentiles to three significant digits (HdrHistogram); smallest, largest and sum exact.
public struct SizeHistogram: Sendable, Equatable {
  private var counts: Histogram<UInt64>
  /// Sizes by the number of bits they need.
  private var widths = [Int64](repeating: 0, count: 64)
  /// The sum of all sizes.
  public private(set) var sum = Bytes.zero
  /// The smallest and the largest; zero when empty.
  public private(set) var min = Bytes.zero, max = Bytes.zero

  /// An empty histogram.
  public init() { counts = Histogram(numberOfSignificantValueDigits: .three) }

  /// Counts a size; one below zero counts as zero.
  public mutating func record(_ size: Bytes) {
    let size = Swift.max(size, .zero)
    min = count == 0 ? size : Swift.min(min, size)
    max = Swift.max(max, size)
    sum += size
    counts.record(UInt64(size.count))
    widths[64 - size.count.leadingZeroBitCount] += 1
  }

  /// Adds another histogram's counts.
  public mutating func add(_ other: SizeHistogram) {
    guard other.count > 0 else { return }
    min = count == 0 ? other.min : Swift.min(min, other.min)
    max = Swift.max(max, other.max)
    sum += other.sum
    counts.add(other.counts)
    for width in widths.indices { widths[width] += other.widths[width] }
  }

  /// How many sizes were counted.
  public var count: Int64 { Int64(counts.totalCount) }

  /// The mean in bytes; zero when empty.
  public var mean: Double { count == 0 ? 0 : Double(sum.count) / Double(count) }

  /// The smallest value that at least `percent` percent of the sizes lie at or below, never above the largest; zero when
  /// empty.
  public func percentile(_ percent: Double) -> Bytes {
    count == 0 ? .zero : Swift.min(max, Bytes(Int64(clamping: counts.valueAtPercentile(percent))))
  }

  /// How many sizes lie from one power of two up to but not including the next, ascending, empty ones left out.
  public var powersOfTwo: [(from: Bytes, count: Int64)] {
    widths.indices.filter { widths[$0] > 0 }.map { width in
      (from: width == 0 ? .zero : Bytes(1 << Int64(width - 1)), count: widths[width])
    }
  }
}

extension SizeHistogram: Codable {
  private enum CodingKeys: CodingKey { case counts, widths, sum, min, max }

  /// Reads what `encode` wrote; throws when it was not that.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    counts = try container.decode(HistogramCounts.self, forKey: .counts).histogram
    widths = try container.decode([Int64].self, forKey: .widths)
    guard widths.count == 64 else {
      throw DecodingError.dataCorruptedError(forKey: .widths, in: container, debugDescription: "64 widths are wanted")
    }
    sum = try container.decode(Bytes.self, forKey: .sum)
    min = try container.decode(Bytes.self, forKey: .min)
    max = try container.decode(Bytes.self, forKey: .max)
  }

  /// Writes everything that was counted.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(HistogramCounts(counts), forKey: .counts)
    try container.encode(widths, forKey: .widths)
    try container.encode(sum, forKey: .sum)
    try container.encode(min, forKey: .min)
    try container.encode(max, forKey: .max)
  }
}
