import Testing
import Units

@testable import KinesisCore

struct ReadTests {
  @Test("a full answer of 10 MiB is followed by five seconds of refusals, and then all is well")
  func tenMebibytes() throws {
    var stream = stream(1, maxRecord: .mebibytes(10))
    for second in 0..<30 { _ = stream.put(record(1 << 20), at: at(Int64(second))) }
    let first = try stream.read(0, at: at(30))
    #expect(first.count == 10 && first.bytes == 10 << 20)
    for second in [30, 31, 33, 34] {
      #expect(throws: Refusal.readThrottled(ShardID(0), .bytes)) { try stream.read(10, at: at(Int64(second))) }
    }
    #expect(code { try stream.read(10, at: at(35) - Interval(nanoseconds: 1)) } == throttled)
    let second = try stream.read(10, at: at(35))
    #expect(second.first == 10 && second.count == 10)
  }

  @Test("a refused read costs nothing")
  func refusedReads() throws {
    var stream = stream(1)
    for _ in 0..<5 { _ = try stream.read(0, at: start) }
    let empty = stream
    for _ in 0..<3 { #expect(throws: Refusal.readThrottled(ShardID(0), .calls)) { try stream.read(0, at: start) } }
    #expect(stream == empty)
    #expect(code { try stream.read(0, at: at(milliseconds: 200)) } == nil)
  }

  /// The share of calls refused when each of `pollers` calls every `period`, in the long run.
  private func refusals(pollers: Int, every period: Interval, for seconds: Int64) -> (refused: Int, calls: Int) {
    var stream = stream(1)
    var (refused, calls) = (0, 0)
    for round in 0..<(Interval.seconds(seconds).nanoseconds / period.nanoseconds) {
      for poller in 0..<pollers {
        let phase = Interval(nanoseconds: period.nanoseconds / Int64(pollers) * Int64(poller))
        calls += 1
        if code({ try stream.read(0, at: start + period * round + phase) }) != nil { refused += 1 }
      }
    }
    return (refused, calls)
  }

  @Test("two pollers every 250 ms on one shard get 3 of 8 calls refused in the long run")
  func twoFastPollers() {
    let (refused, calls) = refusals(pollers: 2, every: .milliseconds(250), for: 1_000)
    #expect(calls == 8_000)
    #expect((2_990...3_000).contains(refused))
  }

  @Test("five pollers at one call a second fit, a sixth does not")
  func fivePollers() {
    #expect(refusals(pollers: 5, every: .seconds(1), for: 600).refused == 0)
    #expect(refusals(pollers: 1, every: .milliseconds(200), for: 600).refused == 0)
    #expect((590...600).contains(refusals(pollers: 6, every: .seconds(1), for: 600).refused))
  }

  @Test("Limit is from 1 to 10,000", arguments: [(-1, 0), (0, 0), (1, 1), (10_000, 10_000), (10_001, 0)])
  func limit(asked: Int, given: Int64) throws {
    var stream = stream(1)
    for second in 0..<12 { _ = stream.put(record(1, count: 1_000), at: at(Int64(second))) }
    if given == 0 {
      #expect(code { try stream.read(0, limit: asked, at: at(60)) } == invalid)
    } else {
      #expect(try stream.read(0, limit: asked, at: at(60)).count == given)
    }
  }

  @Test("an answer holds at most 10 MiB, but always one record")
  func largest() throws {
    var stream = stream(1, maxRecord: .mebibytes(10))
    _ = stream.put(record(10 << 20), at: at(0))
    _ = stream.put(record(6 << 20), at: at(10))
    _ = stream.put(record(6 << 20), at: at(20))
    #expect(try stream.read(0, at: at(30)).count == 1)
    #expect(try stream.read(1, at: at(40)).count == 1)
    #expect(try stream.read(2, at: at(50)).count == 1)
    #expect(try stream.read(3, at: at(60)).count == 0)
  }

  @Test("MillisBehindLatest is the time since the last record read, and 0 at the tip")
  func behind() throws {
    var stream = stream(1)
    for second in 0..<4 { _ = stream.put(record(10), at: at(Int64(second))) }
    #expect(try stream.read(0, limit: 1, at: at(10)).millisBehindLatest == 10_000)
    #expect(try stream.read(1, limit: 2, at: at(10)).millisBehindLatest == 8_000)
    #expect(try stream.read(3, limit: 1, at: at(10)).millisBehindLatest == 0)
    #expect(try stream.read(4, limit: 1, at: at(10)).millisBehindLatest == 0)
  }

  @Test("reading on finds every record once, in order", arguments: 0..<30)
  func everyRecordOnce(seed: Int) throws {
    var dice = Dice(seed: seed)
    var stream = stream(1, maxRecord: .mebibytes(Int64(dice.within(1...10))))
    var (now, position, count, bytes) = (start, Int64(0), Int64(0), Int64(0))
    for _ in 0..<300 {
      now = now + .milliseconds(Int64(dice.below(3_000)))
      let size = Int32(dice.pick([1, 1_000, 100_000, 1_000_000])), run = Int32(dice.within(1...400))
      let taken = Int64(stream.put(record(size, count: run), at: now).accepted)
      (count, bytes) = (count + taken, bytes + taken * Int64(size))
      guard let answer = try? stream.read(position, limit: dice.within(1...10_000), at: now) else { continue }
      #expect(answer.first == position && answer.expired == 0, "seed \(seed)")
      (position, count, bytes) = (answer.end, count - answer.count, bytes - answer.bytes)
    }
    while stream.shards[0].log.tip > position {
      now = now + .seconds(6)
      let answer = try stream.read(position, at: now)
      (position, count, bytes) = (answer.end, count - answer.count, bytes - answer.bytes)
    }
    #expect(count == 0 && bytes == 0, "seed \(seed)")
  }

  @Test("the end of a closed shard gives its children and no next iterator")
  func shardEnd() throws {
    var account = Account(region: "us-east-1", streams: [stream(1)], at: start)
    for _ in 0..<3 { _ = account[0].put(record(10), at: start) }
    try account.splitShard(ShardID(0), at: HashKey(1 << 127), of: 0, now: start)
    let open = try account[0].read(0, at: at(29))
    #expect(open.next?.next == 3 && open.children.isEmpty)
    let middle = try account[0].read(0, limit: 2, at: at(30))
    #expect(middle.next?.next == 2 && middle.children.isEmpty)
    let end = try account[0].read(2, at: at(31))
    #expect(end.count == 1 && end.next == nil && end.children == [ShardID(1), ShardID(2)])
    let again = try account[0].read(3, at: at(32))
    #expect(again.count == 0 && again.next == nil && again.children == [ShardID(1), ShardID(2)])
  }

  @Test("an iterator that no one gave out reads nothing and breaks nothing", arguments: [Int64.min, -1, 4, Int64.max])
  func forged(next: Int64) throws {
    var stream = stream(1)
    _ = stream.put(record(10, count: 4), at: start)
    let answer = try stream.read(next, at: start)
    #expect(answer.count == (next < 0 ? 4 : 0) && answer.next?.next == 4)
    #expect(code { try stream.read(0, in: 7, at: start) } == notFound)
    #expect(code { try stream.read(0, in: -1, at: start) } == notFound)
  }
}
