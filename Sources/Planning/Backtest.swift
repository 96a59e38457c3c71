public import Experiment
public import Models
internal import Simulation
public import Units

/// A run beside what CloudWatch counted of the real stream: the same metrics, bin by bin, and whether they agree.
public struct Backtest: Sendable {
  /// One metric, twice.
  public struct Comparison: Sendable {
    /// Which.
    public var metric: ObservedMetrics.Metric
    /// Its sums a bin (of an age: maxima), equally many of both.
    public var observed: [Double], simulated: [Double]

    /// A comparison; as many bins of both.
    public init(metric: ObservedMetrics.Metric, observed: [Double], simulated: [Double]) {
      precondition(observed.count == simulated.count, "bins in pairs")
      (self.metric, self.observed, self.simulated) = (metric, observed, simulated)
    }

    /// The sum of all bins; of an age the largest.
    public var observedTotal: Double { observed.reduce(0, metric.gathering.of) }
    /// The sum of all bins; of an age the largest.
    public var simulatedTotal: Double { simulated.reduce(0, metric.gathering.of) }
    /// How far the totals lie apart, as a share of the observed one; nil when that is zero.
    public var error: Double? {
      observedTotal > 0 ? (simulatedTotal - observedTotal) / observedTotal : nil
    }
    /// The correlation of the bins; nil when one side has no spread.
    public var correlation: Double? { Statistics.correlation(observed, simulated) }
    /// The mean distance of the two in a bin.
    public var meanAbsoluteError: Double {
      Statistics.mean(zip(observed, simulated).map { ($0 - $1).magnitude })
    }
    /// The part of both that falls into the same bins, 0 to 1, over the larger total; 1 when both are zero.
    public var overlap: Double {
      let larger = max(observedTotal, simulatedTotal)
      return larger > 0 ? zip(observed, simulated).reduce(0) { $0 + min($1.0, $1.1) } / larger : 1
    }
  }
  /// Whether the run throttles as the real stream did.
  public enum Verdict: String, Sendable, Hashable {
    /// The totals are within `Backtest.tolerance` and fall into the same bins.
    case reproduced
    /// They do not.
    case notReproduced = "not_reproduced"
    /// The stream had another number of shards when it was observed than it has at the run's start.
    case otherShards = "other_shards"
    /// Neither was ever throttled.
    case noThrottles = "no_throttles"
    /// No throttles were observed, in the sense that nobody gave them.
    case unknown
  }

  /// How far the totals of throttles may lie apart, as a factor either way, and how much of them must fall into the same
  /// bins. Chosen: two seeds of one scenario with some thousand throttles lie within a tenth and overlap by four fifths.
  public static let tolerance = (factor: 1.25, overlap: 0.6)

  /// The stream.
  public let stream: String
  /// The bins compared: the least common multiple of the observed bins and the report's.
  public let width: Interval
  /// How many; only whole ones that both sides have.
  public let bins: Int
  /// How long after the run's start the first of them begins: what was observed may begin later.
  public let begin: Interval
  /// One for each metric observed, in the order of `ObservedMetrics.Metric`.
  public let comparisons: [Comparison]

  /// The stream's backtest; nil when nothing was observed of it, or no bin is whole.
  public init?(_ spec: StreamSpec, in run: RunResult) {
    guard let observed = spec.observed else { return nil }
    let horizon = run.experiment.horizon
    let width = Self.common(observed.width, horizon.reportBin)
    let offset = observed.start.map { $0 - horizon.start } ?? .zero
    let end = min(run.simulated, offset + observed.width * Int64(observed.bins))
    let first = Int((max(0, offset.nanoseconds) + width.nanoseconds - 1) / width.nanoseconds)
    let count = Int(max(0, end.nanoseconds) / width.nanoseconds)
    guard count > first else { return nil }
    (observedShards, shards) = (observed.shards, spec.shards)
    let reportBins = Int(width.nanoseconds / horizon.reportBin.nanoseconds)
    (stream, bins, self.width, begin) = (spec.name, count - first, width, width * Int64(first))
    comparisons = observed.series.map { series in
      var sums = [Double](repeating: 0, count: count)
      for (bin, sum) in series.sums.enumerated() {
        let place = (offset + observed.width * Int64(bin)).nanoseconds
        let index = Int(place / width.nanoseconds)
        if place >= 0, index < count { sums[index] = series.metric.gathering.of(sums[index], sum) }
      }
      let simulated = Self.simulated(series.metric, of: spec.name, in: run, by: reportBins, count: count)
      return Comparison(
        metric: series.metric, observed: Array(sums[first...]), simulated: Array(simulated[first...]))
    }
  }

  /// The comparison of a metric; nil when it was not observed.
  public subscript(metric: ObservedMetrics.Metric) -> Comparison? { comparisons.first { $0.metric == metric } }

  /// Throttles as they were given: those of all operations, or of PutRecords alone.
  public var throttles: Comparison? { self[.writeExceeded] ?? self[.putRecordsThrottled] }

  /// Shards the stream had when it was observed, if that is known, and at the run's start.
  public let observedShards: Int?, shards: Int

  /// Whether the throttles are reproduced.
  public var verdict: Verdict {
    guard let throttles else { return .unknown }
    guard observedShards ?? shards == shards else { return .otherShards }
    let (seen, run) = (throttles.observedTotal, throttles.simulatedTotal)
    if seen == 0, run == 0 { return .noThrottles }
    let isNear = run <= seen * Self.tolerance.factor && seen <= run * Self.tolerance.factor
    return isNear && throttles.overlap >= Self.tolerance.overlap ? .reproduced : .notReproduced
  }

  private static func simulated(
    _ metric: ObservedMetrics.Metric, of stream: String, in run: RunResult, by bins: Int, count: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    let series = run.series.first {
      $0.metric == metric.rawValue && $0.stream == stream && $0.consumer == nil && $0.firehose == nil
    }
    for sample in series?.samples ?? [] where sample.bin / bins < count {
      let value = metric.gathering == .sum ? sample.sum : sample.maximum
      sums[sample.bin / bins] = metric.gathering.of(sums[sample.bin / bins], value)
    }
    return sums
  }

  private static func common(_ a: Interval, _ b: Interval) -> Interval {
    var (x, y) = (a.nanoseconds, b.nanoseconds)
    while y != 0 { (x, y) = (y, x % y) }
    return a * (b.nanoseconds / x)
  }
}
