internal import Experiment
internal import KinesisCore
internal import Models
internal import Scenario
internal import Simulation
internal import Units

/// Measures whether `weir trace` finds the bursts behind throttles where they are hardest to tell: so much is refused that
/// records run out of attempts.
///
/// A stream whose minutes come in one burst of a known factor is simulated, seed by seed; the fit sees no more of it than
/// CloudWatch's minutes. Counted is how often the range that is told holds the truth, and how wide it is.
public struct BurstStudy: Sendable {
  /// What one seed came to.
  public struct Finding: Sendable, Hashable {
    /// The factor told; nil when none reproduces what was observed.
    public let best: Double?
    /// The range told; nil when there is none.
    public let range: ClosedRange<Double>?
    /// Records that the stream lost.
    public let lost: Int64
  }
  /// What all seeds came to.
  public struct Outcome: Sendable, Hashable {
    /// The truth.
    public let factor: Double
    /// How long it was observed.
    public let minutes: Int
    /// One for each seed, in order.
    public let findings: [Finding]

    /// How many seeds told a range, and how many of these hold the truth.
    public var told: Int { findings.count { $0.range != nil } }
    /// How many ranges hold the truth.
    public var covered: Int { findings.count { $0.range?.contains(factor) ?? false } }
    /// How many ranges reach no further than a half more and less than the root of their ends.
    public var narrow: Int { findings.count { $0.range.map { $0.upperBound <= 2.25 * $0.lowerBound } ?? false } }
    /// The middle factor told, of as many below as above; nil without any.
    public var median: Double? { Self.median(findings.compactMap(\.best)) }
    /// The middle of the ranges' lower and upper ends; nil without any.
    public var medianRange: ClosedRange<Double>? {
      let ranges = findings.compactMap(\.range)
      guard let low = Self.median(ranges.map(\.lowerBound)), let high = Self.median(ranges.map(\.upperBound)) else {
        return nil
      }
      return low...high
    }

    private static func median(_ values: [Double]) -> Double? {
      values.isEmpty ? nil : values.sorted()[values.count / 2]
    }
  }

  /// The burst, how long it is observed, and the seeds: from `seed` on.
  public let factor: Double, minutes: Int, seeds: Int, seed: UInt64

  /// A study of bursts of 1 to 60 times their minute's mean, over two minutes at the least.
  public init(factor: Double, minutes: Int, seeds: Int, seed: UInt64 = 1) {
    precondition((1...60).contains(factor) && minutes >= 2 && seeds >= 1, "no such burst")
    (self.factor, self.minutes, self.seeds, self.seed) = (factor, minutes, seeds, seed)
  }

  /// Simulates and fits every seed; the outcome does not depend on the number of workers.
  public func run(workers: Int) async -> Outcome {
    await withTaskGroup(of: (Int, Finding).self) { group in
      var next = 0
      func startOne() {
        guard next < seeds else { return }
        let position = next
        next += 1
        group.addTask { (position, self.finding(seed + UInt64(position))) }
      }
      for _ in 0..<max(1, workers) { startOne() }
      var findings: [Finding?] = Array(repeating: nil, count: seeds)
      for await (position, finding) in group {
        findings[position] = finding
        startOne()
      }
      return Outcome(factor: factor, minutes: minutes, findings: findings.compactMap(\.self))
    }
  }

  /// One seed: what CloudWatch counts of the stream, and the burst that is fitted to it.
  private func finding(_ seed: UInt64) -> Finding {
    let (metrics, lost) = observed(seed)
    let fit = fit(metrics)
    return Finding(best: fit?.isClose ?? false ? fit?.best?.factor : nil, range: fit?.range, lost: lost)
  }

  /// The fit of what was observed, with a sample of the keys; nil when nothing was refused.
  func fit(_ metrics: ObservedMetrics) -> BurstFit? {
    let keys = (0..<5_000).map { "key-\($0 % Self.keys)" }
    let profile = TrafficProfile(TraceInput(traffic: metrics, keys: .init(keys)), shards: 1, limits: .current)
    return TraceModel(profile, name: "orders", burst: nil, retry: .backOff).flatMap { BurstFit($0, limits: .current) }
  }

  private static let keys = 500

  /// What CloudWatch counts of a stream of one shard that is asked for a third of its bytes, all of a minute's in one burst;
  /// and how many records it lost.
  func observed(_ seed: UInt64) -> (metrics: ObservedMetrics, lost: Int64) {
    let length = Interval.milliseconds(Int64(clamping: 60_000 / factor))
    let horizon = Horizon(duration: .minutes(Int64(minutes)), reportBin: .minutes(1))
    let experiment = Experiment(
      name: "truth", seed: seed, horizon: horizon, streams: [StreamSpec(name: "orders", shards: 1)],
      producers: [
        ProducerSpec(
          name: "jobs", stream: 0, rate: .constant(RecordsPerSecond(20)),
          arrivals: .batch(every: .minutes(1), on: length, factor: factor, jitter: .zero),
          size: .drawn(.constant(18_000)), keyBytes: 7, keys: KeySpec(.uniform(cardinality: Self.keys)),
          retry: TraceModel.Retry.backOff.spec)
      ])
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 1_000_000) {}
    let result = run.finish(isComplete: true)
    func sums(_ metric: ObservedMetrics.Metric) -> [Double] {
      var sums = [Double](repeating: 0, count: minutes)
      for series in result.series where series.metric == metric.rawValue && series.stream == "orders" {
        for sample in series.samples { sums[sample.bin] += sample.sum }
      }
      return sums
    }
    let metrics: [ObservedMetrics.Metric] = [.incomingRecords, .incomingBytes, .writeExceeded]
    return (
      ObservedMetrics(start: nil, width: .minutes(1), series: metrics.map { .init($0, sums($0)) }), result.records.lost
    )
  }
}
