import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A directory of scenarios that takes little to simulate.
struct GateFolder: Sendable {
  let folder: Folder

  /// Ten seconds of a stream with room.
  static let calm = """
    schema: weir/v1
    name: calm
    seed: 5
    clock: {duration: 10s, report_bin: 1s}
    streams:
      clicks: {mode: provisioned, shards: 2}
    producers:
      web: {to: clicks, rate: 60, record: {size: 400B}, keys: {dist: uniform, cardinality: 50}}
    slo:
      - {id: loss, expr: "records_lost(producer=web).sum == 0 records"}
      - {id: load, expr: "shard_utilization(stream=clicks).mean < 50 %"}

    """

  init(_ files: [String: String] = ["calm.yaml": calm]) throws {
    folder = try Folder()
    try FileManager.default.createDirectory(at: folder.file("s"), withIntermediateDirectories: true)
    for (name, text) in files { try folder.write("s/\(name)", text) }
  }

  func test(_ arguments: String...) async throws -> Tool.Outcome {
    try await Tool.built.run(["test", "s"] + arguments, in: folder.url)
  }

  func change(_ name: String, _ old: String, _ new: String) throws {
    let text = try String(contentsOf: folder.file("s/\(name)"), encoding: .utf8)
    precondition(text.contains(old), "\(name) does not hold \(old)")
    try folder.write("s/\(name)", text.replacing(old, with: new))
  }

  func baseline(_ name: String = "calm") throws -> String {
    try String(contentsOf: folder.file("s/baselines/\(name).json"), encoding: .utf8)
  }
}

@Suite struct `The gate` {
  @Test("is open where nothing has changed, and says what it did not run") func unchanged() async throws {
    let gate = try GateFolder()
    let first = try await gate.test()
    #expect(first.status == 0 && first.stderr == "" && first.stdout.contains("no baseline"), "\(first)")
    #expect(try await gate.test("--update").status == 0)
    let again = try await gate.test("--format", "json")
    let line = try #require((again.json?["scenarios"] as? [[String: Any]])?.first)
    #expect(again.status == 0 && line["verdict"] as? String == "pass" && line["replications"] as? Int == 1)
    let baseline = try #require(line["baseline"] as? [String: Any])
    #expect(baseline["standing"] as? String == "unchanged" && baseline["replications_not_run"] as? Int == 4)
    let counts = try #require(line["slo"] as? [[String: Any]])
    #expect(counts.allSatisfy { $0["held"] as? Int == 1 && $0["replications"] as? Int == 1 && $0["outcome"] != nil })
  }

  @Test("shuts with 11 on a planted regression, and names it") func regression() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update").status == 0)
    try gate.change("calm.yaml", "shards: 2", "shards: 3")
    let outcome = try await gate.test("--junit", "j.xml", "--markdown", "p.md")
    #expect(outcome.status == 11, "\(outcome)\n\(outcome.stdout)")
    #expect(outcome.stdout.contains("worse cost.total_usd: was $"))
    #expect(outcome.stdout.contains("weir run s/calm.yaml --seed 5 --replications 5"))
    let page = try String(contentsOf: gate.folder.file("p.md"), encoding: .utf8)
    #expect(page.contains("| `s/calm.yaml` | **regressed** |") && page.contains("| `cost.total_usd` |"))
    let report = try JUnit.read(gate.folder.file("j.xml"))
    #expect(report.suites == ["s/calm.yaml"] && report.cases == ["slo loss", "slo load", "baseline"])
    #expect(report.failures.count == 1 && report.failures[0].hasPrefix("baseline: "))
    #expect(try await gate.test("--update").status == 0)
    #expect(try await gate.test().status == 0)
  }

  @Test("stays open to noise: another seed is no regression") func noise() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update", "--replications", "8").status == 0)
    try gate.change("calm.yaml", "seed: 5", "seed: 6")
    let outcome = try await gate.test("--format", "json")
    let line = try #require((outcome.json?["scenarios"] as? [[String: Any]])?.first)
    let baseline = try #require(line["baseline"] as? [String: Any])
    #expect(outcome.status == 0 && baseline["method"] as? String == "welch", "\(outcome)\n\(outcome.stdout)")
    #expect(line["replications"] as? Int == 8)
  }

  @Test("shuts with 10 on a broken objective, with what was expected, when it broke, and how to see it")
  func objective() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update").status == 0)
    try gate.change("calm.yaml", "mean < 50 %", "mean < 0.1 %")
    let outcome = try await gate.test("--junit", "j.xml")
    #expect(outcome.status == 10, "\(outcome)")
    #expect(outcome.stdout.contains("slo load: expected < 0.1 %, got "))
    #expect(outcome.stdout.contains("first at 2026-01-05T00:00:0"))
    let command = "weir explain s/calm.yaml --seed 5 --slo load"
    #expect(outcome.stdout.contains(command))
    let explained = try await Tool.built.shell(command, in: gate.folder.url)
    #expect(explained.status == 0 && explained.stdout.hasPrefix("Objective load broke: "), "\(explained)")
    #expect(try JUnit.read(gate.folder.file("j.xml")).failures.first?.hasPrefix("slo: expected < 0.1 %") == true)
  }

  @Test("stores no broken objective unless it is accepted, and then knows it") func knownFailing() async throws {
    let gate = try GateFolder(["calm.yaml": GateFolder.calm.replacing("mean < 50 %", with: "mean < 0.1 %")])
    let refused = try await gate.test("--update")
    #expect(refused.status == 10 && refused.stdout.contains("--accept-failing"), "\(refused)")
    #expect(throws: (any Error).self) { try gate.baseline() }
    #expect(try await gate.test("--update", "--accept-failing").status == 0)
    #expect(try gate.baseline().contains("\"expects\": {\"load\": \"fail\"}"))
    let known = try await gate.test()
    #expect(known.status == 0 && known.stdout.contains("slo load is known to fail"), "\(known)")
    try gate.change("calm.yaml", "sum == 0", "sum > 0")
    #expect(try await gate.test().status == 10, "what was not accepted still fails")
    try gate.change("calm.yaml", "sum > 0", "sum == 0")
    try gate.change("calm.yaml", "mean < 0.1 %", "mean < 50 %")
    let mended = try await gate.test()
    #expect(mended.stdout.contains("slo load was expected to fail and held"), "\(mended)")
    #expect(try await gate.test("--update").status == 0)
    #expect(try gate.baseline().contains("\"expects\": {}"))
  }

  @Test("knows 10 from 11: a broken objective wins over a regression") func order() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update").status == 0)
    try gate.change("calm.yaml", "shards: 2", "shards: 3")
    try gate.change("calm.yaml", "mean < 50 %", "mean < 0.1 %")
    #expect(try await gate.test().status == 10)
    try gate.folder.write("s/bad.yaml", "schema: weir/v1\nname: bad\n")
    let outcome = try await gate.test("--format", "json")
    #expect(outcome.status == 65)
    let verdicts = (outcome.json?["scenarios"] as? [[String: Any]])?.compactMap { $0["verdict"] as? String }
    #expect(verdicts == ["error", "fail"], "the others are judged all the same")
  }

  static let misspellings: [(change: @Sendable (GateFolder) throws -> Void, arguments: [String], says: String)] = [
    (
      { try $0.change("baselines/calm.json", "\"records.lost\"", "\"records.lots\"") }, [],
      "figures.records.lots: the scenario has no such figure; did you mean \"records.lost\"?"
    ),
    (
      { try $0.change("baselines/calm.json", "{},", "{\"laod\": \"fail\"},") }, [],
      "expects.laod: there is no such objective of severity fail; did you mean \"load\"?"
    ),
    ({ _ in }, ["--metrics", "records.lots"], "--metrics records.lots: no scenario has such a figure; did you mean"),
    (
      { try $0.folder.write("s/baselines/calmer.json", "{}") }, [],
      "no scenario belongs to this baseline; did you mean \"calm\"?"
    ),
    ({ _ in }, ["--filter", "nothing"], "no scenario here whose path holds \"nothing\""),
    ({ try $0.change("calm.yaml", "schema:", "shema:") }, [], "unknown key \"shema\""),
  ]

  @Test("ends with 65 on a name that nobody has, and says the nearest", arguments: misspellings.indices)
  func misspelt(_ index: Int) async throws {
    let gate = try GateFolder(), flaw = Self.misspellings[index]
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    try flaw.change(gate)
    let outcome = try await Tool.built.run(["test", "s", "--junit", "j.xml"] + flaw.arguments, in: gate.folder.url)
    #expect(outcome.status == 65 && outcome.stdout.contains(flaw.says), "\(outcome)\n\(outcome.stdout)")
    #expect(try JUnit.read(gate.folder.file("j.xml")).errors.count == 1)
  }

  @Test("ends with 66 on a missing trace, or skips it loudly") func missing() async throws {
    let traced = GateFolder.calm.replacing("rate: 60", with: "rate: {curve: trace, file: none.csv, scale: 1}")
    let gate = try GateFolder(["calm.yaml": GateFolder.calm, "traced.yaml": traced])
    let refused = try await gate.test()
    #expect(refused.status == 66 && refused.stdout.contains("PASS      s/calm.yaml"), "\(refused)")
    let skipped = try await gate.test("--skip-missing")
    #expect(skipped.status == 0 && skipped.stdout.contains("SKIPPED   s/traced.yaml"), "\(skipped)")
    #expect(skipped.stdout.contains("none.csv") && skipped.stdout.contains("1 skipped"))
    let left = try await gate.test("--exclude", "traced", "--filter", "a")
    #expect(left.status == 0 && !left.stdout.contains("traced"), "\(left)")
    #expect(try await Tool.built.run(["test", "nowhere"], in: gate.folder.url).status == 66)
  }

  @Test("writes the same baseline twice, and every document the same with any number of workers")
  func determinism() async throws {
    let other = GateFolder.calm.replacing("name: calm", with: "name: other").replacing("rate: 60", with: "rate: 80")
    let gate = try GateFolder(
      ["calm.yaml": GateFolder.calm, "below/other.yml": other].filter { $0.key == "calm.yaml" })
    try FileManager.default.createDirectory(at: gate.folder.file("s/below"), withIntermediateDirectories: true)
    try gate.folder.write("s/below/other.yml", other)
    #expect(try await gate.test("--update").status == 0)
    let first = try gate.baseline(), below = try gate.baseline("below/other")
    try gate.change("calm.yaml", "seed: 5", "seed: 6")
    #expect(try await gate.test("--update", "--workers", "3").status == 0)
    #expect(try gate.baseline() != first && gate.baseline("below/other") == below)
    try gate.change("calm.yaml", "seed: 6", "seed: 5")
    #expect(try await gate.test("--update", "--workers", "2").status == 0)
    #expect(try gate.baseline() == first)
    #expect(try await gate.test("--update").stdout.contains("kept s/baselines/calm.json"))
    #expect(try gate.baseline() == first)
    try gate.change("calm.yaml", "shards: 2", "shards: 4")
    var documents: [[Data]] = []
    for workers in ["1", "2"] {
      let outcome = try await gate.test("--workers", workers, "--junit", "j", "--markdown", "m", "--format", "json")
      let files = try ["j", "m"].map { try Data(contentsOf: gate.folder.file($0)) }
      documents.append(files + [Data(outcome.stdout.utf8)])
    }
    #expect(documents[0] == documents[1])
  }

  @Test("--update mends a baseline that cannot be read") func mending() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    let good = try gate.baseline()
    try gate.folder.write("s/baselines/calm.json", "<<<<<<< ours\n" + good)
    let broken = try await gate.test()
    #expect(broken.status == 65 && broken.stdout.contains("s/baselines/calm.json:"), "\(broken)\n\(broken.stdout)")
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    #expect(try gate.baseline() == good)
  }

  static let misuses = [
    ["--replications", "0"], ["--workers", "0"], ["--tolerance", "much"], ["--tolerance", "-1%"], ["--accept-failing"],
    ["--format", "md"],
  ]

  @Test("ends with 64 on a command line that is wrong", arguments: misuses) func usage(_ arguments: [String])
    async throws
  {
    let outcome = try await Tool.built.run(["test", "scenarios"] + arguments)
    #expect(outcome.status == 64 && outcome.stdout == "", "\(outcome)")
  }
}

/// A JUnit document, read back.
final class JUnit: NSObject, XMLParserDelegate {
  var suites: [String] = [], cases: [String] = [], failures: [String] = [], errors: [String] = []

  static func read(_ file: URL) throws -> JUnit {
    let parser = XMLParser(data: try Data(contentsOf: file)), report = JUnit()
    parser.delegate = report
    guard parser.parse() else { throw parser.parserError ?? CocoaError(.coderReadCorrupt) }
    return report
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    let said = "\(attributes["type"] ?? ""): \(attributes["message"] ?? "")"
    switch name {
    case "testsuite": suites.append(attributes["name"] ?? "")
    case "testcase": cases.append(attributes["name"] ?? "")
    case "failure": failures.append(said)
    case "error": errors.append(said)
    default: break
    }
  }
}
