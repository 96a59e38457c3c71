internal import Units

/// A shard or channel by which records come: what is done with them before they reach a destination's buffer.
struct DeliveryOrigin: Sendable, Hashable {
  /// The shard; nil for a channel of Direct PUT.
  let shard: ShardID?
  /// Its destination's buffer; nil where dynamic partitions share the stream.
  let unit: Int?
  /// The buffer of its backup copies; nil without.
  let backup: Int?
  /// Gathers for the Lambda function.
  var transform: DeliveryBuffer?
  /// Gathers ahead of the dynamic partitions.
  var staging: DeliveryBuffer?
  /// Invocations under way, and those that wait for one to end.
  var invocations: Int64 = 0, waiting = SlotLine()
  /// How far it was read.
  var log: ReadLog
  /// Whether it was read to its end.
  var isEnded = false
}

/// A buffer whose contents are delivered together, and its deliveries.
struct DeliveryUnit: Sendable, Hashable {
  /// What its deliveries are to be.
  enum Kind: Sendable, Hashable {
    /// The destination's, of a shard or channel.
    case main(origin: Int)
    /// The destination's, of a dynamic partition.
    case partition(Int32)
    /// A place of a dynamic partition that is no longer active.
    case vacant
    /// Under the error prefix.
    case errors(ErrorOutput)
    /// Copies of source records.
    case backup(origin: Int)
  }

  var kind: Kind
  var buffer: DeliveryBuffer
  /// Bytes at which the buffer is full while deliveries keep up.
  var hint: Int64
  /// Deliveries under way or resting, and those that wait for one to end, oldest first.
  var outstanding: Int64 = 0, waiting = SlotLine()
  /// Deliveries of it that neither the destination nor the error output took: it starts no others.
  var stuck: Int64 = 0

  var isIdle: Bool { buffer.batch.isEmpty && outstanding == 0 && waiting.isEmpty }
}

/// A sealed batch and its attempts.
struct Consignment: Sendable, Hashable {
  enum State: Sendable, Hashable {
    /// For another delivery of its buffer to end.
    case waiting
    /// With the destination.
    case underWay
    /// Until the next attempt.
    case resting(until: Instant)
  }

  let unit: Int
  var target: DeliveryTarget
  let reason: FlushReason
  var batch: DeliveryBatch
  /// When it is too old to be delivered.
  let expiry: Instant
  var state = State.waiting
  var attempt: Int64 = 0
  /// When its first attempt at this target began, and how long it has rested since.
  var firstAttempt = Instant.epoch, rested = Interval.zero
  /// Whether it counts as one of its unit's stuck ones.
  var isStuck = false
}

/// A batch with the Lambda function.
struct Transformation: Sendable, Hashable {
  let origin: Int
  var batch: DeliveryBatch
  var attempt: Int64 = 0
}
