/// `application/vnd.amazon.eventstream`: messages of headers and a payload between two checksums.
enum EventStream {
  /// Its Content-Type.
  static let contentType = "application/vnd.amazon.eventstream"

  /// A message: lengths, their CRC-32, headers, payload, the CRC-32 of it all; numbers big-endian.
  static func message(_ headers: [(name: String, value: String)], _ payload: [UInt8]) -> [UInt8] {
    var block: [UInt8] = []
    for header in headers {
      block.append(UInt8(header.name.utf8.count))
      block.append(contentsOf: header.name.utf8)
      // 7 is a text, with its length in two bytes.
      block.append(7)
      block.append(header.value.utf8.count, width: 2)
      block.append(contentsOf: header.value.utf8)
    }
    var message: [UInt8] = []
    message.reserveCapacity(16 + block.count + payload.count)
    message.append(16 + block.count + payload.count, width: 4)
    message.append(block.count, width: 4)
    message.append(CRC32.of(message[...]), width: 4)
    message.append(contentsOf: block)
    message.append(contentsOf: payload)
    message.append(CRC32.of(message[...]), width: 4)
    return message
  }

  /// An event with a payload in a format.
  static func event(_ type: String, _ payload: [UInt8], _ format: WireFormat) -> [UInt8] {
    message(
      [(":message-type", "event"), (":event-type", type), (":content-type", format.rawValue)], payload)
  }

  /// An error that ends a stream.
  static func exception(_ type: String, _ payload: [UInt8], _ format: WireFormat) -> [UInt8] {
    message(
      [(":message-type", "exception"), (":exception-type", type), (":content-type", format.rawValue)], payload)
  }

}

/// CRC-32 as gzip and Ethernet have it (reflected, polynomial 0xEDB88320).
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
  }

  /// The checksum of bytes; `crc` is that of the ones before them.
  static func of(_ bytes: ArraySlice<UInt8>, after crc: UInt32 = 0) -> UInt32 {
    let table = table
    return ~bytes.reduce(~crc) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
  }
}
