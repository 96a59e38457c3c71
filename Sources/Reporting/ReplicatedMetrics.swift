internal import KinesisCore
public import Models
internal import Simulation
internal import Units

/// The figures that replications are averaged over, under the paths they have in run.json.
public enum ReplicatedMetrics {
  /// The t interval of a sample at a level such as 0.95: mean and half-width; nil with fewer than two values.
  public typealias IntervalRule = (_ values: [Double], _ level: Double) -> (mean: Double, halfWidth: Double)?

  /// Every figure of the fixed list, in its order, that was measured in all the results.
  ///
  /// `results` are replications of one experiment, in order. A latency without a single record in one of them is left
  /// out: the mean of the others would describe something else.
  public static func of(_ results: [RunResult], level: Double, interval: IntervalRule) -> [ReplicatedMetric] {
    guard let first = results.first else { return [] }
    return figures(of: first).compactMap { figure in
      let values = results.compactMap(figure.value)
      guard values.count == results.count else { return nil }
      if let (mean, halfWidth) = interval(values, level) {
        return ReplicatedMetric(path: figure.path, mean: mean, halfWidth: halfWidth, level: level)
      }
      let mean = values.reduce(0, +) / Double(values.count)
      return ReplicatedMetric(path: figure.path, mean: mean, halfWidth: nil, level: level)
    }
  }

  private struct Figure {
    var path: String
    var value: (RunResult) -> Double?
  }

  private static func figures(of result: RunResult) -> [Figure] {
    ledger + result.streams.indices.flatMap { stream($0, result.streams[$0].name) }
      + result.producers.indices.flatMap { producer($0, result.producers[$0].name) }
      + result.consumers.indices.flatMap { consumer($0, result.consumers[$0].name) }
      + result.firehoses.indices.flatMap { firehose($0, result.firehoses[$0].name) }
      + result.verdicts.indices.map { position in
        Figure(path: "slo.\(result.verdicts[position].objective.id).value") { $0.verdicts[position].value }
      }
  }

  private static var ledger: [Figure] {
    [
      Figure(path: "records.offered") { Double($0.records.offered) },
      Figure(path: "records.accepted") { Double($0.records.accepted) },
      Figure(path: "records.throttled_attempts") { Double($0.records.throttledAttempts) },
      Figure(path: "records.lost") { Double($0.records.lost) },
      Figure(path: "records.in_flight") { Double($0.records.inFlight) },
    ]
  }

  private static func stream(_ position: Int, _ name: String) -> [Figure] {
    func figure(_ path: String, _ value: @escaping (StreamResult) -> Double?) -> Figure {
      Figure(path: "streams.\(name).\(path)") { value($0.streams[position]) }
    }
    func utilization(_ path: String, _ value: @escaping (UtilizationSummary) -> Double) -> Figure {
      figure("shard_utilization.\(path)") { $0.secondView.shardSeconds > 0 ? value($0.utilization) : nil }
    }
    return [
      figure("put_throttle_rate") { $0.attempts > 0 ? $0.putThrottleRate.value : nil },
      figure("first_attempt_throttle_rate") { $0.firstAttempts > 0 ? $0.firstAttemptThrottleRate.value : nil },
      utilization("mean", \.mean), utilization("p99", \.p99), utilization("max", \.max),
      figure("second_view.seconds_with_throttles") { Double($0.secondView.secondsWithThrottles) },
      figure("second_view.worst_demand") { $0.secondView.worstDemand > 0 ? $0.secondView.worstDemand : nil },
      figure("shards_peak") { Double($0.shardsPeak) }, figure("shards_end") { Double($0.shardsEnd) },
    ]
  }

  private static func producer(_ position: Int, _ name: String) -> [Figure] {
    func figure(_ path: String, _ value: @escaping (ProducerResult) -> Double?) -> Figure {
      Figure(path: "producers.\(name).\(path)") { value($0.producers[position]) }
    }
    return [
      figure("lost") { Double($0.lost) }, figure("retries") { Double($0.retries) },
      figure("put_latency_ms.p50") { percentile(50, of: $0.putLatency) },
      figure("put_latency_ms.p99") { percentile(99, of: $0.putLatency) },
    ]
  }

  private static func consumer(_ position: Int, _ name: String) -> [Figure] {
    func figure(_ path: String, _ value: @escaping (ConsumerResult) -> Double?) -> Figure {
      Figure(path: "consumers.\(name).\(path)") { value($0.consumers[position]) }
    }
    return [
      figure("throttled_calls") { Double($0.throttledCalls) },
      figure("propagation_ms.p50") { percentile(50, of: $0.propagation) },
      figure("propagation_ms.p99") { percentile(99, of: $0.propagation) },
      figure("iterator_age_ms.max") { $0.iteratorAgeMax.inMilliseconds },
      figure("iterator_age_ms.last") { $0.iteratorAgeLast.inMilliseconds },
    ]
  }

  private static func firehose(_ position: Int, _ name: String) -> [Figure] {
    func figure(_ path: String, _ value: @escaping (FirehoseResult) -> Double?) -> Figure {
      Figure(path: "firehoses.\(name).\(path)") { value($0.firehoses[position]) }
    }
    return [
      figure("objects") { Double($0.delivery.objects) },
      figure("object_bytes.mean") { $0.delivery.objects > 0 ? $0.delivery.sizes.mean : nil },
      figure("failed_records") { Double($0.ledger.failed) }, figure("lost_records") { Double($0.ledger.lost) },
      figure("data_freshness_s.p50") { percentile(50, of: $0.freshness).map { $0 / 1_000 } },
      figure("data_freshness_s.p99") { percentile(99, of: $0.freshness).map { $0 / 1_000 } },
    ]
  }

  private static func percentile(_ percent: Double, of times: LatencyHistogram) -> Double? {
    times.count > 0 ? times.percentile(percent).inMilliseconds : nil
  }
}
