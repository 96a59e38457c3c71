import Experiment
import Foundation
import KinesisCore
import Testing
import Units

@testable import Models
@testable import Reporting

@Suite struct RunMarkdownTests {
  private let text = Fixture.report().markdown

  @Test func `the verdict is the first thing under the title`() {
    let lines = text.split(separator: "\n")
    #expect(lines[0] == "# iot-burst-hot-key")
    #expect(lines[2].hasPrefix("> **FAIL**: 2 of 3 objectives broken"))
  }

  @Test func `every table has one width`() {
    for result in [Fixture.result(), Fixture.calm(), Fixture.empty()] {
      var widths: Set<Int> = []
      for line in Fixture.report([result, result]).markdown.split(
        separator: "\n", omittingEmptySubsequences: false)
      {
        guard line.hasPrefix("|") else {
          #expect(widths.count <= 1)
          widths = []
          continue
        }
        widths.insert(line.replacing("\\|", with: "").count { $0 == "|" })
      }
    }
  }

  @Test func `charts stay within 72 columns`() {
    let charts = text.split(separator: "\n").filter { $0.contains("▁") }
    #expect(!charts.isEmpty)
    #expect(charts.allSatisfy { $0.count { "▁▂▃▄▅▆▇█".contains($0) } <= 72 })
  }

  @Test func `twenty events are shown and the rest counted`() {
    #expect(text.components(separatedBy: "`telemetry/shardId-000000000003`").count == 21)
    #expect(text.contains("17 more events followed. events.csv has the first 25."))
  }

  @Test func `limits that AWS does not document are listed where the design has what they limit`() {
    let listed = LimitsProfile.current.limits.filter { text.contains("| `\($0.name)` |") }.map(\.name)
    for name in ["shard.write.burst_s", "reshard.step_s", "shard.write.slack_permille"] {
      #expect(listed.contains(name))
    }
    let absent = [
      "firehose", "queue", "sqs", "kpl", "lambda", "flink", "on_demand", "create_stream", "update_stream_mode",
    ]
    #expect(!listed.contains { absent.contains(String($0.prefix { $0 != "." })) })
  }

  @Test func `thirty shards have twenty-four rows and a line`() {
    var result = Fixture.calm()
    result.streams[0].shards = HashKeyRange.even(30).enumerated().map { Fixture.shard($0, range: $1, mean: 0.2) }
    let text = Fixture.report([result]).markdown
    #expect(text.contains("and 6 more like these: none throttled a record, mean load 20 %."))
    #expect(text.components(separatedBy: "| `shardId-").count == 25)
  }

  @Test func `an author's words cannot shape the report`() {
    var result = Fixture.calm()
    result.experiment.description = "a\n# b <script> | `c`"
    let text = Fixture.report([result]).markdown
    #expect(text.contains("a \\# b &lt;script&gt; | \\`c\\`"))
  }

  @Test func `a key cannot break its table`() {
    var result = Fixture.result()
    result.streams[0].shards[3].hottestKey?.key = "a|b`c\nd"
    #expect(Fixture.report([result]).markdown.contains("`` a\\|b`c d ``"))
  }

  @Test func `rendering twice gives equal bytes`() {
    let (one, two) = (ReportFiles(Fixture.report()).all(), ReportFiles(Fixture.report()).all())
    #expect(one.map(\.name) == two.map(\.name) && one.map(\.contents) == two.map(\.contents))
    #expect(Fixture.report().text == Fixture.report().text)
  }
}

@Suite struct SummaryTests {
  @Test func `the summary has at most twenty-five lines and the verdict first`() {
    var result = Fixture.result()
    result.verdicts = Array(repeating: result.verdicts, count: 5).flatMap { $0 }
    result.consumers = Array(repeating: result.consumers, count: 5).flatMap { $0 }
    result.producers = Array(repeating: result.producers, count: 5).flatMap { $0 }
    let text = Fixture.report([result], warnings: ["one", "two"]).text
    let lines = text.split(separator: "\n")
    #expect(lines.count <= Summary.maximumLines)
    #expect(lines[0].hasPrefix("FAIL  iot-burst-hot-key: "))
    #expect(text.contains("and 15 more objectives"))
  }

  @Test func `several replications are said to be several`() {
    let report = Fixture.report([Fixture.result(), Fixture.result(replication: 1)])
    #expect(report.text.contains("0 of 2 runs passed; the figures are those of the first."))
    #expect(report.markdown.contains("## Over 2 runs\n\n0 of 2 passed."))
  }
}

@Suite struct ReportFilesTests {
  private func directory() -> String {
    FileManager.default.temporaryDirectory.appending(path: "weir-reports-\(ProcessInfo.processInfo.processIdentifier)")
      .path
  }

  @Test func `files come in a fixed order and only those asked for`() {
    let names = [
      "report.md", "run.json", "summary.csv", "timeseries.csv", "shards.csv", "cost.csv", "slo.csv", "events.csv",
      "shard_minutes.csv", "latencies.csv", "what_if.csv", "what_if_lines.csv",
    ]
    func named(_ result: RunResult) -> [String] {
      ReportFiles(Fixture.report([result])).all().map(\.name).filter { !$0.hasPrefix("charts/") }
    }
    #expect(named(Fixture.result()) == names)
    var result = Fixture.result()
    result.experiment.outputs.csv = [.slo, .summary]
    #expect(named(result) == ["report.md", "run.json", "summary.csv", "slo.csv"])
  }

  @Test func `writing makes the directory and leaves exactly the files`() throws {
    let files = ReportFiles(Fixture.report())
    let path = directory() + "/a/b"
    defer { try? FileManager.default.removeItem(atPath: directory()) }
    for _ in 1...2 { try files.write(to: path, manifest: try Fixture.manifest()) }
    let there = try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0 != "charts" }
    #expect(there.sorted() == (files.all().map(\.name) + [Manifest.name, ReportFiles.page]).sorted())
    for file in files.all() {
      #expect(try String(contentsOfFile: "\(path)/\(file.name)", encoding: .utf8) == file.contents)
    }
  }

  @Test func `a place that cannot be written is named`() {
    #expect {
      try ReportFiles(Fixture.report()).write(to: "/dev/null/reports", manifest: try Fixture.manifest())
    } throws: {
      ($0 as? OutputFile.WriteError)?.path == "/dev/null/reports"
    }
  }
}
