public import Units

/// AWS's contract with HTTP endpoints (facts/data-firehose.md §6.1).
extension HTTPEndpoint {
  /// The most bytes of an answer.
  private static let mostAnswer = 1 << 20

  /// The request that brings records.
  public func request(
    _ records: [[UInt8]], isGzipped: Bool, at now: Instant
  ) -> (headers: [(name: String, value: String)], body: [UInt8]) {
    var writer = WireWriter(.json)
    writer.object { writer in
      writer.member("requestId", requestID)
      writer.member("timestamp", now.milliseconds)
      writer.member("records", list: records) { writer, record in
        writer.object { writer in
          writer.name("data")
          writer.blob(record[...])
        }
      }
    }
    var headers = [
      (name: "X-Amz-Firehose-Protocol-Version", value: "1.0"), (name: "X-Amz-Firehose-Request-Id", value: requestID),
      (name: "X-Amz-Firehose-Source-Arn", value: source), (name: "Content-Type", value: "application/json"),
    ]
    if let accessKey { headers.append((name: "X-Amz-Firehose-Access-Key", value: accessKey)) }
    if !attributes.isEmpty { headers.append((name: "X-Amz-Firehose-Common-Attributes", value: commonAttributes)) }
    if isGzipped { headers.append((name: "Content-Encoding", value: "gzip")) }
    return (headers, isGzipped ? Deflate.compress(writer.bytes, as: .gzip) : writer.bytes)
  }

  private var commonAttributes: String {
    var writer = WireWriter(.json)
    writer.object { writer in
      writer.member("commonAttributes") { writer in
        for attribute in attributes { writer.member(attribute.name, attribute.value) }
      }
    }
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Whether an answer says that the records were taken; a failure says why not. 413 is final, everything else is tried again.
  public func check(status: Int, body: [UInt8]) throws(DeliveryFailure) {
    guard body.count <= Self.mostAnswer else { throw DeliveryFailure("the answer has more than 1 MiB") }
    let answer = JSONReader.read(body).map { WireInput($0) }
    let message = answer?.text("errorMessage") ?? String(decoding: body.prefix(500), as: UTF8.self)
    guard status != 413 else { throw DeliveryFailure("413 \(message)", isFinal: true) }
    guard status == 200 else { throw DeliveryFailure("\(status) \(message)") }
    guard answer?.text("requestId") == requestID else {
      throw DeliveryFailure("the answer's requestId is not the request's")
    }
    guard answer?.integer("timestamp") != nil else {
      throw DeliveryFailure("the answer has no timestamp, or it is no number")
    }
  }
}
