public import Units

/// A customer's own scaler of a provisioned stream: the schema's `autoscaler`.
///
/// It is no part of the service. It looks once a minute at CloudWatch's one-minute sums, which reach it late, and calls
/// UpdateShardCount; the stream's own rules decide what becomes of the call (facts §4).
public struct AutoscalerSpec: Sendable, Hashable, Codable {
  /// How it decides.
  public enum Policy: Sendable, Hashable, Codable {
    /// awslabs/amazon-kinesis-scaling-utils: as many minutes above or below a threshold within a window, then by a step.
    case scalingUtils(on: Operations, up: Step, down: Step)
    /// aws-samples/kinesis-auto-scaling: two CloudWatch alarms, one doubles, one halves.
    case doubleHalve
    /// As Application Auto Scaling tracks a target: as many shards as bring the load to `up.permille`.
    case targetTracking
    /// The count that the latest entry due says.
    case schedule([Entry])

    /// The scenario's name of it.
    public var name: String {
      switch self {
      case .scalingUtils: "kinesis_scaling_utils"
      case .doubleHalve: "cloudwatch_double_halve"
      case .targetTracking: "target_tracking"
      case .schedule: "schedule"
      }
    }
  }

  /// The utility's scaleOnOperation: whose use of the stream it looks at.
  public enum Operations: String, Sendable, Hashable, Codable, CaseIterable {
    /// What is written, over 1 MiB and 1,000 records a second and shard.
    case put
    /// What GetRecords gives, over 2 MiB and 2,000 records a second and shard.
    case get
    /// Both: either one grows the stream, and one that is low shrinks it unless the other grows it.
    case both
  }

  /// How far one call of the utility goes.
  public enum Step: Sendable, Hashable, Codable {
    /// The utility's scaleCount: so many shards, at least 1.
    case shards(Int)
    /// The utility's scalePct, at least 1: below 100 so many hundredths of the open shards, from 100 on a factor, so that
    /// 100 changes nothing and 200 doubles or halves.
    case percent(Int)
  }

  /// An entry of a schedule.
  public struct Entry: Sendable, Hashable, Codable {
    /// When it is due.
    public enum Moment: Sendable, Hashable, Codable {
      /// Once, so long after the start; whole minutes.
      case once(Interval)
      /// Every day, so long after midnight UTC; whole minutes below a day.
      case daily(Interval)
    }
    /// When it is due.
    public var at: Moment
    /// The count it wants; within `minimum...maximum`.
    public var shards: Int

    /// An entry.
    public init(at: Moment, shards: Int) {
      self.at = at
      self.shards = shards
    }
  }

  /// When a direction is taken.
  public struct Threshold: Sendable, Hashable, Codable {
    /// The share of the stream's capacity, in thousandths, records or bytes, whichever is larger; 1 to 1,000.
    public var permille: Int64
    /// For how many one-minute samples; 1 to 1,440, the most that CloudWatch's alarms look back.
    public var minutes: Int
    /// How long after an accepted call in this direction the next one is held back.
    public var cooldown: Interval

    /// A threshold.
    public init(permille: Int64, minutes: Int, cooldown: Interval) {
      self.permille = permille
      self.minutes = minutes
      self.cooldown = cooldown
    }
  }

  /// How it decides.
  public var policy: Policy
  /// How long after a minute's end its sums can be read.
  public var metricDelay: Interval
  /// When it grows; of a schedule without meaning.
  public var up: Threshold
  /// When it shrinks; below `up`; of a schedule without meaning.
  public var down: Threshold
  /// The fewest and the most shards it asks for; at least 1.
  public var minimum: Int, maximum: Int

  /// A scaler.
  public init(
    policy: Policy, metricDelay: Interval, up: Threshold, down: Threshold, minimum: Int, maximum: Int
  ) {
    precondition(minimum >= 1 && minimum <= maximum, "a scaler without room")
    self.policy = policy
    self.metricDelay = metricDelay
    self.up = up
    self.down = down
    self.minimum = minimum
    self.maximum = maximum
  }
}
