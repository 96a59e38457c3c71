// Whether two sets of replications differ by more than chance.
extension Statistics {
  /// How far two means lie apart, and how probable as much would be by chance alone.
  public struct MeanDifference: Sendable, Hashable {
    /// The interval of a − b.
    public var interval: ConfidenceInterval
    /// The two-sided p value of "there is no difference", 0 to 1.
    public var p: Double
    /// (Var a + Var b) / Var(a − b): how many times fewer replications were needed than with independent runs; nil when
    /// the differences do not vary, and without pairs.
    public var varianceRatio: Double?
  }

  /// The paired t test of a − b, replication by replication, which is what common random numbers are for; nil unless both
  /// have the same two or more.
  ///
  /// Differences that are all equal leave no room for chance: p is 1 when they are zero, else 0.
  public static func pairedDifference(_ a: [Double], _ b: [Double], level: Double) -> MeanDifference? {
    let differences = zip(a, b).map { $0 - $1 }
    guard a.count == b.count, let interval = tInterval(differences, level: level), let spread = variance(differences),
      let one = variance(a), let other = variance(b)
    else { return nil }
    let error = (spread / Double(a.count)).squareRoot()
    return MeanDifference(
      interval: interval, p: pValue(interval.mean, error: error, freedom: Double(a.count - 1)),
      varianceRatio: spread > 0 ? (one + other) / spread : nil)
  }

  /// Welch's t test of a − b for independent replications of unequal spread; nil unless both have two or more.
  ///
  /// Degrees of freedom after Welch–Satterthwaite; the interval rounds them down.
  public static func welchDifference(_ a: [Double], _ b: [Double], level: Double) -> MeanDifference? {
    guard let one = variance(a), let other = variance(b) else { return nil }
    let (u, v) = (one / Double(a.count), other / Double(b.count))
    let error = (u + v).squareRoot(), difference = mean(a) - mean(b)
    let bottom = u * u / Double(a.count - 1) + v * v / Double(b.count - 1)
    let freedom = bottom > 0 ? (u + v) * (u + v) / bottom : Double(a.count + b.count - 2)
    let t = tQuantile(1 - (1 - level) / 2, freedom: max(1, Int(min(freedom, 1e9))))
    let interval = ConfidenceInterval(mean: difference, halfWidth: t * error, level: level)
    return MeanDifference(interval: interval, p: pValue(difference, error: error, freedom: freedom))
  }

  private static func pValue(_ difference: Double, error: Double, freedom: Double) -> Double {
    guard error > 0 else { return difference == 0 ? 1 : 0 }
    return min(1, 2 * GSL.tShare(above: difference.magnitude / error, freedom: freedom))
  }

  /// p values of several questions asked at once, each raised so that any of them falls below α with probability at most α
  /// when nothing differs (Holm 1979); in the order given, at most 1. O(n log n).
  public static func holmAdjusted(_ values: [Double]) -> [Double] {
    var adjusted = values, least = 0.0
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    for (rank, position) in order.enumerated() {
      least = max(least, min(1, Double(values.count - rank) * values[position]))
      adjusted[position] = least
    }
    return adjusted
  }
}
