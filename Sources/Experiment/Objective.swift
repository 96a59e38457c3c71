public import Pricing
public import Units

/// A service level objective: a metric, a comparison, a threshold.
public struct Objective: Sendable, Hashable, Codable {
  /// What is measured. Positions are those of the experiment; nil means all of them together.
  public enum Metric: Sendable, Hashable, Codable {
    /// Refused records over tried records, every attempt counted. `rate`.
    case putThrottleRate(stream: Int?)
    /// Records refused at their first attempt over records first tried. `rate`.
    case firstAttemptThrottleRate(stream: Int?)
    /// Records given up: attempts or time spent, dropped, diverted. `sum`.
    case recordsLost(producer: Int?)
    /// From the record's birth in the producer to its acknowledgement, retries included. Time.
    case putLatency(producer: Int?)
    /// From ApproximateArrivalTimestamp to the hand-over to the consumer's code. Time.
    case propagation(consumer: Int?)
    /// The age of the oldest record not yet handed to the consumer's code, looked at every second. `max`, `last`. Time.
    case iteratorAge(consumer: Int?)
    /// A shard's accepted records or bytes in a second over its limit, the larger; over all shard-seconds. Share.
    case shardUtilization(stream: Int?)
    /// GetRecords calls refused. `sum`.
    case throttledCalls(consumer: Int?)
    /// GetRecords calls refused over calls made. `rate`.
    case readThrottleRate(consumer: Int?)
    /// Open shards. `max`, `min`, `last`.
    case openShards(stream: Int)
    /// From a record's arrival (at its shard, or in Firehose) to its delivery. Time.
    case dataFreshness(firehose: Int?)
    /// What a month of 730 hours of this costs: of a scope such as `stream:clicks`, or of all. `last`. US dollars.
    case monthlyCost(scope: Scope?)
    /// A number of the catalogue, such as `producers.NAME.retries`, of the thing of that name when the run ends. `last`, `max`.
    case figure(String, of: String)
  }
  /// Which figure of the metric.
  public enum Statistic: Sendable, Hashable, Codable {
    /// The value that many percent lie at or below; in (0, 100).
    case percentile(Double)
    /// The arithmetic mean.
    case mean
    /// The largest.
    case max
    /// The smallest.
    case min
    /// The value at the end.
    case last
    /// The total.
    case sum
    /// A share of a whole.
    case rate
  }
  /// How the value is held against the threshold.
  public enum Comparison: String, Sendable, Hashable, Codable {
    /// `<`
    case less = "<"
    /// `<=`
    case lessOrEqual = "<="
    /// `>`
    case greater = ">"
    /// `>=`
    case greaterOrEqual = ">="
    /// `==`
    case equal = "=="

    /// Whether `value` stands so to `threshold`.
    public func holds(_ value: Double, _ threshold: Double) -> Bool {
      switch self {
      case .less: value < threshold
      case .lessOrEqual: value <= threshold
      case .greater: value > threshold
      case .greaterOrEqual: value >= threshold
      case .equal: value == threshold
      }
    }
  }
  /// What a breach means.
  public enum Severity: String, Sendable, Hashable, Codable {
    /// The run fails: exit code 10.
    case fail
    /// It is printed.
    case warn
  }

  /// Its name; the expression itself when the file gives none.
  public var id: String
  /// As written in the file.
  public var expression: String
  /// What is measured.
  public var metric: Metric
  /// Which figure of it.
  public var statistic: Statistic
  /// How it is compared.
  public var comparison: Comparison
  /// With what: milliseconds for times, 1 = all for shares, a plain count otherwise.
  public var threshold: Double
  /// When given, it must hold in every window of this length, end to end from the warm-up's end; whole seconds.
  public var window: Interval?
  /// What a breach means.
  public var severity: Severity
  /// Why it matters, in the author's words.
  public var because: String?

  /// An objective.
  public init(
    id: String, expression: String, metric: Metric, statistic: Statistic, comparison: Comparison, threshold: Double,
    window: Interval? = nil, severity: Severity = .fail, because: String? = nil
  ) {
    self.id = id
    self.expression = expression
    self.metric = metric
    self.statistic = statistic
    self.comparison = comparison
    self.threshold = threshold
    self.window = window
    self.severity = severity
    self.because = because
  }
}
