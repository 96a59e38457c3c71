internal import Crypto

/// A position on the 128-bit ring on which shards own ranges: 0 to 2¹²⁸ − 1.
@frozen public struct HashKey: Hashable, Comparable, Sendable, Codable {
  /// The position.
  public var value: UInt128

  /// The key at that position.
  @inlinable public init(_ value: UInt128) { self.value = value }

  /// MD5 of a partition key's UTF-8 bytes, read as a big-endian number (facts §2.1).
  public init(partitionKey: String) {
    var text = partitionKey
    self.value = text.withUTF8 { bytes in
      var hasher = Insecure.MD5()
      unsafe hasher.update(bufferPointer: UnsafeRawBufferPointer(bytes))
      return hasher.finalize().reduce(0) { $0 << 8 | UInt128($1) }
    }
  }

  /// An ExplicitHashKey as AWS takes it: decimal, `0` or no leading zero, at most 2¹²⁸ − 1; nil when it is not.
  public init?(explicit text: String) {
    guard text == "0" || (text.first != "0" && text.utf8.allSatisfy { (48...57).contains($0) }),
      let value = UInt128(text)
    else { return nil }
    self.value = value
  }

  /// The last position of the ring.
  public static let last = HashKey(UInt128.max)

  /// Orders by value.
  @inlinable public static func < (a: HashKey, b: HashKey) -> Bool { a.value < b.value }
}

extension HashKey: CustomStringConvertible {
  /// Decimal, as AWS writes it.
  public var description: String { String(value) }
}

/// A shard's part of the ring: from `start` to `end`, both included.
@frozen public struct HashKeyRange: Hashable, Sendable, Codable {
  /// AWS's StartingHashKey.
  public var start: HashKey
  /// AWS's EndingHashKey; never before `start`.
  public var end: HashKey

  /// The range between two positions, both included; `start` must not lie behind `end`.
  public init(_ start: HashKey, _ end: HashKey) {
    precondition(start <= end, "a hash key range that ends before it starts")
    self.start = start
    self.end = end
  }

  /// The whole ring.
  public static let whole = HashKeyRange(HashKey(0), .last)

  /// Whether the position lies within.
  public func contains(_ key: HashKey) -> Bool { start <= key && key <= end }

  /// Whether `next` begins right behind this range.
  public func isFollowed(by next: HashKeyRange) -> Bool { end != .last && next.start.value == end.value + 1 }

  /// Where an even split begins its upper half: (start + end) / 2, as the Developer Guide does it (facts §2.1).
  public var middle: HashKey { HashKey(start.value + (end.value - start.value) / 2) }

  /// The share of the ring.
  public var share: Double { (Double(end.value - start.value) + 1) / 0x1p128 }

  /// Whether ranges, in order, are the whole ring without gap or overlap, as those of a stream's open shards are.
  public static func arePartition(_ ranges: [HashKeyRange]) -> Bool {
    guard ranges.first?.start.value == 0, ranges.last?.end == .last else { return false }
    return zip(ranges, ranges.dropFirst()).allSatisfy { $0.isFollowed(by: $1) }
  }

  /// Ranges as CreateStream cuts them: floor(2¹²⁸/n) wide each, the last one to the end (facts §2.1).
  ///
  /// `count` must be at least 1. Seen at AWS for 3 and 4 shards.
  public static func even(_ count: Int) -> [HashKeyRange] {
    precondition(count >= 1, "a stream without shards")
    if count == 1 { return [.whole] }
    let (quotient, _) = UInt128(count).dividingFullWidth((1, 0))
    return (0..<count).map { index in
      let start = quotient * UInt128(index)
      return HashKeyRange(HashKey(start), index == count - 1 ? .last : HashKey(start + quotient - 1))
    }
  }
}
