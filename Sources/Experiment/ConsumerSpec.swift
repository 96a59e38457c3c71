public import Units

/// An application that reads every shard of one stream.
public struct ConsumerSpec: Sendable, Codable {
  /// What takes the records.
  public enum Application: Sendable, Hashable, Codable {
    /// A loop for each shard: the next call starts `pollInterval` after the last one started, or when its records are
    /// processed, whichever is later.
    case plainLoop
    /// The Kinesis Client Library: leases, record processors; polling, a prefetch queue of three results.
    case recordProcessors
    /// A Lambda event source mapping: polling, a call a second for each shard, and on while there is more (facts §9.5).
    case mapping(FunctionSpec)
    /// A Managed Flink application with Flink's connector (facts §9.7).
    case flink(FlinkSpec)
    /// A queue and the instances that work on it; nobody reads shards.
    case queue(QueueSpec)
  }

  /// How records come from a shard.
  public enum Reading: Sendable, Hashable, Codable {
    /// GetRecords, every `pollInterval`.
    case polling
    /// SubscribeToShard: the application is a registered consumer of the stream. Not for a plain loop.
    case fanOut
  }

  /// Which generation of the Kinesis Client Library holds the leases: who looks through the table, and what else is kept there.
  public enum LibraryVersion: Int, Sendable, Hashable, Codable, CaseIterable {
    /// KCL 2: every worker scans the lease table.
    case two = 2
    /// KCL 3: a leader scans and assigns; workers write metrics of themselves.
    case three = 3
  }

  /// Who calls GetRecords for it, and what that does by itself about a call that is refused or fails (N§4).
  public enum Poller: Sendable, Hashable, Codable {
    /// An AWS SDK, which tries again; when it gives up, the application waits for a whole `pollInterval`.
    case sdk(SDKRetrySpec)
    /// Flink's connector, which tries again by a law of its own.
    case connector
    /// Lambda or Firehose: about a period later.
    case service
  }

  /// Where it starts.
  public enum Start: String, Sendable, Hashable, Codable {
    /// At the oldest record kept.
    case trimHorizon = "trim_horizon"
    /// After the newest record.
    case latest
  }

  /// Its name in the scenario.
  public var name: String
  /// The position of the stream it reads.
  public var stream: Int
  /// What takes the records.
  public var application: Application
  /// How they come from a shard.
  public var reading: Reading
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
  /// Who calls GetRecords; unused by fan-out. What comes with the application unless told.
  public var poller: Poller
  /// The KCL's version; unused by others.
  public var libraryVersion = LibraryVersion.three

  /// A consumer of the given parts.
  public init(
    name: String, stream: Int, application: Application, reading: Reading, pollInterval: Interval,
    maxRecords: Int = 10_000, workers: Int = 1, concurrency: Int? = nil, perBatch: Distribution = .constant(0),
    perRecord: Distribution = .constant(0), start: Start = .trimHorizon
  ) {
    self.name = name
    self.stream = stream
    self.application = application
    self.reading = reading
    self.pollInterval = pollInterval
    self.maxRecords = maxRecords
    self.workers = workers
    self.concurrency = concurrency
    self.perBatch = perBatch
    self.perRecord = perRecord
    self.start = start
    poller =
      switch application {
      case .plainLoop: .sdk(SDKRetrySpec(mode: SDKLanguage.python.today))
      case .recordProcessors: .sdk(SDKRetrySpec(mode: SDKLanguage.java.today))
      case .flink: .connector
      case .mapping, .queue: .service
      }
  }

  /// Whether records are pushed to it.
  public var isFanOut: Bool { reading == .fanOut }

  /// Whether it calls GetRecords.
  public var isPolling: Bool { reading == .polling && queue == nil }

  /// Whether the KCL's leases stand between a shard and its reader.
  public var hasLeases: Bool { application == .recordProcessors }

  // Not inlined into other modules: Swift 6.3.1's optimiser ends a borrow too early where it is, and stops with an ownership error.

  /// The mapping and its function, if it is one.
  @inline(never) public var function: FunctionSpec? {
    if case .mapping(let function) = application { function } else { nil }
  }

  /// The Flink job, if it is one.
  @inline(never) public var flink: FlinkSpec? {
    if case .flink(let flink) = application { flink } else { nil }
  }

  /// The queue and its workers, if it is one.
  @inline(never) public var queue: QueueSpec? {
    if case .queue(let queue) = application { queue } else { nil }
  }
}
