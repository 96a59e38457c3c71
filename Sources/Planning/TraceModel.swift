public import Experiment
public import KinesisCore
internal import Models
internal import Scenario
public import Units

/// What a profile comes to as a stream and its producer, with what had to be assumed: the scenario before it is written.
public struct TraceModel: Sendable {
  /// What the application does with throttled records, which no metric tells.
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
  /// Records offered in each bin: those stored, and those given up.
  public let offered: [Double]
  /// Records given up for each refusal that was counted: 1 when nobody tries again, 0 when all succeed in the end.
  public let lossPerRefusal: Double

  /// The size of records whose size nobody told.
  public static let assumedSize = Bytes.kibibytes(1)
  /// The number of keys when nobody told any.
  public static let assumedKeys = 10_000
  /// The room above the busiest bin when nobody told the shards.
  public static let assumedHeadroom = 1.25

  /// The model of a profile; nil when it has no counts of records. `name` is a scenario's name. `lossPerRefusal` is what a fit
  /// says; without one nothing is lost that is tried again.
  public init?(
    _ profile: TrafficProfile, name: String, burst: StatedBurst?, retry: Retry, lossPerRefusal: Double? = nil
  ) {
    guard let traffic = profile.input.traffic, let stored = traffic[.incomingRecords] else { return nil }
    (self.profile, self.name, self.burst, self.retry, self.traffic) = (profile, name, burst, retry, traffic)
    let refused = traffic[.writeExceeded] ?? traffic[.putRecordsThrottled]
    let loss = lossPerRefusal ?? (retry == .none ? 1 : 0)
    offered = zip(stored, refused ?? stored.map { _ in 0 }).map { $0.0 + loss * $0.1 }
    self.lossPerRefusal = loss
  }

  /// The same when so many records were given up for each refusal.
  public func losing(_ lossPerRefusal: Double) -> TraceModel {
    TraceModel(profile, name: name, burst: burst, retry: retry, lossPerRefusal: lossPerRefusal) ?? self
  }

  /// Sizes of single records as a scenario lists them, and how many are of each; empty when only their mean is known.
  ///
  /// A sample tells how sizes spread, the traffic their mean: the sample's groups, stretched to that mean as far as the
  /// record limit goes under which the sample itself stays. Means that differ by less than a hundredth are taken for one.
  public func sizes(_ limits: LimitsProfile) -> [(bytes: Int64, records: Int)] {
    guard let sizes = profile.sizes, !sizes.groups.isEmpty else { return [] }
    let records = sizes.groups.reduce(0.0) { $0 + Double($1.records) }
    let own = sizes.groups.reduce(0.0) { $0 + $1.bytes * Double($1.records) } / records
    let stretch = (sizes.mean / own - 1).magnitude < Self.sameMean ? 1 : sizes.mean / own
    let usual = limits[.put.recordBytesDefault] - Int64(keyBytes), largest = sizes.groups.last?.bytes ?? 0
    let most = largest <= Double(usual) ? usual : limits[.put.recordBytesMaximum] - Int64(keyBytes)
    return sizes.groups.map { (min(most, max(1, Int64(clamping: ($0.bytes * stretch).rounded()))), $0.records) }
  }

  /// A sample whose mean is so near to the traffic's is taken as it is.
  private static let sameMean = 0.01

  /// The mean size of a record's data, in whole bytes.
  public var meanSize: Bytes { profile.sizes.map { Bytes(Int64(clamping: $0.mean.rounded())) } ?? Self.assumedSize }

  /// The length of a key.
  public var keyBytes: Int { profile.sizes?.keyBytes ?? SizeProfile.usualKeyBytes }

  /// Which keys.
  public var keys: KeySpec.Law {
    profile.keys?.scenario ?? profile.byShard?.scenario ?? .uniform(cardinality: Self.assumedKeys)
  }

  /// The largest record the stream must take, as a scenario names it.
  public func maxRecord(_ limits: LimitsProfile) -> Bytes {
    let usual = Bytes(limits[.put.recordBytesDefault])
    let largest = (sizes(limits).map(\.bytes).max() ?? meanSize.count) + Int64(keyBytes)
    return largest > usual.count ? Bytes(limits[.put.recordBytesMaximum]) : usual
  }

  /// The ranges of the stream's shards as they were listed; nil when they were not, or are others than it is said to have.
  public var ranges: [HashKeyRange]? {
    guard let open = profile.input.listing?.open, open.count == profile.shards ?? open.count else { return nil }
    return open.map(\.range)
  }

  /// How many consumers that poll read as many records as were read; 0 when nothing was counted of readers.
  public var readers: Int {
    guard traffic.series.contains(where: \.metric.isOfReaders) else { return 0 }
    let stored = (traffic[.incomingRecords] ?? []).reduce(0, +), read = (traffic[.getRecords] ?? []).reduce(0, +)
    return stored > 0 ? min(Self.mostReaders, max(1, Int(clamping: (read / stored).rounded()))) : 1
  }

  /// Five calls a second and shard bear no more that poll once a second.
  private static let mostReaders = 5

  /// The stream's shards, or what the busiest bin and some headroom need.
  public func shards(_ limits: LimitsProfile) -> Int {
    if let shards = profile.shards ?? ranges?.count ?? profile.byShard?.shards.count { return shards }
    guard let volume = profile.volume else { return 1 }
    let size = Double(meanSize.count) + Double(keyBytes)
    let need = ShardRates(limits).share(records: volume.peak, bytes: volume.peak * size, seconds: 1)
    return min(
      Int(limits[.account.shardsLargeRegions]), max(1, Int(clamping: (need * Self.assumedHeadroom).rounded(.up))))
  }

  /// Some of its bins as an experiment, with a burst in place of its own, and what was observed of them.
  func experiment(bins: Range<Int>, burst: StatedBurst, limits: LimitsProfile) -> Experiment {
    let sizes = sizes(limits)
    let size: Distribution =
      sizes.isEmpty
      ? .constant(Double(meanSize.count))
      : .empirical(values: sizes.map { Double($0.bytes) }, weights: sizes.map { Double($0.records) })
    var stream = StreamSpec(name: name, shards: shards(limits), maxRecord: maxRecord(limits))
    stream.ranges = ranges
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
