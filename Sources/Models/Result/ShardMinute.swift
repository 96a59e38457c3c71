internal import Experiment
public import KinesisCore
public import Units

/// What one shard was asked for and took in a minute of the run, or in several that were folded together.
///
/// Warm-up included. Shares are of the shard's nominal limits (1,000 records/s, 1 MiB/s), records or bytes, whichever is
/// larger.
public struct ShardMinute: Sendable, Hashable {
  /// When the stretch began, and how long it was: whole minutes, but for the end of the run.
  public var begin: Instant, length: Interval
  /// Which shard.
  public var shard: ShardID
  /// Stored, partition keys included.
  public var acceptedRecords: Int64, acceptedBytes: Bytes
  /// Refused, every attempt counted.
  public var throttledRecords: Int64
  /// Tried for the first time.
  public var demandedRecords: Int64, demandedBytes: Bytes
  /// The mean of what was stored, and of what was tried for the first time, over the limit.
  public var load: Double, demand: Double
  /// The same in the fullest second.
  public var peakLoad: Double, peakDemand: Double
}

/// What a stream stored, as AWS's prices count it: record by record, the whole run.
public struct BilledIntake: Sendable, Hashable {
  /// Bytes with partition keys.
  public var bytes: Bytes = .zero
  /// Bytes with each record rounded up to 1 KiB: what on-demand streams are billed by.
  public var roundedBytes: Bytes = .zero
  /// Chunks of 25 KiB: what provisioned streams are billed by.
  public var payloadUnits: Int64 = 0

  /// Nothing yet.
  public init() {}
}
