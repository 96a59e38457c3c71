import Testing
import Units

@testable import KinesisCore

@Suite("Splits, merges and UpdateShardCount")
struct ReshardTests {
  /// An account with one ACTIVE stream; reshard steps take 30 s.
  static func account(_ shards: Int, limits: LimitsProfile = .current) -> Account {
    let stream = KinesisCore.Stream.active(name: "clicks", shards: shards, limits: limits, at: start)
    return Account(region: "us-east-1", limits: limits, streams: [stream], at: start)
  }

  static func isPartitioned(_ stream: KinesisCore.Stream) -> Bool {
    let open = stream.shards.filter(\.isOpen).sorted { $0.range.start < $1.range.start }
    return HashKeyRange.arePartition(open.map(\.range)) && open.map(\.id) == stream.openShards
  }

  @Test("UpdateShardCount 4 → 3 leaves shards 6, 9 and 10 open, a third each")
  func fourToThree() throws {
    var account = Self.account(4)
    try account.updateShardCount(of: 0, to: 3, now: start)
    account.wake(at: at(5 * 30))
    #expect(account[0].openShards == [ShardID(6), ShardID(9), ShardID(10)])
    #expect(account[0].openShards.map { account[0].shards[$0.index].range } == HashKeyRange.even(3))
    #expect(account[0].status == .active)
  }

  /// Whether ranges are those of CreateStream, to within the keys by which counts of shards round differently.
  static func isEven(_ ranges: [HashKeyRange]) -> Bool {
    zip(ranges, HashKeyRange.even(ranges.count)).allSatisfy { range, wanted in
      max(range.end.value, wanted.end.value) - min(range.end.value, wanted.end.value) <= 1 << 17
    }
  }

  @Test(
    "every allowed target is reached with even shards",
    arguments: [(4, 8), (3, 6), (5, 7), (8, 4), (1, 2), (2, 1), (7, 7), (9, 5)])
  func even(from: Int, to: Int) throws {
    var account = Self.account(from)
    try account.updateShardCount(of: 0, to: to, now: start)
    account.wake(at: at(10_000))
    #expect(Self.isEven(account[0].openShards.map { account[0].shards[$0.index].range }))
    #expect(account[0].status == .active)
  }

  @Test("a step takes 30 s: until then the parent takes writes, after that its children")
  func duration() throws {
    var account = Self.account(1)
    try account.splitShard(ShardID(0), at: HashKeyRange.whole.middle, of: 0, now: start)
    let before = account[0].put(record(10), at: at(30) - Interval(nanoseconds: 1))
    let after = account[0].put(record(10), at: at(30))
    #expect(before.shard == ShardID(0) && after.shard == ShardID(1))
    #expect(account[0].shards[0].closedAt == at(30))
    #expect(account[0].shards[1].parent == ShardID(0) && account[0].shards[2].parents == [ShardID(0)])
  }

  @Test("a merge has two parents, the lower one first, and takes neighbours only")
  func merge() throws {
    var account = Self.account(3)
    #expect(code { try account.mergeShards(ShardID(0), with: ShardID(2), of: 0, now: start) } == invalid)
    #expect(code { try account.mergeShards(ShardID(1), with: ShardID(0), of: 0, now: start) } == invalid)
    try account.mergeShards(ShardID(0), with: ShardID(1), of: 0, now: start)
    account.wake(at: at(30))
    #expect(
      account[0].shards[3].parent == ShardID(0) && account[0].shards[3].adjacentParent == ShardID(1))
  }

  @Test("a split key lies beyond the start plus one and before the end", arguments: [0, 1, 2, 98, 99, 100])
  func splitBounds(key: Int) {
    var stream = stream(1)
    stream.shards = [
      Shard(
        id: ShardID(0), range: HashKeyRange(HashKey(0), HashKey(99)), parent: nil, adjacentParent: nil,
        limits: .current, at: start)
    ]
    let isAllowed = key > 1 && key < 99
    #expect(
      code { try stream.splitShard(ShardID(0), at: HashKey(UInt128(key)), now: start) } == (isAllowed ? nil : invalid))
  }

  @Test("one at a time: a stream in UPDATING refuses another, and takes it when it is ACTIVE again")
  func oneAtATime() throws {
    var account = Self.account(2)
    try account.updateShardCount(of: 0, to: 4, now: start)
    #expect(code { try account.updateShardCount(of: 0, to: 4, now: at(1)) } == inUse)
    #expect(code { try account.splitShard(ShardID(0), at: HashKey(7), of: 0, now: at(2)) } == inUse)
    try account.updateShardCount(of: 0, to: 8, now: at(60))
  }

  @Test("not above double, not below half, not above 10,000, ten times in 24 hours")
  func quotas() throws {
    var account = Self.account(4)
    #expect(code { try account.updateShardCount(of: 0, to: 9, now: start) } == limitExceeded)
    #expect(code { try account.updateShardCount(of: 0, to: 1, now: start) } == limitExceeded)
    #expect(code { try account.updateShardCount(of: 0, to: 0, now: start) } == invalid)
    for call in Int64(0)..<10 { try account.updateShardCount(of: 0, to: 4, now: at(call)) }
    #expect(code { try account.updateShardCount(of: 0, to: 4, now: at(86_399)) } == limitExceeded)
    try account.updateShardCount(of: 0, to: 4, now: at(86_400))
    var large = Self.account(6_000)
    #expect(code { try large.updateShardCount(of: 0, to: 10_001, now: start) } == limitExceeded)
  }

  @Test("CreateStream is bound by the account's quota, 20,000 in large regions; only UpdateShardCount by 10,000")
  func tenThousand() throws {
    var account = Account(region: "us-east-1", at: start)
    _ = try account.createStream("wide", shards: 20_000, at: start)
    account.wake(at: at(11))
    #expect(account[0].openShardCount == 20_000)
    #expect(code { try account.createStream("more", shards: 1, at: at(11)) } == limitExceeded)
    #expect(code { try account.updateShardCount(of: 0, to: 10_001, now: at(12)) } == limitExceeded)
    // From above 10,000 it goes below 10,000 only, and 20,000 has its half there.
    #expect(code { try account.updateShardCount(of: 0, to: 10_000, now: at(13)) } == limitExceeded)
    var smaller = Self.account(19_998)
    try smaller.updateShardCount(of: 0, to: 9_999, now: at(14))
    var other = Account(region: "eu-central-1", at: start)
    #expect(code { try other.createStream("wide", shards: 1_001, at: start) } == limitExceeded)
  }

  @Test("the account's quota holds over all its streams, and refusals change nothing but time")
  func accountQuota() throws {
    var limits = LimitsProfile.current
    limits[.account.shardsLargeRegions] = 5
    var account = Self.account(4, limits: limits)
    #expect(code { try account.createStream("more", shards: 2, at: start) } == limitExceeded)
    #expect(code { try account.updateShardCount(of: 0, to: 6, now: start) } == limitExceeded)
    try account.splitShard(ShardID(0), at: HashKey(7), of: 0, now: start)
    account.wake(at: at(30))
    #expect(
      code { try account.splitShard(ShardID(1), at: account[0].shards[1].range.middle, of: 0, now: at(31)) }
        == limitExceeded)
  }

  @Test("five SplitShard calls a second in an account, whatever they come to")
  func rates() {
    var account = Self.account(1)
    let codes = (0..<6).map { _ in code { try account.splitShard(ShardID(9), at: HashKey(7), of: 0, now: start) } }
    #expect(codes == Array(repeating: invalidOrMissing, count: 5) + [limitExceeded])
  }

  private let invalidOrMissing: String? = notFound

  /// A random history of puts, splits, merges and resizes.
  static func history(_ seed: Int) -> (Account, stored: Int64) {
    var dice = Dice(seed: seed)
    var account = account(dice.within(1...6))
    var now = start, stored: Int64 = 0
    for _ in 0..<60 {
      now = now + .seconds(Int64(dice.below(50)))
      let open = account[0].openShards
      let id = dice.pick(open), range = account[0].shards[id.index].range
      switch dice.below(5) {
      case 0:
        try? account.splitShard(
          id, at: HashKey(range.start.value + dice.ring() % (range.end.value - range.start.value)), of: 0, now: now)
      case 1: try? account.mergeShards(id, with: dice.pick(open), of: 0, now: now)
      case 2: try? account.updateShardCount(of: 0, to: dice.within(1...open.count * 2), now: now)
      default: stored += Int64(account[0].put(record(100, to: dice.ring(), count: 40), at: now).accepted)
      }
      account.wake(at: now)
    }
    return (account, stored)
  }

  @Test("every reshard history keeps the ring partitioned, lineage whole and records stored", arguments: 0..<150)
  func histories(seed: Int) {
    let (account, stored) = Self.history(seed)
    let stream = account[0]
    #expect(Self.isPartitioned(stream), "seed \(seed)")
    #expect(stream.shards.map(\.id.index) == Array(stream.shards.indices), "seed \(seed)")
    #expect(stream.shards.reduce(0) { $0 + $1.log.tip } == stored, "seed \(seed)")
    for shard in stream.shards {
      let parents = shard.parents.map { stream.shards[$0.index] }
      #expect(parents.allSatisfy { $0.closedAt == shard.openedAt && $0.id < shard.id }, "seed \(seed)")
      #expect(shard.isOpen || !stream.children(of: shard.id).isEmpty, "seed \(seed)")
    }
  }

  @Test("all short histories of a stream of two shards keep the ring partitioned")
  func smallWorlds() throws {
    let operations = 4
    for code in 0..<(operations * operations * operations * operations) {
      var account = Self.account(2), rest = code
      for step in 0..<4 {
        Self.perform(rest % operations, on: &account, at: at(Int64(step) * 40))
        rest /= operations
      }
      #expect(Self.isPartitioned(account[0]), "history \(code)")
    }
  }

  private static func perform(_ operation: Int, on account: inout Account, at now: Instant) {
    let open = account[0].openShards
    switch operation {
    case 0: try? account.splitShard(open[0], at: account[0].shards[open[0].index].range.middle, of: 0, now: now)
    case 1: if open.count > 1 { try? account.mergeShards(open[0], with: open[1], of: 0, now: now) }
    case 2: try? account.updateShardCount(of: 0, to: open.count * 2, now: now)
    default: try? account.updateShardCount(of: 0, to: max(1, open.count / 2), now: now)
    }
  }

  @Test("a copy is a checkpoint: what happens to one does not happen to the other")
  func fork() {
    var stream = stream(2)
    _ = stream.put(record(100, count: 5), at: start)
    var fork = stream
    _ = fork.put(record(100, count: 7), at: at(1))
    #expect(stream.shards[0].log.tip == 5 && fork.shards[0].log.tip == 12)
  }
}
