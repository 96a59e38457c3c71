internal import KinesisCore

/// Reads a PutRecords body in JSON in one go over its bytes, without a tree of values: the hot path.
///
/// It takes what SDKs write and nothing else. Whatever is unusual, such as an escape in a text, a member of another type or a
/// value out of its constraints, ends it with nil; then the general way reads the same body, and says what is wrong.
struct PutScanner {
  private let body: [UInt8]
  private let limits: LimitsProfile
  private var place = 0
  private var batch: PutBatch
  private var target: [WireMember] = []

  /// The batch that a body says; nil when the general way has to read it.
  static func read(_ body: [UInt8], _ limits: LimitsProfile) -> PutBatch? {
    var scanner = PutScanner(body, limits)
    guard scanner.scan() else { return nil }
    scanner.batch.target = WireInput(.object(scanner.target))
    return scanner.batch
  }

  private init(_ body: [UInt8], _ limits: LimitsProfile) {
    (self.body, self.limits) = (body, limits)
    batch = PutBatch(target: WireInput(.object([])), capacity: body.count / 4 * 3)
  }

  /// A record under way: where its texts lie in the body.
  private struct Record {
    var data: Range<Int>?
    var key: Range<Int>?
    var explicit: Range<Int>?
  }

  private mutating func scan() -> Bool {
    guard take("{") else { return false }
    repeat {
      guard let name = text(), take(":") else { return false }
      switch body[name] {
      case Self.records: guard batch.entries.isEmpty, records() else { return false }
      case Self.streamName: guard member("StreamName", 1...128) else { return false }
      case Self.streamARN: guard member("StreamARN", 1...2_048) else { return false }
      default: return false
      }
    } while take(",")
    guard take("}") else { return false }
    skipSpace()
    return place == body.count && !batch.entries.isEmpty
  }

  private static let records = Array("Records".utf8)[...]
  private static let streamName = Array("StreamName".utf8)[...]
  private static let streamARN = Array("StreamARN".utf8)[...]
  private static let data = Array("Data".utf8)[...]
  private static let key = Array("PartitionKey".utf8)[...]
  private static let explicit = Array("ExplicitHashKey".utf8)[...]

  /// The name or ARN of the stream. Its pattern is left to whoever looks the stream up: none has a name that breaks it.
  private mutating func member(_ name: String, _ length: ClosedRange<Int>) -> Bool {
    guard let range = text(), length.contains(range.count), let text = string(range),
      text.utf8.allSatisfy({ $0 < 0x80 })
    else { return false }
    target.append(WireMember(name, .text(text)))
    return true
  }

  private mutating func records() -> Bool {
    guard take("[") else { return false }
    repeat {
      guard batch.entries.count < limits[.put.recordsPerCall], let record = record(), add(record) else { return false }
    } while take(",")
    return take("]")
  }

  private mutating func record() -> Record? {
    guard take("{") else { return nil }
    var record = Record()
    repeat {
      guard let name = text(), take(":"), let value = text() else { return nil }
      switch body[name] {
      case Self.data: record.data = value
      case Self.key: record.key = value
      case Self.explicit: record.explicit = value
      default: return nil
      }
    } while take(",")
    return take("}") ? record : nil
  }

  private mutating func add(_ record: Record) -> Bool {
    guard let data = record.data, let keyRange = record.key, (1...256).contains(keyRange.count),
      let key = string(keyRange)
    else { return false }
    var explicit: String?
    if let range = record.explicit {
      guard (1...39).contains(range.count), body[range].allSatisfy({ (0x30...0x39).contains($0) }),
        range.count == 1 || body[range.lowerBound] != UInt8(ascii: "0")
      else { return false }
      explicit = string(range)
    }
    var isBase64 = false
    let (body, most) = (body, Int(limits[.put.recordBytesMaximum]))
    batch.append(key: key, explicitHashKey: explicit, limits) { isBase64 = Base64.decode(body[data], into: &$0) }
    return isBase64 && (batch.entries.last?.dataLength ?? 0) <= most
  }

  private func string(_ range: Range<Int>) -> String? { String(validating: body[range], as: UTF8.self) }

  private mutating func skipSpace() {
    while place < body.count, body[place] == 0x20 || body[place] == 0x0a || body[place] == 0x0d || body[place] == 0x09 {
      place += 1
    }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard place < body.count, body[place] == UInt8(ascii: character) else { return false }
    place += 1
    return true
  }

  /// Where a text without escapes lies.
  private mutating func text() -> Range<Int>? {
    guard take("\"") else { return nil }
    let start = place
    while place < body.count, body[place] != UInt8(ascii: "\"") {
      guard body[place] != UInt8(ascii: "\\"), body[place] >= 0x20 else { return nil }
      place += 1
    }
    guard place < body.count else { return nil }
    place += 1
    return start..<place - 1
  }
}
