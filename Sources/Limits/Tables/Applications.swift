/// The Kinesis Client Library (facts §9.2).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct KCLLimits: Sendable {
  public let failover = Limit(
    "kcl.failover_s", 10, "s",
    "seconds until the KCL takes the lease of a worker that is gone", "§9.2: KCL source", .documented)
  public let workerMetrics = Limit(
    "kcl.worker_metrics_s", 30, "s",
    "seconds between two writes of a KCL 3 worker's metrics", "N§6: KCL 3.5.1 source", .documented)
  public let leaderHeartbeat = Limit(
    "kcl.leader_heartbeat_s", 30, "s",
    "seconds between two writes of the lock of a KCL 3 leader", "N§6: KCL 3.5.1 source", .documented)
  public let leaderCheck = Limit(
    "kcl.leader_check_s", 30, "s",
    "seconds for which a KCL 3 worker believes that it does not lead", "N§6: KCL 3.5.1 source", .documented)
  public let shardAudit = Limit(
    "kcl.shard_audit_s", 120, "s",
    "seconds between two audits of the shards by a KCL 3 leader", "N§6: KCL 3.5.1 source", .documented)
  public let leaderElection = Limit(
    "kcl.leader_election_s", 300, "s",
    "seconds between two scans of a KCL 2 worker for the election of a leader", "N§6: KCL 2.7.3 source", .documented)
  public let leaseBytes = Limit(
    "kcl.lease.bytes", 400, "B",
    "bytes of a lease in DynamoDB", "N§6: about 400 B with one stream", .assumed)
  public let leaseIndexBytes = Limit(
    "kcl.lease.index_bytes", 91, "B",
    "bytes of a lease in the index by owner", "N§6: about 45 of them in 4 KiB", .assumed)
}

/// Lambda functions and their event source mappings (facts §9.5).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct LambdaLimits: Sendable {
  public let pollInterval = Limit(
    "lambda.poll_interval_s", 1, "s",
    "seconds between a mapping's polls of a shard that is read to its tip", "§9.5: Lambda docs", .documented)
  public let payload = Limit(
    "lambda.payload.bytes_maximum", 6 << 20, "B",
    "bytes of an invocation's records; counted as stored, without Base64 and JSON",
    "§9.5: Lambda docs, 6 MB; its error names 6,291,456", .documented)
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
    "seconds a function may take, then it has failed", "Lambda quotas", .documented)
  public let concurrency = Limit(
    "lambda.account_concurrency", 1_000, "functions",
    "functions of an account that run at once, all mappings together", "Lambda quotas, default", .documented)
}

/// Managed Service for Apache Flink (facts §9.7, F§9.1).
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct FlinkLimits: Sendable {
  public let shardDiscovery = Limit(
    "flink.shard_discovery_s", 10, "s",
    "seconds between looks for new shards", "§9.7: connector source", .documented)
  public let parallelism = Limit(
    "flink.parallelism_maximum", 256, "subtasks",
    "parallelism of an application, default quota", "F§9.1: MSF how-scaling", .documented)
  public let kpus = Limit(
    "flink.kpus_maximum", 64, "KPUs",
    "KPUs of an application, default quota", "F§9.1: MSF how-scaling", .documented)
  public let orchestrationKPUs = Limit(
    "flink.orchestration_kpus", 1, "KPUs",
    "KPUs billed beside those of the parallelism", "F§9.1: MSF how-pricing", .documented)
  public let scaleUpShare = Limit(
    "flink.autoscale.up_permille", 750, "‰",
    "thousandths of CPU from which on the parallelism doubles", "F§9.1: MSF how-scaling-auto", .documented)
  public let scaleUpAfter = Limit(
    "flink.autoscale.up_after_s", 900, "s",
    "seconds it must have been that busy", "F§9.1: MSF how-scaling-auto", .documented)
  public let scaleDownShare = Limit(
    "flink.autoscale.down_permille", 100, "‰",
    "thousandths of CPU below which the parallelism halves", "F§9.1: MSF how-scaling-auto", .documented)
  public let scaleDownAfter = Limit(
    "flink.autoscale.down_after_s", 21_600, "s",
    "seconds it must have been that idle", "F§9.1: MSF how-scaling-auto", .documented)
  public let readRetries = Limit(
    "flink.get_records.retries", 3, "times",
    "times its connector repeats a GetRecords call that failed", "§9.7: connector source", .documented)
  public let readBackOff = Limit(
    "flink.get_records.back_off_ms", 300, "ms",
    "milliseconds of its first back-off at most; any less is as likely (assumed)", "§9.7: connector source", .documented
  )
  public let readBackOffGrowth = Limit(
    "flink.get_records.back_off_growth_permille", 1_500, "‰",
    "what each next back-off is multiplied by", "§9.7: connector source", .documented)
  public let readBackOffCap = Limit(
    "flink.get_records.back_off_cap_ms", 1_000, "ms",
    "milliseconds of its longest back-off", "§9.7: connector source", .documented)
  public let rescale = Limit(
    "flink.rescale_s", 60, "s",
    "seconds an application stands still when its parallelism changes; 11 to 20 minutes were reported with large state",
    "F§9.1 names no length; N§8: Zalando, 2026-03, at second hand", .assumed)
}
