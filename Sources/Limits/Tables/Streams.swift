/// A stream: how long it keeps records, and how it changes (facts §4, §6).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct StreamLimits: Sendable {
  public let retentionMinimum = Limit(
    "retention.minimum_h", 24, "h",
    "hours records are kept at least", "§6: Developer Guide", .documented)
  public let retentionMaximum = Limit(
    "retention.maximum_h", 8_760, "h",
    "hours records are kept at most", "§6: Developer Guide", .documented)
  public let creatingAtOnce = Limit(
    "stream.creating_at_once", 5, "streams",
    "streams in CREATING at once", "§4: API model", .documented)
  public let shardsMaximum = Limit(
    "update_shard_count.shards_maximum", 10_000, "shards",
    "shards UpdateShardCount can scale a stream to", "§4: API model", .documented)
  public let reshardCallsPerDay = Limit(
    "update_shard_count.calls_per_24h", 10, "calls",
    "UpdateShardCount calls in 24 rolling hours, by stream", "§4: API model", .documented)
  public let reshardStepDuration = Limit(
    "reshard.step_s", 30, "s",
    "seconds one split or merge takes; a stream does one at a time",
    "§4: older Developer Guide, from memory", .observed)
  public let createDuration = Limit(
    "create_stream.duration_s", 10, "s",
    "seconds a stream stays in CREATING", "§4: one poll of botocore's waiter", .assumed)
}
