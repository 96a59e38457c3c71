/// Snappy's block format (google/snappy, format_description.txt), and the two streams of blocks that Data Firehose writes.
enum Snappy {
  /// What snappy-java's and Hadoop's streams cut their input into; both write a length as four bytes, the highest first.
  private static let streamBlock = 32 << 10

  /// CompressionFormat `Snappy`: the stream of snappy-java (a header, then blocks behind their compressed length). Observed of AWS's
  /// objects in 2026; it is neither a bare block nor Google's framing format.
  static func javaStream(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x82] + Array("SNAPPY".utf8) + [0]
    // The format's version, and the oldest one that can read it.
    for _ in 0..<2 { stream.append(1, width: 4) }
    forEachBlock(of: bytes) { _, block in
      stream.append(block.count, width: 4)
      stream += block
    }
    return stream
  }

  /// CompressionFormat `HADOOP_SNAPPY`: blocks behind their own length and their compressed length, as Hadoop's SnappyCodec reads them.
  static func hadoopStream(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = []
    forEachBlock(of: bytes) { length, block in
      stream.append(length, width: 4)
      stream.append(block.count, width: 4)
      stream += block
    }
    return stream
  }

  private static func forEachBlock(of bytes: [UInt8], _ write: (Int, [UInt8]) -> Void) {
    for start in stride(from: 0, to: bytes.count, by: streamBlock) {
      let end = min(start + streamBlock, bytes.count)
      write(end - start, block(bytes[start..<end]))
    }
  }

  /// One block of at most 64 KiB: its length, then literals and copies. O(bytes).
  static func block(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    precondition(bytes.count <= 1 << 16, "a block of more than 64 KiB")
    var writer = BlockWriter(length: bytes.count)
    var literal = bytes.startIndex, place = bytes.startIndex
    // Where four bytes of a hash were seen last, relative to the start.
    var seen = [UInt16](repeating: 0, count: 1 << 14)
    while place + 4 <= bytes.endIndex {
      let word = Self.word(bytes, place), slot = Int((word &* 0x1e35_a7bd) >> 18)
      let candidate = bytes.startIndex + Int(seen[slot])
      seen[slot] = UInt16(place - bytes.startIndex)
      guard candidate < place, Self.word(bytes, candidate) == word else {
        // Where nothing is found, ever larger steps.
        place += 1 + (place - literal) >> 5
        continue
      }
      var length = 4
      while place + length < bytes.endIndex, bytes[candidate + length] == bytes[place + length] { length += 1 }
      writer.literal(bytes[literal..<place])
      writer.copy(length, from: place - candidate)
      place += length
      literal = place
    }
    writer.literal(bytes[literal...])
    return writer.bytes
  }

  private static func word(_ bytes: ArraySlice<UInt8>, _ place: Int) -> UInt32 {
    UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2]) << 16
      | UInt32(bytes[place + 3]) << 24
  }

  /// Writes a block's elements; lengths and offsets have the lowest byte first.
  private struct BlockWriter {
    private(set) var bytes: [UInt8] = []

    init(length: Int) {
      bytes.reserveCapacity(length + length / 6 + 8)
      var rest = length
      while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7f) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    mutating func literal(_ piece: ArraySlice<UInt8>) {
      guard !piece.isEmpty else { return }
      let last = piece.count - 1
      switch last {
      case ..<60: bytes.append(UInt8(last << 2))
      case ..<256: bytes += [60 << 2, UInt8(last)]
      default: bytes += [61 << 2, UInt8(last & 0xff), UInt8(last >> 8)]
      }
      bytes += piece
    }

    /// At least four bytes from so far back; one element copies 64 at most, and none is left with fewer than four.
    mutating func copy(_ length: Int, from offset: Int) {
      var rest = length
      while rest >= 68 { rest -= element(64, offset) }
      if rest > 64 { rest -= element(60, offset) }
      guard rest <= 11, offset < 2_048 else {
        _ = element(rest, offset)
        return
      }
      bytes += [1 | UInt8(rest - 4) << 2 | UInt8(offset >> 8) << 5, UInt8(offset & 0xff)]
    }

    private mutating func element(_ length: Int, _ offset: Int) -> Int {
      bytes += [2 | UInt8(length - 1) << 2, UInt8(offset & 0xff), UInt8(offset >> 8)]
      return length
    }
  }
}
