/// A running hash of everything that happened, in order: equal trajectories have equal hashes.
///
/// One multiplication and one shift a word. Each step is a bijection of the state, so a single changed word always
/// changes the value; not for secrets.
@frozen public struct TrajectoryHash: Sendable, Hashable, CustomStringConvertible {
  @usableFromInline var state: UInt64

  /// The hash of nothing.
  @inlinable public init() { state = 0x243f_6a88_85a3_08d3 }

  /// Takes in one word. About 1.5 ns.
  @inlinable public mutating func fold(_ word: UInt64) {
    let product = (state ^ word) &* 0x9fb2_1c65_1e98_df25
    state = product ^ (product >> 32)
  }

  /// The hash so far.
  @inlinable public var value: UInt64 { StableHash.mix(state) }

  /// The value as sixteen lower-case hexadecimal digits.
  public var description: String { Self.hex(value) }

  /// `word` as sixteen lower-case hexadecimal digits.
  public static func hex(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
