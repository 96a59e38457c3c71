import Foundation
import Testing

@Suite struct `Daily use` {
  private func folder(_ text: String = Sample.small) throws -> Folder {
    let folder = try Folder()
    try folder.write("s.yaml", text)
    return folder
  }

  static let typos = [
    ("rnu", "did you mean \"run\"?"), ("validat", "did you mean \"validate\"?"),
    ("frobnicate", "`weir --help` lists them"),
  ]

  @Test("an unknown verb or option gets the nearest one", arguments: typos.indices)
  func nearest(_ index: Int) async throws {
    let outcome = try await Tool.built.run([Self.typos[index].0, "s.yaml"])
    #expect(outcome.status == 64 && outcome.stderr.hasPrefix("Error: there is no verb"), "\(outcome)")
    #expect(outcome.stderr.contains(Self.typos[index].1), "\(outcome)")
    #expect(
      try await Tool.built.run(["run", "s.yaml", "--replicatons", "2"]).stderr.contains(
        "Did you mean '--replications'?"))
  }

  @Test("--out is checked before anything is simulated") func checked() async throws {
    let folder = try folder()
    for out in ["s.yaml", "s.yaml/x"] {
      let outcome = try await Tool.built.run(
        ["run", "s.yaml", "--out", out] + Sample.endless, in: folder.url, bounds: Tool.Bounds.tight)
      #expect(outcome.status == 1 && outcome.stderr.contains("weir: cannot write \(out): "), "\(outcome)")
      #expect(outcome.stdout == "")
    }
    let gate = try await Tool.built.run(["test", ".", "--junit", "none/j.xml"], in: folder.url)
    #expect(gate.status == 1 && gate.stderr.contains("cannot write none/j.xml"), "\(gate)")
  }

  @Test("what an earlier run left is not kept beside what a new one writes") func stale() async throws {
    let folder = try folder()
    let run = ["run", "s.yaml", "--out", "out"]
    #expect(try await Tool.built.run(run, in: folder.url).status == 0)
    let before = try folder.contents("out")
    try folder.write("out/notes.txt", "mine")
    let fewer = try await Tool.built.run(run + ["--set", "outputs.csv=[slo]"], in: folder.url)
    let after = try folder.contents("out")
    #expect(fewer.status == 0 && before["shards.csv"] != nil, "\(fewer)")
    #expect(
      after.keys.filter { !$0.hasPrefix("charts/") }.sorted()
        == ["manifest.json", "notes.txt", "report.html", "report.md", "run.json", "slo.csv"])
  }

  @Test("two tools never write into one directory") func lock() async throws {
    let folder = try folder()
    let job = try Job(Tool.built, ["run", "s.yaml", "--out", "out"] + Sample.endless, in: folder.url)
    let deadline = Date() + Job.patience
    let number = job.process.processIdentifier
    var second: Tool.Outcome
    repeat {
      // It keeps the directory while it stands still, and leaves its processor to the other tests meanwhile.
      kill(number, SIGCONT)
      try await Task.sleep(for: .milliseconds(200))
      kill(number, SIGSTOP)
      second = try await Tool.built.run(
        [
          "sweep", "s.yaml", "-P", "streams.clicks.shards=1,2", "--set", "clock.duration=4s", "--set", "events=[]",
          "--out", "out",
        ],
        in: folder.url)
    } while second.status != 1 && job.process.isRunning && Date() < deadline
    kill(number, SIGCONT)
    await job.interruptOnceUnderWay()
    _ = await job.outcome()
    #expect(second.status == 1 && second.stderr.contains("another weir is writing into it"), "\(second)")
  }

  @Test("SIGTERM and SIGHUP write what there is, as Ctrl-C does", arguments: [SIGTERM, SIGHUP])
  func signals(_ number: Int32) async throws {
    let folder = try folder()
    let job = try Job(Tool.built, ["run", "s.yaml", "--out", "out"] + Sample.endless, in: folder.url)
    await job.interruptOnceUnderWay(by: number)
    let outcome = await job.outcome()
    #expect(outcome.status == 130 && !outcome.isCrash, "\(outcome)")
    #expect(try folder.contents("out")["manifest.json"] != nil)
  }

  @Test("a bar fits a terminal of 80 columns") func width() async throws {
    let folder = try folder(), terminal = try Terminal()
    let job = try Job(Tool.built, ["run", "s.yaml"] + Sample.endless, in: folder.url, errors: terminal.end)
    await job.interruptOnceUnderWay()
    _ = await job.outcome()
    let shown = try await terminal.shown(until: "\u{1B}[2K")
    let bars = shown.components(separatedBy: "\u{1B}[2K").filter { $0.contains("░") }
    #expect(
      !bars.isEmpty && bars.allSatisfy { $0.trimmingCharacters(in: .newlines).prefix { $0 != "\r" }.count < 80 },
      "\(bars)")
  }

  @Test("raw escapes of a scenario reach neither a terminal nor a report") func escapes() async throws {
    let folder = try folder(Sample.with("name: small", "name: small\ndescription: \"a\\e[31mb\""))
    let outcome = try await Tool.built.run(["run", "s.yaml", "--out", "out"], in: folder.url)
    #expect(outcome.status == 0, "\(outcome)")
    let files = try folder.contents("out")
    #expect(files.values.allSatisfy { !$0.contains(0x1B) })
    #expect(String(decoding: files["report.md"] ?? Data(), as: UTF8.self).contains("u{1b}"))
  }

  @Test("a refused reshard is a line of the summary and a warning, once") func refused() async throws {
    let folder = try folder(Sample.with("value: 3}", "value: 5}"))
    let outcome = try await Tool.built.run(["run", "s.yaml"], in: folder.url)
    #expect(
      outcome.stdout.contains(
        "AWS refused 1 of 1 change asked of `clicks`: UpdateShardCount at 19:00:02 (LimitExceededException)."))
    #expect(outcome.stderr.contains("warning: AWS will refuse this with LimitExceededException"), "\(outcome)")
    let told = (outcome.stdout + outcome.stderr).components(separatedBy: "AWS will refuse this").count - 1
    #expect(told == 1)
  }

  @Test("replications show their intervals in the terminal") func intervals() async throws {
    let folder = try folder()
    let outcome = try await Tool.built.run(
      ["run", "s.yaml", "--replications", "30", "--set", "clock.duration=6s", "--set", "events=[]"], in: folder.url)
    #expect(
      outcome.stdout.contains(" ± ") && outcome.stdout.contains("(mean, 95 % confidence)"), "\(outcome.stdout)")
  }

  @Test("explain DIR works from another directory") func elsewhere() async throws {
    let folder = try folder(Sample.with("value: 3}", "value: 4}"))
    #expect(try await Tool.built.run(["run", "s.yaml", "--out", "out"], in: folder.url).status == 0)
    try FileManager.default.createDirectory(at: folder.file("deep/er"), withIntermediateDirectories: true)
    let here = try await Tool.built.run(["explain", "out", "--at", "T+3s"], in: folder.url)
    let there = try await Tool.built.run(["explain", "../../out", "--at", "T+3s"], in: folder.file("deep/er"))
    let far = try await Tool.built.run(["explain", folder.file("out").path, "--at", "T+3s"])
    #expect(here.status == 0 && there.status == 0 && far.status == 0, "\(here)\n\(there)\n\(far)")
    func facts(_ outcome: Tool.Outcome) -> [Substring] {
      outcome.stdout.split(separator: "\n").filter { !$0.contains("weir explain") }
    }
    #expect(facts(there) == facts(here) && facts(far) == facts(here))
  }

  @Test("estimate knows prices of a file, regions, and how many consumers fan-out takes") func estimate() async throws {
    let folder = try folder()
    let prices = try await Tool.built.run(["prices", "--format", "json"]).stdout
    try folder.write("p.json", prices.replacing("\"usd\": \"0.015\"", with: "\"usd\": \"0.15\""))
    func estimate(_ more: String...) async throws -> Tool.Outcome {
      try await Tool.built.run(["estimate", "--rate", "1000", "--size", "1KiB"] + more, in: folder.url)
    }
    func dollars(_ outcome: Tool.Outcome) -> String? {
      outcome.stdout.split(separator: "\n").first { $0.hasPrefix("  provisioned: ") }.map(String.init)
    }
    let (plain, dear) = (try await estimate(), try await estimate("--prices", "p.json"))
    #expect(plain.status == 0 && dear.status == 0 && dollars(plain) != dollars(dear), "\(plain)\n\(dear)")
    #expect(try await estimate("--region", "europe").status == 64)
    #expect(try await estimate("--region", "us-east-9").stderr.contains("did you mean \"us-east-1\"?"))
    #expect(try await estimate("--fan-out", "51").status == 64)
    #expect(try await estimate("--fan-out", "25").stdout.contains("provisioned: not possible: at most 20 consumers"))
  }
}

@Suite struct `Baselines and hands` {
  @Test("one that was changed by hand ends the gate with 65; laid out anew it does not") func altered() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    let good = try gate.baseline()
    let value = try #require(good.firstRange(of: "\"mean\": 0"))
    try gate.folder.write("s/baselines/calm.json", good.replacingCharacters(in: value, with: "\"mean\": 1"))
    let outcome = try await gate.test()
    #expect(outcome.status == 65 && outcome.stdout.contains("it was changed by hand"), "\(outcome)\n\(outcome.stdout)")
    try gate.folder.write("s/baselines/calm.json", good.replacing("\n  ", with: "\n      "))
    #expect(try await gate.test().status == 0)
  }

  @Test("one without a checksum ends the gate with 65 and the remedy") func unsealed() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    let lines = try gate.baseline().split(separator: "\n", omittingEmptySubsequences: false)
    try gate.folder.write(
      "s/baselines/calm.json", lines.filter { !$0.contains("\"checksum\"") }.joined(separator: "\n"))
    let outcome = try await gate.test()
    #expect(outcome.status == 65 && outcome.stdout.contains("it has no checksum"), "\(outcome)\n\(outcome.stdout)")
    #expect(outcome.stdout.contains("weir test s --update"))
    #expect(try await gate.test("--update").status == 0)
    #expect(try await gate.test().status == 0)
  }

  @Test("--require-baseline ends with 66 where there is none") func required() async throws {
    let gate = try GateFolder()
    let outcome = try await gate.test("--require-baseline")
    #expect(outcome.status == 66 && outcome.stdout.contains("s/baselines/calm.json"), "\(outcome)\n\(outcome.stdout)")
    #expect(try await gate.test("--update").status == 0)
    #expect(try await gate.test("--require-baseline").status == 0)
  }

  @Test("what is no JSON is called that") func json() async throws {
    let gate = try GateFolder()
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    try gate.folder.write("s/baselines/calm.json", "{\"a\": [")
    let said = try await gate.test().stdout
    #expect(said.contains("s/baselines/calm.json:1:8: not valid JSON"), "\(said)")
    #expect(try await gate.test("--update", "--replications", "2").status == 0)
    let good = try gate.baseline()
    for (old, new) in [("\"seed\": 5,", "\"seed\": 5, # note"), ("\"calm\"", "'calm'"), ("\n}", ",\n}")] {
      try gate.folder.write("s/baselines/calm.json", good.replacing(old, with: new))
      let outcome = try await gate.test()
      #expect(outcome.status == 65 && outcome.stdout.contains(": not valid JSON: "), "\(new): \(outcome.stdout)")
    }
  }
}
