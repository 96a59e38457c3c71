import Experiment
import Foundation
import Scenario
import Testing

/// What people give as a sample of keys, and tables as their tools write them.
@Suite("Samples of keys, and tables of other tools")
struct KeySampleTests {
  private static func read(_ texts: String..., keys: String? = nil) throws -> TraceInput {
    let folder = try Folder()
    let files = try texts.enumerated().map { try folder.write("f\($0)", $1) }
    let keyFile = try keys.map { try folder.write("keys", $0) }
    return try TraceFiles.read(files, keys: keyFile.map { [$0] } ?? [], missing: .refuse)
  }

  private static func entries(_ keys: String) throws -> [String: Int] {
    let entries = try read(keys: keys).keys?.entries ?? []
    return Dictionary(uniqueKeysWithValues: entries.map { ($0.key, $0.count) })
  }

  @Test(
    "a table under --keys is refused where it has no column of keys, or is parted otherwise",
    arguments: [
      ("t_s;count;bytes\n0;10;5000\n60;20;9000\n", "cells are parted by semicolons, not by commas"),
      ("t_s\tcount\n0\t10\n", "cells are parted by tabs, not by commas"),
      ("\"time\"|\"key\"\n1700000000|u0\n", "cells are parted by bars, not by commas"),
      ("t_s,count\n0,10\n60,20\n", "a table without a column of keys"),
      ("42\n", "one value alone, neither counts nor keys"), ("null\n", "one value alone, neither counts nor keys"),
      ("Id,m1,m2\nLabel,IncomingRecords,IncomingBytes\n", "what CloudWatch's console exports, not keys"),
      ("MetricDataResults:\n- Id: m1\n", "what AWS's command line prints as a table or as YAML"),
      ("------------------\n|  GetMetricData  |\n", "what AWS's command line prints as a table or as YAML"),
      ("# from the log\ntime,key\n1700000000,u0\n", "a comment above a table"),
      ("t_s\n0\n1\n", "a table without a column of keys"),
      ("t_s,key_a,key_b\n0,x,y\n", "a table with more than one column of keys"),
    ])
  func tables(_ text: String, _ says: String) throws {
    let said = try TraceFilesTests.errors(keys: text).first
    #expect(said?.hasPrefix("keys:1:1: \(says), found ") == true, "\(said ?? "read")")
  }

  @Test("a table's column of keys is read, and said; rows that count many count as many") func column() throws {
    let input = try Self.read(keys: "time,key\n1700000000,u0\n1700000001,u1\n1700000002,u0\n")
    #expect(input.keys?.entries == [.init(key: "u0", count: 2), .init(key: "u1", count: 1)])
    #expect(input.warnings.map(\.message) == ["a table: the keys are those of its column"])
    #expect(try Self.entries("PartitionKey,count\n\"a,b\",3\nc,1\n") == ["a,b": 3, "c": 1])
    #expect(try Self.read(keys: "\"key\",\"bytes\"\n\"a\",\"40\"\n\"b\",\"60\"\n").keys?.sizes == [40, 60])
    #expect(try Self.entries("a,b\na,c\na,b\n") == ["a,b": 2, "a,c": 1], "keys may have commas")
    #expect(try Self.entries("x;1\nx;2\nx;1\n") == ["x;1": 2, "x;2": 1], "and semicolons")
  }

  @Test("events whose cells of keys are empty have none, in quotes as without") func keyless() throws {
    for row in ["\"0.1\",\"\"", "0.1,"] {
      let input = try TraceFilesTests.read("\"t_s\",\"key\"\n\(row)\n\(row.replacing("0.1", with: "2.1"))\n")
      #expect(input.traffic?[.incomingRecords] == [1, 0, 1] && input.keys == nil)
    }
  }

  @Test("a comment is left out, and said; keys that begin like one are keys") func comments() throws {
    let input = try Self.read(keys: "# from the log\na\nb\na\n")
    #expect(input.keys?.entries == [.init(key: "a", count: 2), .init(key: "b", count: 1)])
    #expect(input.warnings.map(\.message) == ["a comment, left out"])
    #expect(try Self.entries("#go\n#swift\n#go\n") == ["#go": 2, "#swift": 1])
    #expect(try Self.entries("#go\nrust\n#go\n") == ["#go": 2, "rust": 1])
  }

  @Test(
    "a header that nobody listed is left out: it is seen once, and the others repeat or look otherwise",
    arguments: ["deviceId", "id", "user_id", "tenant", "\"deviceId\""])
  func headers(_ name: String) throws {
    let numbered = try Self.read(keys: name + "\n" + (0..<50).map { "dev-\($0)\n" }.joined())
    #expect(numbered.keys?.entries.count == 50 && numbered.warnings.map(\.message) == ["a header, left out"])
    let words = try Self.read(keys: name + "\nacme\nglobex\nacme\nglobex\nacme\n")
    #expect(words.keys?.entries == [.init(key: "acme", count: 3), .init(key: "globex", count: 2)])
  }

  @Test("a first key that is seen again is a key, and so is one among others like it") func firstKeys() throws {
    #expect(try Self.entries("acme\nglobex\nacme\nglobex\n") == ["acme": 2, "globex": 2])
    #expect(try Self.entries("acme\nglobex\ninitech\nhooli\n").count == 4)
    #expect(try Self.entries("u-1\nu-2\nu-2\nu-2\n") == ["u-1": 1, "u-2": 3])
  }

  @Test("keys come as a list of JSON, and as records one a line; what is neither is told of once") func json() throws {
    #expect(try Self.entries("[\"u1\", \"u2\", \"u1\"]") == ["u1": 2, "u2": 1])
    #expect(try Self.entries("[7, 8, 7]") == ["7": 2, "8": 1])
    let positional = try Self.read("[\"u1\", \"u2\"]")
    #expect(positional.warnings.map(\.message) == ["taken as a list of partition keys"])
    #expect(try Self.entries("{\"PartitionKey\": \"u1\"}\n{\"PartitionKey\": \"u2\"}\n") == ["u1": 1, "u2": 1])
    #expect(try Self.entries("{\"PartitionKey\": \"u1\", \"Data\": \"aGk=\"}") == ["u1": 1])
    let strange = try TraceFilesTests.errors(keys: String(repeating: "{\"user\": \"u1\"}\n", count: 200))
    #expect(strange.count == 1 && strange[0].contains("expected MetricDataResults, Datapoints, Records or Shards"))
    #expect(try TraceFilesTests.errors("[1, 2]").first?.hasPrefix("f0: expected MetricDataResults") == true)
  }

  @Test("a file that is named twice is read once, and said") func twice() throws {
    let folder = try Folder()
    let keys = try folder.write("k", "a\nb\n"), other = folder.url.appendingPathComponent("./k").path
    for names in [[keys, keys], [keys, other]] {
      let input = try TraceFiles.read([], keys: names, missing: .refuse)
      #expect(input.keys?.records == 2 && input.warnings.map(\.message) == ["named twice, and read once"])
    }
    let both = try TraceFiles.read([keys], keys: [keys], missing: .refuse)
    #expect(both.keys?.records == 2)
  }

  // MARK: Tables

  @Test(
    "cells in quotes are what is within, and pandas' index is no column",
    arguments: [
      "\"time\",\"count\"\n\"2026-03-06 19:00:00\",\"3000\"\n\"2026-03-06 19:01:00\",\"3100\"\n",
      "\"t_s\",\"count\"\r\n\"0\",\"3000\"\r\n\"60\",\"3100\"\r\n",
      ",time,count\n0,2026-03-06 19:00:00,3000\n1,2026-03-06 19:01:00,3100\n",
      "\"\",\"t_s\",\"count\"\n\"1\",0,3000\n\"2\",60,3100\n",
      ",Time,IncomingRecords\n0,2026-03-06 19:00:00,3000\n1,2026-03-06 19:01:00,3100\n",
    ])
  func quoted(_ text: String) throws {
    #expect(try Self.read(text).traffic?[.incomingRecords] == [3_000, 3_100])
  }

  @Test("events in quotes have their keys without them") func events() throws {
    let input = try Self.read("\"t_s\",\"key\",\"bytes\"\n\"0\",\"a,b\",\"100\"\n\"0.5\",\"c\",\"50\"\n")
    #expect(input.keys?.entries == [.init(key: "a,b", count: 1), .init(key: "c", count: 1)])
  }

  @Test(
    "separators between thousands are called that",
    arguments: [
      ("t_s,count\n0,\"3,000\"\n60,\"2,500\"\n", "2:3: a count of records that looks like a comma between thousands"),
      ("t_s,count\n0,1.234.567\n60,2.500.000\n", "2:3: a count of records that looks like a dot between thousands"),
      ("t_s,IncomingRecords\n0,1.234.567\n60,5\n", "2:3: a sum that looks like a dot between thousands"),
      ("t_s,count,bytes\n0,10,1'000'000\n60,5,9\n", "2:6: a number of bytes that looks like an apostrophe"),
    ])
  func thousands(_ text: String, _ says: String) throws {
    let said = try TraceFilesTests.errors(text).first
    #expect(
      said?.hasPrefix("f0:\(says)") == true && said?.hasSuffix("export without separators") == true, "\(said ?? "")")
  }

  @Test("fewer than two bytes a record are refused in a table, too") func bytes() throws {
    let counted = try TraceFilesTests.errors("t_s,count,bytes\n0,1000,1000\n60,1200,1200\n").first
    #expect(counted?.hasPrefix("f0: bytes has 2200 for 2200 records: fewer than two bytes a record") == true)
    let events = try TraceFilesTests.errors("t_s,key,bytes\n0,a,1\n1,b,1\n").first
    #expect(events?.contains("fewer than two bytes a record") == true)
  }
}
