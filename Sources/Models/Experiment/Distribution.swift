internal import Simulation

/// A distribution of a size (in bytes) or of a time (in nanoseconds); samples are rounded to whole units at once.
public indirect enum Distribution: Sendable, Hashable {
  /// Always this value.
  case constant(Double)
  /// Anything from `low` to `high`, both included, all equally likely.
  case uniform(low: Double, high: Double)
  /// Exponential with this mean.
  case exponential(mean: Double)
  /// exp(Normal(mu, sigma)); `mu` is the natural logarithm of the median.
  case lognormal(mu: Double, sigma: Double)
  /// Gamma with this shape and scale; its mean is their product.
  case gamma(shape: Double, scale: Double)
  /// One of `values`, chosen by `weights` (same length, positive sum).
  case empirical(values: [Double], weights: [Double])
  /// One of `parts`, chosen by `weights` (same length, positive sum).
  case mixture(parts: [Distribution], weights: [Double])

  /// The mean, in the same unit; exact but for rounding.
  public var mean: Double {
    switch self {
    case .constant(let value): value
    case .uniform(let low, let high): (low + high) / 2
    case .exponential(let mean): mean
    case .lognormal(let mu, let sigma): DeterministicMath.exp(mu + sigma * sigma / 2)
    case .gamma(let shape, let scale): shape * scale
    case .empirical(let values, let weights): Self.weighted(values, weights)
    case .mixture(let parts, let weights): Self.weighted(parts.map(\.mean), weights)
    }
  }

  private static func weighted(_ values: [Double], _ weights: [Double]) -> Double {
    zip(values, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
  }
}
