internal import Simulation
public import Units

/// A distribution of a size (in bytes) or of a time (in nanoseconds); samples are rounded to whole units at once.
public indirect enum Distribution: Sendable, Hashable, Codable {
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

/// How long the service takes, as distributions fitted to published measurements: calibrated, never validated by them.
///
/// Polling delay is not among them: it emerges from when polls fall.
public struct ServiceTimes: Sendable, Hashable, Codable {
  /// A PutRecord or PutRecords call, request to answer, in nanoseconds; the record reaches its shard half-way.
  public var put: Distribution
  /// A GetRecords call, request to answer, in nanoseconds; the shard is read at its start.
  public var getRecords: Distribution
  /// From a record's arrival at its shard to its event at a fan-out consumer, in nanoseconds.
  public var fanOut: Distribution

  /// How long the service gathers records into one fan-out event: assumed; part of the calibrated 70 ms.
  public static var gathering: Interval { .milliseconds(10) }

  /// The three distributions.
  public init(put: Distribution, getRecords: Distribution, fanOut: Distribution) {
    self.put = put
    self.getRecords = getRecords
    self.fanOut = fanOut
  }

  /// Fitted to facts §11 (BENCH, 2026-07) and §3.
  ///
  /// - put: lognormal through p50 7.3 ms and p99 11.7 ms.
  /// - getRecords: lognormal such that U(0, 200 ms) of poll phase plus it plus half a put has p50 172 ms and p99 314 ms.
  /// - fanOut: lognormal with mean 60 ms; with 10 ms of gathering that makes "typically an average of 70 ms". Its spread
  ///   (cv 0.25) is assumed.
  public static let measured2026 = ServiceTimes(
    put: .lognormal(mu: 15.8034, sigma: 0.2028),
    getRecords: .lognormal(mu: 17.962, sigma: 0.4024),
    fanOut: .lognormal(mu: 17.8795, sigma: 0.2462))
}
