/// How sure we are of a figure.
public enum Confidence: String, Sendable, Hashable, Codable {
  /// AWS says so, in its documentation, API model or source code.
  case documented
  /// Somebody measured it, or reverse-engineered it from production.
  case observed
  /// Nobody published it; weir's choice, open to change.
  case assumed
}

/// One limit of the service: a dated figure with its source.
public struct Limit: Sendable, Hashable {
  /// Which limit; `name` is what `weir limits` prints, its raw value its place in a profile.
  public enum Key: Int, Sendable, Hashable, CaseIterable {
    case shardWriteRecords
    case shardWriteBytes
    case shardWriteBurstSeconds
    case shardWriteSlack
    case shardReadCalls
    case shardReadBytes
    case shardReadBytesPerCall
    case shardReadRecordsPerCall
    case shardIteratorCalls
    case iteratorLifetime
    case putRecordsPerCall
    case putBytesPerCall
    case partitionKeyCharacters
    case recordBytesDefault
    case recordBytesMaximum
    case fanOutBytes
    case fanOutLifetime
    case fanOutTakeover
    case fanOutConsumers
    case fanOutConsumersAdvantage
    case fanOutConsumersCreating
    case fanOutCreateDuration
    case retentionMinimum
    case retentionMaximum
    case streamsCreating
    case streamShardsMaximum
    case reshardCallsPerDay
    case reshardStepDuration
    case streamCreateDuration
    case accountShardsLargeRegions
    case accountShardsOtherRegions
    case createCalls
    case splitMergeCalls
    case updateShardCountCalls
    case retentionCalls
    case registerConsumerCalls
    // Data Firehose: figures and names are in Delivery/Limits+Delivery.swift.
    case deliveryBytesLarge
    case deliveryRecordsLarge
    case deliveryRequestsLarge
    case deliveryBytesOther
    case deliveryRecordsOther
    case deliveryRequestsOther
    case deliveryBurstSeconds
    case deliveryIncreaseAfter
    case deliveryIncreaseFactor
    case deliveryQuotaMaximum
    case deliveryChannels
    case deliveryRecordsPerCall
    case deliveryBytesPerCall
    case deliveryRecordBytes
    case deliveryBilledBytes
    case deliveryRetention
    case deliveryHTTPInterval
    case deliverySnowflakeSize
    case deliveryConversionSizeMinimum
    case deliveryConversionSizeDefault
    case deliveryTimerStart
    case deliveryZeroInterval
    case deliveryBufferGrowth
    case deliveryPartitionsActive
    case deliveryPartitionDelay
    case deliveryMultipartBelow
    case deliveryMultipartPart
    case deliveryRecordsPerRequest
    case deliveryPolls
    case deliveryPollsWithBackup
    case deliveryInvocations
    case deliveryInvocationsSplunk
    case deliveryPayload
    case deliveryInvocationTimeout
    case deliveryInvocationRetries
    case deliveryTransformInterval
    case deliveryTransformIntervalSnowflake
    case deliveryTransformSize
    case deliveryTransformSizeSmall
    case deliveryOutstanding
    case deliveryOutstandingRedshift
    case deliveryBackoffMaximum
    case deliveryRetryFixed
    // On-demand
    case onDemandShardsAtBirth
    case onDemandPeakFactor
    case onDemandSplitBytes
    case onDemandSplitRecords
    case onDemandSplitDelay
    case onDemandBytesLargeRegions
    case onDemandBytesOtherRegions
    case onDemandStreams
    case warmThroughputMaximum
    case warmThroughputWindow
    case warmThroughputCalls
    case accountSettingsCalls
    case commitmentMinimum
    case modeChangesPerDay
    case modeChangeDuration
    // What the producers' clients do: Limits+Clients.swift.
    case kplAggregateBytesDefault
    case kplAggregateBytesMinimum
    case kplAggregateBytesMaximum
    case kplBufferedTime
    case kplTimeToLive
    case kplTimeToLiveMinimum
    case kplRequestTimeout
    case kplCollectedRecords
    case kplCollectedBytes
    case kplCollectedBytesOfShard
    case kplLimiterRate
    case kplLimiterRecords
    case kplLimiterBytes
    case kplLimiterDrain
    case kplMapUpdate
    case agentBufferAge
    case agentBufferRecords
    case agentBufferBytes
    case agentQueue
    case agentBackOff
    case agentBackOffCap
    case sdkTimeout
    case sdkDelayCap
    case sdkLegacyAttempts
    case sdkStandardAttempts
    case sdkQuota
    case sdkRetryCost
    case sdkTimeoutCost
    case sdk2026Scale
    case sdk2026RetryCost
    case sdk2026ThrottleCost
    // Managed delivery: see Limits+Channels.
    case channelsPerStream
    case channelFreshnessMinimum
    case channelFreshnessMaximum
    case channelFreshnessDefault
    case channelCalls
    // Neighbours: see Limits+Neighbours.
    case videoStreams
    case videoPutConnections
    case videoPutBytes
    case videoFragmentMinimum
    case videoFragmentMaximum
    case videoFragmentBytes
    case videoFragments
    case videoTracks
    case videoMetadataTags
    case videoGetConnections
    case videoGetBytes
    case videoListConnections
    case videoMediaPoints
    case videoMetadataPoints
    case sqlRowBytes
    case sqlStreamBytes
    case sqlUnits
    case sqlUnitMemory
    case sqlWindow
    // Applications that read.
    case kclFailover
    case lambdaPollInterval
    case lambdaPayload
    case lambdaHeldRecords
    case lambdaRetryFirst
    case lambdaRetryMost
    case lambdaTimeout
    case lambdaConcurrency
    case flinkShardDiscovery
    case flinkParallelism
    case flinkKPUs
    case flinkOrchestrationKPUs
    case flinkScaleUpShare
    case flinkScaleUpAfter
    case flinkScaleDownShare
    case flinkScaleDownAfter
    case flinkRescale
  }

  /// Which limit.
  public var key: Key
  /// The figure, in the unit that ends the key's name.
  public var value: Int64
  /// What it means, in a sentence.
  public var meaning: String
  /// Where it is from: a section of facts/kinesis-data-streams.md (§) or facts/data-firehose.md (F§) and the document
  /// behind it.
  public var source: String
  /// How sure it is.
  public var confidence: Confidence
}

/// A dated set of limits: data that the rules read, one source a line.
public struct LimitsProfile: Sendable, Hashable {
  /// The profile's name, a year and month.
  public let name: String
  /// Every limit, in the order of `Limit.Key.allCases`.
  public var limits: [Limit] {
    sources.enumerated().map { index, limit in
      var limit = limit
      limit.value = values[index]
      return limit
    }
  }

  private var sources: [Limit]
  private var values: [Int64]

  init(name: String, limits: [Limit]) {
    precondition(limits.map(\.key) == Limit.Key.allCases, "a profile has every limit, in order")
    (self.name, sources, values) = (name, limits, limits.map(\.value))
  }

  /// The value of a limit. O(1).
  public subscript(key: Limit.Key) -> Int64 {
    get { values[key.rawValue] }
    set { values[key.rawValue] = newValue }
  }

  /// The same limits under another name.
  public func renamed(_ name: String) -> LimitsProfile { LimitsProfile(name: name, limits: limits) }

  /// Puts another figure in a limit's place; what it means stays.
  public mutating func replace(_ key: Limit.Key, with value: Int64, source: String) {
    values[key.rawValue] = value
    sources[key.rawValue].source = source
    sources[key.rawValue].confidence = .assumed
  }
  /// Whether a region is one of the three with larger quotas (facts §0).
  func isLarge(_ region: String) -> Bool { ["us-east-1", "us-west-2", "eu-west-1"].contains(region) }

  /// How many shards an account may have in a region.
  public func shardQuota(region: String) -> Int64 {
    self[isLarge(region) ? .accountShardsLargeRegions : .accountShardsOtherRegions]
  }
}

extension LimitsProfile {
  /// What AWS documented by September 2026, and what was measured where it is silent.
  public static let current = LimitsProfile(
    name: "2026-09",
    limits: Limit.Key.allCases.map { key in
      let (value, meaning, source, confidence) = figure(key)
      return Limit(key: key, value: value, meaning: meaning, source: source, confidence: confidence)
    })

  typealias Figure = (Int64, String, String, Confidence)

  private static func figure(_ key: Limit.Key) -> Figure {
    writing(key) ?? reading(key) ?? fanOut(key) ?? onDemand(key) ?? delivery(key) ?? clients(key) ?? channel(key)
      ?? neighbour(key) ?? applications(key) ?? controlPlane(key)
  }

  private static func writing(_ key: Limit.Key) -> Figure? {
    switch key {
    case .shardWriteRecords:
      (1_000, "records a shard takes in a second", "§1.2: Quotas and limits", .documented)
    case .shardWriteBytes:
      (1 << 20, "bytes a shard takes in a second, partition keys included", "§1.2: Handle large records", .documented)
    case .shardWriteBurstSeconds:
      (
        1, "seconds of refill that a write bucket holds; bytes at least one largest record",
        "§1.4: AWS's capacity tank", .assumed
      )
    case .shardWriteSlack:
      (
        1_000, "what the limiter lets through, in thousandths of the limit; 1000 to 1250 were measured", "§1.4: BENCH",
        .observed
      )
    case .putRecordsPerCall:
      (500, "records of a PutRecords call", "§1.1: API model", .documented)
    case .putBytesPerCall:
      (10 << 20, "bytes of a PutRecords call, partition keys included", "§1.1: API model", .documented)
    case .partitionKeyCharacters:
      (256, "Unicode characters of a partition key", "§1.1: API model", .documented)
    case .recordBytesDefault:
      (
        1 << 20, "bytes of a record and its key, unless the stream allows more", "§0: large records, 2025-10-28",
        .documented
      )
    case .recordBytesMaximum:
      (10 << 20, "the most that MaxRecordSizeInKiB can allow", "§0: large records, 2025-10-28", .documented)
    default: nil
    }
  }

  private static func reading(_ key: Limit.Key) -> Figure? {
    switch key {
    case .shardReadCalls:
      (5, "GetRecords calls a shard answers in a second, all consumers together", "§2.4: API model", .documented)
    case .shardReadBytes:
      (2 << 20, "bytes a shard gives in a second, all polling consumers together", "§2.4: API model", .documented)
    case .shardReadBytesPerCall:
      (10 << 20, "bytes of a GetRecords answer", "§2.4: API model", .documented)
    case .shardReadRecordsPerCall:
      (10_000, "records of a GetRecords answer", "§2.4: API model", .documented)
    case .shardIteratorCalls:
      (5, "GetShardIterator calls a shard answers in a second", "§2.3: API model", .documented)
    case .iteratorLifetime:
      (300, "seconds until a shard iterator expires", "§2.3: API model", .documented)
    case .retentionMinimum:
      (24, "hours records are kept at least", "§6: Developer Guide", .documented)
    case .retentionMaximum:
      (8_760, "hours records are kept at most", "§6: Developer Guide", .documented)
    default: nil
    }
  }

  private static func fanOut(_ key: Limit.Key) -> Figure? {
    switch key {
    case .fanOutBytes:
      (2 << 20, "bytes a second to each consumer of each shard", "§3: Developer Guide", .documented)
    case .fanOutLifetime:
      (300, "seconds until a SubscribeToShard subscription ends", "§3: API model", .documented)
    case .fanOutTakeover:
      (5, "seconds in which a second SubscribeToShard call is refused", "§3: API model", .documented)
    case .fanOutConsumers:
      (20, "registered consumers of a stream, provisioned or on-demand Standard", "§0: Quotas and limits", .documented)
    case .fanOutConsumersAdvantage:
      (50, "registered consumers of a stream under on-demand Advantage", "§0: Quotas and limits", .documented)
    case .fanOutConsumersCreating:
      (5, "consumers in CREATING at once", "§3: API model", .documented)
    case .fanOutCreateDuration:
      (5, "seconds a consumer stays in CREATING", "nobody publishes it", .assumed)
    case .registerConsumerCalls:
      (5, "RegisterStreamConsumer calls a second, by account", "§7: API model", .documented)
    default: nil
    }
  }

  private static func applications(_ key: Limit.Key) -> Figure? { lambda(key) ?? flink(key) }

  private static func controlPlane(_ key: Limit.Key) -> Figure {
    switch key {
    case .streamsCreating:
      (5, "streams in CREATING at once", "§4: API model", .documented)
    case .streamShardsMaximum:
      (10_000, "shards UpdateShardCount can scale a stream to", "§4: API model", .documented)
    case .reshardCallsPerDay:
      (10, "UpdateShardCount calls in 24 rolling hours, by stream", "§4: API model", .documented)
    case .reshardStepDuration:
      (
        30, "seconds one split or merge takes; a stream does one at a time", "§4: older Developer Guide, from memory",
        .observed
      )
    case .streamCreateDuration:
      (10, "seconds a stream stays in CREATING", "§4: one poll of botocore's waiter", .assumed)
    case .accountShardsLargeRegions:
      (20_000, "shards of an account in us-east-1, us-west-2, eu-west-1", "§0: Quotas and limits", .documented)
    case .accountShardsOtherRegions:
      (1_000, "shards of an account elsewhere; some regions have 6,000", "§0: Quotas and limits", .documented)
    case .createCalls:
      (5, "CreateStream, DeleteStream and ListStreams calls a second each, by account", "§7: API model", .documented)
    case .splitMergeCalls:
      (5, "SplitShard and MergeShards calls a second each, by account", "§7: API model, scope disputed", .documented)
    case .updateShardCountCalls:
      (10, "UpdateShardCount calls a second, by stream", "§7: API model", .documented)
    case .retentionCalls:
      (5, "calls a second that change the retention period, by stream", "§7: API model", .documented)
    default: preconditionFailure("a limit without a figure: \(key)")
    }
  }
}

extension Limit.Key {
  /// The name that `weir limits` prints: what it limits, dotted, its unit last.
  public var name: String {
    deliveryName ?? streamName
  }

  private var streamName: String {
    switch self {
    case .shardWriteRecords: "shard.write.records_per_s"
    case .shardWriteBytes: "shard.write.bytes_per_s"
    case .shardWriteBurstSeconds: "shard.write.burst_s"
    case .shardWriteSlack: "shard.write.slack_permille"
    case .shardReadCalls: "shard.read.calls_per_s"
    case .shardReadBytes: "shard.read.bytes_per_s"
    case .shardReadBytesPerCall: "shard.read.bytes_per_call"
    case .shardReadRecordsPerCall: "shard.read.records_per_call"
    case .shardIteratorCalls: "shard.iterator.calls_per_s"
    case .iteratorLifetime: "iterator.lifetime_s"
    case .putRecordsPerCall: "put_records.records_per_call"
    case .putBytesPerCall: "put_records.bytes_per_call"
    case .partitionKeyCharacters: "record.partition_key_characters"
    case .recordBytesDefault: "record.bytes_default"
    case .recordBytesMaximum: "record.bytes_maximum"
    case .fanOutBytes: "fan_out.bytes_per_s"
    case .fanOutLifetime: "fan_out.subscription_s"
    case .fanOutTakeover: "fan_out.resubscribe_after_s"
    case .fanOutConsumers: "fan_out.consumers_per_stream"
    case .fanOutConsumersAdvantage: "fan_out.consumers_per_stream_advantage"
    case .fanOutConsumersCreating: "fan_out.consumers_creating"
    case .fanOutCreateDuration: "fan_out.consumer_create_s"
    case .retentionMinimum: "retention.minimum_h"
    case .retentionMaximum: "retention.maximum_h"
    case .streamsCreating: "stream.creating_at_once"
    case .streamShardsMaximum: "update_shard_count.shards_maximum"
    case .reshardCallsPerDay: "update_shard_count.calls_per_24h"
    case .reshardStepDuration: "reshard.step_s"
    case .streamCreateDuration: "create_stream.duration_s"
    case .accountShardsLargeRegions: "account.shards_large_regions"
    case .accountShardsOtherRegions: "account.shards_other_regions"
    case .createCalls: "api.create_delete_list_streams_per_s"
    case .splitMergeCalls: "api.split_merge_per_s"
    case .updateShardCountCalls: "api.update_shard_count_per_s"
    case .retentionCalls: "api.retention_per_s"
    case .registerConsumerCalls: "api.register_consumer_per_s"
    case .kclFailover: "kcl.failover_s"
    case .lambdaPollInterval: "lambda.poll_interval_s"
    case .lambdaPayload: "lambda.payload.bytes_maximum"
    case .lambdaHeldRecords: "lambda.sub_shard.held_records"
    case .lambdaRetryFirst: "lambda.retry.first_s"
    case .lambdaRetryMost: "lambda.retry.most_s"
    case .lambdaTimeout: "lambda.timeout_s"
    case .lambdaConcurrency: "lambda.account_concurrency"
    case .flinkShardDiscovery: "flink.shard_discovery_s"
    case .flinkParallelism: "flink.parallelism_maximum"
    case .flinkKPUs: "flink.kpus_maximum"
    case .flinkOrchestrationKPUs: "flink.orchestration_kpus"
    case .flinkScaleUpShare: "flink.autoscale.up_permille"
    case .flinkScaleUpAfter: "flink.autoscale.up_after_s"
    case .flinkScaleDownShare: "flink.autoscale.down_permille"
    case .flinkScaleDownAfter: "flink.autoscale.down_after_s"
    case .flinkRescale: "flink.rescale_s"
    case .kplAggregateBytesDefault: "kpl.aggregate.bytes_default"
    case .kplAggregateBytesMinimum: "kpl.aggregate.bytes_minimum"
    case .kplAggregateBytesMaximum: "kpl.aggregate.bytes_maximum"
    case .kplBufferedTime: "kpl.buffered_ms"
    case .kplTimeToLive: "kpl.record_ttl_ms"
    case .kplTimeToLiveMinimum: "kpl.record_ttl_minimum_ms"
    case .kplRequestTimeout: "kpl.request_timeout_ms"
    case .kplCollectedRecords: "kpl.collection.records_per_call"
    case .kplCollectedBytes: "kpl.collection.bytes_per_call"
    case .kplCollectedBytesOfShard: "kpl.collection.shard_bytes_per_call"
    case .kplLimiterRate: "kpl.limiter.rate_permille"
    case .kplLimiterRecords: "kpl.limiter.burst_records"
    case .kplLimiterBytes: "kpl.limiter.burst_bytes"
    case .kplLimiterDrain: "kpl.limiter.drain_ms"
    case .kplMapUpdate: "kpl.shard_map_update_ms"
    case .agentBufferAge: "agent.buffer_age_ms"
    case .agentBufferRecords: "agent.buffer.records_per_call"
    case .agentBufferBytes: "agent.buffer.bytes_per_call"
    case .agentQueue: "agent.queue_buffers"
    case .agentBackOff: "agent.back_off_ms"
    case .agentBackOffCap: "agent.back_off_cap_ms"
    case .sdkTimeout: "sdk.call_timeout_ms"
    case .sdkDelayCap: "sdk.delay_cap_ms"
    case .sdkLegacyAttempts: "sdk.legacy.attempts"
    case .sdkStandardAttempts: "sdk.standard.attempts"
    case .sdkQuota: "sdk.quota_tokens"
    case .sdkRetryCost: "sdk.standard.retry_tokens"
    case .sdkTimeoutCost: "sdk.standard.timeout_retry_tokens"
    case .sdk2026Scale: "sdk.adaptive_2026.scale_ms"
    case .sdk2026RetryCost: "sdk.adaptive_2026.retry_tokens"
    case .sdk2026ThrottleCost: "sdk.adaptive_2026.throttle_retry_tokens"
    // On-demand
    case .onDemandShardsAtBirth: "on_demand.shards_at_birth"
    case .onDemandPeakFactor: "on_demand.peak_factor"
    case .onDemandSplitBytes: "on_demand.split_bytes_per_s"
    case .onDemandSplitRecords: "on_demand.split_records_per_s"
    case .onDemandSplitDelay: "on_demand.split_after_s"
    case .onDemandBytesLargeRegions: "on_demand.large_regions_bytes_per_s"
    case .onDemandBytesOtherRegions: "on_demand.other_regions_bytes_per_s"
    case .onDemandStreams: "account.on_demand_streams"
    case .warmThroughputMaximum: "warm_throughput.maximum_bytes_per_s"
    case .warmThroughputWindow: "warm_throughput.peak_window_s"
    case .warmThroughputCalls: "api.update_warm_throughput_per_s"
    case .accountSettingsCalls: "api.update_account_settings_per_s"
    case .commitmentMinimum: "commitment.minimum_h"
    case .modeChangesPerDay: "update_stream_mode.calls_per_24h"
    case .modeChangeDuration: "update_stream_mode.duration_s"
    case .channelsPerStream: "channel.deliveries_per_stream"
    case .channelFreshnessMinimum: "channel.freshness_minimum_s"
    case .channelFreshnessMaximum: "channel.freshness_maximum_s"
    case .channelFreshnessDefault: "channel.freshness_default_s"
    case .channelCalls: "api.channels_per_s"
    case .videoStreams: "video.account.streams"
    case .videoPutConnections: "video.put_media.connections"
    case .videoPutBytes: "video.put_media.bytes_per_s"
    case .videoFragmentMinimum: "video.fragment.minimum_s"
    case .videoFragmentMaximum: "video.fragment.maximum_s"
    case .videoFragmentBytes: "video.fragment.bytes_maximum"
    case .videoFragments: "video.fragments_per_s"
    case .videoTracks: "video.tracks"
    case .videoMetadataTags: "video.fragment.metadata_tags"
    case .videoGetConnections: "video.get_media.connections"
    case .videoGetBytes: "video.get_media.bytes_per_s"
    case .videoListConnections: "video.get_media_for_fragment_list.connections"
    case .videoMediaPoints: "video.fragment_media.points_per_s"
    case .videoMetadataPoints: "video.fragment_metadata.points_per_s"
    case .sqlRowBytes: "sql.row.bytes_maximum"
    case .sqlStreamBytes: "sql.in_application_stream.bytes_per_s"
    case .sqlUnits: "sql.application.kpus"
    case .sqlUnitMemory: "sql.kpu.memory_bytes"
    case .sqlWindow: "sql.window_s"
    case .deliveryBytesLarge, .deliveryRecordsLarge, .deliveryRequestsLarge, .deliveryBytesOther, .deliveryRecordsOther,
      .deliveryRequestsOther, .deliveryBurstSeconds, .deliveryIncreaseAfter, .deliveryIncreaseFactor,
      .deliveryQuotaMaximum, .deliveryChannels, .deliveryRecordsPerCall, .deliveryBytesPerCall, .deliveryRecordBytes,
      .deliveryBilledBytes, .deliveryRetention, .deliveryHTTPInterval, .deliverySnowflakeSize,
      .deliveryConversionSizeMinimum, .deliveryConversionSizeDefault, .deliveryTimerStart, .deliveryZeroInterval,
      .deliveryBufferGrowth, .deliveryPartitionsActive, .deliveryPartitionDelay, .deliveryMultipartBelow,
      .deliveryMultipartPart, .deliveryRecordsPerRequest, .deliveryPolls, .deliveryPollsWithBackup,
      .deliveryInvocations, .deliveryInvocationsSplunk, .deliveryPayload, .deliveryInvocationTimeout,
      .deliveryInvocationRetries, .deliveryTransformInterval, .deliveryTransformIntervalSnowflake,
      .deliveryTransformSize, .deliveryTransformSizeSmall, .deliveryOutstanding, .deliveryOutstandingRedshift,
      .deliveryBackoffMaximum, .deliveryRetryFixed:
      preconditionFailure("a limit without a name: \(self)")
    }
  }
}
