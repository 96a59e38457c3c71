import Experiment
import Models
import Testing
import Units

@testable import Planning

@Suite("What a plan holds designs to") struct RequirementTests {
  private func experiment(_ objectives: [Objective]) -> Experiment {
    Experiment(
      name: "r", horizon: Horizon(duration: .seconds(1)), streams: [StreamSpec(name: "s", shards: 1)], producers: [],
      objectives: objectives)
  }

  private func cheap(_ severity: Objective.Severity) -> Objective {
    Objective(
      id: "cheap", expression: "cost_month(scope=total).last < 9 USD", metric: .monthlyCost(scope: nil),
      statistic: .last,
      comparison: .less, threshold: 9, severity: severity)
  }

  @Test("objectives of severity fail bind, and warnings beside them do not") func stated() {
    let objectives = [cheap(.fail), cheap(.warn)]
    #expect(Requirement.objectives(of: experiment(objectives)) == objectives)
  }

  @Test("where there are only warnings, they bind") func warnings() {
    #expect(Requirement.objectives(of: experiment([cheap(.warn)])) == [cheap(.fail)])
  }

  @Test("where there is nothing, nothing may be lost and next to nothing refused") func assumed() {
    let objectives = Requirement.objectives(of: experiment([]))
    #expect(objectives.map(\.id) == ["throttle", "loss"] && objectives.allSatisfy { $0.severity == .fail })
  }
}
