/// Whether a sample of keys looks like samples of a Zipf law: its commonest keys, in groups of 1, 1, 2, 4, … ranks, beside those
/// of 99 samples drawn from the law.
///
/// Refused is what lies further from their means than all 99 do: a true law once in a hundred times, less often because it was
/// fitted to the sample. Only laws of at most `mostKeys` keys are tested.
enum ZipfGoodness {
  /// Above so many keys a law is not tested.
  static let mostKeys = 2_000
  private static let samples = 99

  static func isPlausible(_ seen: [Int], s: Double, cardinality: Int) -> Bool {
    guard cardinality <= mostKeys else { return true }
    let weights = (1...cardinality).map { DeterministicMath.exp(-s * DeterministicMath.log(Double($0))) }
    let scale = seen.reduce(0) { $0 + Double($1) } / weights.reduce(0, +)
    var draws = RandomStream(seed: 1, replication: 0, purpose: .engine, entity: "zipf.goodness")
    let drawn = (0..<samples).map { _ in groups(weights.map { draws.poisson(mean: $0 * scale) }) }
    let own = groups(seen + Array(repeating: 0, count: cardinality - seen.count))
    let spreads = own.indices.map { group -> (mean: Double, deviation: Double) in
      let values = drawn.map { $0[group] }
      return (Statistics.mean(values), max(0.5, (Statistics.variance(values) ?? 0).squareRoot()))
    }
    func distance(_ groups: [Double]) -> Double {
      zip(groups, spreads).reduce(0) { sum, one in
        let z = (one.0 - one.1.mean) / one.1.deviation
        return sum + z * z
      }
    }
    return distance(own) <= drawn.map(distance).max() ?? .infinity
  }

  /// Sums of the sorted counts, by ranks.
  private static func groups(_ counts: [Int]) -> [Double] {
    let sorted = counts.sorted(by: >)
    var (groups, begin, width) = ([Double](), 0, 1)
    while begin < sorted.count {
      let end = min(sorted.count, begin + width)
      groups.append(sorted[begin..<end].reduce(0) { $0 + Double($1) })
      (begin, width) = (end, end)
    }
    return groups
  }
}
