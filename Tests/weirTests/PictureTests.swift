import Foundation
import Testing

/// The renderer's environment as `make pictures` makes it, and beside it what pictures are checked with: made once for all tests of a
/// process.
enum Pictures {
  static let scripts = Tool.package.appendingPathComponent("Tests/weirTests/Pictures")
  private static let readiness = Task { await make() }
  private static let checks = Task { await makeChecks() }

  /// The directory that WEIR_PICTURES names, or nil when Python or PyPI is not there; in CI that is a failure.
  static func folder() async -> String? {
    switch await readiness.value {
    case .success(let folder): return folder.file("pictures").path
    case .failure(let reason):
      if Jupyter.isRequired { Issue.record("no renderer: \(reason.text)") }
      return nil
    }
  }

  /// A Python that has Vega-Lite's schema, the renderer and what drives a browser.
  static func checker() async -> String? {
    guard case .success(let path) = await checks.value else { return nil }
    return path
  }

  static func isThere() async -> Bool {
    guard await folder() != nil, await checker() != nil else { return Jupyter.isRequired }
    return true
  }

  private struct Missing: Error { let text: String }

  private static func make() async -> Result<Folder, Missing> {
    await sh("make -s -C '\(Tool.package.path)' pictures PICTURES='FOLDER/pictures'")
  }

  private static func makeChecks() async -> Result<String, Missing> {
    guard case .success(let folder) = await readiness.value else { return .failure(Missing(text: "no renderer")) }
    let python = folder.file("pictures/bin/python").path,
      needs = scripts.appendingPathComponent("requirements.txt").path
    let line = "'\(python)' -m pip install -q --no-compile --disable-pip-version-check -r '\(needs)'"
    switch await sh(line) {
    case .success: return .success(python)
    case .failure(let missing): return .failure(missing)
    }
  }

  private static func sh(_ line: String) async -> Result<Folder, Missing> {
    do {
      let folder = try Folder()
      let outcome = try await Tool(path: "/bin/sh").run(
        ["-c", line.replacingOccurrences(of: "FOLDER", with: folder.url.path)], in: folder.url)
      guard outcome.status == 0 else { return .failure(Missing(text: "\(outcome)\(outcome.stdout.suffix(1_000))")) }
      return .success(folder)
    } catch {
      return .failure(Missing(text: "\(error)"))
    }
  }
}

@Suite(
  .serialized,
  .enabled("NO PICTURE WAS DRAWN: python3 with venv, or PyPI, is not there") { await Pictures.isThere() })
struct `Pictures of a report` {
  /// Runs, a plan, a comparison and sweeps, each with what it alone shows.
  private static let makers: [(name: String, arguments: [String])] = [
    ("split", ["run", "scenarios/split-hot-shard.yaml"]),
    ("objects", ["run", "scenarios/firehose-small-objects.yaml"]),
    ("queue", ["run", "scenarios/queue-slow-tail.yaml"]),
    ("weekly", ["run", "scenarios/on-demand-step.yaml"]),
    ("plan", ["plan", "scenarios/plan-shards.yaml", "--replications", "4"]),
    (
      "compare",
      ["compare", "scenarios/hot-key.yaml", "--with", "streams.readings.shards=24", "--replications", "2"]
        + ["--set", "clock.duration=60s", "--set", "clock.warmup=0s"]
    ),
    (
      "sweep",
      ["sweep", "scenarios/hot-key.yaml", "-P", "streams.readings.shards=12,16,24", "--set", "clock.duration=60s"]
        + ["--set", "clock.warmup=0s"]
    ),
    (
      "map",
      ["sweep", "scenarios/hot-key.yaml", "-P", "streams.readings.shards=12,16", "--set", "clock.duration=30s"]
        + ["-P", "producers.gateways.keys.salt=1,2,4", "--set", "clock.warmup=0s"]
    ),
  ]

  @Test("are valid to Vega-Lite's schema, to its renderer and to our own rules, and the same bytes from any process")
  func checked() async throws {
    let environment = try #require(await Pictures.folder()), python = try #require(await Pictures.checker())
    let folder = try Folder()
    for (name, arguments) in Self.makers {
      let outcome = try await Tool.built.run(
        arguments + ["--out", folder.file(name).path], environment: ["WEIR_PICTURES": environment])
      #expect([0, 10, 12].contains(outcome.status) && !outcome.stderr.contains("not drawn"), "\(outcome)")
    }
    let script = Pictures.scripts.appendingPathComponent("check.py").path
    let program = Tool.package.appendingPathComponent("Sources/Reporting/Resources/draw.py").path
    let outcome = try await Tool(path: python).run(
      [script, program] + Self.makers.map { folder.file($0.name).path })
    #expect(outcome.status == 0, "\(outcome)\n\(outcome.stdout.suffix(3_000))")
    print(outcome.stdout)
  }

  @Test("stand in a page that a browser shows without an error, a request or a serious finding of axe's rules")
  func page() async throws {
    let environment = try #require(await Pictures.folder()), python = try #require(await Pictures.checker())
    let folder = try Folder(), out = folder.file("out").path
    let outcome = try await Tool.built.run(
      ["run", "scenarios/split-hot-shard.yaml", "--out", out],
      environment: ["WEIR_PICTURES": environment])
    #expect([0, 10].contains(outcome.status), "\(outcome)")
    #expect(try folder.contents("out")["report.html"].map { $0.count < 1_500_000 } ?? false)
    let script = Pictures.scripts.appendingPathComponent("browse.py").path
    let seen = try await Tool(path: python).run([script, out + "/report.html"])
    // Without a browser the script says so and ends with 0.
    #expect(seen.status == 0, "\(seen)\n\(seen.stdout.suffix(3_000))")
    print(seen.stdout)
  }

  @Test(
    "of an explanation are a trace that Perfetto's own bindings read, in which slices nest",
    arguments: [
      ("split-hot-shard", ["--at", "T+10m"], ["PutRecords", "shard 1", "throttling"]),
      ("five-pollers", ["--at", "T+1m", "--resolution", "record"], ["PutRecord", "GetRecords", "behind"]),
      ("firehose-direct-put", ["--at", "T+5m"], ["PutRecordBatch", "buffer", "delivery", "notes"]),
    ]) func perfetto(scenario: String, at: [String], tracks: [String]) async throws
  {
    let python = try #require(await Pictures.checker()), folder = try Folder(), trace = folder.file("out.pftrace").path
    let outcome = try await Tool.built.run(
      ["explain", "scenarios/\(scenario).yaml", "--window", "60s", "--perfetto", trace] + at)
    #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    let read = try await Tool(path: python).run([Pictures.scripts.appendingPathComponent("read_trace.py").path, trace])
    #expect(read.status == 0, "\(read)\n\(read.stdout)")
    let names = Set(read.stdout.split(separator: "\n").map(String.init))
    #expect(names.isSuperset(of: tracks), "\(names.sorted())")
  }

  @Test("are one, drawn by weir itself, where there is no renderer; and a line says how to get the others") func alone()
    async throws
  {
    let folder = try Folder()
    let outcome = try await Tool.built.run(
      ["run", "scenarios/hot-key.yaml", "--set", "clock.duration=2m", "--out", folder.file("out").path],
      environment: ["WEIR_PICTURES": "/nowhere"])
    let files = try folder.contents("out"), report = String(decoding: files["report.md"] ?? Data(), as: UTF8.self)
    #expect(files.keys.filter { $0.hasSuffix(".svg") } == ["charts/worst-minute-readings.svg"], "\(files.keys)")
    #expect(report.contains("](charts/worst-minute-readings.svg)") && report.contains("```text"))
    #expect(outcome.stderr.contains("make pictures"), "\(outcome)")
    let page = String(decoding: files["report.html"] ?? Data(), as: UTF8.self)
    #expect(page.contains("src=\"data:image/svg+xml;base64,") && !page.contains("<script") && !page.contains("http://"))
  }
}
