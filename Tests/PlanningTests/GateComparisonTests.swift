import Experiment
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

  static func samples(_ experiment: Experiment, count: Int) -> [FigureSample] {
    let prepared = PreparedExperiment(experiment)
    return (0..<count).map { replication in
      var run = World(prepared, replication: replication)
      while !run.advance(limit: 100_000) {}
      return FigureSample(run.finish(isComplete: true), figures: figures)
    }
  }

  /// What is measured of it.
  static let figures = Figure.all(of: experiment(seed: 1))

  static func baseline(_ samples: [FigureSample], seed: UInt64, expected: [String] = []) -> Baseline {
    let figures = figures.enumerated().map { position, figure in
      Baseline.Figure(
        path: figure.path, values: samples.map { $0.values[position] }, place: Place(file: "b.json"))
    }
    return Baseline(
      file: "b.json", scenario: "small", version: "0", fingerprint: "", seed: seed,
      hashes: samples.map(\.trajectoryHash),
      expected: expected.map { .init(id: $0, place: Place(file: "b.json")) },
      figures: figures)
  }
}

@Suite struct GateComparisonTests {
  private func compare(
    _ old: [FigureSample], _ new: [FigureSample], seeds: (UInt64, UInt64) = (1, 1), tolerance: Double = 0.05,
    wanted: [String] = []
  ) -> GateComparison {
    GateComparison(
      Small.baseline(old, seed: seeds.0), new, of: Small.figures, seed: seeds.1, tolerance: tolerance,
      wanted: wanted.map { MetricPattern($0) })
  }

  @Test func `a scenario that nobody changed is identical`() {
    let seen = Small.samples(Small.experiment(seed: 3), count: 5)
    let comparison = compare(seen, seen)
    #expect(comparison.isIdentical && !comparison.hasRegressed && comparison.method == .paired)
    #expect(comparison.changes.count > 15)
  }

  @Test func `chance alone fails less than one in twenty`() {
    // Equal scenarios under other seeds: whatever differs is noise. One test as independent, one as if it were paired.
    var alarms = (welch: 0, paired: 0)
    let trials = 120
    for trial in 0..<UInt64(trials) {
      let old = Small.samples(Small.experiment(seed: 2 * trial + 1), count: 5)
      let new = Small.samples(Small.experiment(seed: 2 * trial + 2), count: 5)
      if compare(old, new, seeds: (1, 2)).hasRegressed { alarms.welch += 1 }
      if compare(old, new, seeds: (1, 1)).hasRegressed { alarms.paired += 1 }
    }
    // At 5 % nominal, more than 12 of 120 would come about once in a hundred.
    #expect(alarms.welch <= 12 && alarms.paired <= 12, "\(alarms) of \(trials)")
  }

  @Test func `a planted slow-down of five percent is found, and nothing else is blamed`() throws {
    for seed in UInt64(1)...10 {
      let old = Small.samples(Small.experiment(seed: seed), count: 10)
      let new = Small.samples(Small.experiment(seed: seed, slowness: 1.05), count: 10)
      let comparison = compare(old, new)
      let worse = comparison.changes.filter { $0.verdict == .worse }.map(\.path)
      #expect(worse.contains("producers.web.put_latency_ms.p50"), "seed \(seed): \(worse)")
      #expect(worse.allSatisfy { $0.contains("put_latency") }, "seed \(seed): \(worse)")
      #expect(compare(new, old).changes.allSatisfy { !$0.verdict.isRegression }, "faster is not worse")
      #expect(compare(new, old).changes.contains { $0.verdict == .better })
    }
  }

  @Test func `what has no better way is changed, and that counts`() {
    let old = Small.samples(Small.experiment(seed: 1), count: 5)
    let new = Small.samples(Small.experiment(seed: 1, size: 525), count: 5)
    let changed = compare(old, new).changes.filter { $0.verdict == .changed }.map(\.path)
    #expect(changed == ["streams.clicks.shard_utilization.mean"] || changed.isEmpty, "\(changed)")
    let larger = Small.samples(Small.experiment(seed: 1, size: 50_000), count: 5)
    #expect(compare(old, larger).changes.contains { $0.path.contains("utilization.mean") && $0.verdict == .changed })
    #expect(compare(old, larger).hasRegressed)
  }

  @Test(arguments: [1, 4])
  func `fewer than five replications are held against the tolerance`(count: Int) {
    let old = Small.samples(Small.experiment(seed: 1), count: count)
    let new = Small.samples(Small.experiment(seed: 1, slowness: 1.2), count: count)
    let strict = compare(old, new), loose = compare(old, new, tolerance: 0.5)
    #expect(strict.method == .tolerance && strict.hasRegressed && !loose.hasRegressed)
    #expect(strict.changes.allSatisfy { $0.p == nil && $0.difference == nil })
    #expect(compare(old, old, tolerance: 0).isIdentical)
    let more = Small.samples(Small.experiment(seed: 1), count: count + 1)
    #expect(compare(more, old, tolerance: 0).isIdentical, "only what both have is compared")
  }

  @Test func `a figure that is no longer measured fails, one that is new does not`() throws {
    let seen = Small.samples(Small.experiment(seed: 1), count: 5)
    var baseline = Small.baseline(seen, seed: 1)
    let silent = try #require(seen[0].values.firstIndex { $0 != nil })
    baseline.figures[silent].values = Array(repeating: nil, count: 5)
    var verdicts = GateComparison(baseline, seen, of: Small.figures, seed: 1, tolerance: 0, wanted: [])
    #expect(verdicts.changes.first { $0.path == baseline.figures[silent].path }?.verdict == .new)
    #expect(!verdicts.hasRegressed)
    if let position = seen[0].values.firstIndex(where: { $0 == nil }) {
      baseline.figures[position].values = [1, 1, 1, 1, 1]
      verdicts = GateComparison(baseline, seen, of: Small.figures, seed: 1, tolerance: 0, wanted: [])
      #expect(
        verdicts.changes.first { $0.path == baseline.figures[position].path }?.verdict == .gone && verdicts.hasRegressed
      )
    }
  }

  @Test func `only wanted figures are compared`() {
    let seen = Small.samples(Small.experiment(seed: 1), count: 2)
    let paths = compare(seen, seen, wanted: ["records.*", "*.put_latency_ms.p99"]).changes.map(\.path)
    #expect(paths.contains("records.lost") && paths.contains("producers.web.put_latency_ms.p99"))
    #expect(!paths.contains { $0.hasPrefix("streams.") })
  }
}
