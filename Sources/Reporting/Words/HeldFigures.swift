internal import Experiment
internal import Planning
internal import Simulation

extension HeldCount {
  /// `held in 28 of 30 runs`, and what that shows.
  var words: String {
    let shown: String =
      switch outcome {
      case .holds: ": shown to hold"
      case .breaks: ": shown to break"
      case .open, .hopeless: ""
      }
    return "held in \(Figures.count(held)) of \(Figures.count(runs, of: "run"))\(shown)"
  }

  /// The same as members.
  func json(_ test: FeasibilityTest) -> JSONValue {
    JSONValue([
      "id": objective.id, "expr": objective.expression, "severity": objective.severity.rawValue, "held": held,
      "replications": runs, "outcome": outcome.word, "reliability": test.reliability, "confidence": test.confidence,
    ])
  }
}

extension FeasibilityTest.Outcome {
  /// What is known, in a word.
  var word: String {
    switch self {
    case .holds: "holds"
    case .breaks: "breaks"
    case .open, .hopeless: "undecided"
    }
  }
}
