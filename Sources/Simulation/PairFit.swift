/// The Zipf exponent under which two records of a sample have one key as often as they do, all keys being known.
///
/// Nothing is ranked, and there is one root: that share grows with the exponent.
struct PairFit {
  let s: Double
  /// One standard error, from the upper end of the interval at 95 %: below an exponent near zero there is no room.
  let standardError: Double

  /// A key seen so often that none is likely to have been missed: with a mean of ten, one in 20,000 is not seen at all.
  private static let wellSeen = 10
  /// Above so many keys each step costs more than the likelihood does.
  private static let mostKeys = 20_000
  private static let halvings = 60, steepest = 20.0, quantile = 1.959963984540054

  /// The fit of how often each key was seen; nil where some were seen so seldom that others may not have been seen.
  init?(_ seen: [Int]) {
    guard let fewest = seen.min(), fewest >= Self.wellSeen, seen.count <= Self.mostKeys else { return nil }
    let records = seen.reduce(0) { $0 + Double($1) }
    let share = seen.reduce(0) { $0 + Double($1) * Double($1 - 1) } / (records * (records - 1))
    let logs = (1...seen.count).map { DeterministicMath.log(Double($0)) }
    /// The share under a law, and its standard deviation in samples of this size.
    func law(_ s: Double) -> (share: Double, deviation: Double) {
      let weights = logs.map { DeterministicMath.exp(-s * $0) }, total = weights.reduce(0, +)
      let (two, three) = weights.reduce((0.0, 0.0)) { sums, weight in
        let p = weight / total
        return (sums.0 + p * p, sums.1 + p * p * p)
      }
      let variance = (two + 2 * (records - 2) * three - (2 * records - 3) * two * two) * 2 / (records * (records - 1))
      return (two, max(0, variance).squareRoot())
    }
    func root(_ excess: (Double) -> Double) -> Double {
      var (low, high) = (0.0, Self.steepest)
      for _ in 0..<Self.halvings {
        let middle = (low + high) / 2
        if excess(middle) < 0 { low = middle } else { high = middle }
      }
      return (low + high) / 2
    }
    s = root { law($0).share - share }
    let upper = root { s in
      let law = law(s)
      return law.share - Self.quantile * law.deviation - share
    }
    standardError = max(upper - s, 1e-9) / Self.quantile
  }
}
