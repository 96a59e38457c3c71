/// One split or merge.
public enum ReshardStep: Sendable, Hashable, Codable {
  /// Splits a shard; its upper child begins at the key.
  case split(ShardID, at: HashKey)
  /// Merges a shard with the one right behind it on the ring.
  case merge(ShardID, ShardID)
}

/// The splits and merges by which UpdateShardCount reaches shards of equal size.
///
/// A sweep from left to right over the target's boundaries: that reproduces the shard numbers seen in production, 4 → 3
/// leaving shards 6, 9 and 10 (facts §2.1, observed). From S even shards to T it takes S + T − 2 × gcd(S, T) steps: a split
/// for each boundary that is new and a merge for each that is no longer wanted.
public enum ReshardPlan {
  /// How many keys a boundary may lie beside the wanted one and still be it: 65,536, or the shard counts where more.
  ///
  /// CreateStream rounds down, so that the same fraction of the ring lies at a key of its own for each count, at most as many
  /// keys apart as there are shards; a history of counts adds two of those. Different fractions lie 2¹²⁸ / (S × T) apart,
  /// and the chance that any key falls between is 10⁻³³.
  static func tolerance(_ from: Int, _ target: Int) -> UInt128 { UInt128(max(1 << 16, from, target)) }

  /// The steps from the open shards, in the order of the ring, to `target` even ones. New shards are numbered from
  /// `firstNew` on, in the order of the steps, lower child first. O(shards before and after).
  ///
  /// A boundary that is there already, or nearly, stays as it is: no shard of a few keys is split off and merged away.
  public static func uniform(
    from open: [(id: ShardID, range: HashKeyRange)], to target: Int, firstNew: Int
  ) -> [ReshardStep] {
    var sweep = Sweep(rest: Array(open.reversed()), nextNumber: firstNew)
    for range in goals(open.map(\.range), target) { sweep.assemble(range) }
    return sweep.steps
  }

  /// Even ranges whose ends lie where one of `open` ends, if one does nearly.
  private static func goals(_ open: [HashKeyRange], _ target: Int) -> [HashKeyRange] {
    let tolerance = tolerance(open.count, target)
    var place = 0, start = HashKey(0)
    return HashKeyRange.even(target).map { wanted in
      func distance(_ index: Int) -> UInt128 {
        let end = open[index].end
        return end > wanted.end ? end.value - wanted.end.value : wanted.end.value - end.value
      }
      while place + 1 < open.count, distance(place + 1) <= distance(place) { place += 1 }
      let end = distance(place) <= tolerance ? open[place].end : wanted.end
      defer { start = HashKey(end.value &+ 1) }
      return HashKeyRange(start, end)
    }
  }

  private struct Sweep {
    /// Pieces to the right of what is assembled, nearest last.
    var rest: [(id: ShardID, range: HashKeyRange)]
    var nextNumber: Int
    var steps: [ReshardStep] = []

    mutating func assemble(_ target: HashKeyRange) {
      var piece = cut(takeNext(), at: target.end)
      while piece.range.end < target.end {
        let neighbour = cut(takeNext(), at: target.end)
        steps.append(.merge(piece.id, neighbour.id))
        piece = (number(), HashKeyRange(piece.range.start, neighbour.range.end))
      }
    }

    private mutating func takeNext() -> (id: ShardID, range: HashKeyRange) {
      guard let piece = rest.popLast() else { preconditionFailure("open shards that do not cover the ring") }
      return piece
    }

    /// Splits a piece that reaches beyond `end`, puts the right part back and returns the left one.
    private mutating func cut(
      _ piece: (id: ShardID, range: HashKeyRange), at end: HashKey
    ) -> (id: ShardID, range: HashKeyRange) {
      guard piece.range.end > end else { return piece }
      let boundary = HashKey(end.value + 1)
      steps.append(.split(piece.id, at: boundary))
      let left = number()
      rest.append((number(), HashKeyRange(boundary, piece.range.end)))
      return (left, HashKeyRange(piece.range.start, end))
    }

    private mutating func number() -> ShardID {
      defer { nextNumber += 1 }
      return ShardID(nextNumber)
    }
  }
}
