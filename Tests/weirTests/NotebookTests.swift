import Foundation
import Testing

/// What is committed under notebooks-export, with its outputs.
private enum Example {
  static let name = "split-hot-shard"
  static let command = ["export", "scenarios/\(name).yaml"]
  static let directory = Tool.package.appendingPathComponent("notebooks-export/\(name)")

  static func fresh() async throws -> (folder: Folder, directory: URL) {
    let folder = try Folder()
    let outcome = try await #require(Tool.release).run(
      command + ["--out", folder.url.path], in: Tool.package)
    #expect(outcome.status == 0, "\(outcome)")
    return (folder, folder.file(name))
  }
}

@Suite(.enabled(if: Tool.release != nil, "not a release build: no notebook was regenerated; try `make test`"))
struct `The committed notebook` {
  @Test("has the files that the release binary writes, byte for byte, and its cells") func fresh() async throws {
    let (folder, directory) = try await Example.fresh()
    defer { withExtendedLifetime(folder) {} }
    let notebook = "\(Example.name).ipynb"
    var (made, committed) = (try Folder.contents(of: directory), try Folder.contents(of: Example.directory))
    let sources = try ExecutedNotebook(#require(made[notebook])).sources
    #expect(try ExecutedNotebook(#require(committed[notebook])).sources == sources, "stale; run `make notebooks`")
    (made[notebook], committed[notebook]) = (nil, nil)
    let stale = Set(made.keys).union(committed.keys).filter { made[$0] != committed[$0] }.sorted()
    #expect(stale == [], "notebooks-export/\(Example.name) is stale; run `make notebooks` and say why it changed")
  }

  @Test("is small enough to be looked at") func size() throws {
    let bytes = try Folder.contents(of: Example.directory).values.reduce(0) { $0 + $1.count }
    #expect(bytes < 1_500_000)
  }
}

@Suite(
  .enabled(if: Tool.release != nil, "not a release build: no notebook was executed; try `make test`"),
  .enabled("NO NOTEBOOK WAS EXECUTED: python3 with venv, or PyPI, is not there") {
    Tool.release == nil ? false : await Jupyter.isThere()
  })
struct `Executed notebooks` {
  @Test("run without an error or a network, give what is committed, and agree with run.json") func execution()
    async throws
  {
    guard case .ready(let jupyter) = await Jupyter.environment() else {
      if case .missing(let reason) = await Jupyter.environment() { Issue.record("no Jupyter: \(reason)") }
      return
    }
    defer { jupyter.remove() }
    try await example(jupyter)
    try await deliveries(jupyter)
  }

  /// The committed example, executed anew.
  private func example(_ jupyter: Jupyter) async throws {
    let (folder, directory) = try await Example.fresh()
    defer { withExtendedLifetime(folder) {} }
    let (outcome, fresh) = try await jupyter.execute("\(Example.name).ipynb", in: directory)
    #expect(outcome.status == 0, "\(outcome)")
    try expectWhole(fresh)
    // Pictures without words for them would be warned of.
    let page = try await jupyter.convert(
      "\(Example.name).ipynb", ["--to", "html", "--template", "classic"], in: directory)
    #expect(page.status == 0 && !page.stderr.contains("WARNING"), "\(page)")
    let committed = try ExecutedNotebook(
      Data(contentsOf: Example.directory.appendingPathComponent("\(Example.name).ipynb")))
    for (cell, old) in zip(fresh.cells, committed.cells) {
      #expect(try fresh.outputs(cell) == committed.outputs(old), "cell \(cell["id"] ?? ""): run `make notebooks`")
    }
    let run = try #require(
      JSONSerialization.jsonObject(with: Data(contentsOf: directory.appendingPathComponent("run.json")))
        as? [String: Any])
    try expectFigures(of: run, in: fresh)
  }

  /// A delivery stream's cells, and none for refusals, of which there are none.
  private func deliveries(_ jupyter: Jupyter) async throws {
    let folder = try Folder()
    let outcome = try await #require(Tool.release).run(
      ["export", "scenarios/firehose-small-objects.yaml", "--out", folder.url.path], in: Tool.package)
    #expect(outcome.status == 0, "\(outcome)")
    let (executed, notebook) = try await jupyter.execute(
      "firehose-small-objects.ipynb", in: folder.file("firehose-small-objects"))
    #expect(executed.status == 0, "\(executed)")
    try expectWhole(notebook)
    let ids = notebook.cells.compactMap { $0["id"] as? String }
    #expect(ids.contains("object-sizes") && ids.contains("objects"))
  }

  /// Every cell of code but the parameters has an output, and none is an error or a warning.
  private func expectWhole(_ notebook: ExecutedNotebook) throws {
    #expect(notebook.code.count > 8)
    for cell in notebook.code where cell["id"] as? String != "parameters" {
      let outputs = cell["outputs"] as? [[String: Any]] ?? []
      #expect(!outputs.isEmpty, "cell \(cell["id"] ?? "") shows nothing")
      let bad = outputs.filter { $0["output_type"] as? String == "error" || $0["name"] as? String == "stderr" }
      #expect(bad.isEmpty, "cell \(cell["id"] ?? ""): \(bad)")
    }
  }

  private func expectFigures(of run: [String: Any], in notebook: ExecutedNotebook) throws {
    let stream = try #require((run["streams"] as? [String: [String: Any]])?.values.first)
    let stored = try #require(stream["incoming_records"] as? Int)
    let records = try #require(run["records"] as? [String: Int])
    let words = "\(grouped(stored)) records accepted and \(grouped(records["throttled_attempts"] ?? 0)) throttled"
    #expect(try notebook.output(of: "minutes").contains(words))
    let total = try #require((run["cost"] as? [String: Any])?["total_usd"] as? Double)
    let dollars = grouped(Int(total)) + String(String(format: "%.2f", total).suffix(3))
    #expect(try notebook.output(of: "cost").contains("$\(dollars) for a month of 730 h"))
    #expect(try notebook.output(of: "what-if").contains("differ by at most $0.00 "))
    for objective in try #require(run["slo"] as? [[String: Any]]) {
      let id = try #require(objective["id"] as? String)
      #expect(try notebook.output(of: "verdict").contains("<th>\(id)</th>"))
    }
  }

  private func grouped(_ number: Int) -> String {
    let formatter = NumberFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.numberStyle = .decimal
    formatter.groupingSeparator = ","
    formatter.usesGroupingSeparator = true
    return formatter.string(from: NSNumber(value: number)) ?? ""
  }
}
