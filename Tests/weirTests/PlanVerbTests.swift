import Foundation
import Testing

@Suite struct `A plan` {
  private func plan(_ arguments: [String], _ text: String = Sample.planted) async throws -> (Tool.Outcome, Folder) {
    let folder = try Folder()
    try folder.write("s.yaml", text)
    return (try await Tool.built.run(["plan", "s.yaml"] + arguments, in: folder.url), folder)
  }

  @Test("that is found ends with 0 and has the contract's parts") func json() async throws {
    let (outcome, folder) = try await plan(["--format", "json", "--out", "out"])
    let json = try #require(outcome.json)
    #expect(outcome.status == 0 && outcome.stderr == "" && json["schema"] as? String == "weir.plan/v1", "\(outcome)")
    let best = try #require(json["best"] as? [String: Any])
    #expect((best["params"] as? [String: Int]) == ["streams.s.shards": 3] && best["cost_usd_month"] is Double)
    #expect((best["metrics"] as? [String: Any])?["streams.s.put_throttle_rate"] as? Double == 0)
    #expect(json["feasible"] as? Bool == true && json["front"] is [Any] && json["runners_up"] is [Any])
    let excuses = try #require(json["excuses"] as? [[String: Any]])
    #expect(excuses.allSatisfy { one in ["params", "limit", "needs", "has", "unit"].allSatisfy { one[$0] != nil } })
    #expect((json["resharding"] as? [String])?.first?.hasPrefix("aws kinesis update-shard-count") == true)
    let files = try folder.contents("out")
    #expect(
      Set(files.keys.filter { !$0.hasPrefix("charts/") }) == ["plan.md", "plan.html", "plan.json", "plan.csv"]
        && files["plan.json"] == Data(outcome.stdout.utf8))
    let csv = String(decoding: files["plan.csv"] ?? Data(), as: UTF8.self)
    #expect(csv.split(separator: "\n").count == 1 + 6 && csv.hasPrefix("role,streams.s.shards,cost_usd_month,"))
  }

  @Test("is the same bytes in another process and with other workers") func sameBytes() async throws {
    let outcomes = try await [["--workers", "1"], ["--workers", "2"], ["--workers", "2"]].asyncMap { workers in
      try await plan(["--format", "json"] + workers).0
    }
    #expect(outcomes.allSatisfy { $0.status == 0 && $0.stdout == outcomes[0].stdout })
  }

  @Test("that nothing fulfils ends with 12, with an excuse for each design") func impossible() async throws {
    let text = Sample.planted.replacingOccurrences(of: "keys: {dist: round_robin_ehk}", with: "keys: {dist: single}")
    let (outcome, _) = try await plan([], text)
    #expect(outcome.status == 12 && outcome.stderr == "", "\(outcome)")
    #expect(outcome.stdout.hasPrefix("NO PLAN  planted: none of 6 designs "))
    #expect(outcome.stdout.contains("no shard count helps: keys.salt of 3 or more parts it"), "\(outcome.stdout)")
  }

  @Test("of a wrong file or command line ends with 65, 66 or 64") func wrong() async throws {
    let refused = try await plan(["--set", "plan.search.0.param=streams.q.shards"]).0
    #expect(refused.status == 65 && refused.stdout == "" && refused.stderr.contains("streams.q.shards"), "\(refused)")
    #expect(try await Tool.built.run(["plan", "nowhere.yaml"]).status == 66)
    for arguments in [["--confidence", "1"], ["--replications", "3"], ["--budget", "0"], ["--samples", "0"]] {
      #expect(try await plan(arguments).0.status == 64)
    }
  }

  @Test("in Markdown names the design and what holds") func markdown() async throws {
    let (outcome, _) = try await plan(["--format", "md"])
    #expect(outcome.stdout.hasPrefix("# Plan of planted: streams.s.shards 3: $"), "\(outcome.stdout)")
    #expect(outcome.stdout.contains("## Why not the others") && outcome.stdout.contains("| `throttle` | 0 % | < 1 % |"))
  }
}

extension Sequence {
  /// One after another.
  fileprivate func asyncMap<Result>(_ transform: (Element) async throws -> Result) async rethrows -> [Result] {
    var results: [Result] = []
    for element in self { results.append(try await transform(element)) }
    return results
  }
}
