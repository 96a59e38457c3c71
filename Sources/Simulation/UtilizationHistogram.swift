public import Units

/// Shares of a limit, 1 being all of it, counted to the hundredth; exact sums, so merging in any order gives equal results.
///
/// Memory follows the largest share, 8 B a hundredth, at most 80 kB: shares above 100 count as 100 for percentiles.
@frozen public struct UtilizationHistogram: Sendable, Hashable, Codable {
  private var cells: [Int64] = []
  private var millionths: Int128 = 0
  private var largest: Int64 = 0
  /// How many shares were counted.
  public private(set) var count: Int64 = 0

  private static let maximumCells = 10_001

  /// No shares.
  public init() {}

  /// Counts `part` ≥ 0 of `whole` > 0, rounded down to a millionth.
  public mutating func record(_ part: Int64, of whole: Int64) {
    precondition(part >= 0 && whole > 0, "a share is not negative, and of something")
    let share = (Int128(part) * 1_000_000) / Int128(whole)
    record(millionths: Int64(clamping: share), times: 1)
  }

  /// Counts a share ≥ 0, rounded to a millionth, `times` ≥ 1 over.
  public mutating func record(_ share: Ratio, times: Int64) {
    precondition(share.value >= 0 && share.value < 1e12 && times >= 1, "a share is finite and not negative")
    record(millionths: Int64(clamping: (share.value * 1e6).rounded()), times: times)
  }

  private mutating func record(millionths share: Int64, times: Int64) {
    let cell = Int(Swift.min((share + 5_000) / 10_000, Int64(Self.maximumCells - 1)))
    if cell >= cells.count { cells += Array(repeating: 0, count: cell + 1 - cells.count) }
    cells[cell] += times
    count += times
    millionths += Int128(share) * Int128(times)
    largest = Swift.max(largest, share)
  }

  /// Adds another histogram's counts.
  public mutating func add(_ other: UtilizationHistogram) {
    if other.cells.count > cells.count {
      cells += Array(repeating: 0, count: other.cells.count - cells.count)
    }
    for (i, n) in other.cells.enumerated() { cells[i] += n }
    count += other.count
    millionths += other.millionths
    largest = Swift.max(largest, other.largest)
  }

  /// The mean share; 0 when empty.
  public var mean: Double { count == 0 ? 0 : Double(millionths) / Double(count) / 1e6 }
  /// The largest share, to a millionth; 0 when empty.
  public var max: Double { Double(largest) / 1e6 }
  /// The 99th percentile, to a hundredth.
  public var p99: Double { percentile(99) }

  /// The least hundredth that at least `percent` percent of the shares, rounded to hundredths, lie at or below; 0 when
  /// empty and never above `max`.
  public func percentile(_ percent: Double) -> Double {
    let needed = Swift.max(1, Int64(clamping: (Double(count) * percent / 100).rounded(.up)))
    var seen: Int64 = 0
    for (i, n) in cells.enumerated() {
      seen += n
      if seen >= needed { return Swift.min(Double(i) / 100, max) }
    }
    return max
  }
}
