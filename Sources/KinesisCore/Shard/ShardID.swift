/// A shard's number: shards are numbered from 0 in order of creation and a number is never used twice (facts §2.1).
///
/// It is also the shard's position in `Stream.shards`.
@frozen public struct ShardID: Hashable, Comparable, Sendable, Codable {
  /// The number.
  public var number: Int32

  /// The shard of that number.
  @inlinable public init(_ number: Int) { self.number = Int32(number) }

  /// Reads `shardId-000000000007`; nil when it is anything else.
  public init?(_ text: String) {
    guard text.hasPrefix("shardId-"), text.utf8.count == 20, let number = Int32(text.dropFirst(8)), number >= 0 else {
      return nil
    }
    self.number = number
  }

  /// The position in `Stream.shards`.
  @inlinable public var index: Int { Int(number) }

  /// Orders by value.
  @inlinable public static func < (a: ShardID, b: ShardID) -> Bool { a.number < b.number }
}

extension ShardID: CustomStringConvertible {
  /// AWS's form, `shardId-000000000007`.
  public var description: String {
    let digits = String(number)
    return "shardId-" + String(repeating: "0", count: 12 - digits.count) + digits
  }
}
