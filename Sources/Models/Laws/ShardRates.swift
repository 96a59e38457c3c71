public import KinesisCore

/// What one shard takes of writers in a second, by its nominal limits: 1,000 records and 1 MiB, slack left out.
public struct ShardRates: Sendable {
  /// Records and bytes a second.
  public let records: Double, bytes: Double

  /// The rates of a shard under limits.
  public init(_ limits: LimitsProfile) {
    (records, bytes) = (Double(limits[.shard.writeRecords]), Double(limits[.shard.writeBytes]))
  }

  /// How many shards' worth a load of so many seconds is: records or bytes, whichever is more.
  public func share(records: Double, bytes: Double, seconds: Double) -> Double {
    max(records / (self.records * seconds), bytes / (self.bytes * seconds))
  }
}
