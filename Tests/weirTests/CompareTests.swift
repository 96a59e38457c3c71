import Foundation
import Testing

@Suite struct `weir compare` {
  static let variants: String = """
    variants:
      four: {streams.clicks.shards: 4}
      rush: {producers.web.rate: 2500, events: []}

    """
  static let short: [String] = ["--replications", "3", "--set", "clock.duration=6s"]

  private static func folder(_ text: String = Sample.small + variants) throws -> Folder {
    let folder = try Folder()
    try folder.write("s.yaml", text)
    return folder
  }

  private func compare(_ arguments: [String], in folder: Folder, tool: Tool = .built) async throws -> Tool.Outcome {
    try await tool.run(["compare", "s.yaml"] + arguments, in: folder.url)
  }

  private func names(_ outcome: Tool.Outcome) -> [String] {
    (outcome.json?["variants"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
  }

  @Test("a file is held against its variants, chosen ones, or changes made on the command line") func forms()
    async throws
  {
    let folder = try Self.folder()
    let json = Self.short + ["--format", "json"]
    let all = try await compare(json, in: folder)
    #expect(all.status == 0 && all.stderr == "" && names(all) == ["base", "four", "rush"], "\(all)")
    #expect(names(try await compare(json + ["--variant", "rush"], in: folder)) == ["base", "rush"])
    let made = ["--with", "streams.clicks.shards=3", "--with", "streams.clicks.shards=4,producers.web.rate=400"]
    let with = try await compare(json + made + ["--without-base"], in: folder)
    #expect(names(with) == [made[1], made[3]], "\(with)")
    let differences = try #require(all.json?["differences"] as? [[String: Any]])
    #expect(differences.allSatisfy { $0["a"] as? String == "base" })
    #expect(Set(differences.compactMap { $0["b"] as? String }) == ["four", "rush"])
    let counts = (all.json?["variants"] as? [[String: Any]] ?? []).map { $0["slo"] as? [[String: Any]] ?? [] }
    #expect(
      counts.allSatisfy {
        !$0.isEmpty && $0.allSatisfy { ($0["held"] as? Int ?? 9) <= 3 && $0["replications"] as? Int == 3 }
      })
    let keys = Set(differences.flatMap(\.keys))
    #expect(keys.isSuperset(of: ["metric", "a", "b", "mean", "half_width", "level", "variance_ratio"]))
  }

  @Test("three ways of reading stand side by side, with what only one of them measures") func ways() async throws {
    let text = Sample.with("clicks: {mode: provisioned, shards: 2}", "clicks: {mode: on_demand_standard}")
    let folder = try Self.folder(text.replacing("  - {at: T+2s, do: reshard, target: clicks, value: 3}", with: "  []"))
    let queue = "consumers.slow.type=queue,consumers.slow.threads=300,consumers.slow.limit=10"
    let made = ["--with", "consumers.slow.type=kcl_efo", "--with", queue]
    let outcome = try await compare(Self.short + made, in: folder)
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let lines = outcome.stdout.split(separator: "\n").map(String.init)
    let start = try #require(lines.firstIndex { $0.contains("Side by side") })
    #expect(lines[start + 1].contains("base") && lines[start + 1].contains("design 3"), "\(lines[start + 1])")
    func cells(_ figure: String) -> [Substring] {
      lines[start...].first { $0.contains(figure + " ") }?.split(separator: "  ", omittingEmptySubsequences: true)
        .filter { !$0.allSatisfy { $0 == " " } } ?? []
    }
    // Only the queue has receipts; only it has no price; all have an age.
    let receipts = cells("consumers.slow.queue.amplification"), cost = cells("cost.total_usd")
    #expect(
      receipts.count == 4 && receipts[1].contains("–") && receipts[2].contains("–") && !receipts[3].contains("–"),
      "\(receipts)")
    #expect(cost.count == 4 && cost[1].contains("$") && cost[2].contains("$") && cost[3].contains("–"), "\(cost)")
    #expect(!cells("consumers.slow.propagation_ms.p99").contains { $0.contains("–") })
    let same = try await compare(Self.short + ["--with", "consumers.slow.type=kcl_efo"], in: folder)
    #expect(!same.stdout.contains("Side by side"))
  }

  @Test("files are compared under the first one's seed, and the others' own is named") func files() async throws {
    let folder = try Self.folder()
    try folder.write("t.yaml", Sample.with("seed: 7", "seed: 9").replacing("name: small", with: "name: other"))
    let outcome = try await compare(["t.yaml", "--format", "json"] + Self.short, in: folder)
    #expect(outcome.status == 0 && names(outcome) == ["small", "other"], "\(outcome)")
    #expect(
      outcome.stderr
        == "warning: other has seed 9; it is compared under 7, the first one's, for only equal seeds make pairs\n")
    let offered = try #require(outcome.json?["differences"] as? [[String: Any]]).filter {
      ($0["metric"] as? String)?.hasSuffix("put_throttle_rate") ?? false
    }
    #expect(offered.first?["mean"] as? Double == 0, "equal scenarios under one seed are equal")
    let both = try await compare(["t.yaml", "--variant", "four"], in: folder)
    #expect(both.status == 64, "\(both)")
  }

  @Test("the same bytes with any number of workers, in another process or another build") func determinism()
    async throws
  {
    let folder = try Self.folder()
    let ways: [(Tool, [String])] =
      [(.built, ["--workers", "1"]), (.built, ["--workers", "3"])]
      + (Tool.other.map { [($0, ["--workers", "2"])] } ?? [])
    var files: [[String: Data]] = []
    for (tool, workers) in ways {
      let arguments = ["--precision", "0.2", "--max-replications", "12", "--set", "clock.duration=3s", "--out", "out"]
      let outcome = try await compare(arguments + workers + ["--metrics", "records"], in: folder, tool: tool)
      #expect(outcome.status == 0, "\(outcome)")
      files.append(try folder.contents("out").merging(["stdout": Data(outcome.stdout.utf8)]) { $1 })
    }
    #expect(files.allSatisfy { $0 == files[0] })
    #expect(
      Set(files[0].keys.filter { !$0.hasPrefix("charts/") }) == [
        "compare.html", "compare.md", "compare.json", "compare.csv", "compare_replications.csv", "stdout",
      ])
  }

  static let mistakes: [(arguments: [String], status: Int32, says: [String])] = [
    (
      ["--metrics", "records.lsot", "bogus"], 64,
      [#"did you mean "records.lost"?"#, "--metrics bogus: there is no such figure"]
    ),
    (["--variant", "fuor"], 64, [#"s.yaml has no such variant; did you mean "four"?"#]),
    (
      ["--with", "streams.clacks.shards=3", "--with", "producers.web.rate=x"], 65,
      ["streams.clacks.shards", "producers.web.rate"]
    ),
    (["--with", "nonsense"], 64, ["--with takes path=value"]),
    (["--precision", "0.1", "--replications", "4", "--level", "2"], 64, ["do not go together", "--level takes"]),
    (["missing.yaml"], 66, ["missing.yaml"]),
  ]

  @Test("mistakes end with their exit code, all at once", arguments: mistakes)
  func refusal(_ mistake: (arguments: [String], status: Int32, says: [String])) async throws {
    let outcome = try await compare(mistake.arguments, in: try Self.folder())
    #expect(outcome.status == mistake.status && outcome.stdout == "", "\(outcome)")
    for text in mistake.says { #expect(outcome.stderr.contains(text), "\(outcome)") }
  }

  @Test("a file without variants says what to do") func withoutVariants() async throws {
    let outcome = try await compare([], in: try Self.folder(Sample.small))
    #expect(outcome.status == 64 && outcome.stderr.contains("--with PATH=VALUE"), "\(outcome)")
  }

  @Test("Ctrl-C ends with 130 and marks what it leaves as a part") func interrupted() async throws {
    let folder = try Self.folder()
    let job = try Job(Tool.built, ["compare", "s.yaml", "--out", "out"] + Sample.endless, in: folder.url)
    await job.interruptOnceUnderWay()
    let outcome = await job.outcome()
    #expect(outcome.status == 130 && !outcome.isCrash && outcome.stdout.contains("INTERRUPTED"), "\(outcome)")
    let json =
      try JSONSerialization.jsonObject(with: folder.contents("out")["compare.json"] ?? Data()) as? [String: Any]
    #expect(json?["complete"] as? Bool == false)
  }
}
