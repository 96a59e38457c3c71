import Experiment
import KinesisCore
import Models
import Planning
import Scenario
import Simulation
import Testing
import Units

@Suite("Keys, sizes and trends of a sample, and the scenario that keeps them")
struct TraceKeysTests {
  private static func keys(_ names: [String], shards: Int? = nil) throws -> KeyProfile {
    try #require(TrafficProfile(TraceInput(keys: .init(names)), shards: shards, limits: .current).keys)
  }

  @Test(
    "equal keys are uniform, and stand in the scenario by their own names",
    arguments: [(5, 400), (10, 2_000), (8, 3_000)])
  func equal(_ tenants: Int, _ each: Int) throws {
    let names = (0..<tenants * each).map { "tenant-\($0 % tenants)" }
    let keys = try Self.keys(names)
    #expect(keys.law == .uniform(cardinality: tenants))
    guard case .listed(let listed, let shares, 0, _) = keys.scenario else {
      Issue.record("\(keys.scenario)")
      return
    }
    #expect(Set(listed) == Set(names) && shares == Array(repeating: 1 / Double(tenants), count: tenants))
    // The hottest shard is the real one, at every number of shards.
    let (real, scenario) = (Ring(counts: listed.map { ($0, each) }), Ring(keys.scenario))
    for shards in 1...16 {
      #expect((real.hottest(ofShards: shards) - scenario.hottest(ofShards: shards)).magnitude < 1e-9)
    }
  }

  @Test("eight equal tenants that send 2,400 a second need the shards that MD5 says, not those that equal shares would")
  func tenants() throws {
    let keys = try Self.keys((0..<24_000).map { "tenant-\($0 % 8)" })
    let ring = Ring(keys.scenario)
    let holds = (1...16).filter { 2_400 * ring.hottest(ofShards: $0) <= 1_000 }
    let real = Ring(counts: (0..<8).map { ("tenant-\($0)", 1) })
    #expect(holds == (1...16).filter { 2_400 * real.hottest(ofShards: $0) <= 1_000 })
    #expect(holds.first != 3, "three even shards would hold 2,400 a second")
  }

  @Test("a sample of a Zipf law keeps its commonest keys by name, and the law for the others")
  func zipf() throws {
    let table = AliasTable.zipf(cardinality: 5_000, s: 1)
    var draws = RandomStream(seed: 4, replication: 0, purpose: .key, entity: "listed")
    let drawn = (0..<20_000).map { _ in "user/\(table.sample(&draws))" }
    let keys = try Self.keys(drawn, shards: 8)
    guard case .listed(let names, let shares, let rest, let s) = keys.scenario else {
      Issue.record("\(keys.scenario)")
      return
    }
    #expect((20...80).contains(names.count) && names[0] == "user/0" && shares[0] == keys.top[0].share)
    #expect((3_500...7_500).contains(rest) && (s - 1).magnitude < 0.1, "\(rest) \(s)")
    let at = try #require(keys.atShards)
    #expect((at.sample - at.synthetic).magnitude < 0.02, "\(at)")
    // What is drawn is what is listed.
    let laws = keys.scenario.shares(most: 65_536)
    #expect((laws.reduce(0, +) - 1).magnitude < 1e-6)
  }

  @Test("keys of no law stand by their own shares")
  func empirical() throws {
    let counts = (0..<90).map { $0 < 30 ? 900 : $0 < 60 ? 300 : 100 }
    let names = counts.enumerated().flatMap { Array(repeating: "k\($0.offset)", count: $0.element) }
    let keys = try Self.keys(names)
    guard case .listed(let listed, let shares, 0, _) = keys.scenario else {
      Issue.record("\(keys.scenario)")
      return
    }
    #expect(listed.count == 90 && shares[0] == 900.0 / 39_000 && shares[89] == 100.0 / 39_000 && !keys.isZipf)
  }

  @Test("records of listed keys are drawn by their shares, others by the rest's")
  func drawn() {
    let law = KeySpec.Law.listed(names: ["a", "b"], shares: [0.5, 0.2], rest: 3, s: 0)
    #expect(law.shares(most: 10).map { ($0 * 1_000).rounded() } == [500, 200, 100, 100, 100])
    var experiment = Experiment(
      name: "listed", horizon: Horizon(duration: .seconds(20), reportBin: .seconds(1)),
      streams: [StreamSpec(name: "s", shards: 4)],
      producers: [
        ProducerSpec(
          name: "p", stream: 0, rate: .constant(RecordsPerSecond(2_000)), size: .drawn(.constant(10)), keyBytes: 1,
          keys: KeySpec(law))
      ])
    experiment.serviceTimes = ServiceTimes(put: .constant(0), getRecords: .constant(0), fanOut: .constant(0))
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 100_000) {}
    let result = run.finish(isComplete: true), ring = Ring(law)
    let all = Double(result.streams[0].incomingRecords)
    for (shard, share) in ring.shares(ofShards: 4).enumerated() {
      let got = Double(result.streams[0].shards[shard].acceptedRecords) / all
      #expect((got - share).magnitude < 0.02, "\(shard): \(got) for \(share)")
    }
    #expect(result.streams[0].shards.contains { $0.hottestKey?.key == "a" })
  }

  // MARK: Sizes

  @Test("one record in a hundred of 200 KB, the others of 500 B: mean, steps and largest are the sample's")
  func sizes() throws {
    let sample = (0..<10_000).map { $0 % 100 == 0 ? 204_800.0 : 500 }
    let input = TraceInput(keys: .init([], sizes: sample))
    let sizes = try #require(TrafficProfile(input, shards: nil, limits: .current).sizes)
    let mean = sizes.groups.reduce(0) { $0 + $1.bytes * Double($1.records) } / 10_000
    #expect((mean - 2_543).magnitude < 0.5 && sizes.mean == mean)
    #expect(sizes.groups.map(\.bytes) == [500, 204_800] && sizes.tail?.largest == 204_800)
    #expect(sizes.tail?.above.map(\.share) == [0.01, 0.01, 0])
  }

  @Test("of any sample the shares above 5 KB, 25 KB and 1 MiB, the mean and the largest are kept", arguments: 0..<20)
  func steps(_ seed: Int) throws {
    var draws = RandomStream(seed: UInt64(seed), replication: 0, purpose: .size, entity: "sizes")
    let sample = (0..<(200 + seed * 400)).map { _ in
      max(1, draws.lognormal(mu: 7 + Double(seed % 5), sigma: 2).rounded())
    }
    let sizes = try #require(
      TrafficProfile(TraceInput(keys: .init([], sizes: sample)), shards: nil, limits: .current).sizes)
    let records = Double(sizes.groups.reduce(0) { $0 + $1.records })
    #expect(Int(records) == sample.count && sizes.groups.count <= 100)
    let mean = sizes.groups.reduce(0) { $0 + $1.bytes * Double($1.records) } / records
    #expect((mean - Statistics.mean(sample)).magnitude < 1)
    #expect(sizes.groups.last?.bytes == sample.max())
    for step in [5_000.0, 5_120, 25_000, 25_600, 1_048_576] {
      let kept = sizes.groups.reduce(0) { $0 + ($1.bytes > step ? $1.records : 0) }
      #expect(kept == sample.count { $0 > step }, "above \(step)")
    }
  }

  // MARK: Trends

  private static func trend(_ counts: [Double], _ width: Interval = .minutes(1)) -> TrafficTrend? {
    let traffic = ObservedMetrics(start: nil, width: width, series: [.init(.incomingRecords, counts)])
    return TrafficProfile(TraceInput(traffic: traffic), shards: nil, limits: .current).trend
  }

  @Test("a threefold growth is told, and what it comes to if it goes on; noise and a flat line are not")
  func trends() throws {
    var draws = RandomStream(seed: 2, replication: 0, purpose: .arrival, entity: "trend")
    let growing = (0..<240).map { Double(draws.poisson(mean: 1_000 * (1 + 2 * Double($0) / 239))) }
    let trend = try #require(Self.trend(growing))
    #expect((trend.factor - 3).magnitude < 0.15 && (trend.again - 5.0 / 3).magnitude < 0.02, "\(trend)")
    #expect(Self.trend((0..<240).map { _ in Double(draws.poisson(mean: 1_000)) }) == nil)
    #expect(Self.trend([1, 2, 3]) == nil)
  }

  @Test("over days the hour of the day is no trend, growth from day to day is")
  func days() throws {
    let day = (0..<24).map { 100 + 80 * DeterministicMath.sin(turns: Double($0) / 24) }
    #expect(Self.trend(day + day + day + day, .hours(1)) == nil)
    let growing = (0..<7).flatMap { number in day.map { $0 * (1 + Double(number) / 3) } }
    let trend = try #require(Self.trend(growing, .hours(1)))
    #expect(trend.isOfDays && trend.factor > 2.5)
  }
}
