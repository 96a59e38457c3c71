import Foundation
import Testing

/// What is said of a command line that cannot be, and where files go.
@Suite struct `Command lines` {
  private func folder(_ text: String = Sample.small) throws -> Folder {
    let folder = try Folder()
    try folder.write("s.yaml", text)
    return folder
  }

  @Test(
    "raw escapes of a command line never reach a terminal",
    arguments: [
      ["run", "s.yaml", "--x\u{1B}[31m"], ["run", "s.yaml", "--format", "x\u{1B}[31m"],
      ["run", "s.yaml", "x\u{1B}[31m"],
      ["x\u{1B}[31m"], ["estimate", "--rate", "x\u{1B}[31m"],
    ])
  func escapes(_ words: [String]) async throws {
    let outcome = try await Tool.built.run(words)
    #expect(outcome.status == 64 && outcome.stderr.contains("x\\u{1b}[31m"), "\(outcome)")
    #expect(!outcome.stderr.utf8.contains(0x1B) && !outcome.stdout.utf8.contains(0x1B))
  }

  @Test("the live engine shows them, too") func engine() async throws {
    let outcome = try await Tool.built.run(["serve", "--x\u{1B}[31m"])
    #expect(outcome.status == 64 && outcome.stderr.contains("x\\u{1b}[31m"), "\(outcome)")
    #expect(!outcome.stderr.utf8.contains(0x1B))
  }

  static let hints = [
    (["prise"], "did you mean \"prices\"?"), (["simulate", "s.yaml"], "did you mean \"run\"?"),
    (["run", "s.yaml", "-o", "x"], "Unknown option '-o'. Did you mean '--out'?"),
    (["test", ".", "--json"], "Unknown option '--json'. Did you mean '--format json'?"),
    (["estimate", "--rte", "3"], "Unknown option '--rte'. Did you mean '--rate'?"),
    (["plan", "s.yaml", "--zzzzzz"], "Error: Unknown option '--zzzzzz'\n"),
    (["estimate", "--size", "1KiB"], "Missing expected argument '--rate <rate>'"),
  ]

  @Test("what other tools call it gets its name here; what is unknown comes before what is missing", arguments: hints)
  func hint(_ words: [String], _ says: String) async throws {
    let outcome = try await Tool.built.run(words)
    #expect(outcome.status == 64 && outcome.stderr.contains(says), "\(outcome)")
  }

  @Test("a seed is read as a scenario's is, and a negative number is a value") func numbers() async throws {
    let folder = try folder()
    let hexadecimal = try await Tool.built.run(
      ["run", "s.yaml", "--seed", "0x1F", "--format", "json"] + Sample.short, in: folder.url)
    #expect(hexadecimal.status == 0 && hexadecimal.json?["seed"] as? Int == 31, "\(hexadecimal)")
    for seed in ["-1", "18446744073709551616", "x"] {
      let outcome = try await Tool.built.run(["run", "s.yaml", "--seed", seed], in: folder.url)
      #expect(outcome.status == 64, "\(outcome)")
      #expect(outcome.stderr.contains("expected a whole number from 0 to 18446744073709551615"), "\(outcome)")
    }
    let cost = try await Tool.built.run(["cost", "s.yaml", "--headroom", "-1"], in: folder.url)
    #expect(cost.status == 64 && cost.stderr.contains("--headroom takes a share from 0 to 4"), "\(cost)")
    let gate = try await Tool.built.run(["test", ".", "--tolerance", "-1%"], in: folder.url)
    #expect(gate.status == 64 && gate.stderr.contains("--tolerance takes a share"), "\(gate)")
    let trace = try await Tool.built.run(["trace", "x.csv", "--shards", "20001"], in: folder.url)
    #expect(trace.status == 64 && trace.stderr.contains("--shards takes 1 to 20000."), "\(trace)")
    #expect(try await Tool.built.run(["trace", "x.csv", "--shards", "20000"], in: folder.url).status == 66)
  }

  // MARK: Designs

  static let designs = [
    (["sweep", "s.yaml", "-P", "seed=1,2"], "\"seed\" is no part of a design"),
    (["sweep", "s.yaml", "-P", "name=a,b"], "\"name\" is no part of a design"),
    (["sweep", "s.yaml", "-P", "description=a,b"], "\"description\" is no part of a design"),
    (["sweep", "s.yaml", "-P", "streams.clicks.shards=02,2"], "a value is given twice"),
    (["sweep", "s.yaml", "-P", "producers.web.record.key_bytes=1024,1024.0"], "a value is given twice"),
    (["compare", "s.yaml", "--with", "name=b"], "\"name\" is no part of a design"),
    (
      ["compare", "s.yaml", "--with", "streams.clicks.shards=3", "--with", "streams.clicks.shards=3"],
      "streams.clicks.shards=3 is given twice"
    ),
    (
      ["compare", "s.yaml", "--with", "streams.clicks.shards=3", "--with", "streams.clicks.shards=03"],
      "streams.clicks.shards=03 is streams.clicks.shards=3 under another name"
    ),
    (["compare", "s.yaml", "s.yaml"], "s.yaml is given twice"),
    (["compare", "s.yaml", "--with", "streams.clicks.shards=2"], "streams.clicks.shards=2 is base under another name"),
  ]

  @Test("what is no part of a design, and a design that is there twice, is refused", arguments: designs)
  func design(_ words: [String], _ says: String) async throws {
    let folder = try folder()
    let outcome = try await Tool.built.run(words, in: folder.url)
    #expect([64, 65].contains(outcome.status) && outcome.stdout == "", "\(outcome)")
    #expect(outcome.stderr.contains(says), "\(outcome)")
  }

  // MARK: Warnings

  @Test("a warning is a line on stderr, once, with every verb") func warnings() async throws {
    let folder = try folder(
      Sample.with("duration: 70s", "duration: 8s").replacing("seed: 7", with: "region: us-east-9"))
    try folder.write("p.yaml", Sample.planted.replacing("name: planted", with: "name: planted\nregion: us-east-9"))
    let verbs = [
      ["run", "s.yaml"], ["plan", "p.yaml"], ["sweep", "s.yaml", "-P", "streams.clicks.shards=2,3"],
      ["compare", "s.yaml", "--with", "streams.clicks.shards=3", "--replications", "2"],
      ["test", ".", "--filter", "s.yaml"],
      ["cost", "s.yaml"], ["explain", "s.yaml", "--at", "T+3s"], ["export", "s.yaml"], ["validate", "s.yaml"],
    ]
    for words in verbs {
      let outcome = try await Tool.built.run(words, in: folder.url)
      let lines = outcome.said.filter { $0.contains("not one of AWS's commercial regions") }
      #expect(lines.count == 1, "\(outcome)")
      let place = words[0] == "plan" ? "p.yaml:3:9" : words[0] == "test" ? "./s.yaml:4:9" : "s.yaml:4:9"
      #expect(lines.allSatisfy { $0.hasPrefix("\(place) region: warning: ") }, "\(outcome)")
      #expect(!outcome.stdout.contains("note: p.yaml"), "\(outcome.stdout)")
    }
  }

  // MARK: Directories

  @Test("an empty name is no directory's, and a file is called one") func names() async throws {
    let folder = try folder()
    let empty = try await Tool.built.run(
      ["run", "s.yaml", "--out", ""] + Sample.endless, in: folder.url, bounds: .tight)
    #expect(empty.status == 1 && empty.stderr.contains("weir: cannot write \"\": an empty name"), "\(empty)")
    for verb in [["export", "s.yaml"], ["trace", "s.csv"]] {
      try folder.write("s.csv", "t_s,count\n0,100\n60,100\n")
      let outcome = try await Tool.built.run(verb + ["--out", ""], in: folder.url)
      #expect(outcome.status == 1 && outcome.stderr.contains("an empty name is no directory's"), "\(outcome)")
    }
    let file = try await Tool.built.run(["run", "s.yaml", "--out", "s.yaml"], in: folder.url)
    #expect(file.stderr.contains("weir: cannot write s.yaml: it is a file, not a directory"), "\(file)")
    let below = try await Tool.built.run(["run", "s.yaml", "--out", "s.yaml/x"], in: folder.url)
    #expect(below.stderr.contains("weir: cannot write s.yaml/x: s.yaml is a file, not a directory"), "\(below)")
  }

  @Test("a directory holds what one command wrote, whichever verb was there before") func mixed() async throws {
    let folder = try folder(Sample.with("duration: 70s", "duration: 8s"))
    try folder.write("p.yaml", Sample.planted)
    try folder.write("s.csv", "t_s,count\n0,100\n60,100\n")
    let verbs: [([String], marks: Set<String>)] = [
      (["run", "s.yaml"], ["run.json", "report.md", "manifest.json", "shards.csv"]),
      (["sweep", "s.yaml", "-P", "streams.clicks.shards=2,3"], ["sweep.json", "sweep.md", "sweep.html", "sweep.csv"]),
      (["plan", "p.yaml"], ["plan.json", "plan.md", "plan.html", "plan.csv"]),
      (
        ["compare", "s.yaml", "--with", "streams.clicks.shards=3", "--replications", "2"],
        ["compare.json", "compare.md", "compare_replications.csv"]
      ), (["trace", "s.csv", "--overwrite"], ["scenario.yaml", "traffic.csv"]),
    ]
    let others = verbs.dropLast().reduce(into: Set<String>()) { $0.formUnion($1.marks) }
    try FileManager.default.createDirectory(at: folder.file("out"), withIntermediateDirectories: true)
    try folder.write("out/mine.csv", "mine")
    for (words, marks) in verbs + verbs {
      let outcome = try await Tool.built.run(words + ["--out", "out"], in: folder.url)
      #expect([0, 10].contains(outcome.status), "\(outcome)")
      let there = Set(try folder.contents("out").keys)
      #expect(marks.isSubset(of: there), "\(words): \(there.sorted())")
      #expect(there.isDisjoint(with: others.subtracting(marks)), "\(words): \(there.sorted())")
      #expect(there.contains("mine.csv"))
    }
  }

  @Test("a word that is near an option is told, before a verb and behind one") func near() async throws {
    #expect(try await Tool.built.run(["--verson"]).stderr.contains("Did you mean '--version'?"))
    #expect(try await Tool.built.run(["run", "--outdir", "x", "s.yaml"]).stderr.contains("Did you mean '--out'?"))
  }

  @Test("completions know files and directories") func completions() async throws {
    let zsh = try await Tool.built.run(["--generate-completion-script", "zsh"])
    #expect(zsh.stdout.contains("_files") && zsh.stdout.contains("_files -/"), "no files are completed")
  }

  @Test("a trace writes into no directory in which another weir is at work") func locked() async throws {
    let folder = try folder()
    try folder.write("s.csv", "t_s,count\n0,100\n60,100\n")
    try FileManager.default.createDirectory(at: folder.file("o"), withIntermediateDirectories: true)
    let descriptor = open(folder.file("o").path, O_RDONLY)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    let outcome = try await Tool.built.run(["trace", "s.csv", "--out", "o"], in: folder.url)
    #expect(outcome.status == 1 && outcome.stderr.contains("another weir is writing into it"), "\(outcome)")
    let named = try await Tool.built.run(["trace", "s.csv", "--name", "null", "--out", "p"], in: folder.url)
    #expect(named.status == 64 && named.stderr.contains("reads as a value: null"), "\(named)")
  }

  @Test("a file that is only called like one of weir's stays, and so does what lies beside it") func strangers()
    async throws
  {
    let folder = try folder()
    try FileManager.default.createDirectory(at: folder.file("o/charts"), withIntermediateDirectories: true)
    let mine = ["plan.json": "{\"format_version\": \"1.2\"}", "plan.md": "mine", "charts/usage.csv": "a,b\n"]
    for (name, text) in mine { try folder.write("o/\(name)", text) }
    let outcome = try await Tool.built.run(["run", "s.yaml", "--out", "o"], in: folder.url)
    #expect(outcome.status == 0, "\(outcome)")
    for (name, text) in mine { #expect(try String(contentsOf: folder.file("o/\(name)"), encoding: .utf8) == text) }
  }

  @Test("a trace takes away what an earlier one left beside its scenario") func traces() async throws {
    let folder = try folder()
    try folder.write("s.csv", "t_s,count\n0,100\n60,100\n")
    let observed = TraceVerbTests.files + ["--shards", "2", "--out", "o"]
    #expect(try await Tool.built.run(["trace"] + observed, in: folder.url).status == 0)
    #expect(try folder.contents("o")["keys.csv"] != nil && folder.contents("o")["observed.csv"] != nil)
    try folder.write("o/notes.txt", "mine")
    let next = try await Tool.built.run(["trace", "s.csv", "--out", "o", "--overwrite"], in: folder.url)
    #expect(next.status == 0, "\(next)")
    #expect(try Set(folder.contents("o").keys) == ["scenario.yaml", "traffic.csv", "notes.txt"])
  }
}
