import Foundation
import Testing

@Suite struct `weir sweep` {
  static let grid = ["-P", "streams.clicks.shards=1..3", "-P", "producers.web.rate=200,900"]
  static let short = ["--set", "clock.duration=4s", "--set", "events=[]", "--replications", "2"]

  private static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    return folder
  }

  private func sweep(
    _ arguments: [String] = grid + short, in folder: Folder, out: String? = nil, tool: Tool = .built
  ) async throws -> Tool.Outcome {
    try await tool.run(["sweep", "s.yaml"] + arguments + (out.map { ["--out", $0] } ?? []), in: folder.url)
  }

  @Test("every combination is a row, with settings, verdict, cost and figures") func table() async throws {
    let outcome = try await sweep(Self.grid + Self.short + ["--format", "json"], in: try Self.folder())
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let points = try #require(outcome.json?["points"] as? [[String: Any]])
    let settings = points.compactMap { $0["settings"] as? [String: Int] }
    #expect(settings.map { $0["streams.clicks.shards"] } == [1, 1, 2, 2, 3, 3])
    #expect(settings.map { $0["producers.web.rate"] } == [200, 900, 200, 900, 200, 900])
    let costs = points.compactMap { $0["cost_usd"] as? Double }
    #expect(costs.count == 6 && costs[0] < costs[2] && costs[2] < costs[4])
    let metrics = try #require(points[0]["metrics"] as? [String: Any])
    #expect(metrics["records.lost"] != nil && metrics["slo.loss.value"] != nil)
    #expect(!metrics.keys.contains { $0.contains(".queue.") || $0.contains(".flink.") }, "no consumer is one")
  }

  @Test("the same bytes with any number of workers, and in another build") func determinism() async throws {
    let folder = try Self.folder()
    _ = try await sweep(in: folder, out: "one")
    _ = try await sweep(Self.grid + Self.short + ["--workers", "3"], in: folder, out: "three")
    #expect(try folder.contents("one") == folder.contents("three"))
    #expect(
      try Set(folder.contents("one").keys.filter { !$0.hasPrefix("charts/") }) == [
        "sweep.html", "sweep.md", "sweep.json", "sweep.csv", "sweep.journal",
      ])
    if let other = Tool.other {
      _ = try await sweep(in: folder, out: "other", tool: other)
      #expect(try folder.contents("one") == folder.contents("other"))
    }
  }

  @Test("one that was stopped goes on, and leaves the bytes of one that never was") func resumed() async throws {
    let folder = try Self.folder()
    let whole = try await sweep(in: folder, out: "whole")
    let files = try folder.contents("whole")
    let lines = String(decoding: files["sweep.journal"] ?? Data(), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 6)
    // Killed while it wrote its third line, with the first one damaged on the disk since.
    let damaged = String(lines[0]).replacing("passed", with: "broken")
    let journal = [damaged, String(lines[1]), String(lines[2].dropLast(9))]
    try FileManager.default.createDirectory(at: folder.file("part"), withIntermediateDirectories: false)
    try folder.write("part/sweep.journal", journal.joined(separator: "\n"))
    let resumed = try await sweep(in: folder, out: "part")
    #expect(resumed.status == 0 && resumed.stdout == whole.stdout, "\(resumed)")
    #expect(resumed.stderr.contains("part/sweep.journal:1 is damaged") && resumed.stderr.contains(":3 is damaged"))
    #expect(resumed.stderr.contains("1 of 6 combinations were done before"), "\(resumed.stderr)")
    #expect(try folder.contents("part") == files)
  }

  @Test("what was done is not run again, but for what depends on something that has changed") func known() async throws
  {
    let folder = try Self.folder()
    _ = try await sweep(in: folder, out: "out")
    let again = try await sweep(in: folder, out: "out")
    #expect(again.stderr == "6 of 6 combinations were done before\n")
    let wider = ["-P", "streams.clicks.shards=1..4", "-P", "producers.web.rate=200,900"] + Self.short
    #expect(try await sweep(wider, in: folder, out: "out").stderr == "6 of 8 combinations were done before\n")
    #expect(try await sweep(wider + ["--seed", "3"], in: folder, out: "out").stderr == "")
    #expect(try await sweep(wider + ["--metrics", "records"], in: folder, out: "out").stderr == "")
  }

  @Test("Ctrl-C ends with 130; what was done is kept and marked as a part") func interrupted() async throws {
    let folder = try Self.folder()
    let arguments = ["sweep", "s.yaml", "-P", "clock.duration=2s,60d", "--set", "events=[]", "--out", "out"]
    let job = try Job(Tool.built, arguments + ["--set", "clock.report_bin=60s"], in: folder.url)
    await job.interruptOnceUnderWay()
    let outcome = await job.outcome()
    #expect(outcome.status == 130 && outcome.stdout.contains("INTERRUPTED, 1 of 2 combinations"), "\(outcome)")
    let files = try folder.contents("out")
    #expect(String(decoding: files["sweep.journal"] ?? Data(), as: UTF8.self).split(separator: "\n").count == 1)
    #expect(String(decoding: files["sweep.json"] ?? Data(), as: UTF8.self).contains("\"complete\": false"))
  }

  @Test("paths that lead nowhere are told all at once, each once") func paths() async throws {
    let arguments = ["-P", "streams.clacks.shards=1..9", "-P", "producers.wob.rate=1,2,3"]
    let outcome = try await sweep(arguments, in: try Self.folder())
    #expect(outcome.status == 65 && outcome.stdout == "", "\(outcome)")
    #expect(outcome.stderr.split(separator: "\n").count == 2, "\(outcome)")
    #expect(
      outcome.stderr.contains(#"-P streams.clacks.shards: there is no "clacks" among streams; did you mean "clicks"?"#))
  }

  @Test("empty ranges and parameters given twice are told all at once") func parameters() async throws {
    let arguments = ["-P", "streams.clicks.shards=9..4", "-P", "producers.web.rate=1", "-P", "producers.web.rate=2"]
    let outcome = try await sweep(arguments, in: try Self.folder())
    #expect(outcome.status == 65 && outcome.stderr.split(separator: "\n").count == 2, "\(outcome)")
    #expect(
      outcome.stderr.contains("-P streams.clicks.shards: an empty range, found \"9..4\"; give the smaller end first"))
    #expect(outcome.stderr.contains("-P producers.web.rate: the parameter is given twice"))
  }

  @Test("a bad value of any combination is found before anything runs") func values() async throws {
    let outcome = try await sweep(["-P", "streams.clicks.shards=1,2,many"], in: try Self.folder(), out: "out")
    #expect(outcome.status == 65 && outcome.stderr.contains(#"found "many""#), "\(outcome)")
  }
}
