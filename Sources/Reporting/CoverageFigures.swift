public import Simulation

/// `weir coverage`: how often intervals held the truth.
public struct CoverageFigures: Sendable {
  private let experiment: CoverageExperiment
  private let outcomes: [CoverageExperiment.Outcome]

  /// The figures of an experiment and its outcomes.
  public init(_ experiment: CoverageExperiment, _ outcomes: [CoverageExperiment.Outcome]) {
    (self.experiment, self.outcomes) = (experiment, outcomes)
  }

  /// For a terminal.
  public var text: String {
    let head =
      "\(Figures.count(experiment.intervals)) intervals at \(Figures.percent(experiment.level)), each of "
      + "\(Figures.count(experiment.replications, of: "replication")) of \(Figures.count(experiment.customers)) customers; "
      + "the true mean wait is \(Figures.number(CoverageExperiment.truth))\n"
    return head
      + outcomes.map { outcome in
        "  \(Self.words(outcome.deletion)): \(Figures.percent(outcome.coverage)) hold it; they lie around "
          + "\(Figures.fixed(outcome.mean, decimals: 3))\n"
      }.joined()
  }

  /// `weir.coverage/v1`.
  public var json: String {
    let rows = outcomes.map { outcome in
      (
        outcome.deletion.rawValue,
        JSONValue.object([
          "coverage": .number(outcome.coverage), "hits": .count(outcome.hits), "mean": .number(outcome.mean),
        ])
      )
    }
    return JSONValue.object([
      "schema": "weir.coverage/v1", "intervals": .count(experiment.intervals),
      "replications": .count(experiment.replications), "customers": .count(experiment.customers),
      "seed": .count(experiment.seed), "level": .number(experiment.level), "truth": .number(CoverageExperiment.truth),
      "deletion": .object(Dictionary(uniqueKeysWithValues: rows)),
    ]).text
  }

  private static func words(_ deletion: CoverageExperiment.Deletion) -> String {
    switch deletion {
    case .averagedPath: "MSER-5 on the averaged path"
    case .perRun: "MSER-5 on each run"
    case .none: "nothing deleted"
    }
  }
}
