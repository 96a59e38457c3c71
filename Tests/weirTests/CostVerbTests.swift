import Foundation
import Testing

@Suite struct `weir cost` {
  private static func cost(_ arguments: [String], tool: Tool = .built) async throws -> Tool.Outcome {
    try await tool.run(["cost"] + arguments)
  }

  @Test("its JSON has all three modes with their lines, the bill as written, and where the modes cross")
  func contract() async throws {
    let outcome = try await Self.cost(["scenarios/flagship.yaml", "--format", "json"])
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let json = try #require(outcome.json)
    #expect(json["schema"] as? String == "weir.cost/v1" && json["period"] as? String == "month730h")
    let modes = try #require(json["modes"] as? [String: [String: Any]])
    #expect(modes.keys.sorted() == ["on_demand_advantage", "on_demand_standard", "provisioned"])
    for mode in modes.values {
      let lines = try #require(mode["lines"] as? [[String: Any]])
      #expect(!lines.isEmpty && (mode["total_usd"] as? Double ?? 0) > 0)
      let names = ["item", "scope", "quantity", "unit", "unit_price_usd", "usd", "source", "confidence"]
      #expect(lines.allSatisfy { line in names.allSatisfy { line[$0] != nil } })
      let sum = lines.reduce(0) { $0 + ($1["usd"] as? Double ?? 0) }
      #expect(abs(sum - (mode["total_usd"] as? Double ?? 0)) < 0.006)
    }
    #expect((json["break_even"] as? [Any])?.isEmpty == false)
    #expect(modes["provisioned"]?["shards"] as? Int == 6)
  }

  @Test("a month of 30 days is shorter than one of 730 hours, and settings count")
  func options() async throws {
    func shardHours(_ options: [String]) async throws -> Double {
      let json = try #require(
        try await Self.cost(["scenarios/flagship.yaml", "--format", "json"] + options).json?["modes"] as? [String: Any])
      let lines = try #require((json["provisioned"] as? [String: Any])?["lines"] as? [[String: Any]])
      return lines.first { $0["item"] as? String == "kinesis.shard_hour" }?["quantity"] as? Double ?? 0
    }
    #expect(try await shardHours([]) == 6 * 730)
    #expect(try await shardHours(["--month", "30d"]) == 6 * 720)
    #expect(try await shardHours(["--month", "730h", "--set", "streams.clicks.shards=16"]) == 16 * 730)
  }

  @Test("a scenario that is wrong ends with 65, one that is missing with 66, a wrong option with 64")
  func mistakes() async throws {
    let wrong = try await Self.cost(["scenarios/flagship.yaml", "--set", "streams.clicks.shards=0"])
    #expect(wrong.status == 65 && wrong.stdout == "", "\(wrong)")
    let missing = try await Self.cost(["nowhere.yaml"])
    #expect(missing.status == 66 && missing.stdout == "", "\(missing)")
    for option in [["--month", "31d"], ["--headroom", "5"]] {
      let misuse = try await Self.cost(["scenarios/flagship.yaml"] + option)
      #expect(misuse.status == 64 && misuse.stderr.hasPrefix("Error: "), "\(misuse)")
    }
  }

  @Test("a region without prices is not a zero: each item is named with its region and the remedy")
  func unpriced() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.with("seed: 7", "seed: 7\nregion: eu-central-1"))
    let outcome = try await Tool.built.run(["cost", "s.yaml"], in: folder.url)
    #expect(outcome.status == 0 && outcome.stdout.contains("without a price"), "\(outcome)")
    #expect(outcome.stdout.contains("no source for the price of kinesis.shard_hour in eu-central-1 was found"))
    #expect(outcome.stdout.contains("give it in a price file"))
  }

  @Test("the same bytes in another process, and every shipped scenario has a bill")
  func determinism() async throws {
    let folder = Tool.package.appendingPathComponent("scenarios")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".yaml") }
      .sorted()
    for name in names where Tool.release != nil || name < "b" {
      let tool = Tool.release ?? .built
      let outcome = try await Self.cost(["scenarios/\(name)", "--format", "json"], tool: tool)
      #expect(outcome.status == 0 && outcome.json?["as_written"] != nil, "\(outcome)")
      #expect(try await Self.cost(["scenarios/\(name)", "--format", "json"], tool: tool).stdout == outcome.stdout)
    }
  }

  @Test(
    "the whole process takes less than ten times the processor time of validating the flagship: nothing is simulated",
    .enabled(if: Tool.release != nil, "not a release build: nothing was measured; try `make test`")) func speed()
    async throws
  {
    let tool = try #require(Tool.release)
    let loop = { (verb: String) in
      "for i in 1 2 3 4 5 6 7 8 9 10; do '\(tool.path)' \(verb) scenarios/flagship.yaml > /dev/null; done; times"
    }
    let outcome = try await tool.shell([loop("validate"), loop("cost")].joined(separator: "; "), in: Tool.package)
    // Every second line of `times` is what the children took since the start: 0m0.123s 0m0.045s.
    let seconds = outcome.stdout.split(separator: "\n").map { line in
      line.split(separator: " ").reduce(0.0) { sum, part in
        let pieces = part.dropLast().split(separator: "m").compactMap { Double($0) }
        return sum + (pieces.count == 2 ? pieces[0] * 60 + pieces[1] : .infinity)
      }
    }
    // Of that, about 50 ms hash the keys that say how full the fullest shard is.
    #expect(seconds.count == 4 && seconds[3] - seconds[1] < 10 * seconds[1], "\(outcome.stdout)")
  }
}
