import Foundation
import KinesisCore
import Testing
import Units

@testable import Server

/// What an engine on a virtual clock is asked, with its answers as JSON.
private struct Desk {
  let frontend: Frontend

  func call(_ operation: String, _ body: String, format: WireFormat = .json) async -> (status: Int, value: WireValue) {
    let headers = ["x-amz-target": "Kinesis_20131202.\(operation)", "content-type": format.rawValue]
    let answer = await frontend.answer(HTTPCall(method: "POST", uri: "/", headers: headers, body: Array(body.utf8)))
    guard case .whole(let bytes) = answer.body else { return (answer.status, .null) }
    return (answer.status, format.read(bytes) ?? .null)
  }

  func advance(_ seconds: Int) async {
    let body = Array("{\"seconds\": \(seconds)}".utf8)
    _ = await frontend.answer(HTTPCall(method: "POST", uri: "/_weir/clock/advance", headers: [:], body: body))
  }

  /// The payloads that a shard keeps, as texts, with their sequence numbers.
  func records(_ stream: String, _ shard: Int) async -> [String] {
    let shard = "shardId-00000000000\(shard)"
    let iterator = await call(
      "GetShardIterator",
      "{\"StreamName\":\"\(stream)\",\"ShardId\":\"\(shard)\",\"ShardIteratorType\":\"TRIM_HORIZON\"}")
    let token = WireInput(iterator.value).text("ShardIterator") ?? ""
    let page = await call("GetRecords", "{\"ShardIterator\":\"\(token)\"}")
    return WireInput(page.value).structures("Records").map {
      "\($0.text("SequenceNumber") ?? "") \($0.text("Data") ?? "")"
    }
  }
}

/// A directory that goes with its test.
private final class Scratch {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)").path
  var log: String { path + "/calls.log" }
  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct `The engine` {
  private static let place = Place(account: "000000000000", region: "us-east-1")

  private static func desk(_ scratch: Scratch) async throws -> Desk {
    let opened = try await open(scratch, terms())
    let engine = Engine(terms(), opened.contents, log: CallLog(opened.directory)) { .virtual($0) }
    await engine.start()
    return Desk(frontend: Frontend(engine, reader: RequestReader(.current)))
  }

  private typealias Opened = (directory: DataDirectory, contents: DataDirectory.Contents)

  /// Opens a directory; who had it open goes with its last task.
  private static func open(_ scratch: Scratch, _ terms: DataDirectory.Terms) async throws -> Opened {
    while true {
      let result = Result { try DataDirectory.open(scratch.path, terms, now: Engine.start) }
      guard case .failure(let error) = result, "\(error)".contains("another weir serve") else {
        return try result.get()
      }
      try await Task.sleep(for: .milliseconds(10))
    }
  }

  @Test("answers a receive that waits when a record comes, and empty when its time is over") func longPoll() async {
    let desk = Desk(frontend: Engine.virtual())
    _ = await desk.call("CreateStream", #"{"StreamName":"s","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}"#)
    await desk.advance(10)
    let queue = await desk.call(
      "CreateQueue",
      #"{"QueueName":"q","StreamConfigurationList":[{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s"}]}"#)
    let arn = WireInput(queue.value).structure("QueueDescription")?.text("QueueARN") ?? ""
    await desk.advance(10)
    async let waiting = desk.call("ReceiveQueueRecords", "{\"QueueARN\":\"\(arn)\",\"WaitTimeSeconds\":20}")
    // Whichever comes first, the record or the receive: what is answered is the same once the record is visible.
    _ = await desk.call("PutRecord", #"{"StreamName":"s","Data":"YQ==","PartitionKey":"k"}"#)
    for _ in 0..<3 {
      await desk.advance(1)
      await Task.yield()
    }
    let answer = await waiting
    #expect(WireInput(answer.value).structures("QueueRecords").map { $0.text("Data") } == ["YQ=="])
  }

  @Test("counts what CloudWatch counts") func metrics() async {
    let frontend = Engine.virtual(), desk = Desk(frontend: frontend)
    _ = await desk.call("CreateStream", #"{"StreamName":"s","ShardCount":1}"#)
    await desk.advance(10)
    let rows = Array(repeating: #"{"Data":"YWJj","PartitionKey":"k"}"#, count: 500).joined(separator: ",")
    for _ in 0..<3 { _ = await desk.call("PutRecords", "{\"StreamName\":\"s\",\"Records\":[\(rows)]}") }
    _ = await desk.call("PutRecord", #"{"StreamName":"s","Data":"YWJj","PartitionKey":"k"}"#)
    #expect(await desk.records("s", 0).count == 1_000)
    let answer = await frontend.answer(HTTPCall(method: "GET", uri: "/metrics", headers: [:], body: []))
    guard case .whole(let bytes) = answer.body else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    for row in [
      "IncomingRecords{StreamName=\"s\"} 1000", "IncomingBytes{StreamName=\"s\"} 4000",
      "WriteProvisionedThroughputExceeded{StreamName=\"s\"} 501", "GetRecords_Records{StreamName=\"s\"} 1000",
    ] { #expect(text.contains(row + "\n"), "\(text)") }
  }

  @Test("pushes to a subscriber what is put, and says when it ends") func pushes() async throws {
    let frontend = Engine.virtual(), desk = Desk(frontend: frontend)
    _ = await desk.call("CreateStream", #"{"StreamName":"s","ShardCount":1}"#)
    await desk.advance(10)
    let made = await desk.call(
      "RegisterStreamConsumer", #"{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","ConsumerName":"c"}"#)
    let arn = WireInput(made.value).structure("Consumer")?.text("ConsumerARN") ?? ""
    await desk.advance(5)
    let body =
      "{\"ConsumerARN\":\"\(arn)\",\"ShardId\":\"shardId-000000000000\",\"StartingPosition\":{\"Type\":\"LATEST\"}}"
    let answer = await frontend.answer(
      HTTPCall(
        method: "POST", uri: "/",
        headers: [
          "x-amz-target": "Kinesis_20131202.SubscribeToShard", "content-type": WireFormat.json.rawValue,
        ], body: Array(body.utf8)))
    guard case .events(let events) = answer.body else {
      Issue.record("no events: \(answer.status)")
      return
    }
    _ = await desk.call("PutRecord", #"{"StreamName":"s","Data":"YQ==","PartitionKey":"k"}"#)
    await desk.advance(300)
    var messages: [String] = []
    for await message in events { messages.append(String(decoding: message, as: UTF8.self)) }
    #expect(
      messages.first?.contains("initial-response") == true && messages.contains { $0.contains("\"Data\":\"YQ==\"") })
    // A heartbeat each five seconds, until the five minutes are over.
    #expect((50...70).contains(messages.count), "\(messages.count)")
  }

  @Test("has after a restart what it had before, to the byte") func recovery() async throws {
    let scratch = Scratch()
    var desk = try await Self.desk(scratch)
    _ = await desk.call("CreateStream", #"{"StreamName":"s","ShardCount":1,"Tags":{"a":"b"}}"#)
    await desk.advance(10)
    for round in 0..<5 {
      let rows = (0..<20).map { "{\"Data\":\"YWJj\",\"PartitionKey\":\"k\($0)-\(round)\"}" }.joined(separator: ",")
      _ = await desk.call("PutRecords", "{\"StreamName\":\"s\",\"Records\":[\(rows)]}")
      await desk.advance(1)
    }
    let (records, tags) = (
      await desk.records("s", 0), await desk.call("ListTagsForStream", #"{"StreamName":"s"}"#).value
    )
    #expect(records.count == 100)
    desk = Desk(frontend: Engine.virtual())
    desk = try await Self.desk(scratch)
    #expect(await desk.records("s", 0) == records)
    #expect(await desk.call("ListTagsForStream", #"{"StreamName":"s"}"#).value == tags)
    let more = await desk.call("PutRecord", #"{"StreamName":"s","Data":"","PartitionKey":"k"}"#)
    let last = try #require(records.last?.split(separator: " ").first.flatMap { SequenceNumber(String($0)) })
    let next = try #require(WireInput(more.value).text("SequenceNumber").flatMap { SequenceNumber($0) })
    #expect(next > last)
  }

  @Test(
    "takes up a log whose last frame is torn, and keeps its hands off one that is damaged, newer, foreign or in use")
  func damage() async throws {
    let scratch = Scratch()
    var desk: Desk? = try await Self.desk(scratch)
    _ = await desk?.call("CreateStream", #"{"StreamName":"s","ShardCount":1}"#)
    await desk?.advance(10)
    #expect(throws: DataDirectoryError.self) {
      _ = try DataDirectory.open(scratch.path, Self.terms(), now: Engine.start)
    }
    desk = nil
    let whole = try Data(contentsOf: URL(fileURLWithPath: scratch.log))
    func reopened(_ bytes: Data, _ terms: DataDirectory.Terms = Self.terms()) async throws -> Int {
      _ = try? await Self.open(scratch, terms)
      try bytes.write(to: URL(fileURLWithPath: scratch.log))
      return try await Self.open(scratch, terms).contents.frames.count
    }
    #expect(try await reopened(whole) == 2)
    #expect(try await reopened(whole.dropLast(3)) == 1)
    var damaged = whole
    damaged[whole.count / 2] ^= 0xff
    await #expect(throws: DataDirectoryError.self) { _ = try await reopened(damaged) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.log)) == damaged, "it was damaged further")
    var newer = whole
    newer[9] = 200
    await #expect(throws: DataDirectoryError.self) { _ = try await reopened(newer) }
    await #expect(throws: DataDirectoryError.self) { _ = try await reopened(Data("something else".utf8)) }
    var limits = LimitsProfile.current
    limits[.stream.createDuration] = 1
    let other = DataDirectory.Terms(Self.place, limits, isVirtual: true)
    await #expect(throws: DataDirectoryError.self) { _ = try await reopened(whole, other) }
  }

  private static func terms() -> DataDirectory.Terms { DataDirectory.Terms(place, .current, isVirtual: true) }

  @Test("writes a call so that it is read back the same") func frames() throws {
    let bodies = [
      ("CreateStream", #"{"StreamName":"s","ShardCount":1,"Tags":{"a":"b"}}"#),
      (
        "PutRecords",
        #"{"StreamName":"s","Records":[{"Data":"YQ==","PartitionKey":"k"},{"Data":"","ExplicitHashKey":"7","PartitionKey":"é"},{"Data":"YQ=="}]}"#
      ),
      (
        "PutRecord",
        #"{"StreamName":"s","Data":"YQ==","PartitionKey":"k","ExplicitHashKey":"340282366920938463463374607431768211456"}"#
      ),
      (
        "GetShardIterator",
        #"{"StreamName":"s","ShardId":"x","ShardIteratorType":"AT_TIMESTAMP","Timestamp":1767571200.125}"#
      ),
    ]
    for (operation, body) in bodies {
      let read = RequestReader(.current).read(
        target: "Kinesis_20131202.\(operation)", contentType: WireFormat.json.rawValue, body: Array(body.utf8))
      guard case .call(let service, _, let format, let ask) = read else {
        Issue.record("\(operation) is refused")
        continue
      }
      let frame = CallFrame(
        ServiceCall(number: 7, service, operation: operation, format: format, ask: ask),
        at: Engine.start + .milliseconds(1))
      #expect(CallFrame(frame.bytes) == frame, "\(operation)")
    }
  }
}
