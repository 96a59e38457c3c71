/// Where the ratios of compression are from.
private let measuredRatios =
  "measured 2026-11: raw ÷ file, the lowest of three sets of 24 MiB (clickstream, IoT numbers, application logs), gzip -6 and pyarrow 26.0.1"

/// Data Firehose; F§ is a section of facts/data-firehose.md.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct FirehoseLimits: Sendable {
  public let bytesLarge = Limit(
    "firehose.put.large_regions_bytes_per_s", 5 << 20, "B/s",
    "bytes Direct PUT takes in a second in us-east-1, us-west-2, eu-west-1",
    "AWS, Data Firehose Developer Guide: limits, 2026", .documented)
  public let recordsLarge = Limit(
    "firehose.put.large_regions_records_per_s", 500_000, "records/s",
    "records Direct PUT takes in a second there; the API's text still says 5,000",
    "AWS, Data Firehose Developer Guide: limits, 2026", .documented)
  public let requestsLarge = Limit(
    "firehose.put.large_regions_requests_per_s", 2_000, "calls/s",
    "PutRecord and PutRecordBatch calls a second there", "AWS, Data Firehose Developer Guide: limits, 2026", .documented
  )
  public let bytesOther = Limit(
    "firehose.put.other_regions_bytes_per_s", 1 << 20, "B/s",
    "bytes Direct PUT takes in a second in other regions", "AWS, Data Firehose Developer Guide: limits, 2026",
    .documented)
  public let recordsOther = Limit(
    "firehose.put.other_regions_records_per_s", 100_000, "records/s",
    "records Direct PUT takes in a second in other regions", "AWS, Data Firehose Developer Guide: limits, 2026",
    .documented)
  public let requestsOther = Limit(
    "firehose.put.other_regions_requests_per_s", 1_000, "calls/s",
    "PutRecord and PutRecordBatch calls a second in other regions", "AWS, Data Firehose Developer Guide: limits, 2026",
    .documented)
  public let burstSeconds = Limit(
    "firehose.put.burst_s", 1, "s",
    "seconds of refill that the limits of Direct PUT hold",
    "AWS re:Post, firehose-traffic-throttles-in-quota, 2026: the quota's window is a second", .assumed)
  public let increaseAfter = Limit(
    "firehose.put.increase_after_s", 600, "s",
    "seconds from a throttle to AWS's automatic increase of the limit; 0 is never",
    "AWS, Data Firehose Developer Guide: limits, 2026: \"may take time\", no figure", .assumed)
  public let increaseFactor = Limit(
    "firehose.put.increase_permille", 2_000, "‰",
    "what an automatic increase multiplies the limit by", "AWS publishes no figure", .assumed)
  public let quotaMaximum = Limit(
    "firehose.put.maximum_bytes_per_s", 8 << 30, "B/s",
    "the most bytes a second that a limit of Direct PUT may become", "nobody publishes it", .assumed)
  public let channels = Limit(
    "firehose.put.parallel_channels", 1, "0 or 1",
    "1: a raised limit means more parallel channels; 0: smaller buffers",
    "AWS re:Post, kinesis-small-files-s3, 2026", .observed)
  public let recordsPerCall = Limit(
    "firehose.put_record_batch.records_per_call", 500, "records",
    "records of a PutRecordBatch call", "AWS, Firehose API 2015-08-04 as in botocore 1.43.11, 2026-05", .documented)
  public let bytesPerCall = Limit(
    "firehose.put_record_batch.bytes_per_call", 4 << 20, "B",
    "bytes of a PutRecordBatch call", "AWS, Firehose API 2015-08-04 as in botocore 1.43.11, 2026-05", .documented)
  public let recordBytes = Limit(
    "firehose.record.bytes_maximum", 1_024_000, "B",
    "bytes of a record before base64; none is allowed", "AWS, Firehose API 2015-08-04 as in botocore 1.43.11, 2026-05",
    .documented)
  public let streams = Limit(
    "firehose.account.streams", 5_000, "streams",
    "delivery streams of an account in the largest regions; others have 2,000, 500 or 100",
    "AWS, Data Firehose Developer Guide: limits, 2026", .documented)
  public let controlCalls = Limit(
    "firehose.account.control_calls_per_s", 5, "calls/s",
    "calls a second of each operation that is no put", "AWS, Data Firehose Developer Guide: limits, 2026", .documented)
  public let billedBytes = Limit(
    "firehose.record.billed_bytes", 5_120, "B",
    "bytes that each record is rounded up to for billing", "AWS, Data Firehose Developer Guide: limits, 2026",
    .documented)
  public let retention = Limit(
    "firehose.put.retention_h", 24, "h",
    "hours Direct PUT keeps what it cannot deliver; then it is lost", "AWS, Data Firehose Developer Guide: retry, 2026",
    .documented)
  public let httpInterval = Limit(
    "firehose.buffer.http_interval_s", 60, "s",
    "seconds of an HTTP endpoint's buffer by default; the API's text says 300",
    "AWS, Data Firehose Developer Guide: create-configure-backup, 2026", .documented)
  public let snowflakeSize = Limit(
    "firehose.buffer.snowflake_size_mib", 1, "MiB",
    "MiB of Snowflake's buffer by default; the API's text says 128",
    "AWS, Data Firehose Developer Guide: create-configure-backup, 2026", .documented)
  public let gzipRatio = Limit(
    "firehose.compression.gzip_permille", 5_500, "‰",
    "how JSON events shrink with GZIP where a scenario states no ratio",
    measuredRatios, .observed)
  public let parquetSnappyRatio = Limit(
    "firehose.compression.parquet_snappy_permille", 4_200, "‰",
    "how JSON events shrink as Parquet with SNAPPY, Firehose's default for it, where a scenario states no ratio",
    measuredRatios, .observed)
  public let parquetGzipRatio = Limit(
    "firehose.compression.parquet_gzip_permille", 6_700, "‰",
    "how JSON events shrink as Parquet with GZIP where a scenario states no ratio", measuredRatios, .observed)
  public let orcZlibRatio = Limit(
    "firehose.compression.orc_zlib_permille", 6_200, "‰",
    "how JSON events shrink as ORC with ZLIB where a scenario states no ratio", measuredRatios, .observed)
  public let orcSnappyRatio = Limit(
    "firehose.compression.orc_snappy_permille", 3_900, "‰",
    "how JSON events shrink as ORC with SNAPPY where a scenario states no ratio", measuredRatios, .observed)
  public let conversionSizeMinimum = Limit(
    "firehose.buffer.conversion_size_minimum_mib", 64, "MiB",
    "MiB a buffer has at least with format conversion or dynamic partitioning",
    "AWS, Data Firehose Developer Guide: create-configure-backup, 2026", .documented)
  public let conversionSizeDefault = Limit(
    "firehose.buffer.conversion_size_default_mib", 128, "MiB",
    "MiB a buffer has by default with format conversion or dynamic partitioning",
    "AWS, Data Firehose Developer Guide: create-configure-backup, 2026", .documented)
  public let timerStart = Limit(
    "firehose.buffer.timer_start", 0, "0 or 1",
    "0: a buffer's age counts from its first record; 1: a clock that runs anyway", "AWS publishes none", .assumed)
  public let zeroInterval = Limit(
    "firehose.buffer.zero_interval_s", 1, "s",
    "seconds a buffer waits when its interval is 0; AWS says \"within a few seconds\", for Snowflake 1",
    "AWS, Data Firehose Developer Guide: basic-deliver, 2026", .assumed)
  public let bufferGrowth = Limit(
    "firehose.buffer.growth_permille", 1_000, "‰",
    "what a buffer's size is multiplied by while its deliveries fall behind; AWS raises it, by no published law",
    "AWS, Data Firehose Developer Guide: create-configure-backup, 2026", .assumed)
  public let partitionsActive = Limit(
    "firehose.partition.active", 500, "partitions",
    "dynamic partitions active at once", "AWS, Data Firehose Developer Guide: limits, 2026", .documented)
  public let partitionDelay = Limit(
    "firehose.partition.delay_permille", 1_500, "‰",
    "the longest wait under dynamic partitioning, in thousandths of the interval",
    "AWS, Data Firehose Developer Guide: buffering, 2026", .documented)
  public let multipartBelow = Limit(
    "firehose.s3.multipart_below_s", 60, "s",
    "seconds of interval below which S3 gets multipart uploads",
    "AWS, Data Firehose Developer Guide: create-configure-backup, 2026", .documented)
  public let multipartPart = Limit(
    "firehose.s3.multipart_part_bytes", 5 << 20, "B",
    "bytes of a multipart upload's parts: the least S3 takes", "AWS publishes no figure", .assumed)
  public let recordsPerRequest = Limit(
    "firehose.http.records_per_request", 10_000, "records",
    "records of a request to an HTTP endpoint", "AWS, Data Firehose Developer Guide: httpdeliveryrequestresponse, 2026",
    .documented)
  public let polls = Limit(
    "firehose.source.polls_per_s", 1, "calls/s",
    "GetRecords calls a second to each shard", "AWS, Data Firehose Developer Guide: writing-with-kinesis-streams, 2026",
    .documented)
  public let pollsWithBackup = Limit(
    "firehose.source.polls_with_backup_per_s", 2, "calls/s",
    "GetRecords calls a second to each shard with a backup of everything",
    "AWS, Data Firehose Developer Guide: writing-with-kinesis-streams, 2026", .documented)
  public let invocations = Limit(
    "firehose.lambda.outstanding", 5, "at once",
    "Lambda invocations outstanding for each shard or channel", "AWS, Data Firehose Developer Guide: limits, 2026",
    .documented)
  public let invocationsSplunk = Limit(
    "firehose.lambda.splunk_outstanding", 10, "at once",
    "Lambda invocations outstanding for each shard or channel with Splunk",
    "AWS, Data Firehose Developer Guide: limits, 2026", .documented)
  public let payload = Limit(
    "firehose.lambda.payload_bytes", 6 << 20, "B",
    "bytes of a Lambda request or answer, data in base64",
    "AWS, Data Firehose Developer Guide: data-transformation, 2026", .documented)
  public let invocationTimeout = Limit(
    "firehose.lambda.timeout_s", 300, "s",
    "seconds a Lambda function may take", "AWS, Data Firehose Developer Guide: data-transformation, 2026", .documented)
  public let invocationRetries = Limit(
    "firehose.lambda.retries", 3, "times",
    "times a failed invocation is repeated, at once",
    "AWS, Data Firehose Developer Guide: data-transformation, 2026; that it is at once is assumed", .documented)
  public let transformInterval = Limit(
    "firehose.lambda.interval_default_s", 60, "s",
    "seconds of the transform's buffer by default", "AWS, Data Firehose Developer Guide: data-transformation, 2026",
    .documented)
  public let transformIntervalSnowflake = Limit(
    "firehose.lambda.interval_default_snowflake_s", 30, "s",
    "seconds of the transform's buffer by default, with Snowflake",
    "AWS, Data Firehose Developer Guide: data-transformation, 2026", .documented)
  public let transformSize = Limit(
    "firehose.lambda.size_default_kib", 1_024, "KiB",
    "KiB of the transform's buffer by default", "AWS, Data Firehose Developer Guide: data-transformation, 2026",
    .documented)
  public let transformSizeSmall = Limit(
    "firehose.lambda.size_default_small_kib", 256, "KiB",
    "KiB of the transform's buffer by default, with Splunk and Snowflake",
    "AWS, Data Firehose Developer Guide: data-transformation, 2026", .documented)
  public let outstanding = Limit(
    "firehose.delivery.outstanding", 16, "at once",
    "deliveries of a buffer under way or waiting for a retry at once", "nobody publishes it", .assumed)
  public let outstandingRedshift = Limit(
    "firehose.delivery.redshift_outstanding", 1, "at once",
    "COPY commands under way at once", "AWS, Data Firehose Developer Guide: basic-deliver, 2023-06", .documented)
  public let backoffMaximum = Limit(
    "firehose.delivery.backoff_maximum_s", 120, "s",
    "seconds a retry waits at most, before jitter", "AWS, Data Firehose Developer Guide: retry, 2026", .documented)
  public let retryFixed = Limit(
    "firehose.delivery.retry_fixed_s", 300, "s",
    "seconds between tries of Redshift and OpenSearch", "AWS, Data Firehose Developer Guide: retry, 2026", .documented)
}
