import Experiment
import Foundation
import Models
import Scenario
import Testing

@testable import Planning

/// Plans with an answer that arithmetic knows: records arrive evenly, and explicit hash keys spread them evenly.
@Suite struct PlannerTests {
  /// 2,900 records a second of 100 bytes: three shards by records, whatever else is said.
  static func text(
    _ plan: String, rate: String = "2900", size: String = "100B", keys: String = "{dist: round_robin_ehk}",
    consumers: String = "{}", slo: String = "put_throttle_rate(stream=s).rate < 1 %"
  ) -> String {
    """
    schema: weir/v1
    name: planted
    clock: {duration: 6s, warmup: 3s, report_bin: 1s}
    streams:
      s: {mode: provisioned, shards: 2}
    producers:
      p:
        to: s
        rate: \(rate)
        arrivals: paced
        record: {size: \(size), key_bytes: 8}
        keys: \(keys)
        retry: {policy: none}
    consumers: \(consumers)
    slo:
      - {id: only, expr: "\(slo)"}
    plan: \(plan)
    """
  }

  private func plan(
    _ text: String, workers: Int = 2, budget: Int = 5_000, interrupted: Bool = false
  ) async throws -> Plan {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-plan-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await Planner.plan(
      ScenarioFile.template(path: file.path), PlanRequest(workers: workers, budget: budget),
      isInterrupted: { interrupted }, report: { _ in })
  }

  private func shards(_ option: Plan.Option?) -> String? {
    option?.choices.first { $0.path == "streams.s.shards" }?.value
  }

  private static let ladder = "{search: [{param: streams.s.shards, range: [1, 31]}]}"

  @Test func `the fewest shards are found with as many designs as a bisection and the runners-up need`() async throws {
    let plan = try await plan(Self.text(Self.ladder))
    #expect(shards(plan.best) == "3" && plan.best?.isFeasible == true)
    #expect(plan.effort.designs == 31 && plan.effort.simulated <= 5 + 3, "\(plan.effort)")
    #expect(plan.runnersUp.map { shards($0) } == ["4", "5"])
    #expect(plan.excuses.count == 31 - 3)
    let two = try #require(plan.excuses.first { $0.choices[0].value == "2" })
    #expect(
      two.limit == .writeRecords && two.has == 1_000 && abs((two.needs ?? 0) - 1_450) < 30 && two.unit == "records/s")
    #expect(plan.resharding.first?.commands.first?.contains("--target-shard-count 3 ") == true)
  }

  @Test func `where keys are skewed, splits need fewer shards than even ones, and were simulated`() async throws {
    let plan = try await plan(
      Self.text(
        "{search: [{param: streams.s.shards, values: [16]}]}", rate: "4000",
        keys: "{dist: zipf, cardinality: 200, s: 1.1}",
        slo: "put_throttle_rate(stream=s).rate < 5 %"
      ).replacingOccurrences(of: "plan: {", with: "  - {id: loss, expr: records_lost.sum < 9999}\nplan: {"))
    let split = try #require(plan.resharding.first { $0.way == .split })
    #expect(split.before == 2 && split.after == 5 && split.proof == .holds)
    #expect((split.monthlyCost ?? .infinity) < (plan.best?.monthlyCost ?? 0) && (split.hottest ?? 1) < 0.22)
  }

  @Test func `bytes bind where records are large`() async throws {
    let plan = try await plan(Self.text(Self.ladder, rate: "29", size: "100KiB"))
    let two = try #require(plan.excuses.first { $0.choices[0].value == "2" })
    #expect(shards(plan.best) == "3" && two.limit == .writeBytes && two.has == 1_048_576 && two.unit == "bytes/s")
  }

  @Test func `a single key is an excuse that no shard count answers`() async throws {
    let plan = try await plan(
      Self.text("{search: [{param: streams.s.shards, range: [2, 9]}]}", rate: "2500", keys: "{dist: single}"))
    #expect(plan.best == nil && plan.runnersUp.isEmpty && plan.excuses.count == 8)
    let excuse = try #require(plan.excuses.last)
    #expect(excuse.limit == .hotKey && abs((excuse.needs ?? 0) - 2_500) < 50 && excuse.has == 1_000)
    #expect(excuse.remark.contains("keys.salt of 3 or more"))
  }

  @Test func `too many readers are an excuse of read calls`() async throws {
    let readers = (0..<7).map { "r\($0): {from: s, type: sdk_polling, poll_interval: 1s}" }.joined(separator: ", ")
    let plan = try await plan(
      Self.text(
        "{search: [{param: streams.s.shards, values: [1, 2]}]}", rate: "50", consumers: "{\(readers)}",
        slo: "throttled_calls.sum == 0"))
    let excuse = try #require(plan.excuses.first)
    #expect(plan.best == nil && excuse.limit == .readCalls && excuse.has == 5 && (excuse.needs ?? 0) > 5)
  }

  @Test func `a budget that the shards alone break is known without a simulation`() async throws {
    let plan = try await plan(
      Self.text("{search: [{param: streams.s.shards, range: [4, 9]}]}", slo: "cost_month(scope=total).last < 30 USD"))
    #expect(plan.best == nil && plan.effort.simulations == 0 && plan.effort.screened == 6)
    #expect(plan.excuses.allSatisfy { $0.limit == .budget && $0.basis == .arithmetic && $0.needs == 30 })
  }

  @Test func `a mean load above what shards take is rejected by arithmetic, however short the run`() async throws {
    let plan = try await plan(Self.text("{search: [{param: streams.s.shards, range: [1, 3]}]}"))
    #expect(plan.effort.screened == 2 && plan.effort.simulated == 1)
    #expect(plan.excuses.map(\.basis) == [.arithmetic, .arithmetic] && plan.excuses.map(\.needs) == [2_900, 1_450])
  }

  @Test func `modes and shards together: an on-demand stream is one design, whatever the shards`() async throws {
    let both =
      "{search: [{param: streams.s.shards, range: [1, 6]}, "
      + "{param: streams.s.mode, values: [provisioned, on_demand_standard]}]}"
    let plan = try await plan(Self.text(both, keys: "{dist: uniform, cardinality: 100000}"))
    #expect(plan.effort.designs == 7)
    #expect(
      plan.excuses.count { $0.choices.map(\.path) == ["streams.s.mode"] }
        + plan.runnersUp.count { $0.choices.count == 1 } == 1)
    #expect(plan.best?.choices.count == 2)
  }

  @Test func `a value that the scenario refuses is an excuse, unless all are refused`() async throws {
    let plan = try await plan(Self.text("{search: [{param: streams.s.shards, values: [3, nonsense]}]}"))
    #expect(shards(plan.best) == "3" && plan.excuses.map(\.limit) == [.scenario])
    #expect(plan.excuses[0].remark.contains("expected a number of shards"))
    await #expect(throws: ScenarioFailure.self) {
      _ = try await self.plan(Self.text("{search: [{param: streams.s.shards, values: [none, nonsense]}]}"))
    }
  }

  @Test func `without a search the shards are searched, and it says so`() async throws {
    let plan = try await plan(Self.text("{}"))
    #expect(shards(plan.best) == "3" && plan.notes.contains { $0.contains("names no plan.search") })
  }

  @Test func `a budget of simulations that is used up is said, and nothing is claimed`() async throws {
    let plan = try await plan(Self.text(Self.ladder), budget: 5)
    #expect(plan.effort.simulations <= 5 && plan.notes.contains { $0.contains("--budget") })
    #expect(plan.excuses.contains { $0.limit == .notSimulated })
  }

  @Test func `an interrupted plan is marked`() async throws {
    let plan = try await plan(Self.text(Self.ladder), interrupted: true)
    #expect(!plan.isComplete && plan.best == nil && plan.excuses.contains { $0.limit == .notSimulated })
  }

  static let uncertain =
    "{objective: least_regret, search: [{param: streams.s.shards, range: [1, 12]}], samples: 6, "
    + "uncertainty: {producers.p.rate: {low: 2400, mid: 2900, high: 3900, confidence: 0.9}}}"

  @Test func `least regret holds in the worlds, and the rate decides the shards`() async throws {
    let plan = try await plan(Self.text(Self.uncertain))
    let table = try #require(plan.regret)
    #expect(table.worlds == 6 && table.hopeless == 0 && table.paths == ["producers.p.rate"])
    #expect(["4", "5"].contains(shards(plan.best)) && table.rows[0].held == 6)
    #expect(plan.effort.simulations - 29 * (1 + plan.runnersUp.count) < 6 * 12 / 2, "a grid would be 72")
    #expect(plan.excuses.contains { $0.limit == .worlds || $0.limit == .dearer })
  }

  @Test func `an uncertain path that leads nowhere is an error with its place`() async throws {
    let wrong = Self.uncertain.replacingOccurrences(of: "producers.p.rate", with: "producers.q.rate")
    do {
      _ = try await plan(Self.text(wrong))
      Issue.record("nothing was wrong")
    } catch let failure as ScenarioFailure {
      #expect(failure.exitCode == 65 && failure.description.contains("producers.q.rate"))
      #expect(failure.diagnostics.allSatisfy { $0.place.line > 0 })
    }
  }

  @Test func `one worker and three make the same plan`() async throws {
    let text = Self.text(Self.uncertain)
    let (one, three) = (try await plan(text, workers: 1), try await plan(text, workers: 3))
    #expect(one.excuses == three.excuses && one.regret == three.regret && one.effort == three.effort)
    #expect(one.best?.choices == three.best?.choices && one.best?.monthlyCost == three.best?.monthlyCost)
  }
}
