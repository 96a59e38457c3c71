public import Experiment
public import KinesisCore
internal import Models
internal import Scenario
internal import Units

/// What each shard of the real stream had, and the law of keys that this speaks for.
///
/// How uneven shards are tells how uneven keys are: with keys that MD5 lays at random, the squares of what the shards have too much or
/// too little are on average those of the keys' shares, times one minus the sum of the squares of the ranges. So Σp² is measured, and
/// the Zipf law over `keys` keys with that Σp² is taken. It is rough: of n shards the standard error of Σp² is √(2/n) of it.
public struct ShardProfile: Sendable {
  /// A shard.
  public struct Shard: Sendable, Hashable {
    /// AWS's id of it, or that of its query.
    public var name: String
    /// Its part of the ring.
    public var range: HashKeyRange
    /// Its share of the records, 0 to 1.
    public var share: Double
    /// Its share of the refusals; nil when they were not counted by shard, or there were none.
    public var throttled: Double?
  }

  /// In the order of the ring.
  public let shards: [Shard]
  /// So many keys alike would be as uneven; infinite when the shards are no more uneven than chance makes them.
  public let alikeKeys: Double
  /// The exponent of the Zipf law, 0 for keys alike, and where it lies in 95 of 100 cases.
  public let exponent: Double, interval: ClosedRange<Double>
  /// The keys of the scenario: that law's shares, under names that MD5 lays into the shards, each shard's stretched to what it had.
  public let scenario: KeySpec.Law

  /// The most a shard's exponent is looked for.
  private static let mostSkew = 3.0
  /// Keys of the scenario: so many, or so many a shard.
  private static let (keys, keysPerShard, mostKeys) = (1_000, 4, 100_000)
  /// The most hashes that are computed for names.
  private static let mostTrials = 1_000_000

  /// The profile of what was counted by shard; nil when nothing was.
  init?(_ input: TraceInput) {
    let found = input.shards, total = found.reduce(0) { $0 + $1.records }
    guard found.count > 1, total > 0 else { return nil }
    let refused = found.reduce(0) { $0 + ($1.throttled ?? 0) }
    let shards = found.map { one in
      Shard(
        name: one.name, range: one.range, share: one.records / total,
        throttled: refused > 0 ? (one.throttled ?? 0) / refused : nil)
    }
    self.shards = shards
    let spread = 1 - shards.reduce(0) { $0 + $1.range.share * $1.range.share }
    let excess = shards.reduce(0) { $0 + ($1.share - $1.range.share) * ($1.share - $1.range.share) }
    // What the chance of single records adds is taken off.
    let squares = max(0, excess / spread - 1 / total)
    alikeKeys = squares > 0 ? max(1, 1 / squares) : .infinity
    let count = min(Self.mostKeys, max(Self.keys, Self.keysPerShard * shards.count))
    let error = 2 * (2 / Double(shards.count)).squareRoot()
    let least = Self.exponent(squares / (1 + error), keys: count)
    let most = error < 1 ? Self.exponent(squares / (1 - error), keys: count) : Self.mostSkew
    exponent = Self.exponent(squares, keys: count)
    interval = least...max(least, most)
    scenario = Self.keys(KeySpec.Law.zipf(cardinality: count, s: exponent).shares(most: count), in: shards)
  }

  /// The one with the most records for what a shard takes.
  public var hottest: Shard { shards.dropFirst().reduce(shards[0]) { $1.share > $0.share ? $1 : $0 } }

  /// Each shard's share of the records.
  var shares: [Double] { shards.map(\.share) }

  /// The exponent at which Σp² is as wanted, by bisection.
  private static func exponent(_ squares: Double, keys: Int) -> Double {
    let of = { (s: Double) in KeySpec.Law.zipf(cardinality: keys, s: s).shares(most: keys).reduce(0) { $0 + $1 * $1 } }
    var (low, high) = (0.0, mostSkew)
    if squares <= of(low) { return low }
    if squares >= of(high) { return high }
    for _ in 0..<20 {
      let middle = (low + high) / 2
      if of(middle) < squares { low = middle } else { high = middle }
    }
    return ((low + high) / 2 * 1_000).rounded() / 1_000
  }

  /// Each key goes to the shard that lacks most, the largest first; then each shard's keys are stretched to its share.
  private static func keys(_ weights: [Double], in shards: [Shard]) -> KeySpec.Law {
    var lack = shards.map(\.share), own = shards.map { _ in [Double]() }
    for weight in weights {
      let place = lack.indices.reduce(0) { lack[$1] > lack[$0] ? $1 : $0 }
      lack[place] -= weight
      own[place].append(weight)
    }
    // A shard with less than the smallest key has a smaller one.
    for (place, shard) in shards.enumerated() where own[place].isEmpty && shard.share > 0 { own[place] = [shard.share] }
    let names = names(own.map(\.count), in: shards.map(\.range))
    var keys: [(name: String, share: Double)] = []
    for (place, shard) in shards.enumerated() {
      let used = zip(names[place], own[place]), sum = used.reduce(0) { $0 + $1.1 }
      keys += used.map { ($0, shard.share * $1 / sum) }
    }
    // A shard that no name falls into leaves its share to the others.
    let whole = keys.reduce(0) { $0 + $1.share }
    keys = keys.filter { $0.share > 0 }.sorted { ($1.share, $0.name) < ($0.share, $1.name) }
    return .listed(names: keys.map(\.name), shares: keys.map { $0.share / whole }, rest: 0, s: 0)
  }

  /// So many names for each range, `key-1` and on, by where MD5 lays them; fewer where a range is too narrow to be hit.
  private static func names(_ wanted: [Int], in ranges: [HashKeyRange]) -> [[String]] {
    var (result, missing) = (wanted.map { _ in [String]() }, wanted.reduce(0, +))
    let ends = ranges.map(\.end)
    for number in 1...mostTrials where missing > 0 {
      let name = "key-\(number)", hash = HashKey(partitionKey: name)
      let place = ends.partitioningIndex { $0 >= hash }
      guard result[place].count < wanted[place] else { continue }
      result[place].append(name)
      missing -= 1
    }
    return result
  }
}
