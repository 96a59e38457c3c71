public import Experiment
internal import KinesisCore
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
  /// How each stream's arrivals were simulated.
  public var resolutions: [StreamResolution] = []

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
  /// From birth to acknowledgement, in nanoseconds; records under way when the run ends are at least as late as they are.
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
  /// From ApproximateArrivalTimestamp to hand-over, in nanoseconds. Records not handed over count too, as late as they are
  /// when the run ends, at least (`LatencyHistogram.add(unfinished:)`), and those that expired unread as late as they were
  /// then.
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
  /// How fast the age of its oldest unread record grew over the last half of what is measured, a share of time: 1 when
  /// nothing is read, 0 when it holds its own; nil when the run was too short to say.
  public var fallingBehind: Double?
  /// GetRecords calls refused over calls made after the warm-up; nil without calls.
  public var readThrottleRate: Double?
  /// Records stored before it was deployed with `start: latest`.
  public var skipped: Int64 = 0
  /// What its Lambda function did; nil for other consumers.
  public var function: FunctionResult?
  /// What its Flink application did; nil for other consumers.
  public var flink: FlinkResult?
  /// What its queue came to; nil for other consumers.
  public var queue: QueueResult?
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

  /// A verdict of the given parts.
  public init(
    objective: Objective, value: Double?, isPassing: Bool, firstBrokenAt: Instant?, windows: Int, windowsBroken: Int
  ) {
    (self.objective, self.value, self.isPassing) = (objective, value, isPassing)
    (self.firstBrokenAt, self.windows, self.windowsBroken) = (firstBrokenAt, windows, windowsBroken)
  }
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
  /// The ConsumerName dimension, for fan-out metrics; QueueName for those of queues, whose `stream` is empty.
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
    case inFlightLimit = "in_flight_limit"
    case recordsDied = "records_died"
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

/// What a producer's client library did over the whole run, warm-up included.
public struct ClientResult: Sendable, Hashable {
  /// Kinesis records the KPL sent, each attempt counted, and the user records in them.
  public var kinesisRecords: Int64, userRecords: Int64
  /// User records that were tried again because they were stored in a shard the KPL did not know.
  public var wrongShard: Int64
  /// Calls that failed as a whole: InternalFailure, ServiceUnavailable, time-outs.
  public var failedCalls: Int64
  /// Calls the AWS SDK sent once more by itself, and failures it passed on because attempts or tokens were spent.
  public var sdkRetries: Int64, sdkGaveUp: Int64

  /// User records in a Kinesis record, on average; 1 without the KPL.
  public var aggregationFactor: Double {
    kinesisRecords > 0 ? Double(userRecords) / Double(kinesisRecords) : 1
  }

  /// The counts.
  public init(
    kinesisRecords: Int64 = 0, userRecords: Int64 = 0, wrongShard: Int64 = 0, failedCalls: Int64 = 0,
    sdkRetries: Int64 = 0, sdkGaveUp: Int64 = 0
  ) {
    self.kinesisRecords = kinesisRecords
    self.userRecords = userRecords
    self.wrongShard = wrongShard
    self.failedCalls = failedCalls
    self.sdkRetries = sdkRetries
    self.sdkGaveUp = sdkGaveUp
  }
}

/// What a Flink application did, warm-up included.
public struct FlinkResult: Sendable {
  /// Its parallelism at the end, and the largest.
  public var parallelism: Int, parallelismPeak: Int
  /// How often the autoscaler changed it, up and down.
  public var scaledUp = 0, scaledDown = 0
  /// How long it stood still for that.
  public var outage: Interval = .zero
  /// KPUs times nanoseconds, the one for orchestration included.
  public var kpuTime: Int64 = 0
  /// How long it was busy, and how long it ran.
  public var busy: Interval = .zero, running: Interval = .zero
  /// From a record's arrival at its shard to the first result that holds it; empty without windows.
  public var windowLatency = LatencyHistogram()
  /// The most records held in windows at once.
  public var heldPeak: Int64 = 0

  /// KPU-hours, the one for orchestration included.
  public var kpuHours: Double { Double(kpuTime) / 3.6e12 }
}

/// What a Lambda event source mapping and its function did, warm-up included.
public struct FunctionResult: Sendable, Hashable {
  /// Invocations that ran, and of those failed.
  public var invocations: Int64 = 0, errors: Int64 = 0
  /// Invocations refused because the account's concurrency was used up.
  public var throttles: Int64 = 0
  /// Failed batches split in two.
  public var bisects: Int64 = 0
  /// Records the mapping gave up: out of retries, or too old.
  public var givenUp: Int64 = 0
  /// How long its invocations ran together, each rounded up to a millisecond as Lambda bills it.
  public var duration: Interval = .zero
  /// The most that ran at once.
  public var concurrencyPeak = 0
  /// Batches of a shard that may be in work at once: ParallelizationFactor.
  public var batchesAtOnce = 1
  /// Of those, how many had a key at all, on average over the shards with enough records to tell; nil where none had.
  public var busyBatches: Double?
  /// Its memory in MiB.
  public var memory = 128

  /// Nothing yet.
  public init(memory: Int = 128) { self.memory = memory }

  /// Gigabyte-seconds: duration times memory, 1,024 MiB being one gigabyte.
  public var gigabyteSeconds: Double { duration.inSeconds * Double(memory) / 1_024 }
}
