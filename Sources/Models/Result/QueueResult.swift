public import Simulation

/// What a queue and those who work on it came to, warm-up included but for times and for what is looked at second by second.
public struct QueueResult: Sendable {
  /// The most records that may be in flight.
  public var inFlightLimit: Int64
  /// In flight at the ends of seconds: the most and the sum; how many seconds there were, and at how many it was full.
  public var inFlightPeak: Int64 = 0, inFlightSum: Int64 = 0, seconds: Int64 = 0, secondsAtLimit: Int64 = 0
  /// Receipts, those that were not the first ones among them; acknowledged; receives without a record.
  public var received: Int64 = 0, acknowledged: Int64 = 0, emptyReceives: Int64 = 0
  /// Attempts that failed; acknowledgements that came when another receipt had taken the record.
  public var failedAttempts: Int64 = 0, lateAcknowledgements: Int64 = 0
  /// From ApproximateArrivalTimestamp to acknowledgement; what is not acknowledged at the end is as late as it is then, at least.
  public var acknowledgedAfter = LatencyHistogram()
  /// Became dead letters, were restored, thrown away, and expired as such.
  public var died: Int64 = 0, restored: Int64 = 0, discarded: Int64 = 0, expiredDead: Int64 = 0
  /// Dead letters at the ends of seconds: the most; visible records: the most.
  public var deadPeak: Int64 = 0, visiblePeak: Int64 = 0
  /// At the end: in flight, dead.
  public var inFlightEnd: Int64 = 0, deadEnd: Int64 = 0
  /// Acknowledge and visibility calls, dead letters' ones included.
  public var entryCalls: Int64 = 0
  /// Bytes that receives gave.
  public var bytes: Int64 = 0
  /// Instances at the end, the most; how often they grew and shrank.
  public var instances = 0, instancesPeak = 0, scaledUp = 0, scaledDown = 0
  /// How often an instance died.
  public var crashes: Int64 = 0
  /// Instances times nanoseconds.
  public var instanceTime: Int128 = 0

  /// A queue that nothing has happened to.
  public init(inFlightLimit: Int64) { self.inFlightLimit = inFlightLimit }

  /// Received over acknowledged: what redelivery makes of the work; nil when nothing was acknowledged.
  public var amplification: Double? { acknowledged > 0 ? Double(received) / Double(acknowledged) : nil }

  /// The mean of the seconds' ends; nil without one.
  public var inFlightMean: Double? { seconds > 0 ? Double(inFlightSum) / Double(seconds) : nil }

  /// The most in flight over the limit.
  public var inFlightShare: Double { Double(inFlightPeak) / Double(max(1, inFlightLimit)) }

  /// Instances times hours.
  public var instanceHours: Double { Double(instanceTime) / 3.6e12 }
}
