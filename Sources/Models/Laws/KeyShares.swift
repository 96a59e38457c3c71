internal import Experiment
internal import KinesisCore

/// Which part of a producer's records falls into a range of the ring: every key whose hash is kept stands where MD5 puts it.
///
/// Of more than `KeyPopulation.tabled` keys the most frequent stand there and the rest counts as spread evenly, which moves a
/// range's share by about √(ranges ÷ keys) of itself. `PreparedExperiment` makes one only where intervals are settled.
final class KeyShares: Sendable {
  /// The keys in the order of the ring's first `bits` bits, where each such bucket begins, and what lies before it.
  private let keys: [UInt32], starts: [Int], sums: [Double]
  private let population: KeyPopulation
  /// The share of each key that stands on the ring; that of all of them when they are alike.
  private let shares: [Double], alike: Double, salted: Int
  private let spread: Double

  private static let bits: UInt128 = 16
  /// Of a larger population, so many keys stand on the ring.
  private static let mostPlaced = 65_536

  /// The shares of a population's keys. O(keys).
  init(_ population: KeyPopulation, _ spec: KeySpec) {
    self.population = population
    let most = population.count <= KeyPopulation.tabled ? population.count : Self.mostPlaced
    let salt = Double(spec.salt), bases = most / spec.salt
    var shares: [Double] = [], alike = 0.0
    if case .uniform(let cardinality) = spec.law {
      alike = 1 / Double(cardinality) / salt
    } else {
      shares = spec.law.shares(most: bases).map { $0 / salt }
    }
    let count = shares.isEmpty ? most : min(most, shares.count * spec.salt)
    let weight = { (key: Int) in shares.isEmpty ? alike : shares[key / spec.salt] }
    let bucket = { (key: Int) in Int(truncatingIfNeeded: population.hash(of: UInt32(key)).value >> (128 - Self.bits)) }
    var starts = Array(repeating: 0, count: 1 << Int(Self.bits) + 1), sums = starts.map { _ in 0.0 }
    let buckets = (0..<count).map { UInt16(bucket($0)) }
    for (key, place) in buckets.enumerated() {
      starts[Int(place) + 1] += 1
      sums[Int(place) + 1] += weight(key)
    }
    for place in 1..<starts.count {
      starts[place] += starts[place - 1]
      sums[place] += sums[place - 1]
    }
    var next = starts, keys = Array(repeating: UInt32(0), count: count)
    for (key, place) in buckets.enumerated() {
      keys[next[Int(place)]] = UInt32(key)
      next[Int(place)] += 1
    }
    (self.keys, self.starts, self.sums, self.shares, self.alike) = (keys, starts, sums, shares, alike)
    salted = spec.salt
    let left = 1 - (sums.last ?? 0)
    // What adding up has lost is nobody's.
    spread = left < 1e-9 ? 0 : left
  }

  /// A key's share of the records; 0 of one that counts as spread.
  func share(of key: UInt32) -> Double {
    shares.isEmpty ? alike : Int(key) / salted < shares.count ? shares[Int(key) / salted] : 0
  }

  /// The share of the records that fall into a range. O(keys ÷ 65,536).
  func share(of range: HashKeyRange) -> Double {
    let first = Int(range.start.value >> (128 - Self.bits)), last = Int(range.end.value >> (128 - Self.bits))
    let inner = last > first ? sums[last] - sums[first + 1] : 0
    let edges = first == last ? [first] : [first, last]
    let outer = edges.reduce(0) { $0 + share(of: range, within: $1) }
    return inner + outer + spread * range.share
  }

  private func share(of range: HashKeyRange, within bucket: Int) -> Double {
    keys[starts[bucket]..<starts[bucket + 1]].reduce(0) {
      range.contains(population.hash(of: $1)) ? $0 + share(of: $1) : $0
    }
  }
}
