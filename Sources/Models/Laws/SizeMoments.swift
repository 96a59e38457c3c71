internal import Experiment
internal import Pricing
internal import Simulation
internal import Units

/// What many records of a producer come to: the moments of a record's size, key included, and of what AWS rounds up.
///
/// A few records are drawn one by one. The sum of many, whose skewness is at most one, is drawn from a gamma law with their mean,
/// variance and skewness; what is rounded up record by record follows that sum with the mean of what rounding adds. Smooth laws
/// are cut into cells of a thousandth.
struct SizeMoments: Sendable {
  /// Fewer records than this are drawn one by one.
  static let few = 32

  /// Of a record in bytes.
  let mean: Double, variance: Double, skewness: Double
  /// Chunks of 25 KB a record, and what rounding up to whole KB adds, in bytes.
  let payloadUnits: Double, payloadVariance: Double, rounding: Double
  /// The size of every record; nil when it varies.
  let constant: Int64?
  /// The mean square; and the mean and a standard deviation.
  let square: Double, large: Double

  /// The moments of a producer's sizes, of which the largest data and the key's bytes are told.
  init(_ spec: ProducerSpec, largestData: Int64, keyBytes: Int64) {
    var atoms: [(size: Double, weight: Double)] = []
    if case .drawn(let law) = spec.size { atoms = Self.atoms(law, largestData) }
    if atoms.isEmpty { atoms = [(1, 1)] }
    let whole = atoms.reduce(0) { $0 + $1.weight },
      sizes = atoms.map { ($0.size + Double(keyBytes), $0.weight / whole) }
    func mean(_ value: (Double) -> Double) -> Double { sizes.reduce(0) { $0 + value($1.0) * $1.1 } }
    let mean1 = mean { $0 }, variance = mean { ($0 - mean1) * ($0 - mean1) }
    let third = mean { ($0 - mean1) * ($0 - mean1) * ($0 - mean1) }
    func units(_ size: Double) -> Double { Double(Rounding.payloadUnits(Int64(size.rounded()))) }
    let unitMean = mean(units)
    (self.mean, self.variance, payloadUnits) = (mean1, variance, unitMean)
    skewness = variance > 0 ? third / (variance * DeterministicMath.sqrt(variance)) : 0
    payloadVariance = mean { (units($0) - unitMean) * (units($0) - unitMean) }
    rounding = mean { Double(Rounding.kilobytes(Int64($0.rounded()))) - $0 }
    square = variance + mean1 * mean1
    large = mean1 + DeterministicMath.sqrt(variance)
    constant = atoms.count == 1 ? Int64((atoms[0].size + Double(keyBytes)).rounded()) : nil
  }

  /// Sizes of data and how often each comes, kept between one byte and the largest; cells of smooth laws by their middles.
  private static func atoms(_ law: Distribution, _ largest: Int64) -> [(size: Double, weight: Double)] {
    func kept(_ size: Double) -> Double { min(max(size.rounded(), 1), Double(largest)) }
    switch law {
    case .constant(let value): return [(kept(value), 1)]
    case .empirical(let values, let weights): return zip(values, weights).map { (kept($0), $1) }
    case .mixture(let parts, let weights):
      let sum = weights.reduce(0, +)
      return zip(parts, weights).flatMap { part, weight in
        let inner = atoms(part, largest), whole = inner.reduce(0) { $0 + $1.weight }
        return inner.map { ($0.size, $0.weight / whole * weight / sum) }
      }
    case .uniform(let low, let high):
      let (first, last) = (low.rounded(), max(low, high).rounded())
      let step = max(1, ((last - first) / 65_536).rounded(.up))
      return stride(from: first, through: last, by: step).map {
        (kept(min($0 + (step - 1) / 2, last)), min(step, last - $0 + 1))
      }
    case .exponential, .lognormal, .gamma: return cells(SizeLaw(law, largest: largest), largest)
    }
  }

  private static func cells(_ law: SizeLaw, _ largest: Int64) -> [(size: Double, weight: Double)] {
    var (atoms, at, above): ([(size: Double, weight: Double)], Int64, Double) = ([], 1, 1)
    while at <= largest, above > 1e-15 {
      let next = min(max(at + 1, at + at / 1_000), largest + 1)
      let share = next > largest ? 0 : law.share(atLeast: next)
      if above > share { atoms.append((Double(at + next - 1) / 2, above - share)) }
      (at, above) = (next, share)
    }
    return atoms
  }
}

extension SizeMoments {
  /// The sums of `count` records.
  func draw(_ count: Int64, of plan: ProducerPlan, from stream: inout RandomStream) -> Tariff.Intake {
    var sums = Tariff.Intake()
    if let constant {
      sums.add(count, of: constant)
      return sums
    }
    guard count >= Self.few, Double(count) >= skewness * skewness else {
      for _ in 0..<count { sums.add(1, of: plan.drawSize(from: &stream)) }
      return sums
    }
    let n = Double(count), deviation = DeterministicMath.sqrt(n * variance)
    sums.bytes = max(count, Int64((n * mean + deviation * standard(n, from: &stream)).rounded()))
    let units =
      n * payloadUnits + DeterministicMath.sqrt(n * payloadVariance) * (payloadVariance > 0 ? stream.normal() : 0)
    sums.payloadUnits = max(count, Int64(units.rounded()))
    sums.roundedBytes = max(count * Rounding.kilobyte, sums.bytes + Int64((n * rounding).rounded()))
    return sums
  }

  /// A sum of n, standardised: a gamma's with its skewness, a normal's where that is none.
  private func standard(_ n: Double, from stream: inout RandomStream) -> Double {
    let skew = skewness / DeterministicMath.sqrt(n)
    guard skew > 1e-3 else { return stream.normal() }
    let shape = 4 / (skew * skew)
    return (stream.gamma(shape: shape, scale: 1) - shape) / DeterministicMath.sqrt(shape)
  }
}
