public import Simulation

/// `weir coverage`: how often intervals held the truth.
public struct CoverageDocument: Exhibit {
  private let experiment: CoverageExperiment
  private let outcomes: [CoverageExperiment.Outcome]

  /// The figures of an experiment and its outcomes.
  public init(_ experiment: CoverageExperiment, _ outcomes: [CoverageExperiment.Outcome]) {
    (self.experiment, self.outcomes) = (experiment, outcomes)
  }

  /// A line for each way to treat the beginning.
  public var document: Document {
    let head =
      "\(Figures.count(experiment.intervals)) intervals at \(Figures.percent(experiment.level)), each of "
      + "\(Figures.count(experiment.replications, of: "replication")) of \(Figures.count(experiment.customers)) customers; "
      + "the true mean wait is \(Figures.number(CoverageExperiment.truth))"
    let lines = outcomes.map { outcome in
      "  \(Self.words(outcome.deletion)): \(Figures.percent(outcome.coverage)) hold it; they lie around "
        + Figures.fixed(outcome.mean, decimals: 3)
    }
    return Document(blocks: [.terminal([head] + lines)])
  }

  /// `weir.coverage/v1`.
  public var value: JSONValue {
    let rows = outcomes.map { outcome -> (String, JSONValue) in
      (
        outcome.deletion.rawValue,
        JSONValue(["coverage": outcome.coverage, "hits": outcome.hits, "mean": outcome.mean])
      )
    }
    return JSONValue([
      "schema": "weir.coverage/v1", "intervals": experiment.intervals, "replications": experiment.replications,
      "customers": experiment.customers, "seed": experiment.seed, "level": experiment.level,
      "truth": CoverageExperiment.truth, "deletion": .named(rows),
    ])
  }

  private static func words(_ deletion: CoverageExperiment.Deletion) -> String {
    switch deletion {
    case .averagedPath: "MSER-5 on the averaged path"
    case .perRun: "MSER-5 on each run"
    case .none: "nothing deleted"
    }
  }
}
