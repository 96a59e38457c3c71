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
    (law, salt, names) = (Self.plain(spec.law), UInt32(spec.salt), trace?.names ?? [])
    switch spec.law {
    case .uniform(let cardinality), .hotSet(let cardinality, _, _), .zipf(let cardinality, _):
      count = cardinality * spec.salt
    case .single: count = spec.salt
    case .roundRobinExplicit: count = 0
    case .trace: count = (trace?.names.count ?? 0) * spec.salt
    }
    ranks = Ranks(law)
    hashes =
      count <= Self.tabled
      ? (0..<UInt32(count)).map {
        HashKey(partitionKey: Self.name($0, salt: UInt32(spec.salt), names: trace?.names ?? []))
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
    case .zipf: key = UInt32(ranks.sample(&stream))
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
  case table(AliasTable)
  case rejection(ZipfSampler)

  static let mostTabled = 32_768

  init(_ law: KeySpec.Law) {
    guard case .zipf(let cardinality, let s) = law else {
      self = .none
      return
    }
    self =
      cardinality <= Self.mostTabled || s == 0
      ? .table(.zipf(cardinality: cardinality, s: s)) : .rejection(ZipfSampler(cardinality: cardinality, s: s))
  }

  func sample(_ stream: inout RandomStream) -> Int {
    switch self {
    case .none: 0
    case .table(let table): table.sample(&stream)
    case .rejection(let sampler): sampler.sample(&stream)
    }
  }
}
