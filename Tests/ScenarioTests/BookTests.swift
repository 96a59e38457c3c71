import Experiment
import Foundation
import KinesisCore
import Models
import Pricing
import Scenario
import Testing
import Units

@Suite("Prices, limits and costs")
struct BookTests {
  /// The errors of the sample with a book beside it, or its experiment.
  private func load(_ key: String, _ book: String) throws -> (experiment: Experiment?, errors: [String]) {
    let folder = try Folder()
    try folder.write("book.json", book)
    try folder.write("s.yaml", Sample.with("name: sample", "name: sample\n\(key): book.json"))
    do throws(ScenarioFailure) {
      let path = folder.url.appendingPathComponent("s.yaml").path
      return (try ScenarioFile.load(path: path).experiment, [])
    } catch {
      return (nil, error.diagnostics.map { $0.description.replacing(folder.url.path + "/", with: "") })
    }
  }

  @Test("a price file replaces the built-in prices it names, and keeps the others")
  func prices() throws {
    let book = """
      {"schema": "weir.prices/v1", "name": "contract", "prices": [
        {"item": "kinesis.shard_hour", "region": "us-east-1", "unit": "hour", "source": "our contract",
         "tiers": [{"above": 0, "usd": "0.012"}, {"above": 1000, "usd": "0.010"}]}]}
      """
    let prices = try #require(try load("prices", book).experiment?.prices)
    let price = prices.price(of: .shardHour, in: "us-east-1")
    #expect(price?.tiers.map(\.price.description) == ["0.012", "0.01"] && price?.source == "our contract")
    #expect(prices.price(of: .putPayloadUnit, in: "us-east-1")?.tiers[0].price == Money(usd: "0.014"))
    #expect(prices.name == "2026-10 + contract")
  }

  @Test("every mistake of a price file is told with its place")
  func priceMistakes() throws {
    let book = """
      schema: weir.prices/v2
      prices:
        - {item: kinesis.shard_hours, region: us-east-1, unit: hour, tiers: [{usd: 1}], source: x}
        - {item: s3.put_request, region: us-east-1, unit: hour, tiers: [{usd: 1}], source: x}
        - {item: s3.get_request, region: us-east-1, unit: thousand, tiers: [{above: 5, usd: 1}], source: x}
        - {item: s3.get_request, region: us-east-1, unit: thousand, tiers: [{usd: -1}]}
      """
    let errors = try load("prices", book).errors
    try #require(errors.count == 6)
    #expect(errors[0] == #"book.json:1:9 schema: expected weir.prices/v1, found "weir.prices/v2""#)
    #expect(errors[1].hasSuffix(#"there is no item "kinesis.shard_hours"; did you mean "kinesis.shard_hour"?"#))
    #expect(errors[2].contains("s3.put_request is priced by the thousand"))
    #expect(errors[3].contains("tiers must begin above 0 and ascend"))
    #expect(errors[4].contains(#""source" is missing"#))
    #expect(errors[5].contains("US dollars such as") && errors[5].hasSuffix(#"found "-1""#))
  }

  @Test("a limits file replaces the limits it names, within what the rules were tried with")
  func limits() throws {
    let book = #"{"schema": "weir.limits/v1", "limits": [{"name": "shard.write.slack_permille", "value": 1250}]}"#
    let profile = try #require(try load("limits", book).experiment?.limits)
    #expect(profile[.shard.writeSlack] == 1_250 && profile[.shard.writeRecords] == 1_000)
    #expect(profile.name == "book.json")
    let errors = try load(
      "limits",
      #"{"schema": "weir.limits/v1", "limits": [{"name": "shard.wride", "value": 1}, "#
        + #"{"name": "shard.write.bytes_per_s", "value": 999999999999}]}"#
    ).errors
    #expect(errors.count == 2)
    #expect(errors[0].contains(#"there is no limit "shard.wride""#))
    #expect(errors[1].contains("a whole number from 104857 to 10485760"))
  }

  @Test(
    "a duration that nobody publishes may be an hour: a Flink rescale, a reshard's step",
    arguments: ["flink.rescale_s", "reshard.step_s", "update_stream_mode.duration_s", "create_stream.duration_s"])
  func longDurations(name: String) throws {
    func book(_ value: Int) -> String {
      #"{"schema": "weir.limits/v1", "limits": [{"name": "\#(name)", "value": \#(value)}]}"#
    }
    #expect(try load("limits", book(3_600)).errors.isEmpty)
    #expect(try load("limits", book(3_601)).errors.contains { $0.contains("to 3600") })
  }

  @Test("limits that bound each other keep their order")
  func order() throws {
    let errors = try load(
      "limits", #"{"schema": "weir.limits/v1", "limits": [{"name": "channel.freshness_maximum_s", "value": 90}]}"#
    ).errors
    #expect(errors.count == 1 && errors[0].contains("channel.freshness_default_s 300 is above"), "\(errors)")
  }

  @Test("a book that is not there is a missing input")
  func missing() throws {
    let text = Sample.with("name: sample", "name: sample\nprices: none.json")
    let failure = #expect(throws: ScenarioFailure.self) { try ScenarioFile.load(text: text, file: "s.yaml") }
    #expect(failure?.exitCode == 66)
  }

  static let costs: [(expr: String, metric: Objective.Metric?, says: String)] = [
    ("cost_month(scope=total).last < 3500 USD", .monthlyCost(scope: nil), ""),
    ("cost_month < 3500 USD", .monthlyCost(scope: nil), ""),
    ("cost_month(stream=clicks).last < 3500 USD", .monthlyCost(scope: Scope(.stream, "clicks")), ""),
    ("cost_month(consumer=reader).last < 1 USD", .monthlyCost(scope: Scope(.consumer, "reader")), ""),
    ("cost_month(stream=click).last < 1 USD", nil, #"there is no stream "click"; did you mean "clicks"?"#),
    ("cost_month(shard=1).last < 1 USD", nil, "cost_month is of scope=total, a stream, a consumer or a firehose"),
    ("cost_month.max < 1 USD", nil, #"cost_month has no statistic "max"; say last"#),
    ("cost_month.last < 1 s", nil, "cost_month is compared with US dollars such as 3500 USD"),
  ]

  @Test("a month's cost is an objective of a scope of the bill", arguments: costs)
  func cost(_ example: (expr: String, metric: Objective.Metric?, says: String)) throws {
    let text = Sample.with("records_lost(producer=web).sum == 0 records", example.expr)
    if let metric = example.metric {
      #expect(try Sample.experiment(text).objectives.map(\.metric) == [metric])
    } else {
      #expect(Sample.errors(text).count == 1 && Sample.errors(text)[0].contains(example.says), "\(Sample.errors(text))")
    }
  }
}

@Suite("Curves from points")
struct PointCurveTests {
  @Test("a seasonal day's factors are scaled to the mean; an intensity is taken as it is")
  func decoded() throws {
    let hours = (0..<24).map { $0 == 20 ? "3" : "1" }.joined(separator: ", ")
    let day = try Sample.producer("rate: 100", "rate: {curve: seasonal_day, mean: 130, hours: [\(hours)]}").rate
    guard case .polyline(let line) = day else { return #expect(Bool(false)) }
    #expect(line.anchor == .midnight && line.points.count == 24)
    #expect(line.points[20].rate.value == 360 && line.points[0].rate.value == 120)
    let points = "rate: {curve: nhpp, points: [{at: 0s, rate: 5}, {at: 1m, rate: 9}]}"
    guard case .polyline(let own) = try Sample.producer("rate: 100", points).rate else {
      return #expect(Bool(false))
    }
    #expect(own.anchor == .start && own.points.map(\.rate.value) == [5, 9])
  }

  static let mistakes = [
    ("{curve: seasonal_day, mean: 1, hours: [1, 2]}", "24 factors"),
    ("{curve: nhpp, points: []}", "points must be given in order of time"),
    ("{curve: nhpp, points: [{at: 1m, rate: 5}, {at: 0s, rate: 9}]}", "points must be given in order of time"),
    ("{curve: nhpp, points: [{at: 1m, rate: 5}]}\n    arrivals: paced", "contradicts curve nhpp"),
  ]

  @Test("what is no curve is refused", arguments: mistakes)
  func refused(_ mistake: (String, String)) {
    let errors = Sample.errors(Sample.with("rate: 100", "rate: \(mistake.0)"))
    #expect(errors.count == 1 && errors[0].contains(mistake.1), "\(errors)")
  }
}
