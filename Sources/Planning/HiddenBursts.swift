internal import Experiment
internal import KinesisCore
internal import Models
internal import Simulation
public import Units

/// What bins wider than a second cannot show: how uneven the seconds within them are.
public struct HiddenBursts: Sendable, Hashable {
  /// What would be asked for too much if a burst of some factor lay in every bin.
  public struct Excess: Sendable, Hashable {
    /// The burst's rate over the bin's mean: all records of a bin come in this part of it.
    public var factor: Double
    /// The share of shard-seconds in which more is asked of a shard than it takes, 0 to 1.
    public var shardSeconds: Double
    /// The same of the hottest shard alone.
    public var hottest: Double
  }

  /// The data's bins.
  public var width: Interval
  /// Records in the busiest bin.
  public var busiest: Double
  /// The busiest second of that bin if records come by chance (the median of a Poisson process).
  public var leastPeak: Double
  /// The same over the bin's mean second; the most it can be is the bin's seconds.
  public var leastFactor: Double
  /// At factors 1, 2, 5 and 10, as far as the bin has seconds; empty when the number of shards is not known.
  public var excess: [Excess]

  /// What the bins of some traffic hide; nil when they are of a second, or hold nothing.
  ///
  /// `shares` has each shard's part of the records.
  init?(_ traffic: ObservedMetrics, shares: [Double]?, limits: LimitsProfile) {
    let seconds = traffic.width.inSeconds
    guard seconds > 1, let counts = traffic[.incomingRecords], let most = counts.max(), most > 0 else { return nil }
    (width, busiest) = (traffic.width, most)
    let mean = most / seconds
    let typical = DeterministicMath.pow(0.5, 1 / seconds)
    leastPeak = min(most, Statistics.poissonQuantile(typical, mean: mean))
    leastFactor = leastPeak / mean
    let loads = Self.loads(traffic, limits)
    let factors = [1.0, 2, 5, 10].filter { $0 <= seconds }
    excess = shares.map { shares in factors.map { Self.excess($0, loads, shares) } } ?? []
  }

  /// What each bin asks of one shard, if it were alone: records or bytes a second over the limit, whichever is more.
  private static func loads(_ traffic: ObservedMetrics, _ limits: LimitsProfile) -> [Double] {
    let counts = traffic[.incomingRecords] ?? [], bytes = traffic[.incomingBytes]
    let seconds = traffic.width.inSeconds, rates = ShardRates(limits)
    return counts.indices.map { bin in
      rates.share(records: counts[bin] / seconds, bytes: (bytes?[bin] ?? 0) / seconds, seconds: 1)
    }
  }

  /// A shard is asked too much while its burst lasts, one part in `factor` of the bin.
  private static func excess(_ factor: Double, _ loads: [Double], _ shares: [Double]) -> Excess {
    let sorted = loads.sorted()
    let parts = shares.map { share -> Double in
      guard share > 0 else { return 0 }
      let fitting = sorted.partitioningIndex { $0 * share * factor > 1 }
      return Double(sorted.count - fitting) / Double(sorted.count) / factor
    }
    return Excess(factor: factor, shardSeconds: Statistics.mean(parts), hottest: parts.max() ?? 0)
  }
}
