public import KinesisCore
internal import Simulation
internal import Units

/// How a stream's records fall on the ring of hash keys, by arithmetic on the laws of its producers' keys: nothing is drawn.
///
/// The most frequent keys stand where MD5 puts them; the rest of a large population counts as spread evenly. Explicit hash
/// keys in turn follow the shards and count as spread evenly, too.
public struct RingLoad: Sendable {
  /// A key and its part of the stream's records.
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
  /// The stream's mean rate over the run, records a second.
  public let rate: Double
  /// `sums[i]` is the share of the keys before the i-th.
  private let sums: [Double]

  /// The load of a stream, by its position in the experiment. Time and memory grow with the keys, at most 65,536 a producer.
  public init(of stream: Int, in experiment: Experiment) {
    let writers = experiment.producers.indices.filter {
      experiment.producers[$0].firehose == nil && experiment.producers[$0].stream == stream
    }
    let means = ProducerRates(experiment)
    let rates = writers.map { means.mean(of: $0) }, total = rates.reduce(0, +)
    var keys: [Key] = []
    for (writer, rate) in zip(writers, rates) where total > 0 {
      keys += Self.keys(of: experiment.producers[writer], weight: rate / total)
    }
    self.init(keys: keys, rate: total)
  }

  /// The load of keys whose shares sum to at most 1; the rest counts as spread evenly.
  public init(keys: [Key], rate: Double) {
    self.keys = keys.sorted { ($0.hash, $0.name) < ($1.hash, $1.name) }
    self.rate = rate
    var sum = 0.0
    sums =
      [0]
      + self.keys.map { key in
        sum += key.share
        return sum
      }
    spread = max(0, 1 - sum)
  }

  /// The share of the records that fall into a range. O(log keys).
  public func share(of range: HashKeyRange) -> Double {
    sums[first(behind: range.end)] - sums[first(from: range.start)] + spread * range.share
  }

  /// The most frequent key of a range; nil when none stands there.
  public func hottestKey(in range: HashKeyRange) -> Key? {
    keys[first(from: range.start)..<first(behind: range.end)].max { ($0.share, $1.name) < ($1.share, $0.name) }
  }

  private func first(from key: HashKey) -> Int { first { $0.hash >= key } }
  private func first(behind key: HashKey) -> Int { first { $0.hash > key } }

  private func first(where isBehind: (Key) -> Bool) -> Int {
    var (low, high) = (0, keys.count)
    while low < high {
      let middle = (low + high) / 2
      if isBehind(keys[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  private static func keys(of producer: ProducerSpec, weight: Double) -> [Key] {
    let salt = producer.keys.salt
    let (shares, names) = shares(producer, most: max(1, mostKeys / salt))
    return shares.enumerated().flatMap { index, share in
      (0..<salt).map { way in
        let name = KeyPopulation.name(UInt32(index * salt + way), salt: UInt32(salt), names: names)
        return Key(name: name, hash: HashKey(partitionKey: name), share: weight * share / Double(salt))
      }
    }
  }

  /// The shares of the most frequent keys, and the names of recorded ones.
  private static func shares(_ producer: ProducerSpec, most: Int) -> (shares: [Double], names: [String]) {
    switch producer.keys.law {
    case .uniform(let count):
      // More keys than can stand one by one, all equal: as good as spread.
      return (count <= most ? Array(repeating: 1 / Double(count), count: count) : [], [])
    case .zipf(let count, let s):
      let weights = (0..<min(count, most)).map { 1 / DeterministicMath.pow(Double($0 + 1), s) }
      let total = weights.reduce(0, +) + tail(from: weights.count, to: count, s: s)
      return (weights.map { $0 / total }, [])
    case .hotSet(let count, let hot, let hotShare):
      let cold = count > hot ? (1 - hotShare) / Double(count - hot) : 0
      return ((0..<min(count, most)).map { $0 < hot ? hotShare / Double(hot) : cold }, [])
    case .single: return ([1], [])
    case .roundRobinExplicit: return ([], [])
    case .trace: return recorded(producer, most: most)
    }
  }

  /// Σ i^−s for i in from + 1 ... to, by the integral with the midpoint rule: within 1e-9 of the sum behind 1,000 terms.
  private static func tail(from: Int, to count: Int, s: Double) -> Double {
    guard count > from else { return 0 }
    let (a, b) = (Double(from) + 0.5, Double(count) + 0.5)
    guard s != 1 else { return DeterministicMath.log(b) - DeterministicMath.log(a) }
    return (DeterministicMath.pow(b, 1 - s) - DeterministicMath.pow(a, 1 - s)) / (1 - s)
  }

  private static func recorded(_ producer: ProducerSpec, most: Int) -> (shares: [Double], names: [String]) {
    guard case .events(let trace) = producer.rate, !trace.keys.isEmpty else { return ([], []) }
    var counts = Array(repeating: 0, count: trace.names.count)
    for key in trace.keys { counts[Int(key)] += 1 }
    let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }.prefix(most)
    return (order.map { Double(counts[$0]) / Double(trace.keys.count) }, order.map { trace.names[$0] })
  }
}
