// The limits of Data Firehose; F§ is a section of facts/data-firehose.md.
extension LimitsProfile {
  static func delivery(_ key: Limit.Key) -> (Int64, String, String, Confidence)? {
    deliveryPut(key) ?? deliveryBuffer(key) ?? deliveryTransform(key) ?? deliveryAttempt(key)
  }

  private static func deliveryPut(_ key: Limit.Key) -> (Int64, String, String, Confidence)? {
    switch key {
    case .deliveryBytesLarge:
      (
        5 << 20, "bytes Direct PUT takes in a second in us-east-1, us-west-2, eu-west-1", "F§1: DG/limits", .documented
      )
    case .deliveryRecordsLarge:
      (
        500_000, "records Direct PUT takes in a second there; the API's text still says 5,000",
        "F§0.1 row 1: DG/limits", .documented
      )
    case .deliveryRequestsLarge:
      (2_000, "PutRecord and PutRecordBatch calls a second there", "F§1: DG/limits", .documented)
    case .deliveryBytesOther:
      (1 << 20, "bytes Direct PUT takes in a second in other regions", "F§1: DG/limits", .documented)
    case .deliveryRecordsOther:
      (100_000, "records Direct PUT takes in a second in other regions", "F§1: DG/limits", .documented)
    case .deliveryRequestsOther:
      (1_000, "PutRecord and PutRecordBatch calls a second in other regions", "F§1: DG/limits", .documented)
    case .deliveryBurstSeconds:
      (1, "seconds of refill that the limits of Direct PUT hold", "F§1: the quota's window is a second", .assumed)
    case .deliveryIncreaseAfter:
      (
        600, "seconds from a throttle to AWS's automatic increase of the limit; 0 is never",
        "F§1: \"may take time\", no figure", .assumed
      )
    case .deliveryIncreaseFactor:
      (2_000, "what an automatic increase multiplies the limit by", "F§1: no figure", .assumed)
    case .deliveryQuotaMaximum:
      (8 << 30, "the most bytes a second that a limit of Direct PUT may become", "nobody publishes it", .assumed)
    case .deliveryChannels:
      (
        1, "1: a raised limit means more parallel channels; 0: smaller buffers",
        "F§0.1 row 8: re:Post, current version",
        .observed
      )
    case .deliveryRecordsPerCall:
      (500, "records of a PutRecordBatch call", "F§1: API model", .documented)
    case .deliveryBytesPerCall:
      (4 << 20, "bytes of a PutRecordBatch call", "F§1: API model", .documented)
    case .deliveryRecordBytes:
      (1_024_000, "bytes of a record before base64; none is allowed", "F§1: API model", .documented)
    case .deliveryBilledBytes:
      (5_120, "bytes that each record is rounded up to for billing", "F§8: DG/limits", .documented)
    case .deliveryRetention:
      (24, "hours Direct PUT keeps what it cannot deliver; then it is lost", "F§6: DG/retry", .documented)
    default: nil
    }
  }

  private static func deliveryBuffer(_ key: Limit.Key) -> (Int64, String, String, Confidence)? {
    switch key {
    case .deliveryHTTPInterval:
      (60, "seconds of an HTTP endpoint's buffer by default; the API's text says 300", "F§0.1 row 4: DG", .documented)
    case .deliverySnowflakeSize:
      (1, "MiB of Snowflake's buffer by default; the API's text says 128", "F§0.1 row 5: DG", .documented)
    case .deliveryConversionSizeMinimum:
      (64, "MiB a buffer has at least with format conversion or dynamic partitioning", "F§3.2: DG", .documented)
    case .deliveryConversionSizeDefault:
      (128, "MiB a buffer has by default with format conversion or dynamic partitioning", "F§3.2: DG", .documented)
    case .deliveryTimerStart:
      (
        0, "0: a buffer's age counts from its first record; 1: a clock that runs anyway", "F§3.2: not documented",
        .assumed
      )
    case .deliveryZeroInterval:
      (
        1, "seconds a buffer waits when its interval is 0; AWS says \"within a few seconds\", for Snowflake 1",
        "F§3.2: DG/basic-deliver", .assumed
      )
    case .deliveryBufferGrowth:
      (
        1_000,
        "what a buffer's size is multiplied by while its deliveries fall behind; AWS raises it, by no published law",
        "F§3.2: DG", .assumed
      )
    case .deliveryPartitionsActive:
      (500, "dynamic partitions active at once", "F§3.3: DG/limits", .documented)
    case .deliveryPartitionDelay:
      (
        1_500, "the longest wait under dynamic partitioning, in thousandths of the interval", "F§3.3: DG/buffering",
        .documented
      )
    case .deliveryMultipartBelow:
      (60, "seconds of interval below which S3 gets multipart uploads", "F§3.2: DG", .documented)
    case .deliveryMultipartPart:
      (5 << 20, "bytes of a multipart upload's parts: the least S3 takes", "F§3.2: no figure", .assumed)
    case .deliveryRecordsPerRequest:
      (10_000, "records of a request to an HTTP endpoint", "F§6.1: DG", .documented)
    case .deliveryPolls:
      (1, "GetRecords calls a second to each shard", "F§2: DG", .documented)
    case .deliveryPollsWithBackup:
      (2, "GetRecords calls a second to each shard with a backup of everything", "F§2: DG", .documented)
    default: nil
    }
  }

  private static func deliveryTransform(_ key: Limit.Key) -> (Int64, String, String, Confidence)? {
    switch key {
    case .deliveryInvocations:
      (5, "Lambda invocations outstanding for each shard or channel", "F§4: DG/limits", .documented)
    case .deliveryInvocationsSplunk:
      (10, "Lambda invocations outstanding for each shard or channel with Splunk", "F§4: DG/limits", .documented)
    case .deliveryPayload:
      (6 << 20, "bytes of a Lambda request or answer, data in base64", "F§4: DG/data-transformation", .documented)
    case .deliveryInvocationTimeout:
      (300, "seconds a Lambda function may take", "F§4: DG/data-transformation", .documented)
    case .deliveryInvocationRetries:
      (3, "times a failed invocation is repeated, at once", "F§4: DG; that it is at once is assumed", .documented)
    case .deliveryTransformInterval:
      (60, "seconds of the transform's buffer by default", "F§4: DG", .documented)
    case .deliveryTransformIntervalSnowflake:
      (30, "seconds of the transform's buffer by default, with Snowflake", "F§4: DG", .documented)
    case .deliveryTransformSize:
      (1_024, "KiB of the transform's buffer by default", "F§4: DG", .documented)
    case .deliveryTransformSizeSmall:
      (256, "KiB of the transform's buffer by default, with Splunk and Snowflake", "F§4: DG", .documented)
    default: nil
    }
  }

  private static func deliveryAttempt(_ key: Limit.Key) -> (Int64, String, String, Confidence)? {
    switch key {
    case .deliveryOutstanding:
      (16, "deliveries of a buffer under way or waiting for a retry at once", "nobody publishes it", .assumed)
    case .deliveryOutstandingRedshift:
      (1, "COPY commands under way at once", "F§3.2: DG23/basic-deliver", .documented)
    case .deliveryBackoffMaximum:
      (120, "seconds a retry waits at most, before jitter", "F§0.1 row 6: DG", .documented)
    case .deliveryRetryFixed:
      (300, "seconds between tries of Redshift and OpenSearch", "F§6: DG", .documented)
    default: nil
    }
  }
}

extension Limit.Key {
  /// Whether it is one of Data Firehose's.
  public var isDelivery: Bool { deliveryName != nil }

  /// The dotted name of a limit of Data Firehose; nil for others.
  var deliveryName: String? { putName ?? bufferName ?? attemptName }

  private var putName: String? {
    switch self {
    case .deliveryBytesLarge: "firehose.put.large_regions_bytes_per_s"
    case .deliveryRecordsLarge: "firehose.put.large_regions_records_per_s"
    case .deliveryRequestsLarge: "firehose.put.large_regions_requests_per_s"
    case .deliveryBytesOther: "firehose.put.other_regions_bytes_per_s"
    case .deliveryRecordsOther: "firehose.put.other_regions_records_per_s"
    case .deliveryRequestsOther: "firehose.put.other_regions_requests_per_s"
    case .deliveryBurstSeconds: "firehose.put.burst_s"
    case .deliveryIncreaseAfter: "firehose.put.increase_after_s"
    case .deliveryIncreaseFactor: "firehose.put.increase_permille"
    case .deliveryQuotaMaximum: "firehose.put.maximum_bytes_per_s"
    case .deliveryChannels: "firehose.put.parallel_channels"
    case .deliveryRecordsPerCall: "firehose.put_record_batch.records_per_call"
    case .deliveryBytesPerCall: "firehose.put_record_batch.bytes_per_call"
    case .deliveryRecordBytes: "firehose.record.bytes_maximum"
    case .deliveryBilledBytes: "firehose.record.billed_bytes"
    case .deliveryRetention: "firehose.put.retention_h"
    default: nil
    }
  }

  private var bufferName: String? {
    switch self {
    case .deliveryHTTPInterval: "firehose.buffer.http_interval_s"
    case .deliverySnowflakeSize: "firehose.buffer.snowflake_size_mib"
    case .deliveryConversionSizeMinimum: "firehose.buffer.conversion_size_minimum_mib"
    case .deliveryConversionSizeDefault: "firehose.buffer.conversion_size_default_mib"
    case .deliveryTimerStart: "firehose.buffer.timer_start"
    case .deliveryZeroInterval: "firehose.buffer.zero_interval_s"
    case .deliveryBufferGrowth: "firehose.buffer.growth_permille"
    case .deliveryPartitionsActive: "firehose.partition.active"
    case .deliveryPartitionDelay: "firehose.partition.delay_permille"
    case .deliveryMultipartBelow: "firehose.s3.multipart_below_s"
    case .deliveryMultipartPart: "firehose.s3.multipart_part_bytes"
    case .deliveryRecordsPerRequest: "firehose.http.records_per_request"
    case .deliveryPolls: "firehose.source.polls_per_s"
    case .deliveryPollsWithBackup: "firehose.source.polls_with_backup_per_s"
    default: nil
    }
  }

  private var attemptName: String? {
    switch self {
    case .deliveryInvocations: "firehose.lambda.outstanding"
    case .deliveryInvocationsSplunk: "firehose.lambda.splunk_outstanding"
    case .deliveryPayload: "firehose.lambda.payload_bytes"
    case .deliveryInvocationTimeout: "firehose.lambda.timeout_s"
    case .deliveryInvocationRetries: "firehose.lambda.retries"
    case .deliveryTransformInterval: "firehose.lambda.interval_default_s"
    case .deliveryTransformIntervalSnowflake: "firehose.lambda.interval_default_snowflake_s"
    case .deliveryTransformSize: "firehose.lambda.size_default_kib"
    case .deliveryTransformSizeSmall: "firehose.lambda.size_default_small_kib"
    case .deliveryOutstanding: "firehose.delivery.outstanding"
    case .deliveryOutstandingRedshift: "firehose.delivery.redshift_outstanding"
    case .deliveryBackoffMaximum: "firehose.delivery.backoff_maximum_s"
    case .deliveryRetryFixed: "firehose.delivery.retry_fixed_s"
    default: nil
    }
  }
}
