import Testing
import Units

@testable import KinesisCore

@Suite("A delivery stream through random histories")
struct DeliveryHistoryTests {
  /// A world of every shape, by seed.
  static func world(_ seed: Int) throws -> DeliveryWorld {
    var dice = Dice(seed: seed + 31)
    let destinations: [DeliveryDestination] = [
      .s3, .http(.generic), .openSearch, .redshift, .splunk, .snowflake, .iceberg,
    ]
    let isDirect = dice.below(2) == 0
    let destination = dice.pick(destinations)
    let configuration = configuration(isDirect ? .directPut(quota: nil) : fromStream, to: destination) {
      if destination == .s3, dice.below(2) == 0 { $0.partitioning = .init(maxActive: Int64(dice.within(1...12))) }
      if dice.below(2) == 0 {
        $0.transform = .init()
        $0.transform?.outputPermille = Int64(dice.within(100...2_000))
        $0.transform?.bufferInterval = .seconds(Int64(dice.below(90)))
      }
      if destination != .iceberg, dice.below(2) == 0 { $0.backup = .all }
      $0.buffer.interval = .seconds(Int64(destination == .splunk ? dice.below(61) : dice.within(1...120)))
      if destination != .s3 { $0.retryDuration = .seconds(Int64(dice.below(200))) }
    }
    let limits = limits { limits in
      limits[.firehose.timerStart] = Int64(dice.below(2))
      limits[.firehose.outstanding] = Int64(dice.within(1...4))
      limits[.firehose.bufferGrowth] = dice.pick([1_000, 1_500])
    }
    return try DeliveryWorld(configuration, limits: limits, shards: isDirect ? 0 : dice.within(1...3), seed: seed)
  }

  @Test("through outages, failing functions and failovers every record ends exactly once", arguments: 0..<60)
  func exactlyOnce(seed: Int) throws {
    var world = try Self.world(seed)
    for _ in 0..<240 {
      world.liveOneSecond(mishaps: true)
      let isBalanced = world.stream.isBalanced
      #expect(isBalanced, "seed \(seed) at \(world.now)")
      if !isBalanced { return }
    }
    world.drain()
    let ledger = world.stream.ledger
    let put = world.effects.accepted.reduce(0) { $0 + Int64($1) }
    let offered = world.tips.isEmpty ? put : world.tips.reduce(0, +) * world.factor
    #expect(ledger.records.taken == offered && ledger.records.settled == offered, "seed \(seed)")
    #expect(ledger.repeats.held == 0 && ledger.missed == 0, "seed \(seed)")
    let ends = world.effects.receipts.filter { $0.end != .backedUp }.reduce(0) { $0 + $1.records }
    #expect(
      ends == ledger.records.settled + ledger.repeats.settled + ledger.copies.lost,
      "seed \(seed): receipts tell the same")
    #expect(world.stream.activePartitions == 0, "seed \(seed)")
    if world.stream.configuration.backup == .all {
      world.pass(to: world.now + .hours(2))
      #expect(world.stream.ledger.copies.settled == offered, "seed \(seed)")
    }
  }

  @Test("a checkpoint only moves forward, over what has come to an end, and reaches the tip", arguments: 0..<40)
  func checkpoints(seed: Int) throws {
    var world = try Self.world(seed)
    guard !world.tips.isEmpty else { return }
    for _ in 0..<120 { world.liveOneSecond(mishaps: true) }
    world.drain()
    var last: [ShardID: Int64] = [:]
    for effect in world.effects {
      switch effect {
      case .checkpoint(let shard, let position):
        #expect(position > last[shard, default: 0])
        last[shard] = position
      case .reread(let shard, let position): #expect(position == last[shard, default: 0])
      case .put, .refused, .invoke, .deliver, .settled, .placed, .unprocessed, .limitRaised: continue
      }
    }
    for shard in world.tips.indices { #expect(last[ShardID(shard), default: 0] == world.tips[shard]) }
  }

  @Test("a history replayed gives the same effects and the same machine", arguments: 0..<40)
  func replays(seed: Int) throws {
    var world = try Self.world(seed)
    var again = world
    for _ in 0..<90 { world.liveOneSecond(mishaps: true) }
    let entries = Array(world.entries.dropFirst(again.entries.count))
    let (effects, expected) = (again.stream.replay(entries, until: world.now), world.effects)
    _ = world.stream.pass(to: world.now)
    let (areEffectsEqual, areStatesEqual) = (effects == expected, again.stream == world.stream)
    #expect(areEffectsEqual && areStatesEqual, "seed \(seed)")
  }

  @Test("late, early and repeated wakes change no effect and no state", arguments: 0..<40)
  func wakes(seed: Int) throws {
    var world = try Self.world(seed)
    var (exact, sloppy) = (world.stream, world.stream)
    let opened = world.entries.count
    for _ in 0..<90 { world.liveOneSecond(mishaps: true) }
    let entries = Array(world.entries.dropFirst(opened)), end = world.now + .hours(1)
    let expected = exact.replay(entries, until: end)
    var dice = Dice(seed: seed + 7_777)
    var effects: [DeliveryEffect] = []
    var now = start
    for entry in entries {
      for _ in 0..<dice.below(3) {
        now = now + Interval(nanoseconds: Int64(dice.below(Int((entry.at - now).nanoseconds) + 1)))
        sloppy.wake(at: now, into: &effects)
      }
      sloppy.step(entry.input, at: entry.at, into: &effects)
      now = entry.at
    }
    sloppy.wake(at: end, into: &effects)
    let (areEffectsEqual, areStatesEqual) = (effects == expected, sloppy == exact)
    #expect(areEffectsEqual && areStatesEqual, "seed \(seed)")
  }

  @Test("what was delivered before a failover and is read again is a duplicate, what was not is none")
  func duplicates() throws {
    var stream = try DeliveryStream(
      configuration(fromStream) { $0.buffer = .init(size: .mebibytes(1), interval: .seconds(60)) }, at: start)
    _ = stream.ask(.openShard(ShardID(0), from: 0), at: start)
    // 1,500 records of 1 KiB: the first 1,024 fill a buffer.
    let first = stream.ask(read(0, from: 0, count: 1_500, size: 1_024, arrived: start), at: at(1))
    #expect(first.deliveries.map(\.records) == [1_024])
    _ = stream.ask(.delivered(try #require(first.deliveries.first).id), at: at(2))
    let after = stream.ask(.failOver(ShardID(0)), at: at(3))
    #expect(after == [.reread(ShardID(0), from: 0)])
    #expect(stream.ledger.givenBack == 476 && stream.ledger.records.held == 0)
    let again = stream.ask(read(0, from: 0, count: 1_500, size: 1_024, arrived: start), at: at(4))
    #expect(stream.ledger.repeats.taken == 1_024 && stream.ledger.records.taken == 1_500)
    _ = stream.ask(.delivered(try #require(again.deliveries.first).id), at: at(5))
    #expect(stream.ledger.repeats.delivered == 1_024 && stream.ledger.records.delivered == 1_024)
    #expect(stream.checkpoint(of: ShardID(0)) == 0, "the read's other records are still held")
    let rest = stream.pass(to: at(64))
    let answer = stream.ask(.delivered(try #require(rest.deliveries.first).id), at: at(65))
    #expect(answer.contains(.checkpoint(ShardID(0), 1_500)))
    #expect(stream.ledger.bytesBilled == 1_500 * 5_120, "what is read again is not billed again")
  }

  @Test("records that the stream lost before they were read are counted as missed")
  func missed() throws {
    var stream = try DeliveryStream(configuration(fromStream), at: start)
    _ = stream.ask(.openShard(ShardID(0), from: 10), at: start)
    _ = stream.ask(read(0, from: 25, count: 5, arrived: start), at: at(1))
    #expect(stream.ledger.missed == 15 && stream.ledger.records.taken == 5)
  }

  @Test("a late, second or unknown answer changes nothing")
  func answers() throws {
    var stream = try DeliveryStream(configuration { $0.buffer.interval = .seconds(10) }, at: start)
    _ = stream.put(100, at: start)
    let id = try #require(stream.pass(to: at(10)).deliveries.first).id
    _ = stream.ask(.deliveryFailed(id, jitter: 1_000), at: at(11))
    for answer in [DeliveryInput.deliveryFailed(id, jitter: 850), .delivered(id), .deliveryRejected(id)] {
      #expect(stream.ask(answer, at: at(11)).isEmpty)
    }
    let retry = try #require(stream.pass(to: at(12)).deliveries.first)
    #expect(retry.attempt == 2 && retry.id != id && retry.id.slot == id.slot)
    #expect(stream.ask(.delivered(id), at: at(13)).isEmpty)
    #expect(stream.ask(.delivered(retry.id), at: at(13)).receipts.count == 1)
    #expect(stream.ask(.delivered(retry.id), at: at(13)).isEmpty && stream.isBalanced)
  }
}
