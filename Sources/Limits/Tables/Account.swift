/// What an account may have and how often it may ask, in one region (facts §0, §7).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct AccountLimits: Sendable {
  public let shardsLargeRegions = Limit(
    "account.shards_large_regions", 20_000, "shards",
    "shards of an account in us-east-1, us-west-2, eu-west-1", "§0: Quotas and limits", .documented)
  public let shardsOtherRegions = Limit(
    "account.shards_other_regions", 1_000, "shards",
    "shards of an account elsewhere; some regions have 6,000", "§0: Quotas and limits", .documented)
  public let createCalls = Limit(
    "api.create_delete_list_streams_per_s", 5, "calls/s",
    "CreateStream, DeleteStream and ListStreams calls a second each, by account", "§7: API model", .documented)
  public let splitMergeCalls = Limit(
    "api.split_merge_per_s", 5, "calls/s",
    "SplitShard and MergeShards calls a second each, by account", "§7: API model, scope disputed", .documented)
  public let updateShardCountCalls = Limit(
    "api.update_shard_count_per_s", 10, "calls/s",
    "UpdateShardCount calls a second, by stream", "§7: API model", .documented)
  public let retentionCalls = Limit(
    "api.retention_per_s", 5, "calls/s",
    "calls a second that change the retention period, by stream", "§7: API model", .documented)
  public let registerConsumerCalls = Limit(
    "api.register_consumer_per_s", 5, "calls/s",
    "RegisterStreamConsumer calls a second, by account", "§7: API model", .documented)
}
