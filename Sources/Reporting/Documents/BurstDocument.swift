public import Planning

/// `weir coverage --burst`: how often `weir trace` tells the burst that was there.
public struct BurstDocument: Exhibit {
  private let outcome: BurstStudy.Outcome

  /// The figures of a study's outcome.
  public init(_ outcome: BurstStudy.Outcome) { self.outcome = outcome }

  /// A line for each seed under one that sums them up.
  public var document: Document {
    let range = outcome.medianRange.map { "\(Figures.factor($0.lowerBound)) to \(Figures.factor($0.upperBound))" }
    let head =
      "bursts of \(Figures.factor(outcome.factor)) counted for \(outcome.minutes) minutes: of "
      + "\(Figures.count(outcome.findings.count, of: "stream")) a range was given for \(outcome.told), right for \(outcome.covered), within a "
      + "factor of 1.5 for \(outcome.narrow); median estimate \(outcome.median.map(Figures.factor) ?? "none"), range "
      + "\(range ?? "not given")"
    let lines = outcome.findings.map { finding in
      let range = finding.range.map { "\(Figures.factor($0.lowerBound)) to \(Figures.factor($0.upperBound))" }
      return "  \(finding.best.map(Figures.factor) ?? "none"), \(range ?? "no range"); "
        + "\(Figures.count(finding.lost, of: "record")) lost"
    }
    return Document(blocks: [.terminal([head] + lines)])
  }

  /// `weir.bursts/v1`.
  public var value: JSONValue {
    JSONValue([
      "schema": "weir.bursts/v1", "factor": outcome.factor, "minutes": outcome.minutes, "seeds": outcome.findings.count,
      "told": outcome.told, "covered": outcome.covered, "narrow": outcome.narrow, "median": outcome.median,
      "findings": outcome.findings.map {
        JSONValue([
          "best": $0.best, "least": $0.range?.lowerBound, "most": $0.range?.upperBound, "lost": $0.lost,
        ])
      },
    ])
  }
}
