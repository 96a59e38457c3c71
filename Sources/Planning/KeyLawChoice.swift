internal import Experiment
internal import KinesisCore
internal import Models
internal import Simulation

/// Which of a scenario's laws of keys stands for a sample.
///
/// A Zipf law, unless a few hot keys with all others alike come clearly closer to the shares of the 1, 10 and 100
/// commonest keys: the largest difference is then compared.
struct KeyLawChoice {
  /// The law.
  let law: KeySpec.Law

  /// So much of the records a Zipf law may be off before another is looked at; how much closer that one must come.
  private static let tolerance = 0.05, factor = 0.5

  /// `sorted` counts, the largest first, with their fit and their top shares.
  init(sorted: [Int], fit: ZipfFit?, top: [KeyProfile.TopShare]) {
    guard sorted.count > 1 else {
      law = .single
      return
    }
    guard let fit else {
      law = .uniform(cardinality: sorted.count)
      return
    }
    let s = (fit.s * 1_000).rounded() / 1_000
    guard s > 0, fit.s > 2 * fit.standardError else {
      law = .uniform(cardinality: fit.cardinality)
      return
    }
    let zipf = KeySpec.Law.zipf(cardinality: fit.cardinality, s: s)
    let distance = Self.distance(zipf, top)
    guard distance > Self.tolerance, let hot = Self.hotSet(sorted),
      Self.distance(hot, top) < Self.factor * distance
    else {
      law = zipf
      return
    }
    law = hot
  }

  /// The number of hot keys that makes two levels likeliest, their share in ten-thousandths.
  private static func hotSet(_ sorted: [Int]) -> KeySpec.Law? {
    let all = Double(sorted.reduce(0, +))
    var (best, sum) = ((likelihood: -Double.infinity, hot: 0, share: 0.0), 0.0)
    for hot in 1..<min(sorted.count, 1_000) {
      sum += Double(sorted[hot - 1])
      let rest = all - sum
      guard rest > 0 else { break }
      let likelihood =
        sum * DeterministicMath.log(sum / Double(hot))
        + rest * DeterministicMath.log(rest / Double(sorted.count - hot))
      if likelihood > best.likelihood { best = (likelihood, hot, sum / all) }
    }
    let share = (best.share * 10_000).rounded() / 10_000
    return best.hot == 0 ? nil : .hotSet(cardinality: sorted.count, hot: best.hot, hotShare: share)
  }

  private static func distance(_ law: KeySpec.Law, _ top: [KeyProfile.TopShare]) -> Double {
    let shares = law.shares(most: top.last?.keys ?? 0)
    return top.map { (shares.prefix($0.keys).reduce(0, +) - $0.share).magnitude }.max() ?? 0
  }
}

extension KeyProfile {
  /// Whether the scenario takes the Zipf law that was fitted, or the uniform one it comes close to.
  public var isZipf: Bool {
    switch law {
    case .zipf, .uniform: true
    case .hotSet, .single, .roundRobinExplicit, .trace: false
    }
  }

  /// The law of the scenario, in words.
  public var lawWords: String {
    switch law {
    case .zipf(let count, _): "a Zipf law over \(count) keys"
    case .uniform(let count): "\(count) keys alike"
    case .hotSet(let count, let hot, _): "\(hot) hot keys of \(count)"
    case .single: "one key"
    case .roundRobinExplicit, .trace: "no law"
    }
  }
}
