import Foundation
import Testing

/// A file that cannot be simulated, and what is said about it.
struct BadInput: Sendable, CustomTestStringConvertible {
  var name: String
  var status: Int32 = 65
  /// What stderr begins with.
  var says: String
  var text: String = ""
  var trace: String?
  /// The path given to the tool, when it is not a file of `text`.
  var path = "bad.yaml"
  /// Makes what no text can be.
  var make: (@Sendable (Folder) throws -> Void)?

  var testDescription: String { name }

  static let all = values + traces + files

  private static let values = [
    BadInput(
      name: "an unknown key", says: "bad.yaml:13:5 producers.web.rte: unknown key \"rte\"",
      text: Sample.with("rate: 300", "rate: 300\n    rte: 300")),
    BadInput(
      name: "an unknown unit", says: "bad.yaml:13:20 producers.web.record.size: ",
      text: Sample.with("{dist: lognormal, median: 600B, p99: 4KiB}", "600Q")),
    BadInput(
      name: "a negative rate", says: "bad.yaml:12:11 producers.web.rate: ", text: Sample.with("rate: 300", "rate: -300")
    ),
    BadInput(
      name: "an objective on an unknown metric", says: "bad.yaml:22:22 slo[0].expr: ",
      text: Sample.with("records_lost(producer=web)", "records_lots(producer=web)")),
    BadInput(
      name: "an objective on a stream that is not there", says: "bad.yaml:22:22 slo[0].expr: ",
      text: Sample.with("records_lost(producer=web).sum == 0 records", "put_throttle_rate(stream=clacks).rate < 1 %")),
    BadInput(
      name: "no shards", says: "bad.yaml:7:39 streams.clicks.shards: ", text: Sample.with("shards: 2", "shards: 0")),
    BadInput(
      name: "a billion shards", says: "bad.yaml:7:39 streams.clicks.shards: ",
      text: Sample.with("shards: 2", "shards: 1000000000")),
    BadInput(
      name: "a record above the stream's maximum", says: "bad.yaml:13:20 producers.web.record.size: ",
      text: Sample.with("{dist: lognormal, median: 600B, p99: 4KiB}", "2MiB")),
    BadInput(
      name: "a salt of 0", says: "bad.yaml:14:57 producers.web.keys.salt: ",
      text: Sample.with("s: 0.9", "s: 0.9, salt: 0")),
    BadInput(
      name: "a scenario that extends itself", says: "bad.yaml:1:10 extends: a scenario cannot extend itself",
      text: "extends: bad.yaml\n"),
    BadInput(name: "a bomb of aliases", says: "bad.yaml:", text: bomb),
    BadInput(name: "a bomb of aliases as keys", says: "bad.yaml:", text: bomb.replacing("last: ", with: "? ")),
    BadInput(name: "ten thousand open brackets", says: "bad.yaml:", text: String(repeating: "[", count: 10_000)),
  ]

  private static let traces = [
    trace(
      "a hole", "t_s,count\n0,1\n60,1\n180,1\n",
      says: "4:1 producers.web.rate.file: a hole: after 60 the next bin is at 120"),
    trace(
      "a text cell", "t_s,count\n0,1\n60,many\n",
      says: "3:4 producers.web.rate.file: expected a count of records, found \"many\""),
    trace(
      "time that goes backwards", "t_s,count\n60,1\n0,1\n", says: "3:1 producers.web.rate.file: time goes backwards"),
    trace("nothing", "", says: "1:1 producers.web.rate.file: the trace is empty"),
  ]

  private static let files = [
    BadInput(name: "a sparse file of 1 GiB", says: "bad.yaml: larger than 1 MiB") { folder in
      let file = try folder.handle("bad.yaml")
      try file.truncate(atOffset: 1 << 30)
    },
    BadInput(
      name: "a sparse trace of 1 GiB",
      says: "bad.yaml:12:32 producers.web.rate.file: cannot read \"trace.csv\": traces are larger than 256 MiB",
      text: replaying, trace: ""
    ) { folder in
      let file = try folder.handle("trace.csv")
      try file.truncate(atOffset: 1 << 30)
    },
    BadInput(name: "a directory", status: 66, says: ".: is a directory, not a file", path: "."),
    BadInput(name: "binary rubbish", says: "bad.yaml:1:1: expected a text file in UTF-8") { folder in
      try folder.write("bad.yaml", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 197 ^ ($0 >> 3)) })
    },
    BadInput(name: "a file that is not there", status: 66, says: "nope.yaml: no such file", path: "nope.yaml"),
    BadInput(name: "an endless device", status: 66, says: "/dev/zero: is not a regular file", path: "/dev/zero"),
  ]

  private static let replaying = Sample.with("rate: 300", "rate: {curve: trace, file: trace.csv}")

  private static func trace(_ what: String, _ csv: String, says: String) -> BadInput {
    BadInput(name: "a trace with " + what, says: "trace.csv:" + says, text: replaying, trace: csv)
  }

  /// Nine levels of ten aliases each: a billion values from half a kilobyte.
  private static let bomb =
    (1...9).reduce("a0: &a0 [x]\n") { text, level in
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      return text + "a\(level): &a\(level) [\(items)]\n"
    } + "last: *a9\n"
}

@Suite struct `Bad input` {
  @Test(
    "is refused by run and validate, at its place, within ten seconds and bounds of memory", arguments: BadInput.all)
  func refused(_ input: BadInput) async throws {
    let folder = try Folder()
    try folder.write("bad.yaml", input.text)
    if let trace = input.trace { try folder.write("trace.csv", trace) }
    try input.make?(folder)
    for verb in ["validate", "run"] {
      let outcome = try await Tool.built.run(
        [verb, input.path], in: folder.url, bounds: .tight)
      #expect(outcome.status == input.status && !outcome.isCrash, "\(outcome)")
      #expect(outcome.stderr.hasPrefix(input.says), "\(outcome)")
      #expect(outcome.stdout == "", "\(outcome)")
    }
  }

  @Test("is told all at once, in the order of the file") func allAtOnce() async throws {
    let folder = try Folder()
    let text = Sample.with("rate: 300", "rate: -1").replacing("shards: 2", with: "shards: 0")
      .replacing("cap: 1s", with: "cap: 1 year").replacing("type: kcl_efo", with: "type: kcl_ego")
      .replacing("records_lost", with: "records_lots")
    try folder.write("bad.yaml", text)
    let outcome = try await Tool.built.run(["run", "bad.yaml"], in: folder.url)
    let lines = outcome.stderr.split(separator: "\n").map { $0.split(separator: ":")[1] }
    #expect(lines == ["7", "12", "15", "17", "22"], "\(outcome)")
    #expect(outcome.status == 65)
  }

  @Test("65 wins over 66 when a file is bad and another is missing") func worst() async throws {
    let folder = try Folder()
    try folder.write("bad.yaml", Sample.with("shards: 2", "shards: 0"))
    try folder.write("good.yaml", Sample.small)
    let outcome = try await Tool.built.run(["validate", "nope.yaml", "good.yaml", "bad.yaml"], in: folder.url)
    #expect(outcome.status == 65)
    #expect(outcome.stdout == "good.yaml: valid\n")
    #expect(outcome.stderr.contains("nope.yaml: no such file") && outcome.stderr.contains("bad.yaml:7:39"))
  }

  @Test("validate says the same as JSON") func json() async throws {
    let folder = try Folder()
    try folder.write("bad.yaml", Sample.with("shards: 2", "shards: 0"))
    let outcome = try await Tool.built.run(["validate", "bad.yaml", "--format", "json"], in: folder.url)
    let files = try #require(outcome.json?["files"] as? [[String: Any]])
    let first = (files.first?["diagnostics"] as? [[String: Any]])?.first
    #expect(outcome.status == 65 && outcome.stderr == "", "\(outcome)")
    #expect(outcome.json?["schema"] as? String == "weir.validate/v1")
    #expect(files.first?["valid"] as? Bool == false)
    #expect(first?["line"] as? Int == 7 && first?["column"] as? Int == 39)
    #expect(first?["path"] as? String == "streams.clicks.shards")
  }

  @Test("a scenario that reads a trace with holes runs once they are filled, with a warning") func filled() async throws
  {
    let folder = try Folder()
    try folder.write("trace.csv", "t_s,count\n0,1000\n20,1000\n60,1000\n")
    try folder.write("s.yaml", Sample.with("rate: 300", "rate: {curve: trace, file: trace.csv, holes: previous}"))
    let outcome = try await Tool.built.run(["run", "s.yaml", "--format", "json"], in: folder.url)
    let warning = "s.yaml:12:50 producers.web.rate.holes: warning: "
    #expect(outcome.status == 0 && outcome.stderr.hasPrefix(warning), "\(outcome)")
    #expect((outcome.json?["warnings"] as? [String])?.first?.hasPrefix(warning) == true)
  }
}
