import Foundation
import Testing

/// Where the shared scenarios are, if they are.
private enum Shared {
  static let folder = Tool.package.deletingLastPathComponent().appendingPathComponent("shared/scenarios")
  static let isThere = FileManager.default.fileExists(atPath: folder.path)
}

/// The scenarios kept beside the repository run, and what they find makes sense. Days are cut to the hours that matter.
@Suite(
  .enabled(if: Shared.isThere, "no ../shared/scenarios beside the repository: nothing was run"),
  .enabled(if: Tool.release != nil, "not a release build: the shared scenarios were not run; try `make test`"))
struct SharedScenarioTests {
  /// Runs what lies over a shared scenario, and returns run.json.
  private func run(_ shared: String, _ overrides: String, _ settings: [String] = []) async throws -> [String: Any] {
    let tool = try #require(Tool.release), folder = try Folder()
    let base = Shared.folder.appendingPathComponent("\(shared).yaml").path
    try folder.write("s.yaml", "extends: \(base)\n\(overrides)\n")
    let options = settings.flatMap { ["--set", $0] }
    let outcome = try await tool.run(["run", "s.yaml", "--format", "json"] + options, in: folder.url)
    #expect([0, 10].contains(outcome.status), "\(outcome)")
    return try #require(outcome.json, "\(outcome)")
  }

  private func verdict(_ id: String, _ document: [String: Any]) throws -> (passed: Bool, value: Double) {
    let all = try #require(document["slo"] as? [[String: Any]])
    let one = try #require(all.first { $0["id"] as? String == id })
    return (one["passed"] as? Bool ?? true, one["value"] as? Double ?? .nan)
  }

  @Test("the clickstream throttles in its flash sale and blows its budget") func clickstream() async throws {
    let document = try await run(
      "clickstream-efo-firehose",
      """
      clock: {start: 2026-03-06T19:50:00Z, duration: 20m, warmup: 2m}
      events: [{at: T+10m, do: set_rate_factor, target: web, value: 2.5, for: 5m}]
      """)
    let throttle = try verdict("throttle", document), budget = try verdict("budget", document)
    #expect(!throttle.passed && throttle.value > 0.5, "\(throttle)")
    #expect(!budget.passed && budget.value > 3_500, "\(budget)")
    let cost = try #require(document["cost"] as? [String: Any])
    #expect(cost["complete"] as? Bool == true)
    let lines = try #require(cost["lines"] as? [[String: Any]])
    let items = Set(lines.compactMap { $0["item"] as? String })
    for item in ["kinesis.shard_hour", "firehose.ingest_kinesis", "firehose.format_conversion", "lambda.request"] {
      #expect(items.contains(item), "\(items)")
    }
  }

  @Test("for the IoT burst more shards do not cure the hot key; jitter and salt do") func meters() async throws {
    let short = "clock: {duration: 6m, warmup: 2m, report_bin: 1s}"
    func throttle(_ settings: [String]) async throws -> Double {
      let document = try await run("iot-burst-hot-key", short, settings)
      let stream = (document["streams"] as? [String: [String: Any]])?["telemetry"]
      return try #require(stream?["first_attempt_throttle_rate"] as? Double)
    }
    let fixed = "streams.telemetry.autoscaler.policy=none"
    let asItIs = try await throttle([])
    let more = try await throttle(["streams.telemetry.shards=32", fixed])
    let evenMore = try await throttle(["streams.telemetry.shards=64", fixed])
    let salted = try await throttle(["streams.telemetry.shards=64", fixed, "producers.meters.keys.salt=8"])
    let spread = try await throttle(["producers.meters.burst.jitter=20s"])
    #expect(asItIs > 0.3 && more > 0.02, "\(asItIs), \(more)")
    #expect(evenMore > 0.7 * more, "the hot key stays where twice the shards stand: \(evenMore) of \(more)")
    #expect(salted < 0.2 * evenMore, "\(salted) of \(evenMore)")
    #expect(spread < 0.2 * asItIs, "\(spread) of \(asItIs)")
  }

  @Test("the seasonal day runs in all three modes, and a delivery channel has no price") func seasonal() async throws {
    let document = try await run("seasonal-od-vs-provisioned", "vars: {peak_mibps: 2}\nclock: {duration: 12h}")
    let streams = try #require(document["streams"] as? [String: [String: Any]])
    #expect(Set(streams.keys) == ["prov", "od", "adv"])
    let records = try #require(document["records"] as? [String: Int])
    #expect(records["offered"] == ["accepted", "lost", "in_flight"].reduce(0) { $0 + (records[$1] ?? -1) })
    let cost = try #require(document["cost"] as? [String: Any])
    let unpriced = try #require(cost["unpriced"] as? [[String: Any]])
    #expect(unpriced.compactMap { $0["scope"] as? String } == ["channel:lake-adv"])
    let cheap = try verdict("cheap", document)
    #expect(cheap.value > 0)
  }
}
