import Experiment
import Foundation
import Models
import Scenario
import Simulation
import Testing
import Units

@testable import Planning

/// Plans that choose how a stream is read, and how a queue is worked on.
@Suite struct QueuePlanTests {
  private static func text(
    consumer: String, slo: [String], search: [String], objective: String = "min_instances", rate: Double = 40,
    clock: String = "{duration: 60s, warmup: 10s, report_bin: 10s}", rest: String = ""
  ) -> String {
    """
    schema: weir/v1
    name: planned
    seed: 5
    clock: \(clock)
    streams:
      s: {mode: on_demand_standard}
    producers:
      p: {to: s, rate: \(rate), record: {size: 1KiB}}
    consumers:
      jobs: \(consumer)
    slo:
    \(slo.enumerated().map { "  - {id: o\($0), expr: \"\($1)\"}" }.joined(separator: "\n"))
    plan: {objective: \(objective), search: [\(search.map { "{param: \($0)}" }.joined(separator: ", "))]}
    \(rest)
    """
  }

  private func plan(_ text: String) async throws -> Plan {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-queue-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await plan(path: file.path)
  }

  private func plan(path: String) async throws -> Plan {
    try await Planner.plan(
      ScenarioFile.template(path: path), PlanRequest(workers: 2, budget: 5_000), isInterrupted: { false },
      report: { _ in })
  }

  private func values(_ choices: [Candidate.Choice]?) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: (choices ?? []).map {
        ($0.path.split(separator: ".").dropFirst(2).joined(separator: "."), $0.value)
      })
  }

  private func excuse(_ plan: Plan, _ wanted: [String: String]) throws -> Excuse {
    try #require(
      plan.excuses.first { excuse in
        let own = values(excuse.choices)
        return wanted.allSatisfy { own[$0.key] == $0.value }
      })
  }

  @Test func `the fewest instances that keep up are chosen without a price, and too few are excused as the consumer's`()
    async throws
  {
    // 40/s of 100 ms are four busy threads: two instances of two are full, three have room.
    let plan = try await plan(
      Self.text(
        consumer: "{from: s, type: queue, threads: 2, limit: 1, service: {per_record: 100ms}}",
        slo: ["propagation(consumer=jobs).p99 < 2 s"],
        search: ["consumers.jobs.instances, values: [1, 2, 3, 5, 8, 12]"]))
    #expect(values(plan.best?.choices) == ["instances": "3"] && plan.best?.monthlyCost == nil)
    let one = try excuse(plan, ["instances": "1"])
    #expect(one.limit == .consumer && one.basis == .simulated && (one.needs ?? 0) > 500)
    #expect(plan.runnersUp.map { values($0.choices) } == [["instances": "5"], ["instances": "8"]])
    let most = try excuse(plan, ["instances": "12"])
    #expect(most.limit == .dearer && most.needs == 12 && most.has == 3 && most.unit == "instances")
    #expect(most.basis == .arithmetic)
  }

  @Test
  func `visibility, batch and heartbeat are dimensions; work that outlasts its visibility is excused as redelivery`()
    async throws
  {
    let plan = try await plan(
      Self.text(
        consumer:
          "{from: s, type: queue, instances: 12, threads: 2, service: {per_record: {dist: exponential, mean: 400ms}}}",
        slo: ["queue_amplification(consumer=jobs).last < 1.05 receipts"],
        search: [
          "consumers.jobs.visibility, values: [1s, 6s]", "consumers.jobs.limit, values: [1, 2]",
          "consumers.jobs.heartbeat, values: [null, {every: 400ms}]",
        ]))
    // A second is outlasted by 8.2 % of such work, six seconds by none to speak of.
    #expect(plan.best != nil && plan.excuses.count(where: { $0.limit == .queueRedelivery }) == 2)
    let broken = try excuse(plan, ["visibility": "1s", "limit": "1", "heartbeat": "null"])
    #expect(broken.limit == .queueRedelivery && broken.basis == .simulated && broken.unit == "receipts")
    let ratio = (broken.needs ?? 0) / (broken.has ?? .infinity)
    #expect(ratio > 1.06 && ratio < 1.2, "its own figures: \(broken)")
    #expect(try excuse(plan, ["visibility": "1s", "limit": "2", "heartbeat": "null"]).limit == .queueRedelivery)
  }

  @Test func `polling, fan-out and a queue are chosen among; keys of the others fall away`() async throws {
    // One key: one shard's processor has 40 records/s of 50 ms, twice what it can do; eight threads can.
    let search = [
      "consumers.jobs.type, values: [kcl_polling, kcl_efo, queue]", "consumers.jobs.instances, values: [1, 4]",
      "consumers.jobs.threads, values: [2]", "consumers.jobs.limit, values: [1]",
    ]
    let text = Self.text(
      consumer: "{from: s, type: kcl_polling, workers: 4, poll_interval: 1s, service: {per_record: 50ms}}",
      slo: ["propagation(consumer=jobs).p99 < 3 s"], search: search
    ).replacing("record: {size: 1KiB}", with: "record: {size: 1KiB}, keys: {dist: single}")
    let plan = try await plan(text)
    #expect(plan.effort.designs == 4, "polling and fan-out once each")
    #expect(values(plan.best?.choices) == ["type": "queue", "instances": "4", "threads": "2", "limit": "1"])
    for way in ["kcl_polling", "kcl_efo"] {
      let excuse = try excuse(plan, ["type": way])
      #expect(excuse.choices.count == 1 && excuse.limit == .consumer && excuse.basis == .simulated, "\(excuse)")
    }
  }

  @Test func `without a price a queue is not the cheapest; a price file makes it comparable`() async throws {
    let search = ["consumers.jobs.type, values: [kcl_efo, queue]", "consumers.jobs.threads, values: [8]"]
    let text = { (prices: String) in
      Self.text(
        consumer: "{from: s, type: kcl_efo, service: {per_record: 1ms}}", slo: ["propagation(consumer=jobs).p99 < 3 s"],
        search: search, objective: "min_cost", rest: prices)
    }
    let unpriced = try await plan(text(""))
    #expect(values(unpriced.best?.choices)["type"] == "kcl_efo")
    #expect(try excuse(unpriced, ["type": "queue"]).limit == .price)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-price-\(UUID().uuidString).json")
    let price = """
      {"schema": "weir.prices/v1", "prices": [{"item": "kinesis.queue_data", "region": "us-east-1", "unit": "GB",
        "tiers": [{"usd": "0.01"}], "source": "a guess", "confidence": "assumed"}]}
      """
    try Data(price.utf8).write(to: folder)
    defer { try? FileManager.default.removeItem(at: folder) }
    let priced = try await plan(text("prices: \(folder.path)"))
    #expect(values(priced.best?.choices)["type"] == "queue" && priced.best?.monthlyCost != nil)
    #expect(try priced.runnersUp.count == 1 || excuse(priced, ["type": "kcl_efo"]).limit == .dearer)
  }

  @Test func `the wall is an excuse with what would be in flight, of that very design`() async throws {
    let limits = FileManager.default.temporaryDirectory.appendingPathComponent("weir-limits-\(UUID().uuidString).json")
    try Data(#"{"schema": "weir.limits/v1", "limits": [{"name": "queue.in_flight_records", "value": 12000}]}"#.utf8)
      .write(to: limits)
    defer { try? FileManager.default.removeItem(at: limits) }
    let plan = try await plan(
      Self.text(
        consumer: "{from: s, type: queue, threads: 250, limit: 1, service: {per_record: 50ms}, failures: {rate: 0.3}}",
        slo: ["iterator_age(consumer=jobs).max < 3 s"], search: ["consumers.jobs.visibility, values: [30s, 3s]"],
        rate: 1600, clock: "{duration: 75s, warmup: 30s, report_bin: 5s}", rest: "limits: \(limits.path)"))
    // 1,600/s · A = 1.43 · 0.3 · 30 s are 20,570 in flight, and 2,060 at three seconds.
    let wall = try excuse(plan, ["visibility": "30s"])
    #expect(wall.limit == .queueInFlight && wall.basis == .simulated && wall.has == 12_000, "\(wall)")
    #expect(abs((wall.needs ?? 0) / 20_570 - 1) < 0.25, "\(wall)")
    // Three seconds hold in every run, whenever a second ends: a record that is visible again was handed over before.
    #expect(values(plan.best?.choices) == ["visibility": "3s"])
    #expect(plan.best.map { $0.held == $0.replications && $0.replications == 29 } == true, "\(plan.excuses)")
  }

  /// Replication 16 ended a second while all threads were at work, four records being visible for the fifth time.
  @Test func `the age of a queue is small while all it has are records that failed before`() throws {
    let text = Self.text(
      consumer: "{from: s, type: queue, threads: 250, limit: 1, visibility: 3s, service: {per_record: 50ms}, "
        + "failures: {rate: 0.3}}",
      slo: ["iterator_age(consumer=jobs).max < 3 s"], search: ["consumers.jobs.visibility, values: [3s]"], rate: 1600,
      clock: "{duration: 75s, warmup: 30s, report_bin: 5s}")
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-queue-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    var run = World(PreparedExperiment(try ScenarioFile.load(path: file.path).experiment), replication: 16)
    while !run.advance(limit: 100_000) {}
    let jobs = run.finish(isComplete: true).consumers[0]
    #expect(jobs.duplicates > 40_000 && jobs.propagation.max < .seconds(1))
    #expect(jobs.iteratorAgeMax < .seconds(1), "\(jobs.iteratorAgeMax)")
  }

  @Test func `the plan among ways of reading ends in some hundred simulations, each design with its excuse`()
    async throws
  {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let plan = try await plan(path: package.appendingPathComponent("scenarios/queue-plan.yaml").path)
    #expect(plan.isComplete && plan.effort.designs == 26 && plan.effort.simulations < 754, "\(plan.effort)")
    let best = values(plan.best?.choices)
    #expect(best["type"] == "queue" && best["instances"] == "4" && plan.best?.held == plan.best?.replications)
    #expect(plan.excuses.count + plan.runnersUp.count + 1 == 26)
    for way in ["kcl_polling", "kcl_efo"] { #expect(try excuse(plan, ["type": way]).limit == .consumer) }
    // Ten records of 80 ms on average outlast a second now and then; a heartbeat saves them.
    let broken = try excuse(plan, ["instances": "4", "limit": "10", "visibility": "1s", "heartbeat": "null"])
    #expect(broken.limit == .queueRedelivery && broken.basis == .simulated)
    for visibility in ["1s", "5s"] {
      let few = try excuse(
        plan, ["instances": "2", "limit": "1", "visibility": visibility, "heartbeat": #"{"every": 500ms}"#])
      #expect(few.limit == .consumer && (few.needs ?? 0) > 500, "\(few)")
    }
    #expect(plan.excuses.filter { $0.limit == .dearer }.allSatisfy { ($0.needs ?? 0) >= ($0.has ?? 0) })
  }

  @Test func `more registered consumers than a stream may have are an excuse of the limit`() async throws {
    let others = (0..<19).map { "  c\($0): {from: s, type: kcl_efo}" }.joined(separator: "\n")
    let text = Self.text(
      consumer: "{from: s, type: kcl_polling}\n  more: {from: s, type: queue}\n\(others)",
      slo: ["records_lost.sum == 0"], search: ["consumers.jobs.type, values: [kcl_polling, queue]"],
      clock: "{duration: 5s, warmup: 1s, report_bin: 1s}")
    let plan = try await plan(text)
    #expect(values(plan.best?.choices) == ["type": "kcl_polling"])
    let excuse = try excuse(plan, ["type": "queue"])
    #expect(excuse.limit == .consumerLimit && excuse.needs == 21 && excuse.has == 20 && excuse.basis == .arithmetic)
    #expect(excuse.subject == "s" && excuse.unit == "consumers")
  }

  @Test func `records that leave the stream unread are an excuse of retention`() async throws {
    let plan = try await plan(
      Self.text(
        consumer: "{from: s, type: queue, limit: 1, visibility: 200s, service: {per_record: 100s}}",
        slo: ["expired_records(consumer=jobs).last == 0 records"], search: ["consumers.jobs.threads, values: [1, 40]"],
        rate: 0.1, clock: "{duration: 30h, warmup: 1h, report_bin: 1h}"))
    #expect(values(plan.best?.choices) == ["threads": "40"])
    let excuse = try excuse(plan, ["threads": "1"])
    #expect(excuse.limit == .retention && excuse.basis == .simulated && (excuse.needs ?? 0) > 500, "\(excuse)")
  }
}
