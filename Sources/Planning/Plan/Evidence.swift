internal import Experiment
internal import Models

/// What one replication of a design shows, wherever it was simulated.
struct Evidence: Sendable {
  /// What was simulated.
  let experiment: Experiment
  /// Its figures.
  let figures: [Figure]
  /// What it came to.
  let outcome: TaskOutcome

  init(experiment: Experiment, figures: [Figure], outcome: TaskOutcome) {
    (self.experiment, self.figures, self.outcome) = (experiment, figures, outcome)
  }

  /// What a result shows.
  init(_ result: RunResult) {
    let figures = Figure.all(of: result.experiment)
    self.init(experiment: result.experiment, figures: figures, outcome: TaskOutcome(result, figures: figures))
  }

  /// The values of all figures.
  var sample: FigureSample { sample(outcome.values) }
  /// What warm-up is judged by; of the first replications only.
  var paths: [SteadyPath] { outcome.paths }
  /// Whether each objective held.
  var held: [Bool] { outcome.verdicts.map(\.isPassing) }

  /// One for each objective.
  var verdicts: [ObjectiveVerdict] {
    zip(experiment.objectives, outcome.verdicts).map { objective, verdict in
      ObjectiveVerdict(
        objective: objective, value: verdict.value, isPassing: verdict.isPassing,
        firstBrokenAt: verdict.firstBrokenAt, windows: verdict.windows, windowsBroken: verdict.windowsBroken)
    }
  }

  /// The values of chosen figures; nil for one that the experiment does not have.
  func sample(of wanted: [Figure]) -> FigureSample {
    let known = Dictionary(zip(figures, outcome.values)) { first, _ in first }
    return sample(wanted.map { known[$0].flatMap(\.self) })
  }

  private func sample(_ values: [Double?]) -> FigureSample {
    FigureSample(
      replication: outcome.replication, isComplete: true, isPassing: outcome.isPassing,
      trajectoryHash: outcome.trajectoryHash, values: values)
  }

  /// What a month of 730 hours costs, in US dollars; nil when something it uses has no price.
  var monthlyCost: Double? { outcome.monthlyCost }
  /// What has no price, and why.
  var unpriced: [String] { outcome.unpriced }
  /// Refused attempts over all attempts, of all streams together.
  var throttling: Double { outcome.throttling }
  /// The longest 99th percentile of a consumer's propagation, or else of a producer's put latency, in milliseconds.
  var latency: Double? { outcome.latency }
  /// Open shards of all streams at their peak.
  var shards: Int { outcome.shards }
  /// Whether no record was offered.
  var isIdle: Bool { outcome.isIdle }
  /// Records given up over those offered, and records under way at the end over those offered.
  var lost: Double { outcome.lost }
  var underWay: Double { outcome.underWay }
  /// The consumers that were further behind at the end than a few seconds' worth of records.
  var behind: [String] { outcome.behind }
}
