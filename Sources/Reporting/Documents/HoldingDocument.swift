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
      "How often plans say that an objective is met in \(Figures.percent(study.test.reliability)) of runs, at a confidence of "
      + "\(Figures.percent(study.test.confidence)): \(study.seeds) tries a line, each drawing from \(study.runs) runs"
    let verdicts = outcome.verdicts.map {
      "  \($0.family): really met in \(Figures.percent($0.met)), said so in \($0.good) of \($0.seeds) tries"
    }
    let coverages = outcome.coverages.map {
      "  \($0.family), \($0.replications) runs: "
        + ($0.printed == 0
          ? "no interval given"
          : "an interval given in \($0.printed) tries, right in \(Figures.percent(Double($0.held) / Double($0.printed)))")
    }
    return Document(blocks: [
      .terminal([head] + verdicts + ["", "Intervals of the mean at a confidence of 95 %"] + coverages)
    ])
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
