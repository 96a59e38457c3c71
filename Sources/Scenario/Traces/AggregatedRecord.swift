/// What the Kinesis Producer Library packs into one record: user records, each with a partition key of its own.
///
/// Four bytes F3 89 9A C2, a protocol buffer, and its MD5, as awslabs/amazon-kinesis-producer's aggregation-format.md has it; the checksum
/// is not looked at.
struct AggregatedRecord {
  /// A user record: its partition key, and how many bytes of data it has.
  struct Item: Equatable {
    var key: String
    var size: Int
  }

  /// The user records in their order.
  let items: [Item]

  private static let magic: [UInt8] = [0xF3, 0x89, 0x9A, 0xC2], checksum = 16

  /// The records in some data; nil when it is no aggregate, or a broken one.
  init?(_ data: [UInt8]) {
    guard data.count > Self.magic.count + Self.checksum, data.starts(with: Self.magic) else { return nil }
    var message = Message(data[Self.magic.count..<(data.count - Self.checksum)])
    var (keys, records): ([String], [(key: Int, size: Int)]) = ([], [])
    while let field = message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let bytes)): keys.append(String(decoding: bytes, as: UTF8.self))
      case (3, .bytes(let bytes)):
        var (record, key, size) = (Message(bytes), 0, 0)
        while let part = record.next() {
          switch (part.number, part.value) {
          case (1, .number(let index)): key = Int(clamping: index)
          case (3, .bytes(let data)): size = data.count
          default: break
          }
        }
        guard !record.isBroken else { return nil }
        records.append((key, size))
      default: break
      }
    }
    guard !message.isBroken, !records.isEmpty, records.allSatisfy({ keys.indices.contains($0.key) }) else { return nil }
    items = records.map { Item(key: keys[$0.key], size: $0.size) }
  }

  /// The fields of a protocol buffer, one after the other.
  private struct Message {
    enum Value {
      case number(UInt64)
      case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>
    private(set) var isBroken = false

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; nil at the end, or where it is broken.
    mutating func next() -> (number: UInt64, value: Value)? {
      guard !rest.isEmpty, !isBroken else { return nil }
      if let tag = number(), let value = value(tag & 7) { return (tag >> 3, value) }
      isBroken = true
      return nil
    }

    private mutating func value(_ wire: UInt64) -> Value? {
      switch wire {
      case 0: return number().map(Value.number)
      case 2:
        guard let length = number(), length <= UInt64(rest.count) else { return nil }
        defer { rest = rest.dropFirst(Int(length)) }
        return .bytes(rest.prefix(Int(length)))
      default: return nil
      }
    }

    private mutating func number() -> UInt64? {
      var (value, shift): (UInt64, UInt64) = (0, 0)
      while let byte = rest.popFirst(), shift < 64 {
        value |= UInt64(byte & 127) << shift
        if byte < 128 { return value }
        shift += 7
      }
      return nil
    }
  }
}

/// Base64 as JSON has it.
enum Base64 {
  /// The bytes of a text; nil when it is no base64.
  static func bytes(_ text: String) -> [UInt8]? {
    var (bytes, held, bits): ([UInt8], UInt32, Int) = ([], 0, 0)
    for byte in text.utf8 {
      if byte == UInt8(ascii: "=") { break }
      guard let value = value(byte) else { return nil }
      (held, bits) = (held << 6 | value, bits + 6)
      if bits >= 8 {
        bits -= 8
        bytes.append(UInt8(truncatingIfNeeded: held >> UInt32(bits)))
        held &= (1 << UInt32(bits)) - 1
      }
    }
    return bytes
  }

  private static func value(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(byte) - 65
    case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(byte) - 71
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte) + 4
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
