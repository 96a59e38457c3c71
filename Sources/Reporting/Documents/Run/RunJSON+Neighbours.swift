internal import Experiment
internal import KinesisCore
internal import Models

// `neighbours` of run.json, only where a scenario has some.
extension RunJSON {
  static func neighbours(_ experiment: Experiment) -> JSONValue {
    let (neighbours, limits) = (experiment.neighbours, experiment.limits)
    return [
      "video_streams": .object(byName(neighbours.videoStreams, \.name) { capacity($0.capacity(limits)) }),
      "sql_applications": .object(byName(neighbours.sqlApplications, \.name) { capacity($0.capacity(limits)) }),
    ]
  }

  private static func capacity(_ capacity: NeighbourCapacity) -> JSONValue {
    let limits = byName(capacity.checks, \.limit.name) { check in
      [
        "needs": .number(check.needs.value), "has": .count(check.has), "holds": .bool(check.holds),
        "bound": check.bound == .atMost ? "at_most" : "at_least",
      ]
    }
    let figures = byName(capacity.figures, \.name) { JSONValue.number($0.value) }
    return ["holds": .bool(capacity.holds), "limits": .object(limits), "figures": .object(figures)]
  }
}
