import Testing
import Units

@testable import Simulation

@Suite("Times that are not over")
struct UnfinishedTests {
  private static func histogram(_ times: [(ms: Int64, count: Int64)]) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for (ms, count) in times { histogram.record(.milliseconds(ms), count: count) }
    return histogram
  }

  @Test("those longer than all that are over count as they are")
  func longer() {
    var times = Self.histogram([(100, 60)])
    times.add(unfinished: Self.histogram([(30_000, 20), (60_000, 20)]))
    #expect(times.count == 100)
    #expect(times.percentile(60).inMilliseconds.rounded() == 100)
    #expect(abs(times.percentile(80).inMilliseconds - 30_000) < 40)
    #expect(times.max == .seconds(60))
  }

  @Test("the others count as those that are over and no shorter: what always takes ten seconds takes ten seconds")
  func constant() {
    var times = Self.histogram([(10_000, 500)])
    times.add(unfinished: Self.histogram((0..<100).map { ($0 * 100, 1) }))
    #expect(times.count == 600 && times.max == .seconds(10))
    #expect(abs(times.mean.inMilliseconds - 10_000) < 10)
    #expect(times.percentile(1).inMilliseconds.rounded() >= 9_990)
  }

  @Test("no percentile and no mean is ever lower with them than without, and none is lost", arguments: 0..<200)
  func never(_ seed: Int) {
    var draws = stream("unfinished", seed: UInt64(seed))
    func some(_ most: UInt64, _ scale: Double) -> LatencyHistogram {
      var histogram = LatencyHistogram()
      for _ in 0..<draws.below(most) {
        histogram.record(
          Interval(nanoseconds: Int64(draws.exponential() * scale)), count: 1 + Int64(draws.below(50)))
      }
      return histogram
    }
    let over = some(40, 1e9), open = some(40, seed.isMultiple(of: 2) ? 1e8 : 3e9)
    var all = over
    all.add(unfinished: open)
    #expect(all.count == over.count + open.count)
    #expect(all.max == max(over.max, open.max))
    for percent in [0.1, 1, 10, 25, 50, 75, 90, 99, 99.9, 100] where over.count > 0 {
      #expect(all.percentile(percent) >= over.percentile(percent), "p\(percent)")
    }
    #expect(all.mean.nanoseconds >= over.mean.nanoseconds - over.mean.nanoseconds / 1_000)
  }
}
