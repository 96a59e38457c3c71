import Experiment
import Foundation
import KinesisCore
import Scenario
import Testing
import Units

/// Exports as people have them: each is read right, or refused, and never taken for keys in silence.
@Suite("Files that people have")
struct PeoplesFilesTests {
  private static func read(_ texts: String..., keys: String? = nil, shards: String? = nil) throws -> TraceInput {
    let folder = try Folder()
    let files = try texts.enumerated().map { try folder.write("f\($0)", $1) }
    let keyFile = try keys.map { try folder.write("keys", $0) },
      listing = try shards.map { try folder.write("shards", $0) }
    return try TraceFiles.read(files, keys: keyFile.map { [$0] } ?? [], shards: listing, missing: .refuse)
  }

  /// The first thing that is said of a text that is refused.
  private static func refusal(_ text: String, keys: String? = nil) throws -> String? {
    try TraceFilesTests.errors(text, keys: keys).first
  }

  // MARK: Times and kinds of files

  @Test(
    "epoch seconds, whole or with a point, are times; pages of one Id are joined, and a complete one ends its partial ones"
  )
  func epoch() throws {
    let input = try Self.read(
      """
      {"MetricDataResults": [
       {"Id": "m1", "Label": "IncomingRecords", "Timestamps": [1795687140, 1795687080.0, 1795687020], "Values": [10.0, 12.0, 11.0],
        "StatusCode": "PartialData"},
       {"Id": "m1", "Label": "IncomingRecords", "Timestamps": [1795686960], "Values": [9.0], "StatusCode": "Complete"}]}
      """)
    #expect(input.traffic?[.incomingRecords] == [9, 11, 12, 10] && input.warnings == [])
    #expect(input.traffic?.start == CivilTime.instant("2026-11-26T09:56:00Z") && input.shards == [])
  }

  @Test("a result that stays partial is told of") func partial() throws {
    let result = TraceFilesTests.result("IncomingRecords", [1, 2], ["1", "2"])
      .replacing("\"Complete\"", with: "\"PartialData\"")
    let input = try Self.read(TraceFilesTests.export(result))
    #expect(input.warnings.map(\.message) == ["the result is not complete"])
  }

  @Test(
    "times come as a console, Grafana, pandas and logs write them",
    arguments: [
      "2026/03/06 19:00:00", "2026-03-06 19:00:00", "2026-03-06 19:00:00+00:00", "2026-03-06T19:00:00.000Z",
      "1772823600",
      "1772823600000", "1772823600.0", "2026-03-06T21:00:00+02:00",
    ])
  func times(_ text: String) throws {
    let input = try Self.read("Time,IncomingRecords\n\(text),3\n2026-03-06T19:01:00Z,4\n")
    #expect(input.traffic?.start == CivilTime.instant("2026-03-06T19:00:00Z") && input.traffic?.width == .minutes(1))
  }

  @Test("a log's times have fractions of seconds") func fractions() throws {
    let input = try Self.read(
      "time,key\n2026-03-06T19:00:00.250Z,a\n2026-03-06T19:00:00.75Z,b\n2026-03-06T19:00:01.5Z,a\n")
    #expect(input.traffic?[.incomingRecords] == [2, 1])
  }

  @Test("the console's CSV has ids, labels and full labels above its rows") func console() throws {
    let input = try Self.read(
      """
      Id,m1,m2
      Label,IncomingRecords,IncomingBytes
      Full label,IncomingRecords,IncomingBytes
      2026/03/06 19:00:00,3000.0,1500000.0
      2026/03/06 19:01:00,3100.0,1550000.0
      """)
    #expect(
      input.traffic?[.incomingRecords] == [3_000, 3_100] && input.traffic?[.incomingBytes] == [1_500_000, 1_550_000])
  }

  @Test("Grafana quotes its header; columns of other metrics are left out, and said") func grafana() throws {
    let input = try Self.read(
      "\"Time\",\"IncomingRecords\",\"IncomingBytes\",\"PutRecord.Latency\"\n2026-03-06 19:00:00,3000,1500000,7.25\n"
        + "2026-03-06 19:01:00,3100,1550000,8.5\n")
    #expect(input.traffic?[.incomingRecords] == [3_000, 3_100])
    #expect(input.warnings.map(\.message) == ["a metric that is not used"])
  }

  private static let list = """
    [{"Label": "IncomingRecords", "Datapoints": [{"Timestamp": 1516336200, "Sum": 7566.0}, {"Timestamp": 1516336260, "Sum": 7000.0}]},
     {"Label": "IncomingBytes", "Datapoints": [{"Timestamp": 1516336200, "Sum": 756600.0}, {"Timestamp": 1516336260, "Sum": 700000.0}]}]
    """

  @Test("answers come one a file, in a list, or one after the other") func lists() throws {
    let whole = try Self.read(Self.list)
    #expect(
      whole.traffic?[.incomingRecords] == [7_566, 7_000] && whole.traffic?[.incomingBytes] == [756_600, 700_000])
    let lines = Self.list.dropFirst().dropLast().split(separator: "\n").map { $0.hasSuffix(",") ? $0.dropLast() : $0 }
    let appended = try Self.read(lines.joined(separator: "\n") + "\n")
    #expect(appended.traffic == whole.traffic)
  }

  @Test("PowerShell writes UTF-16; a byte order mark is none of the text") func encodings() throws {
    let folder = try Folder()
    let wide = folder.url.appendingPathComponent("wide.json"), marked = folder.url.appendingPathComponent("marked.csv")
    try Data([0xFF, 0xFE] + Self.list.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }).write(to: wide)
    try Data([0xEF, 0xBB, 0xBF] + Array("time,IncomingRecords\n2026-03-06 19:00:00,3\n2026-03-06 19:01:00,4\n".utf8))
      .write(to: marked)
    #expect(try TraceFiles.read([wide.path], keys: [], missing: .refuse).traffic?[.incomingRecords] == [7_566, 7_000])
    #expect(try TraceFiles.read([marked.path], keys: [], missing: .refuse).traffic?[.incomingRecords] == [3, 4])
    let keys = try folder.write("keys.txt", "\u{FEFF}a\nb\n")
    #expect(try TraceFiles.read([], keys: [keys], missing: .refuse).keys?.entries.map(\.key) == ["a", "b"])
  }

  @Test("a byte order mark in a scenario is skipped") func scenarioMark() throws {
    let folder = try Folder()
    #expect(try ScenarioFile.load(path: folder.write("s.yaml", "\u{FEFF}" + Sample.base)).experiment.name == "sample")
  }

  // MARK: Keys

  private static let aggregate = "84mawgoDdS0xCgN1LTIaBwgAGgNhYmMaCQgBGgVoZWxsbxoGCAAaAnh5IdGAKmkrr12Fp8WopGeURA=="

  @Test("what the Kinesis Producer Library packed counts by its user records") func aggregates() throws {
    let input = try Self.read(
      "{\"Records\": [{\"Data\": \"\(Self.aggregate)\", \"PartitionKey\": \"a\"}, {\"Data\": \"aGk=\", \"PartitionKey\": \"k\"}]}"
    )
    #expect(
      input.keys?.entries == [.init(key: "u-1", count: 2), .init(key: "u-2", count: 1), .init(key: "k", count: 1)])
    #expect(input.keys?.sizes == [2, 2, 3, 5])
  }

  private static let shared = Sample.package.deletingLastPathComponent().appendingPathComponent(
    "shared/cases/d-kpl-records.json"
  ).path

  @Test(
    "an aggregate that AWS's own library wrote",
    .enabled(if: FileManager.default.fileExists(atPath: shared), "not beside the package"))
  func kpl() throws {
    let keys = try #require(try TraceFiles.read([], keys: [Self.shared], missing: .refuse).keys)
    #expect(keys.entries.count > 10 && keys.entries.allSatisfy { $0.key.hasPrefix("user-") })
    #expect(keys.entries.max { $0.count < $1.count }?.key == "user-000")
  }

  @Test("a broken aggregate is a record") func broken() throws {
    let cut = String(Self.aggregate.prefix(24))
    let input = try Self.read("{\"Records\": [{\"Data\": \"\(cut)\", \"PartitionKey\": \"a\"}]}")
    #expect(input.keys?.entries == [.init(key: "a", count: 1)])
  }

  @Test("a column's header in a list of keys is left out; keys that jq quoted are what is within") func lines() throws {
    let headed = try Self.read(keys: "partition_key\na\nb\na\n")
    #expect(headed.keys?.entries == [.init(key: "a", count: 2), .init(key: "b", count: 1)])
    #expect(headed.warnings.map(\.message) == ["a header, left out"])
    let quoted = try Self.read(keys: "\"a\"\r\n\"b\"\r\n\"a\"\r\n")
    #expect(quoted.keys?.entries == headed.keys?.entries && quoted.warnings.count == 1)
    #expect(try Self.read(keys: "\"a\"\nb\n").keys?.entries.map(\.key) == ["\"a\"", "b"], "not all are quoted")
    #expect(
      try TraceFilesTests.errors(keys: "\"a\\\"b\"\n").first
        == "keys:1:1: keys in quotes, with escapes; print them with jq --raw-output")
    #expect(try Self.read("u-1\nu-2\n").warnings.map(\.message) == ["taken as partition keys, one a line"])
  }

  // MARK: What is no trace

  @Test(
    "what is neither counts nor keys is refused and not taken for keys",
    arguments: [
      ("t_s;count\n0;10\n60;20\n", "f0:1:1: cells are parted by semicolons, not by commas"),
      ("t_s\tcount\n0\t10\n60\t20\n", "f0:1:1: cells are parted by tabs, not by commas"),
      ("# made by hand\nt_s,count\n0,10\n60,20\n", "f0:1:1: a comment"),
      ("\"abc\"\n", "f0:1:1: one value alone"), ("42", "f0:1:1: one value alone"),
      ("true\n", "f0:1:1: one value alone"),
      ("null\n", "f0:1:1: one value alone"), ("[1, 2, 3]", "f0: expected MetricDataResults"),
      ("{}", "f0: expected MetricDataResults"),
      ("12\n17\n9\n", "f0:1:1: numbers, one a line"),
      (
        "t_s,count\n0,3.000\n60,2.500\n120,850\n",
        "f0:2:1: a number of count that looks like a dot between thousands, found \"3.000\""
      ),
      (
        "time,IncomingRecords\n2026-03-06 19:00:00,3.000\n2026-03-06 19:01:00,2.500\n",
        "f0:2:21: a sum of IncomingRecords is a whole"
      ),
      (
        "t_s,IncomingRecords\n0,3000.5\n60,2000.25\n",
        "f0:2:3: a sum of IncomingRecords is a whole number: this looks like an Average"
      ),
      (
        "Time,IncomingRecords Average\n2026-03-06 19:00:00,3\n2026-03-06 19:01:00,2\n",
        "f0:1:6: IncomingRecords by the statistic average"
      ),
      (
        "t_s,IncomingRecords,IncomingBytes\n0,1000,1000\n60,1200,1200\n",
        "f0: IncomingBytes has 2200 for 2200 records: less than a byte of key and a byte of data each"
      ),
    ])
  func refused(_ text: String, _ says: String) throws {
    let said = try Self.refusal(text)
    #expect(said?.hasPrefix(says) == true, "\(said ?? "read")")
  }

  @Test("counts with a point are read where others show what it means") func points() throws {
    let input = try Self.read("t_s,count\n0,3.125\n60,2.5\n120,1250\n")
    #expect(input.traffic?[.incomingRecords] == [3.125, 2.5, 1_250])
  }

  @Test("a key given twice is found again in a file of Windows") func windows() throws {
    let text = Sample.with("    rate: 100\n", "    rate: 100\n    rate: 200\n")
    let unix = Sample.errors(text)
    #expect(unix.first?.contains("key \"rate\" is given twice, again in line") == true, "\(unix)")
    #expect(Sample.errors(text.replacing("\n", with: "\r\n")) == unix)
  }
}
