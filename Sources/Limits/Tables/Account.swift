/// What an account may have and how often it may ask, in one region (facts §0, §7).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct AccountLimits: Sendable {
  public let shardsLargeRegions = Limit(
    "account.shards_large_regions", 20_000, "shards",
    "shards of an account in us-east-1, us-west-2, eu-west-1",
    "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented)
  public let shardsOtherRegions = Limit(
    "account.shards_other_regions", 1_000, "shards",
    "shards of an account elsewhere; some regions have 6,000",
    "AWS, Kinesis Data Streams Developer Guide: Quotas and limits, 2026", .documented)
  public let createCalls = Limit(
    "api.create_delete_list_streams_per_s", 5, "calls/s",
    "CreateStream, DeleteStream and ListStreams calls a second each, by account",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let splitMergeCalls = Limit(
    "api.split_merge_per_s", 5, "calls/s",
    "SplitShard and MergeShards calls a second each, by account",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05; its scope is disputed", .documented)
  public let updateShardCountCalls = Limit(
    "api.update_shard_count_per_s", 10, "calls/s",
    "UpdateShardCount calls a second, by stream", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
  public let retentionCalls = Limit(
    "api.retention_per_s", 5, "calls/s",
    "calls a second that change the retention period, by stream",
    "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05", .documented)
  public let registerConsumerCalls = Limit(
    "api.register_consumer_per_s", 5, "calls/s",
    "RegisterStreamConsumer calls a second, by account", "AWS, Kinesis API 2013-12-02 as in botocore 1.43.11, 2026-05",
    .documented)
}
