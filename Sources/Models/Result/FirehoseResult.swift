internal import Experiment
public import Simulation
public import Units

/// What happened to a delivery stream. Freshness leaves out the warm-up; counts, sizes and objects do not.
public struct FirehoseResult: Sendable {
  /// Its name.
  public var name: String
  /// What a buffer of it holds at most before conversion and compression, and for how long.
  public var bufferSize: Bytes, bufferInterval: Interval
  /// Where every record went.
  public var ledger: FirehoseLedger
  /// Bytes taken in, partition keys left out; and the same with each record rounded up to 5 KiB, as AWS bills
  /// (F§8); for Iceberg tables and Snowflake as they are.
  public var bytes: Bytes, billedBytes: Bytes
  /// What arrived at the destination.
  public var delivery: DeliveryFigures
  /// Records from their arrival to their delivery: at the shard for a stream source, else in Firehose. What is not delivered
  /// when the run ends is as late as it is, at least; what was lost or expired unread as late as it was then.
  public var freshness: LatencyHistogram
  /// What the caller saw; nil for a stream source.
  public var ingest: IngestFigures?
  /// What reading the stream took; nil for Direct PUT.
  public var reading: ReadFigures?
  /// The Lambda function; nil without a transform.
  public var transform: TransformFigures?
  /// Dynamic partitions; nil without them.
  public var partitions: PartitionFigures?
  /// Objects in order of their delivery, at most `FirehoseResult.maximumObjects`.
  public var objects: [DeliveredObject]
  /// How many more there were.
  public var objectsOmitted: Int64

  /// The most objects kept one by one.
  public static let maximumObjects = 100_000
}

/// Where a delivery stream's records went: in = delivered + failed + dropped + lost + held, always.
public struct FirehoseLedger: Sendable, Hashable {
  /// Taken in: read from the source or accepted from callers; re-read ones are not counted again.
  public var records: Int64 = 0
  /// At the destination.
  public var delivered: Int64 = 0
  /// In an error output or, after the retry duration, in the backup bucket.
  public var failed: Int64 = 0
  /// Of those: which the transform could not process, and which found no place among the active partitions.
  public var failedByTransform: Int64 = 0, failedByPartitions: Int64 = 0
  /// Dropped by the transform, as it was told to.
  public var dropped: Int64 = 0
  /// Gone: the destination took nothing for longer than Firehose keeps records.
  public var lost: Int64 = 0
  /// In a buffer or under way.
  public var held: Int64 = 0
  /// Delivered once more than once: counted apart.
  public var duplicates: Int64 = 0

  /// Nothing yet.
  public init() {}

  /// Whether every record is accounted for exactly once.
  public var isBalanced: Bool { records == delivered + failed + dropped + lost + held }
}

/// What arrived at a destination.
public struct DeliveryFigures: Sendable {
  /// Objects of an S3 destination, requests or copies of another.
  public var objects: Int64 = 0
  /// The shards, channels or dynamic partitions that they came from, each counted once.
  public var buffers: Int64 = 0
  /// Their sizes as stored: after conversion and compression.
  public var sizes = SizeHistogram()
  /// The bytes that were buffered for them.
  public var bufferedBytes = Bytes.zero
  /// Why buffers were handed on: full, or old enough.
  public var flushedBySize: Int64 = 0, flushedByInterval: Int64 = 0
  /// Attempts that failed, and repeated attempts.
  public var failedAttempts: Int64 = 0, retries: Int64 = 0
  /// PUT-class requests to S3, parts of multipart uploads included, failed attempts too.
  public var putRequests: Int64 = 0
  /// What lies in S3: objects, their copies in the backup and the error output, as stored.
  public var storedBytes = Bytes.zero
  /// Objects in an error output or backup.
  public var errorObjects: Int64 = 0, backupObjects: Int64 = 0
  /// The most records held at the end of any second.
  public var heldPeak: Int64 = 0

  /// Nothing yet.
  public init() {}
}

/// What the callers of a Direct PUT stream saw.
public struct IngestFigures: Sendable, Hashable {
  /// PutRecordBatch calls; and records refused ("Slow down."), every attempt counted.
  public var calls: Int64 = 0, throttledRecords: Int64 = 0
  /// Seconds with a refusal.
  public var throttledSeconds: Int64 = 0
  /// The quota in bytes a second at the start and at the end.
  public var quotaStart = Bytes.zero, quotaEnd = Bytes.zero

  /// Nothing yet.
  public init() {}
}

/// What reading a stream took.
public struct ReadFigures: Sendable, Hashable {
  /// GetRecords calls, and of those refused.
  public var calls: Int64 = 0, throttledCalls: Int64 = 0
  /// Records kept in the stream and not yet read when the run ended.
  public var backlog: Int64 = 0
  /// Records that left the stream by age before they were read.
  public var expired: Int64 = 0
  /// KinesisMillisBehindLatest at its highest.
  public var behindMax = Interval.zero
  /// How fast the age of the oldest unread record grew over the last half of the run, a share of time: see `AgeTrend`. Nil
  /// when the run was too short to say.
  public var fallingBehind: Double?
  /// Calls refused over calls made; nil without calls.
  public var throttleRate: Double? { calls > 0 ? Double(throttledCalls) / Double(calls) : nil }

  /// Nothing yet.
  public init() {}
}

/// What the transform's Lambda function did.
public struct TransformFigures: Sendable, Hashable {
  /// Invocations, and of those repeated ones.
  public var invocations: Int64 = 0, retries: Int64 = 0
  /// Their time together: what GB-seconds are the product of memory with.
  public var time = Interval.zero
  /// The same with each invocation rounded up to a millisecond, as Lambda bills it.
  public var billedTime = Interval.zero

  /// Nothing yet.
  public init() {}
}

/// Dynamic partitions.
public struct PartitionFigures: Sendable, Hashable {
  /// The most active at once, and the most that may be.
  public var activePeak: Int64 = 0, activeLimit: Int64 = 0
  /// Records that came for a partition too many.
  public var overflow: Int64 = 0

  /// Nothing yet.
  public init() {}
}

/// One object at the destination.
public struct DeliveredObject: Sendable, Hashable {
  /// When its first record arrived, and when it was there.
  public var firstArrival: Instant, deliveredAt: Instant
  /// The buffer it comes from: a shard, a channel or a dynamic partition.
  public var unit: String
  /// Its records, the bytes buffered for it, and the bytes stored.
  public var records: Int64, bufferedBytes: Bytes, storedBytes: Bytes
  /// Why it was handed on: `size`, `interval`.
  public var reason: String
  /// Attempts it took.
  public var attempts: Int64
}

/// What a channel delivered, over the whole run: the stream's accepted records = `records` + `heldRecords`.
public struct ChannelResult: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Records and bytes delivered, partition keys included.
  public var records: Int64 = 0, bytes = Bytes.zero
  /// How often something was delivered.
  public var deliveries = 0
  /// The most bytes delivered at once.
  public var largest = Bytes.zero
  /// How long the oldest record of a delivery waited, at most: never more than its data freshness.
  public var freshness = Interval.zero
  /// What had not been delivered when the run ended.
  public var heldRecords: Int64 = 0, heldBytes = Bytes.zero

  /// Nothing yet.
  public init(name: String) { self.name = name }
}
