public import Units

/// A Managed Service for Apache Flink application that reads a stream (facts §9.7, F§9.1).
///
/// It is a queue: its KPUs take `ratePerKPU` records a second each, whatever the records' keys. That rate is the author's
/// own measurement; nobody publishes one.
public struct FlinkSpec: Sendable, Hashable, Codable {
  /// Who changes its parallelism.
  public enum Scaling: Sendable, Hashable, Codable {
    /// Nobody.
    case fixed
    /// AWS's autoscaler, up to that parallelism.
    case automatic(upTo: Int)
  }

  /// Over which records results are formed, by the time they arrived at their shard.
  public enum Window: Sendable, Hashable, Codable {
    /// End to end.
    case tumbling(size: Interval)
    /// Of `size`, one every `slide`, which is not longer.
    case sliding(size: Interval, slide: Interval)
    /// By partition key: a session ends when none of its records has been worked on for the gap.
    case session(gap: Interval)
  }

  /// AWS's Parallelism, as configured: at least 1.
  public var parallelism: Int
  /// AWS's ParallelismPerKPU; 1 to 8.
  public var parallelismPerKPU: Int
  /// Records a second that one KPU takes; at least 1.
  public var ratePerKPU: Int
  /// Who changes its parallelism.
  public var scaling: Scaling
  /// Over which records results are formed; nil for record by record.
  public var window: Window?
  /// How long it stands still when its parallelism changes, up to an hour; nil for the limits' own figure.
  public var rescale: Interval?

  /// An application; one KPU's worth of parallelism each, fixed, without windows unless told.
  public init(
    parallelism: Int = 1, parallelismPerKPU: Int = 1, ratePerKPU: Int, scaling: Scaling = .fixed, window: Window? = nil,
    rescale: Interval? = nil
  ) {
    self.parallelism = parallelism
    self.parallelismPerKPU = parallelismPerKPU
    self.ratePerKPU = ratePerKPU
    self.scaling = scaling
    self.window = window
    self.rescale = rescale
  }
}
