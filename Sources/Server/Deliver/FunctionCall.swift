internal import KinesisCore
public import Units

/// AWS's contract with a Lambda function that transforms records (F§4; Data Firehose Developer Guide: data-transformation).
public struct FunctionCall: Sendable, Hashable {
  /// The function's ARN.
  public let function: String
  /// The delivery stream and the data stream that it reads, nil for none; their region.
  let deliveryStream: String, source: String?, region: String
  /// AWS's invocationId.
  let invocationID: String
  /// How long it may take to answer.
  public let timeout: Interval

  /// The most bytes of a request and of an answer.
  static let mostBytes = 6 << 20

  /// The path and the query of Lambda's Invoke.
  public var path: String { "/2015-03-31/functions/\(SigV4.encoded(name))/invocations" }

  /// The qualifier of its ARN, such as a version or an alias.
  public var qualifier: String? {
    let parts = function.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count == 8 ? String(parts[7]) : nil
  }

  /// The function's name: of its ARN the seventh part; all of it where it is no ARN.
  var name: String {
    let parts = function.split(separator: ":", omittingEmptySubsequences: false)
    return parts.count >= 7 && parts[0] == "arn" ? String(parts[6]) : function
  }

  /// What a function said of one record.
  public struct Verdict: Sendable, Hashable {
    /// AWS's result.
    public enum Result: Int, Sendable, Hashable {
      case ok, dropped, processingFailed
    }
    /// The result, and what it has become.
    var result: Result, data: [UInt8]
    /// metadata's partitionKeys.
    var keys: [String: String]
    /// Why it failed, as AWS calls it, where the function did not say it of itself.
    var code: String?
  }

  /// AWS's recordId of a record, the same for every attempt.
  private static func recordID(_ number: Int64) -> String {
    let digits = String(number)
    return "495" + String(repeating: "0", count: max(0, 20 - digits.count)) + digits + "000000"
  }

  /// The event that a function is given; `first` is the number of the first record.
  func event(_ items: [Cargo.Item], first: Int64) -> [UInt8] {
    var writer = WireWriter(.json)
    writer.object { writer in
      writer.member("invocationId", invocationID)
      writer.member("deliveryStreamArn", deliveryStream)
      writer.member("sourceKinesisStreamArn", source)
      writer.member("region", region)
      writer.member("records", list: Array(items.enumerated())) { writer, entry in
        writer.object { writer in
          writer.member("recordId", Self.recordID(first + Int64(entry.offset)))
          writer.member("approximateArrivalTimestamp", entry.element.arrival.milliseconds)
          writer.name("data")
          writer.blob(entry.element.record.data)
          if let place = entry.element.place { Self.write(place, entry.element, into: &writer) }
        }
      }
    }
    return writer.bytes
  }

  private static func write(_ place: Cargo.Place, _ item: Cargo.Item, into writer: inout WireWriter) {
    writer.member("kinesisRecordMetadata") { writer in
      writer.member("shardId", place.shard.description)
      // AWS has an empty text where a record was put without one.
      writer.member("partitionKey", item.record.key.map { String(decoding: $0, as: UTF8.self) } ?? "")
      writer.member("approximateArrivalTimestamp", item.arrival.milliseconds)
      writer.member("sequenceNumber", "\(place.sequenceNumber)")
      writer.member("subsequenceNumber", place.subsequence)
    }
  }

  /// What an answer says of so many records, in their order; a failure says why the call has to be made again.
  func verdicts(
    on count: Int, first: Int64, status: Int, error: String?, body: [UInt8]
  ) throws(DeliveryFailure) -> [Verdict] {
    let said = String(decoding: body.prefix(500), as: UTF8.self)
    guard status == 200 else {
      throw DeliveryFailure("\(status == 429 ? "Lambda.InvokeLimitExceeded" : "Lambda.InvokeFailed") \(status) \(said)")
    }
    if let error { throw DeliveryFailure("Lambda.FunctionError \(error) \(said)") }
    guard body.count <= Self.mostBytes else {
      throw DeliveryFailure("Lambda.ResponseTooLarge the answer has more than 6 MB")
    }
    guard let answer = JSONReader.read(body), case .list? = answer["records"] else {
      throw DeliveryFailure("Lambda.JsonProcessingException expected an object with records, found \(said)")
    }
    var byID: [String: (verdict: Verdict, count: Int)] = [:]
    for record in WireInput(answer).structures("records") {
      guard let id = record.text("recordId") else { continue }
      byID[id] = (Self.verdict(record), (byID[id]?.count ?? 0) + 1)
    }
    return (0..<count).map { offset in
      guard let found = byID[Self.recordID(first + Int64(offset))] else { return .failed("Lambda.MissingRecordId") }
      return found.count == 1 ? found.verdict : .failed("Lambda.DuplicatedRecordId")
    }
  }

  private static func verdict(_ record: WireInput) -> Verdict {
    switch record.text("result") {
    case "Ok":
      var data: [UInt8] = []
      guard let text = record.text("data"), Base64.decode(Array(text.utf8), into: &data) else {
        return .failed("Lambda.InvalidData")
      }
      let keys = record.structure("metadata")?.map("partitionKeys") ?? []
      return Verdict(result: .ok, data: data, keys: Dictionary(keys.map { ($0.key, $0.value) }) { $1 }, code: nil)
    case "Dropped": return Verdict(result: .dropped, data: [], keys: [:], code: nil)
    case "ProcessingFailed": return Verdict(result: .processingFailed, data: [], keys: [:], code: nil)
    default: return .failed("Lambda.InvalidResult")
    }
  }
}

extension FunctionCall.Verdict {
  static func failed(_ code: String) -> Self { Self(result: .processingFailed, data: [], keys: [:], code: code) }

  /// Why it failed, as AWS calls it, and in words.
  var reason: (code: String, message: String) {
    switch code {
    case nil: ("Lambda.ProcessingFailedStatus", "The Lambda function set the status of the record to ProcessingFailed.")
    case "Lambda.MissingRecordId"?: ("Lambda.MissingRecordId", "The record ID was not returned.")
    case "Lambda.DuplicatedRecordId"?: ("Lambda.DuplicatedRecordId", "The record ID was returned more than once.")
    case "Lambda.InvalidData"?: ("Lambda.InvalidData", "The record's data is no base64.")
    case let code?: (code, "The record's result is none of Ok, Dropped and ProcessingFailed.")
    }
  }

  // MARK: In the log

  func write(into writer: inout WireWriter) {
    writer.object { writer in
      writer.member("v", result.rawValue)
      writer.name("b")
      writer.blob(data[...])
      if !keys.isEmpty {
        writer.member("k") { writer in
          for (name, value) in keys.sorted(by: { $0.key < $1.key }) { writer.member(name, value) }
        }
      }
      writer.member("c", code)
    }
  }

  init?(_ input: WireInput) {
    guard let number = input.integer("v"), let result = Result(rawValue: Int(number)), let data = input.blob("b") else {
      return nil
    }
    (self.result, self.data, code) = (result, data, input.text("c"))
    keys = Dictionary(input.map("k").map { ($0.key, $0.value) }) { $1 }
  }
}
