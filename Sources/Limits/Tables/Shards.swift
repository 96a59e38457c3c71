/// A shard: what it takes and gives (facts §1, §2).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct ShardLimits: Sendable {
  public let writeRecords = Limit(
    "shard.write.records_per_s", 1_000, "records/s",
    "records a shard takes in a second", "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026",
    .documented)
  public let writeBytes = Limit(
    "shard.write.bytes_per_s", 1 << 20, "B/s",
    "bytes a shard takes in a second, partition keys included",
    "AWS, Kinesis Data Streams Developer Guide: Handle large records, 2026", .documented)
  public let writeBurst = Limit(
    "shard.write.burst_s", 1, "s",
    "seconds of refill that a write bucket holds; bytes at least one largest record",
    "AWS Big Data Blog, 10x larger record sizes, 2025-10-28: a capacity tank that refills", .assumed)
  public let writeSlack = Limit(
    "shard.write.slack_permille", 1_000, "‰",
    "what the limiter lets through, in thousandths of the limit; 1000 to 1250 were measured",
    "Prisma Streams repository, measurement of one shard in eu-central-1, 2026-07-22", .observed)
  public let readCalls = Limit(
    "shard.read.calls_per_s", 5, "calls/s",
    "GetRecords calls a shard answers in a second, all consumers together",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let readBytes = Limit(
    "shard.read.bytes_per_s", 2 << 20, "B/s",
    "bytes a shard gives in a second, all polling consumers together",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let readBytesPerCall = Limit(
    "shard.read.bytes_per_call", 10 << 20, "B",
    "bytes of a GetRecords answer", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let readRecordsPerCall = Limit(
    "shard.read.records_per_call", 10_000, "records",
    "records of a GetRecords answer", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let iteratorCalls = Limit(
    "shard.iterator.calls_per_s", 5, "calls/s",
    "GetShardIterator calls a shard answers in a second", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
  public let iteratorLifetime = Limit(
    "iterator.lifetime_s", 300, "s",
    "seconds until a shard iterator expires", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented
  )
}

/// PutRecord and PutRecords, and a record itself (facts §1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct PutLimits: Sendable {
  public let recordsPerCall = Limit(
    "put_records.records_per_call", 500, "records",
    "records of a PutRecords call", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let bytesPerCall = Limit(
    "put_records.bytes_per_call", 10 << 20, "B",
    "bytes of a PutRecords call, partition keys included",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let partitionKeyCharacters = Limit(
    "record.partition_key_characters", 256, "characters",
    "Unicode characters of a partition key", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let recordBytesDefault = Limit(
    "record.bytes_default", 1 << 20, "B",
    "bytes of a record and its key, unless the stream allows more",
    "AWS Big Data Blog, 10x larger record sizes, 2025-10-28", .documented)
  public let recordBytesMaximum = Limit(
    "record.bytes_maximum", 10 << 20, "B",
    "the most that MaxRecordSizeInKiB can allow", "AWS Big Data Blog, 10x larger record sizes, 2025-10-28", .documented)
}
