/// A number of bytes; never negative where a size is meant. Sums and products stop at the ends of 64 bits instead of trapping.
@frozen public struct Bytes: Hashable, Comparable, Sendable, Codable {
  /// How many.
  public var count: Int64

  /// That many bytes.
  @inlinable public init(_ count: Int64) { self.count = count }

  /// None.
  @inlinable public static var zero: Bytes { Bytes(0) }
  /// `n` × 1,024 bytes.
  @inlinable public static func kibibytes(_ n: Int64) -> Bytes { Bytes(n << 10) }
  /// `n` × 1,048,576 bytes: what AWS's throughput limits mean by "MB" (facts §0, "Use MiB").
  @inlinable public static func mebibytes(_ n: Int64) -> Bytes { Bytes(n << 20) }

  /// Orders by value.
  @inlinable public static func < (a: Bytes, b: Bytes) -> Bool { a.count < b.count }
  /// The sum of two sizes.
  @inlinable public static func + (a: Bytes, b: Bytes) -> Bytes { Bytes(a.count.plusClamped(b.count)) }
  /// The difference of two sizes.
  @inlinable public static func - (a: Bytes, b: Bytes) -> Bytes { Bytes(a.count.minusClamped(b.count)) }
  /// Adds in place.
  @inlinable public static func += (a: inout Bytes, b: Bytes) { a = a + b }
  /// Subtracts in place.
  @inlinable public static func -= (a: inout Bytes, b: Bytes) { a = a - b }
  /// `n` times the size.
  @inlinable public static func * (a: Bytes, n: Int64) -> Bytes { Bytes(a.count.timesClamped(n)) }
}

extension Bytes: CustomStringConvertible {
  /// The shortest exact form in binary units, such as `512B`, `50KiB` or `1MiB`.
  public var description: String {
    for (suffix, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where count != 0 && count % (1 << shift) == 0 {
      return "\(count >> shift)\(suffix)"
    }
    return "\(count)B"
  }
}
