import Foundation
import Scenario
import Testing

@testable import Planning

/// The search held against trying everything, on small random spaces; and a range held against a wider one.
@Suite("The search") struct PlanSearchTests {
  /// Draws that are the same on every machine.
  private struct Dice {
    var state: UInt64
    mutating func roll(_ most: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % most
    }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[roll(values.count)] }
  }

  /// A stream of 16 KiB records, 64 of which fill a shard for a second: up to five shards' worth.
  private static func text(_ index: Int, most: Int? = nil) -> String {
    var dice = Dice(state: UInt64(index) &* 977 &+ 5)
    for _ in 0..<4 { _ = dice.roll(2) }
    let rate = 30 + dice.roll(220), goal = dice.pick(["min_cost", "min_cost", "min_shards"])
    let keys = dice.pick([
      "{dist: uniform, cardinality: 10000}", "{dist: zipf, cardinality: 6, s: 0.8}", "{dist: uniform, cardinality: 5}",
      "{dist: round_robin_ehk}", "{dist: zipf, cardinality: 300, s: 1.1}",
    ])
    let arrivals = dice.pick(["poisson", "paced", "mmpp, burst: {'on': 500ms, 'off': 2s, factor: 3}"])
    let retry = dice.pick(["{policy: none}", "{policy: exponential_full_jitter, max_attempts: 6, base: 50ms, cap: 1s}"])
    let throttle = dice.pick([1, 5, 20]),
      others = dice.pick([
        "", ", {id: lat, expr: put_latency(producer=p).p99 < 400 ms}",
        ", {id: cost, expr: cost_month(scope=total).last < 90 USD}",
        ", {id: prop, expr: propagation(consumer=c).p99 < 900 ms}",
        ", {id: util, expr: shard_utilization(stream=s).mean > 20 %}",
      ])
    let shards = most ?? 3 + dice.roll(5)
    let salt = most == nil && dice.roll(3) == 0 ? ", {param: producers.p.keys.salt, values: [1, 3]}" : ""
    return """
      schema: weir/v1
      name: random
      seed: \(index + 1)
      clock: {duration: 4s, warmup: 1s, report_bin: 1s}
      streams: {s: {mode: provisioned, shards: 2}}
      producers: {p: {to: s, rate: \(rate), arrivals: \(arrivals), record: {size: 16KiB, key_bytes: 8}, keys: \(keys), retry: \(retry)}}
      consumers: {c: {from: s, type: kcl_polling, workers: 1, concurrency: 1, service: {per_batch: 60ms}}}
      slo: [{id: thr, expr: put_throttle_rate(stream=s).rate < \(throttle) %}\(others)]
      plan: {objective: \(goal), search: [{param: streams.s.shards, range: [1, \(shards)]}\(salt)]}
      """
  }

  private func desk(_ text: String) async throws -> (Desk, Plan) {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-search-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let template = try ScenarioFile.template(path: file.path), request = PlanRequest(confidence: 0.8, workers: 2)
    let loaded = try template.load(settings: [], seed: nil)
    var desk = Desk(
      loaded: loaded, worlds: try Worlds(loaded, template, request), space: try SearchSpace(loaded, file: file.path),
      bench: Bench(template, request, isInterrupted: { false }, report: { _ in }))
    let plan = try await desk.plan()
    return (desk, plan)
  }

  @Test("finds what trying everything finds, by cost and by verdict, on sixty random spaces", arguments: 0..<60)
  func exhaustive(index: Int) async throws {
    let (desk, plan) = try await desk(Self.text(index))
    var all = PlanSearch(desk.space, desk.drafts, goal: plan.goal, desk.bench)
    for candidate in all.order { _ = try await all.assess(candidate, .decided) }
    let best = all.feasible.first.map { desk.space.candidates[$0] }
    #expect(plan.best?.choices == best?.choices, "\(Self.text(index))")
    #expect(plan.best?.monthlyCost == all.feasible.first.flatMap { all.assessments[$0]?.monthlyCost })
    #expect(plan.best.map { !$0.figures.isEmpty } ?? true)
    #expect(plan.excuses.count + (plan.best == nil ? 0 : 1) + plan.runnersUp.count == desk.space.candidates.count)
  }

  @Test("keeps the single runs of what it chose, however many designs hold at one price") func memory() async throws {
    let lingers = (1...40).map { "\($0)ms" }.joined(separator: ", ")
    let (desk, plan) = try await desk(
      """
      schema: weir/v1
      name: alike
      clock: {duration: 2s, report_bin: 1s}
      streams: {s: {mode: provisioned, shards: 1}}
      producers: {p: {to: s, rate: 20, record: {size: 300B, key_bytes: 24}, keys: {dist: uniform, cardinality: 50}, batch: {linger: 1ms}}}
      slo: [{id: thr, expr: put_throttle_rate(stream=s).rate < 1 %}]
      plan: {search: [{param: producers.p.batch.linger, values: [\(lingers)]}]}
      """)
    let known = try #require(desk.search).assessments.compactMap(\.self)
    #expect(known.count == 40 && known.allSatisfy(\.isFeasible))
    #expect((1...3).contains(known.count { !$0.evidence.isEmpty }))
    #expect(
      ([plan.best].compactMap(\.self) + plan.runnersUp).allSatisfy { !$0.figures.isEmpty } && plan.runnersUp.count == 2)
    // The quickest of equals.
    #expect(plan.best?.choices.first?.value == "1ms" && plan.front.contains { $0.choices == plan.best?.choices })
  }

  @Test("gives the same answer however far the range reaches", arguments: 60..<72) func widening(index: Int)
    async throws
  {
    let narrow = try await desk(Self.text(index, most: 7)).1, wide = try await desk(Self.text(index, most: 24)).1
    if narrow.best != nil { #expect(narrow.best?.choices == wide.best?.choices, "\(Self.text(index, most: 24))") }
    // Beyond seven shards something may hold that did not before; never the other way round.
    #expect(wide.best != nil || narrow.best == nil)
  }
}
