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

  /// A consumer of the given parts.
  public init(
    name: String, stream: Int, retrieval: Retrieval, pollInterval: Interval, maxRecords: Int = 10_000, workers: Int = 1,
    concurrency: Int? = nil, perBatch: Distribution = .constant(0), perRecord: Distribution = .constant(0),
    start: Start = .trimHorizon
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
  }
}
