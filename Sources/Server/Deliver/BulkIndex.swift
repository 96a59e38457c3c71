internal import KinesisCore
internal import Units

/// An index of OpenSearch or Elasticsearch that records are written to by its bulk API, one document each.
public struct BulkIndex: Sendable, Hashable {
  /// How an index's name goes on (AWS: IndexRotationPeriod), by the UTC arrival of a document.
  enum Rotation: String, Sendable, Hashable {
    case none = "NoRotation"
    case hour = "OneHour"
    case day = "OneDay"
    case week = "OneWeek"
    case month = "OneMonth"
  }

  /// Where it is, without a slash behind.
  public let endpoint: String
  /// Its name ahead of what rotation adds, and its type; nil for none.
  let name: String, type: String?
  let rotation: Rotation
  /// Whether documents have ids of their own, so that one that is sent twice is there once.
  let hasIDs: Bool
  /// AWS's service that requests are signed for.
  let service: String
  /// What ids are made of, beside a document's number.
  var seed = ""

  /// A document that was not taken.
  public struct Refused: Sendable, Hashable {
    /// Its place among those of the request.
    var place: Int
    /// The HTTP status of it alone, and why.
    var status: Int64, reason: String
  }

  private static let timeout = Interval.seconds(180)

  /// A document's id.
  func id(_ number: Int64) -> String { GeneratedID.uuid("document/\(seed)/\(number)") }

  /// The index that a document goes to.
  func index(at arrival: Instant) -> String {
    // 2026-01-05T00:00:00Z
    let text = CivilTime.text(Instant(seconds: arrival.seconds))
    switch rotation {
    case .none: return name
    case .hour: return "\(name)-\(text.prefix(10))-\(text.dropFirst(11).prefix(2))"
    case .day: return "\(name)-\(text.prefix(10))"
    case .week: return "\(name)-\(Self.week(arrival))"
    case .month: return "\(name)-\(text.prefix(7))"
    }
  }

  /// ISO 8601's week, as 2026-w05: its year is that of its Thursday, its number how many Thursdays that year has had by then.
  private static func week(_ arrival: Instant) -> String {
    // Day 0 was a Thursday.
    let day = arrival.seconds / 86_400
    var thursday = day - (day + 3) % 7 + 3, week = 0
    func year(_ day: Int64) -> Substring { CivilTime.text(Instant(seconds: day * 86_400)).prefix(4) }
    let own = year(thursday)
    while year(thursday) == own { (thursday, week) = (thursday - 7, week + 1) }
    return "\(own)-w\(week < 10 ? "0" : "")\(week)"
  }

  /// The request that brings documents: an action and a line each.
  func request(_ items: [Cargo.Item], _ numbers: [Int64]) -> OutgoingRequest {
    var body: [UInt8] = []
    for (item, number) in zip(items, numbers) {
      var writer = WireWriter(.json)
      writer.object { writer in
        writer.member("index") { writer in
          writer.member("_index", index(at: item.arrival))
          writer.member("_type", type)
          if hasIDs { writer.member("_id", id(number)) }
        }
      }
      body += writer.bytes
      body.append(UInt8(ascii: "\n"))
      // In JSON a line's end is white space wherever it stands: within a text it is written as an escape.
      body += item.record.data.map { byte -> UInt8 in byte == 0x0a || byte == 0x0d ? 0x20 : byte }
      body.append(UInt8(ascii: "\n"))
    }
    return OutgoingRequest(
      url: endpoint + "/_bulk", headers: [.init(name: "Content-Type", value: "application/x-ndjson")], body: body,
      timeout: Self.timeout, service: service)
  }

  /// The documents that were not taken; a failure where none was.
  func refused(_ answer: IncomingAnswer, of count: Int) throws(DeliveryFailure) -> [Refused] {
    guard answer.status == 200 else { throw DeliveryFailure("\(answer.status) \(answer.beginning)") }
    guard let value = JSONReader.read(answer.body), case .list(let items)? = value["items"], items.count == count else {
      throw DeliveryFailure("expected an answer of the bulk API with \(count) items, found \(answer.beginning)")
    }
    return items.enumerated().compactMap { place, item -> Refused? in
      let said = WireInput(item).structure("index"), status = said?.integer("status") ?? 0
      guard !(200..<300).contains(status) else { return nil }
      let error = said?.structure("error")
      let reason = [error?.text("type"), error?.text("reason")].compactMap { $0 }.joined(separator: ": ")
      return Refused(place: place, status: status, reason: reason.isEmpty ? said?.text("error") ?? "" : reason)
    }
  }
}

extension BulkIndex {
  /// What AWS tells of a document that was not taken.
  func failure(
    of document: Refused, _ item: Cargo.Item, id: String?, attempt: Int64, at now: Instant
  ) -> Shipment.Content.Failure {
    let members: [(name: String, value: String?)] = [
      ("esDocumentId", hasIDs ? id : nil), ("esIndexName", index(at: item.arrival)), ("esTypeName", type),
    ]
    return .init(
      code: "\(document.status)", message: document.reason, attempts: attempt, at: now,
      details: members.compactMap { member in
        member.value.map { Shipment.Content.Failure.Detail(name: member.name, value: $0) }
      })
  }
}

extension BulkIndex.Refused {
  /// Whether it never will be: what is wrong is the document, and not how much there is to do.
  var isFinal: Bool { (400..<500).contains(status) && status != 429 && status != 408 }

  func write(into writer: inout WireWriter) {
    writer.object { writer in
      writer.member("p", place)
      writer.member("s", status)
      writer.member("r", reason)
    }
  }

  init?(_ input: WireInput) {
    guard let place = input.integer("p"), let status = input.integer("s"), let reason = input.text("r") else {
      return nil
    }
    (self.place, self.status, self.reason) = (Int(place), status, reason)
  }
}
