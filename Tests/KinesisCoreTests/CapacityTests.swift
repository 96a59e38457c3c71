import Testing
import Units

@testable import KinesisCore

private let validation = "ValidationException"

@Suite("Modes, warm throughput and the commitment")
struct CapacityTests {
  /// An account that has enabled the commitment, with an on-demand stream.
  static func advantage(warm: Int64 = 0) throws -> Account {
    var account = Account(region: "us-east-1", at: start)
    try account.updateSettings(commitment: .enabled, now: start)
    _ = try account.createOnDemandStream("clicks", OnDemandSettings(warmThroughput: warm), at: start)
    account.wake(at: at(10))
    return account
  }

  // MARK: Modes

  @Test("a change of mode is UPDATING for a while and keeps the shards, both ways")
  func modes() throws {
    var account = ReshardTests.account(7)
    try account.updateStreamMode(of: 0, to: .onDemand, now: start)
    #expect(account[0].status == .updating && account[0].mode == .provisioned)
    #expect(account[0].put(record(10), at: at(1)).limit == nil, "writes go on")
    account.wake(at: at(10))
    #expect(account[0].status == .active && account[0].mode == .onDemand)
    #expect(account[0].openShardCount == 7)
    try account.updateStreamMode(of: 0, to: .provisioned, now: at(11))
    account.wake(at: at(21))
    #expect(account[0].mode == .provisioned && account[0].openShardCount == 7)
    #expect(account[0].nextChange == nil, "nothing is watched any more")
  }

  @Test("twice in 24 hours, the third is refused and the first after a day is not")
  func twiceADay() throws {
    var account = ReshardTests.account(1)
    try account.updateStreamMode(of: 0, to: .onDemand, now: start)
    try account.updateStreamMode(of: 0, to: .provisioned, now: at(100))
    #expect(code { try account.updateStreamMode(of: 0, to: .onDemand, now: at(86_399)) } == limitExceeded)
    try account.updateStreamMode(of: 0, to: .onDemand, now: at(86_400))
    #expect(code { try account.updateStreamMode(of: 0, to: .provisioned, now: at(86_401)) } == inUse)
  }

  @Test("the mode it is in already is refused and does not count")
  func sameMode() throws {
    var account = ReshardTests.account(1)
    #expect(code { try account.updateStreamMode(of: 0, to: .provisioned, now: start) } == invalid)
    try account.updateStreamMode(of: 0, to: .onDemand, now: start)
    try account.updateStreamMode(of: 0, to: .provisioned, now: at(100))
  }

  @Test("SplitShard, MergeShards and UpdateShardCount are refused on an on-demand stream")
  func resharding() throws {
    var account = try Self.advantage()
    let middle = account[0].shards[0].range.middle
    #expect(code { try account.splitShard(ShardID(0), at: middle, of: 0, now: at(20)) } == validation)
    #expect(code { try account.mergeShards(ShardID(0), with: ShardID(1), of: 0, now: at(20)) } == validation)
    #expect(code { try account.updateShardCount(of: 0, to: 8, now: at(20)) } == validation)
    try account.updateStreamMode(of: 0, to: .provisioned, now: at(30))
    try account.updateShardCount(of: 0, to: 8, now: at(40))
  }

  @Test("a stream that distributes records by itself stays on-demand")
  func autoStays() throws {
    var account = Account(region: "us-east-1", at: start)
    _ = try account.createOnDemandStream("clicks", OnDemandSettings(distribution: .auto), at: start)
    #expect(code { try account.updateStreamMode(of: 0, to: .provisioned, now: at(10)) } == validation)
  }

  @Test("an account has at most 50 on-demand streams")
  func fifty() throws {
    var account = Account(region: "us-east-1", at: start)
    for number in 0..<50 as Range<Int64> {
      _ = try account.createOnDemandStream("s\(number)", OnDemandSettings(), at: at(number * 20))
    }
    #expect(code { try account.createOnDemandStream("more", OnDemandSettings(), at: at(2_000)) } == limitExceeded)
    let provisioned = try account.createStream("more", shards: 1, at: at(2_000))
    #expect(code { try account.updateStreamMode(of: provisioned, to: .onDemand, now: at(2_020)) } == limitExceeded)
  }

  // MARK: Warm throughput

  @Test(
    "warm throughput needs an on-demand stream and the commitment, and stays within 10 GiB/s and the region's ceiling")
  func warmNeeds() throws {
    var plain = Account(region: "us-east-1", at: start)
    #expect(code { try plain.createOnDemandStream("a", OnDemandSettings(warmThroughput: 9), at: start) } == validation)
    _ = try plain.createOnDemandStream("a", OnDemandSettings(), at: start)
    #expect(code { try plain.updateWarmThroughput(of: 0, to: 9, now: at(10)) } == validation)
    var account = try Self.advantage()
    #expect(code { try account.updateWarmThroughput(of: 0, to: 10_241, now: at(10)) } == invalid)
    #expect(code { try account.updateWarmThroughput(of: 0, to: -1, now: at(10)) } == invalid)
    let provisioned = try account.createStream("b", shards: 1, at: at(10))
    #expect(code { try account.updateWarmThroughput(of: provisioned, to: 9, now: at(20)) } == validation)
    var small = Account(region: "eu-north-1", at: start)
    try small.updateSettings(commitment: .enabled, now: start)
    #expect(code { try small.createOnDemandStream("a", OnDemandSettings(warmThroughput: 201), at: start) } == invalid)
    _ = try small.createOnDemandStream("a", OnDemandSettings(warmThroughput: 200), at: start)
    #expect(small[0].openShardCount == 200)
  }

  @Test("five calls a second")
  func warmRate() throws {
    var account = try Self.advantage()
    let codes = (0..<6).map { _ in code { try account.updateWarmThroughput(of: 0, to: -1, now: at(20)) } }
    #expect(codes == Array(repeating: invalid, count: 5) + [limitExceeded])
  }

  @Test("raising splits round by round until no shard is too wide, UPDATING meanwhile", arguments: [5, 8, 100, 1_000])
  func raising(target: Int64) throws {
    var account = try Self.advantage()
    try account.updateWarmThroughput(of: 0, to: target, now: at(20))
    #expect(account[0].warmThroughput == WarmThroughput(target: target, current: 0))
    #expect(code { try account.updateWarmThroughput(of: 0, to: 9, now: at(30)) } == inUse)
    account.wake(at: at(400))
    let stream = account[0]
    #expect(stream.status == .active && stream.warmThroughput == WarmThroughput(target: target, current: target))
    #expect(stream.openShards.allSatisfy { stream.shards[$0.index].range.fits(target << 20, 1 << 20) })
    #expect(stream.openShardCount < 2 * Int(target))
    #expect(ReshardTests.isPartitioned(stream))
  }

  @Test("warm throughput can come with the change to on-demand")
  func warmWithMode() throws {
    var account = ReshardTests.account(2)
    #expect(code { try account.updateStreamMode(of: 0, to: .onDemand, warmThroughput: 16, now: start) } == validation)
    try account.updateSettings(commitment: .enabled, now: start)
    try account.updateStreamMode(of: 0, to: .onDemand, warmThroughput: 16, now: start)
    #expect(code { try account.updateSettings(commitment: .disabled, now: at(1)) } == validation)
    account.wake(at: at(200))
    #expect(account[0].mode == .onDemand && account[0].openShardCount == 16)
    try account.updateStreamMode(of: 0, to: .provisioned, now: at(200))
    account.wake(at: at(300))
    #expect(account[0].openShardCount == 16 && account[0].warmThroughput == WarmThroughput())
  }

  @Test("lowering frees what neither the value nor the last hour's peak needs", arguments: [(30, 0), (0, 0), (8, 12)])
  func lowering(target: Int64, peak: Int64) throws {
    var account = try Self.advantage(warm: 64)
    let begin = Int64(100)
    if peak > 0 { _ = account[0].load(peak, from: begin, to: begin + 120) }
    try account.updateWarmThroughput(of: 0, to: target, now: at(1_000))
    account.wake(at: at(1_400))
    let stream = account[0], kept = max(target, 2 * peak, 4)
    #expect(stream.status == .active && stream.warmThroughput.current == target)
    #expect(stream.openShards.allSatisfy { stream.shards[$0.index].range.fits(kept << 20, 1 << 20) })
    #expect(stream.openShardCount < 2 * Int(kept) && stream.openShardCount >= Int(kept))
    #expect(ReshardTests.isPartitioned(stream))
  }

  @Test("a peak of more than an hour ago holds nothing")
  func oldPeak() throws {
    var account = try Self.advantage(warm: 64)
    _ = account[0].load(20, from: 0, to: 120)
    try account.updateWarmThroughput(of: 0, to: 0, now: at(20 + 120 + 3_600))
    account.wake(at: at(5_000))
    #expect(account[0].openShardCount == 4)
  }

  // MARK: The commitment

  @Test("it lasts 24 hours: an earlier wish to end it waits until then, and can be taken back")
  func commitment() throws {
    var account = Account(region: "us-east-1", at: start)
    _ = try account.createOnDemandStream("clicks", OnDemandSettings(), at: start)
    try account.updateSettings(commitment: .enabled, now: start)
    #expect(account.terms == .advantage && account[0].terms == .advantage)
    try account.updateSettings(commitment: .disabled, now: at(3_600))
    #expect(account.commitment == .enabledUntil(at(86_400), since: start))
    #expect(code { try account.updateWarmThroughput(of: 0, to: 9, now: at(3_601)) } == validation)
    try account.updateSettings(commitment: .enabled, now: at(7_200))
    #expect(account.commitment == .enabled(since: start))
    try account.updateSettings(commitment: .disabled, now: at(7_300))
    account.wake(at: at(86_399))
    #expect(account.terms == .advantage && account.commitment.ends == at(86_400))
    account.wake(at: at(86_400))
    #expect(account.commitment == .disabled && account[0].terms == .standard)
    try account.updateSettings(commitment: .enabled, now: at(90_000))
    try account.updateSettings(commitment: .disabled, now: at(180_000))
    #expect(account.commitment == .disabled, "after a day it ends at once")
  }

  @Test("warm throughput must be gone before the commitment is")
  func warmFirst() throws {
    var account = try Self.advantage(warm: 8)
    #expect(code { try account.updateSettings(commitment: .disabled, now: at(100_000)) } == validation)
    try account.updateWarmThroughput(of: 0, to: 0, now: at(100_000))
    #expect(code { try account.updateSettings(commitment: .disabled, now: at(100_001)) } == validation, "not gone yet")
    try account.updateSettings(commitment: .disabled, now: at(100_100))
    #expect(account.commitment == .disabled)
  }

  // MARK: Histories

  /// A random history of loads, modes, warm throughputs and reshards.
  static func entries(_ seed: Int) -> [Journal<Request>.Entry] {
    var dice = Dice(seed: seed)
    var now = start
    let opening: [Request] = [
      .updateAccountSettings(commitment: .enabled),
      .createOnDemandStream(
        "clicks",
        OnDemandSettings(
          warmThroughput: Int64(dice.below(12)), distribution: dice.below(4) == 0 ? .auto : .userPartitionKey),
        maxRecord: .mebibytes(1), retention: .hours(24)),
    ]
    return (0..<150).map { turn in
      now = now + .milliseconds(turn < 2 ? 11_000 : Int64(dice.below(25_000)))
      return .init(at: now, input: turn < 2 ? opening[turn] : request(&dice))
    }
  }

  private static func request(_ dice: inout Dice) -> Request {
    switch dice.below(14) {
    case 0: .stream("clicks", .updateMode(dice.pick([.onDemand, .provisioned]), warmThroughput: 0))
    case 1: .stream("clicks", .updateMode(.onDemand, warmThroughput: Int64(dice.below(9))))
    case 2, 3: .stream("clicks", .updateWarmThroughput(Int64(dice.below(40))))
    case 4: .stream("clicks", .updateShardCount(target: dice.within(1...40)))
    case 5: .updateAccountSettings(commitment: dice.pick([.enabled, .disabled]))
    default: .stream("clicks", .putRecords((0..<6).map { _ in record(300_000, to: dice.ring(), count: 5) }))
    }
  }

  private static var quick: Account {
    var limits = LimitsProfile.current
    limits[.onDemand.splitBytes] = 20_000
    limits[.onDemand.modeChangesPerDay] = 20
    return Account(region: "us-east-1", limits: limits, at: start)
  }

  @Test("every history keeps the ring partitioned, lineage whole and records stored", arguments: 0..<80)
  func histories(seed: Int) throws {
    var account = Self.quick
    var stored: Int64 = 0
    for entry in Self.entries(seed) {
      var effects: [Answer] = []
      account.step(entry.input, at: entry.at, into: &effects)
      for case .put(let outcomes) in effects { stored += outcomes.reduce(0) { $0 + Int64($1.accepted) } }
    }
    let stream = try #require(account.streamIDs.first.map { account[$0] })
    #expect(ReshardTests.isPartitioned(stream), "seed \(seed)")
    #expect(stream.shards.reduce(0) { $0 + $1.log.tip } == stored, "seed \(seed)")
    for shard in stream.shards {
      #expect(shard.parents.allSatisfy { stream.shards[$0.index].closedAt == shard.openedAt }, "seed \(seed)")
      #expect(shard.isOpen || !stream.children(of: shard.id).isEmpty, "seed \(seed)")
    }
    #expect(account.terms == .advantage || stream.warmThroughput == WarmThroughput(), "seed \(seed)")
    #expect(stream.shards.count > 6 || seed % 8 != 0, "something happened")
  }

  @Test("late, early and repeated wakes change no effect and no state", arguments: 0..<40)
  func wakes(seed: Int) {
    let entries = Self.entries(seed), end = at(6_000)
    var exact = Self.quick
    let expected = exact.replay(entries, until: end)
    var dice = Dice(seed: seed + 7_777)
    var sloppy = Self.quick
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
  }
}
