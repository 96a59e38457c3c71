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
      "\(Figures.count(experiment.intervals)) intervals at a confidence of \(Figures.percent(experiment.level)), each from "
      + "\(Figures.count(experiment.replications, of: "run")) of \(Figures.count(experiment.customers)) arrivals; the right "
      + "mean wait is \(Figures.number(CoverageExperiment.truth))"
    let lines = outcomes.map { outcome in
      "  \(Self.words(outcome.deletion)): \(Figures.percent(outcome.coverage)) of the intervals contain it; on average they "
        + "say \(Figures.fixed(outcome.mean, decimals: 3))"
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
    case .averagedPath: "start-up cut as weir does (MSER-5 on the average of all runs)"
    case .perRun: "start-up cut run by run (MSER-5)"
    case .none: "start-up not cut"
    }
  }
}
