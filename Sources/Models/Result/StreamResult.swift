public import Experiment
public import KinesisCore
public import Units

/// What happened to a stream. Rates, utilisations and views leave out the warm-up; counts and shards do not.
public struct StreamResult: Sendable {
  /// Its name.
  public var name: String
  /// Open shards at the start, the most there were, and at the end.
  public var shardsStart: Int, shardsPeak: Int, shardsEnd: Int
  /// Records tried, each attempt counted, after the warm-up.
  public var attempts: Int64
  /// Of those refused.
  public var throttledAttempts: Int64
  /// Records tried for the first time after the warm-up.
  public var firstAttempts: Int64
  /// Of those refused.
  public var throttledFirstAttempts: Int64
  /// Accepted in the whole run.
  public var incomingRecords: Int64
  /// Accepted in the whole run, partition keys included.
  public var incomingBytes: Bytes
  /// Over all seconds of all open shards: accepted over limit, records or bytes, whichever is larger.
  public var utilization: UtilizationSummary
  /// What one-minute metrics would have shown.
  public var minuteView: MinuteView
  /// What happened second by second.
  public var secondView: SecondView
  /// Resharding, in order.
  public var reshards: [Reshard]
  /// Every shard there ever was, by number.
  public var shards: [ShardResult]
  /// A row for each report bin.
  public var bins: [StreamBin]
  /// Throttled records by minute of the run and shard (row = minute, column = position in `shards`), busiest columns only:
  /// see `heatShards`. Empty when nothing was throttled.
  public var heat: [[Int32]]
  /// The shards that are the columns of `heat`, by number; at most 12.
  public var heatShards: [ShardID]
  /// Its mode at the start and at the end.
  public var modeStart = CapacityMode.provisioned, modeEnd = CapacityMode.provisioned
  /// What its autoscaler did; nil without one.
  public var autoscaler: AutoscalerResult?
  /// What each shard was asked for and took, in order of time and then of shards, where something came; of replications
  /// but the first none. At most 200,000 rows, minutes being folded together until they fit.
  public var minutes: [ShardMinute] = []
  /// The worst second and the minute on either side of it, in the shard that was asked for most; nil where nothing was kept:
  /// of replications but the first, and of shards beyond 4,096.
  public var closeUp: CloseUp?
  /// What it stored, as prices count it.
  public var intake = BilledIntake()

  /// Refused over tried.
  public var putThrottleRate: Ratio { Ratio(throttledAttempts, of: attempts) }
  /// Refused at first over first tried.
  public var firstAttemptThrottleRate: Ratio { Ratio(throttledFirstAttempts, of: firstAttempts) }
}

/// The law of utilisation over shard-seconds; 1 is a shard at its limit.
public struct UtilizationSummary: Sendable, Hashable {
  /// The mean.
  public var mean: Double
  /// The 99th percentile, to a hundredth.
  public var p99: Double
  /// The largest.
  public var max: Double

  /// The three figures.
  public init(mean: Double = 0, p99: Double = 0, max: Double = 0) {
    self.mean = mean
    self.p99 = p99
    self.max = max
  }
}

/// What a person sees who looks at CloudWatch's one-minute sums divided by sixty.
public struct MinuteView: Sendable, Hashable {
  /// When the stream's busiest minute began.
  public var busiestMinute: Instant
  /// That minute's accepted load over the stream's capacity, the larger of records and bytes.
  public var streamUtilization: Double
  /// The highest minute of any one shard, over its capacity.
  public var hottestShardUtilization: Double
  /// Minutes in which WriteProvisionedThroughputExceeded was above zero.
  public var minutesWithThrottles: Int
  /// Whole minutes looked at.
  public var minutes: Int

  /// No minute yet.
  public init(at start: Instant) {
    (busiestMinute, streamUtilization, hottestShardUtilization) = (start, 0, 0)
    (minutesWithThrottles, minutes) = (0, 0)
  }
}

/// What really happened, second by second and shard by shard.
public struct SecondView: Sendable, Hashable {
  /// Seconds in which at least one record was refused by any shard.
  public var secondsWithThrottles: Int = 0
  /// Pairs of a shard and a second with a refusal.
  public var shardSecondsWithThrottles: Int = 0
  /// Pairs of an open shard and a second.
  public var shardSeconds: Int = 0
  /// When the second began in which one shard was asked for most.
  public var worstSecond: Instant
  /// That shard.
  public var worstShard: ShardID
  /// What first attempts asked of it in that second, over its limit: above 1 cannot all be taken.
  public var worstDemand: Double = 0

  /// No second yet.
  public init(at start: Instant) {
    worstSecond = start
    worstShard = ShardID(0)
  }
}

/// One change of the shard map.
public struct Reshard: Sendable, Hashable {
  /// What was asked for.
  public enum Kind: String, Sendable, Hashable {
    case splitShard = "SplitShard"
    case mergeShards = "MergeShards"
    case updateShardCount = "UpdateShardCount"
    case updateStreamMode = "UpdateStreamMode"
    case updateWarmThroughput = "UpdateStreamWarmThroughput"
    /// Not asked for: the service splits busy shards of an on-demand stream.
    case onDemandScaling = "on-demand scaling"
  }
  /// When it was asked for.
  public var requestedAt: Instant
  /// When the stream was ACTIVE again; nil when the run ended first, or when it was refused.
  public var finishedAt: Instant?
  /// What was asked for.
  public var kind: Kind
  /// Open shards before and after.
  public var shardsBefore: Int, shardsAfter: Int
  /// AWS's error when it was refused.
  public var refusal: String?

  /// A change.
  public init(
    requestedAt: Instant, finishedAt: Instant? = nil, kind: Kind, shardsBefore: Int, shardsAfter: Int,
    refusal: String? = nil
  ) {
    self.requestedAt = requestedAt
    self.finishedAt = finishedAt
    self.kind = kind
    self.shardsBefore = shardsBefore
    self.shardsAfter = shardsAfter
    self.refusal = refusal
  }
}

/// What happened to one shard.
public struct ShardResult: Sendable {
  /// Which.
  public var id: ShardID
  /// The shards it came from: none, one (split) or two (merge).
  public var parents: [ShardID]
  /// Its part of the ring.
  public var range: HashKeyRange
  /// When it opened.
  public var openedAt: Instant
  /// When it closed; nil when it was open at the end.
  public var closedAt: Instant?
  /// Records and bytes stored.
  public var acceptedRecords: Int64, acceptedBytes: Bytes
  /// Records and bytes of first attempts, and the most in a second over the limit: what was asked of it, retries left out.
  public var demandedRecords: Int64, demandedBytes: Bytes, worstDemand: Double
  /// Records refused because the record limit was reached.
  public var throttledByRecords: Int64
  /// Records refused because the byte limit was reached.
  public var throttledByBytes: Int64
  /// Seconds with a refusal, and the first of them.
  public var secondsThrottled: Int, firstThrottledAt: Instant?
  /// Over its seconds after the warm-up.
  public var utilization: UtilizationSummary
  /// Its busiest minute over its capacity.
  public var busiestMinuteUtilization: Double
  /// The partition key asked for most often in this shard's range, with its share of the shard's first attempts.
  public var hottestKey: KeyShare?

  /// Records refused.
  public var throttled: Int64 { throttledByRecords + throttledByBytes }

  /// A key and its share.
  public struct KeyShare: Sendable, Hashable {
    /// The key's text.
    public var key: String
    /// Its share of the shard's first attempts, 0 to 1.
    public var share: Double
    /// Its average rate over the run, records a second.
    public var recordsPerSecond: Double

    /// A key and its share.
    public init(key: String, share: Double, recordsPerSecond: Double) {
      self.key = key
      self.share = share
      self.recordsPerSecond = recordsPerSecond
    }
  }
}

/// One report bin of a stream.
public struct StreamBin: Sendable, Hashable {
  /// When it began.
  public var start: Instant
  /// Records and bytes accepted, and records refused.
  public var incomingRecords: Int64, incomingBytes: Int64, throttledRecords: Int64
  /// The highest utilisation of any shard in any second of it.
  public var peakUtilization: Double
  /// What first attempts asked of a shard in a second of it, over its limit, at the most.
  public var worstDemand: Double
  /// The stream's mean utilisation over it: what a per-bin average shows.
  public var meanUtilization: Double
  /// Seconds of it in which a record was refused.
  public var throttledSeconds: Int
  /// Open shards at its end.
  public var openShards: Int
}
