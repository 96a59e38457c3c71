public import Units

/// One record of a PutRecord or PutRecordBatch call, or a run of equal ones.
@frozen public struct DeliveryRecord: Sendable, Hashable, Codable {
  /// Bytes of one, 0 to 1,024,000.
  public var size: Int32
  /// How many equal records it stands for; at least 1.
  public var count: Int32
  /// Its dynamic partition, by the caller's own numbering; 0 where there are none.
  public var partition: Int32

  /// One record, or a run of equal ones.
  @inlinable public init(size: Int32, count: Int32 = 1, partition: Int32 = 0) {
    (self.size, self.count, self.partition) = (size, count, partition)
  }
}

/// Neighbouring records of a shard that a GetRecords call brought, equal in size, arrival and partition.
@frozen public struct DeliveryRun: Sendable, Hashable, Codable {
  /// The position of the first one within its shard.
  public var first: Int64
  /// How many records of the stream; at least 1.
  public var count: Int64
  /// How many records of the users they hold: more than `count` when the KPL aggregated them, never less.
  public var records: Int64
  /// Their bytes together, without partition keys.
  public var bytes: Int64
  /// When they reached the stream.
  public var arrival: Instant
  /// Their dynamic partition, by the caller's own numbering; 0 where there are none.
  public var partition: Int32

  /// A run; without KPL aggregation `records` equals `count`.
  @inlinable public init(
    first: Int64, count: Int64, records: Int64, bytes: Int64, arrival: Instant, partition: Int32 = 0
  ) {
    (self.first, self.count, self.records, self.bytes) = (first, count, records, bytes)
    (self.arrival, self.partition) = (arrival, partition)
  }
}

/// What one GetRecords call brought.
public struct DeliveryRead: Sendable, Hashable, Codable {
  /// The shard.
  public var shard: ShardID
  /// Its records in order of position, none twice; empty when there were none.
  public var runs: [DeliveryRun]
  /// The position the next call reads from; behind the last run.
  public var next: Int64

  /// An answer of GetRecords.
  public init(shard: ShardID, runs: [DeliveryRun], next: Int64) {
    (self.shard, self.runs, self.next) = (shard, runs, next)
  }
}

/// Records that travel together: they came from one shard or channel, in one read, within the same second.
///
/// A batch is a list of them; it is what a driver computes freshness from.
@frozen public struct DeliveryParcel: Sendable, Hashable, Codable {
  /// How many records of the users; at least 1.
  public var records: Int64
  /// Their bytes together.
  public var bytes: Int64
  /// When the first of them reached the data stream, or for Direct PUT the delivery stream.
  public var arrival: Instant
  /// When the first of them reached the delivery stream: for a stream source, when it was read.
  public var received: Instant
  /// Their dynamic partition.
  public var partition: Int32
  /// The shard or channel they came by, by position in order of appearance.
  public var origin: Int32
  /// Which read of that shard brought them, from 0; 0 for Direct PUT.
  public var read: Int64
  /// Whether they had been settled before a failover made the shard be read again.
  public var isRepeat: Bool
}
