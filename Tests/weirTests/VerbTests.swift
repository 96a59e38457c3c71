import Foundation
import Testing

@Suite struct `The verbs` {
  static let verbs = [
    "init", "validate", "run", "estimate", "cost", "plan", "compare", "sweep", "test", "explain", "trace", "export",
    "coverage", "schema", "limits", "metrics", "prices", "task", "merge",
  ]

  @Test("--help of each shows an example, on stdout", arguments: verbs)
  func help(_ verb: String) async throws {
    let asked = try await Tool.built.run([verb, "--help"])
    #expect(asked.status == 0 && asked.stderr == "")
    #expect(asked.stdout.contains("EXAMPLE\n  weir \(verb)"), "\(asked.stdout)")
    #expect(try await Tool.built.run(["help", verb]).stdout == asked.stdout)
    #expect(asked.stdout.utf8.allSatisfy { $0 < 128 }, "man pages leave out what is not ASCII")
    let usage = asked.stdout.split(separator: "\n").first { $0.hasPrefix("USAGE") } ?? ""
    #expect((1...79).contains(usage.count), "nobody reads a usage of several lines: \(usage)")
  }

  @Test("every example of the help texts works as typed", arguments: [nil] + verbs.map(Optional.some))
  func examples(_ verb: String?) async throws {
    let help = try await Tool.built.run((verb.map { [$0] } ?? []) + ["--help"]).stdout
    let examples = help.split(separator: "\n").filter { $0.hasPrefix("  weir ") }.map { $0.dropFirst(2) }
    #expect(!examples.isEmpty)
    let folder = try Folder()
    let scenarios = Tool.package.appendingPathComponent("scenarios")
    try FileManager.default.createSymbolicLink(at: folder.file("scenarios"), withDestinationURL: scenarios)
    let short = Sample.short.map { "'\($0)'" }.joined(separator: " ")
    let sweep = "weir sweep scenarios/hot-key.yaml -P streams.readings.shards=8,16 --tasks t \(short)"
    let before = ["task": [sweep], "merge": [sweep, "weir task t"]][verb ?? ""] ?? []
    for line in before { _ = try await Tool.built.shell(line, in: folder.url) }
    for example in examples {
      // As typed, but for the time that is simulated.
      let isRun = ["run", "plan", "compare", "sweep", "export"].contains { example.hasPrefix("weir \($0)") }
      let line = isRun ? "\(example) \(short)" : String(example)
      let outcome = try await Tool.built.shell(line, in: folder.url)
      #expect(outcome.status == 0 && outcome.stderr == "", "\(outcome)")
    }
  }

  @Test("estimate --queue: text, JSON and Markdown, what a wrong option says, and 0.31 of attempts is above the wall")
  func queueEstimate() async throws {
    let asked = ["estimate", "--rate", "10000", "--size", "700B", "--queue", "--service", "200ms", "--batch", "1"]
    let calm = try await Tool.built.run(asked + ["--failures", "0.1", "--threads", "40", "--format", "json"])
    #expect(calm.status == 0 && calm.stderr == "", "\(calm)")
    let flight = calm.json?["in_flight"] as? [String: Any], sqs = calm.json?["sqs"] as? [String: Any]
    #expect(abs((flight?["mean"] as? Double ?? 0) - 35_333.3) < 1 && flight?["limit"] as? Int == 120_000)
    #expect((calm.json?["queue_price"] as? [String: Any])?["usd_month"] is NSNull)
    #expect(Set(sqs.map { Array($0.keys) } ?? []) == ["standard", "fifo"])
    let over = try await Tool.built.run(asked + ["--failures", "0.31"])
    #expect(over.status == 0 && over.stdout.contains("warning: more would be in flight than the 120000"), "\(over)")
    #expect(over.stdout.contains("SQS Standard") && over.stdout.contains("queue, billed as fan-out (assumed)"))
    let page = try await Tool.built.run(asked + ["--format", "md"]).stdout
    #expect(page.contains("| SQS FIFO, high throughput |") && page.contains("## SQS in its place"))
    let wrong = [
      (["--threads", "4"], "go with --queue"), (["--queue"], "needs --service"),
      (["--queue", "--service", "1s", "--batch", "11"], "--batch takes"),
      (["--queue", "--service", "1s", "--visibility", "1500ms"], "--visibility takes whole seconds"),
      (["--queue", "--service", "1s", "--max-receives", "0"], "--max-receives takes"),
      (["--queue", "--service", "1s", "--service-p99", "1s"], "--service-p99 takes a time above"),
    ]
    for (options, says) in wrong {
      let outcome = try await Tool.built.run(["estimate", "--rate", "1", "--size", "1KiB"] + options)
      #expect(outcome.status == 64 && outcome.stderr.contains(says), "\(outcome)")
    }
  }

  @Test("every template can be written, validated and run", arguments: ["clickstream", "iot", "seasonal"])
  func template(_ name: String) async throws {
    let folder = try Folder()
    let made = try await Tool.built.run(["init", "-t", name], in: folder.url)
    #expect(made.status == 0 && made.stderr == "", "\(made)")
    let shown = try await Tool.built.run(["init", "-t", name, "-o", "-"], in: folder.url)
    #expect(try shown.stdout == String(contentsOf: folder.file("\(name).yaml"), encoding: .utf8))
    let valid = try await Tool.built.run(["validate", "\(name).yaml"], in: folder.url)
    #expect(valid.status == 0 && valid.stderr == "" && valid.stdout == "\(name).yaml: valid\n", "\(valid)")
    let run = try await Tool.built.run(["run", "\(name).yaml"] + Sample.short, in: folder.url)
    #expect(run.status == 0 && run.stderr == "" && run.stdout.contains("  \(name): "), "\(run)")
  }

  @Test("init never overwrites") func overwrite() async throws {
    let folder = try Folder()
    try folder.write("clickstream.yaml", "mine")
    let outcome = try await Tool.built.run(["init"], in: folder.url)
    #expect(outcome.status == 1 && outcome.stdout == "", "\(outcome)")
    #expect(outcome.stderr.contains("clickstream.yaml exists already"))
    #expect(try String(contentsOf: folder.file("clickstream.yaml"), encoding: .utf8) == "mine")
  }

  @Test("schema prints the schema that is in the sources, byte for byte") func schema() async throws {
    let outcome = try await Tool.built.run(["schema"])
    let source = Tool.package.appendingPathComponent("Sources/Scenario/Resources/scenario.schema.json")
    #expect(outcome.status == 0 && outcome.stderr == "")
    #expect(try outcome.stdout == String(contentsOf: source, encoding: .utf8))
    #expect(outcome.json?["title"] as? String == "weir scenario v1")
  }

  @Test("limits are printed as text, JSON and Markdown, the same ones") func limits() async throws {
    let json = try await Tool.built.run(["limits", "--format", "json"])
    let rows = try #require(json.json?["limits"] as? [[String: Any]])
    let names = rows.compactMap { $0["name"] as? String }
    #expect(names.count == rows.count && names.count > 20)
    let rowsAreWhole = rows.allSatisfy { row in ["value", "unit", "source", "confidence"].allSatisfy { row[$0] != nil }
    }
    #expect(rowsAreWhole)
    let text = try await Tool.built.run(["limits"]).stdout
    let markdown = try await Tool.built.run(["limits", "--format", "md"]).stdout
    #expect(names.filter { !text.contains("\n\($0) ") } == [])
    #expect(names.filter { !markdown.contains("\n| `\($0)` |") } == [])
  }

  @Test("metrics are printed as text, JSON and Markdown, the same ones; docs/metrics.md has them") func metrics()
    async throws
  {
    let json = try await Tool.built.run(["metrics", "--format", "json"])
    let rows = try #require(json.json?["metrics"] as? [[String: Any]])
    let paths = rows.compactMap { $0["path"] as? String }
    #expect(paths.count == rows.count && paths.count > 150 && Set(paths).count == paths.count)
    #expect(rows.allSatisfy { row in ["unit", "window", "meaning", "kind"].allSatisfy { row[$0] is String } })
    let text = try await Tool.built.run(["metrics"]).stdout
    #expect(text.split(separator: "\n").map { String($0.prefix { $0 != " " }) } == paths)
    let markdown = try await Tool.built.run(["metrics", "--format", "md"]).stdout
    let page = try String(contentsOf: Tool.package.appendingPathComponent("docs/metrics.md"), encoding: .utf8)
    let part = try #require(
      page.split(separator: "<!-- weir metrics --format md -->\n").last?.components(separatedBy: "<!-- end").first)
    #expect(part == markdown, "run `weir metrics --format md` and put it between the marks of docs/metrics.md")
  }

  static let misuses = [
    ["bogus"], ["run"], ["run", "a.yaml", "--seed", "-1"], ["run", "a.yaml", "--replications", "0"],
    ["run", "a.yaml", "--workers", "257"], ["run", "a.yaml", "--format", "xml"],
    ["run", "a.yaml", "--set", "nonsense"],
    ["validate"], ["validate", "a.yaml", "--format", "md"], ["trace"], ["trace", "a.csv", "--shards", "0"],
    ["trace", "a.csv", "--burst", "0.5"], ["trace", "a.csv", "--burst-for", "2s"], ["trace", "a.csv", "--name", "A b"],
    ["init", "-t", "none"], ["limits", "--bogus"],
  ]

  @Test("a command line that is wrong ends with 64 and says why on stderr", arguments: misuses)
  func usage(_ arguments: [String]) async throws {
    let outcome = try await Tool.built.run(arguments)
    #expect(outcome.status == 64 && outcome.stdout == "" && outcome.stderr.hasPrefix("Error: "), "\(outcome)")
  }

  @Test("a setting that leads nowhere ends with 65") func setting() async throws {
    let folder = try Folder()
    try folder.write("s.yaml", Sample.small)
    let outcome = try await Tool.built.run(["run", "s.yaml", "--set", "streams.clacks.shards=3"], in: folder.url)
    #expect(outcome.status == 65 && outcome.stdout == "", "\(outcome)")
    #expect(outcome.stderr.hasPrefix("--set streams.clacks.shards: ") && outcome.stderr.contains("clicks"))
  }

  @Test("a stdout that takes nothing ends with 1 and a sentence") func fullDisk() async throws {
    for line in ["weir limits", "weir schema", "weir init -o -"] {
      let outcome = try await Tool.built.shell(line + " > /dev/full", in: Tool.package)
      #expect(outcome.status == 1, "\(outcome)")
      #expect(outcome.stderr == "weir: cannot write to stdout: No space left on device\n")
    }
  }
}
