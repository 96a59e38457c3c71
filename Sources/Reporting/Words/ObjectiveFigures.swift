internal import Experiment
internal import Models
internal import Units

extension Objective {
  /// A value of it as people read it: `2.31 %`, `4,812 ms`, `12`.
  func text(_ value: Double?) -> String { unit.text(value) }

  /// A measured value, which is the worst window's where there are windows.
  func measured(_ value: Double?) -> String {
    window == nil || value == nil ? text(value) : "\(text(value)) in the worst window"
  }

  /// What was wanted: `< 1 %`, with its window if it has one.
  var wanted: String {
    let signs: String =
      switch comparison {
      case .less: "<"
      case .lessOrEqual: "≤"
      case .greater: ">"
      case .greaterOrEqual: "≥"
      case .equal: "="
      }
    return "\(signs) \(text(threshold))" + (window.map { " in every window of \(Figures.duration($0))" } ?? "")
  }
}

extension ObjectiveVerdict {
  /// The verdict in a word or two.
  var word: String {
    switch (isPassing, objective.severity, value) {
    case (true, _, nil): "held (nothing measured)"
    case (true, _, _): "held"
    case (false, .warn, nil): "warning (nothing measured)"
    case (false, .warn, _): "warning"
    case (false, .fail, nil): "broken (nothing measured)"
    case (false, .fail, _): "broken"
    }
  }
}
