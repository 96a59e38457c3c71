public import Units

/// What can be asked of a `DeliveryStream`, and what answers its effects.
public enum DeliveryInput: Sendable, Hashable, Codable {
  /// PutRecord.
  case putRecord(DeliveryRecord)
  /// PutRecordBatch, in request order.
  case putRecordBatch([DeliveryRecord])
  /// A shard of the source is to be read from a position on.
  case openShard(ShardID, from: Int64)
  /// A closed shard was read to its end.
  case endShard(ShardID)
  /// GetRecords answered.
  case read(DeliveryRead)
  /// What reads a shard failed, and with it what it held in memory. A shard that had been ended is to be ended again.
  case failOver(ShardID)
  /// The Lambda function answered: of the invocation's records, so many were Dropped and so many ProcessingFailed.
  case transformed(InvocationID, dropped: Int64, failed: Int64)
  /// The Lambda function answered, record by record: one piece for each of the invocation's, in order.
  case processed(InvocationID, [DeliveryPiece])
  /// The function threw, was throttled or took longer than five minutes.
  case transformFailed(InvocationID)
  /// The destination, or the bucket, took the delivery.
  case delivered(DeliveryID)
  /// It did not, for now. The jitter, in thousandths from 850 to 1150, stretches the wait if there is one.
  case deliveryFailed(DeliveryID, jitter: Int64)
  /// It never will: HTTP 413, a Snowflake schema error.
  case deliveryRejected(DeliveryID)
}

/// What a `DeliveryStream` answers, and what it wants done.
public enum DeliveryEffect: Sendable, Hashable, Codable {
  /// For each entry of a put, how many of its records were taken, the first ones; the others got
  /// ServiceUnavailableException "Slow down.".
  case put([Int32])
  /// The call was refused as a whole; nothing was taken.
  case refused(DeliveryRefusal)
  /// Call the Lambda function; to be answered by `transformed` or `transformFailed`.
  case invoke(Invocation)
  /// Deliver; to be answered by `delivered`, `deliveryFailed` or `deliveryRejected`.
  case deliver(Delivery)
  /// Records came to an end.
  case settled(DeliveryReceipt)
  /// Records that waited ahead of the dynamic partitions went on: to their partition's buffer, or, when too many were active, under the
  /// error prefix. They are the next ones of their shard or channel.
  case placed(DeliveryParcel, DeliveryTarget)
  /// Records are processing-failed as a whole: of a call that failed too often, or, without one, the next ones of their shard or channel,
  /// which are more than a function takes.
  case unprocessed([DeliveryParcel], InvocationID?)
  /// Everything of the shard ahead of the position has come to an end; a failover goes back here.
  case checkpoint(ShardID, Int64)
  /// Read the shard again from this position on.
  case reread(ShardID, from: Int64)
  /// Direct PUT was throttled for long enough that AWS raised its limit: bytes a second from now on.
  case limitRaised(Bytes)
}

/// One attempt at a delivery; unique within its stream.
@frozen public struct DeliveryID: Sendable, Hashable, Codable {
  /// The number that it is written down by.
  public var raw: UInt64
  /// The attempt of a number.
  public init(raw: UInt64) { self.raw = raw }
  /// Which of the deliveries under way, from 0: low numbers are used again, so it can be a driver's array index.
  public var slot: Int { Int(raw & 0xffff_ffff) }
}

/// One call of the Lambda function; unique within its stream.
@frozen public struct InvocationID: Sendable, Hashable, Codable {
  /// The number that it is written down by.
  public var raw: UInt64
  /// The call of a number.
  public init(raw: UInt64) { self.raw = raw }
  /// Which of the invocations under way, from 0: low numbers are used again, so it can be a driver's array index.
  public var slot: Int { Int(raw & 0xffff_ffff) }
}

/// Where a delivery goes.
public enum DeliveryTarget: Sendable, Hashable, Codable {
  /// The destination.
  case destination
  /// The error prefix of the S3 bucket: the destination's own for S3, the backup bucket otherwise.
  case errorOutput(ErrorOutput)
  /// The backup of all source records.
  case backup
}

/// What ended a buffer.
public enum FlushReason: Sendable, Hashable, Codable {
  /// It reached its size, or the most records that a request takes.
  case size
  /// It reached its age.
  case interval
}

/// What to deliver: one S3 object, or one request to another destination.
public struct Delivery: Sendable, Hashable, Codable {
  /// The attempt; a retry has another.
  public var id: DeliveryID
  /// Where to.
  public var target: DeliveryTarget
  /// What ended its buffer.
  public var reason: FlushReason
  /// 1 for the first attempt.
  public var attempt: Int64
  /// The shard or channel, by position in order of appearance; nil where a buffer is shared by all.
  public var origin: Int32?
  /// The dynamic partition; 0 where there are none.
  public var partition: Int32
  /// Users' records in it.
  public var records: Int64
  /// Their bytes, and what is left after compression.
  public var bytes: Int64, bytesOut: Int64
  /// The approximate arrival of the oldest record: what `!{timestamp:…}` tells.
  public var oldestArrival: Instant
  /// S3 requests of the PUT class that the attempt takes: 1, or a multipart upload's; 0 where nothing is written to S3.
  public var putRequests: Int64
  /// When the attempt counts as failed though nobody answered: the driver then answers `deliveryFailed`. Nil: never.
  public var timeout: Interval?
}

/// A call of the Lambda function.
public struct Invocation: Sendable, Hashable, Codable {
  /// The call; a retry has another.
  public var id: InvocationID
  /// The shard or channel, by position in order of appearance.
  public var origin: Int32
  /// 1 for the first attempt.
  public var attempt: Int64
  /// Users' records in it.
  public var records: Int64
  /// Their bytes before base64.
  public var bytes: Int64
  /// When the call counts as failed though nobody answered: five minutes.
  public var timeout: Interval
}

/// Records that came to an end.
public struct DeliveryReceipt: Sendable, Hashable, Codable {
  /// What end.
  public enum End: Sendable, Hashable, Codable {
    /// At the destination.
    case delivered
    /// In the backup of all source records.
    case backedUp
    /// Under the error prefix.
    case errorOutput(ErrorOutput)
    /// Dropped by the transform.
    case dropped
    /// Given up.
    case lost
  }
  /// What end.
  public var end: End
  /// The last attempt at them; nil when there was none.
  public var id: DeliveryID?
  /// Whether they are the backup's copies.
  public var isCopy: Bool
  /// Where they were to go; nil where they were on their way to a buffer.
  public var target: DeliveryTarget?
  /// The records, oldest first but for small disorder between shards. At most one parcel for each read or second.
  public var parcels: [DeliveryParcel]
}

/// A PutRecord or PutRecordBatch that AWS would not do. Nothing was taken.
public enum DeliveryRefusal: Error, Sendable, Hashable, Codable {
  /// More requests a second than the limit.
  case slowDown
  /// A call that breaks a rule.
  case invalidArgument(String)

  /// AWS's name for the error (F§1).
  public var code: String {
    switch self {
    case .slowDown: "ServiceUnavailableException"
    case .invalidArgument: "InvalidArgumentException"
    }
  }

  /// The reason in words.
  public var message: String {
    switch self {
    case .slowDown: "Slow down."
    case .invalidArgument(let reason): reason
    }
  }
}
