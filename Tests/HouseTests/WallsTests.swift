import Testing

/// The plan of the house: docs/architecture.md in words, this in a table. A new room gets a row.
enum House {
  private static let rules: Set = ["Units", "Limits", "KinesisCore"]

  /// What the picture in docs/architecture.md lets each target import.
  static let imports: [String: Set<String>] = [
    "Units": [], "Limits": [], "Pricing": ["Units"],
    "KinesisCore": ["Units", "Limits", "Crypto"],
    "Server": rules.union(["Crypto", "CJq", "CZlib", "Dispatch", "Foundation", "Synchronization"]),
    "weir-serve": rules.union([
      "Server", "ArgumentParser", "Dispatch", "Foundation", "FoundationNetworking", "Logging", "NIOCore", "NIOHTTP1",
      "NIOHTTP2", "NIOPosix", "NIOSSL",
      "Synchronization",
    ]),
    "Simulation": ["Units", "KinesisCore", "CGSL", "CPrefetch", "Histogram", "Glibc"],
    "Experiment": rules.union(["Pricing", "Simulation"]),
    "Models": rules.union(["Pricing", "Simulation", "Experiment"]),
    "Scenario": rules.union(["Pricing", "Simulation", "Experiment", "Models", "Yams", "Foundation", "Synchronization"]),
    "Planning": rules.union(["Pricing", "Simulation", "Experiment", "Models", "Scenario"]),
    "Reporting": rules.union([
      "Pricing", "Simulation", "Experiment", "Models", "Scenario", "Planning", "Crypto", "Foundation",
      "Synchronization",
    ]),
    "Page": rules.union([
      "Pricing", "Simulation", "Experiment", "Models", "Scenario", "Planning", "Reporting", "Dispatch", "Foundation",
      "Synchronization",
    ]),
    "weir-ui": [
      "Page", "Reporting", "Scenario", "ArgumentParser", "Foundation", "HTTPTypes", "Hummingbird", "HummingbirdCore",
      "Logging", "NIOCore", "UnixSignals",
    ],
    "weir": rules.union([
      "Pricing", "Simulation", "Experiment", "Models", "Scenario", "Planning", "Reporting", "ArgumentParser",
      "Foundation", "Synchronization",
    ]),
  ]

  /// Targets below the edges: no clock, no chance but named streams, no hash of the process.
  static let deterministic: Set = ["Units", "Limits", "Pricing", "KinesisCore", "Simulation", "Experiment", "Models"]

  /// Where a metric's name is the name of something else: a column of plan.csv and a member of plan.json, a metric of
  /// histograms.csv, a kind of event, a key of a scenario.
  static let namesElsewhere: [String: Set<String>] = [
    "PlanDocument+Data.swift": ["put_throttle_rate"], "RunResult.swift": ["records_lost"],
    "RunCSV+Details.swift": ["put_latency", "iterator_age", "data_freshness"],
    "ScenarioDecoder+Channels.swift": ["data_freshness"],
  ]

  /// The rooms: who owns state, and where.
  static let rooms =
    [
      // The world and its doors.
      "World", "Calendar", "Endpoint", "Timeline", "Scalers", "ReshardHistory", "ShardContents", "StreamFaults",
      "Observers", "MetricBook", "NoteBook",
      "ObjectiveMonitor", "ShardMinuteBook",
      // Who writes.
      "Producers", "Holdings", "Outbox", "ProducerLibrary", "KPLLimiter", "ArrivalClock", "AggregateSize",
      // Who reads.
      "Applications", "PollPace", "SDKClient", "SendLimiter", "FlinkJob", "Mapping", "SessionWindows", "Uptime",
      "KeyTrails", "Leases", "Lineage", "Readership", "UserRecordIndex",
      // Who delivers.
      "Channels", "Deliveries", "Destination", "Firehose", "SourceReaders",
      // The core.
      "Account", "StreamTable", "FreshRecords", "HeldRecords", "PollLine", "AlarmQueue", "DeliveryBatch",
      "DeliveryChannel", "DirectPut", "Journal", "ReadLog",
      "SlotLine", "SlotPool",
      "ShardMap",
      // The live engine.
      "Audience", "Cargo", "Directory", "Engine", "Meters", "PayloadStore",
      // Chance and statistics; not LatencyHistogram, whose counting is inlined into other modules.
      "DrawLedger", "SizeHistogram", "UtilizationHistogram",
    ].map { Walls.Room(type: $0, file: "\($0).swift") } + [
      .init(type: "DeliveryDesk", file: "Deliveries.swift"), .init(type: "FlinkAutoscaler", file: "FlinkJob.swift"),
      .init(type: "FlinkWindows", file: "FlinkJob.swift"), .init(type: "FunctionConcurrency", file: "Mapping.swift"),
      .init(type: "KPLShardMap", file: "KPLClient.swift"), .init(type: "ExpiryHeap", file: "KPLLimiter.swift"),
      .init(type: "RecordPool", file: "RecordPool.swift"), .init(type: "RequestPool", file: "RecordPool.swift"),
      .init(type: "AggregatePool", file: "Aggregate.swift"), .init(type: "KPLCallPool", file: "Aggregate.swift"),
    ]
}

@Suite("The walls of the house")
struct WallsTests {
  @Test("there are sources to read, in every target of the picture and in no other")
  func targets() {
    #expect(Set(SourceText.all.map(\.target)) == Set(House.imports.keys))
  }

  @Test("a target imports only what the picture in docs/architecture.md allows")
  func imports() {
    #expect(SourceText.all.flatMap { Walls.imports(of: $0, allowed: House.imports) } == [])
  }

  @Test("no clock, no global randomness, no per-process hash below the edges")
  func chance() {
    let files = SourceText.all.filter { House.deterministic.contains($0.target) }
    #expect(files.flatMap(Walls.chance) == [])
  }

  @Test("no file has more than 400 lines, no function more than 49, and nothing is left to do")
  func sizes() {
    #expect(SourceText.all.flatMap { Walls.sizes(of: $0, lines: 400, function: 49) } == [])
  }

  @Test("the scopes of a bill are spelt in Scope only")
  func scopes() {
    #expect(SourceText.all.flatMap { Walls.scopes(in: $0, home: "Scope.swift") } == [])
  }

  @Test("libgsl has one door, which turns its aborting handler off")
  func gsl() {
    #expect(SourceText.all.flatMap { Walls.importers(of: "CGSL", in: $0, home: "GSLBridge.swift") } == [])
  }

  @Test("the paths of metrics are spelt in the catalogue only")
  func metricPaths() {
    let home = "Models/Catalogue/"
    let paths = Set(SourceText.all.filter { $0.path.hasPrefix(home) }.flatMap(Walls.metricPaths))
    #expect(paths.count > 20, "the catalogue was read")
    let spelt = SourceText.all.flatMap {
      Walls.metricPaths(in: $0, paths: paths, home: home, elsewhere: House.namesElsewhere)
    }
    #expect(spelt == [])
  }

  @Test("a room is extended in its own file only")
  func extensions() {
    #expect(House.rooms.flatMap { Walls.extensions(of: $0, in: SourceText.all) } == [])
  }

  @Test("what a room stores is written by nobody else")
  func state() {
    let open = House.rooms.flatMap { room in
      SourceText.all.filter { $0.name == room.file }.flatMap { Walls.openState(of: room, in: $0) }
    }
    #expect(open == [])
  }
}

/// Each rule finds the fault it is there for, and nothing in what is right.
@Suite("The walls of the house, with a fault planted in each")
struct PlantedFaultTests {
  static let room = Walls.Room(type: "Endpoint", file: "Endpoint.swift")

  private func file(_ path: String, _ text: String) -> SourceText { SourceText(path: path, text) }

  @Test("an import that the picture does not have is found")
  func imports() {
    let text = "internal import Units\npublic import Simulation\n@preconcurrency import Foundation\n// import Glibc\n"
    let found = Walls.imports(of: file("Server/A.swift", text), allowed: ["Server": ["Units", "Foundation"]])
    #expect(found == ["Server/A.swift imports Simulation"])
  }

  @Test("a clock and a hash of the process are found, but not in comments")
  func chance() {
    let text = "/// No Date() here.\nlet now = Date()\nlet key = name.hashValue\n"
    #expect(Walls.chance(in: file("Models/A.swift", text)).count == 2)
  }

  @Test("a second door to libgsl is found")
  func doors() {
    let find = { Walls.importers(of: "CGSL", in: self.file($0, "internal import CGSL\n"), home: "GSLBridge.swift") }
    #expect(find("Simulation/Statistics.swift") == ["Simulation/Statistics.swift imports CGSL"])
    #expect(find("Simulation/GSLBridge.swift") == [])
  }

  @Test("a file of 401 lines, a function of 50 and a note of something left to do are found")
  func sizes() {
    let lines = Array(repeating: "let a = 1", count: 400)
    let sizes = { (text: String) in Walls.sizes(of: self.file("Models/A.swift", text), lines: 400, function: 49) }
    #expect(sizes(lines.joined(separator: "\n") + "\n") == [])
    #expect(sizes((lines + ["let b = 1"]).joined(separator: "\n") + "\n") == ["Models/A.swift has 401 lines"])
    for head in ["func f() {", "var x: Int {", "init(a: Int) {", "subscript(a: Int) -> Int {", "deinit {"] {
      let body = { (count: Int) in "  \(head)\n" + String(repeating: "    g()\n", count: count) + "  }\n" }
      #expect(sizes(body(47)) == [] && sizes(body(48)).count == 1, "\(head)")
    }
    #expect(sizes("// TO" + "DO: later\n").count == 1)
  }

  @Test("a room's extension in another file is found, and a room that has moved")
  func extensions() {
    let home = file("World/Endpoint.swift", "struct Endpoint: ~Copyable {\n}\nextension Endpoint: Sendable {}\n")
    let other = file(
      "World/Put.swift", "extension Endpoint.Answer {}\n/// extension Endpoint {\nextension Endpoint {\n}\n")
    #expect(Walls.extensions(of: Self.room, in: [home]) == [])
    #expect(Walls.extensions(of: Self.room, in: [home, other]) == ["World/Put.swift:3 extends the room Endpoint"])
    #expect(Walls.extensions(of: Self.room, in: [other]).first == "Endpoint is not declared in Endpoint.swift")
  }

  static let open = [
    "var held = 0", "public var held: Int", "nonisolated(unsafe) var held: [Int] = []", "fileprivate(set) var held = 0",
    "var held = make { $0 + 1 }", "var held: Int { didSet { count() } }", "fileprivate var held: Int",
  ]
  static let closed = [
    "private var held = 0", "private(set) var held: [Int] = []", "public private(set) var held = Held()",
    "private nonisolated(unsafe) var held: Int", "let limits: Limits", "static var held: Int { 0 }",
    "var isHeld: Bool { held > 0 }", "var isHeld: Bool {", "func take(_ held: Int) {", "// var held = 0",
    "@usableFromInline private var held: Int",
  ]

  @Test("state that others can write is found", arguments: open) func openState(_ member: String) {
    let text = "public struct Endpoint: ~Copyable {\n  \(member)\n}\n"
    #expect(Walls.openState(of: Self.room, in: file("World/Endpoint.swift", text)).count == 1)
  }

  @Test("private state, constants, computed properties and nested types are no open state", arguments: closed)
  func closedState(_ member: String) {
    let text =
      "struct Endpoint {\n  struct Call {\n    var size = 0\n  }\n  \(member)\n}\nstruct Other {\n  var size = 0\n}\n"
    #expect(Walls.openState(of: Self.room, in: file("World/Endpoint.swift", text)) == [])
  }

  @Test("a scope that is spelt out is found, but not in Scope")
  func scopes() {
    let text = #"let scope = "stream:\(name)", other = "stream: \(name)", prefix = "stream:""# + "\n"
    #expect(Walls.scopes(in: file("Models/A.swift", text), home: "Scope.swift").count == 1)
    #expect(Walls.scopes(in: file("Pricing/Scope.swift", text), home: "Scope.swift") == [])
  }

  @Test("a metric's path that is spelt outside the catalogue is found")
  func metricPaths() {
    let text = "let a = \"put_throttle_rate\", b = \"put_throttle_rates\"\n"
    let find = { Walls.metricPaths(in: self.file($0, text), paths: ["put_throttle_rate"], home: "Catalogue/") }
    #expect(find("Reporting/A.swift") == ["Reporting/A.swift:1 \"put_throttle_rate\""])
    #expect(find("Catalogue/A.swift") == [])
    let elsewhere = ["A.swift": Set(["put_throttle_rate"])]
    let known = Walls.metricPaths(
      in: file("Reporting/A.swift", text), paths: ["put_throttle_rate"], home: "Catalogue/", elsewhere: elsewhere)
    #expect(known == [])
    let rows = "  .count(\"lost_by.age\").asked(\"records_lost\", [\"sum\"])\n  .asked(\"shards\")\n  let a = \"sum\"\n"
    #expect(Walls.metricPaths(of: file("Catalogue/B.swift", rows)) == ["lost_by.age", "records_lost"])
  }

  @Test("text between three quotes is no code")
  func multilineStrings() {
    let text = "let page = \"\"\"\n  import Glibc\n  \"\"\"\nimport Units\n"
    #expect(file("Models/A.swift", text).imports == ["Units"])
  }
}
