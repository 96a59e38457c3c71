import Experiment
import Models
import Scenario
import Testing
import Units

@Suite struct `Objectives` {
  private static let standing = "records_lost(producer=web).sum == 0 records"

  private static func errors(_ expression: String) -> [String] {
    Sample.errors(Sample.with(standing, expression)).map { String($0.dropFirst("s.yaml:16:22 slo[0].expr: ".count)) }
  }

  static let soundOnes: [(String, Objective.Metric, Objective.Statistic, Objective.Comparison, Double)] = [
    ("put_throttle_rate(stream=clicks).rate < 0.1 %", .putThrottleRate(stream: 0), .rate, .less, 0.001),
    ("put_throttle_rate.rate<=5%", .putThrottleRate(stream: nil), .rate, .lessOrEqual, 0.05),
    ("first_attempt_throttle_rate( stream = * ) < 1 %", .firstAttemptThrottleRate(stream: nil), .rate, .less, 0.01),
    ("records_lost(*).sum == 0", .recordsLost(producer: nil), .sum, .equal, 0),
    ("put_latency(producer=web).p99_9 < 1.5 s", .putLatency(producer: 0), .percentile(99.9), .less, 1_500),
    ("propagation(consumer=reader).p50 < 2 m", .propagation(consumer: 0), .percentile(50), .less, 120_000),
    ("propagation(consumer=reader).mean < 250 ms", .propagation(consumer: 0), .mean, .less, 250),
    ("iterator_age(consumer=reader).last < 1 h", .iteratorAge(consumer: 0), .last, .less, 3_600_000),
    ("shard_utilization(stream=clicks).max > 25 %", .shardUtilization(stream: 0), .max, .greater, 0.25),
    ("throttled_calls(consumer=reader).sum <= 10", .throttledCalls(consumer: 0), .sum, .lessOrEqual, 10),
    ("shards(stream=clicks).last >= 4 shards", .openShards(stream: 0), .last, .greaterOrEqual, 4),
  ]

  @Test("every metric is decoded with its threshold in base units", arguments: soundOnes)
  func sound(
    _ text: String, _ metric: Objective.Metric, _ statistic: Objective.Statistic, _ comparison: Objective.Comparison,
    _ threshold: Double
  ) throws {
    let objective = try Sample.experiment(Sample.with(Self.standing, text)).objectives[0]
    #expect(
      objective
        == Objective(
          id: "loss", expression: text, metric: metric, statistic: statistic, comparison: comparison,
          threshold: threshold))
  }

  // One mistake a line.
  // swift-format-ignore
  static let mistakenOnes: [(String, String)] = [
    ("put_throtle_rate.rate < 1 %", #"there is no metric "put_throtle_rate"; did you mean "put_throttle_rate"?"#),
    ("put_throttle_rate(stream=clics).rate < 1 %", #"there is no stream "clics"; did you mean "clicks"?"#),
    ("propagation(consumer=x).max < 1 s", #"there is no consumer "x"; consumers are reader"#),
    ("put_latency(stream=web).max < 1 s", "put_latency is of a producer: put_latency(producer=web)"),
    ("shards.max < 5", "shards needs a stream: shards(stream=clicks)"),
    ("put_latency(producer=web).p100 < 1 s", #"put_latency has no statistic "p100"; say one of p50, p99, p99_9 (above 0, below 100), mean, max"#),
    ("put_latency(producer=web).p0 < 1 s", #"put_latency has no statistic "p0"; say one of p50, p99, p99_9 (above 0, below 100), mean, max"#),
    ("put_latency(producer=web) < 1 s", "put_latency has more than one statistic; say one of p50, p99, p99_9 (above 0, below 100), mean, max"),
    ("records_lost.rate == 0", #"records_lost has no statistic "rate"; say one of sum"#),
    ("put_latency(producer=web).p99 < 500", #"put_latency is compared with a time such as 500 ms, found "500 ""#),
    ("put_throttle_rate.rate < 5 ms", #"put_throttle_rate is compared with a share such as 0.1 %, found "5 ms""#),
    ("records_lost.sum == 0 shards", #"records_lost is compared with a count such as 0 records, found "0 shards""#),
    ("records_lost is zero", #"expected metric(what=name).statistic < value unit, such as put_latency(producer=web).p99 < 500 ms, found "records_lost is zero""#),
    ("records_lost.sum != 0", #"expected metric(what=name).statistic < value unit, such as put_latency(producer=web).p99 < 500 ms, found "records_lost.sum != 0""#),
    ("records_lost(producer=web.sum == 0", #"expected metric(what=name).statistic < value unit, such as put_latency(producer=web).p99 < 500 ms, found "records_lost(producer=web.sum == 0""#),
    ("records_lost.sum == -1", #"expected metric(what=name).statistic < value unit, such as put_latency(producer=web).p99 < 500 ms, found "records_lost.sum == -1""#),
  ]

  @Test("a mistaken expression is told with a remedy", arguments: mistakenOnes)
  func mistaken(_ text: String, _ says: String) {
    #expect(Self.errors(text) == [says])
  }

  @Test("an id or an expression given twice is told with both places") func twice() {
    let text = Sample.plus(
      "  - {id: loss, expr: \"put_latency.max < 1 s\"}\n  - {expr: records_lost.sum == 0}\n  - {expr: records_lost.sum == 0}"
    )
    #expect(
      Sample.errors(text) == [
        #"s.yaml:17:10 slo[1].id: "loss" is an objective already, see line 16"#,
        #"s.yaml:19:5 slo[3]: "records_lost.sum == 0" is an objective already, see line 18"#,
      ])
  }

  @Test("a window is whole seconds and fits the run") func windows() throws {
    let old = #""records_lost(producer=web).sum == 0 records""#
    let text = Sample.with(old, old + ", window: 5m, severity: warn, because: it matters")
    let objective = try Sample.experiment(text).objectives[0]
    #expect(objective.window == .minutes(5))
    #expect(objective.severity == .warn)
    #expect(objective.because == "it matters")
    #expect(
      Sample.errors(Sample.with(old, old + ", window: 1500ms")) == [
        #"s.yaml:16:77 slo[0].window: expected whole seconds, found "1500ms""#
      ])
    #expect(
      Sample.errors(Sample.with(old, old + ", window: 1h")) == [
        "s.yaml:16:77 slo[0].window: window 1h is longer than the run without its warm-up, 59m"
      ])
  }
}
