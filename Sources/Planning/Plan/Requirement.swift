internal import Experiment
internal import Models

/// What a plan holds designs to. A scenario without a word of it must not get the cheapest design that refuses everything.
enum Requirement {
  /// What a scenario's objectives amount to.
  enum Origin {
    /// Objectives of severity `fail`.
    case stated
    /// There are only warnings: they are what its author wants.
    case warnings
    /// There are none: nothing lost, less than 1 % refused, and readers that lose nothing and keep up.
    case assumed
  }

  static func origin(_ objectives: [Objective]) -> Origin {
    if objectives.contains(where: { $0.severity == .fail }) { return .stated }
    return objectives.isEmpty ? .assumed : .warnings
  }

  /// The objectives that a design must hold, as severity `fail`.
  static func objectives(of experiment: Experiment) -> [Objective] {
    switch origin(experiment.objectives) {
    case .stated: experiment.objectives
    case .warnings: experiment.objectives.map(required)
    case .assumed:
      (experiment.streams.isEmpty ? [loss] : [throttle, loss]) + MetricCatalogue.unspokenObjectives(of: experiment)
    }
  }

  private static func required(_ objective: Objective) -> Objective {
    var objective = objective
    objective.severity = .fail
    return objective
  }

  private static var throttle: Objective {
    Objective(
      id: "throttle", expression: "put_throttle_rate.rate < 1 %", metric: .putThrottleRate(stream: nil),
      statistic: .rate, comparison: .less, threshold: 0.01)
  }

  private static var loss: Objective {
    Objective(
      id: "loss", expression: "records_lost.sum == 0", metric: .recordsLost(producer: nil), statistic: .sum,
      comparison: .equal, threshold: 0)
  }
}
