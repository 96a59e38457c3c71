internal import Crypto

/// What the Kinesis Producer Library packs into one record: user records, each with a partition key of its own.
///
/// Four bytes F3 89 9A C2, a protocol buffer, and its MD5, as awslabs/amazon-kinesis-producer's aggregation-format.md has it.
public struct AggregatedRecord: Sendable {
  /// A user record.
  public struct Item: Sendable, Hashable {
    /// Its partition key.
    public var key: String
    /// Its data.
    public var data: ArraySlice<UInt8>
    /// How many bytes of data it has.
    public var size: Int { data.count }
  }

  /// The user records in their order.
  public let items: [Item]
  /// Whether its checksum is that of its message. Whoever reads records takes one that is not for a record like others.
  public let isIntact: Bool

  private static let magic: [UInt8] = [0xF3, 0x89, 0x9A, 0xC2], checksum = 16

  /// The records in some data; nil when it is no aggregate, or a broken one. O(bytes).
  public init?(_ data: ArraySlice<UInt8>) {
    guard data.count > Self.magic.count + Self.checksum, data.starts(with: Self.magic) else { return nil }
    let body = data.dropFirst(Self.magic.count).dropLast(Self.checksum)
    var message = Message(body)
    var (keys, records): ([String], [(key: Int, data: ArraySlice<UInt8>)]) = ([], [])
    while let field = message.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let bytes)): keys.append(String(decoding: bytes, as: UTF8.self))
      case (3, .bytes(let bytes)):
        var (record, key, payload) = (Message(bytes), 0, bytes.prefix(0))
        while let part = record.next() {
          switch (part.number, part.value) {
          case (1, .number(let index)): key = Int(clamping: index)
          case (3, .bytes(let data)): payload = data
          default: break
          }
        }
        guard !record.isBroken else { return nil }
        records.append((key, payload))
      default: break
      }
    }
    guard !message.isBroken, !records.isEmpty, records.allSatisfy({ keys.indices.contains($0.key) }) else { return nil }
    items = records.map { Item(key: keys[$0.key], data: $0.data) }
    isIntact = Insecure.MD5.hash(data: body).elementsEqual(data.suffix(Self.checksum))
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
