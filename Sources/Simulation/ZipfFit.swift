internal import Units

/// The Zipf law that fits a sample of keys best, with its error: key number r of N has weight 1 / r^s.
///
/// A sample does not tell which key is the r-th: ranking keys by how often they were seen makes the commonest look
/// commoner, which is too steep, and leaves out keys that were not seen, which is too flat. This fit looks only at how many
/// keys were seen once, twice, …, and maximises the likelihood of those numbers as independent Poisson counts over s
/// and N together, from several starts. The error is that of an estimating equation (Godambe's sandwich), given the size of
/// the sample.
///
/// Where every key was seen often their number is known, and neither ranks nor rare keys are needed: s is that of the law
/// under which two records have one key as often as in the sample. That share is estimated without bias, and its variance is
/// known exactly (Simpson, Nature 163, 1949, 688).
public struct ZipfFit: Sendable, Hashable {
  /// The exponent; 0 is a uniform law.
  public var s: Double
  /// One standard error of `s`.
  public var standardError: Double
  /// How many keys there are, seen or not; at least as many as were seen.
  public var cardinality: Int
  /// How many records the sample had.
  public var records: Int
  /// How many keys it showed.
  public var distinct: Int
  /// Whether samples of the law look like this one (`ZipfGoodness`); a law that is refused stands for nothing.
  public var isPlausible: Bool

  /// The fewest records and keys of which anything is said.
  public static let fewest = (records: 100, keys: 3)
  /// The largest exponent and number of keys that are looked at.
  public static let most = (s: 5.0, keys: 1e8)

  /// The interval of `s` at a level of confidence, by the normal law.
  ///
  /// Measured over 1,000 samples each of 2,000 or 20,000 records (20 to 100,000 keys, s from 0.3 to 1.2) at 0.95: it holds
  /// the truth in 0.936 to 0.961 of them. Of uniform keys, at the end of the range, in 0.85. Where every key was seen often
  /// (20, 50 and 200 keys, 20,000 and 1,000,000 records, s from 0.3 to 1.2, 400 samples each): 0.938 to 0.973.
  public func interval(level: Double) -> ConfidenceInterval {
    let quantile = Statistics.normalQuantile(1 - (1 - level) / 2)
    return ConfidenceInterval(mean: s, halfWidth: quantile * standardError, level: level)
  }

  /// The fit of how often each key was seen, in any order; nil when there are too few records or keys.
  public init?(counts: [Int]) {
    let seen = counts.filter { $0 > 0 }
    guard seen.count >= Self.fewest.keys, seen.reduce(0, +) >= Self.fewest.records else { return nil }
    if let pairs = PairFit(seen) {
      (s, standardError, cardinality) = (pairs.s, pairs.standardError, seen.count)
    } else {
      guard let best = Self.likeliest(seen) else { return nil }
      (s, standardError, cardinality) = best
    }
    (records, distinct) = (seen.reduce(0, +), seen.count)
    isPlausible = ZipfGoodness.isPlausible(seen, s: s, cardinality: cardinality)
  }

  /// Where the likelihood may have its maxima: few keys and a flat law, the usual, few seen of many.
  private static let starts: [(s: Double, keys: Double)] = [(0.9, 1.2), (0.3, 1.02), (1.5, 3)]

  /// The best of several starts; of equals the first.
  private static func likeliest(_ seen: [Int]) -> (s: Double, error: Double, cardinality: Int)? {
    let spectrum = Spectrum(seen), distinct = Double(seen.count)
    func loss(_ point: [Double]) -> Double {
      let inside = inside(point, distinct: distinct)
      let outside = zip(point, inside).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return -spectrum.likelihood(inside) + outside * 1e4 * distinct
    }
    let ends = starts.compactMap { start in
      Minimiser.minimise(
        from: [start.s, DeterministicMath.log(distinct * start.keys)], steps: [0.3, 0.3], size: 1e-5, rounds: 300, loss)
    }
    guard let best = ends.min(by: { loss($0) < loss($1) }), case let point = inside(best, distinct: distinct),
      let error = spectrum.standardError(point)
    else { return nil }
    return (point[0], error, max(seen.count, Int(clamping: DeterministicMath.exp(point[1]).rounded())))
  }

  /// The nearest point that is allowed: the exponent from 0 up, no fewer keys than were seen.
  private static func inside(_ point: [Double], distinct: Double) -> [Double] {
    [
      min(max(point[0], 0), most.s),
      min(max(point[1], DeterministicMath.log(distinct)), DeterministicMath.log(most.keys)),
    ]
  }

  /// How many keys were seen how often.
  private struct Spectrum {
    let records: Double
    /// Ascending by how often.
    let keys: [(times: Int, number: Double)]

    init(_ counts: [Int]) {
      records = counts.reduce(0) { $0 + Double($1) }
      var keys: [(times: Int, number: Double)] = []
      for count in counts.sorted() {
        if keys.last?.times == count { keys[keys.count - 1].number += 1 } else { keys.append((count, 1)) }
      }
      self.keys = keys
    }

    private func law(_ point: [Double]) -> KeySpectrum {
      KeySpectrum(s: point[0], cardinality: DeterministicMath.exp(point[1]), records: records)
    }

    func likelihood(_ point: [Double]) -> Double {
      let law = law(point)
      return keys.reduce(0) { $0 + $1.number * law.line($1.times).log } - law.seen
    }

    /// √(A⁻¹ B A⁻¹) for the exponent: A is the sensitivity of the score, B its variance given the number of records.
    func standardError(_ point: [Double]) -> Double? {
      let law = law(point)
      var lines: [Int: SIMD2<Double>] = [:]
      let score = { (k: Int) -> SIMD2<Double> in
        if let known = lines[k] { return known }
        let line = law.line(k)
        let value = SIMD2(line.byExponent, line.byCardinality)
        lines[k] = value
        return value
      }
      var (a, b, together) = (Symmetric(), Symmetric(), SIMD2<Double>.zero)
      law.moments(of: score) { weight, mean, e in
        a.add(e.squares, weight: weight)
        b.add(e.squares, weight: weight)
        b.add(e.value, weight: -weight)
        together += weight * (e.timesCount - e.value * mean)
      }
      b.add(together, weight: -1 / records)
      let variance = a.inverseTimesUnit.map { b.quadratic($0) } ?? 0
      return variance > 0 && variance.isFinite ? variance.squareRoot() : nil
    }
  }

  /// A symmetric matrix of two rows.
  private struct Symmetric {
    var (xx, xy, yy) = (0.0, 0.0, 0.0)

    mutating func add(_ squares: SIMD3<Double>, weight: Double) {
      xx += weight * squares.x
      xy += weight * squares.y
      yy += weight * squares.z
    }

    mutating func add(_ v: SIMD2<Double>, weight: Double) {
      xx += weight * v.x * v.x
      xy += weight * v.x * v.y
      yy += weight * v.y * v.y
    }

    /// The first column of the inverse; that of the first element alone when the second is not identified.
    var inverseTimesUnit: SIMD2<Double>? {
      let determinant = xx * yy - xy * xy
      if determinant > 1e-12 * xx * yy { return SIMD2(yy, -xy) / determinant }
      return xx > 0 ? SIMD2(1 / xx, 0) : nil
    }

    func quadratic(_ v: SIMD2<Double>) -> Double { v.x * v.x * xx + 2 * v.x * v.y * xy + v.y * v.y * yy }
  }
}
