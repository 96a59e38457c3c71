import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("Verdicts see what readers did not read")
struct ReaderVerdictTests {
  private static func objective(
    _ metric: Objective.Metric, _ statistic: Objective.Statistic = .percentile(99), under threshold: Double = 2_000,
    window: Interval? = nil
  ) -> Objective {
    Objective(
      id: "it", expression: "it", metric: metric, statistic: statistic, comparison: .less, threshold: threshold,
      window: window)
  }

  private static func stopped(_ consumer: ConsumerSpec, at second: Int64 = 60, seconds: Int64 = 600) -> Experiment {
    Fixture.experiment(
      seconds: seconds, shards: 1, producers: [Fixture.producer(rate: 100)], consumers: [consumer],
      events: [ScheduledEvent(at: .seconds(second), action: .stopConsumer(0))])
  }

  private static let readers: [ConsumerSpec] = [
    Fixture.consumer(.sdkPolling), Fixture.consumer(.kclPolling), Fixture.consumer(.kclFanOut),
    Fixture.mapping("function", .polling, FunctionSpec()),
  ]

  @Test("a consumer that stops after one of ten minutes is nine minutes late", arguments: readers)
  func stops(_ reader: ConsumerSpec) throws {
    var experiment = Self.stopped(reader)
    experiment.objectives = [Self.objective(.propagation(consumer: 0)), Self.objective(.propagation(consumer: nil))]
    let result = Fixture.result(of: experiment), consumer = result.consumers[0]
    for verdict in result.verdicts {
      #expect(!verdict.isPassing)
      #expect(try abs(#require(verdict.value) - 534_000) < 6_000)
      // It was seen at the first look behind the stop, not at the end.
      #expect(try #require(verdict.firstBrokenAt) - experiment.horizon.start <= .seconds(80))
    }
    #expect(consumer.propagation.count == result.records.accepted)
    #expect(consumer.propagation.max > .seconds(539))
    #expect(consumer.fallingBehind == 1)
  }

  @Test("in every window what is unread counts as late as it is when the window ends")
  func windows() {
    var experiment = Self.stopped(Fixture.consumer(.sdkPolling), at: 65, seconds: 120)
    experiment.objectives = [Self.objective(.propagation(consumer: 0), .max, window: .seconds(10))]
    let verdict = Fixture.result(of: experiment).verdicts[0]
    // From 60 to 70 s nothing is older than six seconds; each window from then on is ten seconds worse.
    #expect(verdict.windows == 12 && verdict.windowsBroken == 6)
    #expect(abs((verdict.value ?? 0) - 56_000) < 1_500)
  }

  @Test("what is always on its way makes no figure worse", arguments: readers)
  func healthy(_ reader: ConsumerSpec) {
    let long = Fixture.result(
      of: Fixture.experiment(
        seconds: 120, shards: 1, producers: [Fixture.producer(rate: 100)], consumers: [reader]))
    let consumer = long.consumers[0]
    #expect(consumer.propagation.count == long.records.accepted && consumer.fallingBehind == 0)
    #expect(consumer.propagation.max < .seconds(2))
  }

  @Test("a mapping's batches that gather, run or wait are counted once, in whichever sub-shard they are")
  func batches() {
    let function = FunctionSpec(batchSize: 500, window: .seconds(60), factor: 4)
    let experiment = Fixture.mapped(
      [Fixture.mapping("function", .polling, function, perBatch: 9e9)], seconds: 100, rate: 50)
    let result = Fixture.result(of: experiment), consumer = result.consumers[0]
    #expect(consumer.backlog > 500)
    #expect(consumer.propagation.count == result.records.accepted)
  }

  @Test(
    "records that expire unread are at least as late as the stream keeps them, are counted once, and have an objective")
  func expired() throws {
    let reader = Fixture.consumer(.sdkPolling, every: .seconds(10))
    var experiment = Self.stopped(reader, at: 100, seconds: 800)
    experiment.streams[0].retention = .seconds(200)
    experiment.events.append(ScheduledEvent(at: .seconds(600), action: .startConsumer(0)))
    experiment.objectives = [Self.objective(.propagation(consumer: 0), .max)]
    let result = Fixture.result(of: experiment), consumer = result.consumers[0]
    #expect(consumer.expired > 20_000)
    #expect(consumer.propagation.count == consumer.records + consumer.expired + consumer.backlog)
    #expect(try #require(result.verdicts[0].value) >= 200_000)
    let late = consumer.propagation.percentile(65)
    #expect(late >= .seconds(199), "\(late)")
  }

  @Test("of a delivery stream what is held and what is unread is as late as it is")
  func freshness() {
    var experiment = Fixture.delivering([Fixture.firehose(size: 100, interval: 300)], seconds: 200)
    experiment.objectives = [Self.objective(.dataFreshness(firehose: 0), under: 60_000)]
    let result = Fixture.result(of: experiment), firehose = result.firehoses[0]
    #expect(firehose.delivery.objects == 0 && !result.verdicts[0].isPassing)
    #expect(firehose.freshness.count == result.records.accepted)
    #expect(abs(firehose.freshness.percentile(50).inMilliseconds - 100_000) < 3_000)
    #expect(firehose.reading?.fallingBehind == 0)
  }

  @Test("records that a producer cannot get rid of are as late as they are")
  func underWay() {
    var experiment = Fixture.experiment(
      seconds: 100, shards: 1,
      producers: [Fixture.producer(rate: 50, retry: RetrySpec(policy: .exponentialFullJitter, maxAttempts: 1_000))],
      events: [ScheduledEvent(at: .seconds(50), length: .seconds(50), action: .errorBurst(stream: 0, share: 1))])
    experiment.objectives = [Self.objective(.putLatency(producer: 0))]
    let result = Fixture.result(of: experiment), producer = result.producers[0]
    #expect(producer.inFlight > 2_000 && producer.lost == 0)
    #expect(!result.verdicts[0].isPassing && producer.putLatency.max > .seconds(49))
  }

  @Test("what a channel holds has waited so long already")
  func channel() throws {
    var experiment = Fixture.experiment(seconds: 120, shards: 1, producers: [Fixture.producer(rate: 50)])
    experiment.channels = [ChannelSpec(name: "lake", stream: 0, destination: .s3, freshness: .seconds(900))]
    let channel = Fixture.result(of: experiment).channels[0]
    #expect(channel.deliveries == 0 && abs(channel.freshness.inSeconds - 120) < 1)
  }

  @Test("records in no window's result yet are as late as they are")
  func sessions() throws {
    var reader = Fixture.consumer(.sdkPolling)
    reader.application = .flink(FlinkSpec(ratePerKPU: 10_000, window: .session(gap: .seconds(1_000))))
    let result = Fixture.result(
      of: Fixture.experiment(seconds: 60, shards: 1, producers: [Fixture.producer(rate: 50)], consumers: [reader]))
    let flink = try #require(result.consumers[0].flink)
    #expect(flink.windowLatency.count == result.records.accepted)
    #expect(flink.windowLatency.max > .seconds(58))
  }

  @Test("refused reads are a share, from the end of the warm-up on, and an objective")
  func refusals() throws {
    let readers = (0..<8).map { Fixture.consumer("r\($0)", .sdkPolling) }
    var experiment = Fixture.experiment(
      seconds: 120, shards: 1, producers: [Fixture.producer(rate: 50)], consumers: readers, warmup: .seconds(30))
    experiment.objectives = [Self.objective(.readThrottleRate(consumer: nil), .rate, under: 0.01)]
    let result = Fixture.result(of: experiment), verdict = result.verdicts[0]
    #expect(!verdict.isPassing)
    let refused = result.consumers.reduce(0) { $0 + $1.throttledCalls }
    let made = result.consumers.reduce(0) { $0 + $1.calls }
    #expect(try abs(#require(verdict.value) - Double(refused) / Double(made)) < 0.05)
    #expect(result.consumers.contains { ($0.readThrottleRate ?? 0) > 0 })
  }

  @Test("a mapping with two keys has no use for a factor of ten, one with a thousand has")
  func keys() {
    func busy(_ keys: Int) -> Double? {
      let mapping = Fixture.mapping("function", .polling, FunctionSpec(factor: 10))
      let spec = KeySpec(.uniform(cardinality: keys))
      return Fixture.result(of: Fixture.mapped([mapping], rate: 100, keys: spec)).consumers[0].function?.busyBatches
    }
    #expect(busy(1) == 1 && (busy(2) ?? 0) <= 2 && busy(1_000) == 10)
  }

  @Test(
    "two shards get 2 MB a second, the reader does 800 KB: what it never reads expires, and an objective can name it")
  func snowbridge() throws {
    // snowplow/snowbridge #283, with large records; the day is 1,000 s short of the report's here to keep it fast.
    var reader = Fixture.consumer("bridge", .sdkPolling, every: .seconds(20), perRecord: 2.5e9)
    reader.maxRecords = 100
    var experiment = Fixture.experiment(
      seconds: 150_000, shards: 2,
      producers: [
        Fixture.producer(
          processes: 1, rate: 2, arrivals: .paced, size: 1_000_000, keys: KeySpec(.roundRobinExplicit),
          retry: RetrySpec(policy: .exponentialFullJitter, maxAttempts: 1_000))
      ], consumers: [reader])
    experiment.horizon.reportBin = .minutes(10)
    experiment.streams[0].retention = .hours(24)
    let expired = try #require(MetricCatalogue.asked.first { $0.name == "expired_records" })
    let falling = try #require(MetricCatalogue.asked.first { $0.name == "falling_behind" })
    experiment.objectives = [
      expired.objective(of: (0, "bridge"), .last, .equal, 0, "0", severity: .fail),
      falling.objective(of: (0, "bridge"), .last, .less, 0.01, "1 %", severity: .fail),
    ]
    let result = Fixture.result(of: experiment)
    #expect(result.verdicts.map(\.isPassing) == [false, false])
    // Behind by 0.6 s a second it is 24 hours behind after 144,000 s; from then on 1.2 records a second expire.
    let gone = Double(result.consumers[0].expired)
    #expect(abs(gone - 1.2 * 6_000) < 600, "\(gone)")
    #expect(result.verdicts[0].value == gone)
  }
}
