public import Planning

/// `weir coverage --holding`: how often plans keep their word.
public struct HoldingDocument: Exhibit {
  private let study: HoldingStudy
  private let outcome: HoldingStudy.Outcome

  /// The figures of a study and its outcome.
  public init(_ study: HoldingStudy, _ outcome: HoldingStudy.Outcome) { (self.study, self.outcome) = (study, outcome) }

  /// A line for each family and limit, then one for each family and number of replications.
  public var document: Document {
    let head =
      "\(study.seeds) seeds, each drawing from \(study.runs) runs: a limit that so many runs meet is said to hold in "
      + "\(Figures.percent(study.test.reliability)) of runs, at \(Figures.percent(study.test.confidence))"
    let verdicts = outcome.verdicts.map {
      "  \($0.family): met in \(Figures.percent($0.met)), said to hold by \($0.good) of \($0.seeds)"
    }
    let coverages = outcome.coverages.map {
      "  \($0.family), \($0.replications) replications: "
        + ($0.printed == 0
          ? "withheld"
          : "\($0.printed) printed, \(Figures.percent(Double($0.held) / Double($0.printed))) hold the mean")
    }
    return Document(blocks: [.terminal([head] + verdicts + ["", "Intervals of the mean at 95 %"] + coverages)])
  }

  /// `weir.holding/v1`.
  public var value: JSONValue {
    JSONValue([
      "schema": "weir.holding/v1", "runs": study.runs, "seeds": study.seeds, "seed": study.seed,
      "confidence": study.test.confidence, "reliability": study.test.reliability,
      "verdicts": outcome.verdicts.map {
        JSONValue(["family": $0.family, "met": $0.met, "good": $0.good, "seeds": $0.seeds])
      },
      "intervals": outcome.coverages.map {
        JSONValue([
          "family": $0.family, "replications": $0.replications, "printed": $0.printed, "held": $0.held,
          "seeds": $0.seeds,
        ])
      },
    ])
  }
}
