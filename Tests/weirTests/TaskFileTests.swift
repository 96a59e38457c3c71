import Foundation
import Testing

/// A sweep of two tasks over recorded traffic, with characters that steer terminals in its name.
private struct Recorded {
  static let words = ["sweep", "s.yaml", "-P", "streams.s.shards=2,3"]
  let folder: Folder

  init() throws {
    folder = try Folder()
    try folder.write(
      "s.yaml",
      """
      schema: weir/v1
      name: recorded
      description: "a name\\u200e\\u007f\\u001b with what steers"
      clock: {duration: 20s, warmup: 1s, report_bin: 1s}
      streams:
        s: {mode: provisioned, shards: 2}
      producers:
        p: {to: s, rate: {curve: trace, file: t.csv, key: key}, arrivals: trace, record: {size: 100B, key_bytes: 8}, keys: {dist: trace}}
      prices: prices.json
      slo:
        - {id: throttle, expr: "put_throttle_rate(stream=s).rate < 1 %"}

      """)
    let rows = (0..<600).map { "\(Double($0) / 40),k\u{200E}\($0 % 50),100\n" }
    try folder.write("t.csv", "t_s,key,bytes\n" + rows.joined())
  }

  func weir(_ words: [String], in place: String = ".") async throws -> Tool.Outcome {
    try await Tool.built.run(words, in: folder.file(place))
  }

  func tasks(_ place: String = "t") async throws -> Tool.Outcome { try await weir(Self.words + ["--tasks", place]) }

  /// With the prices that weir has.
  static func priced() async throws -> Recorded {
    let one = try Recorded(), prices = try await one.weir(["prices", "--format", "json"])
    try one.folder.write("prices.json", prices.stdout)
    return one
  }

  /// The files of a part of a directory of tasks.
  func files(_ part: String, of place: String = "t") throws -> [URL] {
    try FileManager.default.contentsOfDirectory(at: folder.file("\(place)/\(part)"), includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  /// Puts another body into a sealed file and seals it again.
  func reseal(_ file: URL, _ change: (Data) throws -> Data) async throws {
    let bytes = try Data(contentsOf: file), end = try #require(bytes.firstIndex(of: 10))
    let body = try change(Data(bytes[(end + 1)...]))
    try folder.write("body", body)
    let digest = try await Tool(path: "/bin/sh").run(["-c", "sha256sum < body"], in: folder.url).stdout.prefix(64)
    var head = String(decoding: bytes[..<end], as: UTF8.self).split(separator: " ")
    head[2] = digest
    try (Data((head.joined(separator: " ") + "\n").utf8) + body).write(to: file)
  }
}

@Suite struct `Files of tasks` {
  @Test("are written as they were sealed, whatever steers terminals in them, and hold a trace once") func bytes()
    async throws
  {
    let one = try await Recorded.priced(), whole = try await one.weir(Recorded.words)
    #expect(whole.status == 0, "\(whole)")
    #expect(try await one.tasks().status == 75)
    #expect(try one.files("inputs").count == 1 && one.files("designs").count == 2)
    for design in try one.files("designs") { #expect(try Data(contentsOf: design).count < 40_000) }
    let run = try await one.weir(["task", "t"])
    #expect(run.stdout == "2 tasks run, 0 done before\n" && run.stderr == "", "\(run)")
    #expect(try await one.weir(["merge", "t"]).stdout == whole.stdout)
    // A damaged one is named, and written again by the command.
    let input = try one.files("inputs")[0], result = try one.files("results")[0]
    var bytes = try Data(contentsOf: input)
    bytes[bytes.count - 1] ^= 1
    try bytes.write(to: input)
    try FileManager.default.removeItem(at: result)
    let damaged = try await one.weir([
      "task", "t/tasks/" + result.lastPathComponent.replacing(".result", with: ".task"),
    ])
    #expect(damaged.status == 65 && damaged.stderr.contains(".input: it is damaged; the command"), "\(damaged)")
    #expect(try await one.tasks().status == 75)
    #expect(try await one.weir(["task", "t"]).status == 0)
    #expect(try await one.weir(["merge", "t"]).stdout == whole.stdout)
  }

  @Test("that are a result are believed only under their own name, by verb and task alike") func names() async throws {
    let one = try await Recorded.priced(), whole = try await one.weir(Recorded.words)
    #expect(try await one.tasks().status == 75)
    #expect(try await one.weir(["task", "t"]).status == 0)
    let results = try one.files("results"), other = try Data(contentsOf: results[1])
    try other.write(to: results[0])
    #expect(try await one.weir(["task", "t"]).stdout == "1 task run, 1 done before\n")
    try other.write(to: results[0])
    let name = results[1].deletingPathExtension().lastPathComponent
    let outcome = try await one.tasks()
    #expect(outcome.status == 75 && outcome.stderr.contains(".result: it is that of \(name)"), "\(outcome)")
    #expect(try await one.weir(["task", "t"]).stdout == "1 task run, 0 done before\n")
    #expect(try await one.tasks().stdout == whole.stdout)
  }

  @Test("that a verb does not believe are not believed by task: nothing is asked for in vain") func layouts()
    async throws
  {
    let one = try await Recorded.priced(), whole = try await one.weir(Recorded.words)
    #expect(try await one.tasks().status == 75)
    #expect(try await one.weir(["task", "t"]).status == 0)
    let changes: [(String) -> String] = [
      { _ in #"{"replication":0}"# }, { $0.replacing(#""replication":0"#, with: #""replication":1"#) },
      { $0.replacing(#""values":["#, with: #""values":[1,"#) }, { $0.replacing(#""shards":"#, with: #""splinters":"#) },
      { $0.replacing(#""verdicts":[{"#, with: #""verdicts":[{"isPassing":true,"windows":0,"windowsBroken":0},{"#) },
    ]
    for change in changes {
      let result = try one.files("results")[0]
      try await one.reseal(result) { Data(change(String(decoding: $0, as: UTF8.self)).utf8) }
      let bad = try Data(contentsOf: result)
      #expect(try await one.weir(["task", "t"]).stdout == "1 task run, 1 done before\n")
      try bad.write(to: result)
      let outcome = try await one.tasks()
      #expect(outcome.status == 75 && outcome.stderr.contains("its task is to be run again"), "\(outcome)")
      #expect(!FileManager.default.fileExists(atPath: result.path), "everybody sees that it is missing")
      #expect(try await one.weir(["task", "t"]).stdout == "1 task run, 0 done before\n")
      #expect(try await one.tasks().stdout == whole.stdout)
      #expect(try await one.weir(["task", "t"]).status == 0)
      // What was asked for last is nothing; both are looked at again in the next turn.
      try one.folder.write(
        "t/open", try one.files("tasks").map { $0.deletingPathExtension().lastPathComponent + "\n" }.joined())
    }
  }

  @Test("are named by contents: the same from another directory, others with another price") func prices() async throws
  {
    let one = try await Recorded.priced()
    #expect(try await one.tasks().status == 75)
    #expect(try await one.weir(["task", "t"]).status == 0)
    try FileManager.default.createDirectory(at: one.folder.file("elsewhere"), withIntermediateDirectories: false)
    let words = Recorded.words.map { $0.replacing("s.yaml", with: "../s.yaml") }
    #expect(try await one.weir(words + ["--tasks", "../t"], in: "elsewhere").status == 0)
    for file in ["prices.json", "t.csv"] {
      let text = try String(contentsOf: one.folder.file(file), encoding: .utf8)
      let change = file == "t.csv" ? ("100\n", "101\n") : (#""usd": "0.015""#, #""usd": "0.016""#)
      #expect(text.contains(change.0))
      try one.folder.write(file, text.replacing(change.0, with: change.1))
      #expect(try await one.tasks().stderr.contains("weir: 2 tasks to run"), "\(file)")
      try one.folder.write(file, text)
    }
    #expect(try await one.tasks().status == 0)
  }

  @Test("that cannot be written end weir task with 1 at the first") func full() async throws {
    let one = try await Recorded.priced()
    #expect(try await one.tasks().status == 75)
    try FileManager.default.removeItem(at: one.folder.file("t/results"))
    try one.folder.write("t/results", "")
    let run = try await one.weir(["task", "t"])
    #expect(run.status == 1 && run.stdout == "0 tasks run, 0 done before\n", "\(run)")
    let lines = run.stderr.split(separator: "\n")
    #expect(lines.count == 1 && lines[0].hasPrefix("weir: cannot write ") && lines[0].contains("/t/results/"), "\(run)")
  }

  @Test("that are all there are only read, even where a name ends with .task or an option stands behind --")
  func reading()
    async throws
  {
    let one = try await Recorded.priced(), whole = try await one.weir(Recorded.words)
    let words = ["sweep", "-P", "streams.s.shards=2,3", "--tasks", "x.task", "--", "s.yaml"]
    #expect(try await one.weir(words).status == 75)
    #expect(try await one.weir(["task", "x.task"]).stdout == "2 tasks run, 0 done before\n")
    #expect(try await one.weir(["merge", "x.task"]).stdout == whole.stdout)
    let before = try dates(one)
    #expect(try await one.weir(["merge", "x.task", "--format", "text"]).stdout == whole.stdout)
    #expect(try await one.weir(words).stdout == whole.stdout)
    #expect(try dates(one) == before)
  }

  private func dates(_ one: Recorded) throws -> [String: Date] {
    let place = one.folder.file("x.task")
    let names = try FileManager.default.subpathsOfDirectory(atPath: place.path) + ["."]
    return try Dictionary(
      uniqueKeysWithValues: names.map { name in
        let facts = try FileManager.default.attributesOfItem(atPath: place.appendingPathComponent(name).path)
        return (name, try #require(facts[.modificationDate] as? Date))
      })
  }

  @Test("are for a weir-cluster that is there and of this time") func driver() async throws {
    let one = try await Recorded.priced(), line = Recorded.words + ["--on", "dask"]
    func start(_ program: String) async throws -> Tool.Outcome {
      try await Tool.built.run(line, in: one.folder.url, environment: ["WEIR_CLUSTER": program])
    }
    let lacking = try await start("/none")
    let words = "weir: WEIR_CLUSTER names /none, which is no program that is there.\n"
    #expect(lacking.status == 1 && lacking.stderr == words, "\(lacking)")
    let path = one.folder.file("driver").path
    for old in ["echo 'unrecognized arguments: --version' >&2; exit 2", "echo weir-cluster 0.1.0, protocol 1"] {
      try one.folder.write("driver", "#!/bin/sh\n\(old)\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
      let outcome = try await start(path)
      #expect(outcome.status == 1 && outcome.stderr.contains("pip install --upgrade './cluster[dask]'"), "\(outcome)")
    }
    try one.folder.write(
      "driver", "#!/bin/sh\n[ $1 = --version ] || exec cat /proc/self/status\necho weir-cluster 9, protocol 2\n")
    let masked = try await start(path)
    #expect(masked.status == 0 && masked.stdout.contains("SigBlk:\t0000000000000000\n"), "\(masked.stdout)")
  }
}
