/// On-demand streams: how they are scaled, and what bounds them (facts §5).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct OnDemandLimits: Sendable {
  public let shardsAtBirth = Limit(
    "on_demand.shards_at_birth", 4, "shards",
    "shards of a new on-demand stream, and the fewest it has",
    "AWS, Kinesis Data Streams Developer Guide: Choose the right mode to stream in, 2026", .documented)
  public let peakFactor = Limit(
    "on_demand.peak_factor", 2, "×",
    "times its highest write peak that an on-demand stream is kept ready for",
    "AWS, Kinesis Data Streams Developer Guide: Choose the right mode to stream in, 2026", .documented)
  public let splitBytes = Limit(
    "on_demand.split_bytes_per_s", 500 << 10, "B/s",
    "bytes a second, over a minute, above which an on-demand shard is split",
    "AWS, Kinesis Data Streams Developer Guide: Choose the right mode to stream in, 2026: \"500 KB/s per shard\"",
    .documented)
  public let splitRecords = Limit(
    "on_demand.split_records_per_s", 500, "records/s",
    "records a second, over a minute, above which an on-demand shard is split",
    "AWS blog on 1 GB/s on-demand streams, 2023-03, quoted", .observed)
  public let splitDelay = Limit(
    "on_demand.split_after_s", 180, "s",
    "seconds from the minute that shows an on-demand shard busy to its split; AWS says within 15 minutes, "
      + "and at this pace three doublings take 12",
    "AWS, Kinesis Data Streams Developer Guide: Choose the right mode to stream in, and Update a stream, 2026: between the two",
    .assumed)
  public let bytesLargeRegions = Limit(
    "on_demand.large_regions_bytes_per_s", 10 << 30, "B/s",
    "bytes a second an on-demand stream takes at most in us-east-1, us-west-2, eu-west-1",
    "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented)
  public let bytesOtherRegions = Limit(
    "on_demand.other_regions_bytes_per_s", 200 << 20, "B/s",
    "bytes a second an on-demand stream takes at most elsewhere, unless raised",
    "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented)
  public let streams = Limit(
    "account.on_demand_streams", 50, "streams",
    "on-demand streams of an account", "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented
  )
  public let warmThroughputMaximum = Limit(
    "warm_throughput.maximum_bytes_per_s", 10 << 30, "B/s",
    "bytes a second of warm throughput at most", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
  public let warmThroughputWindow = Limit(
    "warm_throughput.peak_window_s", 3_600, "s",
    "seconds whose write peak a lowered warm throughput still holds",
    "AWS, Kinesis Data Streams Developer Guide: Update a stream, 2026", .documented)
  public let warmThroughputCalls = Limit(
    "api.update_warm_throughput_per_s", 5, "calls/s",
    "UpdateStreamWarmThroughput calls a second, by account",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let accountSettingsCalls = Limit(
    "api.update_account_settings_per_s", 5, "calls/s",
    "UpdateAccountSettings calls a second, by account", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
  public let commitmentMinimum = Limit(
    "commitment.minimum_h", 24, "h",
    "hours a minimum throughput billing commitment lasts at least",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let modeChangesPerDay = Limit(
    "update_stream_mode.calls_per_24h", 2, "calls",
    "UpdateStreamMode calls in 24 rolling hours, by stream",
    "AWS, Kinesis Data Streams Developer Guide: Update a stream, 2026", .documented)
  public let modeChangeDuration = Limit(
    "update_stream_mode.duration_s", 10, "s",
    "seconds a change of mode takes", "one poll of botocore's waiter, 1.43.11, 2026-05", .assumed)
}
