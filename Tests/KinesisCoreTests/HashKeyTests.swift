import Testing
import Units

@testable import KinesisCore

struct HashKeyTests {
  @Test("three shards end where AWS's documentation shows them ending")
  func threeShards() {
    #expect(
      HashKeyRange.even(3).map(\.end.description) == [
        "113427455640312821154458202477256070484", "226854911280625642308916404954512140969",
        "340282366920938463463374607431768211455",
      ])
  }

  @Test("four shards are 85070591730234615865843651857942052864 wide")
  func fourShards() {
    let width: UInt128 = 85_070_591_730_234_615_865_843_651_857_942_052_864
    #expect(HashKeyRange.even(4).map(\.start.value) == [0, width, 2 * width, 3 * width])
  }

  @Test("even ranges partition the ring for every count", arguments: [1...100, 101...200, 201...300, 9_999...10_000])
  func partition(counts: ClosedRange<Int>) {
    for count in counts {
      let ranges = HashKeyRange.even(count)
      #expect(ranges.count == count && HashKeyRange.arePartition(ranges), "\(count) shards")
      let widths = Set(ranges.dropLast().map { $0.end.value - $0.start.value })
      #expect(widths.count <= 1, "\(count) shards")
    }
  }

  @Test(
    "MD5 of a partition key is read as a big-endian number",
    arguments: [
      ("", "281949768489412648962353822266799178366"), ("a", "16955237001963240173058271559858726497"),
      ("abc", "191415658344158766168031473277922803570"),
      ("message digest", "331535486309434048055371704012530344400"),
      ("ü", "255482112228542481294366945247899473731"),
    ])
  func md5(key: String, expected: String) { #expect(HashKey(partitionKey: key).description == expected) }

  @Test(
    "ExplicitHashKey is decimal without leading zeros, up to 2¹²⁸ − 1",
    arguments: [
      "0", "1", "10", "340282366920938463463374607431768211455",
    ])
  func explicit(text: String) throws {
    #expect(try #require(HashKey(explicit: text)).description == text)
  }

  @Test(
    "anything else is no ExplicitHashKey",
    arguments: [
      "", "00", "01", "-1", "+1", " 1", "1 ", "1.0", "0x1", "٣", "340282366920938463463374607431768211456",
      String(repeating: "9", count: 40), "1_000",
    ])
  func notExplicit(text: String) { #expect(HashKey(explicit: text) == nil) }

  @Test("an explicit key outranks the partition key, and AWS's names are given to flaws")
  func recordKeys() throws {
    let limits = LimitsProfile.current
    #expect(try RecordKey.hashKey(partitionKey: "a", explicitHashKey: "7", limits: limits) == HashKey(7))
    #expect(
      try RecordKey.hashKey(partitionKey: "a", explicitHashKey: nil, limits: limits) == HashKey(partitionKey: "a"))
    #expect(code { try RecordKey.hashKey(partitionKey: "a", explicitHashKey: "x", limits: limits) } == invalid)
    #expect(
      code { try RecordKey.hashKey(partitionKey: "", explicitHashKey: nil, limits: limits) } == "ValidationException")
  }

  @Test("a partition key has 1 to 256 Unicode characters, however many bytes they take")
  func keyLength() {
    for (count, expected) in [(1, nil), (256, nil), (257, "ValidationException")] {
      let key = String(repeating: "ü", count: count)
      #expect(code { try RecordKey.hashKey(partitionKey: key, explicitHashKey: nil, limits: .current) } == expected)
    }
  }

  @Test("every key has exactly one owner, whose range holds it", arguments: [1, 2, 3, 7, 64, 1_000])
  func owners(shards: Int) {
    let stream = stream(shards)
    var dice = Dice(seed: shards)
    let edges = HashKeyRange.even(shards).flatMap { [$0.start, $0.end] }
    for key in edges + (0..<500).map({ _ in HashKey(dice.ring()) }) {
      #expect(stream.shards[stream.owner(of: key).index].range.contains(key))
    }
  }

  @Test("the middle of a range is (start + end) / 2 and splits it in two halves")
  func middle() {
    #expect(HashKeyRange.whole.middle.value == UInt128.max / 2)
    #expect(HashKeyRange(HashKey(5), HashKey(8)).middle == HashKey(6))
    #expect(HashKeyRange.whole.share == 1)
    #expect(HashKeyRange.even(4)[2].share == 0.25)
  }
}
