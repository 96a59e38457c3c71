internal import CGSL

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
  public static func normalQuantile(_ p: Double) -> Double { gsl_cdf_ugaussian_Pinv(p) }

  /// Student's t quantile, 0 < p < 1, with `freedom` > 0 degrees (gsl_cdf_tdist_Pinv, about 1 µs).
  public static func tQuantile(_ p: Double, freedom: Int) -> Double {
    GSL.prepare()
    return gsl_cdf_tdist_Pinv(p, Double(freedom))
  }

  /// The t interval of independent values, such as one mean from each replication; nil with fewer than two.
  public static func tInterval(_ values: [Double], level: Double) -> ConfidenceInterval? {
    precondition(level > 0 && level < 1, "a level lies between 0 and 1")
    let moments = moments(values)
    guard let variance = moments.variance else { return nil }
    let t = tQuantile(1 - (1 - level) / 2, freedom: values.count - 1)
    let halfWidth = t * (variance / Double(values.count)).squareRoot()
    return ConfidenceInterval(mean: moments.mean, halfWidth: halfWidth, level: level)
  }

  /// The t interval of one long run's mean from `batches` ≥ 2 equal batches; leftover values at the end are left out.
  ///
  /// Twenty batches are a good choice (Schmeiser 1982: 10 to 30). Measured on M/M/1 at 0.8, nominal 0.95: 5,000 values
  /// cover 0.88, 80,000 cover 0.95; look at `lagOneCorrelation` of the batch means. Nil when a batch would be empty.
  public static func batchInterval(_ values: [Double], batches: Int, level: Double) -> ConfidenceInterval? {
    batchMeans(values, batches: batches).flatMap { tInterval($0, level: level) }
  }

  /// The means of `batches` ≥ 2 equal batches, leftover values left out; nil when a batch would be empty.
  public static func batchMeans(_ values: [Double], batches: Int) -> [Double]? {
    precondition(batches >= 2, "batch means need two batches")
    let size = values.count / batches
    guard size > 0 else { return nil }
    return (0..<batches).map { mean(Array(values[($0 * size)..<(($0 + 1) * size)])) }
  }

  /// The correlation of each value with the next, −1 to 1; 0 when there is no spread.
  public static func lagOneCorrelation(_ values: [Double]) -> Double {
    let centre = mean(values)
    let squares = values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    let products = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - centre) * ($1.1 - centre) }
    return squares == 0 ? 0 : products / squares
  }
}

/// Warm-up, quantiles and comparisons.
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

  /// The ranks, from 1, of the order statistics of `count` independent values that enclose the `p` quantile with at
  /// least probability `level`; nil when there are too few values. For 10,000 values and p = 0.99, 9,880 and 9,920.
  public static func quantileRanks(count: Int, p: Double, level: Double) -> (lower: Int, upper: Int)? {
    precondition(count >= 0 && count < 1 << 31 && p > 0 && p < 1 && level > 0 && level < 1, "no such quantile")
    GSL.prepare()
    let tail = (1 - level) / 2
    let below = { (k: Int) in gsl_cdf_binomial_P(UInt32(k), p, UInt32(count)) }
    let lower = firstIndex(below: count) { below($0) > tail }
    let upper = firstIndex(below: count) { below($0) >= 1 - tail } + 1
    return lower < 1 || upper > count ? nil : (lower, upper)
  }

  /// The order-statistic interval of the `p` quantile of independent values; nil when there are too few.
  ///
  /// For values that depend on each other (waits of one run) take the quantile of each replication and `tInterval` of
  /// those, with at least 20 replications: one short run covered 0.56 instead of 0.95.
  public static func quantileInterval(
    _ values: [Double], p: Double, level: Double
  ) -> (lower: Double, upper: Double)? {
    guard let ranks = quantileRanks(count: values.count, p: p, level: level) else { return nil }
    let sorted = values.sorted()
    return (sorted[ranks.lower - 1], sorted[ranks.upper - 1])
  }

  /// The first k in 0 ..< bound for which a rising condition holds; `bound` when none does. O(log bound).
  private static func firstIndex(below bound: Int, where holds: (Int) -> Bool) -> Int {
    var (low, high) = (0, bound)
    while low < high {
      let middle = low + (high - low) / 2
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// How two designs differ, a − b, replication by replication; what common random numbers are for.
  public struct PairedDifference: Sendable, Hashable {
    /// The interval of the mean difference.
    public var interval: ConfidenceInterval
    /// (Var a + Var b) / Var(a − b): how many times fewer replications were needed than with independent runs; nil when
    /// the differences do not vary.
    public var varianceRatio: Double?
  }

  /// The paired t interval of a − b; nil unless both have the same two or more replications.
  public static func pairedDifference(_ a: [Double], _ b: [Double], level: Double) -> PairedDifference? {
    let differences = zip(a, b).map { $0 - $1 }
    guard a.count == b.count, let interval = tInterval(differences, level: level), let spread = variance(differences),
      let one = variance(a), let other = variance(b)
    else { return nil }
    return PairedDifference(interval: interval, varianceRatio: spread > 0 ? (one + other) / spread : nil)
  }
}
