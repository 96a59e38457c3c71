private let quotas = "AWS, Kinesis Data Streams Developer Guide: Delivery quotas and limits, 2026"
private let concepts = "AWS, Kinesis Data Streams Developer Guide: Data delivery concepts, 2026"

/// Managed delivery of on-demand streams: delivery channels (facts §0).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct ChannelLimits: Sendable {
  public let perStream = Limit(
    "channel.deliveries_per_stream", 2, "deliveries",
    "deliveries of a stream, at most one for each type of destination", quotas, .documented)
  public let freshnessMinimum = Limit(
    "channel.freshness_minimum_s", 300, "s",
    "seconds of data freshness at least", concepts, .documented)
  public let freshnessMaximum = Limit(
    "channel.freshness_maximum_s", 900, "s",
    "seconds of data freshness at most", concepts, .documented)
  public let freshnessDefault = Limit(
    "channel.freshness_default_s", 300, "s",
    "seconds of data freshness unless set", concepts, .documented)
  public let calls = Limit(
    "api.channels_per_s", 5, "calls/s",
    "calls a second on channels, by account", quotas, .documented)
}
