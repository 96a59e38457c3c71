import Testing
import Units

@testable import KinesisCore

@Suite("The splits and merges of UpdateShardCount")
struct ReshardPlanTests {
  typealias Open = [(id: ShardID, range: HashKeyRange)]

  /// What a change of the count comes to.
  struct Outcome {
    var open: Open
    var splits = 0, merges = 0
    /// Keys of the narrowest shard there ever was on the way.
    var narrowest = UInt128.max

    var steps: Int { splits + merges }
  }

  static func even(_ count: Int) -> Open { HashKeyRange.even(count).enumerated().map { (ShardID($0), $1) } }

  /// Follows the plan's steps as SplitShard and MergeShards would take them; nil when one of them would be refused.
  static func follow(_ open: Open, to target: Int) -> Outcome? {
    let first = (open.map(\.id.index).max() ?? 0) + 1
    var outcome = Outcome(open: open), next = first, cursor = 0
    /// The plan goes from left to right, so that a step's shard lies where the last step was, or behind.
    func place(of id: ShardID) -> Int? {
      cursor = outcome.open[max(0, cursor - 1)...].firstIndex { $0.id == id } ?? outcome.open.count
      return cursor < outcome.open.count ? cursor : nil
    }
    func number() -> ShardID {
      defer { next += 1 }
      return ShardID(next)
    }
    for step in ReshardPlan.uniform(from: open, to: target, firstNew: first) {
      switch step {
      case .split(let id, let key):
        guard let place = place(of: id) else { return nil }
        let range = outcome.open[place].range
        guard range.start.value + 1 < key.value, key < range.end else { return nil }
        let parts = [HashKeyRange(range.start, HashKey(key.value - 1)), HashKeyRange(key, range.end)]
        outcome.open.replaceSubrange(place...place, with: parts.map { (number(), $0) })
        outcome.narrowest = min(outcome.narrowest, parts.map(keys).min() ?? 0)
        outcome.splits += 1
      case .merge(let lower, let upper):
        guard let place = place(of: lower), place + 1 < outcome.open.count,
          outcome.open[place + 1].id == upper
        else { return nil }
        let range = HashKeyRange(outcome.open[place].range.start, outcome.open[place + 1].range.end)
        outcome.open.replaceSubrange(place...(place + 1), with: [(number(), range)])
        outcome.merges += 1
      }
    }
    return outcome
  }

  /// How many keys; of the whole ring one too few.
  private static func keys(_ range: HashKeyRange) -> UInt128 {
    min(range.end.value - range.start.value, .max - 1) + 1
  }

  private static func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }

  /// What is wrong with the way from one even count to another; nil when nothing is.
  private static func flaw(_ open: Open, to target: Int) -> String? {
    let from = open.count, common = divisor(from, target)
    guard let outcome = follow(open, to: target) else { return "\(from) to \(target): a step that AWS refuses" }
    // CreateStream's own boundaries lie up to S keys, and the wanted ones up to T, below their fractions of the ring.
    let least = UInt128.max / UInt128(from * target) - UInt128(max(from, target))
    let isRight =
      outcome.splits == target - common && outcome.merges == from - common && outcome.narrowest >= least
      && outcome.open.count == target && ReshardTests.isEven(outcome.open.map(\.range))
    return isRight ? nil : "\(from) to \(target): \(outcome.splits) splits, \(outcome.merges) merges"
  }

  @Test("from S to T shards, S to 200 and every T allowed: S + T − 2 × common boundaries steps, and no sliver")
  func everyCount() throws {
    for from in 1...200 {
      let open = Self.even(from)
      let flaws = ((from + 1) / 2...2 * from).compactMap { Self.flaw(open, to: $0) }
      #expect(flaws.isEmpty)
    }
  }

  @Test("a doubling is S splits and a halving T merges", arguments: [1, 2, 3, 5, 7, 64, 100, 1_000])
  func doublesAndHalves(count: Int) throws {
    let up = try #require(Self.follow(Self.even(count), to: 2 * count))
    #expect(up.splits == count && up.merges == 0)
    let down = try #require(Self.follow(Self.even(2 * count), to: count))
    #expect(down.splits == 0 && down.merges == count)
    let back = try #require(Self.follow(up.open, to: count))
    #expect(back.splits == 0 && back.merges == count && back.open.map(\.range) == HashKeyRange.even(count))
  }

  @Test(
    "3 → 6 takes 3 steps, 4 → 6 takes 6, 8 → 6 takes 10, 20 → 25 takes 35, 100 → 150 takes 150",
    arguments: [(3, 6, 3), (6, 3, 3), (10, 5, 5), (4, 6, 6), (8, 6, 10), (20, 25, 35), (100, 150, 150), (4, 3, 5)])
  func steps(from: Int, to: Int, steps: Int) throws {
    #expect(try #require(Self.follow(Self.even(from), to: to)).steps == steps)
  }

  @Test("any history of counts takes the steps of its last two counts", arguments: 0..<20)
  func histories(seed: Int) throws {
    var dice = Dice(seed: seed)
    var count = dice.within(1...40), open = Self.even(count)
    for _ in 0..<12 {
      let next = min(300, dice.within((count + 1) / 2...2 * count))
      let outcome = try #require(Self.follow(open, to: next))
      #expect(outcome.steps == count + next - 2 * Self.divisor(count, next), "seed \(seed): \(count) to \(next)")
      (open, count) = (outcome.open, next)
    }
  }

  @Test("after even splits of every shard, as on demand, counts take the steps of even shards", arguments: [4, 7, 100])
  func evenSplits(count: Int) throws {
    var open = Self.even(count)
    for _ in 0..<3 {
      open = open.flatMap { shard in
        let middle = shard.range.middle
        return [
          (shard.id, HashKeyRange(shard.range.start, middle)),
          (shard.id, HashKeyRange(HashKey(middle.value + 1), shard.range.end)),
        ]
      }
    }
    let numbered = open.enumerated().map { (id: ShardID($0), range: $1.range) }
    for target in [4 * count, 5 * count, 6 * count, 11 * count, 16 * count] {
      let outcome = try #require(Self.follow(numbered, to: target))
      #expect(outcome.steps == 8 * count + target - 2 * Self.divisor(8 * count, target), "\(target)")
    }
  }

  /// The stream's shards after SplitShard calls, each at some place of some shard, hash keys apart or half the ring.
  private static func unevenly(_ dice: inout Dice) -> Open {
    var ranges = HashKeyRange.even(dice.within(1...9))
    for _ in 0..<dice.within(1...8) {
      let place = dice.below(ranges.count), range = ranges[place]
      let width = keys(range)
      guard width > 4 else { continue }
      let isNarrow = dice.below(3) == 0
      let offset = 2 + dice.ring() % (isNarrow ? min(width - 3, 50_000) : width - 3)
      let key = HashKey(range.start.value + offset)
      ranges.replaceSubrange(
        place...place, with: [HashKeyRange(range.start, HashKey(key.value - 1)), HashKeyRange(key, range.end)])
    }
    return ranges.enumerated().map { (ShardID($0), $1) }
  }

  @Test("after uneven splits it makes no shard narrower than 65,536 keys or the narrowest before", arguments: 0..<100)
  func uneven(seed: Int) throws {
    var dice = Dice(seed: seed)
    let open = Self.unevenly(&dice)
    let target = dice.within((open.count + 1) / 2...2 * open.count)
    let outcome = try #require(Self.follow(open, to: target), "seed \(seed)")
    let before = open.map { Self.keys($0.range) }.min() ?? 0
    #expect(outcome.narrowest >= min(before, 1 << 16), "seed \(seed)")
    #expect(outcome.open.count == target && ReshardTests.isEven(outcome.open.map(\.range)), "seed \(seed)")
  }
}
