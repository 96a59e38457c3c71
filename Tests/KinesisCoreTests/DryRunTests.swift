import Testing
import Units

@testable import KinesisCore

@Suite("Calls with DryRun")
struct DryRunTests {
  private let passed = "DryRunOperationException"

  /// A stream with a record, an iterator to it and an ACTIVE consumer.
  private static func account() throws -> Account {
    var account = Account(region: "us-east-1", streams: [stream(2)], at: start)
    _ = try account[0].registerActiveConsumer("pricing", at: start)
    _ = account[0].put(record(1_000, count: 10), at: start)
    return account
  }

  private static let iterator = ShardIterator(shard: ShardID(0), next: 0, issuedAt: start)

  static let calls: [StreamRequest.DryRun] = [
    .putRecord(record(900)), .putRecords([record(900), record(900, to: .max)]),
    .getShardIterator(ShardID(0), .trimHorizon), .getRecords(iterator, limit: 10),
    .subscribeToShard(consumer: 0, ShardID(1), .latest),
  ]

  @Test("each of the five that would pass answers DryRunOperationException and does nothing", arguments: calls)
  func passes(call: StreamRequest.DryRun) throws {
    var account = try Self.account()
    let before = account
    #expect(code { try account.ask(.dryRun(call), of: 0, at: start) } == passed)
    #expect(account == before)
    // The same call without DryRun does something.
    try account.ask(call.request, of: 0, at: start)
    #expect(account != before)
  }

  @Test("a call that would be refused is refused as such")
  func refused() throws {
    var account = try Self.account()
    let calls: [(StreamRequest.DryRun, String)] = [
      (.putRecord(record(2 << 20)), "ValidationException"),
      (.putRecords((0..<501).map { _ in record(1) }), "ValidationException"),
      (.getShardIterator(ShardID(7), .latest), notFound), (.getRecords(Self.iterator, limit: 0), invalid),
      (.subscribeToShard(consumer: 3, ShardID(0), .latest), notFound),
    ]
    for (call, error) in calls { #expect(code { try account.ask(.dryRun(call), of: 0, at: start) } == error) }
    #expect(
      code { try account.ask(.dryRun(.getRecords(Self.iterator, limit: 1)), of: 0, at: at(301)) }
        == "ExpiredIteratorException")
    _ = account[0].put(record(1_000, count: 5_000), at: at(400))
    #expect(code { try account.ask(.dryRun(.putRecord(record(9))), of: 0, at: at(400)) } == throttled)
    #expect(code { try account.ask(.dryRun(.putRecords([record(9)])), of: 0, at: at(400)) } == passed)
  }

  @Test("after any history a dry run leaves the state equal, and says what the call then comes to", arguments: 0..<60)
  func histories(seed: Int) throws {
    var dice = Dice(seed: seed), account = try Self.account(), now = start
    for _ in 0..<40 {
      now = now + .milliseconds(Int64(dice.below(9_000)))
      let call = Self.call(&dice, at: now)
      account.wake(at: now)
      let before = account
      let answer = code { try account.ask(.dryRun(call), of: 0, at: now) }
      #expect(account == before, "seed \(seed)")
      let real = code { try account.ask(call.request, of: 0, at: now) }
      #expect(answer == (real ?? passed), "seed \(seed): \(call)")
      if dice.below(6) == 0 { try? account.updateShardCount(of: 0, to: dice.within(1...6), now: now) }
    }
  }

  private static func call(_ dice: inout Dice, at now: Instant) -> StreamRequest.DryRun {
    let shard = ShardID(dice.below(5))
    switch dice.below(5) {
    case 0: return .putRecord(record(Int32(dice.within(1...1_400_000)), to: dice.ring()))
    case 1: return .putRecords((0..<dice.within(1...6)).map { _ in record(300_000, to: dice.ring(), count: 5) })
    case 2: return .getShardIterator(shard, dice.below(2) == 0 ? .latest : .trimHorizon)
    case 3:
      return .getRecords(
        ShardIterator(shard: shard, next: 0, issuedAt: now - .seconds(Int64(dice.below(400)))), limit: 9)
    default: return .subscribeToShard(consumer: dice.below(2), shard, .trimHorizon)
    }
  }

  @Test("a driver's step answers it like any refusal, and a journal keeps it")
  func step() throws {
    var account = try Self.account()
    var effects: [Answer] = []
    account.step(.stream("clicks", .dryRun(.putRecord(record(5)))), at: start, into: &effects)
    #expect(effects == [.refused(.dryRun)])
  }
}
