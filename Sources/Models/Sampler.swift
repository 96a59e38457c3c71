internal import Experiment
internal import Simulation
internal import Units

/// A `Distribution` made ready to draw from: tables are built once, samples come out as whole units.
///
/// A new law of sizes or times is a case of `Distribution` and a line in `draw`.
enum Sampler: Sendable {
  case constant(Int64)
  case uniform(low: Int64, span: UInt64)
  case exponential(mean: Double)
  case lognormal(mu: Double, sigma: Double)
  case gamma(shape: Double, scale: Double)
  case empirical(values: [Int64], choice: AliasTable)
  indirect case mixture(parts: [Sampler], choice: AliasTable)

  init(_ distribution: Distribution) {
    switch distribution {
    case .constant(let value): self = .constant(Self.whole(value))
    case .uniform(let low, let high):
      self = .uniform(low: Self.whole(low), span: UInt64(max(0, Self.whole(high) - Self.whole(low))) + 1)
    case .exponential(let mean): self = .exponential(mean: mean)
    case .lognormal(let mu, let sigma): self = .lognormal(mu: mu, sigma: sigma)
    case .gamma(let shape, let scale): self = .gamma(shape: shape, scale: scale)
    case .empirical(let values, let weights):
      self = .empirical(values: values.map(Self.whole), choice: AliasTable(weights: weights))
    case .mixture(let parts, let weights):
      self = .mixture(parts: parts.map { Sampler($0) }, choice: AliasTable(weights: weights))
    }
  }

  /// A sample, rounded to a whole unit, never negative.
  func draw(from stream: inout RandomStream) -> Int64 {
    switch self {
    case .constant(let value): value
    case .uniform(let low, let span): low + Int64(stream.below(span))
    case .exponential(let mean): Self.whole(stream.exponential() * mean)
    case .lognormal(let mu, let sigma): Self.whole(stream.lognormal(mu: mu, sigma: sigma))
    case .gamma(let shape, let scale): Self.whole(stream.gamma(shape: shape, scale: scale))
    case .empirical(let values, let choice): values[choice.sample(&stream)]
    case .mixture(let parts, let choice): parts[choice.sample(&stream)].draw(from: &stream)
    }
  }

  /// The nearest whole number of a sample; what no run can reach is cut to about 146 years or exabytes.
  private static func whole(_ x: Double) -> Int64 { Int64(clamping: min(max(x, 0), 0x1p62).rounded()) }
}
