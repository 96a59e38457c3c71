/// A quantity that somebody knows by its likeliest value and a range: two halves of normal laws that meet in the likeliest
/// value (Fechner's law), on a logarithmic scale when the range lies above zero.
///
/// With z = Φ⁻¹((1 + c) / 2) and halves of width (mid − low) / z and (high − mid) / z, the mass below `low` is
/// 2 w Φ(−z) and that above `high` 2 (1 − w) Φ(−z), w being the left half's share of the width: together exactly 1 − c.
public struct TwoPieceLaw: Sendable, Hashable {
  /// Deviations beyond which a half is cut: 1 in 16,000.
  private static let mostDeviations = 4.0

  private let mid: Double, left: Double, right: Double
  private let isLogarithmic: Bool

  /// The law with P(low ≤ X ≤ high) = `confidence`, which lies between 0 and 1; low ≤ mid ≤ high.
  public init(low: Double, mid: Double, high: Double, confidence: Double) {
    precondition(low <= mid && mid <= high && confidence > 0 && confidence < 1, "a range that is none")
    isLogarithmic = low > 0
    let scaled = [low, mid, high].map { low > 0 ? DeterministicMath.log($0) : $0 }
    let z = Statistics.normalQuantile((1 + confidence) / 2)
    (self.mid, left, right) = (scaled[1], (scaled[1] - scaled[0]) / z, (scaled[2] - scaled[1]) / z)
  }

  /// The value that a share `p` of the mass lies below; 0 < p < 1.
  public func quantile(_ p: Double) -> Double {
    precondition(p > 0 && p < 1, "no such quantile")
    let value = mid + deviation(p)
    return isLogarithmic ? DeterministicMath.exp(value) : value
  }

  private func deviation(_ p: Double) -> Double {
    let width = left + right
    guard width > 0 else { return 0 }
    let below = left / width
    if p < below { return left * max(-Self.mostDeviations, Statistics.normalQuantile(p / (2 * below))) }
    return right * min(Self.mostDeviations, Statistics.normalQuantile(1 - (1 - p) / (2 * (1 - below))))
  }
}
