public import Units

/// What the rules need to know of a record; payloads belong to the live engine.
///
/// A header may stand for a run of equal records that arrive together.
@frozen public struct RecordHeader: Hashable, Sendable, Codable {
  /// Where it goes.
  public var hashKey: HashKey
  /// Data and partition key of one record, in bytes.
  public var size: Int32
  /// How many equal records it stands for; at least 1.
  public var count: Int32

  /// One record, or a run of equal ones.
  @inlinable public init(hashKey: HashKey, size: Int32, count: Int32 = 1) {
    (self.hashKey, self.size, self.count) = (hashKey, size, count)
  }
}

/// What became of a header: how many of its records a shard took, and what held the others back.
///
/// Records are admitted in request order, so it is the first `accepted` that were taken.
@frozen public struct PutOutcome: Hashable, Sendable, Codable {
  /// The shard that owns the hash key.
  public var shard: ShardID
  /// How many were taken.
  public var accepted: Int32
  /// The limit that refused the rest; nil when all were taken.
  public var limit: WriteLimit?
  /// The position within the shard of the first one taken, from 0; its sequence number's index is one more.
  public var first: Int64
}

/// Neighbouring records of a shard: equal in size and arrival, or, once settled, a block of mixed ones.
@frozen public struct RecordRun: Hashable, Sendable, Codable {
  /// The position of the first one within its shard, from 0.
  public var first: Int64
  /// How many; at least 1.
  public var count: Int64
  /// Their bytes together.
  public var bytes: Int64
  /// When the first and the last arrived.
  public var arrival: Instant, lastArrival: Instant

  /// The position behind the last one.
  @inlinable public var end: Int64 { first + count }

  /// The bytes of the first `n` of them: exact for equal records, an even share in a settled block.
  @inlinable func bytes(ofFirst n: Int64) -> Int64 {
    if n >= count { return bytes }
    let (quotient, remainder) = bytes.quotientAndRemainder(dividingBy: count)
    return quotient * n + remainder * n / count
  }
}
