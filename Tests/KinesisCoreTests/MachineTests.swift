import Testing
import Units

@testable import KinesisCore

@Suite("An account as a machine")
struct MachineTests {
  static let account = Account(region: "us-east-1", at: start)

  /// A random history of requests and their instants.
  static func entries(_ seed: Int) -> [Journal<Request>.Entry] {
    var dice = Dice(seed: seed)
    var now = start
    let opening: [Request] = [
      .createStream("clicks", shards: dice.within(1...3), maxRecord: .mebibytes(1), retention: .hours(24)),
      .stream("clicks", .registerConsumer("pricing")),
    ]
    return (0..<120).map { turn in
      now = now + .milliseconds(turn < 2 ? 11_000 : Int64(dice.below(4_000)))
      return .init(at: now, input: turn < 2 ? opening[turn] : request(&dice))
    }
  }

  private static func request(_ dice: inout Dice) -> Request {
    let shard = ShardID(dice.below(6))
    switch dice.below(9) {
    case 0: return .stream("clicks", .splitShard(shard, at: HashKey(dice.ring())))
    case 1: return .stream("clicks", .updateShardCount(target: dice.within(1...6)))
    case 2: return .stream("clicks", .mergeShards(shard, with: ShardID(dice.below(6))))
    case 3: return .stream("clicks", .subscribeToShard(consumer: 0, shard, .trimHorizon))
    case 4: return .stream("clicks", .getShardIterator(shard, .latest))
    case 5:
      return .stream(
        "clicks", .getRecords(ShardIterator(shard: shard, next: 0, issuedAt: start + .seconds(400)), limit: 100))
    default: return .stream("clicks", .putRecords((0..<4).map { _ in record(60_000, to: dice.ring(), count: 3) }))
    }
  }

  @Test("late, early and repeated wakes change no effect and no state", arguments: 0..<60)
  func wakes(seed: Int) {
    let entries = Self.entries(seed), end = at(1_000)
    var exact = Self.account
    let expected = exact.replay(entries, until: end)

    var dice = Dice(seed: seed + 7_777)
    var sloppy = Self.account
    var effects: [Answer] = []
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
    #expect(expected.contains { if case .pushed = $0 { true } else { false } } || seed % 4 != 0)
  }

  @Test("a clock that goes backwards counts as standing still")
  func backwards() {
    var account = Self.account
    var effects: [Answer] = []
    account.step(
      .createStream("clicks", shards: 1, maxRecord: .mebibytes(1), retention: .hours(24)), at: at(100), into: &effects)
    account.wake(at: at(50), into: &effects)
    account.step(.stream("clicks", .putRecord(record(10))), at: at(60), into: &effects)
    #expect(effects.count == 2 && account.deadline == at(110))
  }

  @Test("names, sizes and rates of CreateStream and DeleteStream")
  func streams() throws {
    var account = Self.account
    #expect(code { try account.createStream("no spaces", shards: 1, at: start) } == "ValidationException")
    #expect(code { try account.createStream("", shards: 1, at: start) } == "ValidationException")
    #expect(code { try account.createStream("zero", shards: 0, at: start) } == invalid)
    #expect(
      code { try account.createStream("large", shards: 1, maxRecord: .mebibytes(11), at: start) }
        == "ValidationException")
    for number in 0..<5 { _ = try account.createStream("s\(number)", shards: 1, at: start) }
    #expect(code { try account.createStream("s5", shards: 1, at: at(1)) } == limitExceeded, "five are in CREATING")
    #expect(code { try account.createStream("s0", shards: 1, at: at(11)) } == inUse)
    _ = try account.registerConsumer("c", of: 0, now: at(11))
    #expect(code { try account.deleteStream(0, consumers: .refused, now: at(12)) } == inUse)
    try account.deleteStream(0, consumers: .enforced, now: at(12))
    account.wake(at: at(22))
    #expect(account.streamIDs.map { account[$0].name } == ["s1", "s2", "s3", "s4"])
  }
}
