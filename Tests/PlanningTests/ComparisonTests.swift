import Experiment
import Models
import Scenario
import Simulation
import Testing
import Units

@testable import Planning

@Suite("Comparisons")
struct ComparisonTests {
  static let text = """
    schema: weir/v1
    name: tiny
    seed: 5
    clock: {duration: 12s, warmup: 1s, report_bin: 1s}
    streams:
      clicks: {mode: provisioned, shards: 1}
    producers:
      web: {to: clicks, rate: 40, record: {size: 30KiB}, keys: {dist: uniform, cardinality: 100}, retry: {policy: none}}
    slo:
      - {id: loss, expr: "records_lost(producer=web).sum < 3 records"}
    """

  static func trial(_ name: String, _ settings: [String] = []) throws -> Trial {
    let list = settings.compactMap { Setting(argument: $0) }
    var tables = KeyTables()
    return Trial(
      Design(name: name, settings: list), loaded: try ScenarioFile.load(text: text, settings: list), tables: &tables)
  }

  static func trials() throws -> [Trial] {
    [try trial("one"), try trial("two", ["streams.clicks.shards=2"])]
  }

  static let figures = ["records.lost", "records.offered", "producers.web.put_latency_ms.p99"]

  static func chosen(_ trials: [Trial], _ wanted: [String] = figures) throws -> [Figure] {
    try FigureSelection.choose(
      wanted.map { MetricPattern($0) }, among: trials.map { Figure.all(of: $0.loaded.experiment) }, for: .comparison)
  }

  static func run(_ trials: [Trial], _ rule: ReplicationRule, workers: Int = 1) async throws -> Comparison {
    await ComparisonRun(trials, figures: try chosen(trials), rule: rule, level: 0.95)
      .run(at: .here(workers: workers), isInterrupted: { false }, report: { _ in })
  }

  @Test("equal replications of two designs see the same chance, and the differences are those of the pairs")
  func pairs() async throws {
    let comparison = try await Self.run(try Self.trials(), .fixed(30), workers: 2)
    let offered = try #require(comparison.differences.first { $0.figure.path == "records.offered" })
    #expect(offered.verdict == .equal && offered.meanA > 0 && offered.varianceRatio == nil)
    let lost = try #require(comparison.differences.first { $0.figure.path == "records.lost" })
    let pairs = zip(comparison.contenders[0].samples, comparison.contenders[1].samples)
    let expected = pairs.compactMap { a, b in a.values[0].flatMap { x in b.values[0].map { x - $0 } } }
    #expect(lost.estimate.mean == Statistics.mean(expected) && lost.verdict == .lower)
    #expect(lost.estimate.halfWidth == Statistics.meanInterval(expected, level: 0.95)?.halfWidth)
    let known = comparison.differences.count { $0.estimate.halfWidth != nil }
    #expect(known > 0 && comparison.jointLevel == 1 - Double(known) * (1 - 0.95) && comparison.isComplete)
  }

  @Test("each objective of each design comes with the runs it held in, and what they show, as a plan counts")
  func held() async throws {
    let comparison = try await Self.run(try Self.trials(), .fixed(30), workers: 2)
    for contender in comparison.contenders {
      let count = try #require(contender.held.first)
      #expect(contender.held.count == 1 && count.objective.id == "loss")
      #expect(count.runs == 30 && count.held == contender.passed)
      // Thirty runs show nine in ten when none fails, and only then.
      #expect((count.outcome == .holds) == (count.held == 30), "\(count)")
    }
    #expect(comparison.contenders[0].passed < 30 && comparison.contenders[1].passed == 30)
    #expect(comparison.test == .usual(confidence: 0.95, runs: 30))
  }

  @Test("sequential stopping ends at the same round with any number of workers") func sequential() async throws {
    let trials = try Self.trials()
    let rule = ReplicationRule.precise(RelativePrecision(error: 0.25, most: 60))
    let runs = [try await Self.run(trials, rule, workers: 1), try await Self.run(trials, rule, workers: 3)]
    #expect(runs[0].replications == runs[1].replications && runs[0].isPrecise)
    #expect(runs[0].replications % 10 == 0 && (20...60).contains(runs[0].replications), "\(runs[0].replications)")
    #expect(runs[0].differences == runs[1].differences)
    let capped = try await Self.run(trials, .precise(RelativePrecision(error: 0.001, most: 10)))
    #expect(capped.replications == 10 && !capped.isPrecise && capped.isComplete)
  }

  @Test("an interruption keeps only what all designs finished") func interrupted() async throws {
    let trials = try Self.trials()
    let comparison = await ComparisonRun(trials, figures: try Self.chosen(trials), rule: .fixed(3), level: 0.95)
      .run(at: .here(workers: 2), isInterrupted: { true }, report: { _ in })
    #expect(!comparison.isComplete && comparison.replications == 0 && comparison.differences.isEmpty)
  }

  // MARK: Figures

  @Test("a path that ends before a dot takes all figures under it") func underAPath() throws {
    let figures = try Self.chosen(try Self.trials(), ["producers.web.put_latency_ms", "cost.total_usd"]).map(\.path)
    #expect(figures == ["producers.web.put_latency_ms.p50", "producers.web.put_latency_ms.p99", "cost.total_usd"])
  }

  @Test("figures that lead nowhere are told all at once, with the nearest") func misspelt() throws {
    let trials = try Self.trials()
    do throws(FigureSelection.Failure) {
      let catalogues = trials.map { Figure.all(of: $0.loaded.experiment) }
      let wanted = ["records.lsot", "nothing"].map { MetricPattern($0) }
      _ = try FigureSelection.choose(wanted, among: catalogues, for: .sweep)
      Issue.record("they were taken")
    } catch {
      #expect(error.flaws.count == 2)
      #expect(error.flaws[0] == #"--metrics records.lsot: there is no such figure; did you mean "records.lost"?"#)
      #expect(error.flaws[1].contains("figures are those of run.json, such as "))
    }
  }

  @Test("only figures that all designs have can be compared") func shared() throws {
    let trials = [try Self.trial("with"), try Self.trial("without", ["slo=[]"])]
    #expect(try !Self.chosen(trials, []).contains { $0.path == "slo.loss.value" })
    #expect(throws: FigureSelection.Failure.self) { try Self.chosen(trials, ["slo.loss.value"]) }
    #expect(try Self.chosen([trials[0]], []).contains { $0.path == "slo.loss.value" })
  }

  // MARK: Warm-up

  static func paths(_ level: (Int, Int) -> Double, points: Int = 200) -> [[SteadyPath]] {
    (0..<6).map { replication in
      [SteadyPath("the load of clicks", (0..<points).map { level(replication, $0) }, bin: .seconds(1))]
    }
  }

  @Test("MSER-5 on the averaged path sees how long a start takes") func warmUp() throws {
    let experiment = try Self.trial("one").loaded.experiment
    let noise = { (replication: Int, bin: Int) in Double((replication * 31 + bin * 17) % 7) / 100 }
    let slow = WarmUpCheck(Self.paths { noise($0, $1) + ($1 < 40 ? 1 - Double($1) / 40 : 0) }, of: experiment)
    guard case .cut(let cut, let subject) = slow else { throw TestFailure(what: "\(slow)") }
    #expect((30...45).contains(cut.inSeconds) && subject == "the load of clicks", "\(cut)")
    let never = WarmUpCheck(Self.paths { noise($0, $1) + Double($1) }, of: experiment)
    #expect(never == .unsettled(subject: "the load of clicks"))
    #expect(WarmUpCheck(Self.paths(noise, points: 49), of: experiment) == .fewPoints(49))
    #expect(WarmUpCheck(Array(Self.paths(noise).prefix(4)), of: experiment) == .fewReplications)
    var changing = experiment
    changing.producers[0].rate = .ramp(from: .init(1), to: .init(2), over: .seconds(5))
    #expect(WarmUpCheck(Self.paths(noise), of: changing) == .noSteadyState(because: "the rate of web changes"))
  }
}

/// Something that should have been otherwise.
struct TestFailure: Error, CustomStringConvertible {
  let what: String
  var description: String { what }
}
