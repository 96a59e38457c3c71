import KinesisCore
import Models
import Planning
import Scenario
import Simulation
import Testing
import Units

/// A small model that the gate is tried on.
enum Small {
  /// Ten seconds of a shard that takes all it is offered; `slowness` stretches the service's time, `size` the records.
  static func experiment(seed: UInt64, slowness: Double = 1, size: Int = 500, objectives: [Objective] = [])
    -> Experiment
  {
    var experiment = Experiment(
      name: "small", seed: seed, horizon: Horizon(duration: .seconds(10), reportBin: .seconds(1)),
      streams: [StreamSpec(name: "clicks", shards: 1)],
      producers: [
        ProducerSpec(
          name: "web", stream: 0, processes: 1, rate: .constant(RecordsPerSecond(30)), arrivals: .poisson,
          size: .drawn(.constant(Double(size))), keyBytes: 24, keys: KeySpec(.uniform(cardinality: 100)),
          batching: .putRecord, retry: RetrySpec())
      ],
      objectives: objectives)
    experiment.serviceTimes = ServiceTimes(
      put: .gamma(shape: 4, scale: 2e6 * slowness), getRecords: .constant(0), fanOut: .constant(0))
    return experiment
  }

  static func observations(_ experiment: Experiment, count: Int) -> [Observation] {
    let prepared = PreparedExperiment(experiment)
    return (0..<count).map { replication in
      var run = Run(prepared, replication: replication)
      while !run.advance(limit: 100_000) {}
      return Observation(run.finish(isComplete: true))
    }
  }

  static func baseline(_ observations: [Observation], seed: UInt64, expected: [String] = []) -> Baseline {
    let figures = observations[0].values.indices.map { position in
      Baseline.Figure(
        path: observations[0].values[position].path, values: observations.map { $0.values[position].value },
        place: Place(file: "b.json"))
    }
    return Baseline(
      file: "b.json", scenario: "small", version: "0", fingerprint: "", seed: seed,
      hashes: observations.map(\.trajectoryHash),
      expected: expected.map { .init(id: $0, place: Place(file: "b.json")) },
      figures: figures)
  }
}

@Suite struct GateComparisonTests {
  private func compare(
    _ old: [Observation], _ new: [Observation], seeds: (UInt64, UInt64) = (1, 1), tolerance: Double = 0.05,
    wanted: [String] = []
  ) -> GateComparison {
    GateComparison(
      Small.baseline(old, seed: seeds.0), new, seed: seeds.1, tolerance: tolerance, wanted: FigureFilter(wanted))
  }

  @Test func `a scenario that nobody changed is identical`() {
    let seen = Small.observations(Small.experiment(seed: 3), count: 5)
    let comparison = compare(seen, seen)
    #expect(comparison.isIdentical && !comparison.hasRegressed && comparison.method == .paired)
    #expect(comparison.changes.count > 15)
  }

  @Test func `chance alone fails less than one in twenty`() {
    // Equal scenarios under other seeds: whatever differs is noise. One test as independent, one as if it were paired.
    var alarms = (welch: 0, paired: 0)
    let trials = 120
    for trial in 0..<UInt64(trials) {
      let old = Small.observations(Small.experiment(seed: 2 * trial + 1), count: 5)
      let new = Small.observations(Small.experiment(seed: 2 * trial + 2), count: 5)
      if compare(old, new, seeds: (1, 2)).hasRegressed { alarms.welch += 1 }
      if compare(old, new, seeds: (1, 1)).hasRegressed { alarms.paired += 1 }
    }
    // At 5 % nominal, more than 12 of 120 would come about once in a hundred.
    #expect(alarms.welch <= 12 && alarms.paired <= 12, "\(alarms) of \(trials)")
  }

  @Test func `a planted slow-down of five percent is found, and nothing else is blamed`() throws {
    for seed in UInt64(1)...10 {
      let old = Small.observations(Small.experiment(seed: seed), count: 10)
      let new = Small.observations(Small.experiment(seed: seed, slowness: 1.05), count: 10)
      let comparison = compare(old, new)
      let worse = comparison.changes.filter { $0.verdict == .worse }.map(\.path)
      #expect(worse.contains("producers.web.put_latency_ms.p50"), "seed \(seed): \(worse)")
      #expect(worse.allSatisfy { $0.contains("put_latency") }, "seed \(seed): \(worse)")
      #expect(compare(new, old).changes.allSatisfy { !$0.verdict.isRegression }, "faster is not worse")
      #expect(compare(new, old).changes.contains { $0.verdict == .better })
    }
  }

  @Test func `what has no better way is changed, and that counts`() {
    let old = Small.observations(Small.experiment(seed: 1), count: 5)
    let new = Small.observations(Small.experiment(seed: 1, size: 525), count: 5)
    let changed = compare(old, new).changes.filter { $0.verdict == .changed }.map(\.path)
    #expect(changed == ["streams.clicks.shard_utilization.mean"] || changed.isEmpty, "\(changed)")
    let larger = Small.observations(Small.experiment(seed: 1, size: 50_000), count: 5)
    #expect(compare(old, larger).changes.contains { $0.path.contains("utilization.mean") && $0.verdict == .changed })
    #expect(compare(old, larger).hasRegressed)
  }

  @Test(arguments: [1, 4])
  func `fewer than five replications are held against the tolerance`(count: Int) {
    let old = Small.observations(Small.experiment(seed: 1), count: count)
    let new = Small.observations(Small.experiment(seed: 1, slowness: 1.2), count: count)
    let strict = compare(old, new), loose = compare(old, new, tolerance: 0.5)
    #expect(strict.method == .tolerance && strict.hasRegressed && !loose.hasRegressed)
    #expect(strict.changes.allSatisfy { $0.p == nil && $0.difference == nil })
    #expect(compare(old, old, tolerance: 0).isIdentical)
    let more = Small.observations(Small.experiment(seed: 1), count: count + 1)
    #expect(compare(more, old, tolerance: 0).isIdentical, "only what both have is compared")
  }

  @Test func `a figure that is no longer measured fails, one that is new does not`() throws {
    let seen = Small.observations(Small.experiment(seed: 1), count: 5)
    var baseline = Small.baseline(seen, seed: 1)
    let silent = try #require(baseline.figures.firstIndex { seen[0].value(of: $0.path) != nil })
    baseline.figures[silent].values = Array(repeating: nil, count: 5)
    var verdicts = GateComparison(baseline, seen, seed: 1, tolerance: 0, wanted: FigureFilter([]))
    #expect(verdicts.changes.first { $0.path == baseline.figures[silent].path }?.verdict == .new)
    #expect(!verdicts.hasRegressed)
    let unmeasured = Small.observations(Small.experiment(seed: 1), count: 5).first?.values.first { $0.value == nil }
    if let unmeasured, let position = baseline.figures.firstIndex(where: { $0.path == unmeasured.path }) {
      baseline.figures[position].values = [1, 1, 1, 1, 1]
      verdicts = GateComparison(baseline, seen, seed: 1, tolerance: 0, wanted: FigureFilter([]))
      #expect(verdicts.changes.first { $0.path == unmeasured.path }?.verdict == .gone && verdicts.hasRegressed)
    }
  }

  @Test func `only wanted figures are compared`() {
    let seen = Small.observations(Small.experiment(seed: 1), count: 2)
    let paths = compare(seen, seen, wanted: ["records.*", "*.put_latency_ms.p99"]).changes.map(\.path)
    #expect(paths.contains("records.lost") && paths.contains("producers.web.put_latency_ms.p99"))
    #expect(!paths.contains { $0.hasPrefix("streams.") })
  }

  @Test func `a star stands for any text`() {
    #expect(FigureFilter.matches("streams.*.put_throttle_rate", "streams.a.b.put_throttle_rate"))
    #expect(FigureFilter.matches("*", "records.lost") && FigureFilter.matches("records.lost", "records.lost"))
    #expect(!FigureFilter.matches("records.los", "records.lost") && !FigureFilter.matches("a*a", "a"))
    #expect(FigureFilter.matches("s*c*r*e", "streams.clicks.rate") && !FigureFilter.matches("s*x*e", "streams.rate"))
  }
}
