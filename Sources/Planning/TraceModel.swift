public import Experiment
public import KinesisCore
internal import Models
internal import Scenario
public import Units

/// What a profile comes to as a stream and its producer, with what had to be assumed: the scenario before it is written.
public struct TraceModel: Sendable {
  /// What the application does with refused records, which no metric tells.
  public enum Retry: String, Sendable, Hashable, CaseIterable {
    /// It sends them again; what was stored is then what was offered.
    case backOff = "exponential_full_jitter"
    /// It gives them up; what was stored and what was refused is what was offered.
    case none

    /// The policy of a scenario: ten attempts are some ten seconds of patience.
    public var spec: RetrySpec {
      switch self {
      case .none: RetrySpec(policy: .none)
      case .backOff: RetrySpec(policy: .exponentialFullJitter, maxAttempts: 10, cap: .seconds(5))
      }
    }
  }

  /// What it was made of.
  public let profile: TrafficProfile
  /// The scenario's and the stream's name.
  public let name: String
  /// What happens within bins; nil for chance.
  public let burst: StatedBurst?
  /// What happens to refused records.
  public let retry: Retry
  /// What was counted.
  public let traffic: ObservedMetrics
  /// Records offered in each bin.
  public let offered: [Double]

  /// The size of records whose size nobody told.
  public static let assumedSize = Bytes.kibibytes(1)
  /// The number of keys when nobody told any.
  public static let assumedKeys = 10_000
  /// The room above the busiest bin when nobody told the shards.
  public static let assumedHeadroom = 1.25

  /// The model of a profile; nil when it has no counts of records. `name` is a scenario's name.
  public init?(_ profile: TrafficProfile, name: String, burst: StatedBurst?, retry: Retry) {
    guard let traffic = profile.input.traffic, let stored = traffic[.incomingRecords] else { return nil }
    (self.profile, self.name, self.burst, self.retry, self.traffic) = (profile, name, burst, retry, traffic)
    let refused = traffic[.writeExceeded] ?? traffic[.putRecordsThrottled]
    offered = retry == .none ? zip(stored, refused ?? stored.map { _ in 0 }).map { $0.0 + $0.1 } : stored
  }

  /// Sizes of single records as a scenario lists them; empty when only their mean is known.
  ///
  /// A sample tells how sizes spread, the traffic their mean: the sample's twentieths, stretched to that mean as far as
  /// the record limit goes under which the sample itself stays.
  public func sizes(_ limits: LimitsProfile) -> [Int64] {
    guard let sizes = profile.sizes, !sizes.twentieths.isEmpty else { return [] }
    let stretch = sizes.mean * Double(sizes.twentieths.count) / sizes.twentieths.reduce(0, +)
    let usual = limits[.put.recordBytesDefault] - Int64(keyBytes), largest = sizes.twentieths.max() ?? 0
    let most = largest <= Double(usual) ? usual : limits[.put.recordBytesMaximum] - Int64(keyBytes)
    return sizes.twentieths.map { min(most, max(1, Int64(($0 * stretch).rounded()))) }
  }

  /// The mean size of a record's data, in whole bytes.
  public var meanSize: Bytes { profile.sizes.map { Bytes(Int64($0.mean.rounded())) } ?? Self.assumedSize }

  /// The length of a key.
  public var keyBytes: Int { profile.sizes?.keyBytes ?? SizeProfile.usualKeyBytes }

  /// Which keys.
  public var keys: KeySpec.Law { profile.keys?.law ?? .uniform(cardinality: Self.assumedKeys) }

  /// The largest record the stream must take, as a scenario names it.
  public func maxRecord(_ limits: LimitsProfile) -> Bytes {
    let usual = Bytes(limits[.put.recordBytesDefault])
    let largest = (sizes(limits).max() ?? meanSize.count) + Int64(keyBytes)
    return largest > usual.count ? Bytes(limits[.put.recordBytesMaximum]) : usual
  }

  /// The stream's shards, or what the busiest bin and some headroom need.
  public func shards(_ limits: LimitsProfile) -> Int {
    if let shards = profile.shards { return shards }
    guard let volume = profile.volume else { return 1 }
    let size = Double(meanSize.count) + Double(keyBytes)
    let need = ShardRates(limits).share(records: volume.peak, bytes: volume.peak * size, seconds: 1)
    return min(Int(limits[.stream.shardsMaximum]), max(1, Int((need * Self.assumedHeadroom).rounded(.up))))
  }

  /// Some of its bins as an experiment, with a burst in place of its own, and what was observed of them.
  func experiment(bins: Range<Int>, burst: StatedBurst, limits: LimitsProfile) -> Experiment {
    let values = sizes(limits).map(Double.init)
    let size: Distribution =
      values.isEmpty
      ? .constant(Double(meanSize.count))
      : .empirical(values: values, weights: [Double](repeating: 1, count: values.count))
    var stream = StreamSpec(name: name, shards: shards(limits), maxRecord: maxRecord(limits))
    stream.observed = ObservedMetrics(
      start: nil, width: traffic.width, series: traffic.series.map { .init($0.metric, Array($0.sums[bins])) })
    let trace = BinnedTrace(
      width: traffic.width, counts: Array(offered[bins]), scale: 1, repeats: false, source: "traffic.csv")
    let producer = ProducerSpec(
      name: "traffic", stream: 0, rate: .bins(trace),
      arrivals: .batch(every: burst.every, on: burst.length, factor: burst.factor, jitter: .zero), size: .drawn(size),
      keyBytes: keyBytes, keys: KeySpec(keys), retry: retry.spec)
    let horizon = Horizon(duration: traffic.width * Int64(bins.count), reportBin: traffic.width)
    return Experiment(name: name, horizon: horizon, streams: [stream], producers: [producer], limits: limits)
  }
}
