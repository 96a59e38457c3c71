import Testing
import Units

@testable import KinesisCore

@Suite("Enhanced fan-out")
struct FanOutTests {
  /// A stream with as many ACTIVE consumers, each subscribed to shard 0 from the start.
  static func stream(consumers: Int, shards: Int = 1, maxRecord: Bytes = .mebibytes(1)) throws -> KinesisCore.Stream {
    var stream = KinesisCoreTests.stream(shards, maxRecord: maxRecord)
    for number in 0..<consumers {
      let consumer = try stream.registerActiveConsumer("c\(number)", at: start)
      _ = try stream.subscribe(consumer, to: ShardID(0), from: .trimHorizon, at: start)
    }
    return stream
  }

  @Test("each consumer gets 2 MiB/s of a shard, whatever the others take")
  func independent() throws {
    var stream = try Self.stream(consumers: 3, maxRecord: .mebibytes(10))
    for second in Int64(0)..<10 { _ = stream.put(record(1 << 20), at: at(second)) }
    var taken = [Int64](repeating: 0, count: 3)
    for tick in 0..<40 {
      for consumer in 0..<(tick < 20 ? 3 : 1) {
        taken[consumer] += stream.push(consumer, 0, at: at(10) + .milliseconds(Int64(tick) * 50))?.bytes ?? 0
      }
    }
    #expect(taken[0] <= 4 << 20 + 2 << 20 && taken[0] >= 5 << 20, "depth and two seconds")
    #expect(taken[1] == taken[2] && taken[1] >= 2 << 20)
  }

  @Test("what is pushed is each record once, in order, and behind by what is left", arguments: 0..<20)
  func everythingOnce(seed: Int) throws {
    var dice = Dice(seed: seed)
    var stream = try Self.stream(consumers: 1)
    var (now, next, count) = (start, Int64(0), Int64(0))
    for _ in 0..<300 {
      now = now + .milliseconds(Int64(dice.below(60)))
      count += Int64(
        stream.put(record(Int32(dice.within(1...90_000)), count: Int32(dice.within(1...5))), at: now).accepted)
      while let event = stream.push(0, 0, at: now) {
        #expect(event.first == next && event.count > 0 && !event.isLast, "seed \(seed)")
        next += event.count
        #expect((event.millisBehindLatest == 0) == (next == count) || event.millisBehindLatest == 0, "seed \(seed)")
      }
    }
    var due = stream.nextPush(0, 0, after: now)
    while next < count {
      next += (stream.push(0, 0, at: due)?.count ?? 0)
      due = stream.nextPush(0, 0, after: due)
    }
    #expect(next == count && due == at(300), "seed \(seed): what is left is the end of the five minutes")
  }

  @Test("nextPush is the first instant at which a push yields something")
  func nextPush() throws {
    var stream = try Self.stream(consumers: 1)
    for second in Int64(0)..<8 { _ = stream.put(record(1 << 20), at: at(second)) }
    let value0 = stream.push(0, 0, at: at(8))?.bytes
    #expect(value0 == 2 << 20)
    let due = stream.nextPush(0, 0, after: at(8))
    let quiet1 = stream.push(0, 0, at: due - Interval(nanoseconds: 1)) == nil
    #expect(quiet1)
    let value2 = stream.push(0, 0, at: due)?.bytes
    #expect(value2 == 1 << 20)
    #expect(due == at(8) + .milliseconds(500))
  }

  @Test("a record above the bucket goes when the bucket is full, and leaves a debt of its size")
  func largeRecord() throws {
    var stream = try Self.stream(consumers: 1, maxRecord: .mebibytes(10))
    _ = stream.put(record(10 << 20), at: start)
    let large = stream.push(0, 0, at: start)
    _ = stream.put(record(1), at: at(1))
    let (early, due) = (stream.push(0, 0, at: at(5)), stream.nextPush(0, 0, after: at(5)))
    let small = stream.push(0, 0, at: due)
    #expect(large?.bytes == 10 << 20 && early == nil && small?.count == 1)
    #expect(due > at(5) && due < at(5) + .milliseconds(1), "10 MiB at 2 MiB/s, and a byte more")
  }

  @Test("a second call within five seconds is refused, one after five seconds takes over")
  func takeover() throws {
    var stream = try Self.stream(consumers: 1)
    _ = stream.put(record(10, count: 3), at: at(1))
    #expect(
      code { try stream.subscribe(0, to: ShardID(0), from: .latest, at: at(5) - Interval(nanoseconds: 1)) } == inUse)
    let value5 = try stream.subscribe(0, to: ShardID(0), from: .latest, at: at(5))
    #expect(value5 == 0)
    let quiet6 = stream.push(0, 0, at: at(6)) == nil
    #expect(quiet6, "the new one began behind what was there")
  }

  @Test("a subscription ends after five minutes, and going on loses and repeats nothing")
  func fiveMinutes() throws {
    var stream = try Self.stream(consumers: 1)
    _ = stream.put(record(10, count: 3), at: start)
    let value7 = stream.push(0, 0, at: at(299))?.isLast
    #expect(value7 == false)
    _ = stream.put(record(10, count: 4), at: at(300))
    let pushed = stream.push(0, 0, at: at(300))
    let last = try #require(pushed)
    #expect(last.isLast && last.first == 3 && last.count == 4 && last.children.isEmpty)
    let quiet8 = stream.push(0, 0, at: at(301)) == nil
    #expect(quiet8 && stream.nextPush(0, 0, after: at(301)) == .never)
    let number = stream.shards[0].sequenceNumber(at: 6, arrived: at(300))
    _ = try stream.subscribe(0, to: ShardID(0), from: .afterSequenceNumber(number), at: at(302))
    _ = stream.put(record(10), at: at(303))
    let value9 = stream.push(0, 0, at: at(303))?.first
    #expect(value9 == 7)
  }

  @Test("the end of a closed shard is pushed once, with its children, records or not")
  func shardEnd() throws {
    var stream = try Self.stream(consumers: 1)
    try stream.splitShard(ShardID(0), at: HashKeyRange.whole.middle, now: start)
    let pushed = stream.push(0, 0, at: at(30))
    let last = try #require(pushed)
    #expect(last.isLast && last.count == 0 && last.children == [ShardID(1), ShardID(2)])
    let quiet10 = stream.push(0, 0, at: at(31)) == nil
    #expect(quiet10)
  }

  @Test("twenty consumers fit, five of them in CREATING at once, and names are unique")
  func quotas() throws {
    var stream = KinesisCoreTests.stream(1)
    for number in 0..<5 { _ = try stream.registerConsumer("c\(number)", at: start) }
    #expect(code { try stream.registerConsumer("c5", at: start) } == limitExceeded)
    #expect(code { try stream.registerConsumer("c0", at: at(10)) } == inUse)
    for number in 5..<20 { _ = try stream.registerActiveConsumer("c\(number)", at: at(10)) }
    #expect(code { try stream.registerConsumer("c20", at: at(20)) } == limitExceeded)
    try stream.deregisterConsumer(3)
    let value11 = try stream.registerConsumer("c3", at: at(30))
    #expect(value11 == 20)
  }

  @Test("a consumer in CREATING, or one that is not there, cannot subscribe")
  func notReady() throws {
    var stream = KinesisCoreTests.stream(1)
    let consumer = try stream.registerConsumer("c", at: start)
    #expect(code { try stream.subscribe(consumer, to: ShardID(0), from: .latest, at: at(4)) } == notFound)
    #expect(code { try stream.subscribe(7, to: ShardID(0), from: .latest, at: at(4)) } == notFound)
    let value12 = try stream.subscribe(consumer, to: ShardID(0), from: .latest, at: at(5))
    #expect(value12 == 0)
  }
}
