import Foundation
import Testing

/// One way to run a scenario.
struct Way: Sendable, CustomTestStringConvertible {
  var name: String
  var tool = Tool.debug
  var arguments: [String] = []
  var environment: [String: String] = [:]

  var testDescription: String { name }

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
    plain("without AVX2 and FMA", .debug),
  ]
  static let released = Tool.release.map { tool in
    [Way(name: "release", tool: tool), plain("release without AVX2 and FMA", tool)]
  }

  private static func plain(_ name: String, _ tool: Tool) -> Way {
    Way(name: name, tool: tool, environment: ["GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX2,-FMA,-AVX2_Usable,-FMA_Usable"])
  }
}

@Suite struct `The same scenario and seed` {
  /// Names of files that differ, or are there only once.
  private func differences(_ a: [String: Data], _ b: [String: Data]) -> [String] {
    Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }.sorted()
  }

  @Test("give the same bytes in any process", arguments: Way.all)
  func processes(_ way: Way) async throws {
    let (one, other) = (try await Way(name: "first").files(), try await way.files())
    #expect(one.count >= 8 && differences(one, other) == [])
  }

  @Test(
    "give the same bytes in debug and release",
    .enabled(if: Way.released != nil, "WEIR_RELEASE is unset: debug and release were not compared; try `make test`"),
    arguments: Way.released ?? [])
  func builds(_ way: Way) async throws {
    #expect(differences(try await Way(name: "first").files(), try await way.files()) == [])
    #expect(
      differences(try await Way(name: "first").files(replications: 4), try await way.files(replications: 4)) == [])
  }

  @Test("give the same bytes with one worker and with more", arguments: [2, 3])
  func workers(_ count: Int) async throws {
    let alone = try await Way(name: "one worker").files(replications: 4)
    let together = try await Way(name: "workers", arguments: ["--workers", "\(count)"]).files(replications: 4)
    #expect(differences(alone, together) == [])
  }

  @Test("differ from those of another seed, in what was drawn") func seeds() async throws {
    let (one, other) = (
      try await Way(name: "seed 7").files(), try await Way(name: "seed 8", arguments: ["--seed", "8"]).files()
    )
    #expect(Set(differences(one, other)).isSuperset(of: ["report.md", "run.json", "shards.csv", "timeseries.csv"]))
    let hash = { (files: [String: Data]) in
      try (JSONSerialization.jsonObject(with: files["run.json"] ?? Data()) as? [String: Any])?["trajectory_hash"]
        as? String
    }
    #expect(try hash(one) != hash(other))
  }
}

@Suite(.enabled(if: Tool.release != nil, "WEIR_RELEASE is unset: no report was regenerated; try `make test`"))
struct `The committed reports` {
  static let scenarios = names(in: "scenarios").filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }

  private static func names(in folder: String) -> [String] {
    let path = Tool.package.appendingPathComponent(folder).path
    return ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
  }

  @Test("are what the release binary writes, byte for byte", arguments: scenarios)
  func fresh(_ scenario: String) async throws {
    let tool = try #require(Tool.release), folder = try Folder()
    let outcome = try await tool.run(
      ["run", "scenarios/\(scenario).yaml", "--out", folder.file("out").path], within: 900)
    #expect([0, 10].contains(outcome.status), "\(outcome)")
    let made = try folder.contents("out")
    let committed = try Folder.contents(of: Tool.package.appendingPathComponent("reports/\(scenario)"))
    let stale = committed.keys.filter { committed[$0] != made[$0] }.sorted()
    #expect(committed["report.md"] != nil, "reports/\(scenario) has no report.md; run `make reports`")
    #expect(stale == [], "reports/\(scenario) is stale; run `make reports` and say why it changed")
  }

  @Test("belong to a scenario each") func owned() {
    #expect(Self.names(in: "reports") == Self.scenarios)
  }
}
