import Simulation
import Testing

@Suite("The interval of a mean") struct MeanIntervalTests {
  private func coverage(_ name: String, count: Int, truth: Double, _ draw: (Double) -> Double) -> (
    wide: Double, plain: Double
  ) {
    let trials = 1_000
    var hits = (0, 0)
    for trial in 0..<trials {
      var draws = RandomStream(seed: 3, replication: 0, purpose: .service, entity: EntityName(name, index: trial))
      let values = (0..<count).map { _ in draw(draws.uniformOpen()) }
      if Statistics.meanInterval(values, level: 0.95)?.contains(truth) ?? false { hits.0 += 1 }
      if Statistics.tInterval(values, level: 0.95)?.contains(truth) ?? false { hits.1 += 1 }
    }
    return (Double(hits.0) / Double(trials), Double(hits.1) / Double(trials))
  }

  @Test("of exponential and of normal values covers 93 to 97 of 100, where t falls behind on the first") func covers() {
    let skewed = coverage("exponential", count: 20, truth: 1) { -DeterministicMath.log($0) }
    let even = coverage("normal", count: 20, truth: 0) { Statistics.normalQuantile($0) }
    #expect((0.93...0.97).contains(skewed.wide) && skewed.plain < 0.935, "\(skewed)")
    #expect((0.93...0.97).contains(even.wide), "\(even)")
  }

  @Test("is that of t where values are even, and never narrower") func wide() throws {
    let even = [-2.0, -1, 0, 1, 2], skewed = [0.0, 0, 1, 1, 20]
    let (wide, plain) = (
      try #require(Statistics.meanInterval(even, level: 0.95)), try #require(Statistics.tInterval(even, level: 0.95))
    )
    #expect(abs(wide.halfWidth - plain.halfWidth) < 0.1 * plain.halfWidth && wide.halfWidth >= plain.halfWidth)
    #expect(
      (Statistics.meanInterval(skewed, level: 0.95)?.halfWidth ?? 0) > 1.1
        * (Statistics.tInterval(skewed, level: 0.95)?.halfWidth ?? 0))
    #expect(
      Statistics.meanInterval([1, 1, 1], level: 0.95)?.halfWidth == 0
        && Statistics.meanInterval([1], level: 0.95) == nil)
    #expect(Statistics.commonest([3, 1, 3, 2, 3]) == 3 && Statistics.commonest([]) == 0)
  }
}
