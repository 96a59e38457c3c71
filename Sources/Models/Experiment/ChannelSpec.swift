public import KinesisCore
public import Units

/// A managed delivery of an on-demand stream: the schema's `channels`.
public struct ChannelSpec: Sendable, Hashable {
  /// Its name in the scenario.
  public var name: String
  /// The stream it delivers, by position.
  public var stream: Int
  /// Where to.
  public var destination: DeliveryChannel.Destination
  /// AWS's DataFreshnessInSeconds; 300 to 900 s.
  public var freshness: Interval

  /// A channel.
  public init(name: String, stream: Int, destination: DeliveryChannel.Destination, freshness: Interval) {
    self.name = name
    self.stream = stream
    self.destination = destination
    self.freshness = freshness
  }
}
