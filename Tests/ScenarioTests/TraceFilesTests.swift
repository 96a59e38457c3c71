import Experiment
import Foundation
import Models
import Scenario
import Testing
import Units

@Suite("Files of recorded traffic")
struct TraceFilesTests {
  /// What is read of a text, in a file of its own.
  static func read(_ texts: String..., keys: String? = nil, missing: MissingBins = .refuse) throws -> TraceInput {
    let folder = try Folder()
    let files = try texts.enumerated().map { try folder.write("f\($0)", $1) }
    let keyFile = try keys.map { try folder.write("keys", $0) }
    return try TraceFiles.read(files, keys: keyFile.map { [$0] } ?? [], missing: missing)
  }

  /// What is said of a text that cannot be read.
  static func errors(_ texts: String..., keys: String? = nil) throws -> [String] {
    let folder = try Folder()
    let files = try texts.enumerated().map { try folder.write("f\($0)", $1) }
    let keyFile = try keys.map { try folder.write("keys", $0) }
    do {
      _ = try TraceFiles.read(files, keys: keyFile.map { [$0] } ?? [], missing: .refuse)
      return []
    } catch {
      return error.diagnostics.map { $0.description.replacingOccurrences(of: folder.url.path + "/", with: "") }
    }
  }

  static func result(_ label: String, _ times: [Int], _ values: [String], id: String = "m1", more: String = "")
    -> String
  {
    let stamps = times.map { "\"2026-03-06T19:0\($0):00+00:00\"" }.joined(separator: ", ")
    return "{\"Id\": \"\(id)\", \"Label\": \"\(label)\", \"Timestamps\": [\(stamps)], "
      + "\"Values\": [\(values.joined(separator: ", "))], \"StatusCode\": \"Complete\"\(more)}"
  }

  static func export(_ results: String...) -> String {
    "{\"MetricDataResults\": [\n" + results.joined(separator: ",\n") + "\n], \"Messages\": []}"
  }

  @Test("get-metric-data: any order, three metrics, a minute wide, a missing minute is zero and said") func metricData()
    throws
  {
    let input = try Self.read(
      Self.export(
        Self.result("IncomingRecords", [4, 3, 1], ["40.0", "30", "1e1"]),
        Self.result("orders bytes", [1, 3, 4], ["100", "300", "400"], id: "incoming_bytes"),
        Self.result("WriteProvisionedThroughputExceeded", [3], ["7"])))
    let traffic = try #require(input.traffic)
    #expect(traffic.start == CivilTime.instant("2026-03-06T19:01:00Z") && traffic.width == .minutes(1))
    #expect(traffic[.incomingRecords] == [10, 0, 30, 40] && traffic[.incomingBytes] == [100, 0, 300, 400])
    #expect(traffic[.writeExceeded] == [0, 0, 7, 0] && traffic[.putRecordsTotal] == nil)
    #expect(input.bytes == .withKeys && input.keys == nil)
    #expect(input.warnings.map(\.message) == ["IncomingRecords has no datapoint in 1 of 4 bins: taken as zero"])
  }

  @Test("pages and metrics in files of their own make one series each") func pages() throws {
    let input = try Self.read(
      Self.export(Self.result("IncomingRecords", [1, 2], ["1", "2"])),
      Self.export(Self.result("IncomingRecords", [3], ["3"]), Self.result("IncomingBytes", [1], ["9"])))
    #expect(input.traffic?[.incomingRecords] == [1, 2, 3] && input.traffic?[.incomingBytes] == [9, 0, 0])
  }

  static func statistics(_ points: String) -> String { "{\"Label\": \"IncomingRecords\", \"Datapoints\": [\(points)]}" }

  @Test("get-metric-statistics: sums, or averages with their number of samples; five minutes wide") func statistics()
    throws
  {
    let input = try Self.read(
      Self.statistics(
        """
        {"Timestamp": "2026-03-06T19:05:00Z", "Sum": 12.0, "Unit": "Count"},
        {"Timestamp": "2026-03-06T19:00:00Z", "Average": 2.5, "SampleCount": 4, "Unit": "Count"}
        """))
    #expect(input.traffic?.width == .minutes(5) && input.traffic?[.incomingRecords] == [10, 12])
  }

  @Test("a stream of events in CSV has counts by the second, keys and sizes; dates may stand for seconds") func events()
    throws
  {
    let input = try Self.read("t_s,key,bytes\n5.25,a,10\n5.5,b,30\n7,a,20\n")
    #expect(input.traffic?[.incomingRecords] == [2, 0, 1] && input.traffic?[.incomingBytes] == [40, 0, 20])
    #expect(input.traffic?.width == .seconds(1) && input.bytes == .dataOnly && input.traffic?.start == nil)
    #expect(input.keys?.entries == [.init(key: "a", count: 2), .init(key: "b", count: 1)])
    #expect(input.keys?.sizes == [10, 20, 30])
    let dated = try Self.read("timestamp,count\n2026-03-06T19:00:00Z,3\n2026-03-06T19:01:00Z,4\n")
    #expect(dated.traffic?.start == CivilTime.instant("2026-03-06T19:00:00Z"))
    #expect(dated.traffic?[.incomingRecords] == [3, 4])
    let keyless = try Self.read("t_s,key,bytes\n0,,10\n1,,20\n")
    #expect(keyless.keys?.entries == [] && keyless.keys?.sizes == [10, 20])
  }

  @Test("observed.csv is read as what CloudWatch counted") func observed() throws {
    let input = try Self.read("t_s,IncomingRecords,WriteProvisionedThroughputExceeded\n0,5,\n60,7,2\n")
    #expect(input.traffic?[.incomingRecords] == [5, 7] && input.traffic?[.writeExceeded] == [0, 2])
  }

  @Test("keys come one a line or from GetRecords, whose data tell sizes") func keys() throws {
    let lines = try Self.read("u-1\r\nu-2\n\nu-1\n")
    #expect(lines.keys?.entries == [.init(key: "u-1", count: 2), .init(key: "u-2", count: 1)] && lines.traffic == nil)
    let records = """
      {"Records": [{"SequenceNumber": "1", "Data": "aGVsbG8=", "PartitionKey": "k", "ApproximateArrivalTimestamp": 1.5},
       {"SequenceNumber": "2", "Data": "aGk=", "PartitionKey": "k"}], "NextShardIterator": "x", "MillisBehindLatest": 0}
      """
    let sample = try Self.read(records)
    #expect(sample.keys?.entries == [.init(key: "k", count: 2)] && sample.keys?.sizes == [2, 5])
    let odd = try Self.read("t_s,count\n0,1\n60,1\n", keys: "a,b\nt_s\n")
    #expect(odd.keys?.entries.map(\.key) == ["a,b", "t_s"], "--keys takes any text")
  }

  @Test("a mistake has its place, what was found and a remedy", arguments: mistakes)
  func mistake(_ mistake: (text: String, says: String)) throws {
    let errors = try Self.errors(mistake.text)
    #expect(errors.first?.hasPrefix(mistake.says) == true, "\(errors)")
  }

  static let sumRemedy = "; ask for the statistic Sum: docs/trace.md has the command"
  static let mistakes: [(text: String, says: String)] = [
    ("", "f0: the file is empty"),
    ("{\"a\": 1}", "f0: expected MetricDataResults, Datapoints, Records or Shards, found a; give what"),
    ("{\"MetricDataResults\": [}", "f0:1:24: not valid JSON: "),
    (
      export(result("IncomingRecords", [1, 2], ["10", "12.5"])),
      "f0:2:131 MetricDataResults[0].Values[1]: a sum of IncomingRecords is a whole number: 12.5 looks like an Average"
        + sumRemedy
    ),
    (
      export(result("IncomingRecords Average", [1, 2], ["10", "12"])),
      "f0:2:23 MetricDataResults[0].Label: IncomingRecords by the statistic average is not a count" + sumRemedy
    ),
    (
      export(result("IncomingRecords", [1, 2], ["10"])),
      "f0:2:1 MetricDataResults[0]: 2 Timestamps and 1 Values: expected as many of both"
    ),
    (
      export(result("IncomingRecords", [1, 2], ["10", "-1"])),
      "f0:2:131 MetricDataResults[0].Values[1]: expected a sum, found \"-1\"; it cannot be negative"
    ),
    (
      export(result("IncomingRecords", [1], ["10"])),
      "f0: one datapoint does not tell how wide its bin is; export a longer time"
    ),
    (
      export(result("IncomingRecords", [1, 2], ["1", "2"]), result("IncomingRecords", [1, 2], ["1", "3"])),
      "f0:3:130: IncomingRecords is given twice for one time, with different sums; give one stream"
    ),
    (
      statistics("{\"Timestamp\": \"2026-03-06T19:05:00Z\", \"Average\": 12.0}"),
      "f0:1:45 Datapoints[0]: the datapoints of IncomingRecords have an Average and no SampleCount"
    ),
    (
      statistics("{\"Timestamp\": \"yesterday\", \"Sum\": 12.0}"),
      "f0:1:59 Datapoints[0].Timestamp: expected a time such as 2026-03-06T19:00:00Z, found \"yesterday\""
    ),
    ("time,count\nnoon,3\n", "f0:2:1: expected a time such as 2026-03-06T19:00:00Z, found \"noon\""),
    (
      "count,t\n1,2\n",
      "f0:1:1: expected a header that begins with t_s, time or timestamp, found \"count\"; if these are"
    ),
    ("t_s,count\n0,1\n60,2\n180,2\n240,1\n", "f0:4:1: a hole: after 60 the next bin is at 120"),
    (
      "t_s,IncomingRecord,IncomingBytes\n0,1,2\n",
      "f0:1:5: expected a metric that is known, found \"IncomingRecord\"; did you"
    ),
  ]

  @Test("traffic may be given once; a file that is not there ends with 66, all mistakes at once") func several() throws
  {
    let csv = "t_s,count\n0,1\n60,2\n"
    #expect(try Self.errors(csv, csv).first?.hasPrefix("f1: traffic is given twice, here and in ") == true)
    let export = Self.export(Self.result("IncomingRecords", [1, 2], ["1", "2"]))
    #expect(try Self.errors(csv, export).first?.hasPrefix("f0: traffic is given twice, here and in ") == true)
    #expect(try Self.errors("t_s,count\nx,1\n60,y\n", "{\"a\": 1}").count == 3)
    #expect {
      try TraceFiles.read(["nowhere.json"], keys: [], missing: .refuse)
    } throws: { error in
      (error as? ScenarioFailure)?.exitCode == 66
    }
  }

  @Test("holes of a CSV are filled as told") func holes() throws {
    let csv = "t_s,count\n0,1\n60,2\n180,4\n240,1\n"
    #expect(try Self.read(csv, missing: .zero).traffic?[.incomingRecords] == [1, 2, 0, 4, 1])
    #expect(try Self.read(csv, missing: .interpolate).traffic?[.incomingRecords] == [1, 2, 3, 4, 1])
  }

  static let scenario = Sample.with("shards: 4}", "shards: 4, observed: {file: o.csv}}")

  @Test("a scenario's observed file has its own mistakes at their places") func scenarioFile() throws {
    let folder = try Folder()
    try folder.write("s.yaml", Self.scenario)
    #expect(
      folder.errors("s.yaml") == ["s.yaml:5:59 streams.clicks.observed.file: cannot read \"o.csv\": no such file"])
    try folder.write("o.csv", "t_s,IncomingRecords\n0,1\n60,x\n")
    #expect(
      folder.errors("s.yaml")
        == ["o.csv:3:4 streams.clicks.observed.file: expected a sum, which cannot be negative, found \"x\""])
    try folder.write("o.csv", "t_s,IncomingRecords\n0,1\n60,3\n120,4\n")
    let loaded = try ScenarioFile.load(path: folder.url.appendingPathComponent("s.yaml").path)
    let observed = try #require(loaded.experiment.streams[0].observed)
    #expect(observed.width == .minutes(1) && observed[.incomingRecords] == [1, 3, 4])
    #expect(loaded.inputs.map(\.bytes.count) == [35], "what the report depends on is part of the fingerprint")
  }
}
