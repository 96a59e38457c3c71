/// What AWS's own client libraries do: figures of theirs, not of the service, but as much in the way of a record.
extension LimitsProfile {
  static func clients(_ key: Limit.Key) -> Figure? { producerLibrary(key) ?? agent(key) ?? developmentKit(key) }

  private static func producerLibrary(_ key: Limit.Key) -> Figure? {
    aggregation(key) ?? collection(key) ?? limiter(key)
  }

  private static func aggregation(_ key: Limit.Key) -> Figure? {
    switch key {
    case .kplAggregateBytesDefault:
      (
        51_200, "bytes at which the KPL ends an aggregate, unless told", "§9.1: KPL 1.0.7 AggregationMaxSize",
        .documented
      )
    case .kplAggregateBytesMinimum:
      (64, "the least that AggregationMaxSize can be", "§9.1: KPL 1.0.7", .documented)
    case .kplAggregateBytesMaximum:
      (10 << 20, "the most that AggregationMaxSize can be", "§9.1: KPL 1.0.7", .documented)
    case .kplBufferedTime:
      (
        100, "milliseconds a user record waits for others, unless told; half of it when it is tried again",
        "§9.1: KPL 1.0.7 RecordMaxBufferedTime", .documented
      )
    case .kplTimeToLive:
      (30_000, "milliseconds until the KPL gives a failing user record up, unless told", "§9.1: KPL 1.0.7", .documented)
    case .kplTimeToLiveMinimum:
      (100, "the least that RecordTtl can be", "§9.1: KPL 1.0.7", .documented)
    default: nil
    }
  }

  private static func collection(_ key: Limit.Key) -> Figure? {
    switch key {
    case .kplRequestTimeout:
      (6_000, "milliseconds a call of the KPL may take", "§9.1: KPL 1.0.7 RequestTimeout", .documented)
    case .kplCollectedRecords:
      (500, "Kinesis records of a call of the KPL", "§9.1: KPL 1.0.7 CollectionMaxCount", .documented)
    case .kplCollectedBytes:
      (5 << 20, "bytes of a call of the KPL", "§9.1: KPL 1.0.7 CollectionMaxSize", .documented)
    case .kplCollectedBytesOfShard:
      (256 << 10, "bytes for one shard at which the KPL sends its call", "§9.1: KPL source, collector", .documented)
    default: nil
    }
  }

  private static func limiter(_ key: Limit.Key) -> Figure? {
    switch key {
    case .kplLimiterRate:
      (
        1_500, "what the KPL's limiter lets through to a shard, in thousandths of its limits",
        "§9.1: KPL 1.0.7 RateLimit", .documented
      )
    case .kplLimiterRecords:
      (1_000, "Kinesis records the KPL's limiter saves up for a shard", "§1.4: KPL source, limiter", .documented)
    case .kplLimiterBytes:
      (
        10 << 20, "bytes the KPL's limiter saves up for a shard; 1 MiB before version 1.0.6",
        "§1.4: KPL source, limiter", .documented
      )
    case .kplLimiterDrain:
      (25, "milliseconds between two looks at what the KPL's limiter holds back", "§9.1: KPL source", .documented)
    case .kplMapUpdate:
      (100, "milliseconds until the KPL has read a changed shard map", "nobody publishes it", .assumed)
    default: nil
    }
  }

  private static func agent(_ key: Limit.Key) -> Figure? {
    switch key {
    case .agentBufferAge:
      (60_000, "milliseconds the Agent gathers records", "§9.3: Agent maxBufferAgeMillis", .documented)
    case .agentBufferRecords:
      (500, "records of a buffer of the Agent", "§9.3: Agent maxBufferSizeRecords", .documented)
    case .agentBufferBytes:
      (4 << 20, "bytes of a buffer of the Agent; its source allows 5 MiB", "§9.3: Developer Guide", .documented)
    case .agentQueue:
      (100, "buffers the Agent holds before it stops reading", "§9.3: Agent source", .documented)
    case .agentBackOff:
      (100, "milliseconds of the Agent's first back-off", "§9.3: Agent source", .documented)
    case .agentBackOffCap:
      (10_000, "milliseconds of its longest", "§9.3: Agent source", .documented)
    default: nil
    }
  }

  private static func developmentKit(_ key: Limit.Key) -> Figure? {
    switch key {
    case .sdkTimeout:
      (
        60_000, "milliseconds an SDK waits for an answer, unless told", "botocore's read_timeout, from memory",
        .observed
      )
    case .sdkDelayCap:
      (20_000, "milliseconds of an SDK's longest delay; legacy mode has no cap", "§9.4: botocore", .documented)
    case .sdkLegacyAttempts:
      (5, "attempts of a call in legacy mode, the first included", "§9.4: botocore", .documented)
    case .sdkStandardAttempts:
      (3, "attempts of a call in the other modes", "§9.4: botocore", .documented)
    case .sdkQuota:
      (500, "retry tokens of a client", "§9.4: botocore", .documented)
    case .sdkRetryCost:
      (5, "tokens of a retry in standard mode", "§9.4: botocore", .documented)
    case .sdkTimeoutCost:
      (10, "tokens of a retry after a time-out in standard mode", "§9.4: botocore", .documented)
    case .sdk2026Scale:
      (50, "milliseconds of the 2026 variant's first delay, when not throttled", "§9.4: botocore", .documented)
    case .sdk2026RetryCost:
      (14, "tokens of a retry in the 2026 variant", "§9.4: botocore", .documented)
    case .sdk2026ThrottleCost:
      (5, "tokens of a retry after a throttle in the 2026 variant", "§9.4: botocore", .documented)
    default: nil
    }
  }
}
