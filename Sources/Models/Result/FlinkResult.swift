public import Simulation
public import Units

/// What a Flink application did, warm-up included.
public struct FlinkResult: Sendable {
  /// Its parallelism at the end, and the largest.
  public var parallelism: Int, parallelismPeak: Int
  /// How often the autoscaler changed it, up and down.
  public var scaledUp = 0, scaledDown = 0
  /// How long it stood still for that.
  public var outage: Interval = .zero
  /// KPUs times nanoseconds, the one for orchestration included.
  public var kpuTime: Int64 = 0
  /// How long it was busy, and how long it ran.
  public var busy: Interval = .zero, running: Interval = .zero
  /// From a record's arrival at its shard to the first result that holds it; empty without windows.
  public var windowLatency = LatencyHistogram()
  /// The most records held in windows at once.
  public var heldPeak: Int64 = 0

  /// KPU-hours, the one for orchestration included.
  public var kpuHours: Double { Double(kpuTime) / 3.6e12 }
}
