import Testing
import Units

@testable import KinesisCore

struct PutRecordsTests {
  let validation = "ValidationException"

  @Test("a call takes 500 records; none or 501 are refused as a whole", arguments: [0, 1, 500, 501])
  func count(records: Int) {
    var stream = stream(1)
    let before = stream
    let refused = code { try stream.putRecords(Array(repeating: record(1), count: records), at: start) }
    #expect(refused == ((1...500).contains(records) ? nil : validation))
    #expect((stream == before) == (refused != nil))
  }

  @Test("the 500 are counted in records, not in headers")
  func runs() {
    var stream = stream(1)
    #expect(code { try stream.putRecords([record(1, count: 500)], at: start) } == nil)
    #expect(code { try stream.putRecords([record(1, count: 500), record(1)], at: at(1)) } == validation)
  }

  @Test("a call takes 10 MiB, partition keys included, and not a byte more")
  func requestSize() {
    var stream = stream(1, maxRecord: .mebibytes(10))
    #expect(code { try stream.putRecords([record(5 << 20), record(5 << 20)], at: start) } == nil)
    #expect(code { try stream.putRecords([record(5 << 20), record(5 << 20), record(1)], at: at(60)) } == invalid)
  }

  @Test("a record may be as large as the stream's maximum, 1 MiB unless more was asked for")
  func recordSize() {
    var (small, large) = (stream(1), stream(1, maxRecord: .mebibytes(10)))
    #expect(code { try small.putRecords([record(1 << 20)], at: start) } == nil)
    #expect(code { try small.putRecords([record(1 << 20 + 1)], at: at(9)) } == validation)
    #expect(code { try small.putRecord(record(1 << 20 + 1), at: at(9)) } == validation)
    #expect(code { try large.putRecord(record(10 << 20), at: start) } == nil)
  }

  @Test("every record gets its own verdict, in request order: one refused does not stop the next")
  func verdicts() throws {
    var stream = stream(2)
    let sizes: [(Int32, UInt128)] = [(700_000, 0), (700_000, 0), (700_000, .max), (300_000, 0), (100_000, 0)]
    let outcomes = try stream.putRecords(sizes.map { record($0, to: $1) }, at: start)
    #expect(outcomes.map(\.shard.number) == [0, 0, 1, 0, 0])
    #expect(outcomes.map(\.accepted) == [1, 0, 1, 1, 0])
    #expect(outcomes.map(\.limit) == [nil, .bytes, nil, nil, .bytes])
    #expect(outcomes.map(\.first) == [0, 1, 0, 1, 2])
  }

  @Test("a PutRecords of nothing but refusals is still an answer")
  func allRefused() throws {
    var stream = stream(1)
    _ = try stream.putRecords([record(1, count: 500)], at: start)
    _ = try stream.putRecords([record(1, count: 500)], at: start)
    #expect(try stream.putRecords([record(1, count: 500)], at: start).map(\.limit) == [.records])
  }

  @Test("PutRecord fails as a whole, with the shard and the limit")
  func putRecord() throws {
    var stream = stream(1)
    _ = try stream.putRecord(record(1 << 20), at: start)
    let before = stream
    #expect(throws: Refusal.writeThrottled(ShardID(0), .bytes)) { try stream.putRecord(record(1), at: start) }
    #expect(stream == before)
    #expect(Refusal.writeThrottled(ShardID(0), .bytes).code == throttled)
    #expect(Refusal.writeThrottled(ShardID(0), .bytes).message == "Rate exceeded for shard shardId-000000000000")
  }

  @Test("puts find no stream that is CREATING, and one that is UPDATING takes them")
  func states() throws {
    var account = Account(region: "us-east-1", at: start)
    _ = try account.createStream("clicks", shards: 2, at: start)
    #expect(code { try account[0].putRecord(record(1), at: at(1)) } == notFound)
    account.wake(at: at(20))
    try account.splitShard(ShardID(0), at: HashKey(1_000), of: 0, now: at(20))
    #expect(account[0].status == .updating)
    #expect(try account[0].putRecord(record(1), at: at(21)).accepted == 1)
  }
}
