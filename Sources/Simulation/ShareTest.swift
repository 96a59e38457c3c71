/// Whether at least a stated share of all runs passes, as runs come in: a sequential test of a binomial share.
///
/// It assumes nothing of any figure's law, only that runs are independent and alike: all it sees of a run is whether it
/// passed. Let r be the share asked for and α = 1 − confidence.
///
/// - *It holds* after `acceptance[f]` runs of which f failed: the fewest runs with rⁿ ≤ α when none fails (29 for 0.9 at
///   95 %, 59 for 0.95; Clopper & Pearson 1934), and for each further failure as many as keep Σ P(accepted after f failures)
///   within α when the true share is r exactly. Those probabilities are computed, not bounded; what the first look leaves of α
///   is spent by 1/(f (f + 1)). A smaller true share passes less often, so α bounds the chance to pass any design below r,
///   whenever one stops.
/// - *It breaks* when the likelihood ratio of all smaller shares, evenly weighed, against r reaches 1/α. Under any share of r
///   or more that ratio is a supermartingale, so the chance ever to see it is at most α (Ville 1939).
/// - It is *given up* once more runs have failed than `most` runs may have; and, where there is a `hope`, once runs show as
///   surely, by the same ratio, that less than that share passes. What passes at least that often is given up in α of cases at
///   most, and what would take hundreds of runs to be shown, if it ever were, costs tens.
/// - Otherwise it is open.
public struct ShareTest: Sendable, Hashable {
  /// What is known.
  public enum Outcome: Sendable, Hashable {
    /// At least the share passes.
    case holds
    /// Less than the share passes.
    case breaks
    /// Neither is sure yet.
    case open
    /// Neither is sure, and no further run can show that it holds.
    case hopeless
  }

  /// How sure each answer is, and the share of runs that must pass; both in (0, 1).
  public let confidence: Double, share: Double
  /// The most runs.
  public let most: Int
  /// A share above `share`: from the first number of runs that can show `share` on, what is shown to pass less often than that
  /// is given up. Nil to carry on as long as `most` allows.
  public let hope: Double?
  /// `acceptance[f]` runs show that it holds when f of them failed; ascending, all at most `most`.
  public let acceptance: [Int]

  /// The fewest runs that can show a share: all of them passed.
  public static func least(confidence: Double, share: Double) -> Int {
    var (runs, chance) = (0, 1.0)
    while chance > 1 - confidence + 1e-12, runs < 1_000_000 { (runs, chance) = (runs + 1, chance * share) }
    return runs
  }

  /// The largest share, in thousandths and rounded down, that so many runs can show when all of them pass.
  public static func largestShare(confidence: Double, runs: Int) -> Double {
    let root = DeterministicMath.exp(DeterministicMath.log(1 - confidence) / Double(runs))
    return (root * 1_000).rounded(.down) / 1_000
  }

  /// The usual most: 870 for 0.9 at 95 %, so that what passes half-way between that and always is shown to in nine cases of ten.
  public static func usualMost(confidence: Double, share: Double) -> Int {
    least(confidence: confidence, share: share) * 30
  }

  /// The test unless told: the usual most, and given up where less than half-way to always is passed.
  public static func usual(confidence: Double, share: Double) -> ShareTest {
    ShareTest(
      confidence: confidence, share: share, most: usualMost(confidence: confidence, share: share),
      hope: (1 + share) / 2)
  }

  /// The most failures that are ever accepted; and runs between two looks once there may be an answer, at least, and as a part
  /// of those there are.
  private static let mostFailures = 64, step = 15, part = 20

  /// A test of so many runs at most, that gives up only when these cannot show it. O(`most`).
  public init(confidence: Double, share: Double, most: Int) {
    self.init(confidence: confidence, share: share, most: most, hope: nil)
  }

  private init(confidence: Double, share: Double, most: Int, hope: Double?) {
    precondition(confidence > 0 && confidence < 1 && share > 0 && share < 1 && most >= 1, "no such test")
    (self.confidence, self.share, self.most, self.hope) = (confidence, share, most, hope)
    acceptance = Self.acceptance(1 - confidence, share, most)
  }

  /// After how many runs each number of failures is accepted; `alive[f]` is the chance, at the share itself, of f failures
  /// so far without an acceptance.
  private static func acceptance(_ error: Double, _ share: Double, _ most: Int) -> [Int] {
    var alive = [1.0], found: [Int] = [], spent = 0.0, first = 0.0
    for runs in 1...most {
      alive = (0...min(alive.count, mostFailures)).map { failures in
        let passed = failures < alive.count ? alive[failures] * share : 0
        return failures > 0 ? passed + alive[failures - 1] * (1 - share) : passed
      }
      while found.count < min(alive.count, mostFailures) {
        let budget = found.isEmpty ? error : first + (error - first) * (1 - 1 / Double(found.count + 1))
        guard spent + alive[found.count] <= budget + 1e-12 else { break }
        spent += alive[found.count]
        if found.isEmpty { first = spent }
        alive[found.count] = 0
        found.append(runs)
      }
    }
    return found
  }

  /// What runs say, in their order; the answer is that of the first run after which there is one, and `after` its number.
  public func outcome(of runs: some Sequence<Bool>) -> (outcome: Outcome, after: Int) {
    var (count, failed) = (0, 0)
    for passed in runs {
      (count, failed) = (count + 1, failed + (passed ? 0 : 1))
      let found = outcome(runs: count, failed: failed)
      if found != .open { return (found, count) }
    }
    return (.open, count)
  }

  /// What so many runs say of which so many failed, when nothing was known before the last of them.
  public func outcome(runs: Int, failed: Int) -> Outcome {
    if failed < acceptance.count, runs >= acceptance[failed] { return .holds }
    if isBelow(share, runs: runs, failed: failed) { return .breaks }
    return failed < acceptance.count && !isBelowHope(runs: runs, failed: failed) ? .open : .hopeless
  }

  /// Whether runs show that it passes less often than is hoped; false without a hope, or before there are `acceptance[0]` runs.
  public func isBelowHope(runs: Int, failed: Int) -> Bool {
    guard let hope, let first = acceptance.first, runs >= first else { return false }
    return isBelow(hope, runs: runs, failed: failed)
  }

  /// Whether runs show that less than a share r passes: whether ∫ (q/r)^s ((1 − q)/(1 − r))^f dq/r over 0…r, the mixture's
  /// likelihood ratio against r, has come to 1/α.
  private func isBelow(_ share: Double, runs: Int, failed: Int) -> Bool {
    guard failed > 0 else { return false }
    let passed = UInt32(clamping: runs - failed), count = UInt32(clamping: runs)
    let chance = GSL.binomialShare(at: passed, of: count, share)
    guard chance > 0 else { return true }
    let above = GSL.binomialShare(above: passed, of: count + 1, share)
    return above / (Double(runs + 1) * share * chance) >= 1 / (1 - confidence)
  }

  /// How many of so many runs may fail: none below the first number of `acceptance`.
  public func allowed(after runs: Int) -> Int? {
    let accepted = acceptance.count { $0 <= runs }
    return accepted > 0 ? accepted - 1 : nil
  }

  /// After how many runs to look, ascending: two, four and so on up to the first number that can show it, then 15 later (or a
  /// twentieth, when that is more), each number of `acceptance`, and `most`.
  public var looks: [Int] {
    let first = min(acceptance.first ?? most, most)
    let doubling = sequence(first: 2) { $0 * 2 }.prefix { 3 * $0 <= 2 * first }
    let later = sequence(first: first) { $0 + max(Self.step, $0 / Self.part) }.prefix { $0 < most } + acceptance
    return (Array(doubling) + later.sorted() + [most]).reduce(into: []) { looks, next in
      if next > looks.last ?? 0, next <= most { looks.append(next) }
    }
  }
}
