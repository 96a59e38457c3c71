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
/// leaving shards 6, 9 and 10 (facts §2.1, observed).
public enum ReshardPlan {
  /// The steps from the open shards, in the order of the ring, to `target` even ones. New shards are numbered from
  /// `firstNew` on, in the order of the steps, lower child first.
  public static func uniform(
    from open: [(id: ShardID, range: HashKeyRange)], to target: Int, firstNew: Int
  ) -> [ReshardStep] {
    var sweep = Sweep(rest: Array(open.reversed()), nextNumber: firstNew)
    for range in HashKeyRange.even(target) { sweep.assemble(range) }
    return sweep.steps
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
