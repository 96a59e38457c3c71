import Experiment
import KinesisCore
import Pricing
import Scenario
import Simulation
import Units

@testable import Models
@testable import Reporting

/// A rich result made by hand: two hours of two streams, one with a shard that a single key overloads.
enum Fixture {
  static let start = Instant(seconds: 1_772_827_200)  // 2026-03-06T20:00:00Z
  static let duration = Interval.hours(2)
  static let warmup = Interval.minutes(5)
  static let fingerprint = Fingerprint(
    scenario: "name: iot-burst-hot-key", inputs: [], limits: .current, prices: .current, seed: 11,
    version: Version.current)

  static func report(
    _ results: [RunResult] = [result()], warnings: [String] = [],
    command: ShellLine? = ShellLine("weir", "run", of: ["iot-burst-hot-key.yaml"]).with("--seed", "11")
  ) -> Report {
    Report(
      results: results, fingerprint: fingerprint, warnings: warnings, command: command)
  }

  /// A manifest of the report, as if another scenario had made it with a setting.
  static func manifest(_ report: Report = report()) throws -> Manifest {
    let loaded = try ScenarioFile.load(text: ComparisonDocumentTests.text)
    let setting = Setting(path: "streams.s.shards", value: "2")
    return Manifest(
      report, of: loaded, settings: [setting], command: ShellLine("weir", "run", of: ["tiny.yaml"]).with([setting]))
  }

  static func at(_ seconds: Int64) -> Instant { start + .seconds(seconds) }

  /// The rich result.
  static func result(replication: Int = 0) -> RunResult {
    RunResult(
      experiment: experiment(), replication: replication, isComplete: true, simulated: duration,
      eventCount: 4_812_307, trajectoryHash: 0x0123_4567_89AB_CDEF, records: ledger(),
      streams: [hotStream(), calmStream()],
      producers: producers(), consumers: consumers(), usage: usage(), verdicts: verdicts(), series: series(),
      notes: notes(),
      notesOmitted: 12)
  }

  static func usage() -> Usage {
    var usage = Usage(over: duration)
    usage.add(.shardHour, scope: Scope(.stream, "telemetry"), 8 * Int128(duration.nanoseconds))
    usage.add(.putPayloadUnit, scope: Scope(.stream, "telemetry"), 18_000_000)
    usage.add(.deliveryChannel, scope: Scope(.channel, "lake"), 1 << 30)
    return usage
  }

  /// One stream in which nothing was refused, no consumer, no objective.
  static func calm() -> RunResult {
    var result = result()
    result.streams = [calmStream()]
    result.consumers = []
    result.experiment.consumers = []
    result.verdicts = []
    result.notes = []
    result.notesOmitted = 0
    result.producers = [producer("gateway", offered: 36_000, lost: 0, milliseconds: 8)]
    result.records = RecordLedger()
    (result.records.offered, result.records.accepted) = (36_000, 36_000)
    return result
  }

  /// A run in which no record was ever offered.
  static func empty() -> RunResult {
    var result = calm()
    result.records = RecordLedger()
    result.producers = [producer("gateway", offered: 0, lost: 0, milliseconds: nil)]
    var stream = calmStream()
    (stream.attempts, stream.firstAttempts, stream.incomingRecords, stream.incomingBytes) = (0, 0, 0, .zero)
    stream.utilization = UtilizationSummary()
    stream.minuteView = MinuteView(at: start)
    stream.secondView = SecondView(at: start)
    result.streams = [stream]
    result.series = []
    return result
  }

  static func experiment() -> Experiment {
    Experiment(
      name: "iot-burst-hot-key", description: "50k meters report on the minute; one gateway is 6 % of all traffic.",
      seed: 11, horizon: Horizon(start: start, duration: duration, warmup: warmup),
      streams: [StreamSpec(name: "telemetry", shards: 4), StreamSpec(name: "audit", shards: 1)],
      producers: [
        ProducerSpec(name: "meters", stream: 0, rate: .constant(RecordsPerSecond(2_500)), size: .drawn(.constant(350)))
      ])
  }

  static func ledger() -> RecordLedger {
    var ledger = RecordLedger()
    (ledger.offered, ledger.accepted, ledger.lost, ledger.inFlight) = (18_036_000, 18_034_716, 1_234, 50)
    (ledger.throttledAttempts, ledger.diverted) = (612_345, 100)
    return ledger
  }

  // MARK: Producers and consumers

  static func producers() -> [ProducerResult] {
    var meters = producer("meters", offered: 18_000_000, lost: 1_234, milliseconds: 9)
    (meters.lostByAttempts, meters.lostByAge, meters.dropped, meters.diverted) = (1_000, 34, 100, 100)
    (meters.inFlight, meters.retries, meters.accepted) = (50, 611_111, 17_998_716)
    meters.peakBuffer = Bytes(13_841_203)
    return [meters, producer("gateway", offered: 36_000, lost: 0, milliseconds: 8)]
  }

  static func producer(_ name: String, offered: Int64, lost: Int64, milliseconds: Int64?) -> ProducerResult {
    ProducerResult(
      name: name, offered: offered, accepted: offered - lost, lost: lost, inFlight: 0, lostByAttempts: 0, lostByAge: 0,
      dropped: 0, diverted: 0, retries: 0, putLatency: milliseconds.map(times) ?? LatencyHistogram(),
      peakBuffer: .kibibytes(12))
  }

  static func consumers() -> [ConsumerResult] {
    let alerts = ConsumerResult(
      name: "alerts", records: 17_000_000, calls: 28_800, throttledCalls: 120, propagation: times(170),
      iteratorAgeMax: .seconds(95), iteratorAgeLast: .seconds(62), backlog: 1_034_716, expired: 0)
    let archive = ConsumerResult(
      name: "archive", records: 18_034_000, calls: 96, throttledCalls: 0, propagation: times(70),
      iteratorAgeMax: .milliseconds(140), iteratorAgeLast: .zero, backlog: 716, expired: 0)
    return [alerts, archive]
  }

  /// A thousand times from `typical` upwards, with a tail.
  static func times(_ typical: Int64) -> LatencyHistogram {
    var times = LatencyHistogram()
    for step in 0..<1_000 as Range<Int64> { times.record(.microseconds(typical * 1_000 + step * typical)) }
    times.record(.milliseconds(typical * 20), count: 8)
    return times
  }

  // MARK: Objectives

  static func verdicts() -> [ObjectiveVerdict] {
    [
      verdict("loss", "records_lost(producer=gateway).sum == 0 records", .recordsLost(producer: 1), .sum, .equal, 0, 0),
      verdict(
        "throttle", "put_throttle_rate(stream=telemetry).rate < 1 %", .putThrottleRate(stream: 0), .rate, .less, 0.01,
        0.231, window: .minutes(1), brokenAt: at(871)),
      verdict(
        "hot-shard", "shard_utilization(stream=telemetry).p99 < 90 %", .shardUtilization(stream: 0), .percentile(99),
        .less, 0.9, 1, severity: .warn, brokenAt: at(420)),
      verdict(
        "late", "propagation(consumer=batch).p99 < 5 s", .propagation(consumer: nil), .percentile(99), .less, 5_000,
        nil,
        passing: false),
    ]
  }

  static func verdict(
    _ id: String, _ expression: String, _ metric: Objective.Metric, _ statistic: Objective.Statistic,
    _ comparison: Objective.Comparison, _ threshold: Double, _ value: Double?, window: Interval? = nil,
    severity: Objective.Severity = .fail, brokenAt: Instant? = nil, passing: Bool? = nil
  ) -> ObjectiveVerdict {
    let objective = Objective(
      id: id, expression: expression, metric: metric, statistic: statistic, comparison: comparison,
      threshold: threshold, window: window, severity: severity,
      because: id == "throttle" ? "meters retry in step, so refusals breed refusals" : nil)
    let isPassing = passing ?? value.map { comparison.holds($0, threshold) } ?? true
    return ObjectiveVerdict(
      objective: objective, value: value, isPassing: isPassing, firstBrokenAt: brokenAt,
      windows: window == nil ? 0 : 115, windowsBroken: window == nil || isPassing ? 0 : 37)
  }

  // MARK: Series and notes

  static func series() -> [MetricSeries] {
    let samples = (0..<120).map {
      MetricSeries.Sample(bin: $0, sum: Double(150_000 + $0), minimum: 0.5, maximum: 500, count: 300)
    }
    return [
      MetricSeries(metric: "IncomingRecords", unit: "Count", stream: "telemetry", samples: samples),
      MetricSeries(
        metric: "SubscribeToShardEvent.MillisBehindLatest", unit: "Milliseconds", stream: "telemetry",
        consumer: "archive", samples: Array(samples.dropFirst(2))),
    ]
  }

  static func notes() -> [Note] {
    (0..<25).map { position in
      Note(
        at: at(Int64(300 + position * 60)), kind: position % 2 == 0 ? .throttleBegan : .throttleEnded,
        subject: "telemetry/shardId-000000000003", detail: "records, asked for \"2.4\" × its limit, 1,204 refused")
    }
  }
}
