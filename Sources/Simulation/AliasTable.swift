/// Samples one of N indices by weight, with one draw and one cache line (Walker 1977; Vose 1991).
///
/// A cell is 8 bytes (a 32-bit threshold and a 32-bit alias), so N cells take 8 N bytes; building takes 12 N more for a
/// moment and O(N) time. Probabilities are exact to 2^−32 / N each.
@frozen public struct AliasTable: Sendable {
  @usableFromInline let cells: [UInt64]

  /// A table of 1 to 2^32 weights, finite and ≥ 0 with a positive sum; they need not sum to 1.
  public init(weights: [Double]) {
    precondition(!weights.isEmpty && weights.count <= 1 << 32, "an alias table holds 1 to 2^32 weights")
    let sum = weights.reduce(0, +)
    precondition(weights.allSatisfy { $0 >= 0 } && sum > 0 && sum < .infinity, "weights are ≥ 0 with a positive sum")
    cells = Self.build(weights.map { $0 / sum * Double(weights.count) })
  }

  /// The weights 1 / rank^s of a Zipf law over `cardinality` indices, the commonest first; s ≥ 0, and 0 is uniform.
  public static func zipf(cardinality: Int, s: Double) -> AliasTable {
    precondition(s >= 0, "a Zipf exponent is not negative")
    return AliasTable(weights: (1...cardinality).map { 1 / DeterministicMath.pow(Double($0), s) })
  }

  /// How many indices.
  @inlinable public var count: Int { cells.count }

  /// An index in 0 ..< count. One draw, O(1).
  @inlinable public func sample(_ stream: inout RandomStream) -> Int { index(for: stream.next()) }

  /// The index that 64 random bits choose.
  @inlinable public func index(for bits: UInt64) -> Int {
    let (cell, rest) = bits.multipliedFullWidth(by: UInt64(cells.count))
    // Unchecked reading is sound: the upper word of bits × count is below count.
    let packed = cells.withUnsafeBufferPointer { $0[Int(cell)] }
    return rest >> 32 < packed >> 32 ? Int(cell) : Int(packed & 0xffff_ffff)
  }

  /// Says that the index which those bits choose will be wanted soon: a large table does not fit the caches.
  @inlinable @inline(__always)
  public func prefetch(for bits: UInt64) { cells.prefetch(Int(bits.multipliedFullWidth(by: UInt64(cells.count)).high)) }

  /// The probability of each index as the cells give it; O(N).
  public var probabilities: [Double] {
    var shares = Array(repeating: 0.0, count: cells.count)
    for (i, cell) in cells.enumerated() {
      let own = Double(cell >> 32) * 0x1p-32
      shares[i] += own
      shares[Int(cell & 0xffff_ffff)] += 1 - own
    }
    return shares.map { $0 / Double(cells.count) }
  }

  /// Vose's algorithm on weights of mean 1: small cells are topped up by large ones, in order of index.
  private static func build(_ scaled: [Double]) -> [UInt64] {
    var left = scaled
    var small = left.indices.filter { left[$0] < 1 }.map(UInt32.init(truncatingIfNeeded:))
    var large = left.indices.filter { left[$0] >= 1 }.map(UInt32.init(truncatingIfNeeded:))
    var cells = left.indices.map { pack(share: 1, alias: $0) }
    while let s = small.last, let l = large.last {
      small.removeLast()
      cells[Int(s)] = pack(share: left[Int(s)], alias: Int(l))
      left[Int(l)] -= 1 - left[Int(s)]
      guard left[Int(l)] < 1 else { continue }
      large.removeLast()
      small.append(l)
    }
    return cells
  }

  /// A cell that keeps its own index with probability `share`; a full cell is its own alias.
  private static func pack(share: Double, alias: Int) -> UInt64 {
    let threshold = UInt64((Swift.max(0, share) * 0x1p32).rounded())
    return Swift.min(threshold, 0xffff_ffff) << 32 | UInt64(alias)
  }
}
