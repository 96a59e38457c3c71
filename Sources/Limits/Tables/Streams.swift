/// A stream: how long it keeps records, and how it changes (facts §4, §6).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct StreamLimits: Sendable {
  public let retentionMinimum = Limit(
    "retention.minimum_h", 24, "h",
    "hours records are kept at least", "AWS, Kinesis Data Streams Developer Guide: retention, 2023-06", .documented)
  public let retentionMaximum = Limit(
    "retention.maximum_h", 8_760, "h",
    "hours records are kept at most", "AWS, Kinesis Data Streams Developer Guide: retention, 2023-06", .documented)
  public let creatingAtOnce = Limit(
    "stream.creating_at_once", 5, "streams",
    "streams in CREATING at once", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let shardsMaximum = Limit(
    "update_shard_count.shards_maximum", 10_000, "shards",
    "shards UpdateShardCount can scale a stream to", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
  public let reshardCallsPerDay = Limit(
    "update_shard_count.calls_per_24h", 10, "calls",
    "UpdateShardCount calls in 24 rolling hours, by stream",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let reshardStepDuration = Limit(
    "reshard.step_s", 30, "s",
    "seconds one split or merge takes; a stream does one at a time",
    "AWS, Kinesis Data Streams Developer Guide: Resharding, before 2023, as remembered; the page no longer says it",
    .observed)
  public let createDuration = Limit(
    "create_stream.duration_s", 10, "s",
    "seconds a stream stays in CREATING", "one poll of botocore's waiter, 1.43.11, 2026-05", .assumed)
}
