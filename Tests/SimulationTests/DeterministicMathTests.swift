import Glibc
import Testing

@testable import Simulation

/// The deterministic functions against the C library's, which is within 1 ulp of the truth itself.
@Suite struct DeterministicMathTests {
  private func spread(_ low: Double, _ high: Double, _ name: String) -> [Double] {
    var draws = stream(name)
    return (0..<40_000).map { _ in low + draws.uniform() * (high - low) }
  }

  @Test func `exp is within one ulp of the C library over its whole range`() {
    for x in spread(-708, 709, "exp") + spread(-1, 1, "exp near 0") {
      #expect(ulps(DeterministicMath.exp(x), Glibc.exp(x)) <= 1, "exp(\(x))")
    }
  }

  @Test func `log is within one ulp of the C library from the smallest to the largest double`() {
    for e in spread(-1_074, 1_023.9, "log") {
      let x = Glibc.exp2(e)
      #expect(ulps(DeterministicMath.log(x), Glibc.log(x)) <= 1, "log(\(x))")
    }
    for x in spread(0.5, 2, "log near 1") {
      #expect(ulps(DeterministicMath.log(x), Glibc.log(x)) <= 1, "log(\(x))")
    }
  }

  @Test func `log1p is within two ulps of the C library`() {
    for x in spread(-0.999, 3, "log1p") + spread(-1e-9, 1e-9, "log1p near 0") {
      #expect(ulps(DeterministicMath.log1p(x), Glibc.log1p(x)) <= 2, "log1p(\(x))")
    }
  }

  @Test func `pow is within two ulps of the C library`() {
    let exponents = spread(-6, 6, "exponents")
    for (b, y) in zip(spread(-10, 10, "bases"), exponents) {
      let x = Glibc.exp(b)
      #expect(ulps(DeterministicMath.pow(x, y), Glibc.pow(x, y)) <= 2, "pow(\(x), \(y))")
    }
    for rank in 1...20_000 {
      #expect(ulps(DeterministicMath.pow(Double(rank), 1), Double(rank)) <= 1)
    }
  }

  @Test func `sine and cosine of turns are within two ulps of the C library in the first eighth`() {
    for t in spread(1e-9, 0.12, "turns") {
      #expect(ulps(DeterministicMath.sin(turns: t), sin(2 * Double.pi * t)) <= 2, "sin(\(t) turns)")
      #expect(ulps(DeterministicMath.cos(turns: t), cos(2 * Double.pi * t)) <= 2, "cos(\(t) turns)")
    }
  }

  @Test func `sine and cosine go round the circle and are exact at quarter turns`() {
    for t in spread(-3, 3, "rounds") {
      #expect(abs(DeterministicMath.sin(turns: t) - sin(2 * Double.pi * t)) < 4e-15)
      #expect(abs(DeterministicMath.cos(turns: t) - cos(2 * Double.pi * t)) < 4e-15)
    }
    #expect([0, 0.25, 0.5, 0.75, 1, -0.25].map(DeterministicMath.sin(turns:)) == [0, 1, 0, -1, 0, -1])
    #expect([0, 0.25, 0.5, 0.75, 1, -0.25].map(DeterministicMath.cos(turns:)) == [1, 0, -1, 0, 1, 0])
  }

  @Test func `edges are those of IEEE 754`() {
    #expect(DeterministicMath.log(0) == -.infinity)
    #expect(DeterministicMath.log(-1).isNaN)
    #expect(DeterministicMath.log(.infinity) == .infinity)
    #expect(DeterministicMath.exp(-746) == 0)
    #expect(DeterministicMath.exp(710) == .infinity)
    #expect(DeterministicMath.exp(-745) == Glibc.exp(-745))
    #expect(DeterministicMath.exp(.nan).isNaN)
    #expect(DeterministicMath.pow(0, 2) == 0)
    #expect(DeterministicMath.pow(0, -2) == .infinity)
    #expect(DeterministicMath.pow(-1, 2).isNaN)
    #expect(DeterministicMath.pow(9, 0) == 1)
  }

  @Test func `log factorial agrees with lgamma`() {
    for k in Array(0...300) + [1_000, 123_456, 1_000_000_000] {
      let (own, libm) = (DeterministicMath.logFactorial(Double(k)), lnGamma(Double(k) + 1))
      #expect(abs(own - libm) <= 4e-15 * max(1, libm), "log \(k)!")
    }
  }
}
