// Intervals of means that keep their word where single values are skewed, as those of bursts are.
extension Statistics {
  /// By how much the correction for skewness is enlarged: the skewness of a sample is too small on average. Measured
  /// (docs/statistics.md).
  private static let enlargement = 1.4

  /// The symmetric interval of the mean of independent values, widened for their skewness; nil with fewer than two.
  ///
  /// The t interval holds the mean of skewed values too seldom. The chance that |T| stays below x differs from the normal one
  /// by n⁻¹ φ(x) times a polynomial in skewness γ and excess κ (Hall 1992, The Bootstrap and Edgeworth Expansion, 2.6):
  /// solved for x it adds z ((z⁴ + 2 z² − 3) γ² / 18 − (z² − 3) κ / 12) / n to the t quantile. Never narrower than t.
  public static func meanInterval(_ values: [Double], level: Double) -> ConfidenceInterval? {
    guard let plain = tInterval(values, level: level), plain.halfWidth > 0 else {
      return tInterval(values, level: level)
    }
    let n = Double(values.count), z = normalQuantile(1 - (1 - level) / 2), (skew, excess) = shape(values, plain.mean)
    let forSkew = z * (z * z * z * z + 2 * z * z - 3) / 18 * skew * skew
    let more = enlargement * (forSkew - max(0, z * (z * z - 3) / 12) * excess) / n
    let t = tQuantile(1 - (1 - level) / 2, freedom: values.count - 1)
    return ConfidenceInterval(mean: plain.mean, halfWidth: plain.halfWidth * max(1, 1 + more / t), level: level)
  }

  /// Skewness and excess of a sample that varies.
  private static func shape(_ values: [Double], _ mean: Double) -> (skew: Double, excess: Double) {
    let powers = values.reduce((0.0, 0.0, 0.0)) { sums, value in
      let d = value - mean, square = d * d
      return (sums.0 + square, sums.1 + square * d, sums.2 + square * square)
    }
    let n = Double(values.count), variance = powers.0 / n
    guard variance > 0 else { return (0, 0) }
    return (powers.1 / n / (variance * variance.squareRoot()), powers.2 / n / (variance * variance) - 3)
  }

  /// How often the commonest of some values occurs. O(n log n).
  public static func commonest(_ values: [Double]) -> Int {
    let sorted = values.sorted()
    var (most, run) = (0, 0)
    for index in sorted.indices {
      run = index > 0 && sorted[index] == sorted[index - 1] ? run + 1 : 1
      most = max(most, run)
    }
    return most
  }
}
