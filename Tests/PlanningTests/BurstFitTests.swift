import Experiment
import KinesisCore
import Models
import Planning
import Scenario
import Testing
import Units

@Suite("Bursts behind throttles")
struct BurstFitTests {
  /// What CloudWatch would have counted of a stream whose minutes come in a burst of some factor.
  private static func observed(_ factor: Double, minutes: Int64, seed: UInt64) throws -> (
    ObservedMetrics, lost: Int64
  ) {
    let burst = try StatedBurst(factor: factor, length: nil, width: .minutes(1))
    var experiment = Experiment(
      name: "truth", seed: seed, horizon: Horizon(duration: .minutes(minutes), reportBin: .minutes(1)),
      streams: [StreamSpec(name: "orders", shards: 1)],
      producers: [
        ProducerSpec(
          name: "jobs", stream: 0, rate: .constant(RecordsPerSecond(20)),
          arrivals: .batch(every: burst.every, on: burst.length, factor: factor, jitter: .zero),
          size: .drawn(.constant(18_000)), keyBytes: 7, keys: KeySpec(.uniform(cardinality: 500)),
          retry: RetrySpec(policy: .exponentialFullJitter, maxAttempts: 10, cap: .seconds(5)))
      ])
    experiment.limits = .current
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 1_000_000) {}
    let result = run.finish(isComplete: true)
    func sums(_ metric: ObservedMetrics.Metric) -> [Double] {
      var sums = [Double](repeating: 0, count: Int(minutes))
      for series in result.series where series.metric == metric.rawValue && series.stream == "orders" {
        for sample in series.samples { sums[sample.bin] += sample.sum }
      }
      return sums
    }
    let metrics = ObservedMetrics(
      start: nil, width: .minutes(1),
      series: [
        .init(.incomingRecords, sums(.incomingRecords)), .init(.incomingBytes, sums(.incomingBytes)),
        .init(.writeExceeded, sums(.writeExceeded)),
      ])
    return (metrics, result.records.lost)
  }

  /// The fit of what was observed, and how many records were lost.
  private static func fit(_ factor: Double, minutes: Int64, seed: UInt64) throws -> (BurstFit, lost: Int64) {
    let (metrics, lost) = try observed(factor, minutes: minutes, seed: seed)
    let keys = (0..<5_000).map { "key-\($0 % 500)" }
    let profile = TrafficProfile(
      TraceInput(traffic: metrics, keys: .init(keys)), shards: 1, limits: .current)
    let model = try #require(TraceModel(profile, name: "orders", burst: nil, retry: .backOff))
    return (try #require(BurstFit(model, limits: .current)), lost)
  }

  @Test(
    "a burst is found whose records are lost in part: up to 20 its factor is among those named, and where one is named it is right",
    arguments: [(5.0, 4), (12, 4), (20, 6), (30, 6)] as [(Double, Int64)])
  func found(_ factor: Double, minutes: Int64) throws {
    let (fit, lost) = try Self.fit(factor, minutes: minutes, seed: 11)
    let best = try #require(fit.best), range = try #require(fit.range, "\(fit.trials)")
    #expect(fit.isClose && range.contains(best.factor), "\(best.factor) in \(range)")
    // Six minutes of 30 times look like 46, from 36 to 60 (docs/trace.md): no one factor is claimed, but the range is too narrow.
    #expect(factor >= 30 ? !fit.tellsOneFactor : range.contains(factor), "\(best.factor) in \(range)")
    #expect(!fit.tellsOneFactor || (best.factor / factor - 1).magnitude <= 0.1)
    // Not everything is a range: twice either way at most, and 5 is told.
    #expect(range.upperBound <= 2 * factor && range.lowerBound >= factor / 2)
    #expect(factor > 5 || fit.tellsOneFactor)
    #expect(lost > 0 && best.lossPerRefusal > 0)
  }
}
