extension LimitsProfile {
  /// On-demand streams: how they are scaled, and what bounds them (facts §5).
  static func onDemand(_ key: Limit.Key) -> Figure? {
    scaling(key) ?? capacityCalls(key)
  }

  private static func scaling(_ key: Limit.Key) -> Figure? {
    switch key {
    case .onDemandShardsAtBirth:
      (4, "shards of a new on-demand stream, and the fewest it has", "§5.1: Choose the right mode", .documented)
    case .onDemandPeakFactor:
      (
        2, "times its highest write peak that an on-demand stream is kept ready for", "§5.1: Choose the right mode",
        .documented
      )
    case .onDemandSplitBytes:
      (
        500 << 10, "bytes a second, over a minute, above which an on-demand shard is split",
        "§5.1: Choose the right mode, \"500 KB/s per shard\"", .documented
      )
    case .onDemandSplitRecords:
      (
        500, "records a second, over a minute, above which an on-demand shard is split",
        "§5.1: AWS's 1 GB/s blog, quoted", .observed
      )
    case .onDemandSplitDelay:
      (
        180,
        "seconds from the minute that shows an on-demand shard busy to its split; AWS says within 15 minutes, "
          + "and at this pace three doublings take 12",
        "§5.1, §5.2: between the two", .assumed
      )
    case .onDemandBytesLargeRegions:
      (
        10 << 30, "bytes a second an on-demand stream takes at most in us-east-1, us-west-2, eu-west-1",
        "§0: Quotas and limits", .documented
      )
    case .onDemandBytesOtherRegions:
      (
        200 << 20, "bytes a second an on-demand stream takes at most elsewhere, unless raised",
        "§0: Quotas and limits", .documented
      )
    default: nil
    }
  }

  private static func capacityCalls(_ key: Limit.Key) -> Figure? {
    switch key {
    case .onDemandStreams:
      (50, "on-demand streams of an account", "§4: Quotas and limits", .documented)
    case .warmThroughputMaximum:
      (10 << 30, "bytes a second of warm throughput at most", "§5.2: API model", .documented)
    case .warmThroughputWindow:
      (
        3_600, "seconds whose write peak a lowered warm throughput still holds", "§5.2: Update a stream", .documented
      )
    case .warmThroughputCalls:
      (5, "UpdateStreamWarmThroughput calls a second, by account", "§7: API model", .documented)
    case .accountSettingsCalls:
      (5, "UpdateAccountSettings calls a second, by account", "§7: API model", .documented)
    case .commitmentMinimum:
      (24, "hours a minimum throughput billing commitment lasts at least", "§5.2: API model", .documented)
    case .modeChangesPerDay:
      (2, "UpdateStreamMode calls in 24 rolling hours, by stream", "§5.3: Update a stream", .documented)
    case .modeChangeDuration:
      (10, "seconds a change of mode takes", "§4: one poll of botocore's waiter", .assumed)
    default: nil
    }
  }
}
