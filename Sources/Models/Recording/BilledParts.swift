internal import KinesisCore
public import Pricing
public import Units

// Which item of the price book a part uses, and how much of it follows from what: the same for a run and for a closed form.

extension FirehoseSpec {
  /// MiB of memory of a transform's function: Lambda's default (assumed). Nothing in a scenario says otherwise.
  public static var transformMemory: Int128 { 128 }

  /// What ingestion is billed as. Snowflake and Iceberg have a price of their own for each GB taken in (F§8), which stands in
  /// place of the usual one.
  public var ingestItem: PriceItem {
    switch configuration.destination {
    case .snowflake: .firehoseSnowflake
    case .iceberg: .firehoseIceberg
    case .s3, .redshift, .openSearch, .splunk, .http: stream == nil ? .firehoseDirectPut : .firehoseStream
    }
  }

  /// Whether records are converted to Parquet or ORC.
  public var isConverting: Bool {
    switch configuration.format {
    case .raw: false
    case .parquet, .orc: true
    }
  }

  /// Byte-seconds that so many bytes, laid down in S3, take up until they are deleted: each byte is billed for all its time
  /// when it is laid down, as it would be in the steady state.
  public func storage(of bytes: Bytes) -> Int128 {
    Int128(bytes.count) * Int128(objectsKept.nanoseconds / 1_000_000_000)
  }
}

extension ChannelSpec {
  /// What its bytes are billed as.
  public var item: PriceItem {
    switch destination {
    case .s3: .deliveryChannel
    case .s3Tables: .tableChannel
    }
  }
}

extension FlinkSpec {
  /// KPUs of a parallelism: over the parallelism per KPU, rounded up; the one for orchestration is not among them.
  public func kpus(of parallelism: Int) -> Int64 {
    Int64((parallelism + parallelismPerKPU - 1) / parallelismPerKPU)
  }

  /// Byte-seconds of running storage: 50 GB for each KPU that is not for orchestration (F§0.1 row 16: billed). `time` is KPUs
  /// times nanoseconds.
  public static func runningStorage(_ time: Int128) -> Int128 { max(0, time) * (50 << 30) / 1_000_000_000 }
}
