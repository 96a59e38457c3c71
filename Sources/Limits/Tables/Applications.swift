/// The Kinesis Client Library (facts §9.2).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct KCLLimits: Sendable {
  public let failover = Limit(
    "kcl.failover_s", 10, "s",
    "seconds until the KCL takes the lease of a worker that is gone",
    "KCL 3.5.1 source, awslabs/amazon-kinesis-client, 2026-07-21", .documented)
  public let workerMetrics = Limit(
    "kcl.worker_metrics_s", 30, "s",
    "seconds between two writes of a KCL 3 worker's metrics",
    "KCL 3.5.1 source, awslabs/amazon-kinesis-client, 2026-07-21", .documented)
  public let leaderHeartbeat = Limit(
    "kcl.leader_heartbeat_s", 30, "s",
    "seconds between two writes of the lock of a KCL 3 leader",
    "KCL 3.5.1 source, awslabs/amazon-kinesis-client, 2026-07-21", .documented)
  public let leaderCheck = Limit(
    "kcl.leader_check_s", 30, "s",
    "seconds for which a KCL 3 worker believes that it does not lead",
    "KCL 3.5.1 source, awslabs/amazon-kinesis-client, 2026-07-21", .documented)
  public let shardAudit = Limit(
    "kcl.shard_audit_s", 120, "s",
    "seconds between two audits of the shards by a KCL 3 leader",
    "KCL 3.5.1 source, awslabs/amazon-kinesis-client, 2026-07-21", .documented)
  public let leaderElection = Limit(
    "kcl.leader_election_s", 300, "s",
    "seconds between two scans of a KCL 2 worker for the election of a leader",
    "KCL 2.7.3 source, awslabs/amazon-kinesis-client", .documented)
  public let leaseBytes = Limit(
    "kcl.lease.bytes", 400, "B",
    "bytes of a lease in DynamoDB", "an item of KCL 3.5.1's lease table with one stream, about 400 B", .assumed)
  public let leaseIndexBytes = Limit(
    "kcl.lease.index_bytes", 91, "B",
    "bytes of a lease in the index by owner", "KCL 3.5.1's lease table: about 45 of them in 4 KiB", .assumed)
}

/// Lambda functions and their event source mappings (facts §9.5).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct LambdaLimits: Sendable {
  public let pollInterval = Limit(
    "lambda.poll_interval_s", 1, "s",
    "seconds between a mapping's polls of a shard that is read to its tip",
    "AWS, Lambda Developer Guide and API: event source mappings, 2026-05", .documented)
  public let payload = Limit(
    "lambda.payload.bytes_maximum", 6 << 20, "B",
    "bytes of an invocation's records; counted as stored, without Base64 and JSON",
    "AWS, Lambda Developer Guide and API: event source mappings, 2026-05: 6 MB; its error names 6,291,456", .documented)
  public let heldRecords = Limit(
    "lambda.sub_shard.held_records", 10_000, "records",
    "records a mapping reads ahead of its function, for each batch of a shard in work at once",
    "nobody publishes it: one full GetRecords answer", .assumed)
  public let retryFirst = Limit(
    "lambda.retry.first_s", 1, "s",
    "seconds a mapping waits after a failed invocation, then doubled", "nobody publishes it", .assumed)
  public let retryMost = Limit(
    "lambda.retry.most_s", 60, "s",
    "seconds a mapping waits at most between failed invocations", "nobody publishes it", .assumed)
  public let timeout = Limit(
    "lambda.timeout_s", 900, "s",
    "seconds a function may take, then it has failed", "AWS, Lambda Developer Guide: Lambda quotas, 2026", .documented)
  public let concurrency = Limit(
    "lambda.account_concurrency", 1_000, "functions",
    "functions of an account that run at once, all mappings together",
    "AWS, Lambda Developer Guide: Lambda quotas, 2026, default", .documented)
}

/// Managed Service for Apache Flink (facts §9.7, F§9.1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct FlinkLimits: Sendable {
  public let shardDiscovery = Limit(
    "flink.shard_discovery_s", 10, "s",
    "seconds between looks for new shards", "apache/flink-connector-aws source, ConsumerConfigConstants, 2026",
    .documented)
  public let parallelism = Limit(
    "flink.parallelism_maximum", 256, "subtasks",
    "parallelism of an application, default quota",
    "AWS, Managed Service for Apache Flink Developer Guide: how-scaling, 2026", .documented)
  public let kpus = Limit(
    "flink.kpus_maximum", 64, "KPUs",
    "KPUs of an application, default quota", "AWS, Managed Service for Apache Flink Developer Guide: how-scaling, 2026",
    .documented)
  public let orchestrationKPUs = Limit(
    "flink.orchestration_kpus", 1, "KPUs",
    "KPUs billed beside those of the parallelism",
    "AWS, Managed Service for Apache Flink Developer Guide: how-pricing, 2026", .documented)
  public let scaleUpShare = Limit(
    "flink.autoscale.up_permille", 750, "‰",
    "thousandths of CPU from which on the parallelism doubles",
    "AWS, Managed Service for Apache Flink Developer Guide: how-scaling-auto, 2026", .documented)
  public let scaleUpAfter = Limit(
    "flink.autoscale.up_after_s", 900, "s",
    "seconds it must have been that busy",
    "AWS, Managed Service for Apache Flink Developer Guide: how-scaling-auto, 2026", .documented)
  public let scaleDownShare = Limit(
    "flink.autoscale.down_permille", 100, "‰",
    "thousandths of CPU below which the parallelism halves",
    "AWS, Managed Service for Apache Flink Developer Guide: how-scaling-auto, 2026", .documented)
  public let scaleDownAfter = Limit(
    "flink.autoscale.down_after_s", 21_600, "s",
    "seconds it must have been that idle",
    "AWS, Managed Service for Apache Flink Developer Guide: how-scaling-auto, 2026", .documented)
  public let readRetries = Limit(
    "flink.get_records.retries", 3, "times",
    "times its connector repeats a GetRecords call that failed",
    "apache/flink-connector-aws source, ConsumerConfigConstants, 2026", .documented)
  public let readBackOff = Limit(
    "flink.get_records.back_off_ms", 300, "ms",
    "milliseconds of its first back-off at most; any less is as likely (assumed)",
    "apache/flink-connector-aws source, ConsumerConfigConstants, 2026", .documented
  )
  public let readBackOffGrowth = Limit(
    "flink.get_records.back_off_growth_permille", 1_500, "‰",
    "what each next back-off is multiplied by", "apache/flink-connector-aws source, ConsumerConfigConstants, 2026",
    .documented)
  public let readBackOffCap = Limit(
    "flink.get_records.back_off_cap_ms", 1_000, "ms",
    "milliseconds of its longest back-off", "apache/flink-connector-aws source, ConsumerConfigConstants, 2026",
    .documented)
  public let rescale = Limit(
    "flink.rescale_s", 60, "s",
    "seconds an application stands still when its parallelism changes; 11 to 20 minutes were reported with large state",
    "AWS, Managed Service for Apache Flink Developer Guide: how-scaling-auto, 2026, names no length; Zalando, 2026-03, at second hand",
    .assumed)
}
