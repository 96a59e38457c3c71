import Experiment
import KinesisCore
import Pricing
import Simulation
import Testing
import Units

@testable import Models

@Suite("Rates as averages")
struct ProducerRateTests {
  static let wave = RateCurve.DiurnalWave(
    mean: RecordsPerSecond(50), peakToMean: 2, troughToMean: 0.3, peakHour: 20.5)
  static let line = RateCurve.Polyline(
    points: [
      .init(at: .hours(1), rate: RecordsPerSecond(10)), .init(at: .hours(8), rate: RecordsPerSecond(70)),
      .init(at: .hours(20), rate: RecordsPerSecond(30)),
    ], anchor: .midnight)
  static let trace = BinnedTrace(width: .seconds(70), counts: [5, 0, 40, 12, 9], scale: 3, repeats: true, source: "t")
  static let curves: [RateCurve] = [
    .constant(RecordsPerSecond(20)), .ramp(from: RecordsPerSecond(0), to: RecordsPerSecond(90), over: .minutes(40)),
    .stages([
      .init(length: .minutes(3), rate: RecordsPerSecond(5), shape: .hold),
      .init(length: .minutes(7), rate: RecordsPerSecond(80), shape: .linear),
      .init(length: .minutes(9), rate: RecordsPerSecond(20), shape: .linear),
    ]), .diurnal(wave), .weekly(wave, dayFactors: [1.3, 1.2, 1.1, 1, 0.9, 0.8, 0.7]),
    .square(low: RecordsPerSecond(4), high: RecordsPerSecond(60), period: .seconds(90), on: .seconds(25)),
    .polyline(line), .bins(trace),
  ]

  static func experiment(_ curve: RateCurve, hours: Int64 = 11, events: [ScheduledEvent] = []) -> Experiment {
    var experiment = Fixture.experiment(producers: [Fixture.producer(rate: 0, curve: curve)], events: events)
    experiment.horizon = Horizon(duration: .hours(hours))
    return experiment
  }

  /// The mean and the peak by walking the pieces that a run walks.
  static func walked(_ experiment: Experiment) -> (mean: Double, peak: Double) {
    let profile = PreparedExperiment(experiment).producers[0].profile
    let begin = experiment.horizon.start, end = begin + experiment.horizon.duration
    var (now, sum, peak) = (begin, 0.0, 0.0)
    while now < end {
      let piece = profile.piece(at: now), until = min(piece.end, end)
      sum += piece.rate * Double((until - now).nanoseconds)
      peak = max(peak, piece.rate * 1e9)
      now = until
    }
    return (sum / experiment.horizon.duration.inSeconds, peak)
  }

  @Test("the area under every curve is what a run's pieces add up to, rate factors included", arguments: curves)
  func area(_ curve: RateCurve) {
    let events = [
      ScheduledEvent(at: .minutes(5), length: .minutes(3), action: .setRateFactor(producer: 0, factor: 4)),
      ScheduledEvent(at: .hours(9), action: .setRateFactor(producer: 0, factor: 0.5)),
    ]
    for list in [[], events] {
      let experiment = Self.experiment(curve, events: list), rates = ProducerRates(experiment)
      let (mean, peak) = Self.walked(experiment)
      #expect(abs(rates.mean(of: 0) / mean - 1) < 1e-4, "\(rates.mean(of: 0)) for \(mean)")
      #expect(abs(rates.peak(of: [(0, 1)]) / peak - 1) < 0.01, "\(rates.peak(of: [(0, 1)])) for \(peak)")
    }
  }

  @Test("a recorded series counts its events, its busiest second is the peak, and bursts rise above the curve")
  func recorded() {
    let trace = EventTrace(offsets: [0, 5, 1_000_000_000, 1_200_000_000, 1_900_000_000], scale: 2, source: "t")
    var experiment = Self.experiment(.events(trace))
    experiment.producers[0].arrivals = .trace
    experiment.horizon.duration = .seconds(10)
    let rates = ProducerRates(experiment)
    #expect(rates.mean(of: 0) == 1 && rates.peak(of: [(0, 1)]) == 6)
    var bursty = Self.experiment(.constant(RecordsPerSecond(10)))
    bursty.producers[0].arrivals = .batch(every: .minutes(1), on: .seconds(5), factor: 6, jitter: .zero)
    #expect(ProducerRates(bursty).peak(of: [(0, 1)]) == 60 && ProducerRates(bursty).mean(of: 0) == 10)
  }

  @Test("the peak of two curves is that of their sum, not the sum of their peaks")
  func sum() {
    var experiment = Self.experiment(.square(low: .init(0), high: .init(10), period: .hours(2), on: .hours(1)))
    experiment.producers.append(
      Fixture.producer(
        "other", rate: 0, curve: .square(low: .init(10), high: .init(0), period: .hours(2), on: .hours(1))))
    #expect(ProducerRates(experiment).peak(of: [(0, 1), (1, 1)]) == 10)
  }
}

@Suite("Sizes as averages")
struct SizeLawTests {
  static let laws: [Distribution] = [
    .constant(30_000), .uniform(low: 10, high: 60_000), .exponential(mean: 5_000), .lognormal(mu: 7, sigma: 1.2),
    .gamma(shape: 0.7, scale: 9_000), .empirical(values: [100, 25_600, 40_000], weights: [1, 2, 3]),
    .mixture(parts: [.constant(200), .exponential(mean: 40_000)], weights: [3, 1]),
  ]

  @Test("means and rounded means are what many samples come to", arguments: laws)
  func sampled(_ law: Distribution) {
    var producer = Fixture.producer(rate: 1)
    producer.size = .drawn(law)
    let closed = SizeLaw(producer, largest: 100_000), sampler = Sampler(law)
    var stream = RandomStream(seed: 3, replication: 0, purpose: .size, entity: EntityName("sizes"))
    let count = 20_000
    var (sum, squares, units, kibibytes) = (0.0, 0.0, 0.0, 0.0)
    for _ in 0..<count {
      let size = min(max(sampler.draw(from: &stream), 1), 100_000)
      sum += Double(size)
      squares += Double(size) * Double(size)
      units += Double((size + 24 + 25_599) / 25_600)
      kibibytes += Double((size + 24 + 1_023) / 1_024)
    }
    let mean = sum / Double(count), error = max(0, squares / Double(count) - mean * mean).squareRoot() / 141.4
    #expect(abs(closed.mean - mean) <= 4 * error + 1, "\(closed.mean) for \(mean)")
    #expect(abs(closed.steps(of: 1_024, overhead: 24) - kibibytes / Double(count)) <= 4 * error / 1_024 + 1e-3)
    #expect(abs(closed.steps(of: 25_600, overhead: 24) - units / Double(count)) <= 4 * error / 25_600 + 0.01)
  }

  @Test("rounding up is exact where sizes are whole numbers: 25,600 bytes are one unit, one more are two")
  func exact() {
    func units(_ size: Double, key: Int64) -> Double {
      var producer = Fixture.producer(rate: 1)
      producer.size = .drawn(.constant(size))
      return SizeLaw(producer, largest: 1 << 20).steps(of: 25_600, overhead: key)
    }
    #expect(units(25_592, key: 8) == 1 && units(25_593, key: 8) == 2 && units(2_000_000, key: 0) == 41)
  }

  @Test("firehose §8.1 F9 and F10: 1 KB twice is 10 KB, 3 KB is 5, 12 KB is 15, 42 KB is 45")
  func delivery() {
    func billed(_ kibibytes: Double) -> Double {
      var producer = Fixture.putter(rate: 1, size: 1)
      producer.size = .drawn(.constant(kibibytes * 1_024))
      return WireShape(producer, largestRecord: 1_024_000, rate: 1, shards: 1, limits: .current).deliveryBytes / 1_024
    }
    #expect(2 * billed(1) == 10 && billed(3) == 5 && billed(12) == 15 && billed(42) == 45)
  }
}

@Suite("Long-term retrieval and leases")
struct SurroundingsUsageTests {
  @Test("a read counts as long-term by the age of each record: older than a week, and only where they are kept longer")
  func retrieval() throws {
    let start = Instant(seconds: 1_767_571_200)
    for (retention, expected) in [(Interval.days(30), Int64(300)), (.days(7), 0)] {
      var stream = KinesisCore.Stream.active(name: "s", shards: 1, retention: retention, at: start)
      for (at, size) in [(Interval.zero, 100), (.days(1), 200), (.days(5), 400)] as [(Interval, Int32)] {
        _ = stream.put(RecordHeader(hashKey: HashKey(0), size: size), at: start + at)
      }
      let now = start + .days(8) + .seconds(1)
      let answer = try stream.getRecords(ShardIterator(shard: ShardID(0), next: 0, issuedAt: now), at: now)
      #expect(stream.longTermBytes(of: answer, at: now) == expected)
    }
  }

  @Test("facts §9.2: a lease is renewed every 3,308 ms, about 1,088 times an hour")
  func leases() {
    #expect(
      Fixture.consumer(.kclPolling).leases(held: 0, over: .zero, batches: 0, .current).rhythm.renewal
        == .milliseconds(3_308))
    var consumer = Fixture.consumer(.kclPolling)
    consumer.libraryVersion = .two
    let two = Self.lines(consumer, batches: 50)
    #expect(two.map(\.item) == [.leaseWrite, .leaseRead])
    // 180 looks for leases and 12 for the election, half a unit each.
    #expect(two[0].quantity == 1_088 + 50 && two[1].quantity == 96)
    consumer.libraryVersion = .three
    let three = Self.lines(consumer, batches: 50)
    // Metrics and the lock every 30 s; half a unit for 180 assignments, 30 audits and 361 looks at the index, a whole one for
    // each of the leader's 180 reads of the lock (N§6).
    #expect(three[0].quantity == 1_088 + 50 + 120 + 120 && three[1].quantity == (180 + 30 + 361) / 2 + 181)
  }

  /// What an hour of one lease comes to.
  private static func lines(_ consumer: ConsumerSpec, batches: Int128) -> [Usage.Line] {
    var (use, application) = (Use(), ApplicationUse(consumer.name))
    application.leases = consumer.leases(held: 3_600_000_000_000, over: .hours(1), batches: batches, .current)
    use.applications = [application]
    return use.usage(over: .hours(1)).lines
  }

  @Test("a consumer that is stopped renews no lease; a checkpoint follows a batch, or a minute")
  func stopped() {
    func writes(_ events: [ScheduledEvent]) -> Int128 {
      var consumer = Fixture.consumer(.kclPolling)
      consumer.libraryVersion = .two
      let experiment = Fixture.experiment(
        seconds: 200, shards: 4, producers: [Fixture.producer(rate: 0)], consumers: [consumer], events: events)
      return Fixture.result(of: experiment).usage.lines.first { $0.item == .leaseWrite }?.quantity ?? 0
    }
    let whole = writes([])
    let half = writes([ScheduledEvent(at: .seconds(50), length: .seconds(100), action: .stopConsumer(0))])
    #expect(whole == 4 * 200_000 / 3_308 && abs(half * 2 - whole) <= 2)
  }

  @Test("checkpoints are as many as batches, or as the application is told")
  func checkpoints() {
    let writes = [Interval.zero, .seconds(60), .seconds(600)].map { interval in
      var consumer = Fixture.consumer(.kclPolling)
      (consumer.checkpointEvery, consumer.libraryVersion) = (interval, .two)
      return Self.lines(consumer, batches: 70)[0].quantity - 1_088
    }
    #expect(writes == [70, 60, 6])
  }

  @Test("objects in S3 are billed for as long as they are kept; shard-level metrics by shard and time")
  func storage() {
    var lake = Fixture.firehose(interval: 60)
    lake.objectsKept = .days(10)
    var experiment = Fixture.delivering([lake], seconds: 300, shards: 2, rate: 50)
    experiment.streams[0].shardLevelMetrics = [.incomingBytes, .writeExceeded]
    let result = Fixture.result(of: experiment)
    func quantity(_ item: PriceItem) -> Int128 { result.usage.lines.first { $0.item == item }?.quantity ?? 0 }
    let stored = result.firehoses[0].delivery.storedBytes
    #expect(stored > .zero && quantity(.s3Storage) == Int128(stored.count) * 864_000)
    #expect(quantity(.shardMetric) == 2 * 2 * 300 * 1_000_000_000)
  }
}
