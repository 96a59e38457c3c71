public import Units

/// What a delivery stream of Data Firehose used, and what surrounds it (F§8).
public struct DeliveryUse: Sendable, Hashable {
  /// As what its bytes are taken in.
  public enum Intake: Sendable, Hashable {
    /// By PutRecordBatch, or from a stream.
    case directPut, stream
    /// For Snowflake, and for Iceberg tables by PutRecordBatch or from a stream: prices of their own in place of the usual one, for
    /// bytes as they are (N§5.2).
    case snowflake, icebergPut, icebergStream

    var item: PriceItem {
      switch self {
      case .directPut: .firehoseDirectPut
      case .stream: .firehoseStream
      case .snowflake: .firehoseSnowflake
      case .icebergPut: .firehoseIcebergPut
      case .icebergStream: .firehoseIceberg
      }
    }
  }
  /// In which form records are delivered.
  public enum Format: Sendable, Hashable {
    /// As they come.
    case raw
    /// Converted to Parquet or ORC.
    case converted
  }
  /// How objects are laid out.
  public enum Layout: Sendable, Hashable {
    /// One after another.
    case whole
    /// By dynamic partitions.
    case partitioned
  }

  /// Its name, as what its bytes are taken in, and what becomes of them.
  public var name: String, intake: Intake, format: Format, layout: Layout
  /// Availability zones of delivery into a VPC, times nanoseconds.
  public var networkTime: Int128 = 0
  /// Bytes taken in, each record rounded up to 5 KB where the intake has it; bytes delivered.
  public var billedBytes: Int128 = 0, deliveredBytes: Int128 = 0
  /// Objects delivered, and PUT requests to S3 in all.
  public var objects: Int128 = 0, putRequests: Int128 = 0
  /// Bytes laid down in S3, and how long they stay: each byte is billed for all its time when it is laid down, as it would be
  /// in the steady state.
  public var storedBytes: Int128 = 0, kept: Interval
  /// The function of its transform.
  public var transform = FunctionUse(invocations: 0, memory: 0, time: 0)

  /// A delivery stream of which nothing was used yet.
  public init(_ name: String, _ intake: Intake, _ format: Format, _ layout: Layout, kept: Interval) {
    (self.name, self.intake, self.format, self.layout, self.kept) = (name, intake, format, layout, kept)
  }

  /// Adds its lines.
  public func add(to usage: inout Usage) {
    let scope = Scope(.firehose, name)
    usage.add(intake.item, scope: scope, billedBytes)
    if format == .converted { usage.add(.firehoseConversion, scope: scope, billedBytes) }
    if layout == .partitioned {
      usage.add(.firehosePartitionedData, scope: scope, deliveredBytes)
      usage.add(.firehosePartitionedObject, scope: scope, objects)
    }
    usage.add(.firehoseNetworkHour, scope: scope, networkTime)
    if networkTime > 0 { usage.add(.firehoseNetworkData, scope: scope, deliveredBytes) }
    usage.add(.s3Put, scope: scope, putRequests)
    usage.add(.s3Storage, scope: scope, storedBytes.timesClamped(Int128(kept.nanoseconds / 1_000_000_000)))
    transform.add(scope, to: &usage)
  }
}

/// What a delivery channel of an on-demand stream used (facts §10.1).
public struct ChannelUse: Sendable, Hashable {
  /// Where it delivers.
  public enum Target: Sendable, Hashable {
    /// S3, or a streaming table of S3 Tables.
    case objects, table
  }
  /// Its name, and where it delivers.
  public var name: String, target: Target
  /// Bytes delivered.
  public var bytes: Int128

  /// A channel that delivered so many bytes.
  public init(_ name: String, _ target: Target, bytes: Int128) {
    (self.name, self.target, self.bytes) = (name, target, bytes)
  }

  /// Adds its line.
  public func add(to usage: inout Usage) {
    usage.add(target == .table ? .tableChannel : .deliveryChannel, scope: Scope(.channel, name), bytes)
  }
}
