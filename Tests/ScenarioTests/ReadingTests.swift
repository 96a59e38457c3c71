import Experiment
import Foundation
import Models
import Scenario
import Testing
import Units

@Suite struct `Reading` {
  @Test("a file that is not there is a missing input") func missing() throws {
    let failure = #expect(throws: ScenarioFailure.self) { try ScenarioFile.load(path: "/nowhere/s.yaml") }
    #expect(failure?.exitCode == 66)
    #expect(failure?.description == "/nowhere/s.yaml: no such file")
  }

  @Test("a directory and a device are refused without reading them") func notAFile() throws {
    let folder = try Folder()
    for (path, reason) in [(folder.url.path, "is a directory, not a file"), ("/dev/zero", "is not a regular file")] {
      let failure = #expect(throws: ScenarioFailure.self) { try ScenarioFile.load(path: path) }
      #expect(failure?.exitCode == 66)
      #expect(failure?.description == "\(path): \(reason)")
    }
  }

  @Test("a file of 1 GiB is refused without reading it", .timeLimit(.minutes(10))) func hugeFile() throws {
    let folder = try Folder()
    let path = try folder.write("big.yaml", "")
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.truncate(atOffset: 1 << 30)
    try handle.close()
    #expect(folder.errors("big.yaml") == ["big.yaml: larger than 1 MiB"])
  }

  @Test("bytes that are no text are refused with their place") func binary() throws {
    let folder = try Folder()
    try folder.write("nul.yaml", "schema: weir/v1\nname: \u{0}")
    #expect(folder.errors("nul.yaml") == ["nul.yaml:2:7: expected a text file in UTF-8, found byte 0x00"])
    try Data([0x61, 0xFF, 0xFE]).write(to: folder.url.appendingPathComponent("latin.yaml"))
    #expect(
      folder.errors("latin.yaml") == ["latin.yaml: expected a text file in UTF-8, found bytes that are not UTF-8"])
    try folder.write("empty.yaml", "")
    #expect(folder.errors("empty.yaml") == ["empty.yaml: expected a scenario, found nothing"])
  }

  @Test("text that is no YAML is told with its place") func syntax() {
    #expect(Sample.errors("a: [1, 2").first?.contains(": not valid YAML: ") == true)
    #expect(Sample.errors("a: 1\n b: 2").first?.hasPrefix("s.yaml:2:3: not valid YAML: ") == true)
    #expect(
      Sample.errors("- a").first
        == "s.yaml:1:1: expected a scenario, that is a map with schema, name, clock, …, found a list")
    #expect(Sample.errors("a: 1\n---\nb: 2").first?.hasPrefix("s.yaml:2:1: not valid YAML: ") == true)
    #expect(Sample.errors("a: *b").first == "s.yaml:1:4: not valid YAML: found undefined alias")
    #expect(
      Sample.errors("a: !ruby/object x").first == #"s.yaml:1:4: YAML tags such as "!ruby/object" are not supported"#)
  }

  @Test("a key given twice is told with both places") func duplicateKeys() {
    let text = Sample.with("rate: 100", "rate: 100\n    count: 2\n    rate: 200")
    #expect(Sample.errors(text) == [#"s.yaml:9:5: key "rate" is given twice, again in line 11; remove one of them"#])
  }

  static let bomb =
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + (1...12).map { n in "a\(n): &a\(n) [\(Array(repeating: "*a\(n - 1)", count: 10).joined(separator: ", "))]\n" }
    .joined()

  @Test("aliases of aliases are never expanded beyond the limit") func aliasBomb() {
    #expect(
      Sample.errors(Self.bomb) == [
        "s.yaml:1:37: more than 100000 values once aliases are expanded"
      ])
  }

  @Test(
    "a bomb that is a key is refused before the parser sees it", .timeLimit(.minutes(10)),
    arguments: [
      "*a12 : 1", "? *a12\n: 1", "[*a12]: 1", "b: {*a12 : 1}", "{x: *a12}: 1", "- *a12 : 1", "b: [*a12 : 1]",
      "b: {? *a12 : 1}", "? [*a12]\n: 1", "? - *a12\n: 1",
    ])
  func aliasKeyBomb(_ line: String) {
    let errors = Sample.errors(Self.bomb + line)
    #expect(errors.count == 1)
    #expect(errors.allSatisfy { $0.contains("cannot be a key") || $0.contains("not supported") }, "\(errors)")
  }

  @Test("large texts behind aliases are bounded") func aliasedText() {
    let text =
      "a: &a \(String(repeating: "x", count: 500_000))\nb: [\(Array(repeating: "*a", count: 1_000).joined(separator: ","))]"
    #expect(Sample.errors(text) == ["s.yaml:1:4: more than 4 MiB of text once aliases are expanded"])
  }

  @Test("deep nesting is refused, not crashed on", arguments: [40, 900, 5_000, 100_000])
  func deepNesting(_ depth: Int) {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
      let text =
        (open == "- " ? "" : "a: ") + String(repeating: open, count: depth) + "x"
        + String(repeating: close, count: depth)
      let errors = Sample.errors(text)
      #expect(errors.count == 1)
      #expect(errors[0].contains("nested more than 32 deep") || errors[0].contains("not valid YAML"), "\(errors)")
    }
  }

  @Test("merge keys take over what is not given") func mergeKeys() throws {
    let text = Sample.with(
      "  web:\n", "  other: {<<: [&slow {rate: 5}, {rate: 7, count: 3}], to: clicks, record: {size: 1}}\n  web:\n")
    let producers = try Sample.experiment(text).producers
    #expect(producers.map(\.processes) == [3, 1])
    guard case .constant(let rate) = producers[0].rate else { return #expect(Bool(false)) }
    #expect(rate.value == 5)
    let wrong = Sample.with("    to: clicks", "    <<: 3\n    to: clicks")
    #expect(Sample.errors(wrong) == [#"s.yaml:8:9: "<<" merges maps only"#])
  }

  @Test("a scenario laid over another replaces values and lists, and merges maps") func extending() throws {
    let folder = try Folder()
    try folder.write("base.yaml", Sample.base)
    let child = "extends: base.yaml\nname: child\nproducers: {web: {rate: 7}}\nslo: []"
    let experiment = try ScenarioFile.load(path: folder.write("child.yaml", child)).experiment
    #expect(experiment.name == "child")
    #expect(experiment.objectives.isEmpty)
    guard case .constant(let rate) = experiment.producers[0].rate else { return #expect(Bool(false)) }
    #expect(rate.value == 7)
  }

  @Test("a mistake in the file behind is told with that file's place") func extendingMistakes() throws {
    let folder = try Folder()
    try folder.write("base.yaml", Sample.with("rate: 100", "rate: 9k"))
    try folder.write("child.yaml", "extends: base.yaml\nname: child\n")
    #expect(
      folder.errors("child.yaml") == [
        #"base.yaml:9:11 producers.web.rate: expected records per second, such as 9000, found "9k""#
      ])
  }

  @Test("scenarios that extend each other in a circle are refused with the chain") func extensionCycle() throws {
    let folder = try Folder()
    try folder.write("a.yaml", "extends: b.yaml\n")
    try folder.write("b.yaml", "name: b\nextends: ./a.yaml\n")
    #expect(
      folder.errors("a.yaml") == ["b.yaml:2:10 extends: a scenario cannot extend itself: a.yaml -> b.yaml -> ./a.yaml"])
    for n in 0..<20 { try folder.write("c\(n).yaml", "extends: c\(n + 1).yaml\n") }
    #expect(folder.errors("c0.yaml") == ["c16.yaml:1:10 extends: more than 16 scenarios extend each other"])
  }

  @Test("a scenario behind that is not there is a missing input") func extensionMissing() throws {
    let folder = try Folder()
    let path = try folder.write("a.yaml", "extends: nope.yaml\n")
    let failure = #expect(throws: ScenarioFailure.self) { try ScenarioFile.load(path: path) }
    #expect(failure?.exitCode == 66)
    // The file's path is the folder's, shortened where that is long.
    let errors = folder.errors("a.yaml")
    #expect(errors.count == 1 && errors[0].hasPrefix(#"a.yaml:1:10 extends: cannot read ""#))
    #expect(errors[0].hasSuffix(": no such file"))
  }

  @Test("variables stand for numbers and for parts of texts") func variables() throws {
    let text =
      "vars: {r: 250, d: 1, place: clicks}\n"
      + Sample.base.replacing("rate: 100", with: #"rate: "${r}""#).replacing(
        "duration: 1h", with: #"duration: "${d}h""#
      )
      .replacing("to: clicks", with: "to: ${place}")
    let experiment = try Sample.experiment(text)
    guard case .constant(let rate) = experiment.producers[0].rate else { return #expect(Bool(false)) }
    #expect(rate.value == 250)
    #expect(experiment.horizon.duration == .hours(1))
  }

  @Test("an unknown variable is told with the nearest") func unknownVariable() {
    let text = "vars: {peak: 250}\n" + Sample.with("rate: 100", #"rate: "${peek}""#)
    #expect(
      Sample.errors(text).first
        == #"s.yaml:10:11 producers.web.rate: there is no variable "peek"; did you mean "peak"?"#)
    #expect(
      Sample.errors("vars: {a: [1]}\n" + Sample.base) == [
        #"s.yaml:1:11 vars.a: expected a text or a number without "${", found a list"#
      ])
  }

  @Test("--set replaces a value, and its mistakes are placed there") func settings() throws {
    func set(_ argument: String) throws -> Setting { try #require(Setting(argument: argument)) }
    let experiment = try Sample.experiment(
      Sample.base,
      settings: [
        set("streams.clicks.shards=8"), set("producers.web.batch.linger=1s"), set("slo.0.severity=warn"),
        set("producers.web.rate={curve: ramp, from: 1, to: 2, over: 1m}"),
      ])
    #expect(experiment.streams[0].shards == 8)
    #expect(experiment.objectives[0].severity == .warn)
    let mistakes = [
      (
        "streams.clicks.shards=0",
        #"--set streams.clicks.shards: expected a number of shards from 1 to 20000, found "0""#
      ),
      (
        "streams.clics.shards=1",
        #"--set streams.clics.shards: there is no "clics" among streams; did you mean "clicks"?"#
      ),
      ("producers.web.rat=1", #"--set producers.web.rat: unknown key "rat"; did you mean "rate"?"#),
      ("producers.web.rate.mean=1", #"--set producers.web.rate.mean: "producers.web.rate" is not a map, found "100""#),
      ("slo.3.id=x", #"--set slo.3.id: expected a position in a list, found "3"; positions are 0 to 0"#),
      ("name=[", #"--set name: expected a YAML value, found "[""#),
    ]
    for (argument, says) in mistakes {
      #expect(try Sample.errors(Sample.base, settings: [set(argument)]) == [says])
    }
    #expect(Setting(argument: "=3") == nil)
    #expect(Setting(argument: "a") == nil)
  }

  @Test("the canonical text is the same for all ways to write a scenario") func canonicalText() throws {
    let plain = try ScenarioFile.load(text: Sample.base)
    let other = "# a comment\nvars: {r: 100}\nseed: 9\n" + Sample.with("rate: 100", #"rate: "${r}""#)
    let lines = other.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(try ScenarioFile.load(text: lines.joined(separator: "\n")).canonicalText == plain.canonicalText)
    #expect(try ScenarioFile.load(text: Sample.with("100", "101")).canonicalText != plain.canonicalText)
    #expect(plain.canonicalText.hasPrefix(#"{"clock":{"duration":"1h","#))
    #expect(plain.inputs.isEmpty)
  }

  @Test("a seed given outside replaces the file's") func seed() throws {
    #expect(try Sample.experiment("seed: 18446744073709551615\n" + Sample.base).seed == .max)
    #expect(try Sample.experiment("seed: 4\n" + Sample.base, seed: 5).seed == 5)
    #expect(
      Sample.errors("seed: -1\n" + Sample.base) == [
        #"s.yaml:1:7 seed: expected a seed, that is a whole number from 0, found "-1""#
      ])
  }
}

@Suite struct `Hostile texts` {
  static let texts: [(name: String, text: String)] = [
    ("open lists", String(repeating: "[", count: 900) + String(repeating: "a,", count: 400_000)),
    ("many keys", (0..<90_000).map { "k\($0): 1\n" }.joined()),
    ("many unknown keys in a map", Sample.base + "\n" + (0..<20_000).map { "k\($0): {}\n" }.joined()),
    ("one long line", "a: " + String(repeating: "x", count: 1_000_000)),
    ("many lines of text", "a: |\n" + String(repeating: "  x\n", count: 250_000)),
    ("anchors", (0..<50_000).map { "- &a\($0) x\n" }.joined()),
    ("question marks", String(repeating: "? ", count: 400_000)),
    ("flow keys", "{" + (0..<90_000).map { "k\($0): 1," }.joined() + "}"),
    (
      "variables",
      "vars: {" + (0..<20_000).map { "v\($0): 1," }.joined() + "}\nstreams: ["
        + String(repeating: "'${w}x',", count: 20_000) + "]"
    ),
    ("quotes", String(repeating: "'a' ", count: 200_000)),
  ]

  @Test("a megabyte of anything is read or refused in seconds", .timeLimit(.minutes(10)), arguments: texts)
  func bounded(_ sample: (name: String, text: String)) {
    #expect(!Sample.errors(sample.text).isEmpty)
  }

  @Test(
    "sizes and durations at the end of 64 bits are refused, not crashed on",
    arguments: [
      "9223372036854775807B", "9223372036854775807", "99999999999GiB",
      "{dist: uniform, low: 1, high: 9223372036854775807B}",
      "{dist: empirical, values: [9223372036854775807B]}", "1e300", "1e-300",
    ])
  func endOfRange(_ size: String) {
    #expect(!Sample.errors(Sample.with("size: 900B", "size: \(size)")).isEmpty)
  }

  @Test("the file behind a scenario cannot be set") func settingExtends() {
    #expect(
      Sample.errors(Sample.base, settings: [Setting(path: "extends", value: "x")]) == [
        "--set extends: the file behind a scenario cannot be chosen here"
      ])
  }
}
