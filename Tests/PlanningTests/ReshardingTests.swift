import Experiment
import KinesisCore
import Models
import Testing
import Units

@testable import Planning

@Suite struct ReshardingTests {
  private static let start = Instant(seconds: 1_000_000)

  /// Lets a stream become ACTIVE again.
  private func settle(_ account: inout Account, _ now: inout Instant) {
    while account[0].status != .active, let next = account.nextChange {
      now = max(now, next)
      account.wake(at: now)
    }
    now = now + .seconds(1)
  }

  private func account(_ shards: Int) -> Account {
    let stream = Stream.active(name: "s", shards: shards, at: Self.start)
    return Account(region: "us-east-1", streams: [stream], at: Self.start)
  }

  /// Plays commands as a person would: one after another, waiting as they say.
  private func play(_ commands: [String], on account: inout Account) throws {
    var now = Self.start
    for command in commands {
      let words = command.split(separator: " ").map(String.init)
      let value = { (option: String) in words.firstIndex(of: option).map { words[$0 + 1] } }
      if command.hasPrefix("#") {
        now = now + .hours(25)
      } else if let target = value("--target-shard-count").flatMap(Int.init) {
        try account.ask(.updateShardCount(target: target), of: 0, at: now)
      } else if let shard = value("--shard-to-split").flatMap(ShardID.init) {
        let key = try #require(value("--new-starting-hash-key").flatMap { HashKey(explicit: $0) })
        try account.ask(.splitShard(shard, at: key), of: 0, at: now)
      } else {
        #expect(command == "aws kinesis wait stream-exists --stream-name s")
        settle(&account, &now)
      }
    }
  }

  @Test func `every step of update-shard-count is taken, from any count to any other`() throws {
    for from in [1, 2, 3, 4, 5, 7, 12] {
      for to in [1, 2, 3, 5, 6, 9, 16, 24] {
        var account = account(from)
        try play(ReshardAdvice.uniform("s", from: from, to: to, perDay: 10, most: 10_000), on: &account)
        #expect(account[0].openShardCount == to, "\(from) to \(to)")
      }
    }
  }

  @Test func `a stream whose name begins with a dash is not taken for an option`() {
    let line = ReshardAdvice.uniform("-s", from: 1, to: 2, perDay: 10, most: 10_000)[0]
    #expect(line.hasPrefix("aws kinesis update-shard-count --stream-name=-s --target-shard-count 2 "))
  }

  @Test func `the eleventh call waits a day`() {
    let lines = ReshardAdvice.uniform("s", from: 1, to: 2_048, perDay: 10, most: 10_000)
    let comment = lines.firstIndex { $0.hasPrefix("#") }
    #expect(lines.count == 23 && comment == 20 && lines[21].contains("--target-shard-count 2048 "))
    #expect(ReshardAdvice.uniform("s", from: 4, to: 4, perDay: 10, most: 10_000).isEmpty)
  }

  @Test func `beyond 10,000 shards no command is printed that AWS would refuse`() {
    for (from, to) in [(9_000, 12_000), (12_000, 9_000)] {
      let lines = ReshardAdvice.uniform("s", from: from, to: to, perDay: 10, most: 10_000)
      #expect(lines.count == 1 && lines[0].hasPrefix("# update-shard-count goes to 10000 shards"))
    }
  }

  static let laws: [KeySpec] = [
    KeySpec(.zipf(cardinality: 500, s: 1)), KeySpec(.hotSet(cardinality: 1_000, hot: 12, hotShare: 0.7)),
    KeySpec(.uniform(cardinality: 50)), KeySpec(.uniform(cardinality: 1_000_000)),
    KeySpec(.zipf(cardinality: 200, s: 1.2), salt: 4),
  ]

  private func load(_ keys: KeySpec) -> Ring {
    let producer = ProducerSpec(
      name: "p", stream: 0, rate: .constant(RecordsPerSecond(1_000)), size: .drawn(.constant(100)), keys: keys)
    let experiment = Experiment(
      name: "x", horizon: Horizon(duration: .seconds(60)), streams: [StreamSpec(name: "s", shards: 2)],
      producers: [producer])
    return Ring(of: 0, in: experiment)
  }

  @Test("every split is taken in order, and the hottest shard is as promised", arguments: laws)
  func splits(keys: KeySpec) throws {
    let load = load(keys)
    for start in [1, 2, 4] {
      let plan = SplitPlan(load, from: start, target: 0.15, most: 12)
      var account = account(start)
      try play(ReshardAdvice.splits("s", plan), on: &account)
      let stream = account[0]
      let shares = stream.openShards.map { load.share(of: stream.shards[$0.index].range) }
      #expect(stream.openShardCount == plan.shards)
      #expect(abs((shares.max() ?? 0) - plan.hottest) < 1e-12 && abs(shares.reduce(0, +) - 1) < 1e-9)
      #expect(plan.hottest <= 0.15 || plan.unsplittable != nil || plan.steps.count == 12)
    }
  }

  @Test("a split keeps away from keys as far as they leave room: no shard of a few hash keys", arguments: laws)
  func noSlivers(keys: KeySpec) throws {
    var account = account(2)
    try play(ReshardAdvice.splits("s", SplitPlan(load(keys), from: 2, target: 0.05, most: 40)), on: &account)
    let narrowest = account[0].shards.map { $0.range.end.value - $0.range.start.value }.min() ?? 0
    #expect(narrowest >= 1 << 96)
  }

  @Test func `splits need fewer shards than even ones where keys are skewed`() {
    let load = load(KeySpec(.hotSet(cardinality: 1_000, hot: 12, hotShare: 0.7)))
    let even = (1...64).first { count in HashKeyRange.even(count).allSatisfy { load.share(of: $0) <= 0.2 } } ?? 64
    let plan = SplitPlan(load, from: 2, target: 0.2, most: 62)
    #expect(plan.hottest <= 0.2 && plan.shards < even, "\(plan.shards) against \(even)")
  }

  @Test func `keys that meet are parted, the hottest last`() {
    // Zipf(1.1) over 200 keys on two shards: four cuts of the load leave key-0 nearly alone.
    let load = load(KeySpec(.zipf(cardinality: 200, s: 1.1)))
    let plan = SplitPlan(load, from: 2, target: 0.25, most: 13)
    #expect(plan.shards == 5 && plan.unsplittable == nil && plan.hottest < 0.22, "\(plan)")
  }

  @Test func `a single hot key is said to be unsplittable`() throws {
    let plan = SplitPlan(load(KeySpec(.single)), from: 2, target: 0.5, most: 20)
    #expect(plan.steps.isEmpty && plan.hottest == 1)
    let hot = try #require(plan.unsplittable)
    #expect(hot.name == "key-0" && hot.share == 1)
  }

  @Test func `the load on the ring is that of the law`() throws {
    // Zipf(1) over 100,000 keys: the commonest has 0.0827119862 of the records.
    let zipf = load(KeySpec(.zipf(cardinality: 100_000, s: 1)))
    #expect(abs((zipf.hottestKey(in: .whole)?.share ?? 0) - 0.082_711_986_2) < 1e-8)
    #expect(abs(zipf.share(of: .whole) - 1) < 1e-9)
    for count in [1, 3, 10] {
      let sum = HashKeyRange.even(count).reduce(0) { $0 + zipf.share(of: $1) }
      #expect(abs(sum - 1) < 1e-9)
    }
    #expect(load(KeySpec(.uniform(cardinality: 1_000_000))).spread == 1)
    // Every key of 50,000 stands where MD5 puts it; with the first 10,000 alone it would be 0.01679.
    let flat = Ring(.zipf(cardinality: 50_000, s: 0.3))
    #expect(abs(flat.hottest(ofShards: 64) - 0.017_152_410_3) < 1e-9 && flat.spread < 1e-9)
    let salted = try #require(load(KeySpec(.single, salt: 4)).hottestKey(in: .whole))
    #expect(abs(salted.share - 0.25) < 1e-12 && salted.name.hasPrefix("key-0-"))
  }
}
