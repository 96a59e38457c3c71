public import Units

/// What a channel delivered, over the whole run: the stream's accepted records = `records` + `heldRecords`.
public struct ChannelResult: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// Records and bytes delivered, partition keys included.
  public var records: Int64 = 0, bytes = Bytes.zero
  /// How often something was delivered.
  public var deliveries = 0
  /// The most bytes delivered at once.
  public var largest = Bytes.zero
  /// How long the oldest record of a delivery waited, at most: never more than its data freshness.
  public var freshness = Interval.zero
  /// What had not been delivered when the run ended.
  public var heldRecords: Int64 = 0, heldBytes = Bytes.zero

  /// Nothing yet.
  public init(name: String) { self.name = name }
}
