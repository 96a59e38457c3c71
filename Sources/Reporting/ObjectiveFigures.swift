internal import Models
internal import Units

extension Objective {
  /// What its value and threshold count.
  enum Measure: String {
    case milliseconds = "ms"
    case share = "1"
    case count = ""
    case dollars = "USD"
  }

  /// What its value and threshold count.
  var measure: Measure {
    switch metric {
    case .putThrottleRate, .firstAttemptThrottleRate, .shardUtilization: .share
    case .putLatency, .propagation, .iteratorAge, .dataFreshness: .milliseconds
    case .recordsLost, .throttledCalls, .openShards: .count
    case .monthlyCost: .dollars
    }
  }

  /// A value of it as people read it: `2.31 %`, `4,812 ms`, `12`.
  func text(_ value: Double?) -> String {
    guard let value, value.isFinite else { return Figures.nothing }
    return switch measure {
    case .share: Figures.percent(value)
    case .milliseconds: Figures.number(value) + " ms"
    case .count: Figures.number(value)
    case .dollars: "$" + Figures.fixed(value, decimals: 2)
    }
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
