internal import Simulation

/// The factor of a burst from the refusals of some trials, and how far it may be off.
///
/// Near one factor refusals rise nearly straight with the burst's length, the period over its factor. So they are fitted by a line
/// in it, through the trials near the closest: more runs than one tell, and the chance of a single one does not choose.
struct BurstEstimate {
  /// What chance does to refusals.
  struct Chance {
    /// The standard deviation of the refusals among runs of one burst, when each offers what it stored and lost.
    var deviation: Double
    /// How many degrees of freedom it has.
    var freedom: Int
    /// Refusals for each record more, what is lost of it again included.
    var gain: Double
    /// What was offered as lost for each refusal, and the mean refusals less the gain of all that was stored and so lost.
    var loss: Double, mean: Double

    /// From runs that offer what was lost at one share of the refusals, and from some that offer more.
    ///
    /// An estimate offers what was stored and the loss for each refusal, so chance in either moves what is offered, and that
    /// moves the refusals, and those the loss: to first order by `gain` for each record.
    init?(at runs: [BurstFit.Trial], loss: Double, beside: [BurstFit.Trial], more: Double) {
      guard runs.count == beside.count, runs.count > 1 else { return nil }
      func average(_ trials: [BurstFit.Trial], _ value: (BurstFit.Trial) -> Double) -> Double {
        Statistics.mean(trials.map(value))
      }
      let refused = average(runs, \.simulated)
      let rise = (average(beside, \.simulated) - refused) / (more - loss)
      let losing = (average(beside, \.lossPerRefusal) - average(runs, \.lossPerRefusal)) / (more - loss)
      // A record more offered is `rise / refused` refusals more; of a share lost more, `losing` is lost again.
      gain = refused > 0 ? rise / refused / max(BurstEstimate.leastRest, 1 - losing) : 0
      let values = runs.map { [gain] in $0.simulated - gain * ($0.records + loss * $0.simulated) }
      guard let variance = Statistics.variance(values) else { return nil }
      (deviation, freedom) = (variance.squareRoot(), runs.count - 1)
      (self.loss, mean) = (loss, Statistics.mean(values))
    }
  }

  /// Runs for the chance of one burst.
  static let runs = 8
  /// The least that is taken for one less a loss's rise: nearer to zero the loss is not told at all.
  static let leastRest = 0.1
  /// How far from the closest factor trials are taken, as a factor either way; and how many are needed.
  private static let near = 1.6, fewest = 3
  /// The range covers so much.
  private static let confidence = 0.95

  /// The factor whose refusals are those observed.
  let factor: Double
  /// The factors that chance allows.
  let range: ClosedRange<Double>

  /// The estimate from trials in ascending order, around the closest; nil when their refusals do not rise with the factor.
  init?(_ trials: [BurstFit.Trial], refused observed: Double, stored: Double, closest: Double, chance: Chance) {
    guard let most = trials.last?.factor else { return nil }
    let near = trials.filter {
      $0.simulated > 0 && $0.factor <= closest * Self.near && closest <= $0.factor * Self.near
    }
    guard near.count >= Self.fewest else { return nil }
    // A trial's arrivals come by chance: without what more or fewer of them did. The runs of the closest count as many.
    var points = near.map { trial in
      let more = trial.records - stored + trial.lossPerRefusal * (trial.simulated - observed)
      return (length: 1 / trial.factor, refused: trial.simulated - chance.gain * more, weight: 1.0)
    }
    let many = chance.mean + chance.gain * (stored + chance.loss * observed)
    points.append((1 / closest, many, Double(chance.freedom + 1)))
    let weight = points.reduce(0) { $0 + $1.weight }
    let length = points.reduce(0) { $0 + $1.weight * $1.length } / weight
    let refused = points.reduce(0) { $0 + $1.weight * $1.refused } / weight
    let spread = points.reduce(0) { $0 + $1.weight * ($1.length - length) * ($1.length - length) }
    let slope = points.reduce(0) { $0 + $1.weight * ($1.length - length) * ($1.refused - refused) } / spread
    guard slope < 0 else { return nil }
    let likeliest = length + (observed - refused) / slope
    func factor(_ length: Double) -> Double { min(most, max(1, length > 0 ? 1 / length : most)) }
    let exact = factor(likeliest)
    let wide = Statistics.tQuantile((1 + Self.confidence) / 2, freedom: chance.freedom) * chance.deviation
    // Of what was observed and of the line, whose trials are runs like it.
    let line = 1 / weight + (likeliest - length) * (likeliest - length) / spread
    let margin = wide * (1 + line).squareRoot() / -slope
    let (low, high) = (factor(likeliest + margin), factor(likeliest - margin))
    range = min(low, exact)...max(high, exact)
    let whole = exact.rounded()
    self.factor = range.contains(whole) ? whole : (exact * 10).rounded() / 10
  }
}
