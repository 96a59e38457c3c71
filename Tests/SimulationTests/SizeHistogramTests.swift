import Simulation
import Testing
import Units

@Suite struct `Size histogram` {
  @Test("smallest, largest, sum and the powers of two are exact") func exact() {
    var sizes = SizeHistogram()
    for size in [0, 1, 1_023, 1_024, 1_025, 5_000_001] as [Int64] { sizes.record(Bytes(size)) }
    #expect(sizes.count == 6 && sizes.min == .zero && sizes.max == Bytes(5_000_001))
    #expect(sizes.sum == Bytes(5_003_074))
    #expect(sizes.powersOfTwo.map(\.from.count) == [0, 1, 512, 1_024, 4_194_304])
    #expect(sizes.powersOfTwo.map(\.count) == [1, 1, 1, 2, 1])
  }

  @Test("percentiles hold to three digits and never pass the largest", arguments: [7, 1_000, 123_456_789] as [Int64])
  func percentiles(largest: Int64) {
    var sizes = SizeHistogram()
    for rank in 1...1_000 as ClosedRange<Int64> { sizes.record(Bytes(largest * rank / 1_000)) }
    for percent in [10, 50, 99, 100.0] {
      let expected = Double(largest) * percent / 100
      #expect(abs(Double(sizes.percentile(percent).count) - expected) <= max(1, expected / 900))
      #expect(sizes.percentile(percent) <= sizes.max)
    }
    #expect(SizeHistogram().percentile(50) == .zero && SizeHistogram().mean == 0)
  }

  @Test(
    "the share of a gamma law is that of a Poisson process with at least as many arrivals", arguments: [1, 20, 102])
  func gamma(shape: Int) {
    for mean in [0.5, 1, 1.5].map({ Double(shape) * $0 }) {
      let fewer = (0..<shape).reduce(0) { $0 + poissonPMF($1, mean) }
      #expect(
        abs(Statistics.gammaShare(atOrBelow: mean * 0.02, shape: Double(shape), scale: 0.02) - (1 - fewer)) < 1e-9)
    }
  }
}
