/// The Kinesis Producer Library (facts §9.1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct KPLLimits: Sendable {
  public let aggregateBytesDefault = Limit(
    "kpl.aggregate.bytes_default", 51_200, "B",
    "bytes at which the KPL ends an aggregate, unless told", "§9.1: KPL 1.0.7 AggregationMaxSize", .documented)
  public let aggregateBytesMinimum = Limit(
    "kpl.aggregate.bytes_minimum", 64, "B",
    "the least that AggregationMaxSize can be", "§9.1: KPL 1.0.7", .documented)
  public let aggregateBytesMaximum = Limit(
    "kpl.aggregate.bytes_maximum", 10 << 20, "B",
    "the most that AggregationMaxSize can be", "§9.1: KPL 1.0.7", .documented)
  public let bufferedTime = Limit(
    "kpl.buffered_ms", 100, "ms",
    "milliseconds a user record waits for others, unless told; half of it when it is tried again",
    "§9.1: KPL 1.0.7 RecordMaxBufferedTime", .documented)
  public let timeToLive = Limit(
    "kpl.record_ttl_ms", 30_000, "ms",
    "milliseconds until the KPL gives a failing user record up, unless told", "§9.1: KPL 1.0.7", .documented)
  public let timeToLiveMinimum = Limit(
    "kpl.record_ttl_minimum_ms", 100, "ms",
    "the least that RecordTtl can be", "§9.1: KPL 1.0.7", .documented)
  public let requestTimeout = Limit(
    "kpl.request_timeout_ms", 6_000, "ms",
    "milliseconds a call of the KPL may take", "§9.1: KPL 1.0.7 RequestTimeout", .documented)
  public let collectedRecords = Limit(
    "kpl.collection.records_per_call", 500, "records",
    "Kinesis records of a call of the KPL", "§9.1: KPL 1.0.7 CollectionMaxCount", .documented)
  public let collectedBytes = Limit(
    "kpl.collection.bytes_per_call", 5 << 20, "B",
    "bytes of a call of the KPL", "§9.1: KPL 1.0.7 CollectionMaxSize", .documented)
  public let collectedBytesOfShard = Limit(
    "kpl.collection.shard_bytes_per_call", 256 << 10, "B",
    "bytes for one shard at which the KPL sends its call", "§9.1: KPL source, collector", .documented)
  public let limiterRate = Limit(
    "kpl.limiter.rate_permille", 1_500, "‰",
    "what the KPL's limiter lets through to a shard, in thousandths of its limits",
    "§9.1: KPL 1.0.7 RateLimit", .documented)
  public let limiterRecords = Limit(
    "kpl.limiter.burst_records", 1_000, "records",
    "Kinesis records the KPL's limiter saves up for a shard", "§1.4: KPL source, limiter", .documented)
  public let limiterBytes = Limit(
    "kpl.limiter.burst_bytes", 10 << 20, "B",
    "bytes the KPL's limiter saves up for a shard; 1 MiB before version 1.0.6",
    "§1.4: KPL source, limiter", .documented)
  public let limiterDrain = Limit(
    "kpl.limiter.drain_ms", 25, "ms",
    "milliseconds between two looks at what the KPL's limiter holds back", "§9.1: KPL source", .documented)
  public let mapUpdate = Limit(
    "kpl.shard_map_update_ms", 100, "ms",
    "milliseconds until the KPL has read a changed shard map", "nobody publishes it", .assumed)
}

/// The Kinesis Agent (facts §9.3).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct AgentLimits: Sendable {
  public let bufferAge = Limit(
    "agent.buffer_age_ms", 60_000, "ms",
    "milliseconds the Agent gathers records", "§9.3: Agent maxBufferAgeMillis", .documented)
  public let bufferRecords = Limit(
    "agent.buffer.records_per_call", 500, "records",
    "records of a buffer of the Agent", "§9.3: Agent maxBufferSizeRecords", .documented)
  public let bufferBytes = Limit(
    "agent.buffer.bytes_per_call", 4 << 20, "B",
    "bytes of a buffer of the Agent; its source allows 5 MiB", "§9.3: Developer Guide", .documented)
  public let queue = Limit(
    "agent.queue_buffers", 100, "buffers",
    "buffers the Agent holds before it stops reading", "§9.3: Agent source", .documented)
  public let backOff = Limit(
    "agent.back_off_ms", 100, "ms",
    "milliseconds of the Agent's first back-off", "§9.3: Agent source", .documented)
  public let backOffCap = Limit(
    "agent.back_off_cap_ms", 10_000, "ms",
    "milliseconds of its longest", "§9.3: Agent source", .documented)
}

/// The AWS SDKs' retries (facts §9.4, N§1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct SDKLimits: Sendable {
  public let timeout = Limit(
    "sdk.call_timeout_ms", 60_000, "ms",
    "milliseconds an SDK waits for an answer, unless told", "botocore's read_timeout, from memory", .observed)
  public let delayCap = Limit(
    "sdk.delay_cap_ms", 20_000, "ms",
    "milliseconds of an SDK's longest delay; legacy mode has no cap", "§9.4: botocore", .documented)
  public let legacyAttempts = Limit(
    "sdk.legacy.attempts", 5, "attempts",
    "attempts of a call in legacy mode, the first included", "§9.4: botocore", .documented)
  public let attempts = Limit(
    "sdk.standard.attempts", 3, "attempts",
    "attempts of a call in the modes standard, standard_2025 and adaptive", "N§1: botocore", .documented)
  public let quota = Limit("sdk.quota_tokens", 500, "tokens", "retry tokens of a client", "N§1: botocore", .documented)
  public let throttledBase = Limit(
    "sdk.standard.throttled_base_ms", 1_000, "ms",
    "milliseconds of standard mode's first delay after a throttle", "N§1: botocore 1.44.0", .documented)
  public let failedBase = Limit(
    "sdk.standard.failed_base_ms", 50, "ms",
    "milliseconds of standard mode's first delay after another failure", "N§1: botocore 1.44.0", .documented)
  public let throttledCost = Limit(
    "sdk.standard.throttled_retry_tokens", 5, "tokens",
    "tokens of a retry after a throttle in standard mode", "N§1: botocore 1.44.0", .documented)
  public let failedCost = Limit(
    "sdk.standard.failed_retry_tokens", 14, "tokens",
    "tokens of a retry after another failure, a time-out included, in standard mode", "N§1: botocore 1.44.0",
    .documented)
  public let earlierBase = Limit(
    "sdk.standard_2025.base_ms", 1_000, "ms",
    "milliseconds of the first delay in the modes legacy and standard_2025", "§9.4: botocore 1.43", .documented)
  public let earlierCost = Limit(
    "sdk.standard_2025.retry_tokens", 5, "tokens",
    "tokens of a retry in mode standard_2025", "§9.4: botocore 1.43", .documented)
  public let earlierTimeoutCost = Limit(
    "sdk.standard_2025.timeout_retry_tokens", 10, "tokens",
    "tokens of a retry after a time-out in mode standard_2025", "§9.4: botocore 1.43", .documented)
  public let javaAttempts = Limit(
    "sdk.java_legacy.attempts", 4, "attempts",
    "attempts of a call of the SDK for Java", "N§1: aws-sdk-java-v2, DefaultRetryStrategy", .documented)
  public let javaThrottledBase = Limit(
    "sdk.java_legacy.throttled_base_ms", 500, "ms",
    "milliseconds of its first delay after a throttle, at least half of which it waits",
    "N§1: aws-sdk-java-v2, DefaultRetryStrategy", .documented)
  public let javaFailedBase = Limit(
    "sdk.java_legacy.failed_base_ms", 100, "ms",
    "milliseconds of its first delay after another failure", "N§1: aws-sdk-java-v2, DefaultRetryStrategy",
    .documented)
  public let javaFailedCost = Limit(
    "sdk.java_legacy.failed_retry_tokens", 5, "tokens",
    "tokens of its retry after a failure that is no throttle; after a throttle it takes none",
    "aws-sdk-java-v2, DefaultRetryStrategy", .documented)
  public let adaptiveLeast = Limit(
    "sdk.adaptive.least_rate_permille", 500, "‰",
    "thousandths of an attempt a second that adaptive mode always lets a client send",
    "N§8 and botocore, retries/bucket.py", .documented)
  public let adaptiveGrowth = Limit(
    "sdk.adaptive.growth_permille", 400, "‰",
    "thousandths of the cube of the seconds by which its rate grows", "botocore, retries/throttling.py", .documented)
  public let adaptiveKept = Limit(
    "sdk.adaptive.kept_permille", 700, "‰",
    "thousandths of the rate that a throttle leaves", "botocore, retries/throttling.py", .documented)
  public let adaptiveBin = Limit(
    "sdk.adaptive.bin_ms", 500, "ms",
    "milliseconds over which a client measures its own rate", "botocore, retries/adaptive.py", .documented)
  public let adaptiveNewest = Limit(
    "sdk.adaptive.newest_permille", 800, "‰",
    "thousandths that the newest bin weighs in it", "botocore, retries/adaptive.py", .documented)
  public let adaptiveHeadroom = Limit(
    "sdk.adaptive.headroom_permille", 2_000, "‰",
    "thousandths of the measured rate that a client may send", "botocore, retries/adaptive.py", .documented)
}

/// What is not published of pollers (N§4).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct ReaderLimits: Sendable {
  public let latePermille = Limit(
    "reader.poll_late_permille", 50, "‰",
    "thousandths of its period by which a poll is late at most, each delay as likely; none is early",
    "nobody says; GetRecords alone takes 63 ms, give or take 28 (§11)", .assumed)
  public let spreadPermille = Limit(
    "reader.refused_spread_permille", 500, "‰",
    "thousandths by which the period varies after which Lambda's and Firehose's pollers repeat a refused call",
    "N§4: nobody publishes it", .assumed)
}
