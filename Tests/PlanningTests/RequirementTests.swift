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

  @Test("who reads must lose nothing and keep up; that reads are refused only warns") func readers() {
    var experiment = experiment([])
    experiment.consumers = [
      ConsumerSpec(name: "c", stream: 0, application: .plainLoop, reading: .polling, pollInterval: .seconds(1))
    ]
    #expect(
      Requirement.objectives(of: experiment).map(\.id) == [
        "throttle", "loss", "expired_records(consumer=c)", "read_throttle_rate(consumer=c)",
      ], "a run of a second says nothing of lag")
    experiment.horizon.duration = .minutes(10)
    let objectives = Requirement.objectives(of: experiment)
    #expect(objectives.filter { $0.severity == .warn }.map(\.id) == ["read_throttle_rate(consumer=c)"])
    #expect(objectives.contains { $0.id == "falling_behind(consumer=c)" && $0.threshold == 0.01 })
  }
}
