import Foundation
import Testing

@Suite struct `An explanation` {
  static let hot = [
    "scenarios/hot-key.yaml", "--set", "clock.duration=14s", "--set", "clock.warmup=1s", "--window", "6s",
  ]

  @Test("of the hot key names the shard, the second and the key, and its last line works") func hotKey() async throws {
    let outcome = try await Tool.debug.run(["explain"] + Self.hot + ["--format", "json"])
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let json = try #require(outcome.json)
    #expect(json["schema"] as? String == "weir.explain/v1" && json["reason"] as? String == "refusals")
    let shard = try #require((json["shards"] as? [[String: Any]])?.first)
    let key = try #require((shard["keys"] as? [[String: Any]])?.first)
    #expect(shard["shard"] as? String == "shardId-000000000011" && key["key"] as? String == "key-0")
    #expect((key["share"] as? Double ?? 0) > 0.8)
    // The run itself went the same way.
    let run = try await Tool.debug.run(["run"] + Self.hot.prefix(5) + ["--format", "json"])
    let stream = (run.json?["streams"] as? [String: [String: Any]])?["readings"]
    let seconds = try #require(stream?["second_view"] as? [String: Any])
    #expect(json["trajectory_hash"] as? String == run.json?["trajectory_hash"] as? String)
    let demand = try #require(shard["demand"] as? [Double]).max() ?? 0
    #expect(demand > 1.2 && demand <= seconds["worst_demand"] as? Double ?? 0)
    let refused = try #require(shard["refused"] as? [Int])
    let focus = try #require(json["focus"] as? String), from = try #require((json["window"] as? [String: Any])?["from"])
    let clock = ISO8601DateFormatter()
    let begin = try #require(clock.date(from: "\(from)")), second = try #require(clock.date(from: focus))
    #expect(refused[Int(second.timeIntervalSince(begin))] == refused.max(), "the second named is the worst shown")
    let command = try #require(json["reproduce"] as? String)
    let again = try await Tool.debug.shell(command + " --format json", in: Tool.package)
    #expect(again.stdout == outcome.stdout)
  }

  @Test("of a run that has been is that of its scenario, while that is the same") func folder() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let made = try await Tool.debug.run(
      ["run", "s.yaml", "--out", "out", "--seed", "9"] + Sample.flooded, in: folder.url)
    #expect(made.status == 10)
    let one = try await Tool.debug.run(["explain", "out"], in: folder.url)
    let other = try await Tool.debug.run(["explain", "s.yaml", "--seed", "9"] + Sample.flooded, in: folder.url)
    #expect(one.status == 0 && one.stdout == other.stdout && one.stdout.hasPrefix("Objective loss broke: "), "\(one)")
    let markdown = try await Tool.debug.run(["explain", "out", "--format", "md"], in: folder.url)
    #expect(markdown.status == 0 && markdown.stdout.hasPrefix("# small: why"))
    try folder.write("s.yaml", Sample.with("shards: 2", "shards: 3"))
    let stale = try await Tool.debug.run(["explain", "out"], in: folder.url)
    #expect(stale.status == 65 && stale.stdout == "" && stale.stderr.contains("have changed"), "\(stale)")
    try FileManager.default.removeItem(at: folder.file("s.yaml"))
    #expect(try await Tool.debug.run(["explain", "out"], in: folder.url).status == 66)
    try FileManager.default.removeItem(at: folder.file("out/run.json"))
    let empty = try await Tool.debug.run(["explain", "out"], in: folder.url)
    #expect(empty.status == 66 && empty.stderr.contains("name a scenario file"), "\(empty)")
  }

  static let times = ["T+3s", "19:00:03", "2026-03-06T19:00:03Z"]

  @Test("of an instant takes it as written in three ways", arguments: times) func moment(_ time: String) async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let outcome = try await Tool.debug.run(
      ["explain", "s.yaml", "--at", time, "--set", "clock.duration=8s", "--format", "json"], in: folder.url)
    #expect(outcome.status == 0 && outcome.json?["focus"] as? String == "2026-03-06T19:00:03Z", "\(outcome)")
  }

  static let flaws: [(arguments: [String], status: Int32, says: String)] = [
    (["--slo", "los"], 65, "there is no objective \"los\"; did you mean \"loss\"?"),
    (["--at", "T+9d"], 65, "lies outside the run"), (["--at", "soon"], 64, "expected a time such as T+20m"),
    (["--at", "T+1s", "--slo", "loss"], 64, "give one"), (["--window", "1s"], 64, "3s to 10m"),
  ]

  @Test("that cannot be given says why", arguments: flaws.indices) func flaw(_ index: Int) async throws {
    let folder = try Folder(), flaw = Self.flaws[index]
    try folder.write("s.yaml", Sample.small)
    let outcome = try await Tool.debug.run(["explain", "s.yaml"] + flaw.arguments, in: folder.url)
    #expect(outcome.status == flaw.status && outcome.stdout == "" && outcome.stderr.contains(flaw.says), "\(outcome)")
  }
}
