public import Units

/// Records of one shard that arrive within a stretch of time, counted together instead of one by one: in which order and at which
/// instants is left open.
@frozen public struct RecordSpan: Hashable, Sendable {
  /// How many; at least 1.
  public var count: Int64
  /// Their bytes together, partition keys included.
  public var bytes: Int64
  /// The stretch: none arrives at or before `from` unless it is `to`, none after `to`.
  public var from: Instant, to: Instant

  /// A span of records.
  @inlinable public init(count: Int64, bytes: Int64, from: Instant, to: Instant) {
    (self.count, self.bytes, self.from, self.to) = (count, bytes, from, to)
  }
}

/// Some of a span's records, as the shard's log keeps them: evenly between the first arrival and the last.
@frozen public struct ArrivalRun: Hashable, Sendable {
  /// How many; at least 1.
  public var count: Int64
  /// When the first and the last of them arrived.
  public var first: Instant, last: Instant

  /// So many records between two arrivals.
  @inlinable public init(count: Int64, first: Instant, last: Instant) {
    (self.count, self.first, self.last) = (count, first, last)
  }
}

/// Equal records that reach a shard at one instant.
@frozen public struct RecordArrival: Hashable, Sendable {
  /// When.
  public var at: Instant
  /// How many; at least 1.
  public var count: Int32
  /// Data and partition key of one, in bytes.
  public var size: Int32

  /// Equal records at an instant.
  @inlinable public init(at: Instant, count: Int32, size: Int32) {
    (self.at, self.count, self.size) = (at, count, size)
  }
}
