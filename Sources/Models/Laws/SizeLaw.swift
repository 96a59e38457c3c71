public import Experiment
internal import Simulation
internal import Units

/// The law of a record's data size as a closed form: whole bytes, at least one, never above the largest record.
///
/// What is rounded up record by record follows from the law's tail: E⌈X / step⌉ = Σ P(X > j · step). The tails of lognormal and
/// gamma laws are GSL's; tables, constants and uniform laws are summed exactly.
public struct SizeLaw: Sendable {
  private indirect enum Law: Sendable {
    /// Values ascending, and the share of each value and all above it.
    case table(values: [Int64], shares: [Double])
    case uniform(low: Int64, high: Int64)
    case smooth(Distribution)
    case mixture([(weight: Double, law: Law)])
  }
  private let law: Law
  private let largest: Int64
  private let ratio: Double

  /// The law of a producer's data, smaller by its library's compression; `largest` is the largest data.
  public init(_ spec: ProducerSpec, largest: Int64) {
    self.largest = largest
    if case .kpl(let library) = spec.batching { ratio = library.compressionRatio } else { ratio = 1 }
    switch spec.size {
    case .drawn(let distribution): law = Self.law(of: distribution)
    case .trace:
      guard case .events(let trace) = spec.rate else { preconditionFailure("recorded sizes without a record") }
      law = Self.table(trace.bytes.map { ($0, 1) })
    }
  }

  /// The law of data that is drawn and sent as it is.
  init(_ distribution: Distribution, largest: Int64) {
    (law, self.largest, ratio) = (Self.law(of: distribution), largest, 1)
  }

  private static func law(of distribution: Distribution) -> Law {
    switch distribution {
    case .constant(let value): return .table(values: [whole(value)], shares: [1])
    case .uniform(let low, let high): return .uniform(low: whole(low), high: max(whole(low), whole(high)))
    case .exponential, .lognormal, .gamma: return .smooth(distribution)
    case .empirical(let values, let weights): return table(zip(values.map(whole), weights).map { ($0, $1) })
    case .mixture(let parts, let weights):
      let sum = weights.reduce(0, +)
      return .mixture(zip(parts, weights).map { ($1 / sum, law(of: $0)) })
    }
  }

  private static func whole(_ x: Double) -> Int64 { Int64(clamping: min(max(x, 0), 0x1p62).rounded()) }

  private static func table(_ entries: [(value: Int64, weight: Double)]) -> Law {
    let sorted = entries.sorted { $0.value < $1.value }, sum = sorted.reduce(0) { $0 + $1.weight }
    var (values, shares, above): ([Int64], [Double], Double) = ([], [], sum)
    for entry in sorted {
      if values.last != entry.value {
        values.append(entry.value)
        shares.append(above / sum)
      }
      above -= entry.weight
    }
    return .table(values: values, shares: shares)
  }

  /// The chance that a record's data has at least `bytes`.
  public func share(atLeast bytes: Int64) -> Double {
    guard bytes > 1 else { return 1 }
    guard bytes <= largest else { return 0 }
    // ⌈x / ratio⌉ ≥ k means x > (k − 1) · ratio.
    let drawn = ratio == 1 ? bytes : Int64(clamping: (Double(bytes - 1) * ratio).rounded(.down)) + 1
    return Self.share(atLeast: drawn, of: law)
  }

  private static func share(atLeast bytes: Int64, of law: Law) -> Double {
    switch law {
    case .table(let values, let shares):
      let index = values.partitioningIndex { $0 >= bytes }
      return index < values.count ? max(0, shares[index]) : 0
    case .uniform(let low, let high): return min(1, max(0, Double(high - bytes + 1) / Double(high - low + 1)))
    case .smooth(let distribution): return distribution.share(above: Double(bytes) - 0.5)
    case .mixture(let parts): return parts.reduce(0) { $0 + $1.weight * share(atLeast: bytes, of: $1.law) }
    }
  }

  /// The mean of the steps that data and `overhead` bytes take, rounded up record by record. O(largest / step).
  public func steps(of step: Int64, overhead: Int64) -> Double {
    var (sum, step0) = (0.0, Int64(0))
    while step0 - overhead + 1 <= largest {
      let share = share(atLeast: step0 - overhead + 1)
      sum += share
      if share < 1e-13 { break }
      step0 += step
    }
    return sum
  }

  /// The mean of the data; of smooth laws but for the rounding to whole bytes.
  public var mean: Double {
    max(1, Self.mean(of: law, atMost: Double(largest) * ratio) / ratio + (ratio == 1 ? 0 : 0.5))
  }

  private static func mean(of law: Law, atMost most: Double) -> Double {
    switch law {
    case .table(let values, let shares):
      let gains = values.indices.map { index in
        shares[index] * (min(most, Double(values[index])) - (index == 0 ? 0 : min(most, Double(values[index - 1]))))
      }
      return gains.reduce(0, +)
    case .uniform(let low, let high):
      guard Double(high) > most else { return Double(low + high) / 2 }
      let below = max(0, most - Double(low)), span = Double(high - low + 1)
      return below / span * (Double(low) + most) / 2 + (1 - below / span) * most
    case .smooth(let distribution): return distribution.mean(atMost: most)
    case .mixture(let parts): return parts.reduce(0) { $0 + $1.weight * mean(of: $1.law, atMost: most) }
    }
  }
}

extension Distribution {
  /// The chance of a value above `x`, for the laws without steps.
  fileprivate func share(above x: Double) -> Double {
    switch self {
    case .exponential(let mean): DeterministicMath.exp(-max(0, x) / mean)
    case .lognormal(let mu, let sigma): Statistics.lognormalShare(above: x, mu: mu, sigma: sigma)
    case .gamma(let shape, let scale): Statistics.gammaShare(above: x, shape: shape, scale: scale)
    case .constant, .uniform, .empirical, .mixture: preconditionFailure("a law with steps")
    }
  }

  /// The mean of the value or `most`, whichever is less, for the laws without steps.
  fileprivate func mean(atMost most: Double) -> Double {
    switch self {
    case .exponential(let mean): return mean * (1 - DeterministicMath.exp(-most / mean))
    case .lognormal(let mu, let sigma):
      guard sigma > 0 else { return min(most, DeterministicMath.exp(mu)) }
      let log = DeterministicMath.log(most)
      let below = DeterministicMath.exp(mu + sigma * sigma / 2)
      return below * Statistics.normalShare(atOrBelow: (log - mu - sigma * sigma) / sigma)
        + most * Statistics.lognormalShare(above: most, mu: mu, sigma: sigma)
    case .gamma(let shape, let scale):
      return shape * scale * Statistics.gammaShare(atOrBelow: most, shape: shape + 1, scale: scale)
        + most * Statistics.gammaShare(above: most, shape: shape, scale: scale)
    case .constant, .uniform, .empirical, .mixture: preconditionFailure("a law with steps")
    }
  }
}
