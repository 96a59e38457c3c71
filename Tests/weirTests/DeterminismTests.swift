import Foundation
import Testing

/// One way to run a scenario.
struct Way: Sendable, CustomTestStringConvertible {
  var name: String
  var tool = Tool.built
  var arguments: [String] = []
  var environment: [String: String] = [:]

  var testDescription: String { name }

  /// What the plain way writes: one run for every test that looks at it.
  static let first = Task { try await Way(name: "first").files() }
  /// The same of four replications.
  static let firstOfFour = Task { try await Way(name: "first").files(replications: 4) }

  /// The files it writes, by name. The scenario's path is the same in all ways, since the report repeats it.
  func files(replications: Int = 1) async throws -> [String: Data] {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let count = replications > 1 ? ["--replications", "\(replications)"] : []
    let outcome = try await tool.run(
      ["run", "s.yaml", "--out", "out"] + count + arguments, in: folder.url, environment: environment)
    #expect(outcome.status == 0, "\(outcome)")
    var files = try folder.contents("out")
    files["stdout"] = Data(outcome.stdout.utf8)
    return files
  }

  static let all = [
    Way(name: "another process"),
    Way(name: "hashing without a seed", environment: ["SWIFT_DETERMINISTIC_HASHING": "1"]),
    plain("without AVX2 and FMA", .built),
  ]
  static let others = Tool.other.map { tool in
    [Way(name: "another build", tool: tool), plain("another build without AVX2 and FMA", tool)]
  }

  private static func plain(_ name: String, _ tool: Tool) -> Way {
    Way(name: name, tool: tool, environment: ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable"])
  }
}

@Suite struct `The same scenario and seed` {
  /// Names of files that differ, or are there only once. The manifest says where and how it was run: it is no result.
  private func differences(_ a: [String: Data], _ b: [String: Data]) -> [String] {
    Set(a.keys).union(b.keys).filter { $0 != "manifest.json" && a[$0] != b[$0] }.sorted()
  }

  @Test("give the same bytes in any process", arguments: Way.all)
  func processes(_ way: Way) async throws {
    let (one, other) = (try await Way.first.value, try await way.files())
    #expect(one.count >= 8 && differences(one, other) == [])
  }

  @Test(
    "give the same bytes in another build",
    .enabled(if: Way.others != nil, "WEIR_OTHER names no other build: none was compared"),
    arguments: Way.others ?? [])
  func builds(_ way: Way) async throws {
    #expect(differences(try await Way.first.value, try await way.files()) == [])
    #expect(differences(try await Way.firstOfFour.value, try await way.files(replications: 4)) == [])
  }

  @Test("give the same bytes with one worker and with more", arguments: [2, 3])
  func workers(_ count: Int) async throws {
    let alone = try await Way.firstOfFour.value
    let together = try await Way(name: "workers", arguments: ["--workers", "\(count)"]).files(replications: 4)
    #expect(differences(alone, together) == [])
  }

  @Test("differ from those of another seed, in what was drawn") func seeds() async throws {
    let (one, other) = (
      try await Way.first.value, try await Way(name: "seed 8", arguments: ["--seed", "8"]).files()
    )
    #expect(Set(differences(one, other)).isSuperset(of: ["report.md", "run.json", "shards.csv", "timeseries.csv"]))
    let hash = { (files: [String: Data]) in
      try (JSONSerialization.jsonObject(with: files["run.json"] ?? Data()) as? [String: Any])?["trajectory_hash"]
        as? String
    }
    #expect(try hash(one) != hash(other))
  }
}

@Suite(.enabled(if: Tool.release != nil, "not a release build: no report was regenerated; try `make test`"))
struct `The committed reports` {
  static let scenarios = names(in: "scenarios").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }

  private static func names(in folder: String) -> [String] {
    let path = Tool.package.appendingPathComponent(folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  @Test("are what the release binary writes, byte for byte, and go as the baselines say", arguments: scenarios)
  func fresh(_ scenario: String) async throws {
    let tool = try #require(Tool.release), folder = try Folder()
    let renderer = await Pictures.folder()
    let outcome = try await tool.run(
      ["run", "scenarios/\(scenario).yaml", "--out", folder.file("out").path],
      environment: ["WEIR_PICTURES": renderer ?? ""])
    #expect([0, 10].contains(outcome.status), "\(outcome)")
    if scenario == "flagship" {
      // The README opens with what this run says.
      let readme = try String(contentsOf: Tool.package.appendingPathComponent("README.md"), encoding: .utf8)
      let opening = outcome.stdout.split(separator: "\n").prefix { !$0.hasPrefix("  ") }.joined(separator: "\n")
      #expect(readme.contains("\n\(opening)\n"), "README.md does not open with the run that it calls a real one")
    }
    let made = try folder.contents("out")
    let committed = try Folder.contents(of: Tool.package.appendingPathComponent("reports/\(scenario)"))
    // Without the renderer report.md has signs for pictures; what is numbers is the same.
    let isDrawn = { (name: String) in name == "report.md" || name.hasSuffix(".svg") }
    let stale = committed.keys.filter { committed[$0] != made[$0] && (renderer != nil || !isDrawn($0)) }.sorted()
    #expect(committed["report.md"] != nil, "reports/\(scenario) has no report.md; run `make reports`")
    #expect(stale == [], "reports/\(scenario) is stale; run `make reports` and say why it changed")
    if try !isAsBefore(try #require(made["run.json"]), scenario) { try await holdAgainstBaseline(scenario, tool) }
  }

  /// Whether a run went to the hash, and its objectives to the verdicts, that its baseline has: what `weir test` asks first.
  private func isAsBefore(_ run: Data, _ scenario: String) throws -> Bool {
    let read = { (data: Data) in try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]) }
    let file = Tool.package.appendingPathComponent("scenarios/baselines/\(scenario).json")
    let (now, baseline) = (try read(run), try read(try Data(contentsOf: file)))
    let hashes = try #require(baseline["trajectory_hashes"] as? [String])
    let expected = try #require(baseline["expects"] as? [String: Any])
    let broken = try #require(now["slo"] as? [[String: Any]])
      .filter { $0["passed"] as? Bool == false && $0["severity"] as? String == "fail" }
    return now["fingerprint"] as? String == baseline["fingerprint"] as? String
      && now["trajectory_hash"] as? String == hashes.first
      && Set(broken.compactMap { $0["id"] as? String }) == Set(expected.keys)
  }

  /// Where something has changed, `weir test` runs all replications and judges.
  private func holdAgainstBaseline(_ scenario: String, _ tool: Tool) async throws {
    let arguments = ["test", "scenarios", "--exclude", "real/", "--filter", "/\(scenario).yaml", "--format", "json"]
    let judged = try await tool.run(arguments)
    #expect(judged.status == 0, "\(judged)\n\(judged.stdout.prefix(2_000))")
  }

  @Test("have a baseline each, and no baseline is left over") func baselines() {
    let names = Self.names(in: "scenarios/baselines").filter { $0.hasSuffix(".json") }
    #expect(names.map { String($0.dropLast(5)) } == Self.scenarios)
  }

  @Test("scenarios in folders go as their baselines say, too") func below() async throws {
    let arguments = ["test", "scenarios", "--exclude", "real/", "--filter", "observed/"]
    let judged = try await #require(Tool.release).run(arguments)
    #expect(judged.status == 0, "\(judged)\n\(judged.stdout)")
  }

  @Test("belong to a scenario each") func owned() {
    #expect(Self.names(in: "reports") == Self.scenarios)
  }
}
