internal import KinesisCore
internal import Units

/// Splunk's HTTP event collector with acknowledgements (Splunk: HTTP Event Collector REST API endpoints; F§6).
public struct SplunkCollector: Sendable, Hashable {
  /// Where it is, without a slash behind.
  public let endpoint: String
  let token: String
  /// Whether records are text, and not events in the collector's own form.
  let isRaw: Bool
  /// How long an acknowledgement may take (AWS: HECAcknowledgmentTimeoutInSeconds).
  let patience: Interval
  /// AWS's EventId, by which the channel is called: the same for every attempt at the same records.
  var channel = ""

  private static let timeout = Interval.seconds(60)

  private func headers(_ type: String) -> [OutgoingRequest.Header] {
    [
      .init(name: "Authorization", value: "Splunk \(token)"), .init(name: "X-Splunk-Request-Channel", value: channel),
      .init(name: "Content-Type", value: type),
    ]
  }

  /// The request that brings records, a line each.
  func events(_ items: [Cargo.Item]) -> OutgoingRequest {
    var body: [UInt8] = []
    for item in items {
      body += item.record.data
      if item.record.data.last != UInt8(ascii: "\n") { body.append(UInt8(ascii: "\n")) }
    }
    return OutgoingRequest(
      url: "\(endpoint)/services/collector/\(isRaw ? "raw" : "event")?channel=\(channel)",
      headers: headers(isRaw ? "text/plain" : "application/json"), body: body, timeout: Self.timeout, service: nil)
  }

  /// The number under which the records will be acknowledged.
  func number(_ answer: IncomingAnswer) throws(DeliveryFailure) -> Int64 {
    let said = JSONReader.read(answer.body).map { WireInput($0) }
    guard answer.status == 200 else {
      let code = [401: "Splunk.InvalidToken", 403: "Splunk.InvalidToken", 400: "Splunk.InvalidDataFormat"][
        answer.status]
      throw DeliveryFailure(
        "\(code ?? "Splunk.ServerError") \(answer.status) \(said?.text("text") ?? answer.beginning)")
    }
    guard let number = said?.integer("ackId") else {
      throw DeliveryFailure("Splunk.DisabledAck the answer has no ackId: acknowledgements are off for this token")
    }
    return number
  }

  /// The request that asks whether they are.
  func question(_ number: Int64) -> OutgoingRequest {
    OutgoingRequest(
      url: "\(endpoint)/services/collector/ack?channel=\(channel)", headers: headers("application/json"),
      body: Array("{\"acks\":[\(number)]}".utf8), timeout: Self.timeout, service: nil)
  }

  /// Whether they are.
  func isAcknowledged(_ answer: IncomingAnswer, _ number: Int64) throws(DeliveryFailure) -> Bool {
    guard answer.status == 200, let said = JSONReader.read(answer.body).map({ WireInput($0) }) else {
      throw DeliveryFailure("Splunk.ServerError \(answer.status) \(answer.beginning)")
    }
    return said.structure("acks")?.isTrue("\(number)") == true
  }
}
