/// Zstandard (RFC 8878): one frame, whose blocks hold the bytes as they are, or one byte that is repeated. What reads the format reads
/// it; it is as small as that, and no library is needed for it.
enum Zstandard {
  /// The largest block of a frame with this window.
  private static let block = 128 << 10

  /// A frame that says how long its content is, and has no check sum.
  static func frame(_ bytes: [UInt8]) -> [UInt8] {
    // Magic number; descriptor: eight bytes of content size, a window; window: 128 KiB, as 2^(10 + 7).
    var frame: [UInt8] = [0x28, 0xb5, 0x2f, 0xfd, 0b1100_0000, 7 << 3]
    for place in 0..<8 { frame.append(UInt8(truncatingIfNeeded: bytes.count >> (8 * place))) }
    frame.reserveCapacity(bytes.count + bytes.count / block * 3 + 32)
    var start = 0
    repeat {
      let end = min(start + block, bytes.count)
      append(bytes[start..<end], isLast: end == bytes.count, to: &frame)
      start = end
    } while start < bytes.count
    return frame
  }

  private static func append(_ bytes: ArraySlice<UInt8>, isLast: Bool, to frame: inout [UInt8]) {
    let same = bytes.first.flatMap { first in bytes.count > 1 && bytes.allSatisfy { $0 == first } ? first : nil }
    let head = bytes.count << 3 | (same == nil ? 0 : 1) << 1 | (isLast ? 1 : 0)
    for place in 0..<3 { frame.append(UInt8(truncatingIfNeeded: head >> (8 * place))) }
    if let same { frame.append(same) } else { frame += bytes }
  }
}
