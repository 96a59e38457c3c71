internal import Units

/// UpdateMaxRecordSize, StartStreamEncryption, StopStreamEncryption and UpdateStreamRecordDistributionStrategy (facts §0, §4, N§3).
///
/// The stream is in UPDATING as long as for a change of mode: nobody publishes how long these take (assumed).
extension Stream {
  mutating func updateMaxRecord(to size: Bytes, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    try Self.checkMaxRecord(size, limits)
    beginUpdate(.maxRecord(size, ends: updateEnds(from: now)))
  }

  /// Whether MaxRecordSizeInKiB may be so much.
  static func checkMaxRecord(_ size: Bytes, _ limits: LimitsProfile) throws(Refusal) {
    let sizes = limits[.put.recordBytesDefault]...limits[.put.recordBytesMaximum]
    guard sizes.contains(size.count) else {
      throw .validation("MaxRecordSizeInKiB is not between \(sizes.lowerBound >> 10) and \(sizes.upperBound >> 10).")
    }
  }

  /// To begin it where it is on changes the key; to end it where it is off changes nothing (assumed).
  mutating func updateEncryption(key: String?, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    beginUpdate(.encryption(key: key, ends: updateEnds(from: now)))
  }

  /// In force at once; AWS says within a second everywhere. Records that are stored stay in their shards.
  mutating func updateDistribution(to distribution: RecordDistribution, at now: Instant) throws(Refusal) {
    _ = arrive(at: now)
    try requireActive()
    try distribution.check(mode, of: name)
    self.distribution = distribution
  }

  private func updateEnds(from now: Instant) -> Instant { now + .seconds(limits[.onDemand.modeChangeDuration]) }

  private mutating func beginUpdate(_ change: CapacityChange) {
    status = .updating
    capacityChange = change
  }
}

extension RecordDistribution {
  /// AUTO is for on-demand streams (N§3, AWS's text).
  public func check(_ mode: StreamMode, of stream: String) throws(Refusal) {
    guard self == .userPartitionKey || mode == .onDemand else {
      throw .invalidArgument(
        "RecordDistributionStrategy=AUTO is only supported for on-demand streams. Stream [\(stream)] is using "
          + "PROVISIONED mode.")
    }
  }
}
