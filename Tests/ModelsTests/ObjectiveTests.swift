import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

private func objective(
  _ metric: Objective.Metric, _ statistic: Objective.Statistic, _ comparison: Objective.Comparison, _ threshold: Double,
  window: Int64? = nil, severity: Objective.Severity = .fail
) -> Objective {
  Objective(
    id: "it", expression: "it", metric: metric, statistic: statistic, comparison: comparison, threshold: threshold,
    window: window.map { .seconds($0) }, severity: severity)
}

/// One shard, paced records, puts of 10 ms, reads of 40 ms: every figure can be worked out by hand.
private func experiment(
  seconds: Int64 = 100, curve: RateCurve = .constant(RecordsPerSecond(10)), warmup: Int64 = 0,
  consumer: ConsumerSpec? = nil,
  retry: RetrySpec = RetrySpec(), _ objectives: [Objective]
) -> Experiment {
  var producer = Fixture.single(curve: curve, arrivals: .paced)
  (producer.keys, producer.retry) = (KeySpec(.single), retry)
  var experiment = Fixture.experiment(
    seconds: seconds, shards: 1, producers: [producer], consumers: consumer.map { [$0] } ?? [], objectives: objectives,
    warmup: .seconds(warmup))
  experiment.serviceTimes = ServiceTimes(put: .constant(10e6), getRecords: .constant(40e6), fanOut: .constant(60e6))
  return experiment
}

private func verdict(_ experiment: Experiment) -> ObjectiveVerdict { Fixture.result(of: experiment).verdicts[0] }

private func stages(_ parts: (Int64, Double)...) -> RateCurve {
  .stages(parts.map { .init(length: .seconds($0.0), rate: RecordsPerSecond($0.1), shape: .hold) })
}

@Suite("Objectives")
struct ObjectiveTests {
  /// A metric and a statistic, and what it comes to, within a tolerance.
  struct Case: Sendable, CustomTestStringConvertible {
    let metric: Objective.Metric
    let statistic: Objective.Statistic
    let value: Double
    let tolerance: Double
    var testDescription: String { "\(metric) \(statistic)" }
  }

  @Test("a number of the catalogue is judged as it stands when the run ends") func atTheEnd() throws {
    let busy = Objective.Metric.figure("producers.NAME.lost", of: Fixture.single().name)
    var experiment = experiment(curve: Self.overload, [objective(busy, .last, .less, 5)])
    let result = Fixture.result(of: experiment), verdict = result.verdicts[0]
    #expect(verdict.value == Double(result.producers[0].lost) && !verdict.isPassing)
    #expect(verdict.firstBrokenAt == result.experiment.horizon.start + result.simulated)
    #expect(result.notes.last?.kind == .objectiveBroken)
    experiment.objectives = [
      objective(busy, .last, .less, 1e6), objective(.figure("producers.NAME.lost", of: "x"), .last, .less, 1),
    ]
    let others = Fixture.result(of: experiment).verdicts
    #expect(others[0].isPassing && others[0].firstBrokenAt == nil)
    #expect(others[1].value == nil && !others[1].isPassing, "there is no such producer")
  }

  /// 2,000 records a second for ten seconds into a shard that takes 1,000 + 1,000 · t of them, then 100 a second.
  private static let overload = stages((10, 2_000), (90, 100))

  static let loads: [Case] = [
    Case(metric: .putThrottleRate(stream: 0), statistic: .rate, value: 9_000.0 / 29_000, tolerance: 0.001),
    Case(metric: .putThrottleRate(stream: nil), statistic: .rate, value: 9_000.0 / 29_000, tolerance: 0.001),
    Case(metric: .firstAttemptThrottleRate(stream: 0), statistic: .rate, value: 9_000.0 / 29_000, tolerance: 0.001),
    Case(metric: .recordsLost(producer: 0), statistic: .sum, value: 9_000, tolerance: 20),
    Case(metric: .recordsLost(producer: nil), statistic: .sum, value: 9_000, tolerance: 20),
    Case(metric: .putLatency(producer: 0), statistic: .mean, value: 10, tolerance: 0.01),
    Case(metric: .putLatency(producer: nil), statistic: .percentile(99.9), value: 10, tolerance: 0.01),
    Case(metric: .putLatency(producer: 0), statistic: .max, value: 10, tolerance: 0.01),
    Case(metric: .shardUtilization(stream: 0), statistic: .max, value: 1.99, tolerance: 0.02),
    Case(metric: .shardUtilization(stream: 0), statistic: .mean, value: 0.2, tolerance: 0.001),
    Case(metric: .shardUtilization(stream: nil), statistic: .percentile(91), value: 1, tolerance: 0.021),
    Case(metric: .shardUtilization(stream: nil), statistic: .percentile(89), value: 0.1, tolerance: 0.011),
    Case(metric: .openShards(stream: 0), statistic: .max, value: 1, tolerance: 0),
    Case(metric: .openShards(stream: 0), statistic: .last, value: 1, tolerance: 0),
  ]

  @Test("come to what can be worked out by hand", arguments: loads)
  func values(_ it: Case) throws {
    let verdict = verdict(
      experiment(curve: Self.overload, [objective(it.metric, it.statistic, .lessOrEqual, it.value + it.tolerance)]))
    let value = try #require(verdict.value)
    #expect(abs(value - it.value) <= it.tolerance, "\(value)")
    #expect(verdict.isPassing)
    #expect(verdict.firstBrokenAt == nil)
  }

  @Test("first attempts are counted apart from retries")
  func firstAttempts() {
    let retry = RetrySpec(policy: .exponential, maxAttempts: 2, base: .milliseconds(1), cap: .milliseconds(1))
    let both = [
      objective(.putThrottleRate(stream: 0), .rate, .less, 1),
      objective(.firstAttemptThrottleRate(stream: 0), .rate, .less, 1),
    ]
    let result = Fixture.result(of: experiment(curve: Self.overload, retry: retry, both))
    let stream = result.streams[0]
    #expect(result.verdicts[0].value == Double(stream.throttledAttempts) / Double(stream.attempts))
    #expect(result.verdicts[1].value == Double(stream.throttledFirstAttempts) / Double(stream.firstAttempts))
    #expect((result.verdicts[0].value ?? 0) > (result.verdicts[1].value ?? 1))
    #expect(stream.firstAttempts == result.records.offered - 0)
  }

  @Test("open shards follow a split", arguments: [(Objective.Statistic.min, 1.0), (.max, 2.0), (.last, 2.0)])
  func openShards(statistic: Objective.Statistic, value: Double) {
    var experiment = experiment([objective(.openShards(stream: 0), statistic, .equal, value)])
    experiment.events = [ScheduledEvent(at: .seconds(5), action: .splitShard(stream: 0, shard: nil, at: nil))]
    #expect(verdict(experiment).isPassing)
    #expect(verdict(experiment).value == value)
  }

  @Test("propagation, iterator age and refused calls are those of the consumer")
  func reading() {
    let poll = Fixture.consumer(.sdkPolling, perBatch: 0)
    let all = [
      objective(.propagation(consumer: 0), .max, .lessOrEqual, 1_091),
      objective(.propagation(consumer: nil), .mean, .less, 560),
      objective(.iteratorAge(consumer: 0), .max, .less, 1_200),
      objective(.iteratorAge(consumer: nil), .last, .less, 1_200),
      objective(.throttledCalls(consumer: 0), .sum, .equal, 0),
      objective(.throttledCalls(consumer: nil), .sum, .less, 1),
    ]
    for verdict in Fixture.result(of: experiment(consumer: poll, all)).verdicts {
      #expect(verdict.isPassing, "\(verdict.objective.metric): \(verdict.value ?? -1)")
    }
  }

  @Test("iterator age grows while a consumer stands still, though it reads nothing")
  func standstill() {
    let poll = Fixture.consumer(.sdkPolling, perBatch: 0)
    var experiment = experiment(consumer: poll, [objective(.iteratorAge(consumer: 0), .max, .less, 25_000)])
    experiment.events = [ScheduledEvent(at: .seconds(20), length: .seconds(30), action: .stopConsumer(0))]
    let result = Fixture.result(of: experiment)
    #expect(!result.verdicts[0].isPassing)
    #expect(
      result.consumers[0].iteratorAgeMax > .seconds(29) && result.consumers[0].iteratorAgeMax < .milliseconds(31_500))
    #expect(result.consumers[0].iteratorAgeLast < .milliseconds(1_500), "caught up at the end")
  }

  @Test("unmeasured times fail, counts of nothing pass")
  func unmeasured() {
    let idle = stages((100, 0))
    let none: [(Objective.Metric, Objective.Statistic, Bool)] = [
      (.putLatency(producer: nil), .percentile(99), false), (.propagation(consumer: nil), .max, false),
      (.putThrottleRate(stream: 0), .rate, true), (.recordsLost(producer: nil), .sum, true),
      (.throttledCalls(consumer: nil), .sum, true), (.shardUtilization(stream: nil), .max, true),
    ]
    for (metric, statistic, isPassing) in none {
      for window in [nil, Int64(10)] {
        let verdict = verdict(experiment(curve: idle, [objective(metric, statistic, .less, 1e9, window: window)]))
        #expect(verdict.isPassing == isPassing, "\(metric) \(window ?? 0)")
        #expect(verdict.firstBrokenAt == nil)
      }
    }
  }

  @Test("each comparison is what it says")
  func comparisons() {
    for (comparison, holds) in zip(
      [Objective.Comparison.less, .lessOrEqual, .equal, .greaterOrEqual, .greater],
      [[true, false, false], [true, true, false], [false, true, false], [false, true, true], [false, false, true]])
    {
      #expect([1.0, 2, 3].map { comparison.holds($0, 2) } == holds)
    }
  }

  @Test("a warning fails no run")
  func severity() {
    let broken = objective(.recordsLost(producer: nil), .sum, .greater, 1, severity: .warn)
    #expect(Fixture.result(of: experiment([broken])).isPassing)
    var failing = broken
    failing.severity = .fail
    #expect(!Fixture.result(of: experiment([failing])).isPassing)
  }
}

@Suite("Windows and warm-up")
struct WindowTests {
  private static let start = Horizon(duration: .seconds(1)).start

  @Test("an objective breaks in the windows it breaks in, first and last included", arguments: [0, 3, 9])
  func brokenWindow(bad: Int64) {
    let curve = stages((bad * 10 + 1, 10), (8, 100), (200, 10))
    let it = objective(.shardUtilization(stream: 0), .max, .less, 0.05, window: 10)
    let verdict = verdict(experiment(curve: curve, [it]))
    #expect((verdict.windows, verdict.windowsBroken) == (10, 1))
    #expect(verdict.firstBrokenAt == Self.start + .seconds(bad * 10 + 10))
    #expect(abs((verdict.value ?? 0) - 0.1) < 0.002)
  }

  @Test("windows lie end to end from the warm-up's end; what does not fill one is left out")
  func offset() {
    let curve = stages((27, 10), (4, 100), (200, 10))
    let it = objective(.shardUtilization(stream: 0), .max, .less, 0.05, window: 15)
    let verdict = verdict(experiment(curve: curve, warmup: 30, [it]))
    // 30–45, 45–60, 60–75, 75–90; the burst from 27 to 31 breaks only the first.
    #expect((verdict.windows, verdict.windowsBroken) == (4, 1))
    #expect(verdict.firstBrokenAt == Self.start + .seconds(45))
  }

  @Test("counters start anew in each window")
  func counters() {
    let curve = stages((20, 100), (10, 2_500), (200, 100))
    let it = objective(.recordsLost(producer: 0), .sum, .less, 100, window: 10)
    let verdict = verdict(experiment(curve: curve, [it]))
    #expect((verdict.windows, verdict.windowsBroken) == (10, 1))
    #expect(abs((verdict.value ?? 0) - 14_000) < 200)
  }

  @Test("without a window the first look that finds it broken counts, if it is broken at the end")
  func firstBroken() {
    let rising = verdict(
      experiment(curve: stages((40, 10), (60, 2_000)), [objective(.recordsLost(producer: 0), .sum, .less, 5_000.5)]))
    // The bucket's thousand is gone after a second, then a thousand a second are lost.
    // That passes 5,000 in the 47th second; the report bin of ten seconds that sees it ends with the 50th.
    #expect(rising.firstBrokenAt == Self.start + .seconds(50))
    let recovering = verdict(
      experiment(curve: stages((10, 1_500), (90, 900)), [objective(.putThrottleRate(stream: 0), .rate, .less, 0.1)]))
    #expect(recovering.isPassing)
    #expect(recovering.firstBrokenAt == nil)
  }

  /// A storm in the warm-up, a whisper after it.
  private static func storm(_ objectives: [Objective] = []) -> RunResult {
    Fixture.result(
      of: experiment(
        seconds: 180, curve: stages((60, 2_000), (200, 10)), warmup: 60, consumer: Fixture.consumer(.sdkPolling),
        objectives))
  }

  @Test("statistics leave out the warm-up, to the second and the minute")
  func warmup() {
    let stream = Self.storm().streams[0]
    #expect(abs(stream.attempts - 1_200) <= 25)
    #expect(stream.throttledAttempts <= 5)
    #expect(stream.utilization.max < 0.05)
    #expect(stream.minuteView.minutes == 2)
    #expect(stream.minuteView.hottestShardUtilization < 0.02)
    #expect(stream.minuteView.minutesWithThrottles <= 1)
    #expect(stream.secondView.shardSeconds == 120)
    #expect(stream.shards[0].busiestMinuteUtilization < 0.02)
    #expect(stream.shards[0].utilization.max < 0.05)
  }

  @Test("counts do not leave it out")
  func countsOfTheWarmup() {
    let result = Self.storm()
    #expect(abs(result.records.offered - 121_200) < 10)
    #expect(result.streams[0].incomingRecords == result.records.accepted)
    #expect(result.streams[0].bins.count == 18)
    #expect(abs(result.producers[0].putLatency.count - 1_200) <= 25)
  }

  @Test("objectives leave it out")
  func objectivesLeaveOut() {
    let all = [
      objective(.recordsLost(producer: 0), .sum, .less, 30), objective(.putThrottleRate(stream: 0), .rate, .less, 0.02),
      objective(.shardUtilization(stream: 0), .max, .less, 0.05),
      objective(.shardUtilization(stream: 0), .max, .less, 0.05, window: 60),
      objective(.iteratorAge(consumer: 0), .max, .less, 1_500),
    ]
    for verdict in Self.storm(all).verdicts {
      #expect(verdict.isPassing, "\(verdict.objective.metric): \(verdict.value ?? -1)")
    }
  }
}

@Suite("Seconds, minutes and bins")
struct MeterTests {
  @Test("bins, seconds and minutes end with the run, whole or not", arguments: [100, 600, 605, 650, 1_234])
  func partialEnds(deciseconds: Int64) {
    var experiment = experiment(curve: .constant(RecordsPerSecond(40)), [])
    experiment.horizon.duration = .milliseconds(deciseconds * 100)
    let result = Fixture.result(of: experiment)
    let stream = result.streams[0]
    #expect(stream.bins.count == Int((deciseconds + 99) / 100))
    #expect(stream.bins.reduce(0) { $0 + $1.incomingRecords } == result.records.accepted)
    #expect(stream.secondView.shardSeconds == Int((deciseconds + 9) / 10))
    #expect(stream.minuteView.minutes == max(1, Int(deciseconds / 600)))
    #expect(stream.utilization.max <= 0.042)
  }

  @Test("the beginning of a second is not held against as little of the limit")
  func shortSecond() {
    var experiment = experiment(curve: .events(EventTrace(offsets: [10_000_500_000], source: "")), [])
    (experiment.producers[0].arrivals, experiment.serviceTimes) = (.trace, Fixture.instantService)
    experiment.horizon.duration = .milliseconds(10_001)
    #expect(Fixture.result(of: experiment).streams[0].utilization.max == 0.001)
  }

  @Test("an interrupted run adds up, wherever it stops")
  func interrupted() {
    let prepared = PreparedExperiment(experiment(seconds: 3, curve: .constant(RecordsPerSecond(20)), []))
    for limit in 0..<250 {
      var run = World(prepared, replication: 0)
      let isOver = run.advance(limit: limit)
      let result = run.finish(isComplete: isOver)
      #expect(result.streams[0].incomingRecords == result.records.accepted, "after \(limit) events")
      #expect(
        result.streams[0].bins.reduce(0) { $0 + $1.incomingRecords } == result.records.accepted, "after \(limit) events"
      )
    }
  }

  @Test("the heat map holds every refusal, of the last part of a minute too")
  func heat() {
    let result = Fixture.result(of: experiment(seconds: 90, curve: .constant(RecordsPerSecond(1_500)), []))
    let heat = result.streams[0].heat.reduce(0) { $0 + $1.reduce(0) { $0 + Int64($1) } }
    #expect(result.streams[0].heat.count == 2)
    #expect(heat == result.records.throttledAttempts)
  }

  @Test("a shard that closes as a second begins was not open in it")
  func closedAtASecond() {
    var experiment = experiment(seconds: 100, [])
    experiment.events = [ScheduledEvent(at: .seconds(10), action: .splitShard(stream: 0, shard: nil, at: nil))]
    let stream = Fixture.result(of: experiment).streams[0]
    #expect(stream.secondView.shardSeconds == 40 + 2 * 60)
  }

  @Test("a split without a shard takes the one most was asked of, at the first instant of a minute too")
  func busiestShard() {
    var experiment = experiment(seconds: 120, [])
    experiment.streams[0].shards = 4
    experiment.producers[0].keys = KeySpec(.single)
    experiment.events = [ScheduledEvent(at: .seconds(60), action: .splitShard(stream: 0, shard: nil, at: nil))]
    let shards = Fixture.result(of: experiment).streams[0].shards
    let busiest = shards.max { $0.acceptedRecords < $1.acceptedRecords }
    #expect(busiest?.acceptedRecords ?? 0 > 0 && busiest?.id != ShardID(0), "else it would be found by chance")
    #expect(shards.filter { $0.closedAt != nil }.map(\.id) == [busiest?.id])
  }

  @Test("an UpdateShardCount to the present count is done at once")
  func noSteps() {
    var experiment = experiment(seconds: 300, [])
    experiment.events = [
      ScheduledEvent(at: .seconds(10), action: .updateShardCount(stream: 0, target: 1)),
      ScheduledEvent(at: .seconds(20), action: .updateShardCount(stream: 0, target: 2)),
    ]
    let reshards = Fixture.result(of: experiment).streams[0].reshards
    #expect(reshards.map(\.shardsAfter) == [1, 2])
    #expect(reshards.map { $0.finishedAt == nil } == [false, false])
    #expect(reshards[0].finishedAt == reshards[0].requestedAt)
  }
}

@Suite("Notes")
struct NoteTests {
  private static func kinds(_ result: RunResult, _ subject: String) -> [Note.Kind] {
    result.notes.filter { $0.subject == subject }.map(\.kind)
  }

  @Test("a throttle episode begins with its first bad second and ends after ten good ones, at its last bad one")
  func episodes() {
    let curve = stages((10, 10), (5, 3_000), (8, 10), (5, 3_000), (20, 10), (5, 3_000), (100, 10))
    let result = Fixture.result(of: experiment(curve: curve, []))
    let start = result.experiment.horizon.start, shard = "clicks/shardId-000000000000"
    #expect(Self.kinds(result, shard) == [.throttleBegan, .throttleEnded, .throttleBegan, .throttleEnded])
    let seconds = result.notes.filter { $0.subject == shard }.map { ($0.at - start).nanoseconds / 1_000_000_000 }
    #expect(seconds == [10, 28, 48, 53])
  }

  @Test("an episode ends when its shard closes")
  func closedShard() {
    var experiment = experiment(curve: stages((39, 3_000), (61, 10)), [])
    experiment.events = [ScheduledEvent(at: .seconds(5), action: .splitShard(stream: 0, shard: nil, at: nil))]
    let result = Fixture.result(of: experiment)
    #expect(Self.kinds(result, "clicks/shardId-000000000000") == [.throttleBegan, .throttleEnded])
  }

  @Test("are in order of time and no more than the most, the rest counted")
  func cap() {
    var experiment = experiment(seconds: 7_000, curve: stages((7_000, 0)), [])
    experiment.events = (0..<10_050).map {
      ScheduledEvent(at: .milliseconds(Int64($0) * 690), action: .setRateFactor(producer: 0, factor: 1))
    }.reversed()
    let result = Fixture.result(of: experiment)
    #expect(result.notes.count == RunResult.maximumNotes)
    #expect(result.notesOmitted == 50)
    for (a, b) in zip(result.notes, result.notes.dropFirst()) { #expect(a.at <= b.at) }
  }

  @Test("tell of the first records lost, whatever the reason")
  func losses() {
    let retries = [
      RetrySpec(), RetrySpec(buffer: Bytes(5_000), overflow: .dropNewest),
      RetrySpec(buffer: Bytes(5_000), overflow: .divert),
    ]
    for retry in retries {
      let result = Fixture.result(
        of: experiment(seconds: 5, curve: .constant(RecordsPerSecond(3_000)), retry: retry, []))
      #expect(Fixture.note(result, .recordsLost).map(\.subject) == ["web"])
    }
  }
}
