import Testing

@testable import Simulation

@Suite struct SequentialStoppingTests {
  @Test func `one looks after the least, then after every round of ten, and stops at the most`() {
    let precision = RelativePrecision(error: 0.05, most: 34)
    var looks: [Int] = []
    while let next = precision.next(after: looks.last ?? 0) { looks.append(next) }
    #expect(looks == [10, 20, 30, 34])
    #expect(RelativePrecision(error: 0.05, least: 3, most: 3).next(after: 0) == 3)
  }

  @Test func `a difference of nothing is known well enough beside what it is made of`() {
    let interval = ConfidenceInterval(mean: 0, halfWidth: 2.9, level: 0.95)
    #expect(interval.isWithin(relativeError: 0.03, of: 100) && interval.isWithin(relativeError: 0.03, of: -100))
    #expect(!interval.isWithin(relativeError: 0.03))
  }

  @Test func `stopping at a relative precision keeps the error of the mean within it`() {
    var (within, replications) = (0, 0)
    for experiment in 0..<200 {
      var draws = stream("sequential-\(experiment)")
      let precision = RelativePrecision(error: 0.1, most: 1_000)
      var values: [Double] = []
      while let goal = precision.next(after: values.count) {
        while values.count < goal { values.append(draws.exponential()) }
        if Statistics.tInterval(values, level: 0.95)?.isWithin(relativeError: precision.error) == true { break }
      }
      replications += values.count
      if (Statistics.mean(values) - 1).magnitude <= 0.1 { within += 1 }
    }
    // 95 in 100 for ever more replications; some are stopped too early, as the rule is known to do.
    #expect((176...200).contains(within), "\(within) of 200")
    #expect((60_000...120_000).contains(replications), "\(replications)")
  }

  @Test func `coverage is measured three ways from the same waits, and only deletion makes it good`() {
    let outcomes = CoverageExperiment(intervals: 12, replications: 5, customers: 2_000).run()
    #expect(outcomes.map(\.deletion) == CoverageExperiment.Deletion.allCases)
    #expect(outcomes[0].hits >= 9 && outcomes[0].mean < 4.6, "\(outcomes)")
    #expect(outcomes[2].hits <= 3 && outcomes[2].mean > 6, "\(outcomes)")
    #expect(CoverageExperiment(intervals: 12, replications: 5, customers: 2_000).run() == outcomes)
  }
}
