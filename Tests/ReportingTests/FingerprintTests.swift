import KinesisCore
import Pricing
import Testing

@testable import Reporting

@Suite struct FingerprintTests {
  private func hex(
    scenario: String = "name: a", inputs: [Fingerprint.Input] = [.init(name: "a.csv", bytes: [1, 2])],
    limits: LimitsProfile = .current, prices: PriceBook = .current, seed: UInt64 = 7, version: String = "0.1.0"
  ) -> String {
    Fingerprint(scenario: scenario, inputs: inputs, limits: limits, prices: prices, seed: seed, version: version).hex
  }

  @Test func `it changes with every ingredient`() {
    var slack = LimitsProfile.current
    slack[.shard.writeSlack] = 1_100
    var free = PriceBook.current
    free.prices.removeFirst()
    let all = [
      hex(), hex(scenario: "name: b"), hex(inputs: []), hex(inputs: [.init(name: "b.csv", bytes: [1, 2])]),
      hex(inputs: [.init(name: "a.csv", bytes: [1, 3])]), hex(limits: slack), hex(prices: free), hex(seed: 8),
      hex(version: "0.1.1"),
    ]
    #expect(Set(all).count == all.count)
    #expect(all.allSatisfy { $0.count == 64 })
  }

  @Test func `it changes with nothing else`() {
    let files = [Fingerprint.Input(name: "b", bytes: [1]), Fingerprint.Input(name: "a", bytes: [2])]
    #expect(hex(inputs: files) == hex(inputs: files.reversed()))
    #expect(hex() == hex())
  }

  @Test func `parts cannot run into each other`() {
    #expect(hex(scenario: "a\nlimits 1\nx") != hex(scenario: "a"))
    #expect(hex(scenario: "", version: "0.1.0\nseed 1") != hex(scenario: "seed 1", version: "0.1.0"))
  }

  @Test func `a digest is SHA-256`() {
    #expect(
      Fingerprint.digest(of: Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}

@Suite struct LimitsTableTests {
  @Test func `all forms name every limit`() {
    let table = LimitsTable(.current)
    for key in Limit.Key.allCases {
      #expect([table.text, table.markdown, table.json].allSatisfy { $0.contains(key.name) })
    }
    #expect(table.text.split(separator: "\n").count == 1 + Limit.Key.allCases.count)
  }
}
