public import Experiment
public import KinesisCore
internal import Units

/// How records fall on the ring of hash keys, by arithmetic on how often each key occurs: nothing is drawn.
///
/// The most frequent keys stand where MD5 puts them; the rest of a large population counts as spread evenly. Explicit hash
/// keys in turn follow the shards and count as spread evenly, too.
public struct Ring: Sendable {
  /// A key and its part of the records.
  public struct Key: Sendable, Hashable {
    /// Its text.
    public var name: String
    /// Where it lies.
    public var hash: HashKey
    /// Its share of all records, 0 to 1.
    public var share: Double
  }

  /// Keys of a producer that stand on the ring one by one, salted ones counted apart.
  public static let mostKeys = 65_536

  /// In the order of the ring.
  public let keys: [Key]
  /// The share of the records that counts as spread evenly.
  public let spread: Double
  /// `sums[i]` is what the keys before the i-th weigh, of `whole`.
  private let sums: [Double], whole: Double

  /// The ring of a stream, by its position in the experiment. Time and memory grow with the keys, at most 65,536 a producer.
  public init(of stream: Int, in experiment: Experiment) {
    let writers = experiment.writers(of: stream), rates = ProducerRates(experiment)
    let means = writers.map { rates.mean(of: $0) }, total = means.reduce(0, +)
    let keys = zip(writers, means).flatMap { writer, mean in
      total > 0 ? Self.keys(of: experiment.producers[writer], weight: mean / total) : []
    }
    self.init(keys, whole: 1)
  }

  /// The ring of a law of synthetic keys.
  public init(_ law: KeySpec.Law) {
    self.init(Self.keys(KeySpec(law), law.shares(most: Self.mostKeys), law.names), whole: 1)
  }

  /// The ring of keys that were counted; nothing is spread.
  public init(counts: [(key: String, count: Int)]) {
    self.init(counts.map { ($0.key, Double($0.count)) }, whole: Double(counts.reduce(0) { $0 + $1.count }))
  }

  private init(_ weights: [(name: String, weight: Double)], whole: Double) {
    let placed = weights.map { (hash: HashKey(partitionKey: $0.name), name: $0.name, weight: $0.weight) }
      .sorted { ($0.hash, $0.name) < ($1.hash, $1.name) }
    keys = placed.map { Key(name: $0.name, hash: $0.hash, share: $0.weight / whole) }
    sums = placed.reduce(into: [0]) { sums, key in sums.append(sums[sums.count - 1] + key.weight) }
    (spread, self.whole) = (max(0, whole - sums[sums.count - 1]) / whole, whole)
  }

  /// The share of the records that fall into a range. O(log keys).
  public func share(of range: HashKeyRange) -> Double {
    let place = indices(in: range)
    return (sums[place.upperBound] - sums[place.lowerBound]) / whole + spread * range.share
  }

  /// The share of each of so many shards with even ranges.
  public func shares(ofShards count: Int) -> [Double] { HashKeyRange.even(count).map(share(of:)) }

  /// The hottest one's share of so many shards with even ranges.
  public func hottest(ofShards count: Int) -> Double { shares(ofShards: count).max() ?? 1 }

  /// The hottest one's share of shards with such ranges.
  public func hottest(of ranges: [HashKeyRange]) -> Double { ranges.map(share(of:)).max() ?? 1 }

  /// The most frequent key of a range; nil when none stands there.
  public func hottestKey(in range: HashKeyRange) -> Key? {
    keys[indices(in: range)].max { ($0.share, $1.name) < ($1.share, $0.name) }
  }

  private func indices(in range: HashKeyRange) -> Range<Int> {
    keys.partitioningIndex { $0.hash >= range.start }..<keys.partitioningIndex { $0.hash > range.end }
  }

  private static func keys(of producer: ProducerSpec, weight: Double) -> [(name: String, weight: Double)] {
    let most = max(1, mostKeys / producer.keys.salt)
    let (shares, names) =
      producer.keys.law == .trace
      ? recorded(producer, most: most) : (producer.keys.law.shares(most: most), producer.keys.law.names)
    return keys(producer.keys, shares.map { weight * $0 }, names)
  }

  /// Keys with their salts; `names` are those of recorded ones.
  private static func keys(
    _ spec: KeySpec, _ shares: [Double], _ names: [String]
  ) -> [(name: String, weight: Double)] {
    shares.enumerated().flatMap { index, share in
      (0..<spec.salt).map { way in
        let name = KeyPopulation.name(UInt32(index * spec.salt + way), salt: UInt32(spec.salt), names: names)
        return (name, share / Double(spec.salt))
      }
    }
  }

  /// The shares and names of the most frequent of recorded keys.
  private static func recorded(_ producer: ProducerSpec, most: Int) -> (shares: [Double], names: [String]) {
    guard case .events(let trace) = producer.rate, !trace.keys.isEmpty else { return ([], []) }
    var counts = Array(repeating: 0, count: trace.names.count)
    for key in trace.keys { counts[Int(key)] += 1 }
    let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(most)
    return (order.map { Double(counts[$0]) / Double(trace.keys.count) }, order.map { trace.names[$0] })
  }
}
