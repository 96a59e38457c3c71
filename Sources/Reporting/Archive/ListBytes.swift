internal import Experiment
internal import Foundation

/// Long lists as bytes and back: numbers as the machine has them, the lowest byte first, so that millions take milliseconds.
///
/// Four counts (lists of whole numbers, of positions, of real numbers, and texts), then each list: how many numbers, how many bytes
/// each has, the numbers; then each text: how many bytes, the bytes in UTF-8. Counts are whole numbers of eight bytes.
enum ListBytes {
  static func bytes(_ lists: LongLists) -> Data {
    var bytes = Data()
    for count in [lists.wholes.count, lists.positions.count, lists.reals.count, lists.texts.count] {
      append(count, to: &bytes)
    }
    for list in lists.wholes {
      let isShort = list.allSatisfy { Int32(exactly: $0) != nil }
      append(list.count, to: &bytes)
      append(isShort ? 4 : 8, to: &bytes)
      if isShort {
        append(list.map { Int32(truncatingIfNeeded: $0).littleEndian }, to: &bytes)
      } else {
        append(list.map { $0.littleEndian }, to: &bytes)
      }
    }
    for list in lists.positions {
      append(list.count, to: &bytes)
      append(4, to: &bytes)
      append(list.map { $0.littleEndian }, to: &bytes)
    }
    for list in lists.reals {
      append(list.count, to: &bytes)
      append(8, to: &bytes)
      append(list.map { $0.bitPattern.littleEndian }, to: &bytes)
    }
    for text in lists.texts {
      append(text.utf8.count, to: &bytes)
      bytes.append(contentsOf: text.utf8)
    }
    return bytes
  }

  private static func append(_ count: Int, to bytes: inout Data) { append([Int64(count).littleEndian], to: &bytes) }

  private static func append<Number: BitwiseCopyable>(_ list: [Number], to bytes: inout Data) {
    unsafe list.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
  }

  /// Nil when they are not what `bytes` makes.
  static func lists(_ bytes: Data) -> LongLists? {
    var reader = Reader(bytes: bytes), lists = LongLists()
    guard let wholes = reader.count(), let positions = reader.count(), let reals = reader.count(),
      let texts = reader.count()
    else { return nil }
    for _ in 0..<wholes {
      guard let count = reader.count(), let width = reader.count() else { return nil }
      if width == 4, let list = reader.numbers(count, of: Int32.self) {
        lists.wholes.append(list.map { Int64(Int32(littleEndian: $0)) })
      } else if width == 8, let list = reader.numbers(count, of: Int64.self) {
        lists.wholes.append(list.map { Int64(littleEndian: $0) })
      } else {
        return nil
      }
    }
    for _ in 0..<positions {
      guard let count = reader.count(), reader.count() == 4, let list = reader.numbers(count, of: Int32.self) else {
        return nil
      }
      lists.positions.append(list.map { Int32(littleEndian: $0) })
    }
    for _ in 0..<reals {
      guard let count = reader.count(), reader.count() == 8, let list = reader.numbers(count, of: UInt64.self) else {
        return nil
      }
      lists.reals.append(list.map { Double(bitPattern: UInt64(littleEndian: $0)) })
    }
    for _ in 0..<texts {
      guard let text = reader.count().flatMap({ reader.text($0) }) else { return nil }
      lists.texts.append(text)
    }
    return reader.isAtEnd ? lists : nil
  }

  private struct Reader {
    let bytes: Data
    private var position: Int

    init(bytes: Data) { (self.bytes, position) = (bytes, bytes.startIndex) }

    var isAtEnd: Bool { position == bytes.endIndex }

    /// The next so many bytes; nil where there are fewer.
    private mutating func take(_ count: Int) -> Data? {
      guard count >= 0, count <= bytes.endIndex - position else { return nil }
      defer { position += count }
      return bytes[position..<(position + count)]
    }

    /// A count of what follows, which takes a byte each at least.
    mutating func count() -> Int? {
      guard let number = numbers(1, of: Int64.self)?.first else { return nil }
      let count = Int(Int64(littleEndian: number))
      return (0...bytes.count).contains(count) ? count : nil
    }

    mutating func numbers<Number: FixedWidthInteger & BitwiseCopyable>(
      _ count: Int, of type: Number.Type
    ) -> [Number]? {
      guard count <= bytes.count, let part = take(count * MemoryLayout<Number>.size) else { return nil }
      return unsafe [Number](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = unsafe part.copyBytes(to: buffer) / MemoryLayout<Number>.size
      }
    }

    mutating func text(_ count: Int) -> String? { take(count).flatMap { String(validating: $0, as: UTF8.self) } }
  }
}
