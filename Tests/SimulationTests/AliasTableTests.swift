import Testing

@testable import Simulation

@Suite struct AliasTableTests {
  @Test func `the cells give back the weights to a billionth`() {
    for seed in 1...20 as ClosedRange<UInt64> {
      var draws = stream("weights", seed: seed)
      let weights = (0..<Int(1 + draws.below(500))).map { _ in draws.below(4) == 0 ? 0 : draws.exponential() }
      guard weights.contains(where: { $0 > 0 }) else { continue }
      let sum = weights.reduce(0, +)
      let table = AliasTable(weights: weights)
      for (share, weight) in zip(table.probabilities, weights) {
        #expect(abs(share - weight / sum) < 1e-9, "seed \(seed)")
      }
    }
  }

  @Test func `a weight of zero is never drawn and a single weight always`() {
    let table = AliasTable(weights: [0, 3, 0])
    var draws = stream("alias")
    #expect((0..<1_000).allSatisfy { _ in table.sample(&draws) == 1 })
    #expect(table.probabilities == [0, 1, 0])
    #expect(AliasTable(weights: [2]).index(for: .max) == 0)
  }

  @Test func `Zipf(1) over 100,000 keys gives the top keys their shares`() {
    let shares = AliasTable.zipf(cardinality: 100_000, s: 1).probabilities
    #expect(abs(shares[0] - 0.082_711_986_2) < 1e-9)
    #expect(abs(shares[0..<10].reduce(0, +) - 0.242_261) < 1e-6)
    #expect(abs(shares[0..<100].reduce(0, +) - 0.429_058) < 1e-6)
    #expect(abs(shares[0..<1_000].reduce(0, +) - 0.619_138) < 1e-6)
    #expect(shares.count == 100_000)
  }

  @Test func `samples follow the weights and cost one draw each`() {
    let table = AliasTable(weights: [1, 2, 3, 4])
    var draws = stream("sample")
    let sample = (0..<40_000).map { _ in table.sample(&draws) }
    #expect(chiSquareScore(sample) { Double($0 + 1) / 10 } < 4)
    #expect(draws.position == 40_000)
  }

  @Test func `Zipf(0) is even`() {
    #expect(AliasTable.zipf(cardinality: 8, s: 0).probabilities.allSatisfy { $0 == 0.125 })
  }
}
