import Foundation
import Testing

@Suite("weir trace")
struct TraceVerbTests {
  static let observed = Tool.package.appendingPathComponent("scenarios/observed")
  static let files =
    [observed.appendingPathComponent("cloudwatch.json").path, "--keys"]
    + [observed.appendingPathComponent("keys.txt").path]

  @Test("from an export to a backtest: trace --out, validate, run") func tour() async throws {
    let folder = try Folder()
    let options = ["--shards", "2", "--burst", "5", "--name", "orders", "--out", "orders"]
    let traced = try await Tool.built.run(["trace"] + Self.files + options, in: folder.url)
    #expect(traced.status == 0 && traced.stderr == "", "\(traced)")
    #expect(traced.stdout.contains("\nScenario: orders/scenario.yaml. Next: weir run orders/scenario.yaml"))
    #expect(try Set(folder.contents("orders").keys) == ["scenario.yaml", "traffic.csv", "keys.csv", "observed.csv"])
    let valid = try await Tool.built.run(["validate", "orders/scenario.yaml"], in: folder.url)
    #expect(valid.status == 0, "\(valid)")
    let run = try await Tool.built.run(["run", "orders/scenario.yaml", "--out", "orders/report"], in: folder.url)
    // Two shards break the objective: that is why somebody looked.
    #expect(run.status == 10, "\(run)")
    #expect(run.stdout.contains("backtest of stream orders: observed throttles are reproduced: "), "\(run.stdout)")
    let report = String(decoding: try folder.contents("orders/report")["report.md"] ?? Data(), as: UTF8.self)
    #expect(report.contains("## Beside what CloudWatch counted"))
  }

  @Test("another process writes the same bytes, in every format") func bytes() async throws {
    let folder = try Folder()
    for format in ["text", "json", "md"] {
      // One format with the fit of the burst, which takes a dozen runs.
      let options = Self.files + ["--shards", "2", "--format", format] + (format == "json" ? [] : ["--burst", "5"])
      let one = try await Tool.built.run(["trace"] + options, in: folder.url)
      let two = try await Tool.built.run(["trace"] + options, in: folder.url)
      #expect(one.status == 0 && one.stdout == two.stdout && !one.stdout.isEmpty, "\(one)")
    }
  }

  @Test("a file that is not there ends with 66, one that is wrong with 65, a burst that cannot be with 64") func codes()
    async throws
  {
    let folder = try Folder()
    let missing = try await Tool.built.run(["trace", "none.json"], in: folder.url)
    #expect(missing.status == 66 && missing.stderr == "none.json: cannot read it: no such file\n", "\(missing)")
    try folder.write("bad.json", "{\"MetricDataResults\": 3}")
    let bad = try await Tool.built.run(["trace", "bad.json"], in: folder.url)
    #expect(bad.status == 65 && bad.stderr.hasPrefix("bad.json:1:23 MetricDataResults: expected a list"), "\(bad)")
    let burst = try await Tool.built.run(["trace"] + Self.files + ["--burst", "80"], in: folder.url)
    #expect(burst.status == 64 && burst.stderr.contains("--burst takes 1 to 60 with bins of 1m"), "\(burst)")
    let keys = try await Tool.built.run(["trace", "--keys", Self.files[2], "--out", "o"], in: folder.url)
    #expect(keys.status == 65 && keys.stderr.contains("give counts of records"), "\(keys)")
    let full = try await Tool.built.run(
      ["trace"] + Self.files + ["--burst", "2", "--out", "/dev/null/x"], in: folder.url)
    #expect(full.status == 1 && full.stderr.contains("cannot write /dev/null/x"), "\(full)")
  }

  /// Per-shard series of two of the three shards of a stream that was split by hand, with what was read.
  private static let byShard: String = {
    let series = [
      ("shardId-000000000000 IncomingRecords", 3_000), ("shardId-000000000003 IncomingRecords", 48_000),
      ("GetRecords.Records", 102_000), ("GetRecords.IteratorAgeMilliseconds", 900), ("IncomingBytes", 15_300_000),
    ]
    let results = series.enumerated().map { number, one in
      let times = (0..<6).map { "\(1_772_823_600 + 60 * $0)" }, values = times.map { _ in "\(one.1).0" }
      return "{\"Id\": \"m\(number)\", \"Label\": \"\(one.0)\", \"Timestamps\": [\(times.joined(separator: ","))], "
        + "\"Values\": [\(values.joined(separator: ","))], \"StatusCode\": \"Complete\"}"
    }
    return "{\"MetricDataResults\": [\(results.joined(separator: ", "))]}"
  }()

  private static let listing = """
    {"Shards": [
      {"ShardId": "shardId-000000000000", "HashKeyRange": {"StartingHashKey": "0", "EndingHashKey": "170141183460469231731687303715884105727"}},
      {"ShardId": "shardId-000000000002", "HashKeyRange":
        {"StartingHashKey": "170141183460469231731687303715884105728", "EndingHashKey": "299999999999999999999999999999999999999"}},
      {"ShardId": "shardId-000000000003", "HashKeyRange":
        {"StartingHashKey": "300000000000000000000000000000000000000", "EndingHashKey": "340282366920938463463374607431768211455"}}]}
    """

  @Test("--shards-from: a stream split by hand starts as it is, and its hot shard is hot in the run") func shardsFrom()
    async throws
  {
    let folder = try Folder()
    try folder.write("shards.json", Self.byShard)
    try folder.write("list.json", Self.listing)
    let traced = try await Tool.built.run(
      ["trace", "shards.json", "--shards-from", "list.json", "--name", "orders", "--out", "o"], in: folder.url)
    #expect(traced.status == 0, "\(traced)")
    #expect(
      traced.stdout.contains(
        "the hottest shard is shardId-000000000003: 94.1 % of the records on 11.8 % of the hash keys"),
      "\(traced.stdout)")
    #expect(
      try Set(folder.contents("o").keys) == ["scenario.yaml", "traffic.csv", "keys.csv", "observed.csv", "shards.json"])
    let valid = try await Tool.built.run(["validate", "o/scenario.yaml"], in: folder.url)
    #expect(valid.status == 0, "\(valid)")
    let run = try await Tool.built.run(["run", "o/scenario.yaml", "--format", "json", "--out", "r"], in: folder.url)
    let stream = ((run.json?["streams"] as? [String: Any])?["orders"] as? [String: Any]) ?? [:]
    #expect(stream["shards_start"] as? Int == 3, "\(run)")
    let rows = String(decoding: try folder.contents("r")["shards.csv"] ?? Data(), as: UTF8.self).split(separator: "\n")
      .map(String.init)
    #expect(rows.count == 4 && rows[3].contains("300000000000000000000000000000000000000"), "\(rows)")
    let page = String(decoding: try folder.contents("r")["report.md"] ?? Data(), as: UTF8.self)
    #expect(page.contains("Records read observed"))
    let both = try await Tool.built.run(
      ["trace", "shards.json", "--shards-from", "list.json", "--shards", "3"], in: folder.url)
    #expect(both.status == 64, "\(both)")
  }
}
