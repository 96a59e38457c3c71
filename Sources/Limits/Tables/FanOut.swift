/// Enhanced fan-out (facts §3).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct FanOutLimits: Sendable {
  public let bytes = Limit(
    "fan_out.bytes_per_s", 2 << 20, "B/s",
    "bytes a second to each consumer of each shard",
    "AWS, Kinesis Data Streams Developer Guide: enhanced fan-out, 2026", .documented)
  public let lifetime = Limit(
    "fan_out.subscription_s", 300, "s",
    "seconds until a SubscribeToShard subscription ends", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
  public let takeover = Limit(
    "fan_out.resubscribe_after_s", 5, "s",
    "seconds in which a second SubscribeToShard call is refused",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let consumers = Limit(
    "fan_out.consumers_per_stream", 20, "consumers",
    "registered consumers of a stream, provisioned or on-demand Standard",
    "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented)
  public let consumersAdvantage = Limit(
    "fan_out.consumers_per_stream_advantage", 50, "consumers",
    "registered consumers of a stream under on-demand Advantage",
    "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented)
  public let consumersCreating = Limit(
    "fan_out.consumers_creating", 5, "consumers",
    "consumers in CREATING at once", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let createDuration = Limit(
    "fan_out.consumer_create_s", 5, "s",
    "seconds a consumer stays in CREATING", "nobody publishes it", .assumed)
}
