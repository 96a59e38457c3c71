import Foundation
import Testing

/// Gates on weir's own statistics that need a release binary: some minutes of a debug one.
@Suite(
  .enabled(
    if: Tool.release != nil, "not a release build: coverage and variance ratios were not measured; try `make test`"))
struct `The statistics of weir` {
  @Test(
    "intervals at 95 % hold the mean wait of M/M/1 at 0.8 in 93 to 97 of 100 cases, and would not with other deletions")
  func coverage() async throws {
    let tool = try #require(Tool.release)
    let outcome = try await tool.run(["coverage", "--intervals", "2000", "--format", "json"])
    let rows = try #require(outcome.json?["deletion"] as? [String: [String: Any]], "\(outcome)")
    let shares = rows.mapValues { $0["coverage"] as? Double ?? -1 }
    #expect((0.93...0.97).contains(shares["averaged_path"] ?? -1), "\(shares)")
    #expect((shares["per_run"] ?? 1) < 0.90, "MSER-5 on each run is biased, and the gate must see it: \(shares)")
    #expect((shares["none"] ?? 1) < 0.20, "\(shares)")
  }

  @Test("short runs make it plainer: per-run deletion covers about 0.77, no deletion nothing") func shortRuns()
    async throws
  {
    let tool = try #require(Tool.release)
    let arguments = [
      "coverage", "--intervals", "400", "--replications", "20", "--customers", "4000", "--format", "json",
    ]
    let outcome = try await tool.run(arguments)
    let rows = try #require(outcome.json?["deletion"] as? [String: [String: Any]], "\(outcome)")
    #expect((0.68...0.84).contains(rows["per_run"]?["coverage"] as? Double ?? -1), "\(rows)")
    #expect(rows["none"]?["coverage"] as? Double == 0, "\(rows)")
  }
}

/// A hundred shards against a hundred and four, of which a few hot keys overload some: refused records and lost ones.
struct HundredShards {
  static let text = """
    schema: weir/v1
    name: hundred
    clock: {duration: 40s, warmup: 5s, report_bin: 1s}
    streams:
      clicks: {mode: provisioned, shards: 100}
    producers:
      web:
        to: clicks
        rate: 9600
        record: {size: 10KiB}
        keys: {dist: zipf, cardinality: 100000, s: 1}
        retry: {policy: none}

    """
  static let metrics = ["streams.clicks.put_throttle_rate", "records.lost"]

  /// What `weir compare` says under a seed: its differences, and each figure's values of base and of 104 shards.
  struct Outcome {
    var differences: [[String: Any]]
    var values: [String: [String: [Double]]]
  }

  let tool: Tool
  let folder: Folder

  init(_ tool: Tool) throws {
    (self.tool, folder) = (tool, try Folder())
    try folder.write("hundred.yaml", Self.text)
  }

  func compare(seed: Int) async throws -> Outcome {
    let outcome = try await tool.run(
      ["compare", "hundred.yaml", "--with", "streams.clicks.shards=104", "--replications", "20", "--workers", "2"]
        + ["--seed", "\(seed)", "--out", "out", "--format", "json", "--metrics"] + Self.metrics, in: folder.url)
    let differences = try #require(outcome.json?["differences"] as? [[String: Any]], "\(outcome)")
    var values: [String: [String: [Double]]] = [:]
    let rows = String(decoding: try folder.contents("out")["compare_replications.csv"] ?? Data(), as: UTF8.self)
    for row in rows.split(separator: "\n").dropFirst() {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      let side = cells[0] == "base" ? "base" : "more"
      values[String(cells[2]), default: [:]][side, default: []].append(try #require(Double(cells[4])))
    }
    return Outcome(differences: differences, values: values)
  }
}

@Suite(.enabled(if: Tool.release != nil, "not a release build: no variance ratio was measured; try `make test`"))
struct `Common random numbers` {
  private func variance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
  }

  @Test("cut the variance of 100 against 104 shards at least threefold, and independent seeds do not") func ratio()
    async throws
  {
    let scenario = try HundredShards(try #require(Tool.release))
    let (one, other) = (try await scenario.compare(seed: 1), try await scenario.compare(seed: 2))
    for metric in HundredShards.metrics {
      let difference = try #require(one.differences.first { $0["metric"] as? String == metric })
      let ratio = try #require(difference["variance_ratio"] as? Double)
      #expect(ratio >= 3, "\(metric): \(ratio)")
      #expect(difference["mean"] as? Double != 0)
      let (a, b) = (try #require(one.values[metric]?["base"]), try #require(other.values[metric]?["more"]))
      let independent = (variance(a) + variance(b)) / variance(zip(a, b).map { $0 - $1 })
      #expect((0.4...2.2).contains(independent), "\(metric): \(independent), pairs of different seeds share no chance")
    }
  }
}
