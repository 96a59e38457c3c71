internal import KinesisCore
internal import Models
internal import Planning
internal import Simulation
internal import Units

/// `run.json`: the `weir.run/v1` document that tools build on.
///
/// Keys are sorted; times are in the unit their name ends in, instants RFC 3339 in UTC; what was not measured is null.
public struct RunJSON: Sendable {
  private let report: Report

  /// The document of a report.
  public init(_ report: Report) { self.report = report }

  /// The document as text, with a newline at its end.
  public var text: String { value.text }

  /// The document as a tree.
  public var value: JSONValue {
    let run = report.main
    var members: [String: JSONValue] = [
      "schema": "weir.run/v1", "scenario": .string(run.experiment.name), "seed": .count(run.experiment.seed),
      "version": .string(Version.current), "fingerprint": .string(report.fingerprint.hex),
      "trajectory_hash": Self.hash(run), "complete": .bool(report.isComplete), "passed": .bool(report.isPassing),
      "simulated_s": .number(run.simulated.inSeconds), "resolution": "record", "events": .count(run.eventCount),
      "replication": .count(run.replication), "warnings": .array(report.warnings.map { .string($0) }),
      "cost": BillFigures(run.bill).json,
    ]
    members["records"] = Self.records(run.records)
    members["streams"] = .object(Self.byName(run.streams, \.name) { Self.stream($0, of: run) })
    members["producers"] = .object(Self.byName(run.producers, \.name, Self.producer))
    members["consumers"] = .object(Self.byName(run.consumers, \.name, Self.consumer))
    members["firehoses"] = .object(Self.byName(run.firehoses, \.name, Self.firehose))
    members["slo"] = .array(report.judgements.map(objective))
    members["limits"] = Self.limits(run.experiment.limits)
    if report.results.count > 1 { members["replications"] = replications }
    if !run.channels.isEmpty { members["channels"] = Self.channels(run) }
    if !run.experiment.neighbours.isEmpty { members["neighbours"] = Self.neighbours(run.experiment) }
    return .object(members)
  }

  private var replications: JSONValue {
    let metrics = Self.byName(report.replicated, \.path) { metric in
      [
        "mean": .number(metric.mean), "half_width": .optional(metric.halfWidth),
        "level": .number(Report.level), "withheld": metric.withheld.map { .string($0.rawValue) } ?? .null,
      ]
    }
    return [
      "n": .count(report.results.count), "metrics": .object(metrics),
      "passed": .count(report.results.count { $0.isPassing }),
      "trajectory_hashes": .array(report.results.map(Self.hash)),
    ]
  }

  private func objective(_ judgement: Report.Judgement) -> JSONValue {
    let verdict = judgement.verdict
    var members: [String: JSONValue] = [
      "id": .string(verdict.objective.id), "expr": .string(verdict.objective.expression),
      "value": .optional(verdict.value), "passed": .bool(verdict.isPassing),
      "severity": .string(verdict.objective.severity.rawValue), "first_broken_at": Self.instant(verdict.firstBrokenAt),
      "windows": .count(verdict.windows), "windows_broken": .count(verdict.windowsBroken),
    ]
    guard report.results.count > 1 else { return .object(members) }
    members["replication"] = .count(judgement.replication)
    members["replications_broken"] = .count(judgement.replicationsBroken)
    return .object(members)
  }

  // MARK: The parts of one result

  private static func records(_ ledger: RecordLedger) -> JSONValue {
    [
      "offered": .count(ledger.offered), "accepted": .count(ledger.accepted), "lost": .count(ledger.lost),
      "throttled_attempts": .count(ledger.throttledAttempts), "diverted": .count(ledger.diverted),
      "in_flight": .count(ledger.inFlight), "duplicates": .count(ledger.duplicates),
    ]
  }

  private static func stream(_ stream: StreamResult, of run: RunResult) -> JSONValue {
    let isMeasured = stream.secondView.shardSeconds > 0
    var members: [String: JSONValue] = [
      "put_throttle_rate": measured(stream.putThrottleRate.value, stream.attempts > 0),
      "first_attempt_throttle_rate": measured(stream.firstAttemptThrottleRate.value, stream.firstAttempts > 0),
      "attempts": .count(stream.attempts), "throttled_attempts": .count(stream.throttledAttempts),
      "first_attempts": .count(stream.firstAttempts),
      "throttled_first_attempts": .count(stream.throttledFirstAttempts),
      "shards_start": .count(stream.shardsStart), "shards_peak": .count(stream.shardsPeak),
      "shards_end": .count(stream.shardsEnd),
      "shard_utilization": [
        "mean": measured(stream.utilization.mean, isMeasured), "p99": measured(stream.utilization.p99, isMeasured),
        "max": measured(stream.utilization.max, isMeasured),
      ],
      "mode": .string(stream.modeStart.rawValue), "mode_end": .string(stream.modeEnd.rawValue),
      "incoming_bytes": .count(stream.incomingBytes.count), "incoming_records": .count(stream.incomingRecords),
      "reshards": .array(stream.reshards.map(reshard)), "minute_view": minutes(stream.minuteView),
      "second_view": seconds(stream.secondView, measured: run.measuredSeconds),
    ]
    if let scaler = stream.autoscaler { members["autoscaler"] = autoscaler(scaler) }
    let spec = run.experiment.streams.first { $0.name == stream.name }
    if let backtest = spec.flatMap({ BacktestFigures($0, of: run) }) { members["backtest"] = backtest.json }
    return .object(members)
  }

  private static func minutes(_ view: MinuteView) -> JSONValue {
    let isMeasured = view.minutes > 0
    return [
      "busiest_minute": instant(isMeasured ? view.busiestMinute : nil),
      "stream_utilization": measured(view.streamUtilization, isMeasured),
      "hottest_shard_utilization": measured(view.hottestShardUtilization, isMeasured),
      "minutes_with_throttles": .count(view.minutesWithThrottles), "minutes": .count(view.minutes),
    ]
  }

  private static func seconds(_ view: SecondView, measured seconds: Int64) -> JSONValue {
    let isMeasured = view.worstDemand > 0
    return [
      "worst_second": instant(isMeasured ? view.worstSecond : nil),
      "worst_shard": isMeasured ? .string(view.worstShard.description) : nil,
      "worst_demand": measured(view.worstDemand, isMeasured), "seconds": .count(seconds),
      "seconds_with_throttles": .count(view.secondsWithThrottles), "shard_seconds": .count(view.shardSeconds),
      "shard_seconds_with_throttles": .count(view.shardSecondsWithThrottles),
    ]
  }

  private static func reshard(_ change: Reshard) -> JSONValue {
    [
      "kind": .string(change.kind.rawValue), "requested_at": instant(change.requestedAt),
      "finished_at": instant(change.finishedAt),
      "duration_s": .optional(change.finishedAt.map { ($0 - change.requestedAt).inSeconds }),
      "shards_before": .count(change.shardsBefore), "shards_after": .count(change.shardsAfter),
      "refusal": .optional(change.refusal),
    ]
  }

  private static func producer(_ producer: ProducerResult) -> JSONValue {
    var members: [String: JSONValue] = [
      "offered": .count(producer.offered), "accepted": .count(producer.accepted), "lost": .count(producer.lost),
      "in_flight": .count(producer.inFlight), "retries": .count(producer.retries),
      "lost_by": [
        "attempts": .count(producer.lostByAttempts), "age": .count(producer.lostByAge),
        "dropped": .count(producer.dropped), "diverted": .count(producer.diverted),
      ],
      "put_latency_ms": latency(producer.putLatency), "peak_buffer_bytes": .count(producer.peakBuffer.count),
      "duplicates": .count(producer.duplicates),
    ]
    members["client"] = producer.client.map(client)
    return .object(members)
  }

  private static func consumer(_ consumer: ConsumerResult) -> JSONValue {
    var members: [String: JSONValue] = [
      "records": .count(consumer.records), "calls": .count(consumer.calls),
      "throttled_calls": .count(consumer.throttledCalls), "propagation_ms": latency(consumer.propagation),
      "iterator_age_ms": [
        "max": .number(consumer.iteratorAgeMax.inMilliseconds),
        "last": .number(consumer.iteratorAgeLast.inMilliseconds),
      ],
      "backlog_records": .count(consumer.backlog), "expired_records": .count(consumer.expired),
      "duplicate_records": .count(consumer.duplicates), "skipped_records": .count(consumer.skipped),
    ]
    if let function = consumer.function { members["function"] = Self.function(function) }
    if let flink = consumer.flink { members["flink"] = Self.flink(flink) }
    return .object(members)
  }

  private static func limits(_ profile: LimitsProfile) -> JSONValue {
    let values = byName(profile.limits, \.key.name) { .count($0.value) }
    return ["profile": .string(profile.name), "values": .object(values)]
  }

  // MARK: Small pieces

  static func latency(_ times: LatencyHistogram) -> JSONValue {
    func figure(_ time: Interval) -> JSONValue { measured(time.inMilliseconds, times.count > 0) }
    return [
      "p50": figure(times.percentile(50)), "p90": figure(times.percentile(90)), "p95": figure(times.percentile(95)),
      "p99": figure(times.percentile(99)), "p99_9": figure(times.percentile(99.9)), "max": figure(times.max),
      "mean": figure(times.mean), "count": .count(times.count),
    ]
  }

  static func measured(_ value: Double, _ isMeasured: Bool) -> JSONValue {
    isMeasured ? .number(value) : .null
  }

  static func instant(_ instant: Instant?) -> JSONValue { .optional(instant.map(CivilTime.text)) }

  private static func hash(_ run: RunResult) -> JSONValue {
    .string(JSONValue.hexadecimal(run.trajectoryHash, digits: 16))
  }

  static func byName<Part>(
    _ parts: [Part], _ name: (Part) -> String, _ value: (Part) -> JSONValue
  ) -> [String: JSONValue] {
    Dictionary(parts.map { (name($0), value($0)) }) { first, _ in first }
  }
}

extension RunResult {
  /// Whole seconds after the warm-up: those that rates and views look at.
  var measuredSeconds: Int64 {
    max(0, (simulated - experiment.horizon.warmup).nanoseconds / 1_000_000_000)
  }
}
