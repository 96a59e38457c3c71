import Foundation
import Testing

/// `--prices FILE` and `--region NAME`, with every verb that makes a bill.
@Suite struct `Prices and regions of a command line` {
  /// A scenario in a directory of its own, and prices elsewhere: a shard hour costs ten times as much.
  private func folder() async throws -> Folder {
    let folder = try Folder()
    for name in ["in", "own"] {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    }
    try folder.write("in/s.yaml", Sample.with("duration: 70s", "duration: 8s"))
    let prices = try await Tool.built.run(["prices", "--format", "json"]).stdout
    try folder.write("own/p.json", prices.replacing("\"usd\": \"0.015\"", with: "\"usd\": \"0.15\""))
    return folder
  }

  private func cost(_ outcome: Tool.Outcome) -> Double? {
    (outcome.json?["cost"] as? [String: Any])?["total_usd"] as? Double
  }

  @Test("run: relative to where the command is given, in the fingerprint, in the command, and repeated by explain")
  func run() async throws {
    let folder = try await folder(), run = ["run", "in/s.yaml", "--format", "json"]
    let plain = try await Tool.built.run(run, in: folder.url)
    let dear = try await Tool.built.run(run + ["--prices", "own/p.json", "--out", "out"], in: folder.url)
    #expect(plain.status == 0 && dear.status == 0 && dear.stderr == "", "\(dear)")
    let (low, high) = (try #require(cost(plain)), try #require(cost(dear)))
    #expect(high > low * 2)
    #expect(plain.json?["fingerprint"] as? String != dear.json?["fingerprint"] as? String)
    let manifest = String(decoding: try folder.contents("out")["manifest.json"] ?? Data(), as: UTF8.self)
    #expect(manifest.contains("\"--prices=own/p.json\"") && manifest.contains("\"--prices\",\n    \"own/p.json\""))
    let again = try await Tool.built.run(["explain", folder.file("out").path, "--at", "T+3s"])
    #expect(again.status == 0, "\(again)")
    let other = try await Tool.built.run(["explain", "out", "--prices", "own/p.json"], in: folder.url)
    #expect(other.status == 64 && other.stderr.contains("--prices"), "\(other)")
  }

  @Test("a scenario's own prices and region give way, and what is wrong is said of the option") func precedence()
    async throws
  {
    let folder = try await folder()
    try folder.write("in/own.yaml", Sample.with("seed: 7", "seed: 7\nprices: ../own/p.json\nregion: eu-central-1"))
    let outcome = try await Tool.built.run(
      ["cost", "in/own.yaml", "--prices", "builtin", "--region", "us-east-1", "--format", "json"], in: folder.url)
    let plain = try await Tool.built.run(["cost", "in/s.yaml", "--format", "json"], in: folder.url)
    func total(_ outcome: Tool.Outcome) -> Double? {
      ((outcome.json?["modes"] as? [String: Any])?["provisioned"] as? [String: Any])?["total_usd"] as? Double
    }
    #expect(outcome.status == 0 && total(outcome) != nil && total(outcome) == total(plain), "\(outcome)")
    let mars = try await Tool.built.run(["cost", "in/s.yaml", "--region", "mars"], in: folder.url)
    #expect(mars.status == 65 && mars.stderr.hasPrefix("--region: expected an AWS region"), "\(mars)")
    let none = try await Tool.built.run(["run", "in/s.yaml", "--prices", "none.json"], in: folder.url)
    #expect(none.status == 66 && none.stderr.hasPrefix("--prices: cannot read \"none.json\""), "\(none)")
  }

  static let verbs = [
    ["plan", "in/p.yaml", "--budget", "40"], ["sweep", "in/s.yaml", "-P", "streams.clicks.shards=2,3"],
    ["compare", "in/s.yaml", "--with", "streams.clicks.shards=3", "--replications", "2"],
    ["explain", "in/s.yaml", "--at", "T+3s"], ["export", "in/s.yaml"], ["test", "in", "--filter", "s.yaml"],
    ["cost", "in/s.yaml"],
  ]

  @Test("every other verb that bills takes them", arguments: verbs) func all(_ words: [String]) async throws {
    let folder = try await folder()
    try folder.write("in/p.yaml", Sample.planted)
    let outcome = try await Tool.built.run(
      words + ["--prices", "own/p.json", "--region", "us-east-2"], in: folder.url)
    #expect([0, 12].contains(outcome.status), "\(outcome)")
    if words[0] == "test" {
      #expect(outcome.stdout.contains("`weir test in --update --prices own/p.json --region us-east-2`"), "\(outcome)")
    }
    guard ["sweep", "compare"].contains(words[0]) else { return }
    let told = try await Tool.built.run(
      words + ["--prices", "own/p.json", "--region", "us-east-2", "--format", "json"], in: folder.url)
    #expect((told.json?["command"] as? String)?.contains("--prices own/p.json --region us-east-2") == true, "\(told)")
  }

  @Test("they travel with tasks: what these came to is one machine's report") func tasks() async throws {
    let folder = try await folder()
    let sweep = [
      "sweep", "in/s.yaml", "-P", "streams.clicks.shards=2,3", "--prices", "own/p.json", "--format", "json",
    ]
    let whole = try await Tool.built.run(sweep, in: folder.url)
    #expect(try await Tool.built.run(sweep + ["--tasks", "t"], in: folder.url).status == 75)
    #expect(try await Tool.built.run(["task", "t"], in: folder.url).status == 0)
    let merged = try await Tool.built.run(["merge", folder.file("t").path])
    #expect(merged.status == 0 && merged.stdout == whole.stdout, "\(merged)")
    let plain = try await Tool.built.run(Array(sweep.dropLast(4)) + ["--format", "json"], in: folder.url)
    #expect(plain.status == 0 && plain.stdout != whole.stdout)
  }
}
