import Foundation
import KinesisCore
import Synchronization
import Testing
import Units

@testable import Server

/// Destinations in memory: what they were asked, and what they say to it.
final class MemoryEndpoints: EndpointClient {
  private let state = Mutex<[OutgoingRequest]>([])
  private let answer: @Sendable (OutgoingRequest, Int) -> IncomingAnswer

  /// `answer` is given a request and how many there were before it.
  init(_ answer: @escaping @Sendable (OutgoingRequest, Int) -> IncomingAnswer) { self.answer = answer }

  var requests: [OutgoingRequest] { state.withLock { $0 } }

  func send(_ records: [[UInt8]], to endpoint: HTTPEndpoint, isGzipped: Bool) async throws(DeliveryFailure) {}

  func exchange(_ request: OutgoingRequest) async throws(DeliveryFailure) -> IncomingAnswer {
    let number = state.withLock { state in
      state.append(request)
      return state.count - 1
    }
    return answer(request, number)
  }

  static func json(_ text: String, status: Int = 200) -> IncomingAnswer {
    IncomingAnswer(status: status, body: Array(text.utf8))
  }
}

@Suite struct `OpenSearch and Splunk as destinations of weir serve` {
  private let store = MemoryStore()
  private static let bucket = #""RoleARN":"arn:aws:iam::000000000000:role/r","BucketARN":"arn:aws:s3:::lake""#

  private func desk(_ endpoints: MemoryEndpoints, _ destination: String) async -> FirehoseDesk {
    let desk = FirehoseDesk(courier: Courier(store: store, client: endpoints))
    let answer = await desk.call("CreateDeliveryStream", "{\"DeliveryStreamName\":\"d\",\(destination)}")
    #expect(answer.status == 200, "\(answer)")
    await desk.advance(10)
    return desk
  }

  private func put(_ desk: FirehoseDesk, _ texts: [String]) async {
    let rows = texts.map { "{\"Data\":\"\(Data($0.utf8).base64EncodedString())\"}" }.joined(separator: ",")
    let answer = await desk.call("PutRecordBatch", "{\"DeliveryStreamName\":\"d\",\"Records\":[\(rows)]}")
    #expect(WireInput(answer.value).integer("FailedPutCount") == 0)
  }

  private func failures() -> [WireInput] {
    store.objects.sorted { $0.key < $1.key }.flatMap { $0.value.split(separator: 0x0a) }
      .map { WireInput(JSONReader.read(Array($0)) ?? .null) }
  }

  private static func openSearch(_ more: String) -> String {
    "\"AmazonopensearchserviceDestinationConfiguration\":{\"RoleARN\":\"arn:aws:iam::000000000000:role/r\",\"ClusterEndpoint\":\"http://127.0.0.1:9200/\",\"IndexName\":\"clicks\",\"S3Configuration\":{\(bucket)},\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":60}\(more)}"
  }

  /// An answer of the bulk API: by document its status.
  private static func bulk(_ statuses: [Int]) -> IncomingAnswer {
    let items = statuses.map { status in
      let error = status < 300 ? "" : ",\"error\":{\"type\":\"mapper_parsing_exception\",\"reason\":\"no\"}"
      return "{\"index\":{\"_index\":\"clicks\",\"status\":\(status)\(error)}}"
    }
    return MemoryEndpoints.json("{\"took\":1,\"errors\":true,\"items\":[\(items.joined(separator: ","))]}")
  }

  @Test("documents go to the index of their day by the bulk API, and those refused for now are sent again alone")
  func bulk() async {
    let endpoints = MemoryEndpoints { _, number in
      number == 0 ? MemoryEndpoints.json("busy", status: 503) : Self.bulk(number == 1 ? [201, 429, 201] : [201])
    }
    let desk = await desk(endpoints, Self.openSearch(#","RetryOptions":{"DurationInSeconds":3600}"#))
    await put(desk, [#"{"a":1}"#, "{\"b\":\n2}", #"{"c":3}"#])
    for _ in 0..<20 { await desk.advance(60) }
    let requests = endpoints.requests, bodies = requests.map { String(decoding: $0.body, as: UTF8.self) }
    #expect(
      requests.count == 3 && requests.allSatisfy { $0.url == "http://127.0.0.1:9200/_bulk" && $0.service == "es" })
    #expect(
      bodies[0] == bodies[1] && bodies[2].hasSuffix("{\"b\": 2}\n") && bodies[2].split(separator: "\n").count == 2)
    let action = WireInput(JSONReader.read(Array(bodies[0].prefix { $0 != "\n" }.utf8)) ?? .null).structure("index")
    #expect(
      action?.text("_index") == "clicks-2026-01-05" && action?.text("_id")?.count == 36 && action?.has("_type") == false
    )
    #expect(bodies[0].split(separator: "\n")[2] == bodies[2].split(separator: "\n")[0], "a document keeps its id")
    #expect(store.objects.isEmpty)
  }

  @Test("documents that never will be taken go to the error output with AWS's members, and no others") func refused()
    async
  {
    let endpoints = MemoryEndpoints { _, _ in Self.bulk([201, 400, 201]) }
    let desk = await desk(endpoints, Self.openSearch(#","IndexRotationPeriod":"OneWeek","TypeName":"t""#))
    await put(desk, [#"{"a":1}"#, #"{"b":2}"#, #"{"c":3}"#])
    for _ in 0..<10 { await desk.advance(60) }
    let failed = failures()
    #expect(endpoints.requests.count == 1 && failed.map { $0.text("rawData") } == ["eyJiIjoyfQ=="])
    #expect(failed[0].text("errorCode") == "400" && failed[0].text("errorMessage") == "mapper_parsing_exception: no")
    #expect(failed[0].text("esIndexName") == "clicks-2026-w02" && failed[0].text("esTypeName") == "t")
    #expect(failed[0].text("esDocumentId")?.count == 36)
    #expect(store.objects.keys.allSatisfy { $0.hasPrefix("lake/AmazonOpenSearchService-failed/") })
  }

  @Test("what a destination did not take says how often that was tried, and why, whatever becomes of the error output")
  func attempts() async {
    let endpoints = MemoryEndpoints { _, number in
      number < 2 ? MemoryEndpoints.json("busy", status: 503) : Self.bulk([400])
    }
    let desk = await desk(endpoints, Self.openSearch(#","RetryOptions":{"DurationInSeconds":3600}"#))
    await put(desk, [#"{"a":1}"#])
    store.setDown(true)
    for _ in 0..<20 { await desk.advance(60) }
    #expect(store.refused > 0 && store.objects.isEmpty)
    store.setDown(false)
    for _ in 0..<3 { await desk.advance(60) }
    let failed = failures()
    #expect(endpoints.requests.count == 3 && failed.map { $0.integer("attemptsMade") } == [3])
    #expect(failed.map { $0.text("errorCode") } == ["400"])
  }

  @Test("an index goes on as it is told to, by UTC and by ISO 8601's weeks")
  func rotation() {
    func name(_ rotation: BulkIndex.Rotation, _ seconds: Int64) -> String {
      BulkIndex(endpoint: "", name: "i", type: nil, rotation: rotation, hasIDs: false, service: "es").index(
        at: Instant(seconds: seconds))
    }
    // 2026-01-01, a Thursday; 2025-12-29, the Monday before; 2027-01-03, a Sunday of 2026's last week.
    #expect(
      [1_767_225_600, 1_766_966_400, 1_798_934_400].map { name(.week, $0) } == [
        "i-2026-w01", "i-2026-w01", "i-2026-w53",
      ])
    #expect(name(.none, 0) == "i" && name(.month, 1_767_225_600) == "i-2026-01")
    #expect(name(.hour, 1_767_225_600 + 3_600 * 13) == "i-2026-01-01-13" && name(.day, 0) == "i-1970-01-01")
  }

  private static func splunk(_ type: String) -> String {
    "\"SplunkDestinationConfiguration\":{\"HECEndpoint\":\"http://127.0.0.1:8088\",\"HECEndpointType\":\"\(type)\",\"HECToken\":\"secret-token\",\"S3Configuration\":{\(bucket)},\"BufferingHints\":{\"SizeInMBs\":1,\"IntervalInSeconds\":60},\"RetryOptions\":{\"DurationInSeconds\":0}}"
  }

  @Test(
    "events go to Splunk's collector, and are delivered when it has acknowledged them", arguments: ["Raw", "Event"])
  func splunk(_ type: String) async {
    let endpoints = MemoryEndpoints { request, number in
      guard request.url.contains("/ack?") else {
        return MemoryEndpoints.json(#"{"text":"Success","code":0,"ackId":7}"#)
      }
      return MemoryEndpoints.json("{\"acks\":{\"7\":\(number > 1)}}")
    }
    let desk = await desk(endpoints, Self.splunk(type))
    await put(desk, [#"{"event":1}"#, "two\n"])
    for _ in 0..<3 { await desk.advance(60) }
    let requests = endpoints.requests
    #expect(requests.count == 3 && String(decoding: requests[0].body, as: UTF8.self) == "{\"event\":1}\ntwo\n")
    #expect(requests[0].url.hasPrefix("http://127.0.0.1:8088/services/collector/\(type.lowercased())?channel="))
    #expect(requests[0].headers.contains(.init(name: "Authorization", value: "Splunk secret-token")))
    #expect(String(decoding: requests[1].body, as: UTF8.self) == #"{"acks":[7]}"#)
    #expect(store.objects.isEmpty)
    let described = await desk.call("DescribeDeliveryStream", #"{"DeliveryStreamName":"d"}"#)
    #expect(String(decoding: CasePlayer.json(described.value), as: UTF8.self).contains("HECEndpointType"))
  }

  @Test("what Splunk does not take lies in the error output with the reason") func splunkFailures() async {
    let endpoints = MemoryEndpoints { _, _ in MemoryEndpoints.json(#"{"text":"Invalid token","code":4}"#, status: 403) }
    let desk = await desk(endpoints, Self.splunk("Raw"))
    await put(desk, ["a"])
    for _ in 0..<10 { await desk.advance(60) }
    let failed = failures()
    #expect(failed.map { $0.text("errorCode") } == ["Splunk.InvalidToken"] && failed[0].text("rawData") == "YQ==")
    #expect(failed[0].text("errorMessage")?.contains("Invalid token") == true)
    #expect(store.objects.keys.allSatisfy { $0.hasPrefix("lake/splunk-failed/") })
  }

  @Test("refused documents are in the log as they were told") func log() {
    let outcome = Shipment.Outcome.partly([.init(place: 3, status: 429, reason: "busy")], jitter: 900)
    var writer = WireWriter(.cbor)
    outcome.write(into: &writer)
    #expect(CBORReader.read(writer.bytes).flatMap { Shipment.Outcome(WireInput($0)) } == outcome)
  }
}
