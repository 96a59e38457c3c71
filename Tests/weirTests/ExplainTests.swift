import Foundation
import Testing

@Suite struct `An explanation` {
  static let hot = [
    "scenarios/hot-key.yaml", "--set", "clock.duration=14s", "--set", "clock.warmup=1s", "--window", "6s",
  ]

  @Test("of the hot key names the shard, the second and the key, and its last line works") func hotKey() async throws {
    let outcome = try await Tool.built.run(["explain"] + Self.hot + ["--format", "json"])
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let json = try #require(outcome.json)
    #expect(json["schema"] as? String == "weir.explain/v1" && json["reason"] as? String == "refusals")
    let shard = try #require((json["shards"] as? [[String: Any]])?.first)
    let key = try #require((shard["keys"] as? [[String: Any]])?.first)
    #expect(shard["shard"] as? String == "shardId-000000000011" && key["key"] as? String == "key-0")
    #expect((key["share"] as? Double ?? 0) > 0.8)
    // The run itself went the same way.
    let run = try await Tool.built.run(["run"] + Self.hot.prefix(5) + ["--format", "json"])
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
    let again = try await Tool.built.shell(command + " --format json", in: Tool.package)
    #expect(again.stdout == outcome.stdout)
  }

  @Test("of a run that has been is that of its scenario, while that is the same") func folder() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let made = try await Tool.built.run(
      ["run", "s.yaml", "--out", "out", "--seed", "9"] + Sample.flooded, in: folder.url)
    #expect(made.status == 10)
    let one = try await Tool.built.run(["explain", "out"], in: folder.url)
    let other = try await Tool.built.run(["explain", "s.yaml", "--seed", "9"] + Sample.flooded, in: folder.url)
    #expect(one.status == 0 && one.stdout == other.stdout && one.stdout.hasPrefix("Objective loss broke: "), "\(one)")
    let markdown = try await Tool.built.run(["explain", "out", "--format", "md"], in: folder.url)
    #expect(markdown.status == 0 && markdown.stdout.hasPrefix("# small: why"))
    try folder.write("s.yaml", Sample.with("shards: 2", "shards: 3"))
    let stale = try await Tool.built.run(["explain", "out"], in: folder.url)
    #expect(stale.status == 65 && stale.stdout == "" && stale.stderr.contains("have changed"), "\(stale)")
    try FileManager.default.removeItem(at: folder.file("s.yaml"))
    #expect(try await Tool.built.run(["explain", "out"], in: folder.url).status == 66)
    try FileManager.default.removeItem(at: folder.file("out/run.json"))
    let empty = try await Tool.built.run(["explain", "out"], in: folder.url)
    #expect(empty.status == 66 && empty.stderr.contains("expected a scenario file"), "\(empty)")
  }

  @Test("of a run that has been is found from anywhere, as long as one of both is where it was") func moved()
    async throws
  {
    let folder = try Folder(), files = FileManager.default
    let move = { (from: String, to: String) in try files.moveItem(at: folder.file(from), to: folder.file(to)) }
    for name in ["here", "there"] {
      try files.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    try folder.write("here/s.yaml", Sample.with("rate: 300", "rate: {curve: trace, file: rate.csv}"))
    try folder.write("here/rate.csv", "t_s,count\n0,2000\n10,2000\n")
    let made = try await Tool.built.run(
      ["run", "s.yaml", "--out", "out", "--set", "clock.duration=6s"], in: folder.file("here"))
    #expect([0, 10].contains(made.status), "\(made)")
    // What a report says in words is for people.
    try folder.write("here/out/report.md", "weir run other.yaml --seed 1")
    let home = try await Tool.built.run(["explain", "out"], in: folder.file("here"))
    let same = { (outcome: Tool.Outcome) in
      outcome.status == 0
        && outcome.stdout.split(separator: "\n").dropLast() == home.stdout.split(separator: "\n").dropLast()
    }
    let far = try await Tool.built.run(["explain", "../here/out", "--window", "31s"], in: folder.file("there"))
    #expect(
      far.status == 0 && far.stdout.hasSuffix("To see it again: weir explain ../here/out --window 31s\n"), "\(far)")
    try move("here/out", "there/out")
    let taken = try await Tool.built.run(["explain", "there/out"], in: folder.url)
    #expect(home.status == 0 && same(taken), "\(taken)")
    try move("there/out", "here/out")
    try move("here", "elsewhere")
    let both = try await Tool.built.run(["explain", "elsewhere/out"], in: folder.url)
    #expect(same(both), "\(both)")
    try folder.write("elsewhere/rate.csv", "t_s,count\n0,1000\n10,1000\n")
    let stale = try await Tool.built.run(["explain", "elsewhere/out"], in: folder.url)
    #expect(stale.status == 65 && stale.stderr.contains("changed since: rate.csv; explain s.yaml"), "\(stale)")
  }

  @Test("of a directory without its manifest, or with that of another run, says how to get one") func noManifest()
    async throws
  {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    #expect(try await Tool.built.run(["run", "s.yaml", "--out", "out"] + Sample.short, in: folder.url).status == 0)
    let text = try String(contentsOf: folder.file("out/manifest.json"), encoding: .utf8)
    let digits = try #require(text.firstRange(of: "\"fingerprint\": \""))
    let flaws: [(String?, Int32, String)] = [
      (
        text.replacingCharacters(in: digits.upperBound..<text.index(after: digits.upperBound), with: "x"), 65,
        "another run"
      ),
      (String(text.dropLast(20)), 65, "not a manifest of weir.manifest/v1"), (nil, 66, "no such file"),
    ]
    for (contents, status, says) in flaws {
      if let contents {
        try folder.write("out/manifest.json", contents)
      } else {
        try FileManager.default.removeItem(at: folder.file("out/manifest.json"))
      }
      let outcome = try await Tool.built.run(["explain", "out"], in: folder.url)
      let parts = ["out/manifest.json: ", says, "`weir run FILE --out DIR`"]
      #expect(outcome.status == status && parts.allSatisfy(outcome.stderr.contains), "\(outcome)")
    }
    // The figures need no manifest.
    #expect(try await Tool.built.run(["export", "out"], in: folder.url).status == 0)
  }

  static let times = ["T+3s", "19:00:03", "2026-03-06T19:00:03Z"]

  @Test("of an instant takes it as written in three ways", arguments: times) func moment(_ time: String) async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let outcome = try await Tool.built.run(
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
    let outcome = try await Tool.built.run(["explain", "s.yaml"] + flaw.arguments, in: folder.url)
    #expect(outcome.status == flaw.status && outcome.stdout == "" && outcome.stderr.contains(flaw.says), "\(outcome)")
  }
}
