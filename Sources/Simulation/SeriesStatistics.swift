/// What a series of counts in equal bins says about bursts and seasons. Bins are in order, the first at phase 0.
extension Statistics {
  /// Sums of `width` ≥ 1 bins each; bins left over at the end are left out.
  public static func gathered(_ counts: [Double], by width: Int) -> [Double] {
    precondition(width >= 1, "bins of no width")
    guard width > 1 else { return counts }
    return (0..<(counts.count / width)).map { bin in
      counts[(bin * width)..<((bin + 1) * width)].reduce(0, +)
    }
  }

  /// The largest over the mean; nil when the mean is not above zero.
  public static func peakToMean(_ values: [Double]) -> Double? {
    let mean = mean(values)
    guard let peak = values.max(), mean > 0 else { return nil }
    return peak / mean
  }

  /// The index of dispersion for counts, variance over mean: 1 for a Poisson process, 0 for a paced one; nil with fewer
  /// than two values or a mean of zero (Cox & Lewis 1966).
  public static func dispersion(_ counts: [Double]) -> Double? {
    let mean = mean(counts)
    guard mean > 0, let variance = variance(counts) else { return nil }
    return variance / mean
  }

  /// The correlation of values `lag` ≥ 1 apart; nil when there are fewer than two such pairs or no spread.
  public static func autocorrelation(_ values: [Double], lag: Int) -> Double? {
    precondition(lag >= 1, "values correlate fully with themselves")
    guard values.count >= lag + 2 else { return nil }
    return correlation(Array(values.dropLast(lag)), Array(values.dropFirst(lag)))
  }

  /// Pearson's correlation of two equally long series; nil with fewer than two pairs or when one has no spread.
  public static func correlation(_ a: [Double], _ b: [Double]) -> Double? {
    precondition(a.count == b.count, "pairs of values")
    let (meanA, meanB) = (mean(a), mean(b))
    var (aa, bb, ab) = (0.0, 0.0, 0.0)
    for (x, y) in zip(a, b) {
      aa += (x - meanA) * (x - meanA)
      bb += (y - meanB) * (y - meanB)
      ab += (x - meanA) * (y - meanB)
    }
    return aa > 0 && bb > 0 ? ab / (aa * bb).squareRoot() : nil
  }

  /// The share of the variance that the mean of each phase of a period explains, 0 to 1, corrected for how many means
  /// are fitted; nil with fewer than two whole periods or no spread.
  public static func seasonStrength(_ values: [Double], period: Int) -> Double? {
    precondition(period >= 2, "a period has phases")
    guard values.count >= 2 * period, let all = variance(values), all > 0 else { return nil }
    var phases = [RunningMoments](repeating: RunningMoments(), count: period)
    for (index, value) in values.enumerated() { phases[index % period].add(value) }
    let within = phases.reduce(0) { $0 + ($1.variance ?? 0) * Double($1.count - 1) }
    let left = within / Double(values.count - period)
    return max(0, 1 - left / all)
  }

  /// The smallest count that a Poisson law of that mean ≥ 0 keeps to with at least probability `p`, 0 < p < 1.
  public static func poissonQuantile(_ p: Double, mean: Double) -> Double {
    precondition(p > 0 && p < 1 && mean >= 0 && mean < 1e15, "no such quantile")
    // P(N ≤ n) = P(Gamma(n + 1) > mean).
    let holds = { (n: Double) in mean == 0 || 1 - gammaShare(atOrBelow: mean, shape: n + 1, scale: 1) >= p }
    var (low, high) = (0.0, max(16, mean * 2 + 40))
    while !holds(high) { high *= 2 }
    while low < high {
      let middle = ((low + high) / 2).rounded(.down)
      if holds(middle) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
