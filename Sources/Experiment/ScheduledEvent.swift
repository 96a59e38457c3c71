public import KinesisCore
public import Units

/// Something the scenario makes happen at a given time.
public struct ScheduledEvent: Sendable, Hashable, Codable {
  /// What is done; streams, producers and consumers by position.
  public enum Action: Sendable, Hashable, Codable {
    /// Multiplies a producer's curve; back to 1 after `ScheduledEvent.length`, if there is one.
    case setRateFactor(producer: Int, factor: Double)
    /// SplitShard: the given shard, or the busiest open one; at the given key, or evenly.
    case splitShard(stream: Int, shard: ShardID?, at: HashKey?)
    /// MergeShards of two adjacent shards, the lower first.
    case mergeShards(stream: Int, shard: ShardID, adjacent: ShardID)
    /// UpdateShardCount.
    case updateShardCount(stream: Int, target: Int)
    /// All workers of a consumer stop; they start again after `ScheduledEvent.length`, if there is one.
    case stopConsumer(Int)
    /// They start where they stopped; one that has not been deployed yet is, at its `ConsumerSpec.start`.
    case startConsumer(Int)
    /// A delivery stream's destination takes nothing until `ScheduledEvent.length` is over, or for ever.
    case destinationOutage(firehose: Int)
    /// A delivery stream's destination takes that many times as long, until `ScheduledEvent.length` is over, or for ever.
    case destinationSlowdown(firehose: Int, factor: Double)
    /// What reads the source of a delivery stream fails, and what it held with it: it is read again from its checkpoints.
    case firehoseFailover(Int)
    /// UpdateStreamMode.
    case switchMode(stream: Int, to: CapacityMode)
    /// UpdateStreamWarmThroughput, MiB a second.
    case setWarmThroughput(stream: Int, to: Int64)
    /// That share of put and GetRecords calls to a stream, or to all, fails whole with InternalFailure or ServiceUnavailable.
    case errorBurst(stream: Int?, share: Double)
    /// Calls to a stream, or to all, take that many times as long.
    case latencySpike(stream: Int?, factor: Double)
    /// That many workers of a KCL consumer vanish without giving their leases back; they are there again after
    /// `ScheduledEvent.length`, if there is one.
    case crashWorkers(consumer: Int, count: Int)
  }
  /// How long after the start.
  public var at: Interval
  /// How long it lasts; nil for ever.
  public var length: Interval?
  /// What is done.
  public var action: Action

  /// An event.
  public init(at: Interval, length: Interval? = nil, action: Action) {
    self.at = at
    self.length = length
    self.action = action
  }
}
