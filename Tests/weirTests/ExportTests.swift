import Foundation
import Testing

@Suite struct `An export` {
  private func export(_ arguments: [String], in folder: Folder) async throws -> Tool.Outcome {
    try await Tool.built.run(["export"] + arguments, in: folder.url)
  }

  @Test("of a scenario is a notebook beside its files, the same bytes in another process") func scenario() async throws
  {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let outcome = try await export(["s.yaml"], in: folder)
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    #expect(outcome.stdout == "Notebook: notebooks-export/small/small.ipynb\n")
    let files = try folder.contents("notebooks-export/small")
    #expect(Set(files.keys) == Self.names)
    let again = try await export(["s.yaml", "--out", "elsewhere/"], in: folder)
    #expect(again.stdout == "Notebook: elsewhere/small/small.ipynb\n", "\(again)")
    #expect(try folder.contents("elsewhere/small") == files)
    let other = try await export(["s.yaml", "--out", "other", "--seed", "8"], in: folder)
    #expect(other.status == 0)
    #expect(try folder.contents("other/small")["latencies.csv"] != files["latencies.csv"])
  }

  static let names: Set<String> = [
    "cost.csv", "events.csv", "latencies.csv", "requirements.txt", "run.json", "shard_minutes.csv", "shards.csv",
    "slo.csv", "small.ipynb", "what_if.csv", "what_if_lines.csv",
  ]

  @Test("of a run's directory has the same files as that of its scenario") func directory() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    #expect(try await Tool.built.run(["run", "s.yaml", "--out", "out"] + Sample.short, in: folder.url).status == 0)
    let outcome = try await export(["out"], in: folder)
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    #expect(try await export(["s.yaml", "--out", "direct"] + Sample.short, in: folder).status == 0)
    var (read, direct) = (try folder.contents("notebooks-export/small"), try folder.contents("direct/small"))
    (read["small.ipynb"], direct["small.ipynb"]) = (nil, nil)
    #expect(read == direct)
  }

  @Test("of a run without some files says which, and does without") func partial() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small + "outputs: {csv: [shards, slo]}\n")
    #expect(try await Tool.built.run(["run", "s.yaml", "--out", "out"] + Sample.short, in: folder.url).status == 0)
    let outcome = try await export(["out"], in: folder)
    #expect(outcome.status == 0 && outcome.stderr.contains("out has no shard_minutes.csv: "), "\(outcome)")
    let notebook = try #require(try folder.contents("notebooks-export/small")["small.ipynb"])
    #expect(!String(decoding: notebook, as: UTF8.self).contains("shard_minutes.csv\\\""))
    // A scenario that is simulated for the notebook has all it needs, whatever its outputs say.
    let whole = try await export(["s.yaml", "--out", "whole"] + Sample.short, in: folder)
    #expect(whole.stderr == "", "\(whole)")
    #expect(try folder.contents("whole/small")["shard_minutes.csv"] != nil)
  }

  @Test("has the percentiles of run.json in its bins, at most 1.6 % higher") func percentiles() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    #expect(try await export(["s.yaml"], in: folder).status == 0)
    let files = try folder.contents("notebooks-export/small")
    let run = try JSONSerialization.jsonObject(with: files["run.json"] ?? Data()) as? [String: Any]
    let producers = try #require(run?["producers"] as? [String: [String: Any]])
    let times = try #require(producers["web"]?["put_latency_ms"] as? [String: Double])
    let rows = String(decoding: files["latencies.csv"] ?? Data(), as: UTF8.self).split(separator: "\n")
      .map { $0.split(separator: ",") }.filter { $0[0] == "put_latency" }
    for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p99_9", 0.999), ("max", 1)] {
      let exact = try #require(times[name])
      let edge = try #require(rows.first { (Double($0[5]) ?? 0) >= share }.flatMap { Double($0[3]) })
      #expect(edge >= exact && edge <= exact * 1.016 + 0.001, "\(name)")
    }
  }

  @Test("of what is no run ends with 66, 65 or 64 and a sentence") func refused() async throws {
    let folder = try Folder()
    let nowhere = try await export(["nowhere.yaml"], in: folder)
    #expect(nowhere.status == 66 && nowhere.stderr.contains("nowhere.yaml"), "\(nowhere)")
    let empty = try await export(["."], in: folder)
    #expect(empty.status == 66 && empty.stderr.hasPrefix("weir: ./run.json: no such file; expected "), "\(empty)")
    let set = try await export([".", "--seed", "3"], in: folder)
    #expect(set.status == 64 && set.stderr.contains("--seed, --set, --prices and --region are for scenarios"), "\(set)")
    try folder.write("run.json", "{}")
    let other = try await export(["."], in: folder)
    #expect(other.status == 65 && other.stderr.contains("not a run.json of weir.run/v1"), "\(other)")
    try folder.write("s.yaml", Sample.small)
    let full = try await export(["s.yaml", "--out", "run.json"] + Sample.short, in: folder)
    #expect(full.status == 1 && full.stderr.hasPrefix("weir: cannot write run.json: "), "\(full)")
    #expect([nowhere, empty, set, other, full].allSatisfy { $0.stdout == "" })
  }
}
