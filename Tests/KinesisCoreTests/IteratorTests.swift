import Testing
import Units

@testable import KinesisCore

struct IteratorTests {
  /// A shard with ten records, one a second from `start` on.
  private func tenRecords() -> KinesisCore.Stream {
    var stream = stream(1)
    for second in 0..<10 { _ = stream.put(record(10), at: at(Int64(second))) }
    return stream
  }

  private func next(_ position: IteratorPosition, after now: Instant = at(60)) throws -> Int64 {
    var stream = tenRecords()
    return try stream.shardIterator(position, in: ShardID(0), at: now).next
  }

  private func number(_ position: Int64) -> SequenceNumber {
    tenRecords().shards[0].sequenceNumber(at: position, arrived: at(position))
  }

  @Test("TRIM_HORIZON is the oldest record kept, LATEST is behind the newest")
  func ends() throws {
    #expect(try next(.trimHorizon) == 0)
    #expect(try next(.latest) == 10)
    #expect(try next(.trimHorizon, after: at(86_400 + 3)) == 3)
    #expect(try next(.trimHorizon, after: at(86_400 * 2)) == 10)
  }

  @Test("AT_TIMESTAMP is the first record that arrived then or later")
  func timestamps() throws {
    #expect(try next(.atTimestamp(at(3))) == 3)
    #expect(try next(.atTimestamp(at(3) + Interval(nanoseconds: 1))) == 4)
    #expect(try next(.atTimestamp(at(3) - Interval(nanoseconds: 1))) == 3)
    #expect(try next(.atTimestamp(.epoch)) == 0)
    #expect(try next(.atTimestamp(at(9) + .seconds(1))) == 10)
    #expect(try next(.atTimestamp(at(60))) == 10)
  }

  @Test("a timestamp before the horizon is TRIM_HORIZON, one in the future is refused")
  func timestampEdges() throws {
    #expect(try next(.atTimestamp(at(1)), after: at(86_400 + 5)) == 5)
    #expect(code { try next(.atTimestamp(at(61))) } == invalid)
  }

  @Test("AT_SEQUENCE_NUMBER is that record, AFTER_SEQUENCE_NUMBER the one behind it")
  func sequenceNumbers() throws {
    #expect(try next(.atSequenceNumber(number(4))) == 4)
    #expect(try next(.afterSequenceNumber(number(4))) == 5)
    #expect(try next(.afterSequenceNumber(number(9))) == 10)
    #expect(try next(.atSequenceNumber(tenRecords().shards[0].startingSequenceNumber)) == 0)
    #expect(try next(.afterSequenceNumber(tenRecords().shards[0].startingSequenceNumber)) == 0)
    #expect(try next(.atSequenceNumber(number(2)), after: at(86_400 + 5)) == 5)
  }

  @Test("a closed shard's EndingSequenceNumber is behind its last record, at it or after it")
  func endingSequenceNumber() throws {
    var account = Account(region: "us-east-1", streams: [tenRecords()], at: at(10))
    try account.splitShard(ShardID(0), at: HashKey(1 << 127), of: 0, now: at(10))
    account.wake(at: at(60))
    let end = try #require(account[0].shards[0].endingSequenceNumber)
    for position in [IteratorPosition.atSequenceNumber(end), .afterSequenceNumber(end), .latest] {
      let iterator = try account[0].shardIterator(position, in: ShardID(0), at: at(60))
      #expect(iterator.next == 10)
    }
  }

  @Test("a number of another shard or another life is refused")
  func foreignNumbers() {
    let other = SequenceNumber(shard: ShardID(1), shardCreated: start, index: 1, arrived: start)
    let older = SequenceNumber(shard: ShardID(0), shardCreated: at(-5), index: 1, arrived: start)
    #expect(code { try next(.atSequenceNumber(other)) } == invalid)
    #expect(code { try next(.afterSequenceNumber(older)) } == invalid)
  }

  @Test("an iterator lives 300 s, to the nanosecond, and its successor 300 more")
  func expiry() throws {
    var stream = tenRecords()
    let iterator = try stream.shardIterator(.trimHorizon, in: ShardID(0), at: at(20))
    let answer = try stream.getRecords(iterator, at: at(320))
    #expect(answer.count == 10)
    let late = at(320) + Interval(nanoseconds: 1)
    #expect(code { try stream.getRecords(iterator, at: late) } == "ExpiredIteratorException")
    let onward = try #require(answer.next)
    #expect(code { try stream.getRecords(onward, at: at(620)) } == nil)
    #expect(throws: Refusal.self) { try stream.getRecords(onward, at: at(621)) }
  }

  @Test("the text of an expired iterator names both times and the 300000 milliseconds")
  func expiryText() throws {
    var stream = tenRecords()
    let iterator = try stream.shardIterator(.latest, in: ShardID(0), at: at(20))
    let refusal = Refusal.expiredIterator(
      "Iterator expired. The iterator was created at time 2025-06-15T15:07:00Z while right now it is "
        + "2025-06-15T15:12:01Z which is further in the future than the tolerated delay of 300000 milliseconds.")
    #expect(throws: refusal) { try stream.getRecords(iterator, at: at(321)) }
  }

  @Test("five GetShardIterator calls a second and shard; a refused one costs nothing")
  func rate() throws {
    var stream = stream(2)
    let codes = (0..<7).map { _ in code { try stream.shardIterator(.latest, in: ShardID(0), at: start) } }
    #expect(codes == [nil, nil, nil, nil, nil, throttled, throttled])
    #expect(code { try stream.shardIterator(.latest, in: ShardID(1), at: start) } == nil)
    #expect(code { try stream.shardIterator(.latest, in: ShardID(0), at: at(milliseconds: 200)) } == nil)
  }

  @Test("a shard that is not there, and a stream that is not ready, are not found")
  func notThere() throws {
    var stream = stream(1)
    #expect(code { try stream.shardIterator(.latest, in: ShardID(1), at: start) } == notFound)
    var account = Account(region: "us-east-1", at: start)
    _ = try account.createStream("clicks", shards: 1, at: start)
    #expect(code { try account[0].shardIterator(.latest, in: ShardID(0), at: start) } == notFound)
  }

  @Test("a closed shard still gives iterators, and keeps its records until they are too old")
  func closedShard() throws {
    var account = Account(region: "us-east-1", streams: [tenRecords()], at: at(10))
    try account.splitShard(ShardID(0), at: HashKey(1 << 127), of: 0, now: at(10))
    account.wake(at: at(60))
    let first = try account[0].shardIterator(.trimHorizon, in: ShardID(0), at: at(60))
    #expect(try account[0].getRecords(first, at: at(60)).count == 10)
    let late = try account[0].shardIterator(.trimHorizon, in: ShardID(0), at: at(86_400 + 60))
    let answer = try account[0].getRecords(late, at: at(86_400 + 60))
    #expect(answer.count == 0 && answer.next == nil && answer.children.count == 2)
  }
}
