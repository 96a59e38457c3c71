public import Units

/// What CreateDeliveryStream is told. A nil hint, duration or quota is AWS's default.
public struct DeliveryConfiguration: Sendable, Hashable, Codable {
  /// 1 to 64 of `[a-zA-Z0-9_.-]`.
  public var name: String
  /// The region; it decides the quota of Direct PUT.
  public var region: String
  /// Where records come from.
  public var source: Source
  /// Where they go.
  public var destination: DeliveryDestination
  /// When a buffer is delivered.
  public var buffer = Hints()
  /// What the objects hold.
  public var format = Format.raw(.none)
  /// How many thousandths of its own size the data shrinks from: 1000 is none, 4000 four to one. At least 1.
  public var compressionPermille: Int64 = 1_000
  /// Dynamic partitioning; S3 only.
  public var partitioning: Partitioning?
  /// A Lambda function on the way.
  public var transform: Transform?
  /// RetryOptions' DurationInSeconds: 0 to 7,200 s. S3 has none.
  public var retryDuration: Interval?
  /// What is kept in S3 besides.
  public var backup = Backup.failures
  /// When a buffer of the backup or of error output is written; 60 to 900 s.
  public var backupBuffer = Hints()
  /// How objects are named. Left at AWS's defaults, dynamic partitioning uses `ObjectNaming.partitioned`.
  public var naming = ObjectNaming()

  /// A delivery stream as AWS makes it when told no more than this.
  public init(name: String, region: String, source: Source, destination: DeliveryDestination) {
    (self.name, self.region, self.source, self.destination) = (name, region, source, destination)
  }

  /// Why a record of a data stream above 1 MiB cannot be delivered; nil when it can (§9.6: Handle large records).
  ///
  /// S3 takes them, also with format conversion, but not with dynamic partitioning; HTTP endpoints, Redshift and Snowflake do
  /// not. AWS does not speak of Iceberg, OpenSearch and Splunk: they are let be.
  public var largeRecordFlaw: DeliveryFlaw? {
    switch destination {
    case .s3:
      guard partitioning != nil else { return nil }
      return DeliveryFlaw(.partitioning, "Dynamic partitioning does not support records larger than 1 MiB.")
    case .http, .redshift, .snowflake:
      return DeliveryFlaw(
        .destination, "Delivery to \(destination.product) does not support records larger than 1 MiB.")
    case .iceberg, .openSearch, .splunk: return nil
    }
  }

  /// Where records come from.
  public enum Source: Sendable, Hashable, Codable {
    /// PutRecord and PutRecordBatch, up to so many bytes a second; requests and records scale with them. Nil is the region's.
    case directPut(quota: Bytes?)
    /// A data stream that keeps records this long. Shards come with `openShard`.
    case stream(retention: Interval)
  }

  /// BufferingHints.
  public struct Hints: Sendable, Hashable, Codable {
    /// SizeInMBs: whole MiB.
    public var size: Bytes?
    /// IntervalInSeconds: whole seconds.
    public var interval: Interval?
    /// Hints; nil is the destination's default.
    public init(size: Bytes? = nil, interval: Interval? = nil) { (self.size, self.interval) = (size, interval) }
  }

  /// What the objects hold.
  public enum Format: Sendable, Hashable, Codable {
    /// The records as they came, one after another.
    case raw(Compression)
    /// DataFormatConversionConfiguration to Parquet.
    case parquet(Compression)
    /// DataFormatConversionConfiguration to ORC.
    case orc(Compression)
  }

  /// CompressionFormat of the object as a whole; with conversion it must be none (Parquet and ORC compress inside).
  public enum Compression: Sendable, Hashable, Codable, CaseIterable {
    case none, gzip, zip, snappy, hadoopSnappy
  }

  /// Dynamic partitioning.
  public struct Partitioning: Sendable, Hashable, Codable {
    /// How many partitions may be active at once; nil is the default quota.
    public var maxActive: Int64?
    /// Dynamic partitioning with that many partitions.
    public init(maxActive: Int64? = nil) { self.maxActive = maxActive }
  }

  /// A Lambda processor.
  public struct Transform: Sendable, Hashable, Codable {
    /// BufferSizeInMBs: 0.2 MB to 3 MiB; nil is 1 MiB, 256 KiB for Splunk and Snowflake.
    public var bufferSize: Bytes?
    /// BufferIntervalInSeconds: 0 to 900 s; nil is 60 s, 30 s for Snowflake.
    public var bufferInterval: Interval?
    /// NumberOfRetries: 0 to 300; nil is 3.
    public var retries: Int64?
    /// Bytes that come out of the function, in thousandths of those that go in, for records it says Ok to.
    public var outputPermille: Int64 = 1_000
    /// A function with AWS's default buffer.
    public init() {}
  }

  /// What is kept in S3 besides what the destination gets.
  public enum Backup: Sendable, Hashable, Codable {
    /// Only what could not be delivered: FailedDataOnly, FailedDocumentsOnly, FailedEventsOnly; for S3 and Redshift Disabled.
    case failures
    /// Every source record: AllData, AllDocuments, AllEvents; for S3 and Redshift Enabled.
    case all
  }
}

/// One thing that AWS would not create.
public struct DeliveryFlaw: Error, Sendable, Hashable {
  /// Which setting.
  public enum Setting: Sendable, Hashable {
    case name, quota, retention, destination, size, interval, format, compressionPermille, partitioning, maxActive,
      transformSize
    case transformInterval, transformRetries, outputPermille, retryDuration, backup, backupSize, backupInterval
    case prefix, errorPrefix, fileExtension, timeZone
  }
  /// Which setting.
  public var setting: Setting
  /// Why, in AWS's words where they are known.
  public var reason: String

  /// A flaw of a setting.
  public init(_ setting: Setting, _ reason: String) { (self.setting, self.reason) = (setting, reason) }
}

/// All that AWS would not create, in the order of `DeliveryConfiguration`'s settings; never empty.
public struct DeliveryFlaws: Error, Sendable, Hashable {
  /// At least one.
  public let flaws: [DeliveryFlaw]
}
