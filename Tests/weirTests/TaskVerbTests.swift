import Foundation
import Testing

/// A verb's line, and what makes its tasks' directory its report.
private struct Case: Sendable, CustomTestStringConvertible {
  var words: [String]
  /// The most rounds it takes.
  var rounds = 1
  /// What it ends with.
  var status: Int32 = 0
  var testDescription: String { words.prefix(2).joined(separator: " ") }

  static let short = ["--set", "clock.duration=4s", "--set", "events=[]"]
  static let sweep = Case(
    words: ["sweep", "s.yaml", "-P", "streams.clicks.shards=1..3", "-P", "producers.web.rate=200,900"] + short
      + ["--replications", "2"])
  static let all = [
    sweep,
    Case(
      words: [
        "compare", "s.yaml", "--with", "streams.clicks.shards=3", "--precision", "0.2", "--max-replications", "40",
      ]
        + ["--metrics", "producers.web.put_latency_ms", "--format", "json"] + short, rounds: 40),
    Case(words: ["test", "gate"], rounds: 2),
    Case(words: ["plan", "plan.yaml", "--format", "md"], rounds: 60),
    Case(words: ["plan", "regret.yaml", "--samples", "6", "--format", "json"], rounds: 60),
  ]

  static let regret =
    Sample.planted + """
        objective: least_regret
        uncertainty: {producers.p.rate: {low: 1500, mid: 2500, high: 3500, confidence: 0.9}}

      """

  /// The files of all cases.
  static func folder() throws -> Folder {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    try folder.write("plan.yaml", Sample.planted)
    try folder.write("regret.yaml", regret)
    try FileManager.default.createDirectory(at: folder.file("gate"), withIntermediateDirectories: false)
    try folder.write("gate/s.yaml", Sample.with("duration: 70s", "duration: 4s"))
    return folder
  }
}

@Suite struct `Tasks of a verb` {
  private func weir(_ words: [String], in folder: Folder) async throws -> Tool.Outcome {
    try await Tool.built.run(words, in: folder.url)
  }

  /// The names of tasks, in order.
  private func tasks(_ folder: Folder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.file("t/tasks").path).sorted().map { "t/tasks/\($0)" }
  }

  /// Everything that a directory of tasks came to.
  private func results(_ folder: Folder) throws -> [String: Data] {
    // Not what is half-written, under names of its own.
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.file("t/results").path)
    return try Dictionary(
      uniqueKeysWithValues: names.filter { $0.hasSuffix(".result") }.map {
        ($0, try Data(contentsOf: folder.file("t/results/\($0)")))
      })
  }

  @Test("make the report of one machine, byte for byte, in rounds where a search decides", arguments: Case.all)
  private func merge(_ one: Case) async throws {
    let folder = try Case.folder()
    let whole = try await weir(one.words, in: folder)
    #expect(whole.status == one.status && !whole.stdout.isEmpty, "\(whole)")
    var rounds = 0, outcome = try await weir(one.words + ["--tasks", "t"], in: folder)
    while outcome.status == 75, rounds < one.rounds {
      rounds += 1
      #expect(outcome.stdout == "" && outcome.stderr.contains(" to run: `weir task t"), "\(outcome)")
      let run = try await weir(["task", "t", "--workers", "2"], in: folder)
      #expect(run.status == 0 && run.stderr == "" && !run.stdout.hasPrefix("0 tasks run"), "\(run)")
      outcome = try await weir(one.words + ["--tasks", "t"], in: folder)
    }
    #expect(rounds > 0 && outcome.status == one.status && outcome.stdout == whole.stdout, "\(outcome)")
    let merged = try await weir(["merge", "t"], in: folder)
    #expect(merged.status == one.status && merged.stdout == whole.stdout, "\(merged)")
  }

  @Test("with --out leave the files of one machine") func files() async throws {
    let folder = try Case.folder()
    #expect(try await weir(Case.sweep.words + ["--out", "one"], in: folder).status == 0)
    #expect(try await weir(Case.sweep.words + ["--tasks", "t", "--out", "two"], in: folder).status == 75)
    #expect(try await weir(["task", "t"], in: folder).status == 0)
    #expect(
      try await weir(["merge", "t", "--format", "json"], in: folder).json?["schema"] as? String == "weir.sweep/v1")
    #expect(try folder.contents("one") == folder.contents("two"))
    // From anywhere else, into any other place.
    let elsewhere = try Folder()
    let outcome = try await weir(["merge", folder.file("t").path, "--out", "three"], in: elsewhere)
    #expect(outcome.status == 0, "\(outcome)")
    #expect(try folder.contents("one") == elsewhere.contents("three"))
  }

  @Test("come to the same in any order, twice, one by one, side by side") func order() async throws {
    let folder = try Case.folder()
    _ = try await weir(Case.sweep.words + ["--tasks", "t"], in: folder)
    let names = try tasks(folder)
    #expect(names.count == 12)
    _ = try await weir(["task"] + names, in: folder)
    let results = try results(folder)
    #expect(results.count == 12)
    let ways: [[[String]]] = [
      names.reversed().map { [$0] }, [names + names.reversed()], [names.reversed() + ["--workers", "2"]],
    ]
    for way in ways {
      try FileManager.default.removeItem(at: folder.file("t/results"))
      try FileManager.default.createDirectory(at: folder.file("t/results"), withIntermediateDirectories: false)
      for words in way { #expect(try await weir(["task"] + words, in: folder).status == 0) }
      #expect(try self.results(folder) == results)
    }
    try FileManager.default.removeItem(at: folder.file("t/results"))
    try FileManager.default.createDirectory(at: folder.file("t/results"), withIntermediateDirectories: false)
    async let one = weir(["task"] + names, in: folder), other = weir(["task"] + names, in: folder)
    let both = try await [one, other]
    #expect(both.map(\.status) == [0, 0])
    #expect(try self.results(folder) == results)
  }

  @Test("that were finished when weir was killed are not run again") func killed() async throws {
    let folder = try Case.folder()
    let words = [
      "sweep", "s.yaml", "-P", "producers.web.rate=200..220", "--set", "clock.duration=30s", "--set", "events=[]",
    ]
    _ = try await weir(words + ["--tasks", "t"], in: folder)
    let job = try Job(Tool.built, ["task", "t"], in: folder.url)
    let deadline = Date() + Job.patience
    while job.process.isRunning, Date() < deadline, try results(folder).count < 2 {
      try await Task.sleep(for: .milliseconds(2))
    }
    kill(job.process.processIdentifier, SIGKILL)
    _ = await job.outcome()
    let finished = try results(folder).count
    #expect((2...21).contains(finished))
    let rest = try await weir(["task", "t"], in: folder)
    #expect(
      rest.stdout == "\(21 - finished) task\(finished == 20 ? "" : "s") run, \(finished) done before\n", "\(rest)")
    #expect(try await weir(["task", "t"], in: folder).stdout == "0 tasks run, 21 done before\n")
    #expect(try await weir(["merge", "t"], in: folder).stdout == weir(words, in: folder).stdout)
  }

  @Test("that are missing or damaged are named with the command that runs them") func damaged() async throws {
    let folder = try Case.folder()
    let whole = try await weir(Case.sweep.words, in: folder)
    _ = try await weir(Case.sweep.words + ["--tasks", "t"], in: folder)
    _ = try await weir(["task", "t"], in: folder)
    let files = try results(folder).keys.sorted()
    // A bit flips, another version's result comes, the end is cut off, and one is lost.
    var bytes = try #require(try results(folder)[files[0]])
    bytes[bytes.count - 5] ^= 1
    try folder.write("t/results/\(files[0])", bytes)
    let other = String(decoding: try #require(try results(folder)[files[1]]), as: UTF8.self)
    try folder.write("t/results/\(files[1])", other.replacing("/v1 0.1.0 ", with: "/v1 0.0.9 "))
    try folder.write("t/results/\(files[2])", try #require(try results(folder)[files[2]]).dropLast(30))
    try FileManager.default.removeItem(at: folder.file("t/results/\(files[3])"))
    let outcome = try await weir(["merge", "t"], in: folder)
    #expect(outcome.status == 75 && outcome.stdout == "", "\(outcome)")
    #expect(
      outcome.stderr.contains("\(files[0]): it is damaged") && outcome.stderr.contains("\(files[2]): it is damaged"))
    #expect(outcome.stderr.contains("\(files[1]): weir 0.0.9 made it, and this is weir 0.1.0"), "\(outcome)")
    #expect(outcome.stderr.contains("weir: 4 tasks to run: `weir task "), "\(outcome)")
    #expect(try await weir(["task", "t"], in: folder).stdout == "4 tasks run, 0 done before\n")
    #expect(try await weir(["merge", "t"], in: folder).stdout == whole.stdout)
    // Of few, each is named; the line that is told runs them.
    try FileManager.default.removeItem(at: folder.file("t/results/\(files[3])"))
    let single = try await weir(Case.sweep.words + ["--tasks", "t"], in: folder)
    let line = try #require(single.stderr.split(separator: "`").dropFirst().first)
    #expect(line == "weir task t/tasks/\(files[3].replacing(".result", with: ".task"))", "\(single)")
    #expect(try await Tool.built.shell(String(line), in: folder.url).status == 0)
    #expect(try await weir(Case.sweep.words + ["--tasks", "t"], in: folder).stdout == whole.stdout)
  }

  @Test("that cannot be read end with 65, that are not there with 66, and the others run") func unreadable()
    async throws
  {
    let folder = try Case.folder()
    _ = try await weir(Case.sweep.words + ["--tasks", "t"], in: folder)
    let names = try tasks(folder)
    let text = try String(contentsOf: folder.file(names[0]), encoding: .utf8)
    try folder.write(names[0], text.replacing("/v1 0.1.0 ", with: "/v1 7.0.0 "))
    let version = try await weir(["task"] + names, in: folder)
    #expect(version.status == 65 && version.stderr.contains("\(names[0]): weir 7.0.0 made it"), "\(version)")
    #expect(version.stdout == "11 tasks run, 0 done before\n", "\(version)")
    try folder.write(names[0], String(text.dropLast(9)))
    #expect(try await weir(["task", names[0]], in: folder).stderr.contains("it is damaged"))
    // A task under another's name is no such task.
    try folder.write(names[0], try String(contentsOf: folder.file(names[1]), encoding: .utf8))
    #expect(try await weir(["task", names[0]], in: folder).stderr.contains("it is that of "))
    // Given again, the command puts right what is wrong.
    #expect(try await weir(Case.sweep.words + ["--tasks", "t"], in: folder).status == 75)
    #expect(try await weir(["task", "t"], in: folder).status == 0)
    #expect(try await weir(["task", "t/tasks/none.task"], in: folder).status == 66)
    #expect(try await weir(["task", "none"], in: folder).status == 66)
    #expect(try await weir(["merge", "none"], in: folder).status == 66)
    #expect(try await weir(["task", "s.yaml"], in: folder).status == 66)
  }

  @Test("are named by what they depend on: only what has changed is run again") func names() async throws {
    let folder = try Case.folder()
    _ = try await weir(Case.sweep.words + ["--tasks", "t"], in: folder)
    _ = try await weir(["task", "t"], in: folder)
    let wider = Case.sweep.words.map { $0.replacing("1..3", with: "1..4") } + ["--tasks", "t"]
    #expect(try await weir(wider, in: folder).stderr.contains("weir: 4 tasks to run"))
    #expect(try await weir(wider + ["--seed", "3"], in: folder).stderr.contains("weir: 16 tasks to run"))
    // The same designs in another verb are the same tasks.
    let compare = ["compare", "s.yaml", "--with", "streams.clicks.shards=1", "--with", "streams.clicks.shards=3"]
    let same = compare + ["--without-base", "--replications", "2", "--set", "producers.web.rate=900"] + Case.short
    #expect(try await weir(same + ["--tasks", "t"], in: folder).status == 0)
    // And a comment in the file changes nothing.
    try folder.write("s.yaml", "# again\n" + Sample.small)
    #expect(try await weir(Case.sweep.words + ["--tasks", "t"], in: folder).status == 0)
    let limits = Case.sweep.words + ["--set", "limits.shard.write_records=900", "--tasks", "t"]
    #expect(try await weir(limits, in: folder).status != 0)
  }

  @Test("no engine but those that are known, and its options only with one") func usage() async throws {
    let folder = try Case.folder()
    for words in [
      ["--on", "ray"], ["--on", "dask://"], ["--on", "dask://127.0.0.1"], ["--on", "dask://a b:x"],
      ["--on", "dask://a:0"],
      ["--on", "dask://a:70000"], ["--submit"], ["--chunk", "3"], ["--on", "slurm", "--chunk", "0"],
    ] {
      #expect(try await weir(Case.sweep.words + words, in: folder).status == 64)
    }
  }
}
