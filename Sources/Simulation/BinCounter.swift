public import Units

/// Counts per bin of time, such as records a second.
@frozen public struct BinCounter: Sendable, Hashable {
  /// When the first bin begins.
  public let start: Instant
  /// How long a bin is.
  public let width: Interval
  /// The count of each bin.
  public private(set) var counts: [Int64]
  /// What was counted before the first bin or after the last.
  public private(set) var outside: Int64
  private var current: Int
  private var currentStart: Int64

  /// `bins` > 0 bins of `width` > 0 each; 8 B a bin.
  public init(start: Instant, width: Interval, bins: Int) {
    precondition(width > .zero && bins > 0, "bins have a width and there is at least one")
    (self.start, self.width, outside, current) = (start, width, 0, 0)
    currentStart = start.nanoseconds
    counts = Array(repeating: 0, count: bins)
  }

  /// Counts `n` at `instant`; a division only when the bin is another than last time's.
  public mutating func add(_ n: Int64, at instant: Instant) {
    let offset = instant.nanoseconds - currentStart
    if offset < 0 || offset >= width.nanoseconds {
      guard let bin = index(of: instant) else {
        outside += n
        return
      }
      (current, currentStart) = (bin, start.nanoseconds + Int64(bin) * width.nanoseconds)
    }
    counts[current] += n
  }

  /// The bin an instant falls in; nil outside.
  public func index(of instant: Instant) -> Int? {
    guard instant >= start else { return nil }
    let bin = (instant.nanoseconds - start.nanoseconds) / width.nanoseconds
    return bin < counts.count ? Int(bin) : nil
  }

  /// Everything counted, outside included.
  public var total: Int64 { counts.reduce(outside, +) }

  /// Adds another counter of the same start, width and number of bins.
  public mutating func add(_ other: BinCounter) {
    precondition(
      (other.start, other.width, other.counts.count) == (start, width, counts.count), "only like counters add up")
    for i in counts.indices { counts[i] += other.counts[i] }
    outside += other.outside
  }
}
