import Testing

@testable import Simulation

@Suite struct StatisticsTests {
  @Test func `quantiles are the tables' own`() {
    #expect(abs(Statistics.normalQuantile(0.975) - 1.959_963_984_5) < 1e-9)
    #expect(abs(Statistics.tQuantile(0.975, freedom: 19) - 2.093_024_054) < 1e-8)
  }

  @Test func `mean, variance and t interval of a small sample`() throws {
    let values = [2.0, 4, 4, 4, 5, 5, 7, 9]
    #expect(Statistics.mean(values) == 5)
    #expect(abs((Statistics.variance(values) ?? 0) - 32.0 / 7) < 1e-12)
    let interval = try #require(Statistics.tInterval(values, level: 0.95))
    #expect(abs(interval.halfWidth - 2.364_624 * (32.0 / 56).squareRoot()) < 1e-5)
    #expect(interval.contains(4) && !interval.contains(8))
    #expect(Statistics.tInterval([1], level: 0.95) == nil)
    #expect(Statistics.variance([]) == nil)
  }

  @Test func `a 95 percent interval over replications of M/M/1 holds the truth about 95 times in 100`() {
    var hits = 0
    for experiment in 0..<200 {
      let means = (0..<10).map { replication in
        var draws = RandomStream(
          seed: 7, replication: replication, purpose: .service, entity: EntityName("lindley", index: experiment))
        let first = draws.chance(0.8) ? draws.exponential() / 0.2 : 0
        return Statistics.mean(lindley(count: 1_000, load: 0.8, first: first, &draws))
      }
      if Statistics.tInterval(means, level: 0.95)?.contains(4) == true { hits += 1 }
    }
    #expect((168...199).contains(hits), "\(hits) of 200")
  }

  @Test func `MSER-5 on the averaged path cuts off a start with a backlog of sixty`() throws {
    let paths = (0..<20).map { replication in
      var draws = RandomStream(seed: 8, replication: replication, purpose: .service, entity: "backlog")
      return lindley(count: 4_000, load: 0.8, first: 60, &draws)
    }
    let cut = try #require(Statistics.warmUp(of: Statistics.averagePath(paths)))
    #expect((100..<2_000).contains(cut) && cut % 5 == 0, "cut \(cut)")
    let whole = try #require(Statistics.tInterval(paths.map(Statistics.mean), level: 0.95))
    let trimmed = try #require(
      Statistics.tInterval(paths.map { Statistics.mean(Array($0.dropFirst(cut))) }, level: 0.95))
    #expect(!whole.contains(4))
    #expect(trimmed.contains(4), "\(trimmed)")
  }

  @Test func `MSER-5 refuses a run that never settles and cuts nothing from a settled one`() {
    #expect(Statistics.warmUp(of: (0..<400).map { 500 - Double($0) }) == nil)
    #expect(Statistics.warmUp(of: [1, 2, 3]) == nil)
    #expect(Statistics.warmUp(of: Array(repeating: 3, count: 400)) == 0)
  }

  @Test func `common random numbers narrow a paired difference`() throws {
    let waits = [1.0, 1.02].map { speed in
      (0..<20).map { replication in
        WaitingLine(load: 0.8) { $0.exponential() / speed }.run(customers: 2_000, seed: 9, replication: replication)
      }.map { Statistics.mean($0.waits) }
    }
    let difference = try #require(Statistics.pairedDifference(waits[0], waits[1], level: 0.95))
    #expect((difference.varianceRatio ?? 0) > 20)
    #expect(difference.interval.mean > difference.interval.halfWidth)
    #expect(Statistics.pairedDifference([1, 2], [1], level: 0.95) == nil)
    #expect(try #require(Statistics.pairedDifference([1, 2], [0, 1], level: 0.95)).varianceRatio == nil)
  }

  @Test func `an interval is tight by the relative-error rule`() {
    #expect(ConfidenceInterval(mean: 100, halfWidth: 2.9, level: 0.95).isWithin(relativeError: 0.03))
    #expect(!ConfidenceInterval(mean: 100, halfWidth: 3, level: 0.95).isWithin(relativeError: 0.03))
  }
}
