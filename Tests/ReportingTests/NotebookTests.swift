import Experiment
import Foundation
import KinesisCore
import Models
import Scenario
import Simulation
import Testing
import Units

@testable import Reporting

@Suite("A notebook")
struct NotebookTests {
  struct Cell: Decodable {
    var id: String, cell_type: String, source: [String], execution_count: Int?, outputs: [String]?
  }
  struct File: Decodable {
    var nbformat: Int, nbformat_minor: Int, cells: [Cell]
  }

  private static func notebook(_ files: NotebookFiles) throws -> File {
    try JSONDecoder().decode(File.self, from: Data(#require(files.all.first).contents.utf8))
  }

  private static func source(_ file: File) -> String { file.cells.map { $0.source.joined() }.joined(separator: "\n") }

  private static let results = [Fixture.result(), Fixture.calm(), Fixture.empty()]

  @Test("is nbformat 4.5: every cell has an id of its own, and none was executed", arguments: 0..<3)
  func format(_ which: Int) throws {
    let notebook = try Self.notebook(NotebookFiles(Fixture.report([Self.results[which]])))
    #expect(notebook.nbformat == 4 && notebook.nbformat_minor == 5)
    let ids = notebook.cells.map(\.id)
    #expect(
      Set(ids).count == ids.count && ids.allSatisfy { $0.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 } })
    #expect(notebook.cells.allSatisfy { $0.execution_count == nil && $0.outputs?.isEmpty ?? true })
    #expect(notebook.cells.allSatisfy { ($0.cell_type == "code") == ($0.outputs != nil) })
    #expect(notebook.cells.allSatisfy { $0.source.dropLast().allSatisfy { $0.hasSuffix("\n") } })
  }

  @Test("is the same bytes every time, and the files it reads are beside it") func same() throws {
    let (one, other) = (NotebookFiles(Fixture.report()), NotebookFiles(Fixture.report()))
    #expect(one.all.map(\.contents) == other.all.map(\.contents))
    #expect(one.all[0].name == "iot-burst-hot-key.ipynb" && one.missing == [])
    let text = try Self.source(Self.notebook(one)), names = Set(one.all.map(\.name))
    let read = text.matches(of: /read\("([a-z_.]+)"/).map { String($0.1) }
    #expect(read.count >= 7 && read.allSatisfy(names.contains))
  }

  @Test("has no cell for what a run lacks") func lacking() throws {
    let ids = { (result: RunResult) in try Self.notebook(NotebookFiles(Fixture.report([result]))).cells.map(\.id) }
    var quiet = Self.results[1]
    quiet.streams[0].minutes = Fixture.minutes()
    let (rich, calm, empty) = (try ids(Self.results[0]), try ids(quiet), try ids(Self.results[2]))
    #expect(["verdict", "refusals", "demand", "percentiles", "cost", "what-if"].allSatisfy(rich.contains))
    #expect(!rich.contains("objects") && !calm.contains("refusals") && calm.contains("loads"))
    #expect(!calm.contains("verdict"))
    #expect(["minutes", "refusals", "percentiles", "what-if", "ask-keys"].allSatisfy { !empty.contains($0) })
  }

  @Test("names its scenario, verdict, fingerprint and command, and embeds nothing else of the run") func title() throws
  {
    let report = Fixture.report(command: ShellLine("weir", "export", of: ["a.yaml"]).with("--seed", "11"))
    let text = try Self.source(Self.notebook(NotebookFiles(report)))
    #expect(text.hasPrefix("# iot-burst-hot-key\n") && text.contains("**FAIL**: 1 of 4 objectives held; broken: "))
    #expect(text.contains(Fixture.fingerprint.hex) && text.contains("`weir export a.yaml --seed 11`"))
    #expect(!text.contains("17998716") && !text.contains("612345"))
  }

  @Test("made of the files of a run is the one made of the run, but for what made it") func directory() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "weir-notebook-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let command = ShellLine("weir", "export", of: [])
    let report = Fixture.report(command: command)
    try ReportFiles(report).write(to: folder.path, manifest: try Fixture.manifest(report))
    let (direct, read) = (NotebookFiles(report), NotebookFiles(try RunFolder(path: folder.path), command: command))
    #expect(direct.all.map(\.name) == read.all.map(\.name) && read.missing == [])
    #expect(direct.all.dropFirst().map(\.contents) == read.all.dropFirst().map(\.contents))
    let words = "50k meters report on the minute; one gateway is 6 % of all traffic.\n\n"
    #expect(try Self.source(Self.notebook(direct)).replacing(words, with: "") == Self.source(Self.notebook(read)))
  }

  @Test("leaves out what a file that is not there would show, and names the file") func partial() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "weir-partial-\(ProcessInfo.processInfo.processIdentifier)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try ReportFiles(Fixture.report()).write(to: folder.path, manifest: try Fixture.manifest())
    try FileManager.default.removeItem(at: folder.appending(path: "shard_minutes.csv"))
    let files = NotebookFiles(try RunFolder(path: folder.path), command: ShellLine("weir"))
    #expect(files.missing == ["shard_minutes.csv"])
    let ids = try Self.notebook(files).cells.map(\.id)
    #expect(!ids.contains("refusals") && ids.contains("percentiles"))
  }

  @Test("of a directory without a run, or with another document, is refused with the place") func refused() throws {
    #expect { try RunFolder(path: "/nowhere") } throws: {
      ($0 as? RunFolder.Failure)?.path == "/nowhere/run.json" && ($0 as? RunFolder.Failure)?.kind == .missing
    }
    let json = Fixture.report().json
    #expect(RunFacts(json: json) != nil && RunFacts(json: "[]") == nil)
    #expect(RunFacts(json: json.replacing("weir.run/v1", with: "weir.run/v2")) == nil)
    #expect(RunFacts(json: json.replacing("\"iot-burst-hot-key\"", with: "\"../elsewhere\"")) == nil)
  }

  @Test("has latencies that end at one, and as many as run json counts") func latencies() {
    let rows = RunCSVTests.rows(RunCSV(Fixture.report()).text(.latencies)).dropFirst()
    for producer in Fixture.result().producers {
      let own = rows.filter { $0[0] == "put_latency" && $0[1] == producer.name }
      #expect(own.last?[5] == "1")
      #expect(own.reduce(0) { $0 + (Int64($1[4]) ?? -1) } == producer.putLatency.count)
    }
  }

  @Test("has a row for each shard minute, and the stream's own limit in its shares") func minutes() {
    let rows = RunCSVTests.rows(RunCSV(Fixture.report()).text(.shardMinutes))
    #expect(rows.count == 1 + 6)
    #expect(
      rows[4] == [
        "telemetry", "shardId-000000000003", "60", "2026-03-06T20:01:00Z", "60", "30000", "11220000", "4000", "33000",
        "12342000", "0.5", "0.55", "1", "1.25",
      ])
  }
}
