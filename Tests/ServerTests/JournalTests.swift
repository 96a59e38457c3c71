import Foundation
import KinesisCore
import Testing
import Units

@testable import Server

/// The engine under the real clock, and the virtual clock that does the same again.
@Suite struct `A journal` {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)").path

  /// Streams are ACTIVE at once, and reshard in a second.
  private static var terms: DataDirectory.Terms {
    var limits = LimitsProfile.current
    limits[.stream.createDuration] = 0
    limits[.stream.reshardStepDuration] = 1
    limits[.fanOut.createDuration] = 0
    return DataDirectory.Terms(Place(account: "000000000000", region: "us-east-1"), limits, isVirtual: false)
  }

  private func engine(_ journal: CallJournal?, courier: Courier = .none) -> Engine {
    let service = KinesisService(Self.terms.place, limits: Self.terms.limits, at: Engine.start)
    return Engine(service, clock: .real(from: Engine.start), courier: courier, journal: journal)
  }

  @Test("of the real clock replays on the virtual one to the same answers, to the byte") func replays() async throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let journal = try CallJournal(path, Self.terms, start: Engine.start), store = MemoryStore()
    let engine = engine(journal, courier: Courier(store: store, client: nil)), desk = FirehoseDesk(engine)
    _ = await desk.kinesis("CreateStream", #"{"StreamName":"s","ShardCount":2}"#)
    let source =
      #"{"DeliveryStreamName":"d","DeliveryStreamType":"KinesisStreamAsSource","KinesisStreamSourceConfiguration":{"KinesisStreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","RoleARN":"arn:aws:iam::000000000000:role/r"},"ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0}}}"#
    _ = await desk.call("CreateDeliveryStream", source)
    _ = await desk.kinesis(
      "SplitShard", #"{"StreamName":"s","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"4096"}"#)
    await withTaskGroup(of: Void.self) { group in
      for writer in 0..<3 { group.addTask { await Self.write(desk, as: writer) } }
      group.addTask { await Self.read(desk) }
    }
    while store.objects.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    await engine.stop()
    #expect(journal.close() == nil)

    var puts: [JournalReplay.Put] = []
    let outcome = try JournalReplay(path: path).run { puts.append($0) }
    #expect(outcome.differences == [] && outcome.isWhole && outcome.answers >= 60, "\(outcome)")
    // Three megabytes at an instant are more than a shard takes: some were refused, the others are the workload.
    #expect(puts.count >= 400 && puts.count < 3 * 10 * 23)
    #expect(puts.allSatisfy { $0.stream == "s" && $0.bytes > 0 })

    // A journal that says something else is found out.
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    let changed = try #require(bytes.range(of: Data("small-0-0".utf8)))
    bytes.replaceSubrange(changed, with: Data("small-9-9".utf8))
    try bytes.write(to: URL(fileURLWithPath: path))
    #expect(throws: DataDirectoryError.self) { _ = try JournalReplay(path: path) }
  }

  private static func write(_ desk: FirehoseDesk, as writer: Int) async {
    let large = Data(repeating: 120, count: 700_000).base64EncodedString()
    for round in 0..<10 {
      let small = (0..<20).map { "{\"Data\":\"YWJj\",\"PartitionKey\":\"small-\(writer)-\(round)-\($0)\"}" }
      _ = await desk.kinesis("PutRecords", "{\"StreamName\":\"s\",\"Records\":[\(small.joined(separator: ","))]}")
      let rows = Array(repeating: "{\"Data\":\"\(large)\",\"PartitionKey\":\"hot\"}", count: 3).joined(separator: ",")
      _ = await desk.kinesis("PutRecords", "{\"StreamName\":\"s\",\"Records\":[\(rows)]}")
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  private static func read(_ desk: FirehoseDesk) async {
    let body = #"{"StreamName":"s","ShardId":"shardId-000000000001","ShardIteratorType":"TRIM_HORIZON"}"#
    var token = WireInput(await desk.kinesis("GetShardIterator", body).value).text("ShardIterator")
    for _ in 0..<8 {
      let page = WireInput(await desk.kinesis("GetRecords", "{\"ShardIterator\":\"\(token ?? "")\"}").value)
      token = page.text("NextShardIterator") ?? token
      try? await Task.sleep(for: .milliseconds(50))
    }
  }

  @Test("is not needed for the alarm to ring: what is due is delivered without being asked again") func alarm()
    async throws
  {
    let store = MemoryStore(), engine = engine(nil, courier: Courier(store: store, client: nil)),
      desk = FirehoseDesk(engine)
    let create =
      #"{"DeliveryStreamName":"d","ExtendedS3DestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0}}}"#
    _ = await desk.call("CreateDeliveryStream", create)
    #expect(await desk.call("PutRecord", #"{"DeliveryStreamName":"d","Record":{"Data":"YQ=="}}"#).status == 200)
    while store.objects.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    #expect(store.objects.values.map { $0 } == [Array("a".utf8)])
    await engine.stop()
  }

  @Test("takes no file that has something in it") func taken() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: DataDirectoryError.self) { _ = try CallJournal(path, Self.terms, start: Engine.start) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data("mine".utf8))
  }
}
