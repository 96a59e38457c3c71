import Foundation
import KinesisCore
import Synchronization
import Testing
import Units

@testable import Server

/// A store in memory, which can be down.
final class MemoryStore: ObjectStore {
  private let state = Mutex<(objects: [String: [UInt8]], refused: Int, isDown: Bool)>(([:], 0, false))

  var objects: [String: [UInt8]] { state.withLock { $0.objects } }
  var refused: Int { state.withLock { $0.refused } }
  func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

  func put(_ object: StoredObject) async throws(DeliveryFailure) {
    let isDown = state.withLock { state in
      if state.isDown { state.refused += 1 } else { state.objects["\(object.bucket)/\(object.key)"] = object.body }
      return state.isDown
    }
    if isDown { throw DeliveryFailure("down") }
  }
}

@Suite struct `A delivery stream of weir serve` {
  private let store = MemoryStore()

  private func desk(_ clock: EngineClock = .virtual(Engine.start)) -> FirehoseDesk {
    FirehoseDesk(courier: Courier(store: store, client: nil))
  }

  private static let bucket = #""RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake""#

  private func create(_ desk: FirehoseDesk, _ destination: String, _ more: String = "") async -> WireValue {
    let body = "{\"DeliveryStreamName\":\"d\",\(destination)\(more)}"
    let answer = await desk.call("CreateDeliveryStream", body).value
    await desk.advance(10)
    return answer
  }

  private func s3(_ more: String) -> String { "\"ExtendedS3DestinationConfiguration\":{\(Self.bucket)\(more)}" }

  private static func put(_ texts: [String]) -> String {
    let rows = texts.map { "{\"Data\":\"\(Data($0.utf8).base64EncodedString())\"}" }.joined(separator: ",")
    return "{\"DeliveryStreamName\":\"d\",\"Records\":[\(rows)]}"
  }

  @Test("lays records down one after another, one object a flush, none before its time") func interval() async {
    let desk = desk()
    _ = await create(desk, s3(#","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}"#))
    let first = await desk.call("PutRecordBatch", Self.put(["one,", "", "two,"]))
    #expect(WireInput(first.value).integer("FailedPutCount") == 0)
    await desk.advance(30)
    _ = await desk.call("PutRecord", #"{"DeliveryStreamName":"d","Record":{"Data":"dGhyZWU="}}"#)
    await desk.advance(29)
    #expect(store.objects.isEmpty)
    await desk.advance(1)
    #expect(store.objects.values.map { String(decoding: $0, as: UTF8.self) } == ["one,two,three"])
    let key = store.objects.keys.first ?? ""
    let stamp =
      /lake\/2026\/01\/05\/00\/d-1-2026-01-05-00-00-10-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/
    #expect(key.wholeMatch(of: stamp) != nil, "\(key)")
    await desk.advance(3_600)
    #expect(store.objects.count == 1)
  }

  @Test("fills a buffer by size, loses and repeats nothing, and keeps the order") func size() async {
    let desk = desk()
    _ = await create(
      desk,
      s3(
        #","Prefix":"p-!{timestamp:SSS}/","ErrorOutputPrefix":"e/","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}"#
      ))
    var sent = ""
    for round in 0..<4 {
      let texts = (0..<50).map { "\(round)-\($0)" + String(repeating: "x", count: 12_000) + ";" }
      let answer = await desk.call("PutRecordBatch", Self.put(texts))
      #expect(WireInput(answer.value).integer("FailedPutCount") == 0)
      sent += texts.joined()
      await desk.advance(1)
    }
    await desk.advance(60)
    #expect(store.objects.count == 3)
    // Keys begin with what is the same for all here; bodies are told apart by their first record.
    let bodies = store.objects.values.map { String(decoding: $0, as: UTF8.self) }
    let ordered = bodies.sorted {
      (sent.range(of: $0)?.lowerBound ?? sent.endIndex) < (sent.range(of: $1)?.lowerBound ?? sent.endIndex)
    }
    #expect(ordered.joined() == sent)
    // No object has a record more than it needs to be full.
    #expect(ordered.dropLast().allSatisfy { $0.utf8.count >= 1 << 20 && $0.utf8.count < (1 << 20) + 12_100 })
  }

  @Test("throttles as the core does, record by record") func throttle() async {
    let desk = desk()
    _ = await create(desk, s3(""))
    let texts = (0..<4).map { _ in String(repeating: "x", count: 1_000_000) }
    let first = WireInput(await desk.call("PutRecordBatch", Self.put(texts)).value)
    let second = WireInput(await desk.call("PutRecordBatch", Self.put(texts)).value)
    #expect(first.integer("FailedPutCount") == 0 && second.integer("FailedPutCount") == 3)
    let rows = second.structures("RequestResponses")
    #expect(
      rows.map { $0.text("ErrorCode") ?? "-" } == ["-"] + Array(repeating: "ServiceUnavailableException", count: 3))
    #expect(rows[1].text("ErrorMessage") == "Slow down." && rows[0].text("RecordId") != nil)
    let single = await desk.call(
      "PutRecord",
      "{\"DeliveryStreamName\":\"d\",\"Record\":{\"Data\":\"\(Data(texts[0].utf8).base64EncodedString())\"}}")
    #expect(single.status == 503)
  }

  @Test("tries again what a store that is down does not take, until it does, under the same key") func retries() async {
    let desk = desk()
    _ = await create(desk, s3(#","CompressionFormat":"GZIP","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":0}"#))
    store.setDown(true)
    _ = await desk.call("PutRecordBatch", Self.put(["a", "b"]))
    for _ in 0..<5 { await desk.advance(60) }
    #expect(store.refused >= 5 && store.objects.isEmpty)
    store.setDown(false)
    await desk.advance(120)
    let object = store.objects.first
    #expect(object?.key.hasSuffix(".gz") == true)
    #expect(Self.gunzip(object?.value ?? []) == "ab")
  }

  private static func gunzip(_ bytes: [UInt8]) -> String {
    let process = Process(), input = Pipe(), output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/gzip")
    process.arguments = ["-dc"]
    (process.standardInput, process.standardOutput) = (input, output)
    guard (try? process.run()) != nil else { return "no gzip" }
    try? input.fileHandleForWriting.write(contentsOf: Data(bytes))
    try? input.fileHandleForWriting.close()
    return String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  }

  @Test("reads a data stream from LATEST on, over a split, every record once, in the order of its shard")
  func source() async {
    let desk = desk()
    _ = await desk.kinesis("CreateStream", #"{"StreamName":"s","ShardCount":1}"#)
    await desk.advance(10)
    _ = await desk.kinesis("PutRecord", #"{"StreamName":"s","Data":"YmVmb3Jl","PartitionKey":"k"}"#)
    let source =
      #","DeliveryStreamType":"KinesisStreamAsSource","KinesisStreamSourceConfiguration":{"KinesisStreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","RoleARN":"arn:aws:iam::000000000000:role/r"}"#
    _ = await create(desk, s3(#","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}"#), source)
    func put(_ from: Int) async {
      let rows = (from..<from + 20).map { number in
        "{\"Data\":\"\(Data("\(number);".utf8).base64EncodedString())\",\"PartitionKey\":\"k\(number)\"}"
      }.joined(separator: ",")
      _ = await desk.kinesis("PutRecords", "{\"StreamName\":\"s\",\"Records\":[\(rows)]}")
    }
    await put(0)
    _ = await desk.kinesis(
      "SplitShard",
      #"{"StreamName":"s","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"170141183460469231731687303715884105728"}"#
    )
    await desk.advance(60)
    await put(20)
    await desk.advance(120)
    let numbers = store.objects.sorted { $0.key < $1.key }.flatMap { object in
      String(decoding: object.value, as: UTF8.self).split(separator: ";").compactMap { Int($0) }
    }
    #expect(numbers.sorted() == Array(0..<40))
    for object in store.objects.values {
      let numbers = String(decoding: object, as: UTF8.self).split(separator: ";").compactMap { Int($0) }
      #expect(numbers == numbers.sorted())
    }
    let refused = await desk.call("PutRecordBatch", Self.put(["a"]))
    #expect(refused.status == 400 && WireInput(refused.value).text("__type") == "InvalidArgumentException")
  }

  @Test("delivers to an error prefix, with the reason, what weir does not deliver; and tells no password")
  func unsupported() async {
    let desk = desk()
    let redshift = """
      "RedshiftDestinationConfiguration":{"RoleARN":"arn:aws:iam::000000000000:role/r","ClusterJDBCURL":"jdbc:redshift://c.redshift.amazonaws.com:5439/d","CopyCommand":{"DataTableName":"t"},"Username":"user","Password":"secret12","S3Configuration":{\(Self.bucket)}}
      """
    #expect(WireInput(await create(desk, redshift)).text("DeliveryStreamARN") != nil)
    let described = await desk.call("DescribeDeliveryStream", #"{"DeliveryStreamName":"d"}"#)
    let text = String(decoding: CasePlayer.json(described.value), as: UTF8.self)
    #expect(text.contains("\"Username\":\"user\"") && !text.contains("secret12"))
    _ = await desk.call("PutRecordBatch", Self.put(["a"]))
    await desk.advance(300)
    let object = store.objects.first
    #expect(object?.key.hasPrefix("lake/errors/2026/01/05/00/d-1-") == true, "\(store.objects.keys)")
    let line = object.flatMap { JSONReader.read($0.value) }.map { WireInput($0) }
    #expect(line?.text("rawData") == "YQ==" && line?.text("errorMessage") == "weir serve does not deliver to Redshift")
  }

  @Test("goes on with what it holds when its destination changes") func update() async {
    let desk = desk()
    _ = await create(desk, s3(#","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}"#))
    _ = await desk.call("PutRecordBatch", Self.put(["old"]))
    let update =
      #"{"DeliveryStreamName":"d","CurrentDeliveryStreamVersionId":"1","DestinationId":"destinationId-000000000001","ExtendedS3DestinationUpdate":{"Prefix":"new-","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":10}}}"#
    #expect(await desk.call("UpdateDestination", update).status == 200)
    let again = await desk.call("UpdateDestination", update)
    #expect(WireInput(again.value).text("__type") == "ConcurrentModificationException")
    _ = await desk.call("PutRecordBatch", Self.put(["new"]))
    await desk.advance(60)
    let found = store.objects.map { "\($0.key.prefix(14)) \(String(decoding: $0.value, as: UTF8.self))" }.sorted()
    #expect(found == ["lake/2026/01/0 old", "lake/new-2026/ new"])
    let described = WireInput(await desk.call("DescribeDeliveryStream", #"{"DeliveryStreamName":"d"}"#).value)
    let description = described.structure("DeliveryStreamDescription")
    #expect(description?.text("VersionId") == "2")
    let s3 = description?.structures("Destinations").first?.structure("S3DestinationDescription")
    #expect(s3?.text("Prefix") == "new-" && s3?.text("BucketARN") == "arn:aws:s3:::lake")
  }

  @Test("has objects lie below its directory whatever they are called") func paths() {
    for key in ["../../etc/passwd", "/a", "a//b", "..", ".", "a/../../b", "\0", String(repeating: "ä", count: 500)] {
      for bucket in ["..", ".", "lake", ".parts"] {
        let place = DirectoryStore.place(bucket: bucket, key: key)
        #expect(
          place.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255 && !$0.contains("\0") })
        #expect(place[0] != ".parts" && !place.contains { $0.contains("/") })
      }
    }
  }

  @Test("of an HTTP endpoint asks and is answered by AWS's contract") func contract() throws {
    let endpoint = HTTPEndpoint(
      url: "http://127.0.0.1/", accessKey: "key", attributes: [.init(name: "env", value: "test")], source: "arn",
      requestID: "id", timeout: .seconds(180))
    let request = endpoint.request([Array("a".utf8)], isGzipped: false, at: Engine.start)
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"requestId":"id","timestamp":1767571200000,"records":[{"data":"YQ=="}]}"#)
    #expect(
      request.headers.contains { $0 == ("X-Amz-Firehose-Common-Attributes", #"{"commonAttributes":{"env":"test"}}"#) })
    try endpoint.check(status: 200, body: Array(#"{"requestId":"id","timestamp":1}"#.utf8))
    for (status, body) in [
      (200, #"{"requestId":"other","timestamp":1}"#), (200, #"{"requestId":"id","timestamp":"1"}"#), (201, "{}"),
      (200, ""), (500, ""), (413, ""),
    ] {
      let failure = #expect(throws: DeliveryFailure.self) { try endpoint.check(status: status, body: Array(body.utf8)) }
      #expect(failure?.isFinal == (status == 413))
    }
  }
}

/// An engine on a virtual clock whose delivery streams have a courier.
struct FirehoseDesk {
  let frontend: Frontend

  init(courier: Courier) {
    let place = Place(account: "000000000000", region: "us-east-1")
    let service = KinesisService(place, limits: .current, at: Engine.start)
    let engine = Engine(service, clock: .virtual(Engine.start), courier: courier)
    frontend = Frontend(engine, reader: RequestReader(.current))
  }

  init(_ engine: Engine) { frontend = Frontend(engine, reader: RequestReader(.current)) }

  func call(_ operation: String, _ body: String) async -> (status: Int, value: WireValue) {
    await ask("Firehose_20150804.\(operation)", body)
  }

  func kinesis(_ operation: String, _ body: String) async -> (status: Int, value: WireValue) {
    await ask("Kinesis_20131202.\(operation)", body)
  }

  private func ask(_ target: String, _ body: String) async -> (status: Int, value: WireValue) {
    let headers = ["x-amz-target": target, "content-type": WireFormat.json.rawValue]
    let answer = await frontend.answer(HTTPCall(method: "POST", uri: "/", headers: headers, body: Array(body.utf8)))
    guard case .whole(let bytes) = answer.body else { return (answer.status, .null) }
    return (answer.status, JSONReader.read(bytes) ?? .null)
  }

  func advance(_ seconds: Int) async {
    let body = Array("{\"seconds\": \(seconds)}".utf8)
    _ = await frontend.answer(HTTPCall(method: "POST", uri: "/_weir/clock/advance", headers: [:], body: body))
  }
}
