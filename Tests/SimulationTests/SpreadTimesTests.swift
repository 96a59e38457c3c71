import Simulation
import Testing
import Units

/// Times of which only a range is known.
@Suite("Spread times") struct SpreadTimesTests {
  @Test("a range's percentiles are those of a uniform law") func uniform() {
    var times = LatencyHistogram()
    times.record(from: .milliseconds(20), to: .milliseconds(1_020), count: 1_000_000)
    #expect(times.count == 1_000_000)
    for percent in [1.0, 25, 50, 75, 99] {
      let wanted = 20 + 10 * percent
      #expect(abs(times.percentile(percent).inMilliseconds - wanted) < wanted * 0.002)
    }
    #expect(times.mean == .milliseconds(520))
    #expect(times.max <= .milliseconds(1_020) && times.max > .milliseconds(1_018))
  }

  @Test("ranges add up, and beside single times") func sums() {
    var spread = LatencyHistogram(), single = LatencyHistogram()
    for index in 0..<200 {
      let low = Interval.milliseconds(Int64(10 + index * 3)), high = low + .milliseconds(Int64(1 + index % 50))
      spread.record(from: low, to: high, count: 1_000)
      for step in 0..<1_000 {
        single.record(low + Interval(nanoseconds: (high - low).nanoseconds * Int64(2 * step + 1) / 2_000))
      }
    }
    spread.record(.seconds(5), count: 10_000)
    single.record(.seconds(5), count: 10_000)
    #expect(spread.count == single.count)
    for percent in [0.5, 10, 50, 90, 95, 99] {
      let (a, b) = (spread.percentile(percent).inMilliseconds, single.percentile(percent).inMilliseconds)
      #expect(abs(a - b) <= b * 0.003, "\(percent): \(a) and \(b)")
    }
    #expect(abs(spread.mean.inMilliseconds - single.mean.inMilliseconds) < 0.01)
  }

  @Test("what was said of some can be taken back; a law stands for as many as are counted") func laws() {
    var times = LatencyHistogram()
    times.spread(10, from: .milliseconds(100), to: .milliseconds(200))
    times.spread(4, from: .milliseconds(300), to: .milliseconds(400))
    times.spread(-4, from: .milliseconds(300), to: .milliseconds(400))
    times.recordSpread(count: 1_000)
    #expect(times.count == 1_000)
    #expect(abs(times.percentile(50).inMilliseconds - 150) < 0.5)
    #expect(times.percentile(99.9) <= .milliseconds(200))
    var copy = times
    copy.flatten()
    #expect(copy.percentile(75) == times.percentile(75) && copy.mean == times.mean)
    var sum = LatencyHistogram()
    sum.add(times)
    #expect(sum == copy)
  }
}
