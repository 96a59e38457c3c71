public import Experiment
internal import Simulation

extension KeySpec.Law {
  /// The shares of at most so many of the most frequent keys, the first the commonest; none of those that count as spread
  /// evenly: explicit hash keys in turn, and more keys than `most` that are all alike. Nor of recorded keys, which a trace has.
  public func shares(most: Int) -> [Double] {
    switch self {
    case .uniform(let count): return count <= most ? Array(repeating: 1 / Double(count), count: count) : []
    case .zipf(let count, let s):
      let weights = (0..<min(count, most)).map { 1 / DeterministicMath.pow(Double($0 + 1), s) }
      let total = weights.reduce(0, +) + Self.tail(from: weights.count, to: count, s: s)
      return weights.map { $0 / total }
    case .hotSet(let count, let hot, let hotShare):
      let cold = count > hot ? (1 - hotShare) / Double(count - hot) : 0
      return (0..<min(count, most)).map { $0 < hot ? hotShare / Double(hot) : cold }
    case .listed(_, let shares, let rest, let s):
      let left = max(0, 1 - shares.reduce(0, +))
      let others = Self.tail(of: rest, behind: shares.count, s: s, most: most - shares.count)
      return Array((shares + others.map { $0 * left }).prefix(most))
    case .single: return [1]
    case .roundRobinExplicit, .trace: return []
    }
  }

  /// The shares of the most frequent of `count` keys that go on behind so many ranks, of what they have together; none when
  /// they are many and alike.
  private static func tail(of count: Int, behind ranks: Int, s: Double, most: Int) -> [Double] {
    guard count > 0, most > 0, s > 0 || count <= most else { return [] }
    let weights = (0..<min(count, most)).map { 1 / DeterministicMath.pow(Double(ranks + $0 + 1), s) }
    let total = weights.reduce(0, +) + tail(from: ranks + weights.count, to: ranks + count, s: s)
    return weights.map { $0 / total }
  }

  /// The names of its first keys; the others are called `key-i`.
  public var names: [String] {
    if case .listed(let names, _, _, _) = self { names } else { [] }
  }

  /// Σ i^−s for i in from + 1 ... to, by the integral with the midpoint rule: within 1e-9 of the sum behind 1,000 terms.
  private static func tail(from: Int, to count: Int, s: Double) -> Double {
    guard count > from else { return 0 }
    let (a, b) = (Double(from) + 0.5, Double(count) + 0.5)
    guard s != 1 else { return DeterministicMath.log(b) - DeterministicMath.log(a) }
    return (DeterministicMath.pow(b, 1 - s) - DeterministicMath.pow(a, 1 - s)) / (1 - s)
  }
}

/// Neighbouring ranks of a Zipf law, taken together where they hardly differ.
public struct RankBlock: Sendable, Hashable {
  /// How many ranks, and the share of each.
  public var count: Double, share: Double

  /// The ranks of a law of so many keys: the first 1,024 one by one, the others by 64ths of what is before them.
  public static func blocks(of keys: Int, skew: Double) -> [RankBlock] {
    guard skew > 0 else { return [RankBlock(count: Double(keys), share: 1 / Double(keys))] }
    var (blocks, rank): ([RankBlock], Int) = ([], 1)
    while rank <= keys {
      let count = min(keys - rank + 1, rank <= 1_024 ? 1 : rank / 64)
      let middle = Double(rank) + Double(count - 1) / 2
      blocks.append(RankBlock(count: Double(count), share: DeterministicMath.pow(middle, -skew)))
      rank += count
    }
    let sum = blocks.reduce(0) { $0 + $1.count * $1.share }
    return blocks.map { RankBlock(count: $0.count, share: $0.share / sum) }
  }
}
