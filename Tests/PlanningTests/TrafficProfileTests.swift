import Experiment
import KinesisCore
import Models
import Planning
import Scenario
import Simulation
import Testing
import Units

@Suite("Profiles of recorded traffic")
struct TrafficProfileTests {
  static func traffic(_ counts: [Double], width: Interval, bytes: [Double]? = nil) -> ObservedMetrics {
    let more = bytes.map { [ObservedMetrics.Series(.incomingBytes, $0)] } ?? []
    return ObservedMetrics(start: nil, width: width, series: [.init(.incomingRecords, counts)] + more)
  }

  static func profile(_ traffic: ObservedMetrics?, keys: [String]? = nil, shards: Int? = nil) -> TrafficProfile {
    TrafficProfile(
      TraceInput(traffic: traffic, keys: keys.map { .init($0) }), shards: shards, limits: .current)
  }

  @Test("peaks are known at the data's width and above, never guessed below") func widths() {
    let minutes = Self.profile(Self.traffic([0, 0, 0, 0, 50, 10, 10, 10, 10, 10], width: .minutes(1)))
    #expect(minutes.burstiness.map(\.width) == [.seconds(1), .minutes(1), .minutes(5)])
    #expect(minutes.burstiness.map(\.peakToMean) == [nil, 5, 1])
    #expect(minutes.burstiness.map(\.unknown) == [.finerThanTheData, nil, nil])
    let seconds = Self.profile(Self.traffic([Double](repeating: 2, count: 90), width: .seconds(1)))
    #expect(seconds.burstiness.map(\.peakToMean) == [1, nil, nil])
    #expect(seconds.burstiness.map(\.unknown) == [nil, .tooShort, .tooShort] && seconds.hidden == nil)
    let odd = Self.profile(Self.traffic([1, 2, 3], width: .seconds(90)))
    #expect(odd.burstiness.map(\.width) == [.seconds(1), .minutes(1), .seconds(90), .minutes(5)])
    #expect(odd.burstiness.map(\.unknown) == [.finerThanTheData, .finerThanTheData, nil, .notAMultiple])
  }

  @Test("a season needs two whole periods, and bins that make hours") func seasons() {
    let day = (0..<24).map { Double($0 + 1) }
    let fortyEight = Self.profile(Self.traffic(day + day, width: .hours(1)))
    #expect(fortyEight.seasons.map(\.periods) == [2, 0])
    #expect(fortyEight.seasons.map(\.strength) == [1, nil] && fortyEight.seasons[0].autocorrelation == 1)
    #expect(Self.profile(Self.traffic(Array((day + day).dropLast()), width: .hours(1))).seasons[0].strength == nil)
    #expect(Self.profile(Self.traffic(day + day, width: .days(1))).seasons.map(\.strength) == [nil, nil])
  }

  @Test("a bin hides anything from chance to all in one second") func hidden() throws {
    let hidden = try #require(
      Self.profile(Self.traffic([600, 3_000], width: .minutes(1)), shards: 1).hidden)
    #expect(hidden.busiest == 3_000 && hidden.width == .minutes(1))
    // The median of the largest of 60 Poisson counts of mean 50: P(N ≤ 66)⁶⁰ is 0.44, P(N ≤ 67)⁶⁰ is 0.59.
    #expect(hidden.leastPeak == 67 && hidden.leastFactor == 67.0 / 50)
  }

  @Test("a burst exceeds a shard while it lasts: in the bins whose load times the factor is above one") func excess()
    throws
  {
    // 200/s and 600/s on one shard of 1,000/s: five times the first is just not above it, twice the second is.
    let hidden = try #require(
      Self.profile(Self.traffic([12_000, 36_000], width: .minutes(1)), shards: 1).hidden)
    #expect(hidden.excess.map(\.factor) == [1, 2, 5, 10])
    #expect(hidden.excess.map(\.shardSeconds) == [0, 0.25, 0.1, 0.1])
    let spread = try #require(
      Self.profile(Self.traffic([12_000, 36_000], width: .minutes(1)), shards: 2).hidden)
    #expect(spread.excess.map(\.shardSeconds) == [0, 0, 0.1, 0.05])
    let heavy = Self.traffic([600, 600], width: .minutes(1), bytes: [50 * 1_048_576, 70 * 1_048_576])
    #expect(try #require(Self.profile(heavy, shards: 1).hidden).excess.map(\.shardSeconds) == [0.5, 0.5, 0.2, 0.1])
    #expect(try #require(Self.profile(heavy).hidden).excess.isEmpty, "nobody told the shards")
  }

  @Test("CloudWatch's bytes have keys in them, those of a trace have not") func sizes() throws {
    let traffic = Self.traffic([10, 0, 30], width: .minutes(1), bytes: [1_000, 0, 9_000])
    let keys = ["abcd"]
    let counted = try #require(
      TrafficProfile(
        TraceInput(traffic: traffic, keys: .init(keys)), shards: nil, limits: .current
      ).sizes)
    #expect(
      counted.mean == 246 && counted.keyBytes == 4 && counted.binMeans?.least == 96 && counted.binMeans?.most == 296)
    let plain = try #require(
      TrafficProfile(TraceInput(traffic: traffic, bytes: .dataOnly), shards: nil, limits: .current).sizes)
    #expect(plain.mean == 250 && plain.keyBytes == SizeProfile.usualKeyBytes && !plain.knowsKeys)
    let sample = TraceInput(keys: .init([], sizes: (1...1_000).map(Double.init)))
    let sizes = try #require(TrafficProfile(sample, shards: nil, limits: .current).sizes)
    #expect(sizes.mean == 500.5 && sizes.groups.count >= 20 && sizes.quantiles[10].bytes == 526)
    #expect(Self.profile(Self.traffic([1], width: .minutes(1))).sizes == nil)
    let both = TraceInput(traffic: traffic, bytes: .dataOnly, keys: sample.keys)
    let model = try #require(
      TraceModel(TrafficProfile(both, shards: nil, limits: .current), name: "s", burst: nil, retry: .backOff))
    let written = model.sizes(.current)
    let mean = written.reduce(0) { $0 + Double($1.bytes) * Double($1.records) } / 1_000
    #expect(
      (mean - 250).magnitude < 0.5 && written.first?.bytes == 12, "the traffic's mean, the sample's spread")
  }

  static let few = (0..<2_000).map { "k\($0 % 40)" }

  @Test("the hottest shard is where MD5 puts the keys, as the core does") func hottest() throws {
    let keys = try #require(Self.profile(nil, keys: Self.few, shards: 4).keys)
    let shares = HashKeyRange.even(4).map { range in
      Double((0..<40).filter { range.contains(HashKey(partitionKey: "k\($0)")) }.count) / 40
    }
    let four = try #require(keys.hottest.first { $0.shards == 4 })
    #expect(four.share == shares.max() && keys.atShards?.sample == shares.max())
    #expect(keys.hottest.map(\.shards) == (0...10).map { 1 << $0 } && keys.hottest[0].share == 1)
    #expect(zip(keys.hottest, keys.hottest.dropFirst()).allSatisfy { $0.share >= $1.share })
    #expect(keys.hottest.last.map { $0.share < 3.0 / 40 } == true)
  }

  @Test("one key that sends a third saturates early: more shards do not help it") func saturation() throws {
    let skewed = (0..<30_000).map { $0 % 3 == 0 ? "hot" : "k\($0)" }
    let keys = try #require(Self.profile(nil, keys: skewed).keys)
    let from = try #require(keys.saturation)
    #expect((8...64).contains(from) && keys.commonest == "hot" && keys.top[0].share == 1.0 / 3)
    #expect(Self.profile(nil, keys: skewed).commonestKeyLoad == nil)
    let loaded = Self.profile(Self.traffic([60_000, 180_000], width: .minutes(1)), keys: skewed)
    #expect(loaded.commonestKeyLoad == 1, "a third of 3,000 a second")
    let even = try #require(Self.profile(nil, keys: (0..<30_000).map { "k\($0)" }).keys)
    #expect(even.saturation == nil)
  }

  @Test("the law of the scenario: Zipf, a hot set where that is far closer, uniform, or one key") func law() throws {
    let table = AliasTable.zipf(cardinality: 200, s: 0.9)
    var draws = RandomStream(seed: 3, replication: 0, purpose: .key, entity: "profile")
    let drawn = (0..<3_000).map { _ in "z\(table.sample(&draws))" }
    guard case .zipf(let count, let s) = try #require(Self.profile(nil, keys: drawn).keys).law else {
      Issue.record("no Zipf law")
      return
    }
    #expect((180...230).contains(count) && (s - 0.9).magnitude < 0.06, "\(count) \(s)")
    let hot = (0..<3_000).map { $0 % 2 == 0 ? "hot" : "k\($0 % 199)" }
    let set = try #require(Self.profile(nil, keys: hot).keys)
    #expect(set.law == .hotSet(cardinality: 200, hot: 1, hotShare: 0.5) && !set.isZipf)
    #expect(try #require(Self.profile(nil, keys: Self.few).keys).law == .uniform(cardinality: 40))
    #expect(try #require(Self.profile(nil, keys: ["a", "a"]).keys).law == .single)
    #expect(try #require(Self.profile(nil, keys: ["a", "b"]).keys).law == .uniform(cardinality: 2))
  }

  @Test("a stated burst fits into its minute, or into a bin that is no minute") func bursts() throws {
    let usual = try StatedBurst(factor: 5, length: nil, width: .minutes(1))
    #expect(usual.length == .seconds(12) && usual.every == .minutes(1))
    #expect(try StatedBurst(factor: 5, length: .seconds(2), width: .minutes(5)).every == .minutes(1))
    #expect(try StatedBurst(factor: 7, length: nil, width: .seconds(10)).length == .milliseconds(1_428))
    #expect(throws: StatedBurst.Flaw.nothingHidden) { try StatedBurst(factor: 2, length: nil, width: .seconds(1)) }
    #expect(throws: StatedBurst.Flaw.factor(most: 60)) { try StatedBurst(factor: 61, length: nil, width: .minutes(1)) }
    #expect(throws: StatedBurst.Flaw.length(most: .seconds(12))) {
      try StatedBurst(factor: 5, length: .seconds(13), width: .minutes(1))
    }
  }
}
