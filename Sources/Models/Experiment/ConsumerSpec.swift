public import Units

/// An application that reads every shard of one stream.
public struct ConsumerSpec: Sendable {
  /// How it gets records.
  public enum Retrieval: Sendable, Hashable {
    /// A loop of GetRecords for each shard; the next call starts `pollInterval` after the last one started, or when its
    /// records are processed, whichever is later.
    case sdkPolling
    /// The Kinesis Client Library with PollingConfig: leases, a prefetch queue of three results, idle time between reads.
    case kclPolling
    /// The Kinesis Client Library with enhanced fan-out: leases, SubscribeToShard.
    case kclFanOut
    /// A Lambda event source mapping: a poll a second for each shard, and on while there is more (facts §9.5).
    case lambdaPolling
    /// A Lambda event source mapping with enhanced fan-out.
    case lambdaFanOut
    /// Flink's connector with its default: GetRecords every `pollInterval` for each shard (facts §9.7).
    case flinkPolling
    /// Flink's connector with enhanced fan-out.
    case flinkFanOut

    /// Whether records are pushed to it: it is a registered consumer of the stream.
    public var isFanOut: Bool {
      switch self {
      case .kclFanOut, .lambdaFanOut, .flinkFanOut: true
      case .sdkPolling, .kclPolling, .lambdaPolling, .flinkPolling: false
      }
    }

    /// Whether the KCL's leases stand between a shard and its reader.
    public var hasLeases: Bool {
      switch self {
      case .kclPolling, .kclFanOut: true
      case .sdkPolling, .lambdaPolling, .lambdaFanOut, .flinkPolling, .flinkFanOut: false
      }
    }
  }
  /// Where it starts.
  public enum Start: String, Sendable, Hashable {
    /// At the oldest record kept.
    case trimHorizon = "trim_horizon"
    /// After the newest record.
    case latest
  }

  /// Its name in the scenario.
  public var name: String
  /// The position of the stream it reads.
  public var stream: Int
  /// How it gets records.
  public var retrieval: Retrieval
  /// Time between calls to one shard; unused by fan-out. KCL's default is 1,500 ms (facts §9.2).
  public var pollInterval: Interval
  /// GetRecords' `Limit`; 1 to 10,000.
  public var maxRecords: Int
  /// Worker processes over which leases are spread; at least 1.
  public var workers: Int
  /// Record processors a worker runs at once; nil is one per lease, KCL's way.
  public var concurrency: Int?
  /// Processing time of a batch, in nanoseconds.
  public var perBatch: Distribution
  /// Processing time of each of its records, in nanoseconds, drawn once a batch.
  public var perRecord: Distribution
  /// Where it starts.
  public var start: Start
  /// How often its application checkpoints a lease, at most; zero is after each batch. For the bill alone: a crash goes back to
  /// the last batch (decision 0029). A minute is what AWS's sample consumer takes (assumed).
  public var checkpointEvery = Interval.seconds(60)
  /// The mapping and its function; for the two Lambda retrievals, nil for all others.
  public var function: FunctionSpec?
  /// The job; for the two Flink retrievals, nil for all others.
  public var flink: FlinkSpec?

  /// A consumer of the given parts.
  public init(
    name: String, stream: Int, retrieval: Retrieval, pollInterval: Interval, maxRecords: Int = 10_000, workers: Int = 1,
    concurrency: Int? = nil, perBatch: Distribution = .constant(0), perRecord: Distribution = .constant(0),
    start: Start = .trimHorizon, function: FunctionSpec? = nil, flink: FlinkSpec? = nil
  ) {
    self.name = name
    self.stream = stream
    self.retrieval = retrieval
    self.pollInterval = pollInterval
    self.maxRecords = maxRecords
    self.workers = workers
    self.concurrency = concurrency
    self.perBatch = perBatch
    self.perRecord = perRecord
    self.start = start
    self.function = function
    self.flink = flink
  }
}
