import Simulation
import Testing

@Suite("Zipf by rejection-inversion")
struct ZipfSamplerTests {
  @Test("frequencies are those of the law", arguments: [0.5, 0.8, 1.0, 1.3])
  func frequencies(s: Double) {
    let sampler = ZipfSampler(cardinality: 50, s: s)
    var stream = RandomStream(seed: 11, replication: 0, purpose: .key, entity: "zipf")
    var counts = Array(repeating: 0.0, count: 50)
    let n = 200_000
    for _ in 0..<n { counts[sampler.sample(&stream)] += 1 }
    let weights = (1...50).map { 1 / DeterministicMath.pow(Double($0), s) }
    let sum = weights.reduce(0, +)
    let chiSquare = zip(counts, weights).reduce(0.0) { total, pair in
      let expected = Double(n) * pair.1 / sum
      return total + (pair.0 - expected) * (pair.0 - expected) / expected
    }
    #expect(chiSquare < 94.6, "χ²(49) at 0.9999 with seed 11, s \(s)")
  }

  @Test("the top key of Zipf(1) over 100k keys has share 0.0827")
  func topKey() {
    let sampler = ZipfSampler(cardinality: 100_000, s: 1)
    var stream = RandomStream(seed: 12, replication: 0, purpose: .key, entity: "zipf")
    let n = 200_000
    let hits = (0..<n).count { _ in sampler.sample(&stream) == 0 }
    let p = 0.0827119862
    let z = (Double(hits) - Double(n) * p) / (Double(n) * p * (1 - p)).squareRoot()
    #expect(abs(z) < 4)
  }

  @Test("ranks stay in range, at the ends too")
  func range() {
    for cardinality in [1, 2, 3] {
      let sampler = ZipfSampler(cardinality: cardinality, s: 0.7)
      var stream = RandomStream(seed: 13, replication: 0, purpose: .key, entity: "zipf")
      for _ in 0..<1_000 { #expect((0..<cardinality).contains(sampler.sample(&stream))) }
    }
  }
}
