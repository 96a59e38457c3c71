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

  @Test(arguments: [1, 4, 5, 8, 20, 100])
  func `looks double, end with the last replication and spend the error once`(replications: Int) {
    let test = FeasibilityTest(confidence: 0.9, replications: replications)
    #expect(test.looks.last == replications)
    #expect(zip(test.looks, test.looks.dropFirst()).allSatisfy { $0 < $1 && $1 <= 2 * $0 })
    let spent = test.looks.indices.reduce(0) { $0 + test.error(at: $1) }
    #expect(abs(spent - 0.1) < 1e-12)
  }

  @Test func `equal values decide at the first look`() {
    let test = FeasibilityTest(confidence: 0.99, replications: 20)
    let judged = {
      test.judge(self.verdicts(Array(repeating: $0, count: 4), .less, 0.01), look: 0, objectives: 3).outcome
    }
    #expect(judged(0) == .holds && judged(0.009) == .holds && judged(0.01) == .breaks && judged(0.4) == .breaks)
  }

  @Test func `values around the threshold stay open, far ones do not`() {
    let test = FeasibilityTest(confidence: 0.95, replications: 20)
    let judged = { (values: [Double], comparison: Objective.Comparison) in
      test.judge(self.verdicts(values, comparison, 10), look: 0, objectives: 1).outcome
    }
    #expect(judged([9, 11, 10, 9.5], .less) == .open)
    #expect(judged([5, 5.1, 4.9, 5], .lessOrEqual) == .holds && judged([5, 5.1, 4.9, 5], .greater) == .breaks)
    #expect(judged([15, 15.1, 14.9, 15], .less) == .breaks && judged([15, 15.1, 14.9, 15], .greaterOrEqual) == .holds)
  }

  @Test func `what must be equal breaks with one replication, and so does what was not measured`() {
    let test = FeasibilityTest(confidence: 0.95, replications: 8)
    #expect(test.judge(verdicts([0, 0, 0, 0], .equal, 0), look: 0, objectives: 1).outcome == .holds)
    #expect(test.judge(verdicts([0, 0, 1, 0], .equal, 0), look: 0, objectives: 1).outcome == .breaks)
    #expect(test.judge(verdicts([1, nil, 1, 1], .less, 5), look: 0, objectives: 1).outcome == .breaks)
  }

  @Test func `the margin is what the bound leaves of the threshold`() throws {
    let test = FeasibilityTest(confidence: 0.95, replications: 4)
    let judgement = test.judge(verdicts([50, 50, 50, 50], .less, 200), look: 0, objectives: 1)
    #expect(judgement.margin == 0.75)
    #expect(test.judge(verdicts([50, 50, 50, 50], .greater, 40), look: 0, objectives: 1).margin == 0.25)
  }

  /// Runs a whole sequential test on normal values with a mean at the threshold or at `shift` deviations from it.
  private func outcome(_ experiment: Int, shift: Double) -> FeasibilityTest.Outcome {
    let test = FeasibilityTest(confidence: 0.9, replications: 16)
    var draws = RandomStream(
      seed: 5, replication: 0, purpose: .service, entity: EntityName("normal", index: experiment))
    let values = (0..<16).map { _ in 10 + shift + Statistics.normalQuantile(draws.uniformOpen()) }
    for (look, count) in test.looks.enumerated() {
      let judged = test.judge(verdicts(values.prefix(count).map { $0 }, .less, 10), look: look, objectives: 1).outcome
      if judged != .open { return judged }
    }
    return .open
  }

  @Test func `a design exactly at its threshold is passed no more often than the error allows`() {
    let outcomes = (0..<1_000).map { outcome($0, shift: 0) }
    // 10 % each way at the most; 0.13 is three deviations above.
    #expect(outcomes.count { $0 == .holds } <= 130 && outcomes.count { $0 == .breaks } <= 130)
    #expect(outcomes.count { $0 == .holds } >= 30, "a test that never passes anything proves nothing")
  }

  @Test func `designs two deviations away are nearly always decided, and rightly`() {
    let (better, worse) = ((0..<200).map { outcome($0, shift: -2) }, (0..<200).map { outcome($0, shift: 2) })
    #expect(better.count { $0 == .holds } >= 195 && worse.count { $0 == .breaks } >= 195)
  }
}
