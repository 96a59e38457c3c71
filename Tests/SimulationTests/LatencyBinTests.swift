import Simulation
import Testing
import Units

@Suite("Bins of a latency histogram")
struct LatencyBinTests {
  /// Times over nine decades, some of them equal.
  private static func histogram(_ seed: UInt64) -> (LatencyHistogram, [Int64]) {
    var stream = RandomStream(seed: seed, replication: 0, purpose: .arrival, entity: EntityName("bins", index: 0))
    var (histogram, times) = (LatencyHistogram(), [Int64]())
    for position in 0..<3_000 {
      let time = Int64(stream.below(UInt64(1) << UInt64(position % 31)))
      times.append(time)
      histogram.record(.microseconds(time))
    }
    return (histogram, times.sorted())
  }

  @Test("hold every time once, ascending and apart, none wider than 1.6 %", arguments: [1, 2, 3] as [UInt64])
  func cover(_ seed: UInt64) {
    let (histogram, times) = Self.histogram(seed), bins = histogram.bins
    #expect(bins.reduce(0) { $0 + $1.count } == Int64(times.count))
    #expect(zip(bins, bins.dropFirst()).allSatisfy { $0.to <= $1.from })
    for bin in bins {
      let width = (bin.to - bin.from).nanoseconds
      #expect(bin.count > 0 && (width == 1_000 || width * 64 <= bin.from.nanoseconds))
    }
    for bin in bins where bin.to <= .microseconds(2_048) {
      let inside = times.count { bin.from <= .microseconds($0) && .microseconds($0) < bin.to }
      #expect(Int64(inside) == bin.count)
    }
  }

  @Test("give percentiles that are the histogram's, or up to a bin higher", arguments: [1, 2, 3] as [UInt64])
  func percentiles(_ seed: UInt64) throws {
    let (histogram, _) = Self.histogram(seed), bins = histogram.bins
    for percent in [1.0, 50, 90, 99, 99.9, 100] {
      // HdrHistogram rounds how many that is to the nearest count.
      let count = (percent / 100 * Double(histogram.count)).rounded()
      var below: Int64 = 0
      let bin = try #require(
        bins.first { bin in
          below += bin.count
          return Double(below) >= count
        })
      let exact = histogram.percentile(percent)
      #expect(bin.from <= exact && exact <= bin.to, "\(percent)")
    }
  }

  @Test("are none where nothing was counted") func empty() { #expect(LatencyHistogram().bins.isEmpty) }
}
