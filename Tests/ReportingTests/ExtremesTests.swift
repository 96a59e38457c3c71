import Experiment
import Foundation
import KinesisCore
import Models
import Planning
import Pricing
import Scenario
import Simulation
import Testing
import Units

@testable import Reporting

/// What a user may write must never end by a signal. A trap ends the whole test process: the scenario that did it is then in
/// `weir-extremes.yaml` of the temporary directory.
///
/// CI draws a few hundred scenarios. All of them: `WEIR_EXTREMES=10000 swift test -c release --filter ExtremesTests`; a single
/// one: `WEIR_EXTREMES_FROM=4711 WEIR_EXTREMES=1`.
@Suite("Legal scenarios at the extremes of their ranges", .serialized)
struct ExtremesTests {
  private static func setting(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap { Int($0) } }

  /// Calls the body with scenarios that `validate` takes, until there are enough; returns how many were drawn for that.
  private static func legal(
    _ usually: Int, _ text: (Int) -> String, _ body: (Int, LoadedScenario) throws -> Void
  ) throws -> Int {
    let first = setting("WEIR_EXTREMES_FROM") ?? 0, wanted = setting("WEIR_EXTREMES") ?? usually
    let culprit = FileManager.default.temporaryDirectory.appending(path: "weir-extremes.yaml")
    var (number, taken) = (first, 0)
    while taken < wanted, number < first + 6 * wanted + 60 {
      let scenario = text(number)
      try Data("# number \(number)\n\(scenario)".utf8).write(to: culprit)
      if let loaded = try? ScenarioFile.load(text: scenario) {
        try body(number, loaded)
        taken += 1
      }
      number += 1
    }
    try? FileManager.default.removeItem(at: culprit)
    #expect(taken == wanted, "too few of them are legal")
    return number - first
  }

  /// A run's first events within two seconds, and everything that is said of them.
  private static func run(_ loaded: LoadedScenario, events: Int) -> String {
    var experiment = loaded.experiment
    experiment.horizon.duration = min(experiment.horizon.duration, .seconds(2))
    var world = World(PreparedExperiment(experiment), replication: 0)
    let isOver = world.advance(limit: events)
    let report = Report(
      results: [world.finish(isComplete: isOver)], fingerprint: Fingerprint(of: loaded, version: Version.current),
      warnings: [], command: nil)
    return ReportFiles(report).all().map(\.contents).joined() + report.text
  }

  private static func cost(_ loaded: LoadedScenario) -> String {
    let document = CostDocument(ScenarioBill(loaded.experiment, headroom: loaded.plan.headroom))
    return document.text + document.json
  }

  private static func estimate(_ number: Int) -> String {
    var random = RandomStream(seed: UInt64(number), replication: 0, purpose: .engine, entity: "estimates")
    func one(_ choices: [Double]) -> Double { choices[Int(random.below(UInt64(choices.count)))] }
    let rate = one([0, 1e-3, 1, 9_000, 1e6, 1e9]), factor = one([1, 1.5, 1_000])
    let load = StreamLoad(
      name: "stream", meanRecords: rate / factor, peakRecords: rate, size: Bytes(Int64(one([1, 1_100, 10_485_760]))),
      pollers: Int(one([0, 1, 1_000])), fanOut: Int(one([0, 1, 1_000])), retention: .days(Int64(one([1, 8, 365]))))
    let headroom = one([0, 0.25, 4])
    let estimate = Estimate(load, headroom: headroom, limits: .current, prices: .current, region: "us-east-1")
    let crossings = BreakEvens(load, headroom: headroom, limits: .current, prices: .current, region: "us-east-1")
    let document = EstimateDocument(estimate, breakEven: crossings.all)
    return document.text + document.json
  }

  @Test("go through cost, estimate and a short run without a signal")
  func scenarios() throws {
    let drawn = try Self.legal(200, ExtremeScenario.text) { number, loaded in
      #expect(!Self.cost(loaded).isEmpty)
      #expect(!Self.estimate(number).isEmpty)
      #expect(!Self.run(loaded, events: 600).isEmpty)
    }
    #expect(drawn > 0)
  }

  @Test("whose distributions are extreme go through cost and run, and nothing is not a number")
  func distributions() throws {
    _ = try Self.legal(200, ExtremeScenario.distributions) { number, loaded in
      for text in [Self.cost(loaded), Self.run(loaded, events: 400)] {
        #expect(!Self.saysNaN(text), "number \(number)")
      }
    }
  }

  @Test("whose distributions are extreme have a plan of a few simulations without a signal")
  func plans() async throws {
    let first = Self.setting("WEIR_EXTREMES_FROM") ?? 0, wanted = max(1, (Self.setting("WEIR_EXTREMES") ?? 200) / 5)
    var planned = 0
    let file = FileManager.default.temporaryDirectory.appending(path: "weir-extreme-plan.yaml")
    for number in first..<(first + wanted) {
      let text =
        "# number \(number)\n" + ExtremeScenario.distributions(number)
        + "plan: {search: [{param: streams.s.shards, values: [1, 2]}]}\n"
      try Data(text.utf8).write(to: file)
      guard let template = try? ScenarioFile.template(path: file.path),
        let plan = try? await Planner.plan(
          template, PlanRequest(replications: 2, budget: 2), isInterrupted: { false }, report: { _ in })
      else { continue }
      planned += 1
      let document = PlanDocument(plan)
      #expect(!Self.saysNaN(document.text + document.json), "number \(number)")
    }
    try? FileManager.default.removeItem(at: file)
    #expect(planned > 0, "none of them has a plan")
  }

  @Test("that counts and sizes at the ends of their ranges make go through trace, and nothing is not a number")
  func traces() throws {
    let first = Self.setting("WEIR_EXTREMES_FROM") ?? 0, wanted = Self.setting("WEIR_EXTREMES") ?? 200
    for number in first..<(first + wanted) {
      var random = RandomStream(seed: UInt64(number), replication: 0, purpose: .engine, entity: "traces")
      func one(_ choices: [Double]) -> Double { choices[Int(random.below(UInt64(choices.count)))] }
      func sums(_ choices: [Double]) -> [Double] { (0..<12).map { _ in one(choices) } }
      let width = one([1, 60, 3_600, 86_400])
      let traffic = ObservedMetrics(
        start: nil, width: .seconds(Int64(width)),
        series: [
          .init(.incomingRecords, sums([0, 1, 600, 1e9, 1e15])), .init(.incomingBytes, sums([0, 1, 6e5, 1e12, 1e15])),
          .init(.writeExceeded, sums([0, 0, 1, 1e15])),
        ])
      let sizes = sums([1, 900, 1_048_576, 1e15])
      let input = TraceInput(
        traffic: traffic, keys: .init((0..<12).map { "key-\($0 % Int(one([1, 3, 12])))" }, sizes: sizes))
      let profile = TrafficProfile(input, shards: chance(number), limits: .current)
      let scenario = TraceModel(profile, name: "extreme", burst: nil, retry: .backOff).map {
        TraceScenario($0, limits: .current)
      }
      let document = TraceDocument(profile, fit: nil, scenario: scenario)
      #expect(!Self.saysNaN(document.text + document.json), "number \(number)")
    }
    func chance(_ number: Int) -> Int? { number % 3 == 0 ? nil : number % 10_000 + 1 }
  }

  private static func saysNaN(_ text: String) -> Bool {
    text.contains("NaN") || text.contains(/\bnan\b/)
  }
}
