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
  private let choice: AliasTable?
  private let hashes: [HashKey]
  private let names: [String]

  /// The population of a law; `trace` gives the names of recorded keys.
  init(_ spec: KeySpec, trace: EventTrace?) {
    (law, salt, names) = (spec.law, UInt32(spec.salt), trace?.names ?? [])
    switch spec.law {
    case .uniform(let cardinality), .hotSet(let cardinality, _, _): (count, choice) = (cardinality * spec.salt, nil)
    case .zipf(let cardinality, let s):
      (count, choice) = (cardinality * spec.salt, AliasTable.zipf(cardinality: cardinality, s: s))
    case .single: (count, choice) = (spec.salt, nil)
    case .roundRobinExplicit: (count, choice) = (0, nil)
    case .trace: (count, choice) = ((trace?.names.count ?? 0) * spec.salt, nil)
    }
    hashes =
      count <= Self.tabled
      ? (0..<UInt32(count)).map {
        HashKey(partitionKey: Self.name($0, salt: UInt32(spec.salt), names: trace?.names ?? []))
      }
      : []
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
    case .zipf: key = choice.map { UInt32($0.sample(&stream)) } ?? 0
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

  /// A key's text.
  func name(of key: UInt32) -> String { Self.name(key, salt: salt, names: names) }

  private static func name(_ key: UInt32, salt: UInt32, names: [String]) -> String {
    let base = Int(key / salt)
    let text = names.indices.contains(base) ? names[base] : "key-\(base)"
    return salt == 1 ? text : "\(text)-\(key % salt)"
  }
}
