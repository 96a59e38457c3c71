import Foundation
import KinesisCore
import Testing
import Units

@testable import Server

@Suite struct `A channel of weir serve` {
  private let store = MemoryStore()

  private static func create(
    _ storage: String = #""CompressionType":"NONE""#, format: String = "BYTE_ARRAY", more: String = ""
  ) -> String {
    #"{"ChannelName":"c","ServiceExecutionRoleARN":"arn:aws:iam::000000000000:role/r","StreamConfigurationList":[{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","RecordConfiguration":{"RecordFormatType":""#
      + format
      + #""}}],"S3DestinationConfiguration":{"StorageConfiguration":{"BucketARN":"arn:aws:s3:::lake","ExpectedBucketOwner":"000000000000",\#(storage)}\#(more)}}"#
  }

  /// A desk with the stream `s` and an ACTIVE channel on it, and the channel's description.
  private func desk(_ create: String = create()) async -> (desk: FirehoseDesk, channel: WireInput) {
    let desk = FirehoseDesk(courier: Courier(store: store, client: nil))
    return (desk, await Self.open(desk, create))
  }

  private static func open(_ desk: FirehoseDesk, _ create: String) async -> WireInput {
    _ = await desk.kinesis("CreateStream", #"{"StreamName":"s","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}"#)
    await desk.advance(10)
    await put(desk, ["before"])
    let answer = await desk.kinesis("CreateChannel", create)
    #expect(answer.status == 200, "\(answer)")
    await put(desk, ["early"])
    await desk.advance(15)
    return WireInput(answer.value).structure("ChannelDescription") ?? WireInput(.null)
  }

  private static func put(_ desk: FirehoseDesk, _ texts: [String]) async {
    await put(desk, texts.map { Array($0.utf8) })
  }

  private static func put(_ desk: FirehoseDesk, _ records: [[UInt8]]) async {
    let rows = records.enumerated().map { number, bytes in
      "{\"Data\":\"\(Data(bytes).base64EncodedString())\",\"PartitionKey\":\"k\(number)\"}"
    }.joined(separator: ",")
    let answer = await desk.kinesis("PutRecords", "{\"StreamName\":\"s\",\"Records\":[\(rows)]}")
    #expect(WireInput(answer.value).integer("FailedRecordCount") == 0)
  }

  private var bodies: [String] {
    store.objects.sorted { $0.key < $1.key }.map { String(decoding: $0.value, as: UTF8.self) }
  }

  @Test("delivers what is put while it is ACTIVE, over all shards, one object a flush, none before its time")
  func flush() async {
    let (desk, channel) = await desk()
    await Self.put(desk, ["one,", "two,", "three,"])
    await desk.advance(200)
    await Self.put(desk, ["four"])
    await desk.advance(99)
    #expect(store.objects.isEmpty)
    await desk.advance(1)
    #expect(bodies == ["one,two,three,four"])
    let id = channel.text("ChannelId") ?? "", key = store.objects.keys.first ?? ""
    #expect(key.hasPrefix("lake/kinesis-channel/c/\(id)/2026/01/05/00/c-\(id)-2026-01-05-00-00-"), "\(key)")
    await desk.advance(3_600)
    #expect(store.objects.count == 1)
  }

  @Test("takes nothing of what shards give their readers") func reads() async {
    let (desk, _) = await desk()
    await Self.put(desk, ["a"])
    await desk.advance(300)
    let answer = await desk.frontend.answer(HTTPCall(method: "GET", uri: "/metrics", headers: [:], body: []))
    guard case .whole(let bytes) = answer.body else { return }
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(!text.contains("GetRecords_Success{"), "\(text)")
    for row in ["RecordCount", "SuccessfulRecordCount", "DeliverySuccess"] {
      #expect(text.contains("DeliveryToS3_\(row){ChannelName=\"c\"} 1\n"), "\(row): \(text)")
    }
    #expect(!text.contains("DataFreshness"), "an age is no count")
  }

  @Test("writes what is not of its record format down as dead letters, without the record, at the same flush")
  func deadLetters() async {
    let letters =
      #","DeadLetterQueueS3Configuration":{"BucketARN":"arn:aws:s3:::dead","ExpectedBucketOwner":"000000000000","ErrorOutputPrefix":"bad/"}"#
    let (desk, _) = await desk(Self.create(format: "JSON", more: letters))
    await Self.put(desk, [#"{"a":1}"#, "{secret", #"{"a":2}"#])
    await desk.advance(300)
    #expect(store.objects.count == 2)
    let lake = store.objects.first { $0.key.hasPrefix("lake/") }
    #expect(lake.map { String(decoding: $0.value, as: UTF8.self) } == #"{"a":1}{"a":2}"#)
    let dead = store.objects.first { $0.key.hasPrefix("dead/bad/2026/01/05/00/c-") }
    let text = dead.map { String(decoding: $0.value, as: UTF8.self) } ?? ""
    let line = WireInput(JSONReader.read(Array(text.utf8.dropLast())) ?? .null)
    #expect(line.text("errorCode") == "InvalidRecordFormat" && line.text("sequenceNumber")?.count == 56, "\(text)")
    #expect(line.text("streamARN") == "arn:aws:kinesis:us-east-1:000000000000:stream/s" && !text.contains("secret"))
  }

  @Test("tries again what a store that is down does not take, under the same key, and says how old it is")
  func retries() async {
    let (desk, channel) = await desk(Self.create(#""CompressionType":"GZIP""#))
    store.setDown(true)
    await Self.put(desk, ["a", "b"])
    for _ in 0..<12 { await desk.advance(60) }
    #expect(store.refused >= 5 && store.objects.isEmpty)
    store.setDown(false)
    await desk.advance(120)
    #expect(store.objects.count == 1 && store.objects.keys.first?.hasSuffix(".gz") == true)
    let stat = await metric(desk, channel, "DeliveryToS3.DataFreshness", "Maximum")
    #expect(stat > 700, "\(stat)")
    #expect(await metric(desk, channel, "DeliveryToS3.SuccessfulRecordCount", "Sum") == 2)
  }

  /// A statistic of all that CloudWatch has.
  private func metric(_ desk: FirehoseDesk, _ channel: WireInput, _ name: String, _ statistic: String) async -> Double {
    let dimensions = [("ChannelName", "c"), ("ChannelId", channel.text("ChannelId") ?? ""), ("StreamName", "s")].map {
      "{\"Name\":\"\($0.0)\",\"Value\":\"\($0.1)\"}"
    }.joined(separator: ",")
    let body =
      "{\"Namespace\":\"AWS/Kinesis\",\"MetricName\":\"\(name)\",\"Dimensions\":[\(dimensions)],\"StartTime\":1767571200,\"EndTime\":1767657600,\"Period\":86400,\"Statistics\":[\"\(statistic)\"]}"
    let headers = [
      "x-amz-target": "GraniteServiceVersion20100801.GetMetricStatistics", "content-type": WireFormat.json.rawValue,
    ]
    let answer = await desk.frontend.answer(
      HTTPCall(method: "POST", uri: "/", headers: headers, body: Array(body.utf8)))
    guard case .whole(let bytes) = answer.body, let value = JSONReader.read(bytes) else { return -1 }
    switch WireInput(value).structures("Datapoints").first?.value[statistic] {
    case .number(let number): return number
    case .integer(let number): return Double(number)
    default: return -1
    }
  }

  @Test("another data freshness holds when it is ACTIVE again; what was held is not lost by it") func update() async {
    let (desk, channel) = await desk(Self.create(more: #","DataFreshnessInSeconds":900"#))
    await Self.put(desk, ["a"])
    await desk.advance(400)
    let arn = channel.text("ChannelARN") ?? ""
    let body = "{\"ChannelARN\":\"\(arn)\",\"S3DestinationConfiguration\":{\"DataFreshnessInSeconds\":300}}"
    #expect(await desk.kinesis("UpdateChannel", body).status == 200)
    await desk.advance(9)
    #expect(store.objects.isEmpty)
    await desk.advance(1)
    #expect(bodies == ["a"])
  }

  @Test("delivers nothing more once it is deleted, and another one of its name has other keys") func delete() async {
    let (desk, channel) = await desk()
    await Self.put(desk, ["a"])
    let arn = channel.text("ChannelARN") ?? ""
    #expect(await desk.kinesis("DeleteChannel", "{\"ChannelARN\":\"\(arn)\"}").status == 200)
    await desk.advance(1_000)
    #expect(store.objects.isEmpty)
    let again = await desk.kinesis("CreateChannel", Self.create())
    #expect(WireInput(again.value).structure("ChannelDescription")?.text("ChannelARN") != arn)
  }

  @Test("refuses S3 Tables and templates that AWS refuses, and leaves nothing behind") func refusals() async {
    let (desk, channel) = await desk()
    _ = await desk.kinesis("DeleteChannel", "{\"ChannelARN\":\"\(channel.text("ChannelARN") ?? "")\"}")
    await desk.advance(10)
    for create in [
      Self.create(#""CompressionType":"GZIP","OutputKeyTemplate":"data/!{channel-name}""#),
      Self.create(format: "GSR_JSON"), Self.create(more: #","DataFreshnessInSeconds":299"#),
    ] {
      await desk.advance(1)
      let answer = await desk.kinesis("CreateChannel", create)
      #expect(WireInput(answer.value).text("__type") == "ValidationException", "\(answer)")
    }
    let tables =
      #"{"ChannelName":"c","ServiceExecutionRoleARN":"arn:aws:iam::000000000000:role/r","StreamConfigurationList":[{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","RecordConfiguration":{"RecordFormatType":"JSON"}}],"S3TablesDestinationConfiguration":{"DeadLetterQueueS3Configuration":{"BucketARN":"arn:aws:s3:::dead","ExpectedBucketOwner":"000000000000"},"S3TablesConfigurationList":[{"TableBucketARN":"arn:aws:s3tables:us-east-1:000000000000:bucket/tables","Namespace":"n","TableName":"t","CompressionType":"ZSTD"}]}}"#
    let answer = await desk.kinesis("CreateChannel", tables)
    #expect(WireInput(answer.value).text("message")?.contains("does not deliver to S3 Tables") == true, "\(answer)")
    let list = await desk.kinesis("ListChannels", "{}")
    #expect(WireInput(list.value).structures("ChannelSummaries").isEmpty)
  }

  @Test("pages of its list hold what comes next, and expire") func pages() async {
    let desk = FirehoseDesk(courier: .none)
    for number in 0..<3 {
      _ = await desk.kinesis(
        "CreateStream", "{\"StreamName\":\"s\(number)\",\"StreamModeDetails\":{\"StreamMode\":\"ON_DEMAND\"}}")
    }
    await desk.advance(10)
    for number in 0..<3 {
      let create = Self.create().replacing("stream/s", with: "stream/s\(number)").replacing(
        "\"c\"", with: "\"c\(number)\"")
      #expect(await desk.kinesis("CreateChannel", create).status == 200)
    }
    let first = WireInput(await desk.kinesis("ListChannels", #"{"MaxResults":2}"#).value)
    #expect(first.structures("ChannelSummaries").map { $0.text("ChannelName") } == ["c0", "c1"])
    let next = "{\"NextToken\":\"\(first.text("NextToken") ?? "")\"}"
    let second = WireInput(await desk.kinesis("ListChannels", next).value)
    #expect(second.structures("ChannelSummaries").map { $0.text("ChannelName") } == ["c2"] && !second.has("NextToken"))
    await desk.advance(301)
    #expect(WireInput(await desk.kinesis("ListChannels", next).value).text("__type") == "ExpiredNextTokenException")
  }

  @Test("is there behind a crash with what it holds, and an object that was under way is delivered once") func crash()
    async throws
  {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let terms = DataDirectory.Terms(Place(account: "000000000000", region: "us-east-1"), .current, isVirtual: true)
    func start() async throws -> FirehoseDesk {
      while true {
        let result = Result { try DataDirectory.open(path, terms, now: Engine.start) }
        // Who had it open goes with its last task.
        if case .failure(let error) = result, "\(error)".contains("another weir serve") {
          try await Task.sleep(for: .milliseconds(10))
          continue
        }
        let (directory, contents) = try result.get()
        let engine = Engine(terms, contents, log: CallLog(directory), courier: Courier(store: store, client: nil)) {
          .virtual($0)
        }
        await engine.start()
        return FirehoseDesk(engine)
      }
    }
    do {
      let desk = try await start()
      _ = await Self.open(desk, Self.create())
      await Self.put(desk, ["one,"])
      store.setDown(true)
      await desk.advance(300)
      await Self.put(desk, ["two,"])
      await desk.advance(100)
      #expect(store.objects.isEmpty && store.refused > 0)
    }
    store.setDown(false)
    let desk = try await start()
    await desk.advance(120)
    #expect(bodies == ["one,"])
    await desk.advance(80)
    #expect(Set(bodies) == ["one,", "two,"] && store.objects.count == 2)
    let list = WireInput(await desk.kinesis("ListChannels", "{}").value).structures("ChannelSummaries")
    #expect(list.map { $0.text("ChannelStatus") } == ["ACTIVE"])
  }

  @Test("under the real clock delivers without being asked again, and its journal replays to the same answers")
  func journal() async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("weir-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    var limits = LimitsProfile.current
    for key in [Limit.Key.stream.createDuration, .channel.createDuration, .channel.deleteDuration] { limits[key] = 0 }
    limits[.channel.freshnessMinimum] = 1
    let terms = DataDirectory.Terms(Place(account: "000000000000", region: "us-east-1"), limits, isVirtual: false)
    let journal = try CallJournal(path, terms, start: Engine.start)
    let service = KinesisService(terms.place, limits: limits, at: Engine.start)
    let engine = Engine(
      service, clock: .real(from: Engine.start), courier: Courier(store: store, client: nil), journal: journal)
    let desk = FirehoseDesk(engine)
    _ = await desk.kinesis("CreateStream", #"{"StreamName":"s","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}"#)
    store.setDown(true)
    #expect(await desk.kinesis("CreateChannel", Self.create(more: #","DataFreshnessInSeconds":1"#)).status == 200)
    await Self.put(desk, ["a", "b"])
    while store.refused == 0 { try await Task.sleep(for: .milliseconds(10)) }
    store.setDown(false)
    while store.objects.isEmpty { try await Task.sleep(for: .milliseconds(10)) }
    #expect(bodies == ["ab"])
    _ = await desk.kinesis("ListChannels", "{}")
    await engine.stop()
    #expect(journal.close() == nil)
    let outcome = try JournalReplay(path: path).run()
    #expect(outcome.differences == [] && outcome.isWhole && outcome.answers == 4, "\(outcome)")
  }

  @Test("stores Zstandard that what reads it finds whole", arguments: [0, 1, 5, 131_072, 131_073, 400_000])
  func zstandard(_ count: Int) {
    var sample = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
    #expect(Self.content(of: Zstandard.frame(sample)) == sample)
    sample = Array(repeating: 7, count: count)
    let frame = Zstandard.frame(sample)
    #expect(Self.content(of: frame) == sample && frame.count < 64)
  }

  /// The content of a frame of raw and repeated blocks, by RFC 8878; nil where it is none.
  private static func content(of frame: [UInt8]) -> [UInt8]? {
    guard frame.starts(with: [0x28, 0xb5, 0x2f, 0xfd, 0xc0, 0x38]), frame.count >= 17 else { return nil }
    let size = (0..<8).reduce(0) { $0 | Int(frame[6 + $1]) << (8 * $1) }
    var content: [UInt8] = [], place = 14, isLast = false
    while !isLast {
      guard place + 3 <= frame.count else { return nil }
      let head = (0..<3).reduce(0) { $0 | Int(frame[place + $1]) << (8 * $1) }, length = head >> 3
      isLast = head & 1 == 1
      place += 3
      switch head >> 1 & 3 {
      case 0:
        content += frame[place..<place + length]
        place += length
      case 1:
        content += Array(repeating: frame[place], count: length)
        place += 1
      default: return nil
      }
      guard length <= 128 << 10 else { return nil }
    }
    return place == frame.count && content.count == size ? content : nil
  }
}
