import Foundation
import Scenario
import Testing

@testable import Planning

/// Small inputs that plans once answered wrongly, each with the right answer.
@Suite("Plans that were wrong once") struct PlanCasesTests {
  static func text(
    _ rest: String, shards: Int = 2, rate: String = "1500", more: String = "record: {size: 300B, key_bytes: 24}",
    duration: String = "20s", top: String = ""
  ) -> String {
    """
    schema: weir/v1
    name: case
    \(top)
    clock: {duration: \(duration), warmup: 5s, report_bin: 1s}
    streams: {s: {mode: provisioned, shards: \(shards)}}
    producers: {p: {to: s, count: 4, rate: \(rate), \(more)}}
    \(rest)
    """
  }

  static func plan(_ text: String, _ request: PlanRequest = PlanRequest(workers: 2)) async throws -> Plan {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("weir-case-\(UUID().uuidString).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await Planner.plan(
      ScenarioFile.template(path: file.path), request, isInterrupted: { false }, report: { _ in })
  }

  private func best(_ plan: Plan) -> String? { plan.best?.choices.first?.value }

  @Test("a KCL worker with one lane holds with two shards, and a range up to 32 does not lose that") func kcl()
    async throws
  {
    let plan = try await Self.plan(
      Self.text(
        """
        consumers: {c: {from: s, type: kcl_polling, workers: 1, concurrency: 1, service: {per_batch: 200ms}}}
        slo: [{id: prop, expr: propagation(consumer=c).p99 < 3 s}, {id: thr, expr: put_throttle_rate(stream=s).rate < 1 %}]
        plan: {search: [{param: streams.s.shards, values: [1, 2, 4, 8, 16, 32]}]}
        """))
    #expect(best(plan) == "2")
  }

  @Test(
    "six polling applications hold with two shards, whose refused calls are few, and a range up to 32 does not lose that"
  )
  func calls() async throws {
    let readers = (0..<6).map { "c\($0): {from: s, type: sdk_polling}" }.joined(separator: ", ")
    let plan = try await Self.plan(
      Self.text(
        """
        consumers: {\(readers)}
        slo: [{id: calls, expr: throttled_calls.sum < 100}, {id: thr, expr: put_throttle_rate(stream=s).rate < 1 %}]
        plan: {search: [{param: streams.s.shards, values: [1, 2, 8, 16, 32]}]}
        """), PlanRequest(confidence: 0.8, workers: 2))
    #expect(best(plan) == "2")
    // More shards are not better: each is polled by six.
    let many = plan.excuses.filter { ["8", "16", "32"].contains($0.choices[0].value) }
    #expect(many.count == 3 && many.allSatisfy { $0.basis == .simulated || $0.limit == .dearer }, "\(many)")
  }

  @Test("freshness is not taken to be hurt by fewer shards: two hold where three do") func freshness() async throws {
    let plan = try await Self.plan(
      Self.text(
        """
        consumers: {a: {from: s, type: sdk_polling}, b: {from: s, type: sdk_polling}}
        firehoses: {f: {source: 'stream:s', destination: s3, buffer: {size: 5MiB, interval: 60s}}}
        slo: [{id: fresh, expr: data_freshness(firehose=f).p99 < 75 s}]
        plan: {search: [{param: streams.s.shards, values: [2, 3, 4]}]}
        """, rate: "60", more: "record: {size: 14KiB, key_bytes: 24}", duration: "60s"),
      PlanRequest(confidence: 0.8, workers: 2))
    #expect(best(plan) == "2" && plan.excuses.allSatisfy { $0.limit == .dearer }, "\(plan.excuses)")
  }

  @Test("six functions at once are the limit that many shards meet, and it is named") func concurrency() async throws {
    let plan = try await Self.plan(
      Self.text(
        """
        consumers: {c: {from: s, type: lambda_polling, batch_size: 2000, service: {per_batch: 2s}}}
        slo: [{id: age, expr: iterator_age(consumer=c).max < 6 s}]
        plan: {search: [{param: streams.s.shards, values: [12, 16]}]}
        """, rate: "900", top: "account_concurrency: 6"))
    #expect(
      plan.best == nil
        && plan.excuses.allSatisfy { $0.limit == .accountConcurrency && $0.has == 6 && $0.basis == .simulated })
    #expect(plan.excuses.map(\.needs) == [12, 16])
  }

  @Test("of six keys, three shards hold where four and five do not, and each excuse has its own figure") func fewKeys()
    async throws
  {
    let plan = try await Self.plan(
      Self.text(
        """
        slo: [{id: thr, expr: put_throttle_rate(stream=s).rate < 1 %}]
        plan: {search: [{param: streams.s.shards, range: [2, 8]}]}
        """, rate: "1800",
        more: "record: {size: 300B, key_bytes: 24}, keys: {dist: zipf, cardinality: 6, s: 0.8}, "
          + "retry: {policy: exponential_full_jitter, max_attempts: 8, base: 100ms, cap: 2s, ttl: 30s}"))
    #expect(best(plan) == "3" && plan.notes.contains { $0.contains("more shards are not always better here") })
    #expect(plan.excuses.allSatisfy { if case .inferred = $0.basis { false } else { true } })
  }

  static let flip = """
    schema: weir/v1
    name: flip
    clock: {duration: 15s, warmup: 2s, report_bin: 1s}
    streams: {s: {mode: provisioned, shards: 2}}
    producers: {p: {to: s, arrivals: paced, rate: 1800, record: {size: 300B, key_bytes: 24}, keys: {dist: round_robin_ehk}, batch: {linger: 10ms}}}
    slo: [{id: t, expr: put_throttle_rate(stream=s).rate < 1 %}, {id: max, expr: shards(stream=s).max <= 3 shards}]
    plan:
      objective: least_regret
      search: [{param: streams.s.shards, values: VALUES}]
      uncertainty: {producers.p.rate: {low: 1500, mid: 1800, high: 2400, confidence: 0.9}}
      samples: 32

    """

  @Test("a design beyond the cap holds in no world and changes nobody's regret", arguments: ["[2, 3]", "[2, 3, 8]"])
  func regret(values: String) async throws {
    let text = Self.flip.replacingOccurrences(of: "VALUES", with: values)
    let plan = try await Self.plan(text, PlanRequest(confidence: 0.8, replications: 8, workers: 2)),
      table = try #require(plan.regret)
    let row = { (shards: String) in table.rows.first { $0.choices[0].value == shards } }
    #expect(best(plan) == "2" && abs((row("2")?.mean ?? 0) - 2.05) < 0.05 && abs((row("3")?.mean ?? 0) - 8.9) < 0.05)
    #expect(row("2")?.held == 26 && row("3")?.held == 32 && row("8")?.held ?? 0 == 0)
    #expect(!plan.notes.contains { $0.contains("has less regret") })
  }

  @Test("by default 95 % of the cases are asked for: three shards, and what has less regret is named with its price")
  func regretByDefault() async throws {
    for values in ["[2, 3]", "[2, 3, 8]"] {
      let plan = try await Self.plan(Self.flip.replacingOccurrences(of: "VALUES", with: values))
      #expect(best(plan) == "3" && plan.regret?.rows.first?.held == 32)
      let note = plan.notes.filter { $0.contains("has less regret") }
      #expect(note.count == 1 && note[0].hasPrefix("streams.s.shards=2 has") && note[0].contains("26 of 32 cases"))
      #expect(note[0].hasSuffix("--confidence 0.81"), "\(note)")
    }
  }

  @Test(
    "without a search the range counts bursts, aggregates and sizes, whatever the stream has now",
    arguments: [
      ("{curve: square, low: 200, high: 3600, period: 10s, 'on': 3s}", "record: {size: 300B, key_bytes: 24}", "3"),
      ("3000", "api: kpl, record: {size: 900B, key_bytes: 24}, retry: {policy: kpl_token_bucket}", "3"),
      ("200", "record: {size: {dist: empirical, values: [10000, 20000, 30000]}, key_bytes: 24}", "4"),
    ])
  func range(rate: String, more: String, least: String) async throws {
    let plan = try await Self.plan(
      Self.text(
        "slo: [{id: t, expr: put_throttle_rate(stream=s).rate < 1 %}]", shards: 1, rate: rate, more: more,
        duration: "15s"))
    #expect((Int(best(plan) ?? "") ?? 0) >= (Int(least) ?? 0), "\(plan.excuses)")
    #expect(plan.notes.contains { $0.contains("names no plan.search") })
  }

  @Test("a design that loses records is said to, first, and gets no commands") func lossy() async throws {
    let plan = try await Self.plan(
      Self.text(
        """
        slo: [{id: lat, expr: put_latency(producer=p).p99 < 200 ms}]
        plan: {search: [{param: streams.s.shards, range: [1, 3]}]}
        """, shards: 4, rate: "4000", duration: "8s"))
    #expect(best(plan) == "1" && plan.resharding.isEmpty && plan.warnings.first?.hasPrefix("it loses ") == true)
    #expect(plan.warnings.contains { $0.contains("of all attempts are throttled") })
    let allowed = try await Self.plan(
      Self.text(
        """
        slo: [{id: lat, expr: put_latency(producer=p).p99 < 200 ms}, {id: loss, expr: records_lost.sum < 99999}]
        plan: {search: [{param: streams.s.shards, values: [1]}]}
        """, shards: 4, rate: "4000", duration: "8s"))
    #expect(!allowed.resharding.isEmpty && allowed.warnings.first?.hasPrefix("it loses ") == true)
  }

  @Test("ten shards for ten thousand records a second cannot hold, however short the run") func shortRun() async throws
  {
    let plan = try await Self.plan(
      Self.text(
        "plan: {search: [{param: streams.s.shards, values: [10]}]}", shards: 10, rate: "10000",
        more: "record: {size: 100B, key_bytes: 8}, retry: {policy: exponential_full_jitter, max_attempts: 10}",
        duration: "10s"))
    #expect(plan.best == nil && plan.effort.simulations == 0)
    #expect(
      plan.excuses.first?.basis == .arithmetic && plan.excuses.first?.remark.contains("a longer one cannot") == true)
  }

  @Test("above 97 % of a shard's limit the plan warns, and where arithmetic differs a line says why") func nearlyFull()
    async throws
  {
    let plan = try await Self.plan(
      Self.text(
        "slo: [{id: thr, expr: put_throttle_rate(stream=s).rate < 5 %}]\nplan: {search: [{param: streams.s.shards, range: [1, 4]}]}",
        rate: "1970", more: "arrivals: paced, record: {size: 100B, key_bytes: 8}, keys: {dist: round_robin_ehk}",
        duration: "8s"))
    #expect(best(plan) == "2" && plan.warnings.contains { $0.contains("average demand on the fullest shard") })
    let square = try await Self.plan(
      Self.text(
        "slo: [{id: thr, expr: put_throttle_rate(stream=s).rate < 1 %}]\nplan: {search: [{param: streams.s.shards, range: [1, 4]}]}",
        rate: "{curve: square, low: 100, high: 1300, period: 10s, 'on': 500ms}",
        more: "arrivals: paced, record: {size: 100B, key_bytes: 8}, keys: {dist: round_robin_ehk}", duration: "15s"))
    #expect(best(square) == "1" && square.notes.contains { $0.hasPrefix("by arithmetic the peak of s needs 2 shards") })
  }

  @Test("runs that were all zero do not make a rare burst hold") func rare() async throws {
    let more =
      "arrivals: mmpp, burst: {'on': 3s, 'off': 117s, factor: 8}, record: {size: 10KiB, key_bytes: 24}"
    let text = Self.text(
      "slo: [{id: o, expr: put_throttle_rate(stream=s).rate < 2.1 %}]\nplan: {search: [{param: streams.s.shards, values: [1]}]}",
      shards: 1, rate: "25", more: more, duration: "60s"
    ).replacingOccurrences(of: "count: 4", with: "count: 1")
    for seed in 1...6 {
      let plan = try await Self.plan(text, PlanRequest(workers: 2, seed: UInt64(seed)))
      #expect(plan.best == nil && plan.excuses.first?.has != nil, "seed \(seed)")
    }
  }
}
