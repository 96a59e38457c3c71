import Foundation
import Testing

@Suite struct `A run` {
  private func run(_ arguments: [String], _ text: String = Sample.small) async throws -> (Tool.Outcome, Folder) {
    let folder = try Folder()
    try folder.write("s.yaml", text)
    return (try await Tool.built.run(["run", "s.yaml"] + arguments, in: folder.url), folder)
  }

  static let keys = [
    "complete", "consumers", "cost", "fingerprint", "firehoses", "producers", "records", "resolution", "scenario",
    "schema", "seed", "simulated_s", "slo", "streams", "trajectory_hash",
  ]

  @Test("that holds ends with 0, and JSON is all of stdout") func json() async throws {
    let (outcome, folder) = try await run(["--format", "json", "--out", "out"])
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let json = try #require(outcome.json)
    #expect(json["schema"] as? String == "weir.run/v1")
    #expect(Self.keys.filter { json[$0] == nil } == [])
    #expect(json["complete"] as? Bool == true && json["simulated_s"] as? Double == 70)
    #expect(try folder.contents("out")["run.json"] == Data(outcome.stdout.utf8))
    #expect(Set(try folder.contents("out").keys).isSuperset(of: ["report.md", "timeseries.csv", "slo.csv"]))
  }

  @Test("has the parts that tools build on") func parts() async throws {
    let json = try #require(try await run(["--format", "json"]).0.json)
    let part = { (group: String, name: String) in (json[group] as? [String: [String: Any]])?[name] ?? [:] }
    let stream = ["put_throttle_rate", "first_attempt_throttle_rate", "shards_start", "shards_peak", "shards_end"]
    #expect(stream.filter { part("streams", "clicks")[$0] == nil } == [])
    #expect((part("streams", "clicks")["reshards"] as? [Any])?.count == 1)
    let latency = part("producers", "web")["put_latency_ms"] as? [String: Any] ?? [:]
    #expect(["p50", "p90", "p95", "p99", "p99_9", "max"].filter { !(latency[$0] is Double) } == [])
    for name in ["fast", "slow"] {
      let consumer = part("consumers", name)
      #expect(consumer["propagation_ms"] is [String: Any] && consumer["iterator_age_ms"] is [String: Any])
    }
    let slo = try #require((json["slo"] as? [[String: Any]])?.first)
    #expect(["id", "expr", "value", "passed", "severity", "first_broken_at"].filter { slo[$0] == nil } == [])
  }

  @Test("loses no count: offered = accepted + lost + in flight, calm or flooded", arguments: [[], Sample.flooded])
  func conservation(_ settings: [String]) async throws {
    let outcome = try await run(["--format", "json"] + settings).0
    let records = try #require(outcome.json?["records"] as? [String: Int], "\(outcome)")
    let (offered, accepted, lost) = (records["offered"] ?? -1, records["accepted"] ?? -1, records["lost"] ?? -1)
    #expect(offered > 1_000 && offered == accepted + lost + (records["in_flight"] ?? -1), "\(records)")
    #expect((lost > 0) == !settings.isEmpty && (records["throttled_attempts"] ?? 0 > 0) == !settings.isEmpty)
    let producers = try #require(outcome.json?["producers"] as? [String: [String: Any]])
    #expect(producers["web"]?["offered"] as? Int == offered && producers["web"]?["lost"] as? Int == lost)
  }

  @Test("that breaks an objective ends with 10, its report still on stdout") func broken() async throws {
    let (outcome, folder) = try await run(Sample.flooded + ["--out", "out"])
    #expect(outcome.status == 10 && outcome.stderr == "", "\(outcome)")
    #expect(
      outcome.stdout.hasPrefix("FAIL  small: ")
        && outcome.stdout.hasSuffix("Report: out/report.md\nPage: out/report.html\n"))
    #expect(try folder.contents("out")["report.md"] != nil)
    let warned = try await run(Sample.flooded, Sample.with("== 0 records\"", "== 0 records\", severity: warn")).0
    #expect(warned.status == 0, "\(warned)")
  }

  @Test("prints Markdown when asked, the same as report.md but for pictures") func markdown() async throws {
    let (outcome, folder) = try await run(["--format", "md", "--out", "out"])
    #expect(outcome.stdout.hasPrefix("# ") && outcome.stderr == "")
    let file = String(decoding: try folder.contents("out")["report.md"] ?? Data(), as: UTF8.self)
    let isShown = file.contains(#/\n!\[What does the minute hide on shard \d of clicks\?/#)
    #expect(isShown && file.replacing(#/!\[.*\]\(charts\/.*\.svg\)\n\n/#, with: "") == outcome.stdout)
  }

  @Test("of several replications gives intervals") func replications() async throws {
    let outcome = try await run(["--format", "json", "--replications", "3"] + Sample.short).0
    let replications = outcome.json?["replications"] as? [String: Any]
    #expect(replications?["n"] as? Int == 3, "\(outcome)")
    #expect((replications?["metrics"] as? [String: Any])?.isEmpty == false)
    #expect(Set(replications?["trajectory_hashes"] as? [String] ?? []).count == 3)
  }

  @Test("checked against itself is equal") func check() async throws {
    let outcome = try await run(["--check"]).0
    #expect(outcome.status == 0 && outcome.stderr == "" && outcome.stdout.hasPrefix("equal: "), "\(outcome)")
  }

  static let places: [(out: String, says: String)] = [
    ("file/out", "weir: cannot write file/out: file is a file, not a directory\n"),
    ("file", "weir: cannot write file: "),
    ("full", "weir: cannot write full/report.md: Is a directory\n"),
    ("/proc/nowhere/out", "weir: cannot write /proc/nowhere/out: No such file or directory\n"),
  ]

  @Test("whose directory cannot be written ends with 1 and the path", arguments: places)
  func unwritable(_ place: (out: String, says: String)) async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    try folder.write("file", "")
    try FileManager.default.createDirectory(
      at: folder.file("full/report.md"), withIntermediateDirectories: true)
    let outcome = try await Tool.built.run(["run", "s.yaml", "--out", place.out] + Sample.short, in: folder.url)
    #expect(outcome.status == 1 && outcome.stderr.hasPrefix(place.says), "\(outcome)")
  }
}
