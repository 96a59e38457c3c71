public import KinesisCore
public import Units

/// One shard second by second, a minute on either side of the worst second of its stream: what one-minute metrics hide.
public struct CloseUp: Sendable, Hashable {
  /// What a second came to.
  public struct Second: Sendable, Hashable {
    /// What first attempts asked for, and what was stored, over the shard's limits: records or bytes, whichever is larger.
    public var demand: Double, load: Double
    /// Records refused, every attempt counted.
    public var throttled: Int64
  }

  /// The most seconds on either side of the worst one.
  public static let reach = 60

  /// Which shard.
  public let shard: ShardID
  /// When the first of `seconds` began.
  public let begin: Instant
  /// In order, at most `reach` on either side of the worst one; zeros where the shard was not open.
  public let seconds: [Second]
  /// The place of the worst second among them.
  public let worst: Int
}
