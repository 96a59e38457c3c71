import Testing

@testable import Simulation

@Suite struct RandomStreamTests {
  @Test func `Philox2x64-10 gives Random123's known answers`() {
    let ones = UInt64.max
    #expect(RandomStream.philox(0, 0, key: 0) == (0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5))
    #expect(RandomStream.philox(ones, ones, key: ones) == (0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20))
    let answer = RandomStream.philox(0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344, key: 0xa409_3822_299f_31d0)
    #expect(answer == (0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d))
  }

  @Test func `a stream is a function of its name and starts the same in every process`() {
    var a = RandomStream(seed: 42, replication: 0, purpose: .arrival, entity: "producers.web")
    #expect([a.next(), a.next(), a.next()] == Self.pinned)
    #expect(MemoryLayout<RandomStream>.size == 32)
  }

  /// Whoever changes these changes every trajectory of every scenario.
  private static let pinned: [UInt64] = [
    0xb935_4f5b_6b36_81b3, 0x38b2_fcb7_c6f0_b812, 0x1779_f256_e90b_eca4,
  ]

  @Test func `any other seed, replication, purpose, path or index gives another stream`() {
    var streams: [RandomStream] = []
    for seed in 1...3 as ClosedRange<UInt64> {
      for replication in 0..<3 {
        for purpose in Purpose.allCases {
          for path in ["producers.web", "producers.wed", "consumers.web", ""] {
            streams += (0..<3).map { index in
              let entity = EntityName(path, index: index)
              return RandomStream(seed: seed, replication: replication, purpose: purpose, entity: entity)
            }
          }
        }
      }
    }
    let firsts = Set(streams.indices.map { streams[$0].next() })
    #expect(firsts.count == streams.count)
  }

  @Test func `another entity shifts nobody's draws`() {
    func draws(_ names: [String]) -> [String: [UInt64]] {
      var streams = names.map { stream($0) }
      var drawn: [String: [UInt64]] = [:]
      for _ in 0..<10 { for i in names.indices { drawn[names[i], default: []].append(streams[i].next()) } }
      return drawn
    }
    let (before, after) = (draws(["a", "b"]), draws(["new", "a", "c", "b"]))
    #expect(before["a"] == after["a"])
    #expect(before["b"] == after["b"])
  }

  @Test func `position counts draws and can be set to any of them`() {
    var a = stream("position")
    let drawn = (0..<9).map { _ in a.next() }
    #expect(a.position == 9)
    for start in 0..<9 {
      var b = stream("position")
      b.position = UInt64(start)
      #expect(b.position == UInt64(start))
      #expect((start..<9).map { _ in b.next() } == Array(drawn[start...]))
    }
  }

  @Test func `uniform is uniform and stays in its interval`() {
    var a = stream("uniform")
    let sample = (0..<50_000).map { _ in a.uniform() }
    #expect(sample.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(kolmogorov(sample) { $0 } < 1.95)
    #expect((0..<50_000).map { _ in a.uniformOpen() }.allSatisfy { $0 > 0 && $0 < 1 })
  }

  @Test(arguments: [1, 2, 3, 10, 1_000, (1 << 63) + 1] as [UInt64])
  func `below stays below and is even`(n: UInt64) {
    var a = stream("below")
    let sample = (0..<20_000).map { _ in a.below(n) }
    #expect(sample.allSatisfy { $0 < n })
    if n <= 10 { #expect(chiSquareScore(sample.map(Int.init)) { _ in 1 / Double(n) } < 4) }
  }

  @Test func `below is unbiased where a plain multiplication would prefer every third number`() {
    var a = stream("unbiased")
    let sample = (0..<20_000).map { _ in Int(a.below(3 << 62) % 3) }
    #expect(chiSquareScore(sample) { _ in 1.0 / 3 } < 4)
  }

  @Test func `neighbouring streams and neighbouring draws are uncorrelated`() {
    let n = 20_000
    for (first, second) in [(0, 1), (0, 2), (7, 8)] {
      var a = RandomStream(seed: 9, replication: 0, purpose: .arrival, entity: EntityName("x", index: first))
      var b = RandomStream(seed: 9, replication: 0, purpose: .arrival, entity: EntityName("x", index: second))
      let products = (0..<n).map { _ in (a.uniform() - 0.5) * (b.uniform() - 0.5) }
      #expect(meanScore(products, mean: 0, variance: 1.0 / 144) < 4)
      let serial = (0..<n).map { _ in (a.uniform() - 0.5) * (a.uniform() - 0.5) }
      #expect(meanScore(serial, mean: 0, variance: 1.0 / 144) < 4)
    }
  }

  @Test func `every output bit is set half the time`() {
    var a = stream("bits")
    var counts = Array(repeating: 0, count: 64)
    for _ in 0..<20_000 {
      let word = a.next()
      for b in 0..<64 { counts[b] += Int(word >> UInt64(b) & 1) }
    }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 5 * 71 })
  }
}
