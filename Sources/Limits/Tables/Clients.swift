/// The Kinesis Producer Library (facts §9.1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct KPLLimits: Sendable {
  public let aggregateBytesDefault = Limit(
    "kpl.aggregate.bytes_default", 51_200, "B",
    "bytes at which the KPL ends an aggregate, unless told",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, AggregationMaxSize", .documented)
  public let aggregateBytesMinimum = Limit(
    "kpl.aggregate.bytes_minimum", 64, "B",
    "the least that AggregationMaxSize can be", "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31",
    .documented)
  public let aggregateBytesMaximum = Limit(
    "kpl.aggregate.bytes_maximum", 10 << 20, "B",
    "the most that AggregationMaxSize can be", "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31",
    .documented)
  public let bufferedTime = Limit(
    "kpl.buffered_ms", 100, "ms",
    "milliseconds a user record waits for others, unless told; half of it when it is tried again",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, RecordMaxBufferedTime", .documented)
  public let timeToLive = Limit(
    "kpl.record_ttl_ms", 30_000, "ms",
    "milliseconds until the KPL gives a failing user record up, unless told",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31", .documented)
  public let timeToLiveMinimum = Limit(
    "kpl.record_ttl_minimum_ms", 100, "ms",
    "the least that RecordTtl can be", "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31", .documented)
  public let requestTimeout = Limit(
    "kpl.request_timeout_ms", 6_000, "ms",
    "milliseconds a call of the KPL may take",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, RequestTimeout", .documented)
  public let collectedRecords = Limit(
    "kpl.collection.records_per_call", 500, "records",
    "Kinesis records of a call of the KPL",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, CollectionMaxCount", .documented)
  public let collectedBytes = Limit(
    "kpl.collection.bytes_per_call", 5 << 20, "B",
    "bytes of a call of the KPL", "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, CollectionMaxSize",
    .documented)
  public let collectedBytesOfShard = Limit(
    "kpl.collection.shard_bytes_per_call", 256 << 10, "B",
    "bytes for one shard at which the KPL sends its call",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, collector", .documented)
  public let limiterRate = Limit(
    "kpl.limiter.rate_permille", 1_500, "‰",
    "what the KPL's limiter lets through to a shard, in thousandths of its limits",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, RateLimit", .documented)
  public let limiterRecords = Limit(
    "kpl.limiter.burst_records", 1_000, "records",
    "Kinesis records the KPL's limiter saves up for a shard",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, limiter", .documented)
  public let limiterBytes = Limit(
    "kpl.limiter.burst_bytes", 10 << 20, "B",
    "bytes the KPL's limiter saves up for a shard; 1 MiB before version 1.0.6",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31, limiter", .documented)
  public let limiterDrain = Limit(
    "kpl.limiter.drain_ms", 25, "ms",
    "milliseconds between two looks at what the KPL's limiter holds back",
    "KPL 1.0.7 source, awslabs/amazon-kinesis-producer, 2026-03-31", .documented)
  public let mapUpdate = Limit(
    "kpl.shard_map_update_ms", 100, "ms",
    "milliseconds until the KPL has read a changed shard map", "nobody publishes it", .assumed)
}

/// The Kinesis Agent (facts §9.3).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct AgentLimits: Sendable {
  public let bufferAge = Limit(
    "agent.buffer_age_ms", 60_000, "ms",
    "milliseconds the Agent gathers records",
    "Kinesis Agent source, awslabs/amazon-kinesis-agent, 2026-07-07, maxBufferAgeMillis", .documented)
  public let bufferRecords = Limit(
    "agent.buffer.records_per_call", 500, "records",
    "records of a buffer of the Agent",
    "Kinesis Agent source, awslabs/amazon-kinesis-agent, 2026-07-07, maxBufferSizeRecords", .documented)
  public let bufferBytes = Limit(
    "agent.buffer.bytes_per_call", 4 << 20, "B",
    "bytes of a buffer of the Agent; its source allows 5 MiB",
    "AWS, Kinesis Data Streams Developer Guide: Kinesis Agent, 2023-06", .documented)
  public let queue = Limit(
    "agent.queue_buffers", 100, "buffers",
    "buffers the Agent holds before it stops reading", "Kinesis Agent source, awslabs/amazon-kinesis-agent, 2026-07-07",
    .documented)
  public let backOff = Limit(
    "agent.back_off_ms", 100, "ms",
    "milliseconds of the Agent's first back-off", "Kinesis Agent source, awslabs/amazon-kinesis-agent, 2026-07-07",
    .documented)
  public let backOffCap = Limit(
    "agent.back_off_cap_ms", 10_000, "ms",
    "milliseconds of its longest", "Kinesis Agent source, awslabs/amazon-kinesis-agent, 2026-07-07", .documented)
}

/// The AWS SDKs' retries (facts §9.4, N§1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct SDKLimits: Sendable {
  public let timeout = Limit(
    "sdk.call_timeout_ms", 60_000, "ms",
    "milliseconds an SDK waits for an answer, unless told",
    "botocore 1.44.8, Config: read_timeout is 60 seconds by default", .documented)
  public let delayCap = Limit(
    "sdk.delay_cap_ms", 20_000, "ms",
    "milliseconds of an SDK's longest delay; legacy mode has no cap", "botocore 1.43.11 source, 2026-05", .documented)
  public let legacyAttempts = Limit(
    "sdk.legacy.attempts", 5, "attempts",
    "attempts of a call in legacy mode, the first included", "botocore 1.43.11 source, 2026-05", .documented)
  public let attempts = Limit(
    "sdk.standard.attempts", 3, "attempts",
    "attempts of a call in the modes standard, standard_2025 and adaptive", "botocore 1.44.8 source, 2026-11-20",
    .documented)
  public let quota = Limit(
    "sdk.quota_tokens", 500, "tokens", "retry tokens of a client", "botocore 1.44.8 source, 2026-11-20", .documented)
  public let throttledBase = Limit(
    "sdk.standard.throttled_base_ms", 1_000, "ms",
    "milliseconds of standard mode's first delay after a throttle", "botocore 1.44.0 source, 2026-11-10", .documented)
  public let failedBase = Limit(
    "sdk.standard.failed_base_ms", 50, "ms",
    "milliseconds of standard mode's first delay after another failure", "botocore 1.44.0 source, 2026-11-10",
    .documented)
  public let throttledCost = Limit(
    "sdk.standard.throttled_retry_tokens", 5, "tokens",
    "tokens of a retry after a throttle in standard mode", "botocore 1.44.0 source, 2026-11-10", .documented)
  public let failedCost = Limit(
    "sdk.standard.failed_retry_tokens", 14, "tokens",
    "tokens of a retry after another failure, a time-out included, in standard mode",
    "botocore 1.44.0 source, 2026-11-10",
    .documented)
  public let earlierBase = Limit(
    "sdk.standard_2025.base_ms", 1_000, "ms",
    "milliseconds of the first delay in the modes legacy and standard_2025", "botocore 1.43.11 source, 2026-05",
    .documented)
  public let earlierCost = Limit(
    "sdk.standard_2025.retry_tokens", 5, "tokens",
    "tokens of a retry in mode standard_2025", "botocore 1.43.11 source, 2026-05", .documented)
  public let earlierTimeoutCost = Limit(
    "sdk.standard_2025.timeout_retry_tokens", 10, "tokens",
    "tokens of a retry after a time-out in mode standard_2025", "botocore 1.43.11 source, 2026-05", .documented)
  public let javaAttempts = Limit(
    "sdk.java_legacy.attempts", 4, "attempts",
    "attempts of a call of the SDK for Java", "aws/aws-sdk-java-v2 source, DefaultRetryStrategy, 2026", .documented)
  public let javaThrottledBase = Limit(
    "sdk.java_legacy.throttled_base_ms", 500, "ms",
    "milliseconds of its first delay after a throttle, at least half of which it waits",
    "aws/aws-sdk-java-v2 source, DefaultRetryStrategy, 2026", .documented)
  public let javaFailedBase = Limit(
    "sdk.java_legacy.failed_base_ms", 100, "ms",
    "milliseconds of its first delay after another failure", "aws/aws-sdk-java-v2 source, DefaultRetryStrategy, 2026",
    .documented)
  public let javaFailedCost = Limit(
    "sdk.java_legacy.failed_retry_tokens", 5, "tokens",
    "tokens of its retry after a failure that is no throttle; after a throttle it takes none",
    "aws/aws-sdk-java-v2 source, DefaultRetryStrategy, 2026", .documented)
  public let adaptiveLeast = Limit(
    "sdk.adaptive.least_rate_permille", 500, "‰",
    "thousandths of an attempt a second that adaptive mode always lets a client send",
    "botocore 1.44.8 source, retries/bucket.py, 2026-11-20, and measured", .documented)
  public let adaptiveGrowth = Limit(
    "sdk.adaptive.growth_permille", 400, "‰",
    "thousandths of the cube of the seconds by which its rate grows",
    "botocore 1.44.8 source, retries/throttling.py, 2026-11-20", .documented)
  public let adaptiveKept = Limit(
    "sdk.adaptive.kept_permille", 700, "‰",
    "thousandths of the rate that a throttle leaves", "botocore 1.44.8 source, retries/throttling.py, 2026-11-20",
    .documented)
  public let adaptiveBin = Limit(
    "sdk.adaptive.bin_ms", 500, "ms",
    "milliseconds over which a client measures its own rate", "botocore 1.44.8 source, retries/adaptive.py, 2026-11-20",
    .documented)
  public let adaptiveNewest = Limit(
    "sdk.adaptive.newest_permille", 800, "‰",
    "thousandths that the newest bin weighs in it", "botocore 1.44.8 source, retries/adaptive.py, 2026-11-20",
    .documented)
  public let adaptiveHeadroom = Limit(
    "sdk.adaptive.headroom_permille", 2_000, "‰",
    "thousandths of the measured rate that a client may send",
    "botocore 1.44.8 source, retries/adaptive.py, 2026-11-20", .documented)
}

/// What is not published of pollers (N§4).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct ReaderLimits: Sendable {
  public let latePermille = Limit(
    "reader.poll_late_permille", 50, "‰",
    "thousandths of its period by which a poll is late at most, each delay as likely; none is early",
    "nobody says; GetRecords alone takes 63 ms, give or take 28 (Prisma Streams repository, measurement of one shard, 2026-07-22)",
    .assumed)
  public let spreadPermille = Limit(
    "reader.refused_spread_permille", 500, "‰",
    "thousandths by which the period varies after which Lambda's and Firehose's pollers repeat a refused call",
    "nobody publishes it", .assumed)
}
