public import KinesisCore
public import Pricing
public import Simulation
public import Units

/// What one replication came to: plain values, in the order of the experiment, equal for equal experiments.
public struct RunResult: Sendable {
  /// The experiment that was run.
  public var experiment: Experiment
  /// Which replication, from 0.
  public var replication: Int
  /// False when it was interrupted: everything else then describes the part that ran.
  public var isComplete: Bool
  /// How much virtual time passed.
  public var simulated: Interval
  /// How many events the virtual clock took.
  public var eventCount: Int64
  /// Folded over every event in order: equal trajectories have equal hashes.
  public var trajectoryHash: UInt64
  /// Where every record went: offered = accepted + lost + in flight.
  public var records: RecordLedger
  /// One for each stream.
  public var streams: [StreamResult]
  /// One for each producer.
  public var producers: [ProducerResult]
  /// One for each consumer.
  public var consumers: [ConsumerResult]
  /// One for each delivery stream.
  public var firehoses: [FirehoseResult] = []
  /// What was used of everything that has a price, over the whole run.
  public var usage: Usage
  /// One for each objective.
  public var verdicts: [ObjectiveVerdict]
  /// CloudWatch's metrics, one series each, a sample per report bin.
  public var series: [MetricSeries]
  /// Notable events in order of time, at most `RunResult.maximumNotes`.
  public var notes: [Note]
  /// How many more notable events there were.
  public var notesOmitted: Int
  /// One for each channel.
  public var channels: [ChannelResult] = []

  /// The most notes kept.
  public static let maximumNotes = 10_000

  /// What it costs, made out for the experiment's billing period.
  public var bill: Bill {
    Bill(usage, for: experiment.horizon.billing, book: experiment.prices, region: experiment.region)
  }

  /// Whether no objective of severity `fail` was broken.
  public var isPassing: Bool { verdicts.allSatisfy { $0.isPassing || $0.objective.severity == .warn } }
}

/// Counts of records, over the whole run, warm-up included.
public struct RecordLedger: Sendable, Hashable {
  /// Handed to a producer.
  public var offered: Int64
  /// Stored by a shard.
  public var accepted: Int64
  /// Attempts refused: a record refused three times counts three.
  public var throttledAttempts: Int64
  /// Given up.
  public var lost: Int64
  /// Of those, sent elsewhere by `on_overflow: divert`.
  public var diverted: Int64
  /// Neither yet, when the run ended.
  public var inFlight: Int64
  /// Further copies of accepted records that a shard stored, because a client did not know of the first.
  public var duplicates: Int64 = 0

  /// Nothing yet.
  public init() { (offered, accepted, throttledAttempts, lost, diverted, inFlight) = (0, 0, 0, 0, 0, 0) }
}

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
  /// Changes of the shard map, in order.
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

/// What happened to a producer. Latency leaves out the warm-up; counts do not.
public struct ProducerResult: Sendable {
  /// Its name.
  public var name: String
  /// Handed to it, stored, given up (diverted included), still under way at the end.
  public var offered: Int64, accepted: Int64, lost: Int64, inFlight: Int64
  /// Of the lost: why.
  public var lostByAttempts: Int64, lostByAge: Int64, dropped: Int64, diverted: Int64
  /// Attempts beyond each record's first.
  public var retries: Int64
  /// From birth to acknowledgement, of acknowledged records, in nanoseconds.
  public var putLatency: LatencyHistogram
  /// The most bytes any one of its processes held.
  public var peakBuffer: Bytes
  /// Further copies of its records that a shard stored.
  public var duplicates: Int64 = 0
  /// What its client library did; nil when there is nothing to tell.
  public var client: ClientResult?
}

/// What happened to a consumer. Latencies leave out the warm-up; counts do not.
public struct ConsumerResult: Sendable {
  /// Its name.
  public var name: String
  /// Records handed to its code; never more than the stream accepted.
  public var records: Int64
  /// Calls made, and of those refused.
  public var calls: Int64, throttledCalls: Int64
  /// From ApproximateArrivalTimestamp to hand-over, in nanoseconds.
  public var propagation: LatencyHistogram
  /// The age of the oldest record not yet handed over: the largest of all seconds after the warm-up, and at the end.
  ///
  /// AWS's metric of that name sees less: the last record of a call, and nothing of a consumer that does not read.
  public var iteratorAgeMax: Interval, iteratorAgeLast: Interval
  /// The same at the end of every second after the warm-up, in nanoseconds.
  public var iteratorAges = LatencyHistogram()
  /// Records stored and kept but not handed over when the run ended.
  public var backlog: Int64
  /// Records that left the stream by age before this consumer read them.
  public var expired: Int64
  /// Records handed to its code again after a worker crashed; not among `records`.
  public var duplicates: Int64 = 0
  /// Records stored before it was deployed with `start: latest`.
  public var skipped: Int64 = 0
  /// What its Lambda function did; nil for other consumers.
  public var function: FunctionResult?
  /// What its Flink application did; nil for other consumers.
  public var flink: FlinkResult?
}

/// Whether an objective held.
public struct ObjectiveVerdict: Sendable {
  /// Which.
  public var objective: Objective
  /// The metric's value, or with windows its worst window's; in the threshold's unit; nil when nothing was measured.
  public var value: Double?
  /// Whether it held. Nothing measured counts as held for counts and shares, as broken for latencies.
  public var isPassing: Bool
  /// When it was first broken: the end of the first bad window, or the first report bin whose end found it broken.
  public var firstBrokenAt: Instant?
  /// Windows looked at and windows broken; 0 of 0 without `window`.
  public var windows: Int, windowsBroken: Int
}

/// A CloudWatch metric over the run.
public struct MetricSeries: Sendable {
  /// One bin's statistics, as CloudWatch keeps them.
  public struct Sample: Sendable, Hashable {
    /// The bin's position.
    public var bin: Int
    /// Sum, smallest, largest, and how many.
    public var sum: Double, minimum: Double, maximum: Double, count: Int64

    /// A sample.
    public init(bin: Int, sum: Double, minimum: Double, maximum: Double, count: Int64) {
      self.bin = bin
      self.sum = sum
      self.minimum = minimum
      self.maximum = maximum
      self.count = count
    }
  }
  /// AWS's name, such as `WriteProvisionedThroughputExceeded` (facts §8).
  public var metric: String
  /// AWS's unit: `Count`, `Bytes`, `Milliseconds`.
  public var unit: String
  /// The StreamName dimension.
  public var stream: String
  /// The ConsumerName dimension, for fan-out metrics.
  public var consumer: String?
  /// The DeliveryStreamName dimension, for Firehose's metrics; `stream` is then empty.
  public var firehose: String?
  /// Bins with data, ascending.
  public var samples: [Sample]
}

/// Something a person who asks "why?" wants to see, with its time.
public struct Note: Sendable, Hashable {
  /// What kind of thing.
  public enum Kind: String, Sendable, Hashable {
    case throttleBegan = "throttle_began"
    case throttleEnded = "throttle_ended"
    case recordsLost = "records_lost"
    case reshardRequested = "reshard_requested"
    case reshardRefused = "reshard_refused"
    case reshardFinished = "reshard_finished"
    case shardDrained = "shard_drained"
    case readThrottled = "read_throttled"
    case consumerStopped = "consumer_stopped"
    case consumerStarted = "consumer_started"
    case rateChanged = "rate_changed"
    case objectiveBroken = "objective_broken"
    case outageBegan = "outage_began"
    case outageEnded = "outage_ended"
    case deliveryFailed = "delivery_failed"
    case ingestThrottled = "ingest_throttled"
    case partitionsExceeded = "partitions_exceeded"
    case quotaRaised = "quota_raised"
    case faultBegan = "fault_began"
    case faultEnded = "fault_ended"
    case workersCrashed = "workers_crashed"
    case workersBack = "workers_back"
    case functionFailed = "function_failed"
    case functionThrottled = "function_throttled"
    case recordsGivenUp = "records_given_up"
    case applicationRescaled = "application_rescaled"
  }
  /// When.
  public var at: Instant
  /// What kind of thing.
  public var kind: Kind
  /// Whom it befell: `clicks/shardId-000000000003`, a producer, a consumer, an objective.
  public var subject: String
  /// The rest, in words and figures.
  public var detail: String

  /// A note.
  public init(at: Instant, kind: Kind, subject: String, detail: String) {
    self.at = at
    self.kind = kind
    self.subject = subject
    self.detail = detail
  }
}
