import Experiment
import Foundation
import Models
import Scenario
import Testing
import Units

@Suite struct `Traces` {
  /// A scenario whose only producer replays `trace.csv`, and that file.
  private func folder(_ csv: String, _ options: String = "", keys: String = "{dist: single}", size: String = "900B")
    throws
    -> Folder
  {
    let folder = try Folder()
    try folder.write("trace.csv", csv)
    let text = Sample.with("rate: 100", "rate: {curve: trace, file: trace.csv\(options)}")
      .replacing("{dist: uniform, cardinality: 1000}", with: keys).replacing("size: 900B", with: "size: \(size)")
    try folder.write("s.yaml", text)
    return folder
  }

  private func curve(_ folder: Folder) throws -> RateCurve {
    try ScenarioFile.load(path: folder.url.appendingPathComponent("s.yaml").path).experiment.producers[0].rate
  }

  @Test("a trace in bins has a width, counts and a scale") func binned() throws {
    let csv = "t_s,count,bytes\r\n0,10,1000\r\n300,30,9000\r\n600,20.5,0\r\n"
    guard case .bins(let trace) = try curve(folder(csv, ", scale: 2, loop: true")) else { return #expect(Bool(false)) }
    #expect(trace.width == .seconds(300))
    #expect(trace.counts == [10, 30, 20.5])
    #expect(trace.bytes == [1_000, 9_000, 0])
    #expect(trace.scale == 2)
    #expect(trace.repeats)
    #expect(trace.source == "trace.csv")
  }

  @Test("a trace is scaled to a mean rate or to a peak in MiB/s") func scaled() throws {
    let csv = "t_s,count\n0,10\n10,30\n"
    guard case .bins(let mean) = try curve(folder(csv, ", scale_mean_rps: 8")) else { return #expect(Bool(false)) }
    #expect(mean.scale == 4)
    guard case .bins(let peak) = try curve(folder(csv, ", scale_peak_mibps: 3", size: "988")) else {
      return #expect(Bool(false))
    }
    #expect(peak.scale == 1_024)
  }

  @Test("within_bin says how records fall, and arrivals must not say otherwise") func withinBin() throws {
    let csv = "t_s,count\n0,10\n10,30\n"
    let sound = try folder(csv, ", within_bin: paced")
    let experiment = try ScenarioFile.load(path: sound.url.appendingPathComponent("s.yaml").path).experiment
    #expect(experiment.producers[0].arrivals == .paced)
    try sound.write(
      "s.yaml",
      Sample.with("rate: 100", "rate: {curve: trace, file: trace.csv, within_bin: paced}\n    arrivals: poisson"))
    #expect(
      sound.errors("s.yaml") == [
        "s.yaml:10:15 producers.web.arrivals: arrivals poisson contradicts within_bin paced (line 9); remove one"
      ])
  }

  @Test("single events keep their instants, keys and sizes") func events() throws {
    let csv = "t_s,key,bytes\n5,a,10\n5.25,b,20\n7.000000001,a,30\n"
    let folder = try folder(csv, ", spread: 1s, scale: 3", keys: "{dist: trace}", size: "{dist: trace}")
    let loaded = try ScenarioFile.load(path: folder.url.appendingPathComponent("s.yaml").path)
    #expect(loaded.experiment.producers[0].arrivals == .trace)
    #expect(loaded.inputs.map(\.bytes) == [Array(csv.utf8)])
    guard case .events(let trace) = loaded.experiment.producers[0].rate else { return #expect(Bool(false)) }
    #expect(trace.offsets == [0, 250_000_000, 2_000_000_001])
    #expect(trace.keys == [0, 1, 0])
    #expect(trace.names == ["a", "b"])
    #expect(trace.bytes == [10, 20, 30])
    #expect(trace.spread == .seconds(1))
    #expect(trace.scale == 3)
  }

  @Test("a column of keys is chosen by name") func keyColumns() throws {
    let csv = "t_s,key_user,key_page\n0,u,p\n1,v,q\n"
    guard case .events(let trace) = try curve(folder(csv, ", key: page", keys: "{dist: trace}")) else {
      return #expect(Bool(false))
    }
    #expect(trace.names == ["p", "q"])
    #expect(
      try folder(csv, ", key: pag", keys: "{dist: trace}").errors("s.yaml") == [
        #"trace.csv:1:1 producers.web.rate.file: there is no column key_pag; did you mean "page"?"#
      ])
    #expect(
      try folder(csv, keys: "{dist: trace}").errors("s.yaml") == [
        "trace.csv:1:1 producers.web.rate.file: more than one column of keys; choose with key: one of key_user, key_page"
      ])
  }

  private static let wayOut = "add the bin, or have it filled with holes: zero, previous or interpolate"

  static let faults: [(csv: String, says: [String])] = [
    ("", ["1:1 the trace is empty"]),
    ("t_s,count\n", ["2:1 the trace has a header and no rows"]),
    ("when,count\n0,1\n", [#"1:1 expected the column t_s first, found "when""#]),
    ("t_s,cnt\n0,1\n", [#"1:5 expected a column count, bytes, key or key_NAME, found "cnt""#]),
    ("t_s,count,count\n0,1,1\n", [#"1:11 a column is given twice, found "count""#]),
    ("t_s,count\n0,1\n60\n", ["3:1 expected 2 cells, found 1"]),
    ("t_s,count\n0,1\n60,many\n", [#"3:4 expected a count of records, found "many""#]),
    ("t_s,count\n0,1\n60,-4\n", [#"3:4 expected a count of records, found "-4"; it cannot be negative"#]),
    ("t_s,count\n0,1\n60,nan\n", [#"3:4 expected a count of records, found "nan""#]),
    ("t_s,count\n0,1\nx,2\n", [#"3:1 expected seconds such as 300 or 4.315, found "x""#]),
    ("t_s,count\n60,1\n0,1\n", [#"3:1 time goes backwards, found "0""#]),
    ("t_s,count\n0,1\n60,1\n60,1\n", [#"4:1 a bin is given twice, found "60""#]),
    ("t_s,count\n0,1\n60,1\n180,1\n", ["4:1 a hole: after 60 the next bin is at 120, found \"180\"; \(wayOut)"]),
    ("t_s,count\n0,1\n120,1\n180,1\n240,1\n", ["3:1 a hole: after 0 the next bin is at 60, found \"120\"; \(wayOut)"]),
    (
      "t_s,count\n0,1\n60,1\n120,1\n210,1\n",
      [#"5:1 a gap that is no whole number of bins of 60 s: after 120 a bin is expected at 180, found "210""#]
    ),
    (
      "t_s,count\n0,1\n60,x\n60,1\n180,1\n240,1\n",
      [
        #"3:4 expected a count of records, found "x""#, #"4:1 a bin is given twice, found "60""#,
        "5:1 a hole: after 60 the next bin is at 120, found \"180\"; \(wayOut)",
      ]
    ),
    ("t_s,count\n0,1\n", ["2:1 a trace of one bin has no width; give it a second row"]),
    ("t_s,count,key\n0,1,a\n", [#"1:11 a trace in bins, with a column count, cannot have keys, found "key""#]),
    ("t_s,bytes\n5,1\n4,1\n", [#"3:1 time goes backwards, found "4""#]),
    ("t_s,count\n0,1\n\n60,1\n", ["3:1 expected 2 cells, found 1"]),
  ]

  @Test("what is wrong with a trace is told with its place in the trace", arguments: faults)
  func fault(_ fault: (csv: String, says: [String])) throws {
    let errors = try folder(fault.csv).errors("s.yaml")
    #expect(
      errors
        == fault.says.map { says in
          let place = says.prefix { $0 != " " }
          return "trace.csv:\(place) producers.web.rate.file:\(says.dropFirst(place.count))"
        })
  }

  static let fillings: [(holes: String, counts: [Double], bytes: [Double], how: String)] = [
    ("zero", [10, 0, 0, 40, 50, 0, 70], [1, 0, 0, 4, 5, 0, 7], "taken as empty"),
    ("previous", [10, 10, 10, 40, 50, 50, 70], [1, 1, 1, 4, 5, 5, 7], "filled with the bin before them"),
    ("interpolate", [10, 20, 30, 40, 50, 60, 70], [1, 2, 3, 4, 5, 6, 7], "filled in a straight line"),
  ]

  @Test("holes are filled as asked, and told", arguments: fillings)
  func fill(_ filling: (holes: String, counts: [Double], bytes: [Double], how: String)) throws {
    let csv = "t_s,count,bytes\n5,10,1\n185,40,4\n245,50,5\n365,70,7\n"
    let folder = try folder(csv, ", holes: \(filling.holes)")
    guard case .bins(let trace) = try curve(folder) else { return #expect(Bool(false)) }
    #expect(trace.width == .seconds(60))
    #expect(trace.counts == filling.counts)
    #expect(trace.bytes == filling.bytes)
    let loaded = try ScenarioFile.load(path: folder.url.appendingPathComponent("s.yaml").path)
    let says =
      "s.yaml:9:50 producers.web.rate.holes: warning: 3 bins are missing of 7 and \(filling.how), the first at 65 s"
    #expect(loaded.warnings.map { $0.description.replacing(folder.url.path + "/", with: "") } == [says])
  }

  @Test("a mean rate counts the bins that were filled") func filledMean() throws {
    let folder = try folder("t_s,count\n0,10\n10,30\n40,40\n50,0\n", ", scale_mean_rps: 8, holes: zero")
    guard case .bins(let trace) = try curve(folder) else { return #expect(Bool(false)) }
    #expect(trace.scale == 6)
  }

  @Test("holes that cannot be filled stay errors") func unfit() throws {
    let errors = { (csv: String, options: String) in try self.folder(csv, options).errors("s.yaml") }
    #expect(try errors("t_s,count\n0,1\n60,1\n", ", holes: zero").isEmpty)
    #expect(
      try errors("t_s,count\n0,1\n60,1\n60,2\n30,1\n", ", holes: zero") == [
        #"trace.csv:4:1 producers.web.rate.file: a bin is given twice, found "60""#,
        #"trace.csv:5:1 producers.web.rate.file: time goes backwards, found "30""#,
      ])
    #expect(
      try errors("t_s,count\n0,1\n60,1\n180,1\n", ", holes: nought") == [
        #"s.yaml:9:50 producers.web.rate.holes: expected one of zero, previous, interpolate, found "nought""#
      ])
    #expect(
      try errors("t_s,count\n0,1\n0.000000001,1\n4000000000,1\n", ", holes: zero").first?.contains(
        "a hole of 3999999999999999998 bins: filled, the trace would have more than 20000000") == true)
    #expect(
      try errors("t_s,bytes\n0,1\n60,1\n", ", holes: zero") == [
        "s.yaml:9:50 producers.web.rate.holes: applies to a trace in bins only; remove it"
      ])
  }

  @Test("events that all have one time cannot repeat") func noPeriod() throws {
    let says =
      "s.yaml:9:49 producers.web.rate.loop: the events of this trace all have one time: there is no period to repeat "
      + "with; remove it"
    #expect(try folder("t_s,key\n3,a\n3,b\n", ", loop: true").errors("s.yaml") == [says])
    #expect(try folder("t_s,key\n3,a\n4,b\n", ", loop: true").errors("s.yaml").isEmpty)
  }

  @Test("twenty faults of a trace are told, the rest is counted") func manyFaults() throws {
    let rows = (0..<50).map { "\($0 * 60),x" }.joined(separator: "\n")
    let errors = try folder("t_s,count\n" + rows).errors("s.yaml")
    #expect(errors.count == 21)
    #expect(errors.last == "trace.csv:51:1 producers.web.rate.file: and 30 more faults in this trace")
  }

  @Test("a trace that is not there is a missing input, unless something else is wrong") func missingTrace() throws {
    let folder = try Folder()
    let text = Sample.with("rate: 100", "rate: {curve: trace, file: nope.csv}")
    let path = try folder.write("s.yaml", text)
    #expect(folder.errors("s.yaml") == [#"s.yaml:9:32 producers.web.rate.file: cannot read "nope.csv": no such file"#])
    #expect(#expect(throws: ScenarioFailure.self) { try ScenarioFile.load(path: path) }?.exitCode == 66)
    try folder.write("s.yaml", text.replacing("shards: 4", with: "shards: 0"))
    #expect(#expect(throws: ScenarioFailure.self) { try ScenarioFile.load(path: path) }?.exitCode == 65)
    #expect(folder.errors("s.yaml").count == 2)
  }

  @Test("a trace must have what is taken from it") func taken() throws {
    let csv = "t_s,count\n0,1\n60,1\n"
    #expect(
      try folder(csv, keys: "{dist: trace}", size: "{dist: trace}").errors("s.yaml") == [
        "s.yaml:10:20 producers.web.record.size: sizes from a trace need a rate that is a trace of events with bytes (line 9)",
        "s.yaml:11:18 producers.web.keys.dist: keys from a trace need a rate that is a trace of events with keys (line 9)",
      ])
    #expect(
      try folder(csv, ", scale: 1, scale_mean_rps: 2").errors("s.yaml") == [
        "s.yaml:9:50 producers.web.rate.scale: scale (line 9) and scale_mean_rps (line 9) exclude each other; keep one"
      ])
    #expect(
      try folder("t_s,count\n0,0\n60,0\n", ", scale_mean_rps: 2").errors("s.yaml") == [
        "s.yaml:9:59 producers.web.rate.scale_mean_rps: the trace has no records or no length: it cannot be scaled to 2; use scale"
      ])
    #expect(
      try folder(csv, ", key: a").errors("s.yaml") == [
        "trace.csv:1:1 producers.web.rate.file: there is no column key_a; the trace has no keys"
      ])
    let events = try folder("t_s,key\n0,a\n", keys: "{dist: trace}")
    try events.write("s.yaml", Sample.with("rate: 100", "rate: {curve: trace, file: trace.csv}\n    arrivals: poisson"))
    #expect(
      events.errors("s.yaml") == [
        "s.yaml:10:15 producers.web.arrivals: a trace of events (line 9) says itself when records arrive; remove arrivals"
      ])
    #expect(
      Sample.errors(Sample.with("rate: 100", "rate: 100\n    arrivals: trace")) == [
        "s.yaml:10:15 producers.web.arrivals: arrivals trace needs a rate that is a trace of events, with columns t_s,key,bytes"
      ])
  }
}
