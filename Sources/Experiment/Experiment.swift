public import KinesisCore
public import Pricing
public import Units

/// Everything one run depends on, resolved and checked: names have become positions, units base units.
///
/// `Scenario` makes one from a file; a test may write one by hand. Nothing here is a reference, a clock or a path:
/// equal experiments give equal trajectories.
public struct Experiment: Sendable, Codable {
  /// The scenario's name, `[a-z0-9][a-z0-9-]{0,62}`.
  public var name: String
  /// What the scenario asks, in the author's words; may be empty.
  public var description: String
  /// The seed every random stream is derived from.
  public var seed: UInt64
  /// The AWS region whose quotas hold.
  public var region: String
  /// When it starts, how long it lasts, how finely it is reported.
  public var horizon: Horizon
  /// The streams, in the order of the file; other parts refer to them by position.
  public var streams: [StreamSpec]
  /// Who writes.
  public var producers: [ProducerSpec]
  /// Who reads.
  public var consumers: [ConsumerSpec]
  /// The delivery streams, in the order of the file.
  public var firehoses: [FirehoseSpec]
  /// What happens on the way, in the order of the file.
  public var events: [ScheduledEvent]
  /// What must hold.
  public var objectives: [Objective]
  /// What is written.
  public var outputs: Outputs
  /// The service's limits.
  public var limits: LimitsProfile
  /// How long the service takes.
  public var serviceTimes: ServiceTimes
  /// What things cost.
  public var prices: PriceBook
  /// Managed deliveries, in the order of the file; none unless set.
  public var channels: [ChannelSpec] = []
  /// Services beside Data Streams, as closed forms; none unless set.
  public var neighbours = Neighbours()

  /// An experiment of the given parts; events, objectives and outputs start empty or at their defaults.
  public init(
    name: String, description: String = "", seed: UInt64 = 1, region: String = "us-east-1", horizon: Horizon,
    streams: [StreamSpec], producers: [ProducerSpec], consumers: [ConsumerSpec] = [],
    firehoses: [FirehoseSpec] = [], events: [ScheduledEvent] = [], objectives: [Objective] = [],
    outputs: Outputs = Outputs(), limits: LimitsProfile = .current,
    serviceTimes: ServiceTimes = .measured2026, prices: PriceBook = .current
  ) {
    self.name = name
    self.description = description
    self.seed = seed
    self.region = region
    self.horizon = horizon
    self.streams = streams
    self.producers = producers
    self.consumers = consumers
    self.firehoses = firehoses
    self.events = events
    self.objectives = objectives
    self.outputs = outputs
    self.limits = limits
    self.serviceTimes = serviceTimes
    self.prices = prices
  }
}

/// How finely a run simulates what arrives at shards.
public enum Resolution: String, Sendable, Hashable, Codable, CaseIterable {
  /// Every record by itself.
  case record
  /// Stretches of a shard are settled at once where no order of arrivals in them could matter, and go by record where one could;
  /// streams of which that cannot be said go by record. Results have the same law.
  case adaptive
}

/// The stretch of virtual time that is simulated: the schema's `clock`.
public struct Horizon: Sendable, Hashable, Codable {
  /// The first instant; sets the time of day of diurnal curves. Default 2026-01-05T00:00:00Z, a Monday.
  public var start: Instant
  /// How long; more than zero.
  public var duration: Interval
  /// How much of the beginning SLO statistics leave out; less than `duration`.
  public var warmup: Interval
  /// The width of a row in timeseries.csv; whole seconds, at least one.
  public var reportBin: Interval
  /// What the bill is made out for.
  public var billing: BillingPeriod
  /// How finely arrivals at shards are simulated.
  public var resolution: Resolution

  /// A horizon; `warmup` none and `reportBin` a minute unless told.
  public init(
    start: Instant = Instant(seconds: 1_767_571_200), duration: Interval, warmup: Interval = .zero,
    reportBin: Interval = .seconds(60), billing: BillingPeriod = .month730h, resolution: Resolution = .record
  ) {
    self.resolution = resolution
    self.start = start
    self.duration = duration
    self.warmup = warmup
    self.reportBin = reportBin
    self.billing = billing
  }
}

/// A stream.
public struct StreamSpec: Sendable, Hashable, Codable {
  /// Its name, as AWS allows: 1 to 128 of `[a-zA-Z0-9_.-]`.
  public var name: String
  /// Shards at the start; 1 to 10,000.
  public var shards: Int
  /// The largest record, data and partition key together; 1 MiB to 10 MiB.
  public var maxRecord: Bytes
  /// How long records are kept; 24 h to 8,760 h.
  public var retention: Interval
  /// Its mode and what goes with it.
  public var capacity: StreamCapacity
  /// The customer's own scaler, if there is one.
  public var autoscaler: AutoscalerSpec?
  /// What CloudWatch counted of the real stream, for the report to compare with; no run depends on it.
  public var observed: ObservedMetrics?
  /// Enhanced monitoring: for the bill, a run does not depend on it. In the order of `ShardLevelMetric.allCases`.
  public var shardLevelMetrics: [ShardLevelMetric] = []
  /// The hash key ranges of its shards at the start, in the order of the ring; nil when they are as CreateStream cuts them.
  public var ranges: [HashKeyRange]?

  /// The ranges of so many of its shards: as given if they are that many, else as CreateStream cuts them.
  public func ranges(of shards: Int) -> [HashKeyRange] {
    if let ranges, ranges.count == shards { return ranges }
    return HashKeyRange.even(shards)
  }

  /// A stream; provisioned, 1 MiB records and a day's retention unless told.
  public init(
    name: String, shards: Int, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24),
    capacity: StreamCapacity = .provisioned
  ) {
    self.name = name
    self.shards = shards
    self.maxRecord = maxRecord
    self.retention = retention
    self.capacity = capacity
  }
}

/// Which files `--out` gets, and which percentiles are printed.
public struct Outputs: Sendable, Hashable, Codable {
  /// A CSV file.
  public enum CSV: String, Sendable, Hashable, Codable, CaseIterable {
    /// summary.csv: one row a figure of run.json.
    case summary
    /// timeseries.csv: one row a bin and CloudWatch metric.
    case timeseries
    /// shards.csv: one row a shard.
    case shards
    /// cost.csv: one row a line of the bill.
    case cost
    /// slo.csv: one row an objective.
    case slo
    /// firehose_objects.csv: one row an object that was delivered.
    case firehoseObjects = "firehose_objects"
    /// events.csv: one row a notable event.
    case events
    /// shard_minutes.csv: one row a shard and minute in which something came.
    case shardMinutes = "shard_minutes"
    /// latencies.csv: one row a bin of a histogram of times.
    case latencies
    /// what_if.csv: one row a mode, load and number of shards, in closed form.
    case whatIf = "what_if"
    /// what_if_lines.csv: one row a priced item of a mode, for doing what_if.csv's sums oneself.
    case whatIfLines = "what_if_lines"
  }
  /// The files wanted, in the order of `CSV.allCases`.
  public var csv: [CSV]
  /// Percentiles printed, ascending, in (0, 100].
  public var percentiles: [Double]

  /// All files and the usual percentiles unless told.
  public init(csv: [CSV] = CSV.allCases, percentiles: [Double] = [50, 90, 95, 99, 99.9]) {
    self.csv = csv
    self.percentiles = percentiles
  }
}
