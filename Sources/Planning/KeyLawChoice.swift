internal import Experiment
internal import KinesisCore
internal import Models
internal import Scenario
internal import Simulation

/// Which of a scenario's laws of keys stands for a sample.
///
/// A uniform law where nothing speaks against it. Else the Zipf law that was fitted, unless samples of it look otherwise: then
/// a few hot keys with all others alike, if that comes clearly closer to the shares of the 1, 10 and 100 commonest keys (the
/// largest difference is compared); and if not, nothing but the keys as they were counted.
struct KeyLawChoice {
  /// The law; nil when only the counts themselves stand for the sample.
  let law: KeySpec.Law?

  /// So much of the records a law that cannot be tested may be off; how much closer another must come.
  private static let tolerance = 0.05, factor = 0.5
  /// Equal keys are told from others at this level.
  private static let level = 0.01
  /// The fewest records a key, on average, for that.
  private static let fewest = 5

  /// `sorted` counts, the largest first, with their fit and their top shares.
  init(sorted: [Int], fit: ZipfFit?, top: [KeyProfile.TopShare]) {
    guard sorted.count > 1 else {
      law = .single
      return
    }
    if Self.isUniform(sorted) {
      law = .uniform(cardinality: sorted.count)
      return
    }
    guard let fit else {
      law = Self.isWellSeen(sorted) ? nil : .uniform(cardinality: sorted.count)
      return
    }
    let s = (fit.s * 1_000).rounded() / 1_000
    if s == 0 || fit.s <= 2 * fit.standardError, fit.isPlausible {
      law = .uniform(cardinality: fit.cardinality)
      return
    }
    let zipf = KeySpec.Law.zipf(cardinality: fit.cardinality, s: s), distance = Self.distance(zipf, top)
    guard !fit.isPlausible || distance > Self.tolerance else {
      law = zipf
      return
    }
    let hot = Self.hotSet(sorted).flatMap { Self.distance($0, top) < Self.factor * distance ? $0 : nil }
    law = hot ?? (fit.isPlausible ? zipf : nil)
  }

  private static func isWellSeen(_ sorted: [Int]) -> Bool { sorted.reduce(0, +) >= fewest * sorted.count }

  /// Whether keys that were all seen are alike, by χ².
  private static func isUniform(_ sorted: [Int]) -> Bool {
    guard isWellSeen(sorted) else { return false }
    let mean = Double(sorted.reduce(0, +)) / Double(sorted.count)
    let distance = sorted.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    let below = Statistics.gammaShare(atOrBelow: distance, shape: Double(sorted.count - 1) / 2, scale: 2)
    return below < 1 - level
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

/// The keys of a scenario: the commonest of the sample by their own names, so that they lie where they lie, and the law for
/// the others.
struct KeyListing {
  /// The most keys that are listed.
  static let most = 1_000
  /// The fewest records of one whose share is taken from the sample, where it shows only some of the keys: a seventh either
  /// way.
  private static let fewest = 50

  /// The sample's law, its commonest keys by name.
  static func law(_ law: KeySpec.Law?, of entries: [TraceInput.KeySample.Entry]) -> KeySpec.Law {
    let total = Double(entries.reduce(0) { $0 + $1.count })
    let sorted = entries.enumerated().sorted { ($1.element.count, $0.offset) < ($0.element.count, $1.offset) }
      .map(\.element).filter { !$0.key.contains(where: \.isNewline) }
    switch law {
    case .single: return .single
    case .uniform(let count) where count == entries.count && count <= most && sorted.count == count:
      return .listed(names: sorted.map(\.key), shares: sorted.map { _ in 1 / Double(count) }, rest: 0, s: 0)
    case .uniform(let count): return .uniform(cardinality: count)
    case .zipf(let count, let s): return listed(sorted, of: total, keys: count, s: s, isAll: count == entries.count)
    case .hotSet, nil: return listed(sorted, of: total, keys: entries.count, s: 0, isAll: true)
    case .listed, .roundRobinExplicit, .trace: preconditionFailure("no law of a sample")
    }
  }

  private static func listed(
    _ sorted: [TraceInput.KeySample.Entry], of total: Double, keys: Int, s: Double, isAll: Bool
  ) -> KeySpec.Law {
    let named = isAll && sorted.count <= most ? sorted : sorted.prefix(most).filter { $0.count >= fewest }
    let rest = keys - named.count
    guard !named.isEmpty else {
      return s > 0 ? .zipf(cardinality: keys, s: s) : .uniform(cardinality: keys)
    }
    return .listed(
      names: named.map(\.key), shares: named.map { Double($0.count) / total }, rest: max(0, rest), s: rest > 0 ? s : 0)
  }
}

extension KeyProfile {
  /// Whether the scenario follows the Zipf law that was fitted, or the uniform one it comes close to.
  public var isZipf: Bool {
    switch law {
    case .zipf, .uniform: true
    case .hotSet, .listed, .single, .roundRobinExplicit, .trace, nil: false
    }
  }

  /// The law of the sample, in words.
  public var lawWords: String {
    switch law {
    case .zipf(let count, _): "a Zipf law over \(count) keys"
    case .uniform(let count): "\(count) keys alike"
    case .hotSet(let count, let hot, _): "\(hot) hot keys of \(count)"
    case .single: "one key"
    case .listed, nil: "the keys as they were counted"
    case .roundRobinExplicit, .trace: "no law"
    }
  }
}
