internal import Experiment
internal import Planning
internal import Simulation

extension HeldCount {
  /// `met in 28 of 30 runs`, and what that shows.
  var words: String {
    let shown: String =
      switch outcome {
      case .holds: ": met"
      case .breaks: ": not met"
      case .open, .hopeless: ""
      }
    return "met in \(Figures.count(held)) of \(Figures.count(runs, of: "run"))\(shown)"
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
