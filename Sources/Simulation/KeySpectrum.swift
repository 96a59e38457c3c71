internal import Units

/// How many keys of a Zipf law are expected to be seen k times, for every k.
///
/// Ranks are taken one by one up to `exact` and then in blocks whose width grows with the rank, so that a hundred million
/// keys cost about a thousand points. The number of keys may be fractional: the last point then weighs less.
struct KeySpectrum {
  /// Ranks that are points of their own.
  private static let exact = 400
  /// Each block's end over its beginning.
  private static let growth = 1.02

  /// The expectation for one k, and how it moves with the exponent and with the logarithm of the number of keys.
  struct Line {
    /// The logarithm of the expected number of keys.
    var log: Double
    /// Its derivative by the exponent.
    var byExponent: Double
    /// Its derivative by the logarithm of the number of keys.
    var byCardinality: Double
  }

  private struct Point {
    /// How many keys it stands for.
    var weight: Double
    /// How often each of them is expected to be seen, and the logarithm of that.
    var mean: Double, log: Double
    /// The derivative of `log` by the exponent.
    var byExponent: Double
  }

  private var points: [Point] = []
  private let last: Point
  private let cardinality: Double
  /// The derivative of every `log` by the logarithm of the number of keys, less its sign.
  private let dilution: Double

  /// The spectrum of `records` draws from a law of `cardinality` ≥ 1 keys.
  init(s: Double, cardinality: Double, records: Double) {
    self.cardinality = cardinality
    let ranks = Self.ranks(cardinality)
    let weights = ranks.map { $0.weight * expOrZero(-s * $0.log) }
    let total = weights.reduce(0, +)
    let meanLog = zip(weights, ranks).reduce(0) { $0 + $1.0 * $1.1.log } / total
    let scale = DeterministicMath.log(records) - DeterministicMath.log(total)
    func point(_ log: Double, _ weight: Double) -> Point {
      let level = scale - s * log
      return Point(weight: weight, mean: DeterministicMath.exp(level), log: level, byExponent: meanLog - log)
    }
    points = ranks.map { point($0.log, $0.weight) }
    last = point(DeterministicMath.log(cardinality), cardinality)
    dilution = last.mean * cardinality / records
  }

  /// Ranks by their logarithm with the number of keys each stands for, from the most frequent on.
  private static func ranks(_ cardinality: Double) -> [(log: Double, weight: Double)] {
    var ranks: [(log: Double, weight: Double)] = []
    let own = min(Double(exact), cardinality.rounded(.up))
    for rank in 1...Int(clamping: own) {
      ranks.append((DeterministicMath.log(Double(rank)), min(1, cardinality - Double(rank) + 1)))
    }
    var begin = own
    while begin < cardinality {
      let end = min((begin * growth).rounded(.up), cardinality)
      ranks.append((DeterministicMath.log((begin + end + 1) / 2), end - begin))
      begin = end
    }
    return ranks
  }

  /// How many keys are expected to be seen at all.
  var seen: Double { points.reduce(0) { $0 + $1.weight * (1 - DeterministicMath.exp(-$1.mean)) } }

  /// The expectation for keys seen `k` ≥ 1 times.
  func line(_ k: Int) -> Line {
    let count = Double(k)
    let near = window(count)
    let shift = GSL.logGamma(count + 1)
    let logs = near.map { count * points[$0].log - points[$0].mean - shift }
    let top = logs.max() ?? 0
    var (sum, byExponent, byMean) = (0.0, 0.0, 0.0)
    for (index, log) in zip(near, logs) {
      let point = points[index]
      let share = point.weight * DeterministicMath.exp(log - top)
      sum += share
      byExponent += share * (count - point.mean) * point.byExponent
      byMean += share * (count - point.mean)
    }
    let edge = last.weight * expOrZero(count * last.log - last.mean - shift - top)
    return Line(
      log: top + DeterministicMath.log(sum), byExponent: byExponent / sum,
      byCardinality: (edge - byMean * dilution) / sum)
  }

  /// The points that matter for keys seen so often: within eight standard deviations, and at least the nearest.
  private func window(_ count: Double) -> Range<Int> {
    let root = (16 + count).squareRoot()
    // Of keys seen seldom, the many that are expected to be seen far less often count together.
    let (high, low) = ((4 + root) * (4 + root), count < 30 ? 0 : (root - 4) * (root - 4))
    let first = points.partitioningIndex { $0.mean <= high }
    let end = points.partitioningIndex { $0.mean < low }
    if first < end { return max(0, first - 1)..<min(points.count, end + 1) }
    return max(0, first - 1)..<min(points.count, first + 1)
  }

  /// Hands over, for all keys, what is expected of a function of how often a key is seen, with the key's weight.
  func moments(of value: (Int) -> SIMD2<Double>, _ body: (_ weight: Double, _ mean: Double, _ e: Moments) -> Void) {
    for point in points { body(point.weight, point.mean, Self.moments(point.mean, value)) }
  }

  /// What is expected of a function of a Poisson count k ≥ 1: its mean, its squares (xx, xy, yy), and it times k.
  struct Moments {
    var value: SIMD2<Double> = .zero
    var squares: SIMD3<Double> = .zero
    var timesCount: SIMD2<Double> = .zero

    fileprivate mutating func add(_ value: SIMD2<Double>, _ k: Int, share: Double) {
      self.value += share * value
      squares += share * SIMD3(value.x * value.x, value.x * value.y, value.y * value.y)
      timesCount += share * Double(k) * value
    }

    fileprivate mutating func scale(by factor: Double) {
      value *= factor
      squares *= factor
      timesCount *= factor
    }
  }

  /// Small means are summed term by term, large ones at every half standard deviation.
  private static func moments(_ mean: Double, _ value: (Int) -> SIMD2<Double>) -> Moments {
    let spread = mean.squareRoot()
    let low = max(1, Int(clamping: mean - 6 * spread - 1)), high = Int(clamping: mean + 7 * spread + 6)
    let step = max(1, Int(clamping: spread / 2))
    var (result, sum) = (Moments(), 0.0)
    for k in stride(from: low, through: high, by: step) {
      let log = Double(k) * DeterministicMath.log(mean) - mean - GSL.logGamma(Double(k) + 1)
      let share = expOrZero(log)
      guard share > 1e-12 else { continue }
      sum += share
      result.add(value(k), k, share: share)
    }
    guard sum > 0 else { return result }
    result.scale(by: (step == 1 ? 1 - expOrZero(-mean) : 1) / sum)
    return result
  }
}

/// e^x, and nothing below what a double holds.
private func expOrZero(_ x: Double) -> Double { x < -700 ? 0 : DeterministicMath.exp(x) }
