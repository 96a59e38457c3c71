internal import Experiment
internal import KinesisCore
internal import Simulation

/// The partition keys of a producer, each with its hash: built once, shared by all replications and by producers of equal keys.
///
/// Key `i` is `key-i`; salted it is `key-i-j`. Hashes of up to `KeyPopulation.tabled` keys are kept, 16 bytes each, where enough
/// of them will be asked for; others are computed when needed, which gives the same. A new law of keys is a case of `KeySpec.Law` and a line in `draw`.
final class KeyPopulation: Sendable {
  /// The most keys whose hashes are kept.
  static let tabled = 4_000_000

  /// How many keys, salted ones counted apart; 0 for round-robin explicit hash keys.
  let count: Int
  /// Whether keys are explicit hash keys in the middle of the open shards, in turn.
  let isRoundRobin: Bool
  /// Whether 64 random bits choose a key out of a table: see `key(for:)`.
  let isTabled: Bool
  /// Whether they are recorded ones.
  let isRecorded: Bool
  private let choice: Choice
  private let salt: UInt32
  private let table: AliasTable, ranks: Ranks
  private let hashes: [HashKey]
  private let names: [String]

  /// The population of a law; `trace` gives the names of recorded keys. `isKept` says whether hashes are kept, `isTabled` whether a table
  /// may be made to draw from.
  init(_ spec: KeySpec, trace: EventTrace?, isKept: Bool = true, isTabled hasTable: Bool = true) {
    let names = trace?.names ?? spec.law.names, law = Self.plain(spec.law)
    (salt, self.names) = (UInt32(spec.salt), names)
    (choice, isRoundRobin) = (Choice(law, hasTable), law == .roundRobinExplicit)
    if case .zipf(let cardinality, let s) = law, choice == .table {
      table = .zipf(cardinality: cardinality, s: s)
    } else {
      table = AliasTable(weights: [1])
    }
    isTabled = choice == .table && spec.salt == 1
    switch spec.law {
    case .uniform(let cardinality), .hotSet(let cardinality, _, _), .zipf(let cardinality, _):
      count = cardinality * spec.salt
    case .listed(let names, _, let rest, _): count = (names.count + rest) * spec.salt
    case .single: count = spec.salt
    case .roundRobinExplicit: count = 0
    case .trace: count = (trace?.names.count ?? 0) * spec.salt
    }
    isRecorded = law == .trace
    ranks = choice == .ranks ? Ranks(law) : .none
    hashes =
      isKept && count <= Self.tabled
      ? (0..<UInt32(count)).map {
        HashKey(partitionKey: Self.name($0, salt: UInt32(spec.salt), names: names))
      }
      : []
  }

  /// A Zipf law without skew is a uniform one.
  private static func plain(_ law: KeySpec.Law) -> KeySpec.Law {
    if case .zipf(let cardinality, 0) = law { .uniform(cardinality: cardinality) } else { law }
  }

  /// How a key is chosen, in a word: the law itself holds names.
  private enum Choice: Sendable, Equatable {
    case uniform(UInt64)
    case hot(UInt64, share: Double, of: UInt64)
    case table, ranks, single, turn, recorded

    init(_ law: KeySpec.Law, _ hasTable: Bool) {
      switch law {
      case .uniform(let cardinality): self = .uniform(UInt64(cardinality))
      case .zipf(let cardinality, _): self = hasTable && cardinality <= KeyPopulation.tabled ? .table : .ranks
      case .hotSet(let cardinality, let hot, let share):
        self = .hot(UInt64(min(hot, cardinality)), share: share, of: UInt64(cardinality))
      case .listed: self = .ranks
      case .single: self = .single
      case .roundRobinExplicit: self = .turn
      case .trace: self = .recorded
      }
    }
  }

  /// The key that 64 random bits choose, where `isTabled`; and says that it will be asked for soon.
  @inline(__always)
  func key(for bits: UInt64) -> UInt32 { UInt32(table.index(for: bits)) }
  @inline(__always)
  func prefetch(for bits: UInt64) { table.prefetch(for: bits) }

  /// A key, by number. `turn` counts the process's records, for laws that go round; `recorded` is a trace's key.
  @inline(__always)
  func draw(from stream: inout RandomStream, turn: UInt32, recorded: UInt32) -> UInt32 {
    let key: UInt32
    switch choice {
    case .uniform(let cardinality): key = UInt32(stream.below(cardinality))
    case .table: key = UInt32(table.sample(&stream))
    case .ranks: key = UInt32(ranks.sample(&stream))
    case .hot(let hot, let share, let cardinality):
      let isHot = hot >= cardinality || stream.uniform() < share
      key = UInt32(isHot ? stream.below(hot) : hot + stream.below(cardinality - hot))
    case .single: key = 0
    case .turn: return turn
    case .recorded: key = recorded
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

  static func name(_ key: UInt32, salt: UInt32, names: [String]) -> String {
    let base = Int(key / salt)
    let text = names.indices.contains(base) ? names[base] : "key-\(base)"
    return salt == 1 ? text : "\(text)-\(key % salt)"
  }
}

/// Ranks of laws that take more than one draw from one table: by an alias table while it fits the caches, by
/// rejection-inversion above.
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
    self = .rejection(ZipfSampler(cardinality: cardinality, s: s))
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
