/// Data Firehose; F§ is a section of facts/data-firehose.md.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct FirehoseLimits: Sendable {
  public let bytesLarge = Limit(
    "firehose.put.large_regions_bytes_per_s", 5 << 20, "B/s",
    "bytes Direct PUT takes in a second in us-east-1, us-west-2, eu-west-1", "F§1: DG/limits", .documented)
  public let recordsLarge = Limit(
    "firehose.put.large_regions_records_per_s", 500_000, "records/s",
    "records Direct PUT takes in a second there; the API's text still says 5,000",
    "F§0.1 row 1: DG/limits", .documented)
  public let requestsLarge = Limit(
    "firehose.put.large_regions_requests_per_s", 2_000, "calls/s",
    "PutRecord and PutRecordBatch calls a second there", "F§1: DG/limits", .documented)
  public let bytesOther = Limit(
    "firehose.put.other_regions_bytes_per_s", 1 << 20, "B/s",
    "bytes Direct PUT takes in a second in other regions", "F§1: DG/limits", .documented)
  public let recordsOther = Limit(
    "firehose.put.other_regions_records_per_s", 100_000, "records/s",
    "records Direct PUT takes in a second in other regions", "F§1: DG/limits", .documented)
  public let requestsOther = Limit(
    "firehose.put.other_regions_requests_per_s", 1_000, "calls/s",
    "PutRecord and PutRecordBatch calls a second in other regions", "F§1: DG/limits", .documented)
  public let burstSeconds = Limit(
    "firehose.put.burst_s", 1, "s",
    "seconds of refill that the limits of Direct PUT hold", "F§1: the quota's window is a second", .assumed)
  public let increaseAfter = Limit(
    "firehose.put.increase_after_s", 600, "s",
    "seconds from a throttle to AWS's automatic increase of the limit; 0 is never",
    "F§1: \"may take time\", no figure", .assumed)
  public let increaseFactor = Limit(
    "firehose.put.increase_permille", 2_000, "‰",
    "what an automatic increase multiplies the limit by", "F§1: no figure", .assumed)
  public let quotaMaximum = Limit(
    "firehose.put.maximum_bytes_per_s", 8 << 30, "B/s",
    "the most bytes a second that a limit of Direct PUT may become", "nobody publishes it", .assumed)
  public let channels = Limit(
    "firehose.put.parallel_channels", 1, "0 or 1",
    "1: a raised limit means more parallel channels; 0: smaller buffers",
    "F§0.1 row 8: re:Post, current version", .observed)
  public let recordsPerCall = Limit(
    "firehose.put_record_batch.records_per_call", 500, "records",
    "records of a PutRecordBatch call", "F§1: API model", .documented)
  public let bytesPerCall = Limit(
    "firehose.put_record_batch.bytes_per_call", 4 << 20, "B",
    "bytes of a PutRecordBatch call", "F§1: API model", .documented)
  public let recordBytes = Limit(
    "firehose.record.bytes_maximum", 1_024_000, "B",
    "bytes of a record before base64; none is allowed", "F§1: API model", .documented)
  public let billedBytes = Limit(
    "firehose.record.billed_bytes", 5_120, "B",
    "bytes that each record is rounded up to for billing", "F§8: DG/limits", .documented)
  public let retention = Limit(
    "firehose.put.retention_h", 24, "h",
    "hours Direct PUT keeps what it cannot deliver; then it is lost", "F§6: DG/retry", .documented)
  public let httpInterval = Limit(
    "firehose.buffer.http_interval_s", 60, "s",
    "seconds of an HTTP endpoint's buffer by default; the API's text says 300", "F§0.1 row 4: DG", .documented)
  public let snowflakeSize = Limit(
    "firehose.buffer.snowflake_size_mib", 1, "MiB",
    "MiB of Snowflake's buffer by default; the API's text says 128", "F§0.1 row 5: DG", .documented)
  public let conversionSizeMinimum = Limit(
    "firehose.buffer.conversion_size_minimum_mib", 64, "MiB",
    "MiB a buffer has at least with format conversion or dynamic partitioning", "F§3.2: DG", .documented)
  public let conversionSizeDefault = Limit(
    "firehose.buffer.conversion_size_default_mib", 128, "MiB",
    "MiB a buffer has by default with format conversion or dynamic partitioning", "F§3.2: DG", .documented)
  public let timerStart = Limit(
    "firehose.buffer.timer_start", 0, "0 or 1",
    "0: a buffer's age counts from its first record; 1: a clock that runs anyway", "F§3.2: not documented", .assumed)
  public let zeroInterval = Limit(
    "firehose.buffer.zero_interval_s", 1, "s",
    "seconds a buffer waits when its interval is 0; AWS says \"within a few seconds\", for Snowflake 1",
    "F§3.2: DG/basic-deliver", .assumed)
  public let bufferGrowth = Limit(
    "firehose.buffer.growth_permille", 1_000, "‰",
    "what a buffer's size is multiplied by while its deliveries fall behind; AWS raises it, by no published law",
    "F§3.2: DG", .assumed)
  public let partitionsActive = Limit(
    "firehose.partition.active", 500, "partitions",
    "dynamic partitions active at once", "F§3.3: DG/limits", .documented)
  public let partitionDelay = Limit(
    "firehose.partition.delay_permille", 1_500, "‰",
    "the longest wait under dynamic partitioning, in thousandths of the interval", "F§3.3: DG/buffering", .documented)
  public let multipartBelow = Limit(
    "firehose.s3.multipart_below_s", 60, "s",
    "seconds of interval below which S3 gets multipart uploads", "F§3.2: DG", .documented)
  public let multipartPart = Limit(
    "firehose.s3.multipart_part_bytes", 5 << 20, "B",
    "bytes of a multipart upload's parts: the least S3 takes", "F§3.2: no figure", .assumed)
  public let recordsPerRequest = Limit(
    "firehose.http.records_per_request", 10_000, "records",
    "records of a request to an HTTP endpoint", "F§6.1: DG", .documented)
  public let polls = Limit(
    "firehose.source.polls_per_s", 1, "calls/s",
    "GetRecords calls a second to each shard", "F§2: DG", .documented)
  public let pollsWithBackup = Limit(
    "firehose.source.polls_with_backup_per_s", 2, "calls/s",
    "GetRecords calls a second to each shard with a backup of everything", "F§2: DG", .documented)
  public let invocations = Limit(
    "firehose.lambda.outstanding", 5, "at once",
    "Lambda invocations outstanding for each shard or channel", "F§4: DG/limits", .documented)
  public let invocationsSplunk = Limit(
    "firehose.lambda.splunk_outstanding", 10, "at once",
    "Lambda invocations outstanding for each shard or channel with Splunk", "F§4: DG/limits", .documented)
  public let payload = Limit(
    "firehose.lambda.payload_bytes", 6 << 20, "B",
    "bytes of a Lambda request or answer, data in base64", "F§4: DG/data-transformation", .documented)
  public let invocationTimeout = Limit(
    "firehose.lambda.timeout_s", 300, "s",
    "seconds a Lambda function may take", "F§4: DG/data-transformation", .documented)
  public let invocationRetries = Limit(
    "firehose.lambda.retries", 3, "times",
    "times a failed invocation is repeated, at once", "F§4: DG; that it is at once is assumed", .documented)
  public let transformInterval = Limit(
    "firehose.lambda.interval_default_s", 60, "s",
    "seconds of the transform's buffer by default", "F§4: DG", .documented)
  public let transformIntervalSnowflake = Limit(
    "firehose.lambda.interval_default_snowflake_s", 30, "s",
    "seconds of the transform's buffer by default, with Snowflake", "F§4: DG", .documented)
  public let transformSize = Limit(
    "firehose.lambda.size_default_kib", 1_024, "KiB",
    "KiB of the transform's buffer by default", "F§4: DG", .documented)
  public let transformSizeSmall = Limit(
    "firehose.lambda.size_default_small_kib", 256, "KiB",
    "KiB of the transform's buffer by default, with Splunk and Snowflake", "F§4: DG", .documented)
  public let outstanding = Limit(
    "firehose.delivery.outstanding", 16, "at once",
    "deliveries of a buffer under way or waiting for a retry at once", "nobody publishes it", .assumed)
  public let outstandingRedshift = Limit(
    "firehose.delivery.redshift_outstanding", 1, "at once",
    "COPY commands under way at once", "F§3.2: DG23/basic-deliver", .documented)
  public let backoffMaximum = Limit(
    "firehose.delivery.backoff_maximum_s", 120, "s",
    "seconds a retry waits at most, before jitter", "F§0.1 row 6: DG", .documented)
  public let retryFixed = Limit(
    "firehose.delivery.retry_fixed_s", 300, "s",
    "seconds between tries of Redshift and OpenSearch", "F§6: DG", .documented)
}
