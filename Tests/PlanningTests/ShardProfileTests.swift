import Experiment
import KinesisCore
import Models
import Planning
import Scenario
import Simulation
import Testing
import Units

@Suite("What the shards' own counts say about keys")
struct ShardProfileTests {
  private static func profile(_ records: [Double], ranges: [HashKeyRange]? = nil) throws -> ShardProfile {
    let ranges = ranges ?? HashKeyRange.even(records.count)
    var input = TraceInput(
      traffic: ObservedMetrics(
        start: nil, width: .minutes(1), series: [.init(.incomingRecords, [records.reduce(0, +), 0])]))
    input.shards = zip(records, ranges).enumerated().map {
      .init(name: "shard-\($0)", range: $1.1, records: $1.0)
    }
    return try #require(TrafficProfile(input, shards: nil, limits: .current).byShard)
  }

  /// What so many shards have of records whose keys follow a Zipf law.
  private static func counts(_ s: Double, keys: Int, shards: Int, seed: UInt64) -> [Double] {
    let ranges = HashKeyRange.even(shards), shares = KeySpec.Law.zipf(cardinality: keys, s: s).shares(most: keys)
    var counts = [Double](repeating: 0, count: shards)
    for (key, share) in shares.enumerated() {
      let hash = HashKey(partitionKey: "seed-\(seed)-\(key)")
      counts[ranges.partitioningIndex { $0.end >= hash }] += (share * 1e7).rounded()
    }
    return counts
  }

  @Test(
    "the exponent of a Zipf law is found again from 64 shards, within what it says of itself",
    arguments: [0.5, 0.8, 1.0, 1.3])
  func exponent(_ s: Double) throws {
    let found = try (UInt64(1)...20).map { try Self.profile(Self.counts(s, keys: 1_000, shards: 64, seed: $0)) }
    let mean = found.reduce(0) { $0 + $1.exponent } / Double(found.count)
    #expect((mean - s).magnitude < 0.1, "\(mean)")
    let right = found.count { $0.interval.contains(s) }
    #expect(right >= 17, "\(right) of 20 intervals hold \(s)")
  }

  @Test("shards alike speak for keys alike") func even() throws {
    let found = try Self.profile([1_000, 1_000, 1_000, 1_000])
    #expect(found.exponent == 0 && found.alikeKeys == .infinity)
    // What chance makes of 4,000 records is no law either.
    #expect(try Self.profile([1_030, 985, 1_010, 975]).alikeKeys > 500)
  }

  @Test("the scenario's keys give each shard what it had, in even shards and in others", arguments: [0, 1, 2, 3])
  func shares(_ way: Int) throws {
    let cuts = [
      HashKeyRange.even(2), HashKeyRange.even(7),
      [
        HashKeyRange(HashKey(0), HashKey(1 << 125)), HashKeyRange(HashKey(1 << 125 + 1), HashKey(1 << 126)),
        HashKeyRange(HashKey(1 << 126 + 1), .last),
      ],
      HashKeyRange.even(60),
    ][way]
    let records = cuts.indices.map { Double([60_000, 30_000, 100, 7_000, 0, 90][$0 % 6] + $0) }
    let found = try Self.profile(records, ranges: cuts), total = records.reduce(0, +)
    let ring = Ring(found.scenario)
    for (range, count) in zip(cuts, records) {
      #expect((ring.share(of: range) - count / total).magnitude < 1e-9)
    }
    #expect(found.hottest.name == "shard-\(records.indices.max { records[$0] < records[$1] } ?? 0)")
    #expect((ring.hottest(of: cuts) - found.hottest.share).magnitude < 1e-9)
  }

  @Test("a shard too narrow for any key leaves its share to the others") func narrow() throws {
    let cuts = [HashKeyRange(HashKey(0), HashKey(4)), HashKeyRange(HashKey(5), .last)]
    let found = try Self.profile([10, 90], ranges: cuts)
    #expect((Ring(found.scenario).share(of: cuts[1]) - 1).magnitude < 1e-9)
  }

  @Test("counts of another number of shards than the stream is said to have are not used") func others() throws {
    var input = TraceInput(
      traffic: ObservedMetrics(start: nil, width: .minutes(1), series: [.init(.incomingRecords, [30, 0])]))
    input.shards = zip([20.0, 10.0], HashKeyRange.even(2)).map { .init(name: "s", range: $1, records: $0) }
    #expect(TrafficProfile(input, shards: 3, limits: .current).byShard == nil)
    #expect(TrafficProfile(input, shards: 2, limits: .current).byShard != nil)
  }
}
