import Experiment
import Foundation
import Models
import Planning
import Reporting
import Scenario
import Testing

@testable import Page

/// Runs of the page: begun by one request, followed by another, cancelled, compared and kept.
@Suite struct PageRunTests {
  private let page: SiteTests

  init() throws { page = try SiteTests() }

  private static func short(_ text: String, _ duration: String = "3m") throws -> String {
    try ScenarioText(text, file: "a.yaml").setting([Setting(path: "clock.duration", value: duration)]).text
  }

  private func begin(_ designs: [(String, String)], replications: Int = 1, isAdaptive: Bool = true) async throws
    -> SiteTests.Seen
  {
    let given = designs.map { ["name": $0.0, "base": "given", "text": $0.1] }
    return try await page.ask(
      "POST", "api/runs", ["designs": given, "replications": replications, "isAdaptive": isAdaptive])
  }

  /// The names of the events until the run has ended, and the last event.
  private func follow(_ id: Int) async throws -> (names: [String], last: String) {
    let events = try #require(try await page.ask("GET", "api/runs/\(id)/events").events)
    var names: [String] = [], last = ""
    for await event in events {
      names.append(String(event.split(separator: "\n")[0].dropFirst("event: ".count)))
      last = event
    }
    return (names, last)
  }

  private func id(_ seen: SiteTests.Seen) throws -> Int {
    #expect(seen.status == 201, "\(seen.text)")
    return try #require(seen.json["id"] as? Int)
  }

  @Test("a run is the run of weir run: the same trajectory, report and command line") func same() async throws {
    let text = try Self.short(Template.iot.text), id = try id(await begin([("design", text)]))
    let seen = try await follow(id)
    #expect(seen.names.first == "progress" && seen.names.last == "end" && seen.last.contains("\"done\""), "\(seen)")
    let answer = try await page.ask("GET", "api/runs/\(id)").json
    let design = try #require((answer["designs"] as? [[String: Any]])?.first)
    let loaded = try ScenarioFile.load(
      text: text, settings: [Setting(path: "clock.resolution", value: "adaptive")], seed: nil)
    let results = await Replications.run(
      PreparedExperiment(loaded.experiment), count: 1, workers: 1, isInterrupted: { false }, report: { _ in })
    #expect(design["command"] as? String == "weir run iot.yaml --set clock.resolution=adaptive")
    let report = Report(
      results: results, fingerprint: Fingerprint(of: loaded, version: Version.current),
      warnings: loaded.warnings.map(\.description),
      command: ShellLine("weir", "run", of: ["iot.yaml"]).with([Setting(path: "clock.resolution", value: "adaptive")]))
    let kept = try await page.ask("GET", "api/runs/\(id)/0/report.html")
    #expect(kept.text == report.page(script: "var vegaEmbed;"))
    #expect(kept.headers["Content-Disposition"]?.contains("report.html") == true)
    let scenario = try await page.ask("GET", "api/runs/\(id)/0/scenario.yaml")
    #expect(scenario.text == text && scenario.headers["Content-Disposition"]?.contains("\"iot.yaml\"") == true)
    let pictures = try #require(design["pictures"] as? [String: Any])
    let part = report.part(prefix: "d0-", drawn: true)
    #expect(Set(pictures.keys) == Set(part.pictures.map(\.id)) && !pictures.isEmpty)
  }

  @Test("an ended run tells its end again and runs nothing; so a stream that reconnects does no harm") func again()
    async throws
  {
    let id = try id(await begin([("design", try Self.short(Template.iot.text))]))
    _ = try await follow(id)
    #expect(try await follow(id).names.last == "end")
    #expect(try await page.ask("GET", "api/start").json["running"] is NSNull)
    #expect(try await page.ask("GET", "api/runs/99/events").status == 404)
  }

  @Test("a second run is refused while one is under way; cancelled, it ends without results") func cancel() async throws
  {
    let first = try id(await begin([("design", Template.seasonal.text)], isAdaptive: false))
    let second = try await begin([("design", Template.iot.text)])
    #expect(second.status == 409 && second.error.contains("Run \(first) is under way"))
    #expect(second.json["running"] as? Int == first)
    // It is refused before anything is read.
    #expect(try await begin([("design", "no scenario")]).status == 409)
    #expect(try await page.ask("POST", "api/runs/\(first)/cancel").status == 204)
    #expect(try await follow(first).last.contains("\"cancelled\""))
    #expect(try await page.ask("POST", "api/runs/77/cancel").status == 404)
    let third = try id(await begin([("design", try Self.short(Template.iot.text))]))
    #expect(try await follow(third).last.contains("\"done\""))
  }

  @Test("two designs see the same chance, and their differences are those of weir compare") func compare() async throws
  {
    let text = try Self.short(Template.iot.text)
    let other = text.replacingOccurrences(of: "shards: 8", with: "shards: 16").replacingOccurrences(
      of: "seed: 1", with: "seed: 5")
    let id = try id(await begin([("pinned", text), ("changed", other)], replications: 2))
    #expect(try await follow(id).last.contains("\"done\""))
    let answer = try await page.ask("GET", "api/runs/\(id)").json
    #expect((answer["designs"] as? [Any])?.count == 2)
    let comparison = try #require(answer["comparison"] as? [String: Any])
    #expect((comparison["html"] as? String)?.contains("changed against pinned") == true)
    #expect(
      comparison["command"] as? String
        == "weir compare iot-pinned.yaml iot-changed.yaml --replications 2 --set clock.resolution=adaptive")
    #expect((comparison["html"] as? String)?.contains("streams.telemetry.shards=16") == true)
    #expect((comparison["html"] as? String)?.contains("changed has seed 5; it is compared under 1") == true)
    let lines = (answer["designs"] as? [[String: Any]])?.compactMap { $0["command"] as? String }
    #expect(
      lines == [
        "weir run iot-pinned.yaml --replications 2 --set clock.resolution=adaptive",
        "weir run iot-changed.yaml --seed 1 --replications 2 --set clock.resolution=adaptive",
      ])
    let scenario = try await page.ask("GET", "api/runs/\(id)/1/scenario.yaml")
    #expect(scenario.text == other && scenario.headers["Content-Disposition"]?.contains("iot-changed.yaml") == true)
    // The same records arrive under both: common random numbers.
    let kept = try await page.ask("GET", "api/runs/\(id)/comparison.html")
    #expect(kept.status == 200 && kept.text.contains("2 runs each under the same random traffic (seed 1)"))
  }

  @Test("a long run shows its beginning first") func look() async throws {
    let id = try id(await begin([("design", Template.clickstream.text)]))
    let seen = try await follow(id)
    #expect(seen.names.contains("look"), "\(seen.names)")
    #expect(try await page.ask("GET", "api/runs/\(id)").json["look"] as? Bool == false)
  }

  @Test("what cannot run is refused with its places, what is too much with what to do") func refused() async throws {
    let wrong = try await begin([("design", Template.iot.text.replacingOccurrences(of: "shards: 8", with: "shards: 0"))]
    )
    #expect(wrong.status == 422 && (wrong.json["diagnostics"] as? [[String: Any]])?.first?["line"] as? Int == 15)
    let much = try await begin([("design", try Self.short(Template.clickstream.text, "30d"))])
    #expect(
      much.status == 422 && much.error.contains("million records") && much.error.contains("Shorten clock.duration"))
    #expect(try await begin([]).status == 400)
    #expect(try await begin([("a", Template.iot.text)], replications: 51).status == 400)
    // What is wrong with the pinned one is on no line of the text that the page shows.
    let pinned = try await begin([
      ("pinned", Template.iot.text.replacingOccurrences(of: "shards: 8", with: "shards: 0")),
      ("changed", Template.iot.text),
    ])
    let flaw = try #require((pinned.json["diagnostics"] as? [[String: Any]])?.first)
    #expect(flaw["line"] is NSNull && (flaw["sentence"] as? String)?.contains("(pinned:15:13)") == true, "\(flaw)")
    #expect(pinned.error.contains("\"pinned\" cannot run"))
    let three = [("a", Template.iot.text), ("b", Template.iot.text), ("c", Template.iot.text)]
    #expect(try await begin(three).status == 400)
  }
}

/// What is asked for before anything is simulated.
@Suite struct RunOrderTests {
  private static func order(_ texts: [String], replications: Int = 1, isAdaptive: Bool = true) throws -> RunOrder {
    let names = texts.count == 1 ? ["design"] : ["pinned", "changed"]
    let designs = zip(names, texts).map { RunAsk.Design(name: $0, base: "given", text: $1) }
    return try RunOrder(RunAsk(designs: designs, replications: replications, isAdaptive: isAdaptive)) { _ in "a.yaml" }
  }

  @Test("many records are taken at a time only where all designs leave that open") func resolution() throws {
    let open = Template.iot.text,
      own = open.replacingOccurrences(of: "  duration: 30m", with: "  duration: 30m\n  resolution: record")
    #expect(try Self.order([open, open]).settings.map(\.argument) == ["clock.resolution=adaptive"])
    for texts in [[own, open], [open, own], [own]] {
      let order = try Self.order(texts)
      #expect(order.settings.isEmpty && !order.comparisonCommand.description.contains("--set"))
      #expect(order.contenders.allSatisfy { $0.loaded.experiment.horizon.resolution == .record })
    }
  }

  @Test("records are counted where they are born: those of Direct PUT, and those that an aggregate carries")
  func size() throws {
    let direct = """
      schema: weir/v1
      name: direct
      clock: {duration: 30d, report_bin: 1h}
      firehoses:
        lake: {source: direct_put, destination: s3}
      producers:
        web: {to: lake, rate: 1000, record: {size: 300B}}
      """
    let library = """
      schema: weir/v1
      name: library
      clock: {duration: 30d, report_bin: 1h}
      streams:
        s: {mode: provisioned, shards: 4}
      producers:
        web: {to: s, rate: 1000, record: {size: 100B}, keys: {dist: uniform, cardinality: 100}, api: kpl}
      """
    for text in [direct, library] {
      let fault = #expect(throws: AskFault.self) { try Self.order([text]) }
      #expect(fault?.sentence.contains("about 2,592 million records") == true, "\(fault?.sentence ?? "")")
    }
  }

  @Test("the first looks of a pair are equally long, as short as the busier one's") func looks() throws {
    let text = Template.clickstream.text, busy = text.replacingOccurrences(of: "mean: 500", with: "mean: 2000")
    let duration = { (order: RunOrder) in order.look?.contenders.map(\.loaded.experiment.horizon.duration) ?? [] }
    let alone = duration(try Self.order([busy])), pair = duration(try Self.order([text, busy]))
    #expect(alone.count == 1 && pair == alone + alone)
  }

  @Test("what is doubtful in a design is told with the name of its file") func warnings() throws {
    let text = """
      schema: weir/v1
      name: doubtful
      clock: {duration: 10m}
      firehoses:
        lake: {source: direct_put, destination: s3, compression: gzip}
      producers:
        web: {to: lake, rate: 10, record: {size: 300B}}
      """
    let order = try Self.order([text, text])
    #expect(order.warnings.count == 2 && order.warnings[1].hasPrefix("doubtful-changed.yaml:5:"), "\(order.warnings)")
  }
}

/// Exports that are dropped on the page.
@Suite struct PageImportTests {
  private let page: SiteTests

  init() throws { page = try SiteTests() }

  private static var export: String {
    get throws {
      let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../scenarios/observed/cloudwatch.json").standardized
      return try String(contentsOf: file, encoding: .utf8)
    }
  }

  @Test("an export becomes the scenario of weir trace, which runs beside its files") func export() async throws {
    let files = [["name": "../../cloud watch.json", "text": try Self.export]]
    let seen = try await page.ask("POST", "api/import", ["files": files, "shards": 2])
    #expect(seen.status == 200, "\(seen.text)")
    let base = try #require(seen.json["base"] as? String), text = try #require(seen.json["text"] as? String)
    #expect(base == "import-1" && text.contains("file: traffic.csv") && !text.contains(NSTemporaryDirectory()))
    #expect((seen.json["files"] as? [String])?.contains("traffic.csv") == true)
    let read = try await page.ask("POST", "api/scenario", ["base": base, "text": text])
    #expect(
      (read.json["diagnostics"] as? [[String: Any]])?.filter { $0["severity"] as? String == "error" }.isEmpty == true)
    #expect((read.json["cost"] as? [String: Any])?["usd"] is Double)
    let kept = try await page.ask("GET", "api/imports/import-1/traffic.csv")
    #expect(kept.status == 200 && kept.text.hasPrefix("t_s,count"))
    for name in ["..", ".hidden", "none.csv"] {
      #expect(try await page.ask("GET", "api/imports/import-1/\(name)").status == 404)
    }
    #expect(try await page.ask("GET", "api/imports/import-2/traffic.csv").status == 404)
  }

  @Test("what is no export is refused in weir trace's words") func wrong() async throws {
    let seen = try await page.ask("POST", "api/import", ["files": [["name": "a.json", "text": "{\"a\": 1}"]]])
    #expect(seen.status == 422 && seen.error.contains("expected MetricDataResults"), "\(seen.text)")
    #expect(seen.error.hasPrefix("1-a.json"))
    #expect(try await page.ask("POST", "api/import", ["files": [[String: String]]()]).status == 400)
    let keys = try await page.ask("POST", "api/import", ["files": [["name": "k.txt", "text": "a\nb\nc\n"]]])
    #expect(keys.status == 422 && keys.error.contains("IncomingRecords"))
  }

  private func bring(_ files: [[String: Any]], _ more: [String: Any] = [:]) async throws -> SiteTests.Seen {
    try await page.ask("POST", "api/import", more.merging(["files": files]) { $1 })
  }

  private static func counts(_ records: Int) -> [String: Any] {
    let rows = (0..<10).map { "\($0 * 60),\(records + $0)" }
    return ["name": "counts.csv", "text": "t_s,count\n" + rows.joined(separator: "\n") + "\n"]
  }

  @Test("a file holds keys where its reader says so, and a burst lasts as long as he says") func said() async throws {
    let keys: [String: Any] = ["name": "k.txt", "text": "1\n2\n2\n", "isKeys": true]
    let seen = try await bring([Self.counts(6_000), keys], ["burst": 5, "burstFor": "2s"])
    let text = try #require(seen.json["text"] as? String, "\(seen.text)")
    #expect(text.contains("on: 2s") && text.contains("factor: 5"), "\(text)")
    let unsaid = try await bring([Self.counts(6_000), ["name": "k.txt", "text": "1\n2\n2\n"]])
    #expect(unsaid.status == 422 && unsaid.error.contains("--keys"), "\(unsaid.text)")
    let long = try await bring([Self.counts(6_000)], ["burst": 5, "burstFor": "30s"])
    #expect(long.status == 422 && long.error == "--burst-for takes 1ms to 12s with this factor.")
    #expect(try await bring([Self.counts(6_000)], ["burstFor": "2s"]).status == 400)
    #expect(try await bring([Self.counts(6_000)], ["missing": "none"]).status == 400)
  }

  @Test("two imports of one text and other counts are two designs") func inputs() async throws {
    let few = try await bring([Self.counts(6_000)]), many = try await bring([Self.counts(12_000)])
    let text = try #require(few.json["text"] as? String), bases = [few, many].compactMap { $0.json["base"] as? String }
    let designs = zip(["pinned", "changed"], bases).map { ["name": $0, "base": $1, "text": text] }
    let begun = try await page.ask(
      "POST", "api/runs", ["designs": designs, "replications": 1, "isAdaptive": true])
    let id = try #require(begun.json["id"] as? Int, "\(begun.text)")
    for await _ in try #require(try await page.ask("GET", "api/runs/\(id)/events").events) {}
    let comparison = try #require(try await page.ask("GET", "api/runs/\(id)").json["comparison"] as? [String: Any])
    #expect((comparison["html"] as? String)?.contains("higher by") == true, "\(comparison["html"] ?? "")")
  }
}
