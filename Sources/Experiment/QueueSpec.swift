public import Units

/// A queue of an on-demand stream and who works on it: instances with threads that receive, process and acknowledge.
///
/// The queue has the consumer's name and has been ACTIVE since before the run.
public struct QueueSpec: Sendable, Hashable, Codable {
  /// When a thread acknowledges.
  public enum Acknowledging: String, Sendable, Hashable, Codable, CaseIterable {
    /// Each record when it is processed.
    case each
    /// All that it received together, when the last of them is processed.
    case batch
  }

  /// Extends the visibility of what a thread still holds.
  public struct Heartbeat: Sendable, Hashable, Codable {
    /// How often, from the receipt on.
    public var every: Interval
    /// To how long from then on; whole seconds.
    public var extends: Interval

    /// A heartbeat.
    public init(every: Interval, extends: Interval) { (self.every, self.extends) = (every, extends) }
  }

  /// What goes wrong with attempts.
  public struct Failures: Sendable, Hashable, Codable {
    /// What a failed attempt does.
    public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
      /// Nothing: the record is not acknowledged.
      case silent
      /// The instance dies with all that its threads hold, and is back later.
      case crash
      /// The thread sets the record's visibility to 0: it is visible at once.
      case release
    }
    /// The share of attempts that fail, each by itself; 0 to 1.
    public var rate = 0.0
    /// What they do.
    public var kind = Kind.silent
    /// The share of records that fail at each attempt; 0 to 1.
    public var poison = 0.0
    /// How long an instance that died is away.
    public var restart = Interval.seconds(30)

    /// Nothing goes wrong.
    public init() {}
  }

  /// Who looks after dead letters.
  public struct DeadLetterReader: Sendable, Hashable, Codable {
    /// What he does with them.
    public enum Action: String, Sendable, Hashable, Codable, CaseIterable {
      /// Makes them visible, never received.
      case restore
      /// Throws them away.
      case discard
    }
    /// How long after there are any he takes all.
    public var after: Interval
    /// What he does with them.
    public var action: Action

    /// A reader.
    public init(after: Interval, action: Action) { (self.after, self.action) = (after, action) }
  }

  /// Instances follow a metric of the queue, looked at once a minute.
  public struct Scaling: Sendable, Hashable, Codable {
    /// The metric.
    public enum Metric: String, Sendable, Hashable, Codable, CaseIterable {
      /// AWS's VisibleQueueRecords.
      case visible = "VisibleQueueRecords"
      /// AWS's InFlightQueueRecords.
      case inFlight = "InFlightQueueRecords"
    }
    /// Which.
    public var metric: Metric
    /// Records of it for each instance; above 0.
    public var perInstance: Double
    /// The fewest and the most instances; at least 1.
    public var minimum: Int, maximum: Int
    /// How long after a minute its value can be read, and how long a new instance takes to begin.
    public var metricDelay = Interval.minutes(1), startDelay = Interval.zero
    /// How long after a change the next one in that direction is held back.
    public var upCooldown = Interval.zero, downCooldown = Interval.minutes(5)

    /// So many records for each instance, within bounds.
    public init(_ metric: Metric, perInstance: Double, minimum: Int, maximum: Int) {
      precondition(minimum >= 1 && minimum <= maximum, "a scaler without room")
      (self.metric, self.perInstance, self.minimum, self.maximum) = (metric, perInstance, minimum, maximum)
    }
  }

  /// Instances at the beginning, and threads of each; at least 1.
  public var instances = 1, threads = 1
  /// Limit of a receive, 1 to 10.
  public var limit = 10
  /// WaitTimeSeconds of a receive.
  public var wait = Interval.seconds(9)
  /// VisibilityTimeoutSeconds of the queue.
  public var visibility = Interval.seconds(30)
  /// MaxReceiveCount; nil is no dead letters.
  public var maxReceives: Int? = 6
  /// When a thread acknowledges.
  public var acknowledging = Acknowledging.batch
  /// Nil: visibility is not extended.
  public var heartbeat: Heartbeat?
  /// What goes wrong.
  public var failures = Failures()
  /// Nil: dead letters stay until they expire.
  public var deadLetters: DeadLetterReader?
  /// Nil: as many instances as at the beginning.
  public var scaling: Scaling?
  /// How long a call on the queue takes, in nanoseconds.
  public var callTime: Distribution

  /// AWS's defaults: 30 s of visibility, six receipts, ten records a receive, a wait of nine seconds.
  public init(callTime: Distribution) { self.callTime = callTime }

  /// The most instances there can be.
  public var mostInstances: Int { max(instances, scaling?.maximum ?? instances) }
}
