internal import Units

/// AWS's StreamMode (facts §5).
public enum StreamMode: Sendable, Hashable, Codable {
  /// The shards are the customer's: SplitShard, MergeShards, UpdateShardCount.
  case provisioned
  /// The shards are the service's: it watches them and splits the busy ones.
  case onDemand
}

/// What a stream's account has agreed to: AWS's MinimumThroughputBillingCommitment (facts §5.2).
public enum OnDemandTerms: Sendable, Hashable, Codable {
  /// On-demand Standard: no commitment.
  case standard
  /// On-demand Advantage: the commitment is enabled. Allows warm throughput, and 50 fan-out consumers.
  case advantage
}

/// Who chooses a record's shard (facts §0).
public enum RecordDistribution: Sendable, Hashable, Codable {
  /// The partition key does, by its hash.
  case userPartitionKey
  /// The service does and ignores the key: on-demand streams only, and nothing is in order.
  case auto
}

/// AWS's WarmThroughputObject, in MiB a second of writes; both 0 when none is set (facts §5.2).
public struct WarmThroughput: Sendable, Hashable, Codable {
  /// What was asked for last.
  public var target: Int64 = 0
  /// What the stream has been scaled to.
  public var current: Int64 = 0
}

/// How an on-demand stream begins.
public struct OnDemandSettings: Sendable, Hashable, Codable {
  /// Warm throughput in MiB a second; 0 for none.
  public var warmThroughput: Int64
  /// Who chooses a record's shard.
  public var distribution: RecordDistribution

  /// No warm throughput, and shards by partition key, unless told.
  public init(warmThroughput: Int64 = 0, distribution: RecordDistribution = .userPartitionKey) {
    (self.warmThroughput, self.distribution) = (warmThroughput, distribution)
  }
}

extension LimitsProfile {
  /// The most bytes a second that an on-demand stream takes in a region (facts §0).
  public func onDemandBytes(region: String) -> Int64 {
    self[Self.isLarge(region) ? .onDemand.bytesLargeRegions : .onDemand.bytesOtherRegions]
  }

  /// The most shards an on-demand stream splits into in a region: what that many bytes a second need.
  public func onDemandShardsMaximum(region: String) -> Int {
    Int(max(self[.onDemand.shardsAtBirth], onDemandBytes(region: region) / self[.shard.writeBytes]))
  }

  /// How many shards an on-demand stream has to begin with: four, or enough for its warm throughput (MiB a second), or
  /// for twice its highest write peak of the last 30 days (bytes a second), whichever is most (facts §5).
  public func onDemandShards(warmThroughput: Int64, peak: Int64, region: String) -> Int {
    let wanted = max(warmThroughput << 20, self[.onDemand.peakFactor].timesClamped(peak))
    let shards = wanted.steps(of: self[.shard.writeBytes])
    return min(onDemandShardsMaximum(region: region), Int(max(self[.onDemand.shardsAtBirth], shards)))
  }
}
