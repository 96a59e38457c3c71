/// Limits of the services and libraries that read a stream: KCL, Lambda, Managed Flink.
extension LimitsProfile {
  typealias ApplicationFigure = (Int64, String, String, Confidence)

  static func lambda(_ key: Limit.Key) -> ApplicationFigure? {
    switch key {
    case .kclFailover:
      (10, "seconds until the KCL takes the lease of a worker that is gone", "§9.2: KCL source", .documented)
    case .lambdaPollInterval:
      (1, "seconds between a mapping's polls of a shard that is read to its tip", "§9.5: Lambda docs", .documented)
    case .lambdaPayload:
      (
        6 << 20, "bytes of an invocation's records; counted as stored, without Base64 and JSON",
        "§9.5: Lambda docs, 6 MB; its error names 6,291,456", .documented
      )
    case .lambdaHeldRecords:
      (
        10_000, "records a mapping reads ahead of its function, for each batch of a shard in work at once",
        "nobody publishes it: one full GetRecords answer", .assumed
      )
    case .lambdaRetryFirst:
      (
        1, "seconds a mapping waits after a failed invocation, then doubled", "nobody publishes it",
        .assumed
      )
    case .lambdaRetryMost:
      (60, "seconds a mapping waits at most between failed invocations", "nobody publishes it", .assumed)
    case .lambdaTimeout:
      (900, "seconds a function may take, then it has failed", "Lambda quotas", .documented)
    case .lambdaConcurrency:
      (1_000, "functions of an account that run at once, all mappings together", "Lambda quotas, default", .documented)
    default: nil
    }
  }

  static func flink(_ key: Limit.Key) -> ApplicationFigure? {
    switch key {
    case .flinkShardDiscovery:
      (10, "seconds between looks for new shards", "§9.7: connector source", .documented)
    case .flinkParallelism:
      (256, "parallelism of an application, default quota", "F§9.1: MSF how-scaling", .documented)
    case .flinkKPUs:
      (64, "KPUs of an application, default quota", "F§9.1: MSF how-scaling", .documented)
    case .flinkOrchestrationKPUs:
      (1, "KPUs billed beside those of the parallelism", "F§9.1: MSF how-pricing", .documented)
    case .flinkScaleUpShare:
      (750, "thousandths of CPU from which on the parallelism doubles", "F§9.1: MSF how-scaling-auto", .documented)
    case .flinkScaleUpAfter:
      (900, "seconds it must have been that busy", "F§9.1: MSF how-scaling-auto", .documented)
    case .flinkScaleDownShare:
      (100, "thousandths of CPU below which the parallelism halves", "F§9.1: MSF how-scaling-auto", .documented)
    case .flinkScaleDownAfter:
      (21_600, "seconds it must have been that idle", "F§9.1: MSF how-scaling-auto", .documented)
    case .flinkRescale:
      (60, "seconds an application stands still when its parallelism changes", "F§9.1 names no length", .assumed)
    default: nil
    }
  }
}
