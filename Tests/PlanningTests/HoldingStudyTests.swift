import Testing

@testable import Planning

/// The short form of `weir coverage --holding`; docs/statistics.md has the long one.
@Suite("On streams with rare bursts") struct HoldingStudyTests {
  @Test(
    "what 80 or 85 of 100 runs meet is hardly ever said to hold, what 99 meet mostly is, and intervals keep their word")
  func short() async throws {
    let outcome = try await HoldingStudy(runs: 100, seeds: 200).run(workers: 2)
    #expect(outcome.verdicts.count == 5 * 4 && outcome.coverages.count == (5 + 3) * HoldingStudy.counts.count)
    for verdict in outcome.verdicts {
      if verdict.met <= 0.86 { #expect(verdict.good <= 10, "\(verdict)") }
      if verdict.met >= 0.99 { #expect(verdict.good >= 160, "\(verdict)") }
    }
    // Of ten or twenty nothing is printed; of fewer than 150 no difference of what is mostly none.
    let few = outcome.coverages.filter { $0.replications < 30 },
      lost = outcome.coverages.filter { $0.family.hasSuffix("lost") }
    #expect(few.allSatisfy { $0.printed == 0 } && lost.contains { $0.printed == $0.seeds })
    for coverage in outcome.coverages where coverage.printed >= 100 {
      #expect(Double(coverage.held) >= 0.88 * Double(coverage.printed), "\(coverage)")
    }
  }
}
