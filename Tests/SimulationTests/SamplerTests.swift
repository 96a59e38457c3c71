import Glibc
import Testing

@testable import Simulation

/// Samples at fixed seeds against their laws; each bound holds in at least 999 of 1,000 seeds.
@Suite struct SamplerTests {
  private let n = 40_000

  private func sample(_ name: String, _ draw: (inout RandomStream) -> Double) -> [Double] {
    var draws = stream(name)
    return (0..<n).map { _ in draw(&draws) }
  }

  private func counts(_ name: String, _ draw: (inout RandomStream) -> Int) -> [Int] {
    var draws = stream(name)
    return (0..<n).map { _ in draw(&draws) }
  }

  @Test func `the ziggurats' layers close at the top and have one area`() {
    for (table, density) in [
      (Ziggurat.exponential, { Glibc.exp(-$0) }), (Ziggurat.normal, { Glibc.exp(-0.5 * $0 * $0) }),
    ] as [(Ziggurat, (Double) -> Double)] {
      let right = (1...255).map { table.layers[$0].width * 0x1p53 }
      let area = right[254] * density(right[254]) * 0 + right[254] * (density(right[253]) - density(right[254]))
      for i in 1..<255 { #expect(abs(right[i] * (density(right[i - 1]) - density(right[i])) - area) < 1e-13) }
      #expect(abs(right[0] * (1 - density(right[0])) - area) < 1e-9)
    }
  }

  @Test func `exponential has mean one, variance one and the exponential law`() {
    let x = sample("exponential") { $0.exponential() }
    #expect(kolmogorov(x) { 1 - exp(-$0) } < 1.95)
    #expect(meanScore(x, mean: 1, variance: 1) < 3.3)
    #expect(meanScore(x.map { $0 * $0 }, mean: 2, variance: 20) < 3.3)
    #expect(meanScore(x.map { $0 > 7.7 ? 1 : 0 }, mean: exp(-7.7), variance: exp(-7.7)) < 3.3)
  }

  @Test func `normal has the normal law, tails included`() {
    let x = sample("normal") { $0.normal() }
    #expect(kolmogorov(x, normalCDF) < 1.95)
    #expect(meanScore(x, mean: 0, variance: 1) < 3.3)
    #expect(meanScore(x.map { $0 * $0 }, mean: 1, variance: 2) < 3.3)
    let beyond = 2 * normalCDF(-3.66)
    #expect(meanScore(x.map { abs($0) > 3.66 ? 1 : 0 }, mean: beyond, variance: beyond) < 3.3)
  }

  @Test func `a normal beyond the ziggurat has the normal law given that it is there`() {
    let start = Ziggurat.normal.tail
    let x = sample("normal tail") { $0.normalTail(from: start) }
    #expect(kolmogorov(x) { 1 - normalCDF(-$0) / normalCDF(-start) } < 1.95)
  }

  @Test func `lognormal's logarithm is normal`() {
    let x = sample("lognormal") { $0.lognormal(mu: 3, sigma: 0.5) }
    #expect(kolmogorov(x) { normalCDF((log($0) - 3) / 0.5) } < 1.95)
  }

  @Test(arguments: [0.2, 1, 2.5, 40])
  func `gamma has its mean and variance, and is exponential at shape one`(shape: Double) {
    let x = sample("gamma") { $0.gamma(shape: shape, scale: 3) }
    #expect(meanScore(x, mean: 3 * shape, variance: 9 * shape) < 3.3)
    let fourth = 3 * shape * shape + 6 * shape - shape * shape
    #expect(meanScore(x.map { ($0 / 3 - shape) * ($0 / 3 - shape) }, mean: shape, variance: fourth) < 3.3)
    if shape == 1 { #expect(kolmogorov(x) { 1 - exp(-$0 / 3) } < 1.95) }
  }

  @Test(arguments: [0, 0.01, 1, 5, 9.99, 10, 30, 1_000])
  func `poisson has the Poisson law on both sides of its switch`(mean: Double) {
    let k = counts("poisson") { $0.poisson(mean: mean) }
    guard mean > 0 else { return #expect(k.allSatisfy { $0 == 0 }) }
    #expect(chiSquareScore(k) { poissonPMF($0, mean) } < 4)
    #expect(meanScore(k.map(Double.init), mean: mean, variance: mean) < 3.3)
  }

  @Test func `a Poisson count of a billion has the right mean and spread`() {
    let x = counts("poisson large") { $0.poisson(mean: 1e9) }.map { (Double($0) - 1e9) / 1e9.squareRoot() }
    #expect(kolmogorov(x, normalCDF) < 1.95)
  }

  @Test(arguments: [(1, 0.3), (20, 0.5), (1_000, 0.01), (1_000, 0.009), (1_000, 0.5), (40, 0.9), (100_000, 0.3)])
  func `binomial has the binomial law on both sides of its switch`(n: Int, p: Double) {
    let k = counts("binomial") { $0.binomial(n: n, p: p) }
    #expect(k.allSatisfy { $0 >= 0 && $0 <= n })
    #expect(chiSquareScore(k) { binomialPMF($0, n, p) } < 4)
    #expect(meanScore(k.map(Double.init), mean: Double(n) * p, variance: Double(n) * p * (1 - p)) < 3.3)
  }

  @Test func `binomial at its edges is certain`() {
    var draws = stream("edges")
    #expect(draws.binomial(n: 0, p: 0.4) == 0)
    #expect(draws.binomial(n: 9, p: 0) == 0)
    #expect(draws.binomial(n: 9, p: 1) == 9)
  }

  @Test func `samples have the same bits on every machine, in debug and release`() {
    var draws = stream("pinned")
    var hash = TrajectoryHash()
    for _ in 0..<2_000 {
      let doubles = [
        draws.exponential(), draws.normal(), draws.lognormal(mu: 1, sigma: 2), draws.gamma(shape: 0.7, scale: 1),
        DeterministicMath.pow(draws.uniform() * 10, 1.7), DeterministicMath.sin(turns: draws.uniform()),
      ]
      for x in doubles { hash.fold(x.bitPattern) }
      let counts = [draws.poisson(mean: 3), draws.poisson(mean: 300), draws.binomial(n: 1_000, p: 0.2)]
      for k in counts { hash.fold(UInt64(k)) }
    }
    #expect(hash.description == "f076b18d797eb7fb")  // whoever changes this changes every trajectory of every scenario
  }
}
