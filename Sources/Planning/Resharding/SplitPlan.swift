internal import Experiment
public import KinesisCore
public import Models
internal import Units

/// Splits, one after another, that take the hottest shard of a stream below a share of its records.
///
/// Each splits the hottest open shard where its load is halved, which is where its keys lie, not where the ring is halved.
public struct SplitPlan: Sendable {
  /// One SplitShard.
  public struct Step: Sendable, Hashable {
    /// The shard that is split.
    public var shard: ShardID
    /// NewStartingHashKey: where the upper child begins.
    public var key: HashKey
  }

  /// Shards at the start, all even.
  public let start: Int
  /// In the order in which they are to be called; children are numbered on, the lower first.
  public private(set) var steps: [Step] = []
  /// The share of the records that the hottest shard has in the end.
  public private(set) var hottest: Double
  /// The key that keeps the hottest shard above the target, when no split can part it; nil otherwise.
  public private(set) var unsplittable: Ring.Key?

  /// Shards in the end.
  public var shards: Int { start + steps.count }

  /// Splits for a load over `start` even shards, `most` at the most, until no shard has more than `target` of the records.
  public init(_ load: Ring, from start: Int, target: Double, most: Int) {
    self.init(load, from: HashKeyRange.even(start), target: target, most: most)
  }

  /// The same over shards of such ranges, in the order of the ring.
  public init(_ load: Ring, from ranges: [HashKeyRange], target: Double, most: Int) {
    start = ranges.count
    var open = ranges.enumerated().map { (id: ShardID($0), range: $1) }
    hottest = 0
    while true {
      let shares = open.map { load.share(of: $0.range) }
      guard let place = shares.indices.max(by: { (shares[$0], $1) < (shares[$1], $0) }) else { return }
      hottest = shares[place]
      if hottest <= target * (1 + 1e-9) || steps.count >= most { return }
      guard let key = Self.cut(open[place].range, load) else {
        unsplittable = load.hottestKey(in: open[place].range)
        return
      }
      let (shard, range) = open[place], next = start + 2 * steps.count
      steps.append(Step(shard: shard, key: key))
      open[place] = (ShardID(next), HashKeyRange(range.start, HashKey(key.value - 1)))
      open.insert((ShardID(next + 1), HashKeyRange(key, range.end)), at: place + 1)
    }
  }

  /// Where a range's load is halved best; nil when no split makes either part less than the whole.
  private static func cut(_ range: HashKeyRange, _ load: Ring) -> HashKey? {
    let whole = load.share(of: range), half = whole / 2
    var (low, high) = (range.start.value, range.end.value)
    while low < high {
      let middle = low + (high - low) / 2
      if load.share(of: HashKeyRange(range.start, HashKey(middle))) >= half { high = middle } else { low = middle + 1 }
    }
    let cuts = load.cuts(around: HashKey(low), in: range).map(\.value)
    let heavier = { (key: UInt128) in
      max(
        load.share(of: HashKeyRange(range.start, HashKey(key - 1))),
        load.share(of: HashKeyRange(HashKey(key), range.end)))
    }
    guard let best = cuts.min(by: { heavier($0) < heavier($1) }), heavier(best) < whole * 0.999 else { return nil }
    return HashKey(best)
  }
}

extension Ring {
  /// How far a cut stays away from a key: a part in 2³² of the ring, where the next key leaves that room. A shard of two
  /// hash keys would isolate a hot key as well, until the first producer with a salt or a suffix.
  private static let clearance: UInt128 = 1 << 96

  /// Where SplitShard may part a range right before or right behind a position: start + 1 < cut < end, as AWS wants it.
  fileprivate func cuts(around place: HashKey, in range: HashKeyRange) -> [HashKey] {
    let next = keys.partitioningIndex { $0.hash > place }, before = keys.partitioningIndex { $0.hash >= place } - 1
    let low = place.value
    let floor = before >= 0 ? max(range.start, keys[before].hash).value : range.start.value
    let ceiling = next < keys.count ? min(range.end, keys[next].hash).value : range.end.value
    let below = low - min((low - floor) / 2, Self.clearance)
    let above = low + min(ceiling - low - (ceiling - low) / 2, Self.clearance)
    return [HashKey(below), HashKey(above)].filter { $0.value > range.start.value + 1 && $0 < range.end }
  }
}
