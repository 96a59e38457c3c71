public import Experiment
internal import Models
internal import Scenario
public import Simulation

/// How partition keys share the records, and what that means for shards.
public struct KeyProfile: Sendable {
  /// The commonest keys' part of the records.
  public struct TopShare: Sendable, Hashable {
    /// How many keys.
    public var keys: Int
    /// Their share, 0 to 1.
    public var share: Double
  }
  /// The hottest shard's part of the records.
  public struct HottestShard: Sendable, Hashable {
    /// How many shards with even hash ranges.
    public var shards: Int
    /// The hottest one's share, 0 to 1; evenly spread it would be 1 over `shards`.
    public var share: Double
  }

  /// Records and keys of the sample.
  public let records: Int, distinct: Int
  /// The commonest key; the first seen of equals.
  public let commonest: String
  /// Of 1, 10 and 100 keys.
  public let top: [TopShare]
  /// The law that fits best; nil when the sample is too small (`ZipfFit.fewest`).
  public let fit: ZipfFit?
  /// The law that stands for the sample; nil when only the counts do.
  public let law: KeySpec.Law?
  /// What a scenario takes: the commonest keys by name with their shares, the others by that law.
  public let scenario: KeySpec.Law
  /// At 1, 2, 4, … shards up to 1,024.
  public let hottest: [HottestShard]
  /// From how many shards on the hottest shard has little more (a tenth) than the commonest key alone, so that more
  /// shards help nobody on it; nil when that is not so up to 1,024.
  public let saturation: Int?
  /// The hottest shard's share at the stream's shards: of the sample, and of the scenario's keys.
  public let atShards: (sample: Double, synthetic: Double)?

  private let ring: Ring

  /// The most shards that are looked at.
  private static let mostShards = 1_024
  /// Which numbers of shards are looked at: every one up to 64, then ever wider apart.
  private static let counts = Array(1...64) + [80, 96, 128, 160, 192, 256, 320, 384, 512, 640, 768, mostShards]

  /// The profile of a sample; nil when it has no keys.
  init?(_ sample: TraceInput.KeySample, shards: Int?) {
    guard let first = sample.entries.first else { return nil }
    let sorted = sample.entries.map(\.count).sorted(by: >)
    let total = sorted.reduce(0, +)
    (records, distinct) = (total, sorted.count)
    commonest = sample.entries.dropFirst().reduce(first) { $1.count > $0.count ? $1 : $0 }.key
    top = [1, 10, 100].map { keys in
      TopShare(keys: keys, share: Double(sorted.prefix(keys).reduce(0, +)) / Double(total))
    }
    fit = ZipfFit(counts: sorted)
    let law = KeyLawChoice(sorted: sorted, fit: fit, top: top).law
    self.law = law
    scenario = KeyListing.law(law, of: sample.entries)
    let ring = Ring(counts: sample.entries.map { ($0.key, $0.count) })
    self.ring = ring
    let all = Self.counts.map { HottestShard(shards: $0, share: ring.hottest(ofShards: $0)) }
    hottest = all.filter { $0.shards.nonzeroBitCount == 1 }
    let bound = top[0].share * 1.1
    let last = all.lastIndex { $0.share > bound }
    saturation = last.map { $0 + 1 < all.count ? all[$0 + 1].shards : nil } ?? 1
    let own = Ring(scenario)
    atShards = shards.map { (ring.hottest(ofShards: $0), own.hottest(ofShards: $0)) }
  }

  /// Each shard's share of the sample, for `count` shards of even hash ranges.
  func shares(ofShards count: Int) -> [Double] { ring.shares(ofShards: count) }
}
