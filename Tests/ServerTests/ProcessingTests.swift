import Foundation
import Synchronization
import Testing
import Units

@testable import KinesisCore
@testable import Server

/// A Lambda in memory: what it says to an event, and what it was asked.
final class MemoryFunctions: FunctionClient {
  private let state = Mutex<[WireInput]>([])
  private let answer: @Sendable (WireInput, Int) -> FunctionAnswer

  /// `answer` is given an event and how many there were before it.
  init(_ answer: @escaping @Sendable (WireInput, Int) -> FunctionAnswer) { self.answer = answer }

  var events: [WireInput] { state.withLock { $0 } }

  func invoke(_ call: FunctionCall, _ event: [UInt8]) async throws(DeliveryFailure) -> FunctionAnswer {
    let input = WireInput(JSONReader.read(event) ?? .null)
    let number = state.withLock { state in
      state.append(input)
      return state.count - 1
    }
    return answer(input, number)
  }

  static func data(_ record: WireInput) -> String {
    String(decoding: Data(base64Encoded: record.text("data") ?? "") ?? Data(), as: UTF8.self)
  }

  /// An answer that says of each record a result, its data and partition keys.
  static func answer(_ event: WireInput, _ say: (String) -> (result: String, data: String, key: String?))
    -> FunctionAnswer
  {
    let rows = event.structures("records").map { record in
      let (result, data, key) = say(Self.data(record))
      let metadata = key.map { ",\"metadata\":{\"partitionKeys\":{\"team\":\"\($0)\"}}" } ?? ""
      let base64 = Data(data.utf8).base64EncodedString()
      return
        "{\"recordId\":\"\(record.text("recordId") ?? "")\",\"result\":\"\(result)\",\"data\":\"\(base64)\"\(metadata)}"
    }
    return FunctionAnswer(status: 200, error: nil, body: Array("{\"records\":[\(rows.joined(separator: ","))]}".utf8))
  }
}

@Suite struct `Processors of a delivery stream of weir serve` {
  private let store = MemoryStore()

  private func desk(_ functions: MemoryFunctions? = nil) -> FirehoseDesk {
    FirehoseDesk(courier: Courier(store: store, client: nil, functions: functions))
  }

  private static func processor(_ type: String, _ parameters: [(String, String)] = []) -> String {
    let rows = parameters.map { name, value in
      "{\"ParameterName\":\"\(name)\",\"ParameterValue\":\"\(value.replacingOccurrences(of: "\"", with: "\\\""))\"}"
    }
    return "{\"Type\":\"\(type)\",\"Parameters\":[\(rows.joined(separator: ","))]}"
  }

  private static let lambda = processor(
    "Lambda",
    [("LambdaArn", "arn:aws:lambda:us-east-1:000000000000:function:f:live"), ("BufferIntervalInSeconds", "0")])

  private func create(_ desk: FirehoseDesk, _ processors: [String], _ more: String = "", source: String = "") async
    -> WireInput
  {
    let bucket = #""RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake""#
    let processing =
      "\"ProcessingConfiguration\":{\"Enabled\":true,\"Processors\":[\(processors.joined(separator: ","))]}"
    let body =
      "{\"DeliveryStreamName\":\"d\"\(source),\"ExtendedS3DestinationConfiguration\":{\(bucket),\(processing)\(more)}}"
    let answer = await desk.call("CreateDeliveryStream", body)
    await desk.advance(10)
    return WireInput(answer.value)
  }

  private func put(_ desk: FirehoseDesk, _ records: [[UInt8]]) async -> (status: Int, value: WireValue) {
    let rows = records.map { "{\"Data\":\"\(Data($0).base64EncodedString())\"}" }.joined(separator: ",")
    return await desk.call("PutRecordBatch", "{\"DeliveryStreamName\":\"d\",\"Records\":[\(rows)]}")
  }

  private func put(_ desk: FirehoseDesk, _ texts: [String]) async { _ = await put(desk, texts.map { Array($0.utf8) }) }

  /// What lies under a prefix, in the order of names.
  private func stored(_ prefix: String) -> [String] {
    store.objects.filter { $0.key.hasPrefix("lake/\(prefix)") }.sorted { $0.key < $1.key }
      .map { String(decoding: $0.value, as: UTF8.self) }
  }

  private func failures(_ prefix: String) -> [WireInput] {
    stored(prefix).flatMap { $0.split(separator: "\n") }.map { WireInput(JSONReader.read(Array($0.utf8)) ?? .null) }
  }

  @Test("a function is given AWS's event, and its Ok, Dropped and ProcessingFailed are done, record by record")
  func function() async {
    let functions = MemoryFunctions { event, _ in
      MemoryFunctions.answer(event) { text in
        text.hasPrefix("drop")
          ? ("Dropped", "", nil)
          : text.hasPrefix("fail") ? ("ProcessingFailed", "x", nil) : ("Ok", text.uppercased() + ";", nil)
      }
    }
    let desk = desk(functions)
    _ = await create(desk, [Self.lambda, Self.processor("AppendDelimiterToRecord")])
    await put(desk, ["one", "drop two", "fail three", "four"])
    for _ in 0..<5 { await desk.advance(300) }
    #expect(stored("2026/") == ["ONE;\nFOUR;\n"])
    let failed = failures("processing-failed/")
    #expect(failed.map { $0.text("rawData") } == [Data("fail three".utf8).base64EncodedString()])
    #expect(failed[0].text("errorCode") == "Lambda.ProcessingFailedStatus" && failed[0].integer("attemptsMade") == 1)
    #expect(failed[0].text("lambdaArn") == "arn:aws:lambda:us-east-1:000000000000:function:f:live")
    let event = functions.events.first
    #expect(functions.events.count == 1 && event?.text("region") == "us-east-1" && event?.has("invocationId") == true)
    #expect(event?.text("deliveryStreamArn") == "arn:aws:firehose:us-east-1:000000000000:deliverystream/d")
    let records = event?.structures("records") ?? []
    #expect(records.map(MemoryFunctions.data) == ["one", "drop two", "fail three", "four"])
    #expect(records.allSatisfy { $0.integer("approximateArrivalTimestamp") == 1_767_571_210_000 })
    #expect(Set(records.map { $0.text("recordId") }).count == 4)
  }

  @Test("a function that fails is called three times more, then its records are processing-failed with the reason")
  func retries() async {
    let answers = [
      FunctionAnswer(status: 200, error: "Unhandled", body: Array("{}".utf8)),
      FunctionAnswer(status: 429, error: nil, body: []),
      FunctionAnswer(status: 200, error: nil, body: Array("no".utf8)),
    ]
    let functions = MemoryFunctions { event, number in
      number % 4 < 3 || number > 4 ? answers[number % 3] : MemoryFunctions.answer(event) { ("Ok", $0, nil) }
    }
    let desk = desk(functions)
    _ = await create(desk, [Self.lambda], #","BufferingHints":{"SizeInMBs":1,"IntervalInSeconds":60}"#)
    await put(desk, ["a", "b"])
    for _ in 0..<8 { await desk.advance(60) }
    #expect(functions.events.count == 4 && stored("2026/") == ["ab"])
    #expect(Set(functions.events.map { $0.structures("records").map { $0.text("recordId") } }).count == 1)
    await put(desk, ["c"])
    await put(desk, ["d"])
    for _ in 0..<20 { await desk.advance(60) }
    let failed = failures("processing-failed/")
    #expect(failed.map { $0.text("rawData") } == ["Yw==", "ZA=="] || stored("2026/").count > 1)
    #expect(failed.last?.integer("attemptsMade") == 4 && failed.last?.text("errorCode")?.hasPrefix("Lambda.") == true)
  }

  @Test("answers without a record, with one twice or with an unknown result fail those records alone") func contract()
    throws
  {
    let call = FunctionCall(
      function: "arn:aws:lambda:us-east-1:1:function:name", deliveryStream: "d", source: nil, region: "r",
      invocationID: "i",
      timeout: .minutes(5))
    #expect(call.path == "/2015-03-31/functions/name/invocations" && call.qualifier == nil)
    let record = PayloadStore.Record(key: nil, data: [1], isEncrypted: false)
    let items = (0..<4).map { _ in Cargo.Item(record: record, arrival: Engine.start) }
    let ids = WireInput(JSONReader.read(call.event(items, first: 7)) ?? .null).structures("records").map {
      $0.text("recordId") ?? ""
    }
    let rows = [
      "{\"recordId\":\"\(ids[0])\",\"result\":\"Ok\",\"data\":\"YQ==\"}",
      "{\"recordId\":\"\(ids[1])\",\"result\":\"Ok\",\"data\":\"YQ\"}",
      "{\"recordId\":\"\(ids[2])\",\"result\":\"Dropped\"}", "{\"recordId\":\"\(ids[2])\",\"result\":\"Dropped\"}",
    ]
    let body = Array("{\"records\":[\(rows.joined(separator: ","))]}".utf8)
    let verdicts = try call.verdicts(on: 4, first: 7, status: 200, error: nil, body: body)
    #expect(
      verdicts.map { $0.result == .ok ? "ok" : $0.reason.code } == [
        "ok", "Lambda.InvalidData", "Lambda.DuplicatedRecordId", "Lambda.MissingRecordId",
      ])
    // What the log holds of them is what was said.
    var writer = WireWriter(.cbor)
    Shipment.Outcome.answered(verdicts).write(into: &writer)
    #expect(CBORReader.read(writer.bytes).flatMap { Shipment.Outcome(WireInput($0)) } == .answered(verdicts))
  }

  @Test("records are split, decompressed and told apart ahead of the buffers") func splitting() async throws {
    let desk = desk()
    _ = await create(
      desk,
      [Self.processor("RecordDeAggregation", [("SubRecordType", "JSON")]), Self.processor("AppendDelimiterToRecord")])
    await put(desk, [#"{"a":"}"}{"b":{"c":"\"{"}} {"d":1}"#, #"{"e":1}"#, "no json", #"{"open":"#])
    await desk.advance(300)
    #expect(stored("2026/") == ["{\"a\":\"}\"}\n{\"b\":{\"c\":\"\\\"{\"}}\n{\"d\":1}\n{\"e\":1}\n"])
    #expect(failures("processing-failed/").map { $0.text("rawData") } == ["bm8ganNvbg==", "eyJvcGVuIjo="])
    let bytes: (String) -> ArraySlice<UInt8> = { Array($0.utf8)[...] }
    #expect(
      RecordSplitter.pieces(of: bytes("a||b||"), between: Array("||".utf8)).map { String(decoding: $0, as: UTF8.self) }
        == ["a", "b"])
    #expect(
      RecordSplitter.pieces(of: bytes("a|||b"), between: Array("||".utf8)).map { String(decoding: $0, as: UTF8.self) }
        == ["a", "|b"])
    #expect(RecordSplitter.objects(in: bytes("")) == nil && RecordSplitter.objects(in: bytes("{}}")) == nil)
  }

  @Test("CloudWatch's logs are decompressed and their messages taken out; what is none is refused or fails by itself")
  func logs() async throws {
    let desk = desk()
    _ = await create(
      desk,
      [
        Self.processor("Decompression", [("CompressionFormat", "GZIP")]),
        Self.processor("CloudWatchLogProcessing", [("DataMessageExtraction", "true")]),
      ])
    let logs =
      #"{"messageType":"DATA_MESSAGE","logEvents":[{"id":"1","timestamp":1,"message":"first"},{"id":"2","timestamp":2,"message":"second"}]}"#
    let packed = Deflate.compress(Array(logs.utf8), as: .gzip)
    #expect(try Inflate.gzip(packed[...]) == Array(logs.utf8))
    let plain = await put(desk, [Array(logs.utf8)])
    #expect(plain.status == 400 && WireInput(plain.value).text("__type") == "InvalidSourceException")
    #expect(
      await put(desk, [packed, packed.dropLast(3) + [], Deflate.compress(Array("{}".utf8), as: .gzip)]).status == 200)
    await desk.advance(300)
    #expect(stored("2026/") == ["first\nsecond\n"])
    #expect(
      failures("decompression-failed/").map { $0.text("errorCode") } == [
        "Decompression.InvalidData", "Decompression.InvalidData",
      ])
  }

  private static let keys = processor(
    "MetadataExtraction", [("JsonParsingEngine", "JQ-1.6"), ("MetadataExtractionQuery", "{who:.user.id,big:(.n>10)}")])
  private static let partitions =
    #","Prefix":"who=!{partitionKeyFromQuery:who}/big=!{partitionKeyFromQuery:big}/","ErrorOutputPrefix":"bad/!{firehose:error-output-type}/","DynamicPartitioningConfiguration":{"Enabled":true},"BufferingHints":{"SizeInMBs":64,"IntervalInSeconds":60}"#

  @Test(
    "jq finds a record's partition, each has its buffer and objects, and what has no key goes under the error prefix")
  func partitions() async {
    let desk = desk()
    _ = await create(desk, [Self.keys], Self.partitions)
    await put(
      desk,
      (0..<30).map { #"{"user":{"id":"u\#($0 % 3)"},"n":\#($0)}"# } + [
        "no json", #"{"user":{"id":""},"n":1}"#, #"{"n":1}"#,
      ])
    for _ in 0..<8 { await desk.advance(60) }
    for who in 0..<3 {
      for big in [false, true] {
        let wanted = (0..<30).filter { $0 % 3 == who && ($0 > 10) == big }.map {
          #"{"user":{"id":"u\#(who)"},"n":\#($0)}"#
        }.joined()
        #expect(stored("who=u\(who)/big=\(big)/") == [wanted])
      }
    }
    let failed = failures("bad/processing-failed/")
    #expect(
      failed.count == 3 && failed.allSatisfy { $0.text("errorCode") == "DynamicPartitioning.MetadataExtractionFailed" })
    #expect(failed.last?.text("errorMessage") == "partitionKeys values must not be null or empty: who")
  }

  @Test("a partition that comes again counts on, so that its objects are not called as those of its former life")
  func again() {
    var cargo = Cargo()
    let record = PayloadStore.Record(key: nil, data: [1], isEncrypted: false)
    func delivery(_ slot: UInt64, _ records: Int64) -> Delivery {
      Delivery(
        id: DeliveryID(raw: slot), target: .destination, reason: .size, attempt: 1, origin: nil, partition: 1,
        records: records, bytes: 1, bytesOut: 1, oldestArrival: Engine.start, putRequests: 1, timeout: nil)
    }
    for _ in 0..<3 { cargo.add(Cargo.Item(record: record, arrival: Engine.start), to: .partition(1)) }
    #expect(cargo.load(delivery(0, 3)).first == 0)
    cargo.forget(partition: 1)
    cargo.add(Cargo.Item(record: record, arrival: Engine.start), to: .partition(1))
    #expect(cargo.load(delivery(1, 1)).first == 3)
  }

  @Test("a function's keys name partitions, and partitions beyond the quota go under the error prefix") func quota()
    async
  {
    let functions = MemoryFunctions { event, _ in MemoryFunctions.answer(event) { ("Ok", $0 + ";", $0) } }
    let desk = desk(functions)
    let prefix = Self.partitions.replacingOccurrences(
      of: "who=!{partitionKeyFromQuery:who}/big=!{partitionKeyFromQuery:big}/",
      with: "team-!{partitionKeyFromLambda:team}/")
    _ = await create(desk, [Self.lambda], prefix)
    await put(desk, (0..<500).map { "t\($0)" })
    await put(desk, (500..<520).map { "t\($0)" })
    for _ in 0..<10 { await desk.advance(60) }
    #expect((0..<500).allSatisfy { stored("team-t\($0)/") == ["t\($0);"] })
    #expect(failures("bad/activePartitionExceeded/").count == 20)
    // They are gone, so that the same number of others may be.
    await put(desk, (520..<540).map { "t\($0)" })
    for _ in 0..<10 { await desk.advance(60) }
    #expect((520..<540).allSatisfy { stored("team-t\($0)/") == ["t\($0);"] })
  }

  @Test(
    "configurations that AWS or weir cannot do are refused where they are made",
    arguments: [
      ("now", "uses now"), ("{a:.b", "is no JQ-1.6 program"), ("{a:(def f: f; f)}", "uses def"),
    ])
  func queries(_ query: String, _ reason: String) async {
    let answer = await create(
      desk(), [Self.processor("MetadataExtraction", [("MetadataExtractionQuery", query)])], Self.partitions)
    #expect(
      answer.text("__type") == "InvalidArgumentException" && answer.text("message")?.contains(reason) == true,
      "\(answer)")
  }

  @Test("the library's aggregates of a data stream are taken apart, and a function is told where records lay")
  func aggregates() async {
    let functions = MemoryFunctions { event, _ in MemoryFunctions.answer(event) { ("Ok", $0 + ";", nil) } }
    let desk = desk(functions)
    _ = await desk.kinesis("CreateStream", #"{"StreamName":"s","ShardCount":1}"#)
    await desk.advance(10)
    let source =
      #","DeliveryStreamType":"KinesisStreamAsSource","KinesisStreamSourceConfiguration":{"KinesisStreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","RoleARN":"arn:aws:iam::000000000000:role/r"}"#
    _ = await create(desk, [Self.lambda], source: source)
    let aggregate = "84mawgoBYQoBYhoHCAAaA29uZRoHCAEaA3R3b3iWYm5LVHUOB/z+tFjoo34="
    _ = await desk.kinesis("PutRecord", "{\"StreamName\":\"s\",\"Data\":\"\(aggregate)\",\"PartitionKey\":\"k\"}")
    _ = await desk.kinesis("PutRecord", #"{"StreamName":"s","Data":"cGxhaW4=","PartitionKey":"k"}"#)
    for _ in 0..<8 { await desk.advance(60) }
    let records = functions.events.flatMap { $0.structures("records") }
    #expect(functions.events.first?.text("sourceKinesisStreamArn") == "arn:aws:kinesis:us-east-1:000000000000:stream/s")
    #expect(records.map(MemoryFunctions.data) == ["one", "two", "plain"])
    let places = records.compactMap { $0.structure("kinesisRecordMetadata") }
    #expect(
      places.map { $0.text("partitionKey") } == ["a", "b", "k"]
        && places.map { $0.integer("subsequenceNumber") } == [0, 1, 0])
    #expect(places.allSatisfy { $0.text("shardId") == "shardId-000000000000" })
    #expect(places[0].text("sequenceNumber") == places[1].text("sequenceNumber"))
    #expect(stored("2026/") == ["one;two;plain;"])
  }
}
