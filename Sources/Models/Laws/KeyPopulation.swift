internal import Experiment
internal import KinesisCore
internal import Simulation

/// The partition keys of a producer, each with its hash: built once, shared by all replications.
///
/// Key `i` is `key-i`; salted it is `key-i-j`. Hashes of up to `KeyPopulation.tabled` keys are kept, 16 bytes each; those of
/// larger populations are computed when needed. A new law of keys is a case of `KeySpec.Law` and a line in `draw`.
final class KeyPopulation: Sendable {
  /// The most keys whose hashes are kept.
  static let tabled = 4_000_000

  /// The most keys that are counted. Synthetic laws number their keys by frequency, so none that is hot is left out.
  static let mostCounted = 65_536

  /// How many keys, salted ones counted apart; 0 for round-robin explicit hash keys.
  let count: Int
  private let law: KeySpec.Law
  private let salt: UInt32
  private let ranks: Ranks
  private let hashes: [HashKey]
  private let names: [String]

  /// The population of a law; `trace` gives the names of recorded keys.
  init(_ spec: KeySpec, trace: EventTrace?) {
    let names = trace?.names ?? spec.law.names
    (law, salt, self.names) = (Self.plain(spec.law), UInt32(spec.salt), names)
    switch spec.law {
    case .uniform(let cardinality), .hotSet(let cardinality, _, _), .zipf(let cardinality, _):
      count = cardinality * spec.salt
    case .listed(let names, _, let rest, _): count = (names.count + rest) * spec.salt
    case .single: count = spec.salt
    case .roundRobinExplicit: count = 0
    case .trace: count = (trace?.names.count ?? 0) * spec.salt
    }
    ranks = Ranks(law)
    hashes =
      count <= Self.tabled
      ? (0..<UInt32(count)).map {
        HashKey(partitionKey: Self.name($0, salt: UInt32(spec.salt), names: names))
      }
      : []
  }

  /// A Zipf law without skew is a uniform one.
  private static func plain(_ law: KeySpec.Law) -> KeySpec.Law {
    if case .zipf(let cardinality, 0) = law { .uniform(cardinality: cardinality) } else { law }
  }

  /// How many keys a run counts, to name the hot ones: all recorded keys, the most frequent of synthetic ones.
  var counted: Int { law == .trace ? min(count, Self.tabled) : min(count, Self.mostCounted) }

  /// Whether keys are explicit hash keys in the middle of the open shards, in turn.
  var isRoundRobin: Bool { law == .roundRobinExplicit }

  /// A key, by number. `turn` counts the process's records, for laws that go round; `recorded` is a trace's key.
  @inline(__always)
  func draw(from stream: inout RandomStream, turn: UInt32, recorded: UInt32) -> UInt32 {
    let key: UInt32
    switch law {
    case .uniform(let cardinality): key = UInt32(stream.below(UInt64(cardinality)))
    case .zipf, .listed: key = UInt32(ranks.sample(&stream))
    case .hotSet(let cardinality, let hot, let share):
      let isHot = hot >= cardinality || stream.uniform() < share
      key = isHot ? UInt32(stream.below(UInt64(hot))) : UInt32(hot) + UInt32(stream.below(UInt64(cardinality - hot)))
    case .single: key = 0
    case .roundRobinExplicit: return turn
    case .trace: key = recorded
    }
    return salt == 1 ? key : key * salt + UInt32(stream.below(UInt64(salt)))
  }

  /// A key's hash.
  @inline(__always)
  func hash(of key: UInt32) -> HashKey {
    hashes.isEmpty ? HashKey(partitionKey: name(of: key)) : hashes[Int(key)]
  }

  /// Says that a key's hash will be wanted soon: the table is larger than a cache.
  @inline(__always)
  func prefetch(_ key: UInt32) { hashes.prefetch(Int(key)) }

  /// A key's text.
  func name(of key: UInt32) -> String { Self.name(key, salt: salt, names: names) }

  static func name(_ key: UInt32, salt: UInt32, names: [String]) -> String {
    let base = Int(key / salt)
    let text = names.indices.contains(base) ? names[base] : "key-\(base)"
    return salt == 1 ? text : "\(text)-\(key % salt)"
  }
}

/// Ranks of a Zipf law: by an alias table while it fits the caches, by rejection-inversion above.
private enum Ranks: Sendable {
  case none
  /// The first of the listed keys' cells stands for all others.
  indirect case listed(AliasTable, count: Int, others: Ranks)
  /// Those of a law behind so many ranks; the others are drawn again.
  indirect case behind(Int, Ranks)
  /// So many, all equally likely.
  case alike(Int)
  case table(AliasTable)
  case rejection(ZipfSampler)

  static let mostTabled = 32_768

  init(_ law: KeySpec.Law) {
    if case .listed(_, let shares, let rest, let s) = law {
      let left = rest > 0 ? max(0, 1 - shares.reduce(0, +)) : 0
      self = .listed(AliasTable(weights: [left] + shares), count: shares.count, others: .behind(rest, s, shares.count))
      return
    }
    guard case .zipf(let cardinality, let s) = law else {
      self = .none
      return
    }
    self =
      cardinality <= Self.mostTabled || s == 0
      ? .table(.zipf(cardinality: cardinality, s: s)) : .rejection(ZipfSampler(cardinality: cardinality, s: s))
  }

  /// What goes on behind so many ranks: by a table of its own, or, of many, by those of the whole law that lie there.
  private static func behind(_ count: Int, _ s: Double, _ ranks: Int) -> Ranks {
    guard count > 0 else { return .none }
    if s == 0 { return .alike(count) }
    if count <= mostTabled {
      return .table(AliasTable(weights: (1...count).map { 1 / DeterministicMath.pow(Double(ranks + $0), s) }))
    }
    return .behind(ranks, .rejection(ZipfSampler(cardinality: ranks + count, s: s)))
  }

  func sample(_ stream: inout RandomStream) -> Int {
    switch self {
    case .none: return 0
    case .alike(let count): return Int(stream.below(UInt64(count)))
    case .table(let table): return table.sample(&stream)
    case .rejection(let sampler): return sampler.sample(&stream)
    case .listed(let table, let count, let others):
      let cell = table.sample(&stream)
      return cell > 0 ? cell - 1 : count + others.sample(&stream)
    case .behind(let ranks, let whole):
      while true {
        let rank = whole.sample(&stream)
        if rank >= ranks { return rank - ranks }
      }
    }
  }
}
