internal import Experiment

/// Tables of partition keys that were made already, for whoever prepares experiments that are much alike: the producers of one, the
/// designs of a plan.
///
/// What a table holds depends on the law of its keys alone, so that it changes nothing who made it first. Tables of up to
/// 16,000,000 keys are kept at a time.
public struct KeyTables: Sendable {
  private struct Name: Hashable {
    let spec: KeySpec, isKept: Bool, isTabled: Bool
  }

  private struct Entry {
    let population: KeyPopulation
    var shares: KeyShares?
  }

  private static let most = 16_000_000
  private var entries: [Name: Entry] = [:], keys = 0

  /// No tables yet.
  public init() {}

  /// The population of a law of which so many records are to be drawn: the hash of each key is kept when at least half as many are
  /// drawn as there are keys, and a table to draw from is made when at least a quarter as many are. Without one a draw takes as long as
  /// some cells of the table do to be made.
  mutating func population(of spec: KeySpec, trace: EventTrace?, for records: Double) -> KeyPopulation {
    guard trace == nil else { return KeyPopulation(spec, trace: trace) }
    let cardinality = Double(spec.law.cardinality)
    let name = Name(
      spec: spec, isKept: cardinality * Double(spec.salt) <= 2 * records, isTabled: cardinality <= 4 * records)
    if let known = entries[name] { return known.population }
    let population = KeyPopulation(spec, trace: nil, isKept: name.isKept, isTabled: name.isTabled)
    if keys + population.count > Self.most { (entries, keys) = ([:], 0) }
    entries[name] = Entry(population: population)
    keys += population.count
    return population
  }

  /// Where the keys of a population fall.
  mutating func shares(of population: KeyPopulation, _ spec: KeySpec) -> KeyShares {
    guard let name = entries.keys.first(where: { $0.spec == spec && entries[$0]?.population === population }) else {
      return KeyShares(population, spec)
    }
    if let known = entries[name]?.shares { return known }
    let shares = KeyShares(population, spec)
    entries[name]?.shares = shares
    return shares
  }
}

extension KeySpec.Law {
  /// How many keys there are, unsalted.
  fileprivate var cardinality: Int {
    switch self {
    case .uniform(let cardinality), .hotSet(let cardinality, _, _), .zipf(let cardinality, _): cardinality
    case .listed(let names, _, let rest, _): names.count + rest
    case .single: 1
    case .roundRobinExplicit, .trace: 0
    }
  }
}
