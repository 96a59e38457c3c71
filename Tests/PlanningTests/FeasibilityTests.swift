import Experiment
@testable import Models
import Simulation
import Testing

@testable import Planning

@Suite struct FeasibilityTests {
  private func objective(_ comparison: Objective.Comparison, _ threshold: Double) -> Objective {
    Objective(
      id: "o", expression: "", metric: .putThrottleRate(stream: nil), statistic: .rate, comparison: comparison,
      threshold: threshold)
  }

  private func verdicts(_ values: [Double?], _ comparison: Objective.Comparison, _ threshold: Double)
    -> [ObjectiveVerdict]
  {
    values.map { value in
      ObjectiveVerdict(
        objective: objective(comparison, threshold), value: value,
        isPassing: value.map { comparison.holds($0, threshold) } ?? false, firstBrokenAt: nil, windows: 0,
        windowsBroken: 0)
    }
  }

  private let usual = FeasibilityTest(confidence: 0.95, reliability: 0.9)

  @Test func `runs that are all equal prove nothing beyond their number`() {
    let judged = { (count: Int) in self.usual.judge(self.verdicts(Array(repeating: 0, count: count), .less, 0.01)) }
    #expect(judged(4).outcome == .open && judged(28).outcome == .open && judged(29).outcome == .holds)
    #expect(judged(28).bound == nil && judged(29).bound == 0 && judged(29).interval == .withheld(.allEqual))
  }

  @Test func `far values break after two runs, near ones are decided by how often they hold`() {
    #expect(usual.judge(verdicts([15, 15], .less, 10)).outcome == .breaks)
    #expect(usual.judge(verdicts([9, 11, 9.5, 9.5], .less, 10)).outcome == .open)
    #expect(usual.judge(verdicts([5, 5.1, 4.9], .greater, 10)).outcome == .breaks)
  }

  @Test func `what was not measured counts as the run's own verdict and has no bound`() {
    let judged = usual.judge(verdicts([1, nil] + Array(repeating: 1, count: 28), .less, 5))
    #expect(judged.held == 29 && judged.bound == nil && judged.interval == .withheld(.unmeasured))
  }

  @Test func `the bound is what the share of runs is no worse than, and the margin what it leaves`() {
    let values = (1...29).map { Double($0) }
    let below = usual.judge(verdicts(values, .less, 58)), above = usual.judge(verdicts(values, .greater, 0.5))
    #expect(below.bound == 29 && below.margin == 0.5 && above.bound == 1 && above.margin == 1)
    // After 74 runs one may fail.
    let longer = usual.judge(verdicts([1_000] + (1...73).map { Double($0) }, .less, 100))
    #expect(longer.outcome == .holds && longer.bound == 73 && longer.held == 73)
  }

  @Test func `what is given up says what it shows, or how many more may decide`() {
    #expect(usual.replications == 870 && usual.whyGivenUp(held: 40, runs: 59).contains("fewer than 95 % of runs"))
    let few = FeasibilityTest(confidence: 0.95, reliability: 0.9, replications: 101)
    #expect(few.outcome(of: Array(repeating: true, count: 26) + [false, false, false]) == .hopeless)
    #expect(few.whyGivenUp(held: 26, runs: 29).hasSuffix("--replications 404 may decide"))
    // The same runs leave hope where there is room for more.
    #expect(usual.outcome(of: Array(repeating: true, count: 26) + [false, false, false]) == .open)
  }

  @Test func `fewer replications than that takes show less, and it is said`() {
    let request = PlanRequest(replications: 20)
    #expect(request.reliability == 0.86 && request.lowered?.contains("0.86") == true)
    #expect(request.test.least == 20 && PlanRequest().lowered == nil && PlanRequest().reliability == 0.9)
  }

  /// Runs a whole test on a figure that is over its limit in that share of runs.
  private func outcome(_ experiment: Int, holds share: Double) -> FeasibilityTest.Outcome {
    var draws = RandomStream(seed: 5, replication: 0, purpose: .service, entity: EntityName("run", index: experiment))
    return usual.outcome(of: (0..<101).map { _ in draws.uniform() < share })
  }

  @Test
  func `what holds in 85 of 100 runs is passed by one seed in twenty at the most, what holds in 99 by four in five`() {
    #expect((0..<400).count { outcome($0, holds: 0.85) == .holds } <= 20)
    #expect((0..<400).count { outcome($0, holds: 0.8) == .holds } <= 20)
    #expect((0..<400).count { outcome($0, holds: 0.99) == .holds } >= 320)
  }
}
