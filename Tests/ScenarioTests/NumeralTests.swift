import Experiment
import Foundation
import KinesisCore
import Models
import Scenario
import Testing
import Units

@Suite struct `Numbers in scenarios` {
  static let rates: [(text: String, value: Double)] = [
    ("017", 17), (".5", 0.5), ("5.", 5), ("+3", 3), ("0x1F", 31), ("0o17", 15), ("1e3", 1_000), ("1.5E+2", 150),
  ]

  @Test("are read as YAML 1.2's core schema says", arguments: rates.indices)
  func core(_ index: Int) throws {
    let (text, value) = Self.rates[index]
    let producer = try Sample.producer("rate: 100", "rate: \(text)")
    #expect("\(producer.rate)".contains("\(value)"), "\(producer.rate)")
  }

  @Test("a seed is one of them, to its last digit") func seed() throws {
    #expect(try Sample.experiment(Sample.with("name: sample", "name: sample\nseed: 017")).seed == 17)
    #expect(try Sample.experiment(Sample.with("name: sample", "name: sample\nseed: 0x10")).seed == 16)
    let most = "18446744073709551615"
    #expect(try Sample.experiment(Sample.with("name: sample", "name: sample\nseed: \(most)")).seed == .max)
  }

  @Test("a duration and a size have the same numbers", arguments: [(".5m", 30), ("5.m", 300), ("1.5m", 90)])
  func quantities(_ text: String, _ seconds: Int64) throws {
    let horizon = try Sample.experiment(Sample.with("duration: 1h, warmup: 1m", "duration: \(text)")).horizon
    #expect(horizon.duration == .seconds(seconds))
    let whole = try Sample.producer("size: 900B", "size: 512B").size
    for size in [".5KiB", "512.B"] { #expect(try Sample.producer("size: 900B", "size: \(size)").size == whole) }
  }

  @Test("what is none is refused", arguments: ["1_000", "1,000", "0x", "0b11", "1e", ".", "--1", "0x-1", "١"])
  func none(_ text: String) {
    #expect(!Sample.errors(Sample.with("rate: 100", "rate: '\(text)'")).isEmpty)
    #expect(!Sample.errors(Sample.with("rate: 100", "rate: \(text)")).isEmpty)
  }
}

@Suite struct `What AWS will refuse` {
  private func warnings(_ events: String) throws -> [String] {
    try ScenarioFile.load(text: Sample.plus("events:\n" + events), file: "s.yaml").warnings.map(\.description)
  }

  @Test("is told where arithmetic can tell: more than twice the shards, a second change too soon") func reshards()
    throws
  {
    let told = try warnings(
      """
        - {at: T+1m, do: reshard, target: clicks, value: 9}
        - {at: T+2m, do: reshard, target: clicks, value: 8}
        - {at: T+2m, do: split_shard, target: clicks}
      """)
    #expect(told.count == 2, "\(told)")
    #expect(
      told[0].hasPrefix("s.yaml:18:5 events[0]: warning: AWS will refuse this with LimitExceededException: "), "\(told)"
    )
    #expect(told[1].contains("events[2]: warning: AWS will refuse this with ResourceInUseException: "), "\(told)")
  }

  @Test("is not told where the traffic decides") func traffic() throws {
    #expect(try warnings("  - {at: T+1m, do: reshard, target: clicks, value: 8}\n").isEmpty)
    let scaled = Sample.with("shards: 4}", "shards: 4, autoscaler: {policy: target_tracking}}")
    let text = scaled + "\nevents:\n  - {at: T+1m, do: reshard, target: clicks, value: 9}\n"
    #expect(
      try ScenarioFile.load(text: text, file: "s.yaml").warnings.allSatisfy { !$0.description.contains("will refuse") })
  }
}

@Suite struct `What is given twice` {
  private func errors(_ file: String, _ contents: String, _ key: String) throws -> [String] {
    let folder = try Folder()
    try folder.write(file, contents)
    let path = try folder.write("s.yaml", Sample.plus("\(key): \(file)"))
    do {
      _ = try ScenarioFile.load(path: path)
      return []
    } catch { return error.diagnostics.map(\.description) }
  }

  @Test("a limit or a price is refused, with both places") func books() throws {
    let limit = "{name: shard.write.records_per_s, value: 900}"
    let limits = try errors("l.yaml", "schema: weir.limits/v1\nlimits:\n  - \(limit)\n  - \(limit)\n", "limits")
    #expect(limits.count == 1 && limits[0].contains("l.yaml:4:5"), "\(limits)")
    #expect(limits[0].contains("shard.write.records_per_s is given twice, first in line 3"), "\(limits)")
    let price =
      "{item: kinesis.shard_hour, region: us-east-1, unit: hour, tiers: [{usd: \"0.01\"}], source: mine}"
    let prices = try errors(
      "p.yaml", "schema: weir.prices/v1\nname: p\nprices:\n  - \(price)\n  - \(price)\n", "prices")
    #expect(prices.count == 1 && prices[0].contains("kinesis.shard_hour in us-east-1 is given twice"), "\(prices)")
  }

  @Test("a value of a plan is refused; so is a plan over what is no part of a design", arguments: ["seed", "name"])
  func plan(_ subject: String) {
    func plan(_ search: String) -> [String] { Sample.errors(Sample.plus("plan: {search: [\(search)]}")) }
    #expect(
      plan("{param: streams.clicks.shards, values: [4, 8, 4.0]}").contains {
        $0.contains("the value 4.0 is given twice")
      })
    #expect(plan("{param: \(subject), values: [1, 2]}").contains { $0.contains("is no part of a design") })
  }

  @Test("an unsound variable is told once, and never as the nearest to itself") func variable() {
    let text = Sample.with("name: sample", "name: sample\nvars: {x: [1]}").replacingOccurrences(
      of: "rate: 100", with: "rate: ${x}")
    let errors = Sample.errors(text)
    #expect(errors.count == 1 && errors[0].contains("vars.x"), "\(errors)")
  }
}

@Suite struct `Compression without a ratio` {
  private func firehose(_ keys: String) throws -> (permille: Int64, warnings: [String]) {
    let loaded = try ScenarioFile.load(
      text: Sample.plus("firehoses:\n  lake: {source: \"stream:clicks\", destination: s3, \(keys)}"), file: "s.yaml")
    return (loaded.experiment.firehoses[0].configuration.compressionPermille, loaded.warnings.map(\.description))
  }

  static let usual: [(keys: String, permille: Int64, says: String)] = [
    ("compression: gzip", 5_500, "5.5 × as gzip"),
    ("format: parquet, buffer: {size: 64MiB}", 4_200, "4.2 × as parquet with snappy"),
    ("format: parquet, compression: gzip, buffer: {size: 64MiB}", 6_700, "6.7 × as parquet with gzip"),
    ("format: orc, buffer: {size: 64MiB}", 6_200, "6.2 × as orc with zlib"),
    ("format: orc, compression: snappy, buffer: {size: 64MiB}", 3_900, "3.9 × as orc with snappy"),
    ("compression: zip", 1_000, "none was measured for zip"),
  ]

  @Test("takes what was measured of JSON events, and says so", arguments: usual.indices)
  func measured(_ index: Int) throws {
    let (keys, permille, says) = Self.usual[index], found = try firehose(keys)
    #expect(found.permille == permille && found.warnings.count == 1 && found.warnings[0].contains(says), "\(found)")
  }

  @Test("says nothing where a ratio is stated or nothing is compressed") func silent() throws {
    #expect(try firehose("compression: gzip, compression_ratio: 3") == (3_000, []))
    #expect(try firehose("buffer: {size: 5MiB}") == (1_000, []))
  }
}
