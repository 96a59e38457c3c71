/// What a stream's draws are for: another purpose is another stream of the same entity.
///
/// Raw values are part of every trajectory: never renumber them, only add.
public enum Purpose: UInt8, Sendable, Hashable, CaseIterable {
  case arrival = 1
  case key = 2
  case size = 3
  case latency = 4
  case retryJitter = 5
  case phase = 6
  case salt = 7
  case service = 8
  case failure = 9
  case control = 10
  case shard = 11
  case design = 12
  /// The simulator's own choices, such as which events to sample; never the model's.
  case engine = 255
}

/// Whose draws they are: a name path such as `producers.web`, and an index such as a process number.
///
/// Only names and indices count, never positions: adding another entity shifts nobody's draws.
@frozen public struct EntityName: Hashable, Sendable, ExpressibleByStringLiteral {
  /// FNV-1a of the path's UTF-8, mixed with the index; the same in every process and version.
  public let stableHash: UInt64

  /// The entity of that path; the same as index 0. O(length).
  public init(_ path: String) { self.init(path, index: 0) }

  /// The `index`-th entity of that path, `index` ≥ 0. O(length).
  public init(_ path: String, index: Int) {
    let fnv = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    stableHash = StableHash.mix(StableHash.mix(fnv) &+ UInt64(index) &* StableHash.golden)
  }

  /// The entity of that path.
  public init(stringLiteral path: String) { self.init(path) }
}

/// Hashing that is the same in every process, unlike `Hasher`.
public enum StableHash {
  @usableFromInline static let golden: UInt64 = 0x9e37_79b9_7f4a_7c15

  /// SplitMix64's step and finaliser: a bijection in which every input bit moves half of the output bits
  /// (Steele, Lea & Flood 2014).
  @inlinable public static func mix(_ x: UInt64) -> UInt64 {
    var z = x &+ 0x9e37_79b9_7f4a_7c15
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A stream of random bits that depends only on its name: (seed, replication, purpose, entity).
///
/// Philox2x64-10 (Salmon, Moraes, Dror & Shaw, SC'11): a keyed bijection of a counter, so streams never overlap in
/// practice, any position can be reached in O(1), and 32 bytes are the whole state. Not for secrets.
@frozen public struct RandomStream: Sendable {
  @usableFromInline let key: UInt64
  @usableFromInline let entity: UInt64
  @usableFromInline var drawn: UInt64
  @usableFromInline var spare: UInt64

  /// The stream of an entity for a purpose, in one replication (≥ 0) under one seed.
  public init(seed: UInt64, replication: Int, purpose: Purpose, entity: EntityName) {
    let run = StableHash.mix(StableHash.mix(seed) ^ UInt64(replication))
    self.init(key: StableHash.mix(run ^ UInt64(purpose.rawValue)), entity: entity.stableHash)
  }

  /// The stream with a key and an upper counter word of its own.
  init(key: UInt64, entity: UInt64) {
    (self.key, self.entity, drawn, spare) = (key, entity, 0, 0)
  }

  /// How many 64-bit draws were taken. Setting it moves the stream there, in O(1).
  public var position: UInt64 {
    get { drawn }
    set {
      drawn = newValue & ~1
      if newValue & 1 == 1 { _ = next() }
    }
  }

  /// The next 64 bits.
  @inlinable public mutating func next() -> UInt64 {
    drawn &+= 1
    guard drawn & 1 == 1 else { return spare }
    let block = Self.philox(drawn >> 1, entity, key: key)
    spare = block.1
    return block.0
  }

  /// A double in [0, 1), a multiple of 2^−53. One draw.
  @inlinable public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A double in (0, 1), an odd multiple of 2^−53. One draw.
  @inlinable public mutating func uniformOpen() -> Double { Double((next() >> 11) | 1) * 0x1p-53 }

  /// A whole number in 0 ..< `n`, n > 0, exactly equally likely (Lemire 2019). Nearly always one draw.
  @inlinable public mutating func below(_ n: UInt64) -> UInt64 {
    precondition(n > 0, "no whole number is below 0")
    var product = next().multipliedFullWidth(by: n)
    guard product.low < n else { return product.high }
    let least = (0 &- n) % n
    while product.low < least { product = next().multipliedFullWidth(by: n) }
    return product.high
  }

  /// True with that probability, to 2^−53. One draw.
  @inlinable public mutating func chance(_ probability: Double) -> Bool { uniform() < probability }

  /// Ten rounds of Philox2x64 on the counter (`c0`, `c1`).
  @inlinable static func philox(_ c0: UInt64, _ c1: UInt64, key: UInt64) -> (UInt64, UInt64) {
    var (x0, x1, k) = (c0, c1, key)
    for _ in 0..<10 {
      let product = x0.multipliedFullWidth(by: 0xd2b7_4407_b1ce_6e93)
      (x0, x1) = (product.high ^ k ^ x1, product.low)
      k &+= 0x9e37_79b9_7f4a_7c15
    }
    return (x0, x1)
  }
}
