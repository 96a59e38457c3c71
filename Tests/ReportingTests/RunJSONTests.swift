import Experiment
import Foundation
import Models
import Testing
import Units

@testable import Reporting

@Suite struct RunJSONTests {
  private func parsed(_ report: Report) throws -> [String: Any] {
    let object = try JSONSerialization.jsonObject(with: Data(report.json.utf8))
    return try #require(object as? [String: Any])
  }

  private func keys(_ value: Any?) -> [String] { ((value as? [String: Any]) ?? [:]).keys.sorted() }

  private func part(_ value: Any?, _ path: String...) -> Any? {
    path.reduce(value) { ($0 as? [String: Any])?[$1] }
  }

  @Test func `run json has the contract's keys and no others but the named additions`() throws {
    let contract = [
      "schema", "scenario", "seed", "fingerprint", "trajectory_hash", "complete", "simulated_s", "resolution",
      "records",
      "streams", "producers", "consumers", "firehoses", "cost", "slo",
    ]
    let added = ["events", "limits", "passed", "replication", "version", "warnings"]
    let document = try parsed(Fixture.report())
    #expect(keys(document) == (contract + added).sorted())
    #expect(document["schema"] as? String == "weir.run/v1")
    let cost = part(document, "cost") as? [String: Any]
    #expect(keys(cost) == ["complete", "lines", "period", "prices", "total_usd", "unpriced"])
    #expect(cost?["complete"] as? Bool == false && cost?["period"] as? String == "month730h")
    let line = (cost?["lines"] as? [[String: Any]])?.first
    let lineKeys = ["confidence", "item", "quantity", "scope", "source", "unit", "unit_price_usd", "usd"]
    #expect(keys(line) == lineKeys && line?["usd"] as? Double == 87.6, "8 shards × 730 h × $0.015")
    #expect(keys(document["firehoses"]).isEmpty && document["firehoses"] is [String: Any])
  }

  @Test func `every part has the contract's keys and the named additions`() throws {
    let document = try parsed(Fixture.report())
    #expect(
      keys(document["records"]) == [
        "accepted", "diverted", "duplicates", "in_flight", "lost", "offered", "throttled_attempts",
      ])
    let stream = part(document, "streams", "telemetry")
    let streamKeys = [
      "put_throttle_rate", "first_attempt_throttle_rate", "shards_start", "shards_peak", "shards_end",
      "shard_utilization", "incoming_bytes", "incoming_records", "reshards", "minute_view", "second_view", "attempts",
      "throttled_attempts", "first_attempts", "throttled_first_attempts", "mode", "mode_end",
    ]
    #expect(keys(stream) == streamKeys.sorted())
    #expect(keys(part(stream, "shard_utilization")) == ["max", "mean", "p99"])
    let producer = part(document, "producers", "meters")
    let producerKeys = [
      "offered", "accepted", "lost", "retries", "put_latency_ms", "in_flight", "lost_by", "peak_buffer_bytes",
      "duplicates",
    ]
    #expect(keys(producer) == producerKeys.sorted())
    let latency = ["count", "max", "mean", "p50", "p90", "p95", "p99", "p99_9"]
    #expect(keys(part(producer, "put_latency_ms")) == latency)
    #expect(keys(part(producer, "lost_by")) == ["age", "attempts", "diverted", "dropped"])
    let consumer = part(document, "consumers", "alerts")
    let consumerKeys = [
      "backlog_records", "calls", "duplicate_records", "expired_records", "falling_behind", "iterator_age_ms",
      "propagation_ms", "read_throttle_rate", "records",
      "skipped_records", "throttled_calls",
    ]
    #expect(keys(consumer) == consumerKeys)
    #expect(keys(part(consumer, "iterator_age_ms")) == ["last", "max"])
    let objective = (document["slo"] as? [Any])?.first
    #expect(
      keys(objective) == [
        "expr", "first_broken_at", "id", "passed", "severity", "value", "windows", "windows_broken",
      ])
  }

  @Test func `offered is accepted and lost and in flight`() throws {
    let document = try parsed(Fixture.report())
    for ledger in [document["records"], part(document, "producers", "meters"), part(document, "producers", "gateway")] {
      let counts = try ["offered", "accepted", "lost", "in_flight"].map { try #require(part(ledger, $0) as? Int) }
      #expect(counts[0] == counts[1] + counts[2] + counts[3])
    }
  }

  @Test func `times are in milliseconds and instants in RFC 3339`() throws {
    let document = try parsed(Fixture.report())
    #expect(part(document, "consumers", "alerts", "iterator_age_ms", "max") as? Double == 95_000)
    #expect(document["simulated_s"] as? Double == 7_200)
    let reshards = try #require(part(document, "streams", "telemetry", "reshards") as? [[String: Any]])
    #expect(reshards[0]["requested_at"] as? String == "2026-03-06T21:30:00Z")
    #expect(reshards[0]["duration_s"] as? Double == 30)
    #expect(reshards[1]["finished_at"] is NSNull)
  }

  @Test func `what was not measured is null`() throws {
    let document = try parsed(Fixture.report([Fixture.empty()]))
    let stream = part(document, "streams", "audit")
    #expect(part(stream, "put_throttle_rate") is NSNull)
    #expect(part(stream, "shard_utilization", "p99") is NSNull)
    #expect(part(stream, "minute_view", "busiest_minute") is NSNull)
    #expect(part(document, "producers", "gateway", "put_latency_ms", "p50") is NSNull)
  }

  @Test func `replications appear when there are several and name the one that broke an objective`() throws {
    var second = Fixture.result(replication: 1)
    second.verdicts[0].isPassing = false
    second.verdicts[0].value = 3
    let document = try parsed(Fixture.report([Fixture.result(), second]))
    #expect(part(document, "replications", "n") as? Int == 2)
    #expect(
      keys(part(document, "replications", "metrics", "records.lost")) == ["half_width", "level", "mean", "withheld"])
    let objective = (document["slo"] as? [[String: Any]])?.first
    #expect(objective?["passed"] as? Bool == false && objective?["value"] as? Int == 3)
    #expect(objective?["replication"] as? Int == 1 && objective?["replications_broken"] as? Int == 1)
    #expect(try parsed(Fixture.report())["replications"] == nil)
  }

  @Test func `an unfinished run is not complete`() throws {
    var result = Fixture.result()
    result.isComplete = false
    #expect(try parsed(Fixture.report([result]))["complete"] as? Bool == false)
  }
}

@Suite struct JSONValueTests {
  @Test func `a double reads back bit for bit`() throws {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    for _ in 0..<2_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let value = Double(bitPattern: state ^ (state >> 29))
      guard value.isFinite else { continue }
      #expect(Double(try #require(Figures.shortest(value))) == value)
      // JSONSerialization is a bit off here and there; JSONDecoder reads as strtod does.
      let text = JSONValue.array([.number(value)]).text
      #expect(try JSONDecoder().decode([Double].self, from: Data(text.utf8)) == [value])
    }
  }

  @Test func `numbers that are not finite are null and integral ones have no fraction`() {
    let values: [JSONValue] = [
      .number(.nan), .number(.infinity), .number(-0.0), .number(12), .number(0.1), .number(1e21),
    ]
    #expect(JSONValue.array(values).text == "[\n  null,\n  null,\n  0,\n  12,\n  0.1,\n  1e+21\n]\n")
    #expect(JSONValue.count(UInt64.max).text == "18446744073709551615\n")
  }

  @Test func `what would steer a terminal is escaped as JSON has it`() throws {
    let names = ["a\u{202E}b", "\u{9B}2J", "\u{7F}", "\u{1B}[31m"],
      text = JSONValue.array(names.map { .string($0) }).text
    #expect(PlainText.visible(text) == text)
    #expect(try JSONDecoder().decode([String].self, from: Data(text.utf8)) == names)
  }

  @Test func `keys are sorted by bytes and texts are escaped`() throws {
    let value: JSONValue = ["b": "q\"\\\n\u{1}é", "B": nil, "a": []]
    #expect(value.text == "{\n  \"B\": null,\n  \"a\": [],\n  \"b\": \"q\\\"\\\\\\n\\u0001é\"\n}\n")
    let parsed = try JSONSerialization.jsonObject(with: Data(value.text.utf8)) as? [String: Any]
    #expect(parsed?["b"] as? String == "q\"\\\n\u{1}é")
  }
}
