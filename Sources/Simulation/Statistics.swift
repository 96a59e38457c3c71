internal import Units

/// A mean and how far the truth may lie from it, at a level of confidence.
public struct ConfidenceInterval: Sendable, Hashable {
  /// The estimate.
  public var mean: Double
  /// Half the width of the interval, in the mean's unit; ≥ 0.
  public var halfWidth: Double
  /// The share of such intervals that hold the truth, 0 to 1, when their assumptions do.
  public var level: Double

  /// An interval.
  public init(mean: Double, halfWidth: Double, level: Double) {
    (self.mean, self.halfWidth, self.level) = (mean, halfWidth, level)
  }

  /// Whether `value` lies within.
  public func contains(_ value: Double) -> Bool { (value - mean).magnitude <= halfWidth }

  /// Whether it is tight enough to stop: half width ≤ ε / (1 + ε) · |mean| keeps the relative error below ε
  /// (Law & Kelton's sequential rule).
  public func isWithin(relativeError e: Double) -> Bool { isWithin(relativeError: e, of: mean) }
}

/// Mean and variance of values as they come, in one pass and O(1) memory (Welford 1962).
@frozen public struct RunningMoments: Sendable, Hashable {
  /// How many values.
  public private(set) var count: Int64 = 0
  /// Their mean; 0 when there are none.
  public private(set) var mean: Double = 0
  private var squares: Double = 0

  /// No values.
  public init() {}

  /// Takes in a value.
  public mutating func add(_ value: Double) {
    count += 1
    let delta = value - mean
    mean += delta / Double(count)
    squares += delta * (value - mean)
  }

  /// The unbiased variance; nil with fewer than two values.
  public var variance: Double? { count < 2 ? nil : squares / Double(count - 1) }
}

/// What replications and long runs say, and how surely. Everything here is for reports; nothing decides in the model.
public enum Statistics {
  /// The mean; 0 of nothing.
  public static func mean(_ values: [Double]) -> Double { moments(values).mean }

  /// The unbiased variance; nil with fewer than two values.
  public static func variance(_ values: [Double]) -> Double? { moments(values).variance }

  private static func moments(_ values: [Double]) -> RunningMoments {
    values.reduce(into: RunningMoments()) { $0.add($1) }
  }

  /// The standard normal quantile, 0 < p < 1 (gsl_cdf_ugaussian_Pinv).
  public static func normalQuantile(_ p: Double) -> Double { GSL.normalQuantile(p) }

  /// Student's t quantile, 0 < p < 1, with `freedom` > 0 degrees (gsl_cdf_tdist_Pinv, about 1 µs).
  public static func tQuantile(_ p: Double, freedom: Int) -> Double { GSL.tQuantile(p, freedom: Double(freedom)) }

  /// The t interval of independent values, such as one mean from each replication; nil with fewer than two.
  public static func tInterval(_ values: [Double], level: Double) -> ConfidenceInterval? {
    precondition(level > 0 && level < 1, "a level lies between 0 and 1")
    let moments = moments(values)
    guard let variance = moments.variance else { return nil }
    let t = tQuantile(1 - (1 - level) / 2, freedom: values.count - 1)
    let halfWidth = t * (variance / Double(values.count)).squareRoot()
    return ConfidenceInterval(mean: moments.mean, halfWidth: halfWidth, level: level)
  }

}

/// Warm-up and comparisons.
extension Statistics {
  /// The pointwise mean of equally long paths, one from each replication; the shortest path sets the length.
  public static func averagePath(_ paths: [[Double]]) -> [Double] {
    let length = paths.map(\.count).min() ?? 0
    return (0..<length).map { i in paths.reduce(0) { $0 + $1[i] } / Double(paths.count) }
  }

  /// How many leading values to delete as warm-up, a multiple of 5, by MSER-5 (White, Cobb & Spratt 2000); nil when the
  /// best cut lies beyond the middle: the run is too short to tell.
  ///
  /// Give it the average path over replications. On single runs it is biased: measured coverage 0.70 instead of 0.93.
  public static func warmUp(of path: [Double]) -> Int? {
    let means = (0..<(path.count / 5)).map { mean(Array(path[($0 * 5)..<($0 * 5 + 5)])) }
    var (best, cut) = (Double.infinity, 0)
    var tail = RunningMoments()
    for d in means.indices.reversed() {
      tail.add(means[d])
      guard tail.count >= 5, let variance = tail.variance else { continue }
      let n = Double(tail.count)
      let error = variance * (n - 1) / (n * n)
      if error <= best { (best, cut) = (error, d) }
    }
    return means.count < 10 || cut * 2 > means.count ? nil : cut * 5
  }
}
