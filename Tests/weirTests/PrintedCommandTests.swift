import Foundation
import Testing

/// What weir prints as a command line is given to a shell as it stands.
@Suite struct `A printed command` {
  /// A name that a shell, an option parser and a terminal would each take for something else.
  private static let file = "--out=it's $HOME \"b\"\n`id`;c\\ & é.yaml"
  private static let settings = ["--set", "clock.duration=6s", "--set", "description=it's \"$HOME\" `id`"]

  private func folder(_ file: String) throws -> Folder {
    let folder = try Folder()
    try folder.write(
      file, Sample.small + "variants: {\"-v 'x' $y\": {streams.clicks.shards: 3}, other: {streams.clicks.shards: 4}}\n")
    return folder
  }

  private func weir(_ verb: String, _ options: [String], _ file: String, in folder: Folder) async throws -> Tool.Outcome
  {
    let outcome = try await Tool.built.run([verb] + options + ["--", file], in: folder.url)
    #expect([0, 10].contains(outcome.status), "\(outcome)")
    return outcome
  }

  private func bash(_ line: String, in directory: URL) async throws -> Tool.Outcome {
    try await Tool.built.shell(line, in: directory, with: Tool(path: "/bin/bash"))
  }

  /// Runs the line whose output is to be that of `outcome`.
  private func expect(_ line: String, _ outcome: Tool.Outcome, in folder: Folder) async throws {
    let again = try await bash(line, in: folder.url)
    #expect(again.stdout == outcome.stdout && again.status == outcome.status, "\(line)\n\(again)")
  }

  @Test("of run, compare, sweep and explain gives what it says it gives, whatever a file is called") func again()
    async throws
  {
    let file = Self.file, folder = try folder(file)
    let run = try await weir("run", Self.settings, file, in: folder)
    _ = try await weir("run", Self.settings + ["--out", "out"], file, in: folder)
    let report = String(decoding: try folder.contents("out")["report.md"] ?? Data(), as: UTF8.self)
    try await expect(try #require(Self.shell(report).first), run, in: folder)
    let few = ["--replications", "2"] + Self.settings
    for (verb, options) in [
      ("compare", ["--variant=-v 'x' $y"] + few), ("sweep", ["-P", "streams.clicks.shards=2,3"] + few),
      ("explain", ["--at", "T+2s", "--window", "3s"] + Self.settings),
    ] {
      let text = try await weir(verb, options, file, in: folder)
      let json = try await weir(verb, options + ["--format", "json"], file, in: folder).json
      let line = try #require((json?["command"] ?? json?["reproduce"]) as? String)
      #expect(!line.contains("\n"))
      try await expect(line, text, in: folder)
    }
  }

  @Test("of a notebook runs its scenario again, from the run's own directory and from another") func notebook()
    async throws
  {
    let file = Self.file, folder = try folder(file)
    _ = try await weir("run", Self.settings + ["--out", "out"], file, in: folder)
    try FileManager.default.createDirectory(at: folder.file("other"), withIntermediateDirectories: true)
    for (place, subject) in [(folder.url, "out"), (folder.file("other"), "../out")] {
      let made = try await Tool.built.run(["export", subject, "--out", "books"], in: place)
      #expect(made.status == 0, "\(made)")
      let book = try JSONSerialization.jsonObject(
        with: Data(contentsOf: place.appendingPathComponent("books/small/small.ipynb")))
      let cells = (book as? [String: Any])?["cells"] as? [[String: Any]] ?? []
      let text = cells.compactMap { ($0["source"] as? [String])?.joined() }.joined(separator: "\n")
      let line = try #require(Self.shell(text).first { $0.contains("--seed 2") })
      let run = try await bash(line.replacing("weir run", with: "weir run --check --set clock.duration=3s"), in: place)
      #expect(run.status == 0 && run.stdout.hasPrefix("equal: "), "\(line)\n\(run)")
    }
  }

  @Test("of the gate repeats and explains what broke") func gate() async throws {
    let folder = try Folder(), name = "-s 'x' $y"
    try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
    try folder.write(
      "\(name)/a b.yaml", Sample.with("rate: 300", "rate: 4000").replacing("duration: 70s", with: "duration: 6s"))
    let judged = try await Tool.built.run(["test", "--format", "json", "--", name], in: folder.url)
    let line = try #require((judged.json?["scenarios"] as? [[String: Any]])?.first)
    let slo = try #require((line["slo"] as? [[String: Any]])?.first, "\(judged)")
    let commands = try #require((line["reproduce"] ?? slo["reproduce"]) as? [String])
    #expect(commands.count == 2 && judged.status == 10)
    for (command, status) in zip(commands, [10, 0] as [Int32]) {
      let outcome = try await bash(command, in: folder.url)
      #expect(outcome.status == status, "\(outcome)")
    }
  }

  @Test("of init and trace is the next step") func next() async throws {
    let folder = try Folder(), name = "-a 'b' $c"
    let made = try await Tool.built.run(["init", "--output=\(name).yaml"], in: folder.url)
    let traced = try await Tool.built.run(
      ["trace", "--shards", "2", "--burst", "5", "--out=\(name)"] + TraceVerbTests.files, in: folder.url)
    for (outcome, status) in [(made, 0 as Int32), (traced, 10)] {
      let line = try #require(outcome.stdout.components(separatedBy: " Next: ").last, "\(outcome)")
      #expect(outcome.status == 0)
      let next = try await bash(line, in: folder.url)
      #expect(next.status == status, "\(line)\n\(next)")
    }
  }

  /// The lines of blocks of shell in a page.
  private static func shell(_ page: String) -> [String] {
    page.components(separatedBy: "```sh\n").dropFirst().flatMap {
      $0.components(separatedBy: "\n```")[0].components(separatedBy: "\n")
    }
  }
}
