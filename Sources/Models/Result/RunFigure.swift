internal import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// A figure of a run that can be averaged over replications, compared between designs and held against a baseline, under
/// the path it has in run.json.
public struct RunFigure: Sendable {
  /// What kind of figure it is, which decides how surely replications can tell it.
  public enum Kind: Sendable, Hashable {
    /// A mean, a count, a share or an amount: the mean over replications and its t interval mean something.
    case plain
    /// A percentile, 0 to 100: few replications cover it badly.
    case percentile(Double)
    /// The largest that was seen: it grows with the length of the run, and few replications cover it badly.
    case extreme
  }

  /// A dotted path such as `streams.clicks.put_throttle_rate`.
  public let path: String
  /// What kind of figure.
  public let kind: Kind
  private let measure: @Sendable (RunResult) -> Double?

  /// Its value in a result of the experiment it was made for; nil when nothing was measured.
  public func value(in result: RunResult) -> Double? { measure(result) }

  fileprivate init(path: String, kind: Kind = .plain, value: @escaping @Sendable (RunResult) -> Double?) {
    (self.path, self.kind, measure) = (path, kind, value)
  }

  /// Every figure of a result, in a fixed order: the ledger, streams, producers, consumers, firehoses, objectives, cost.
  /// Results of one experiment have the same figures.
  public static func all(of result: RunResult) -> [RunFigure] {
    ledger + result.streams.indices.flatMap { stream($0, result.streams[$0].name) }
      + result.producers.indices.flatMap { producer($0, result.producers[$0].name) }
      + result.consumers.indices.flatMap { consumer($0, result.consumers[$0].name) }
      + result.firehoses.indices.flatMap { firehose($0, result.firehoses[$0].name) }
      + result.verdicts.indices.map { objective($0, result.verdicts[$0].objective) } + [cost]
  }

  /// An objective's value; its kind is that of its statistic.
  private static func objective(_ position: Int, _ objective: Objective) -> RunFigure {
    let kind: Kind =
      switch objective.statistic {
      case .percentile(let percent): .percentile(percent)
      case .max, .min: .extreme
      case .mean, .last, .sum, .rate: .plain
      }
    return RunFigure(path: "slo.\(objective.id).value", kind: kind) { $0.verdicts[position].value }
  }

  /// What the experiment's billing period costs, in US dollars; nothing when a price is missing.
  private static var cost: RunFigure {
    RunFigure(path: "cost.total_usd") { result in
      let bill = result.bill
      return bill.isPartial(nil) ? nil : bill.total.inDollars
    }
  }

  private static var ledger: [RunFigure] {
    [
      RunFigure(path: "records.offered") { Double($0.records.offered) },
      RunFigure(path: "records.accepted") { Double($0.records.accepted) },
      RunFigure(path: "records.throttled_attempts") { Double($0.records.throttledAttempts) },
      RunFigure(path: "records.lost") { Double($0.records.lost) },
      RunFigure(path: "records.in_flight") { Double($0.records.inFlight) },
    ]
  }

  private static func stream(_ position: Int, _ name: String) -> [RunFigure] {
    func figure(_ path: String, _ kind: Kind = .plain, _ value: @escaping @Sendable (StreamResult) -> Double?)
      -> RunFigure
    {
      RunFigure(path: "streams.\(name).\(path)", kind: kind) { value($0.streams[position]) }
    }
    func utilization(_ path: String, _ kind: Kind, _ value: @escaping @Sendable (UtilizationSummary) -> Double)
      -> RunFigure
    {
      figure("shard_utilization.\(path)", kind) { $0.secondView.shardSeconds > 0 ? value($0.utilization) : nil }
    }
    return [
      figure("put_throttle_rate") { $0.attempts > 0 ? $0.putThrottleRate.value : nil },
      figure("first_attempt_throttle_rate") { $0.firstAttempts > 0 ? $0.firstAttemptThrottleRate.value : nil },
      utilization("mean", .plain) { $0.mean }, utilization("p99", .percentile(99)) { $0.p99 },
      utilization("max", .extreme) { $0.max },
      figure("second_view.seconds_with_throttles") { Double($0.secondView.secondsWithThrottles) },
      figure("second_view.worst_demand", .extreme) { $0.secondView.worstDemand > 0 ? $0.secondView.worstDemand : nil },
      figure("shards_peak") { Double($0.shardsPeak) }, figure("shards_end") { Double($0.shardsEnd) },
    ]
  }

  private static func producer(_ position: Int, _ name: String) -> [RunFigure] {
    func figure(_ path: String, _ kind: Kind = .plain, _ value: @escaping @Sendable (ProducerResult) -> Double?)
      -> RunFigure
    {
      RunFigure(path: "producers.\(name).\(path)", kind: kind) { value($0.producers[position]) }
    }
    return [
      figure("lost") { Double($0.lost) }, figure("retries") { Double($0.retries) },
      figure("put_latency_ms.p50", .percentile(50)) { percentile(50, of: $0.putLatency) },
      figure("put_latency_ms.p99", .percentile(99)) { percentile(99, of: $0.putLatency) },
    ]
  }

  private static func consumer(_ position: Int, _ name: String) -> [RunFigure] {
    func figure(_ path: String, _ kind: Kind = .plain, _ value: @escaping @Sendable (ConsumerResult) -> Double?)
      -> RunFigure
    {
      RunFigure(path: "consumers.\(name).\(path)", kind: kind) { value($0.consumers[position]) }
    }
    return [
      figure("throttled_calls") { Double($0.throttledCalls) },
      figure("propagation_ms.p50", .percentile(50)) { percentile(50, of: $0.propagation) },
      figure("propagation_ms.p99", .percentile(99)) { percentile(99, of: $0.propagation) },
      figure("iterator_age_ms.max", .extreme) { $0.iteratorAgeMax.inMilliseconds },
      figure("iterator_age_ms.last") { $0.iteratorAgeLast.inMilliseconds },
    ]
  }

  private static func firehose(_ position: Int, _ name: String) -> [RunFigure] {
    func figure(_ path: String, _ kind: Kind = .plain, _ value: @escaping @Sendable (FirehoseResult) -> Double?)
      -> RunFigure
    {
      RunFigure(path: "firehoses.\(name).\(path)", kind: kind) { value($0.firehoses[position]) }
    }
    return [
      figure("objects") { Double($0.delivery.objects) },
      figure("object_bytes.mean") { $0.delivery.objects > 0 ? $0.delivery.sizes.mean : nil },
      figure("failed_records") { Double($0.ledger.failed) }, figure("lost_records") { Double($0.ledger.lost) },
      figure("data_freshness_s.p50", .percentile(50)) { percentile(50, of: $0.freshness).map { $0 / 1_000 } },
      figure("data_freshness_s.p99", .percentile(99)) { percentile(99, of: $0.freshness).map { $0 / 1_000 } },
    ]
  }

  private static func percentile(_ percent: Double, of times: LatencyHistogram) -> Double? {
    times.count > 0 ? times.percentile(percent).inMilliseconds : nil
  }
}
