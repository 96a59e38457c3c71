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

/// The AWS SDKs' retries (facts §9.4).
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
  public let standardAttempts = Limit(
    "sdk.standard.attempts", 3, "attempts",
    "attempts of a call in the other modes", "§9.4: botocore", .documented)
  public let quota = Limit("sdk.quota_tokens", 500, "tokens", "retry tokens of a client", "§9.4: botocore", .documented)
  public let retryCost = Limit(
    "sdk.standard.retry_tokens", 5, "tokens",
    "tokens of a retry in standard mode", "§9.4: botocore", .documented)
  public let timeoutCost = Limit(
    "sdk.standard.timeout_retry_tokens", 10, "tokens",
    "tokens of a retry after a time-out in standard mode", "§9.4: botocore", .documented)
  public let scale2026 = Limit(
    "sdk.adaptive_2026.scale_ms", 50, "ms",
    "milliseconds of the 2026 variant's first delay, when not throttled", "§9.4: botocore", .documented)
  public let retryCost2026 = Limit(
    "sdk.adaptive_2026.retry_tokens", 14, "tokens",
    "tokens of a retry in the 2026 variant", "§9.4: botocore", .documented)
  public let throttleCost2026 = Limit(
    "sdk.adaptive_2026.throttle_retry_tokens", 5, "tokens",
    "tokens of a retry after a throttle in the 2026 variant", "§9.4: botocore", .documented)
}
