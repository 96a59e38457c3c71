public import Units

/// IncreaseStreamRetentionPeriod, DecreaseStreamRetentionPeriod and forgetting (facts §6).
extension Stream {
  mutating func setRetention(hours: Int64, isIncrease: Bool, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    guard retentionRate.take(1, at: now) else {
      throw .limitExceeded(
        "The retention period is changed more than \(limits[.account.retentionCalls]) times a second.")
    }
    let wanted = Interval.hours(min(hours, 1_000_000))
    guard hours >= limits[.stream.retentionMinimum] else {
      throw .invalidArgument(
        "Minimum allowed retention period is \(limits[.stream.retentionMinimum]) hours. Requested retention period (\(hours) "
          + "hours) is too short.")
    }
    guard hours <= limits[.stream.retentionMaximum] else {
      throw .invalidArgument(
        "Maximum allowed retention period is \(limits[.stream.retentionMaximum]) hours. Requested retention period (\(hours) "
          + "hours) is too long.")
    }
    guard isIncrease ? wanted >= retention : wanted <= retention else {
      let (direction, relation) = isIncrease ? ("Increase", "longer") : ("Decrease", "shorter")
      throw .invalidArgument("\(direction)StreamRetentionPeriod needs a period \(relation) than the current one.")
    }
    trim(at: now)
    retention = wanted
    trim(at: now)
  }

  /// Forgets records past the retention period. Reads do so by themselves; call it to bound memory.
  public mutating func trim(at now: Instant) {
    let now = arrive(at: now)
    for index in shards.indices { shards[index].log.trim(before: now - retention) }
  }

  /// Lets records before the given position of each shard become coarse blocks: for drivers without payloads, when no
  /// reader needs them exactly any more.
  public mutating func settle(_ id: ShardID, before position: Int64, width: Interval) {
    shards[id.index].log.settle(before: position, width: width)
  }
}
