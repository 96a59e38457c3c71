internal import Experiment
internal import Models
internal import Scenario
internal import Simulation
internal import Units

/// How large records are.
public struct SizeProfile: Sendable, Hashable {
  /// What a partition key takes when no key was seen: the scenarios' default, the length of a UUID.
  public static let usualKeyBytes = 36

  /// The mean bytes of a record's data, without its key.
  public var mean: Double
  /// The mean length of a partition key in bytes, rounded; `usualKeyBytes` when none was seen.
  public var keyBytes: Int
  /// Whether keys were seen, so that their length is known.
  public var knowsKeys: Bool
  /// The smallest, the largest and the coefficient of variation of the bins' means; nil without bytes in the traffic.
  public var binMeans: Spread?
  /// Sizes of single records by share of the records below, 0 to 1; empty when none was seen.
  public var quantiles: [Quantile]
  /// Sizes that stand for the sample, ascending, as a scenario takes them; empty when none was seen.
  public var groups: [Group]
  /// The share of the sample above 5 KB, 25 KB and 1 MiB, where AWS's prices and limits have steps, and its largest record;
  /// nil when none was seen.
  public var tail: Tail?

  /// How the mean moves from bin to bin.
  public struct Spread: Sendable, Hashable {
    /// The least and the largest mean of a bin with records, in bytes of data.
    public var least: Double, most: Double
    /// Standard deviation over mean; 0 with one bin.
    public var variation: Double
  }
  /// A size and the share of records that are no larger.
  public struct Quantile: Sendable, Hashable {
    /// 0 to 1.
    public var share: Double
    /// Bytes of data.
    public var bytes: Double
  }

  /// Records of about a size.
  public struct Group: Sendable, Hashable {
    /// Their mean, in whole bytes of data.
    public var bytes: Double
    /// How many of the sample.
    public var records: Int
  }
  /// What of the records is large.
  public struct Tail: Sendable, Hashable {
    /// Shares of the records that are larger than so many bytes of data.
    public var above: [Step]
    /// The largest.
    public var largest: Double
  }
  /// A size and the share of records above it.
  public struct Step: Sendable, Hashable {
    /// Bytes of data.
    public var bytes: Double
    /// 0 to 1.
    public var share: Double
  }

  /// The profile of what was read; nil when it tells no sizes.
  init?(_ input: TraceInput) {
    let sample = input.keys.flatMap { $0.sizes.isEmpty ? nil : $0.sizes }
    let length = Self.keyBytes(input)
    keyBytes = length
    knowsKeys = input.keys.map { $0.records > 0 } ?? false
    quantiles = sample.map(Self.quantiles) ?? []
    groups = sample.map { SizeGroups($0, keyBytes: length).groups } ?? []
    tail = sample.map(SizeGroups.tail)
    let key = input.bytes == .withKeys ? Double(keyBytes) : 0
    let means = Self.means(input.traffic, key: key)
    binMeans = means.isEmpty ? nil : Self.spread(means)
    if let traffic = input.traffic, !means.isEmpty, let bytes = traffic[.incomingBytes] {
      let records = (traffic[.incomingRecords] ?? []).reduce(0, +)
      mean = max(1, bytes.reduce(0, +) / records - key)
    } else if let sample {
      mean = max(1, Statistics.mean(sample))
    } else {
      return nil
    }
  }

  private static func keyBytes(_ input: TraceInput) -> Int {
    guard let keys = input.keys, keys.records > 0 else { return assumedKeyBytes(input) }
    let bytes = keys.entries.reduce(0) { $0 + $1.key.utf8.count * $1.count }
    return min(1_024, max(1, Int(clamping: (Double(bytes) / Double(keys.records)).rounded())))
  }

  /// A key as long as usual, unless the records themselves are shorter: a byte of each is data.
  private static func assumedKeyBytes(_ input: TraceInput) -> Int {
    guard input.bytes == .withKeys, let bytes = input.traffic?[.incomingBytes]?.reduce(0, +),
      let records = input.traffic?[.incomingRecords]?.reduce(0, +), records > 0, bytes > 0
    else { return usualKeyBytes }
    return min(usualKeyBytes, max(1, Int(clamping: (bytes / records).rounded(.down)) - 1))
  }

  private static func means(_ traffic: ObservedMetrics?, key: Double) -> [Double] {
    guard let traffic, let bytes = traffic[.incomingBytes], let records = traffic[.incomingRecords] else { return [] }
    return zip(bytes, records).filter { $0.1 > 0 && $0.0 > 0 }.map { max(0, $0.0 / $0.1 - key) }
  }

  private static func spread(_ means: [Double]) -> Spread {
    let mean = Statistics.mean(means)
    let deviation = (Statistics.variance(means) ?? 0).squareRoot()
    return Spread(
      least: means.min() ?? 0, most: means.max() ?? 0, variation: mean > 0 ? deviation / mean : 0)
  }

  /// Of a sorted sample, the middles of its twentieths.
  private static func quantiles(_ sorted: [Double]) -> [Quantile] {
    let shares = (0..<20).map { (Double($0) + 0.5) / 20 }
    return shares.map { share in
      Quantile(share: share, bytes: sorted[min(sorted.count - 1, Int(clamping: share * Double(sorted.count)))])
    }
  }
}
