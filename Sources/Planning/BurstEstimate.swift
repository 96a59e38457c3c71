internal import Simulation

/// The factors of a burst that may lie behind what was stored and refused.
///
/// How much was offered is not known where records are lost, and it moves both counts. So a factor is not held against the
/// refusals alone: runs of it, and runs that offer more, tell in which direction both counts move when more is offered, and what is
/// compared is how far the observed pair lies across that direction, in standard deviations of the runs (`score`). Where a
/// shard is so full that what it stores no longer follows what is offered, that is a comparison of what was stored alone, and it tells
/// little: then the range is wide, as it should be. Refusals at a best guess of the offer, as they were compared before, told 46
/// for 30, because there more refusals fit a harder burst as well as a larger offer.
struct BurstEstimate {
  /// The two counts of one run, or of what was observed.
  struct Counts {
    var stored: Double, refused: Double
  }

  /// Runs of one factor, and those of them that are run again with more on offer.
  static let runs = 8, runsBeside = 4
  /// The level at which a factor is ruled out. The direction, too, is known from a few runs only: ranges hold the truth somewhat less
  /// often than in so many cases (docs/trace.md has how often).
  private static let confidence = 0.98
  /// The factors looked at lie so far apart, and are at most so many on either side of the first.
  private static let step = 1.2, most = 16

  /// The factor at which the observed counts lie in the middle of the runs'.
  let factor: Double
  /// The factors that chance allows.
  let range: ClosedRange<Double>

  /// How far what was observed lies from runs of a factor, across the direction in which more on offer moves them: positive when it
  /// points to a harder burst; as Student's t with one degree of freedom less than runs. Nil when the runs do not vary.
  static func score(_ observed: Counts, runs: [Counts], beside: [Counts]) -> Double? {
    func average(_ counts: some Sequence<Counts>, _ value: (Counts) -> Double) -> Double {
      Statistics.mean(counts.map(value))
    }
    let same = runs.prefix(beside.count)
    guard runs.count > 1, !same.isEmpty else { return nil }
    let stored = average(beside, \.stored) - average(same, \.stored)
    let refused = average(beside, \.refused) - average(same, \.refused)
    func across(_ counts: Counts) -> Double { stored * counts.refused - refused * counts.stored }
    let values = runs.map(across)
    guard let variance = Statistics.variance(values), variance > 0 else { return nil }
    let chance = (variance * (1 + 1 / Double(values.count))).squareRoot()
    return (across(observed) - Statistics.mean(values)) / chance
  }

  /// The estimate from scores of factors from 1 to `most`, looked at around one that is near; nil when chance allows none.
  init?(around near: Double, most: Double, score: (Double) -> Double?) {
    let limit = Statistics.tQuantile((1 + Self.confidence) / 2, freedom: Self.runs - 1)
    guard let first = score(near) else { return nil }
    var looks = [(factor: near, score: first)]
    while let last = looks.last, last.score >= -limit, last.factor < most, looks.count <= Self.most {
      let next = min(most, last.factor * Self.step)
      guard let found = score(next) else { break }
      looks.append((next, found))
    }
    for _ in 0..<Self.most {
      guard let last = looks.first, last.score <= limit, last.factor > 1 else { break }
      let next = max(1, last.factor / Self.step)
      guard let found = score(next) else { break }
      looks.insert((next, found), at: 0)
    }
    guard looks.contains(where: { $0.score >= -limit }), looks.contains(where: { $0.score <= limit }) else {
      return nil
    }
    let low = Self.crossing(looks, limit), high = Self.crossing(looks, -limit)
    range = min(low, high)...max(low, high)
    let exact = min(max(Self.crossing(looks, 0), range.lowerBound), range.upperBound), whole = exact.rounded()
    factor = range.contains(whole) ? whole : (exact * 10).rounded() / 10
  }

  /// Where scores, which fall as the factor rises, fall to a value; the end that is nearer when they never do.
  private static func crossing(_ looks: [(factor: Double, score: Double)], _ value: Double) -> Double {
    guard let above = looks.lastIndex(where: { $0.score >= value }) else { return looks[0].factor }
    guard above + 1 < looks.count else { return looks[above].factor }
    let (a, b) = (looks[above], looks[above + 1])
    let part = (a.score - value) / (a.score - b.score)
    return a.factor * DeterministicMath.pow(b.factor / a.factor, part)
  }
}
