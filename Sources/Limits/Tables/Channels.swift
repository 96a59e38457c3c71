private let quotas = "AWS, Kinesis Data Streams Developer Guide: Delivery quotas and limits, 2026"
private let template = "AWS, Kinesis Data Streams Developer Guide: S3 output key template for Amazon S3 delivery, 2026"
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
    "calls a second of each operation on channels, by account", quotas, .documented)
  public let keyMaximum = Limit(
    "channel.key_maximum_characters", 986, "characters",
    "characters of an object's key at most, without what makes it unique", template, .documented)
  public let listMaximum = Limit(
    "channel.list_maximum", 100, "channels",
    "channels on a page of ListChannels at most", quotas, .documented)
  public let createDuration = Limit(
    "channel.create_duration_s", 15, "s",
    "seconds that a channel is in CREATING", "a walkthrough that ran it, ap-southeast-2, 2026-09", .observed)
  public let updateDuration = Limit(
    "channel.update_duration_s", 10, "s",
    "seconds that a channel is in UPDATING", "one poll of botocore's waiter, 1.44.8, 2026-11", .assumed)
  public let deleteDuration = Limit(
    "channel.delete_duration_s", 10, "s",
    "seconds that a channel is in DELETING", "one poll of botocore's waiter, 1.44.8, 2026-11", .assumed)
}
