import Testing

@testable import Simulation

@Suite struct TwoPieceLawTests {
  static let laws: [(low: Double, mid: Double, high: Double, confidence: Double)] = [
    (7_000, 9_000, 14_000, 0.9), (1, 1, 4, 0.5), (2, 8, 8, 0.8), (-3, 0, 5, 0.95), (0, 1, 2, 0.99),
    (0.001, 0.1, 0.2, 0.9),
  ]

  /// The share below a value, by bisection on the quantile.
  private func share(below value: Double, _ law: TwoPieceLaw) -> Double {
    var (low, high) = (1e-9, 1 - 1e-9)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if law.quantile(middle) < value { low = middle } else { high = middle }
    }
    return low
  }

  @Test("the range holds exactly the confidence, and the quantile rises", arguments: laws)
  func mass(law: (low: Double, mid: Double, high: Double, confidence: Double)) {
    let fit = TwoPieceLaw(low: law.low, mid: law.mid, high: law.high, confidence: law.confidence)
    let inside = share(below: law.high + 1e-9, fit) - share(below: law.low - 1e-9, fit)
    #expect(abs(inside - law.confidence) < 1e-6, "\(inside)")
    let values = (1..<100).map { fit.quantile(Double($0) / 100) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
    #expect(values.contains { abs($0 - law.mid) < (law.high - law.low) / 10 })
  }

  @Test func `a range above zero never goes below zero`() {
    let law = TwoPieceLaw(low: 0.01, mid: 5, high: 6, confidence: 0.5)
    #expect(law.quantile(1e-12) > 0)
  }

  @Test func `what is known exactly stays what it is`() {
    let law = TwoPieceLaw(low: 40, mid: 40, high: 40, confidence: 0.9)
    #expect([0.001, 0.5, 0.999].allSatisfy { abs(law.quantile($0) - 40) < 1e-9 })
  }

  @Test(arguments: [1, 2, 5, 40])
  func `the first 64 Sobol points lie in 64 different cells along every axis`(dimensions: Int) {
    let points = SobolPoints.first(64, dimensions: dimensions)
    #expect(points.count == 64 && points.allSatisfy { $0.count == dimensions && $0.allSatisfy { $0 > 0 && $0 < 1 } })
    for axis in 0..<dimensions {
      // The sequence begins behind its zero point, so one cell of 64 may be taken twice.
      #expect(Set(points.map { Int($0[axis] * 64) }).count >= 63)
    }
    #expect(points == SobolPoints.first(64, dimensions: dimensions))
  }
}
