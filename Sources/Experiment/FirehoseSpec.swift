public import KinesisCore
public import Units

/// A delivery stream, and how long what surrounds it takes.
public struct FirehoseSpec: Sendable, Codable {
  /// What AWS is told.
  public var configuration: DeliveryConfiguration
  /// The position of the stream it reads; nil for Direct PUT.
  public var stream: Int?
  /// How many dynamic partitions there are; 1 without dynamic partitioning.
  public var partitionKeys: Int = 1
  /// Zipf's exponent of how often each occurs; 0 makes all equally likely.
  public var partitionSkew = 0.0
  /// The time of one call of the transform's Lambda function, in nanoseconds.
  public var transformTime = Distribution.constant(0)
  /// The share of records that the function answers Dropped to, and ProcessingFailed; together at most 1.
  public var droppedShare = 0.0, failedShare = 0.0
  /// The time of one delivery attempt, in nanoseconds.
  public var destinationLatency: Distribution
  /// The share of attempts that fail while there is no outage; 0 to 1.
  public var errorRate = 0.0
  /// Bytes a second that the destination takes, after compression; attempts beyond it fail. Nil is as many as come.
  public var destinationLimit: Bytes?
  /// Availability zones of delivery into a VPC: for the bill, a run does not depend on it.
  public var vpcZones = 0
  /// How long objects in S3 are kept: for the bill, a run does not depend on it. 30 days is assumed.
  public var objectsKept = Interval.days(30)

  /// A delivery stream of that configuration; `stream` is the position of its source, nil for Direct PUT.
  public init(
    _ configuration: DeliveryConfiguration, stream: Int?, destinationLatency: Distribution = .constant(0)
  ) {
    self.configuration = configuration
    self.stream = stream
    self.destinationLatency = destinationLatency
  }

  /// Its name in the scenario.
  public var name: String { configuration.name }
}

/// A managed delivery of an on-demand stream: the schema's `channels`.
public struct ChannelSpec: Sendable, Hashable, Codable {
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
