import Experiment
import Foundation
import KinesisCore
import Testing
import Units

@testable import Scenario

/// Values that somebody turns who does not write YAML, and the YAML in which they stand.
@Suite struct ControlTests {
  private static func edited(_ text: String, _ path: String, _ value: String) throws -> String {
    try ScenarioText(text, file: "a.yaml").setting([Setting(path: path, value: value)]).text
  }

  static let places: [(text: String, path: String, value: String, after: String)] = [
    ("a:\n  b: 4   # why\nc: 1\n", "a.b", "8", "a:\n  b: 8   # why\nc: 1\n"),
    ("a: {b: 4, c: 'x'}  # why", "a.b", "16", "a: {b: 16, c: 'x'}  # why"),
    ("a: {b: \"4\\\"5\", c: 1}", "a.b", "6", "a: {b: 6, c: 1}"),
    ("a: 'it''s'  # b\n", "a", "x y", "a: \"x y\"  # b\n"),
    ("\u{FEFF}a: 4\r\nb: 5 # ü\r\n", "b", "7", "\u{FEFF}a: 4\r\nb: 7 # ü\r\n"),
    ("é: {ü: 1, a: 2}\n", "é.a", "3", "é: {ü: 1, a: 3}\n"),
    ("a:\n- b: 1\n- b: 2 # x\n", "a.1.b", "3", "a:\n- b: 1\n- b: 3 # x\n"),
    ("a:\n  b:\nc: 1\n", "a.b", "2", "a:\n  b: 2\nc: 1\n"),
    ("a: &x 4\nb: 5\n", "a", "6", "a: &x 6\nb: 5\n"),
    // What is not there gets a line behind the first key of its map, or a place in its braces.
    ("a:\n  b: 4   # why\n  c: 1\n", "a.d", "8", "a:\n  b: 4   # why\n  d: 8\n  c: 1\n"),
    ("a:\n  b: {x: 1} # why\n", "a.d.e.f", "8", "a:\n  b: {x: 1} # why\n  d: {e: {f: 8}}\n"),
    ("a:\n  b:\n    x: 1\n", "a.d", "8", "a:\n  d: 8\n  b:\n    x: 1\n"),
    ("a: {b: 4}\n", "a.d", "8", "a: {d: 8, b: 4}\n"), ("a: {}\n", "a.d", "8", "a: {d: 8}\n"),
    ("a:\n- b: 1\n", "a.0.d", "8", "a:\n- b: 1\n  d: 8\n"),
    // What came by a merge is said otherwise where it came to.
    ("a: &x {b: 4, c: 1}\nd: {<<: *x, c: 2}\n", "d.b", "8", "a: &x {b: 4, c: 1}\nd: {b: 8, <<: *x, c: 2}\n"),
    ("a: &x {b: 4}\nd:\n  <<: *x\n  c: 2\n", "d.b", "8", "a: &x {b: 4}\nd:\n  <<: *x\n  c: 2\n  b: 8\n"),
    // What is taken away leaves its comment.
    ("a:\n  b: 4   # why\n  c: 1\n", "a.b", "null", "a:\n     # why\n  c: 1\n"),
    ("a:\n  b: 4\n  c: 1\n", "a.b", "null", "a:\n  c: 1\n"),
    ("a: {b: 4, c: 1}\n", "a.b", "null", "a: {c: 1}\n"), ("a: {b: 4, c: 1}\n", "a.c", "null", "a: {b: 4}\n"),
    ("a:\n  b: {x: [1, 2], y: '}'}\n  c: 1\n", "a.b", "null", "a:\n  c: 1\n"),
    ("a:\n  b:\n    x: 1\n    # more\n    y: 2\n  c: 1\n", "a.b", "null", "a:\n  c: 1\n"),
    ("a:\n  b: 1\n", "a.z", "null", "a:\n  b: 1\n"),
  ]

  @Test("a value is changed where it stands, and nothing else is", arguments: places)
  func edits(_ place: (text: String, path: String, value: String, after: String)) throws {
    #expect(try Self.edited(place.text, place.path, place.value) == place.after)
  }

  static let refused: [(text: String, path: String)] = [
    // Others share it; it spans lines; it is no single value; it is in a list that is not so long.
    ("a: &x {b: 4}\nc: *x\n", "c.b"), ("a: &x {b: 4}\nc: *x\n", "a.b"), ("a: {b: one\n  two}\n", "a.b"),
    ("a: |\n  one\n  two\n", "a"), ("a: {b: {c: 1}}\n", "a.b"), ("a: [1]\n", "a.7"), ("a: 1\n", "a.b"),
  ]

  @Test("what cannot be changed by itself is refused, with its line", arguments: refused)
  func refusals(_ place: (text: String, path: String)) {
    #expect(throws: Diagnostic.self) { try Self.edited(place.text, place.path, "9") }
  }

  @Test("a value that is no single one is refused", arguments: ["{a: 1}", "[1", "", "a\u{0}b"])
  func values(_ value: String) {
    #expect(throws: Diagnostic.self) { try Self.edited("a: 1\n", "a", value) }
  }

  @Test("a value that would be more than one in the text is quoted", arguments: ["1, b: 2", "x # y", "a: b", "- 1"])
  func quoting(_ value: String) throws {
    let text = try Self.edited("a: {c: 1}\n", "a.c", "\"\(value)\"")
    #expect(text == "a: {c: \"\(value)\"}\n")
  }

  // MARK: Controls

  private static var scenarios: [String] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../scenarios")
      .standardized
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted().map { folder.appendingPathComponent($0).path }
  }

  @Test("every shipped scenario has controls, each can be turned to both ends, and no comment is lost")
  func ends() throws {
    #expect(Self.scenarios.count > 40)
    for file in Self.scenarios {
      let text = ScenarioText(try String(contentsOfFile: file, encoding: .utf8), file: file)
      let controls = try ScenarioFile.template(text: text.text, file: file).controls
      #expect(controls.count > 3, "\(file)")
      let comments = Self.comments(text.text)
      for control in controls {
        let values: [String] =
          switch control.shape {
          case .slider(let stops): [stops.first, stops.last].compactMap(\.self)
          case .choice(let words): words
          }
        #expect(values.count > 1, "\(file) \(control.path)")
        for value in values {
          // What others share by an anchor is refused.
          guard let after = try? text.setting(control.settings(for: value)) else {
            #expect(text.text.contains(" &"), "\(file) \(control.path)=\(value)")
            continue
          }
          #expect(Self.comments(after.text) == comments, "\(file) \(control.path)=\(value)")
          let again = try ScenarioFile.template(text: after.text, file: file).controls.first { $0.path == control.path }
          #expect(again.map { $0.value == value } ?? true, "\(file) \(control.path)=\(value)")
        }
      }
    }
  }

  private static func comments(_ text: String) -> [String] {
    text.split(separator: "\n").compactMap { line in
      line.firstRange(of: "# ").map { String(line[$0.lowerBound...]) }
    }
  }

  @Test("turning a control to the value it has changes nothing", arguments: Template.allCases)
  func identity(_ template: Template) throws {
    for control in try ScenarioFile.template(text: template.text, file: "a.yaml").controls where control.isWritten {
      let after = try ScenarioText(template.text, file: "a.yaml").setting(control.settings(for: control.value))
      #expect(after.text == template.text, "\(control.path)")
    }
  }

  private static func control(_ path: String, in text: String) throws -> Control {
    try #require(try ScenarioFile.template(text: text, file: "a.yaml").controls.first { $0.path == path })
  }

  @Test("the templates' sliders are rate, size, skew, burst, shards, mode, consumers, retries and buffers")
  func wanted() throws {
    let paths = try ScenarioFile.template(text: Template.clickstream.text, file: "a.yaml").controls.map(\.path)
    for path in [
      "producers.web.rate.mean", "producers.web.record.size.median", "producers.web.keys.s",
      "producers.web.burst.factor",
      "streams.clicks.shards", "streams.clicks.mode", "consumers.pricing.workers", "consumers.archive.type",
      "producers.web.retry.max_attempts", "producers.web.batch.linger", "producers.web.retry.buffer", "clock.duration",
    ] {
      #expect(paths.contains(path), "\(path)")
    }
  }

  @Test("a mode takes what goes with it, and the way back gives a scenario again") func modes() throws {
    let text = ScenarioText(Template.clickstream.text, file: "a.yaml"), path = "streams.clicks.mode"
    let onDemand = try text.setting(Self.control(path, in: text.text).settings(for: "on_demand_standard"))
    let loaded = try ScenarioFile.load(text: onDemand.text, file: "a.yaml")
    #expect(loaded.experiment.streams[0].capacity.mode == .onDemandStandard)
    let back = try onDemand.setting(Self.control(path, in: onDemand.text).settings(for: "provisioned"))
    #expect(try ScenarioFile.load(text: back.text, file: "a.yaml").experiment.streams[0].shards == 4)
  }

  @Test("a burst and a skew that are not written are written whole") func company() throws {
    let text = ScenarioText(Template.seasonal.text, file: "a.yaml")
    let burst = try text.setting(Self.control("producers.uploads.burst.factor", in: text.text).settings(for: "5"))
    let skew = try burst.setting(Self.control("producers.uploads.keys.s", in: text.text).settings(for: "0.9"))
    let producer = try ScenarioFile.load(text: skew.text, file: "a.yaml").experiment.producers[0]
    #expect("\(producer.arrivals)".hasPrefix("batch") && "\(producer.keys.law)".hasPrefix("zipf"))
  }

  @Test("the number of consumers is turned: copies beside the first, and the way back gives the text as it was")
  func copies() throws {
    let text = ScenarioText(Template.clickstream.text, file: "a.yaml"), path = "consumers.pricing.copies"
    let control = try Self.control(path, in: text.text)
    #expect(control.value == "1" && control.settings(for: "1").isEmpty && control.settings(for: "9k").isEmpty)
    let three = try text.setting(control.settings(for: "3"))
    let consumers = try ScenarioFile.load(text: three.text, file: "a.yaml").experiment.consumers
    #expect(consumers.map(\.name) == ["pricing", "pricing-2", "pricing-3", "archive"])
    #expect(consumers[2].isFanOut && consumers[2].workers == 2)
    let again = try Self.control(path, in: three.text)
    #expect(again.value == "3" && three.text.contains("flash sale"))
    let paths = try ScenarioFile.template(text: three.text, file: "a.yaml").controls.map(\.path)
    #expect(paths.contains("consumers.pricing-2.workers") && !paths.contains("consumers.pricing-2.copies"))
    #expect(three.text.contains("  pricing-2: {from: clicks, type: kcl_efo, workers: 2, service: {per_batch: 4ms}}\n"))
    #expect(try three.setting(again.settings(for: "1")) == text)
  }

  @Test("a variable is turned where it is, and what is made of it is not") func variables() throws {
    let controls = try ScenarioFile.template(text: Template.iot.text, file: "a.yaml").controls.map(\.path)
    #expect(controls.contains("vars.jitter") && !controls.contains("producers.meters.burst.jitter"))
  }

  @Test("what two scenarios say differently is told value by value") func changes() throws {
    let template = { (text: String) in try ScenarioFile.template(text: text, file: "a.yaml") }
    let a = try template("a: {b: 1, c: [1, {d: 2}], e: x}\nf: 1 # why\n")
    let b = try template("f: 1\na: {b: '2', c: [1, {d: 3}], g: {h: 1}}\n")
    let found = a.changes(in: b, limit: 9).map(\.argument)
    #expect(found == ["a.b=\"2\"", "a.c.1.d=3", "a.g={h: 1}", "a.e=null"])
    #expect(a.changes(in: a, limit: 9) == [] && a.changes(in: b, limit: 1).count == 1)
  }

  @Test("the stops of a slider ascend, and the value that stands there is one of them") func stops() {
    let dials: [(Dial, String)] = [
      (.whole(1...10_000), "37"), (.number(0.1...1_000_000), "9001"), (.steps(0...60, perUnit: 20), "0.333"),
      (.size(.init(1)...(.mebibytes(10))), "901B"), (.size(.init(1)...(.mebibytes(10))), "1000"),
      (.time(.zero ... .hours(1)), "59s"), (.number(1...15), "99"), (.mebibytes(1...128), "7MiB"),
      (.seconds(0...900), "7s"),
    ]
    for (dial, value) in dials {
      let stops = dial.stops(with: value), sizes = stops.compactMap(dial.magnitude)
      #expect(stops.contains(value) && sizes.count == stops.count && sizes == sizes.sorted(), "\(value)")
      #expect(Set(sizes).count == sizes.count && stops.count > 10, "\(value)")
    }
    #expect(!Dial.whole(1...10).stops(with: "9k").contains("9k"))
  }

  @Test(
    "what is shown of a delivery or a consumer without being written is what holds: written down, it changes nothing")
  func usual() throws {
    var seen: Set<String> = []
    for file in Self.scenarios {
      let text = ScenarioText(try String(contentsOfFile: file, encoding: .utf8), file: file)
      let template = try ScenarioFile.template(text: text.text, file: file)
      let before = try Self.readers(try template.load(settings: [], seed: nil))
      let usual = template.controls.filter { !$0.isWritten && $0.path.contains(/^(consumers|firehoses)\./) }
      for control in usual {
        let after = try template.load(settings: control.settings(for: control.value), seed: nil)
        #expect(try Self.readers(after) == before, "\(file) \(control.path)=\(control.value)")
        seen.insert(String(control.path.split(separator: ".").dropFirst(2).joined(separator: ".")))
      }
    }
    let wanted: Set = [
      "buffer.size", "buffer.interval", "error_rate", "workers", "max_records", "poll_interval", "visibility", "wait",
      "parallelism", "autoscale", "retrieval", "batch_window", "acknowledge", "max_receives", "failures.rate",
    ]
    #expect(wanted.isSubset(of: seen), "\(wanted.subtracting(seen))")
  }

  /// All that readers and deliveries are, buffers as they are kept.
  private static func readers(_ loaded: LoadedScenario) throws -> [String] {
    let experiment = loaded.experiment, encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let consumers = try experiment.consumers.map { String(decoding: try encoder.encode($0), as: UTF8.self) }
    let firehoses = try experiment.firehoses.map { spec in
      let machine = try DeliveryStream(spec.configuration, limits: experiment.limits, at: .epoch)
      return "\(machine.bufferSize) \(machine.bufferInterval) \(spec.errorRate)"
    }
    return consumers + firehoses
  }

  @Test("an application and a queue can be turned: parallelism, records of a KPU, visibility, instances") func readers()
    throws
  {
    let paths = { (name: String) in
      let file = try #require(Self.scenarios.first { $0.hasSuffix("/\(name).yaml") })
      return Set(try ScenarioFile.template(path: file).controls.map(\.path))
    }
    let application = ["parallelism", "parallelism_per_kpu", "rate_per_kpu", "autoscale", "retrieval", "window.size"]
    #expect(try paths("flink-autoscale").isSuperset(of: application.map { "consumers.scaled.\($0)" }))
    let queue = ["instances", "threads", "limit", "wait", "visibility", "max_receives", "failures.rate", "acknowledge"]
    #expect(try paths("queue-wall").isSuperset(of: queue.map { "consumers.calm.\($0)" }))
  }

  @Test("what an extended file says is changed in the file that is written") func extended() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("weir-controls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Template.iot.text.write(to: folder.appendingPathComponent("base.yaml"), atomically: true, encoding: .utf8)
    let text = ScenarioText("extends: base.yaml\nname: mine\n", file: folder.appendingPathComponent("a.yaml").path)
    let control = try #require(
      try ScenarioFile.template(text: text.text, file: text.file).controls.first {
        $0.path == "streams.telemetry.shards"
      })
    #expect(control.value == "8")
    let after = try text.setting(control.settings(for: "16"))
    #expect(try ScenarioFile.load(text: after.text, file: text.file).experiment.streams[0].shards == 16)
  }
}
