import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("Delivery streams")
struct FirehoseTests {
  @Test("a lowered limit of records a GetRecords call holds for Firehose's polls too")
  func loweredLimit() {
    var experiment = Fixture.delivering([Fixture.firehose()], seconds: 120, rate: 40)
    experiment.limits[.shard.readRecordsPerCall] = 5
    let firehose = Fixture.result(of: experiment).firehoses[0]
    #expect(firehose.reading?.throttledCalls == 0)
    #expect((1_000...1_200).contains(firehose.ledger.records), "two shards, a call a second, five records")
  }

  @Test("a buffer that its interval ends first makes one object a shard and interval", arguments: [1, 4])
  func intervalLaw(shards: Int) {
    let result = Fixture.result(
      of: Fixture.delivering([Fixture.firehose(size: 64, interval: 60)], seconds: 3_600, shards: shards))
    let delivery = result.firehoses[0].delivery
    // The period is the interval and at most one poll, which brings the next buffer's first record.
    let most = Double(shards) * 60
    #expect(Double(delivery.objects) <= most && Double(delivery.objects) >= most * 60 / 61.1 - Double(shards))
    #expect(delivery.flushedBySize == 0 && delivery.buffers == Int64(shards))
    #expect(delivery.sizes.max < .mebibytes(64))
  }

  @Test("17.4 KB a second through one shard makes about 288 objects of 5 MB a day, as was measured")
  func measuredDay() {
    // A twelfth of the day.
    var experiment = Fixture.delivering([Fixture.firehose(size: 5, interval: 300)], seconds: 7_200, shards: 1)
    experiment.producers = [Fixture.producer(rate: 17.4, size: 1_000)]
    let delivery = Fixture.result(of: experiment).firehoses[0].delivery
    #expect((23...25).contains(delivery.objects))
    #expect(abs(delivery.sizes.mean / 5.22e6 - 1) < 0.03)
  }

  @Test("a buffer that its size ends first makes bytes over size objects, none of more than size and a record")
  func sizeLaw() {
    let result = Fixture.result(
      of: Fixture.delivering([Fixture.firehose(size: 1, interval: 900)], seconds: 600, shards: 2, rate: 400))
    let firehose = result.firehoses[0], size = Double(1 << 20)
    let expected = Double(firehose.bytes.count) / size
    #expect(abs(Double(firehose.delivery.flushedBySize) - expected) <= 2 + expected / 1_000)
    #expect(firehose.delivery.sizes.max <= Bytes(1 << 20) + Bytes(1_000))
    #expect(firehose.delivery.sizes.min >= Bytes(1 << 20) - Bytes(1_000))
  }

  @Test("the time to fill a buffer with n records of a Poisson process has Gamma's mean, variance and quantile")
  func gammaLaw() throws {
    let rate = 50.0, size = 10_240
    let result = Fixture.result(
      of: Fixture.putting(
        [Fixture.putter(rate: rate, size: size)], to: Fixture.firehose(reads: nil, size: 1, interval: 900),
        seconds: 3_600))
    let objects = result.firehoses[0].objects.filter { $0.reason == "size" }
    let records = try #require(objects.first?.records)
    #expect(objects.count > 1_500 && objects.allSatisfy { $0.records == records })
    let times = objects.map { ($0.deliveredAt - $0.firstArrival).inSeconds }
    // The first record starts the clock: what is left to wait for are the others.
    let shape = Double(records - 1), count = Double(times.count)
    let mean = shape / rate, variance = shape / (rate * rate)
    #expect(abs(Statistics.mean(times) - mean) < 4 * (variance / count).squareRoot(), "seed 1")
    let spread = try #require(Statistics.variance(times))
    #expect(abs(spread / variance - 1) < 4 * (2 / count).squareRoot(), "seed 1")
    let isInLowerNineTenths = { Statistics.gammaShare(atOrBelow: $0, shape: shape, scale: 1 / rate) <= 0.9 }
    let share = Double(times.count(where: isInLowerNineTenths)) / count
    #expect(abs(share - 0.9) < 4 * (0.09 / count).squareRoot(), "seed 1")
  }

  @Test("of two pollers every 250 ms on one shard what exceeds five calls a second is refused")
  func twoFastPollers() {
    let readers = ["a", "b"].map { Fixture.consumer($0, .sdkPolling, every: .milliseconds(250), perBatch: 0) }
    var experiment = Fixture.experiment(
      seconds: 600, shards: 1, producers: [Fixture.producer(rate: 20)], consumers: readers)
    experiment.serviceTimes = Fixture.instantService
    let result = Fixture.result(of: experiment)
    let calls = result.consumers.reduce(0) { $0 + $1.calls }
    let refused = result.consumers.reduce(0) { $0 + $1.throttledCalls }
    #expect(abs(refused - (calls - 5 * 600)) <= 10 && refused > 600, "\(refused) of \(calls)")
  }

  @Test("five delivery streams share a shard's five calls a second; a sixth is one too many")
  func sixthDeliveryStream() {
    func refused(_ count: Int) -> Int64 {
      let firehoses = (0..<count).map { Fixture.firehose("f\($0)") }
      let result = Fixture.result(of: Fixture.delivering(firehoses, seconds: 120, shards: 1, rate: 20))
      return result.firehoses.reduce(0) { $0 + ($1.reading?.throttledCalls ?? 0) }
    }
    #expect(refused(5) == 0)
    #expect((80...125).contains(refused(6)))
  }

  @Test("a full backup reads every shard a second time: two such delivery streams leave room for one plain one")
  func fullBackupReadsTwice() {
    func result(_ plain: Int) -> RunResult {
      var firehoses = ["a", "b"].map { Fixture.firehose($0) }
      for index in firehoses.indices { firehoses[index].configuration.backup = .all }
      firehoses += (0..<plain).map { Fixture.firehose("plain\($0)") }
      return Fixture.result(of: Fixture.delivering(firehoses, seconds: 120, shards: 1, rate: 20))
    }
    let refused = { (result: RunResult) in result.firehoses.reduce(0) { $0 + ($1.reading?.throttledCalls ?? 0) } }
    let fitting = result(1)
    #expect((227...240).contains(fitting.firehoses[0].reading?.calls ?? 0) && refused(fitting) == 0)
    #expect(fitting.firehoses[0].delivery.backupObjects > 0)
    #expect(refused(result(2)) > 100)
  }

  @Test("everything accepted is read, and everything read is in the ledger exactly once", arguments: [1, 2, 3, 4])
  func conservation(seed: UInt64) {
    var flaky = Fixture.firehose("flaky", to: .http(.generic), size: 1, interval: 10, latency: .exponential(mean: 3e8))
    flaky.errorRate = 0.3
    flaky.configuration.retryDuration = .seconds(20)
    var changed = Fixture.firehose("changed", size: 1, interval: 10, latency: .exponential(mean: 3e8))
    changed.configuration.transform = .init()
    changed.configuration.transform?.bufferInterval = .seconds(5)
    (changed.transformTime, changed.droppedShare, changed.failedShare) = (.exponential(mean: 5e8), 0.2, 0.05)
    let events = [
      ScheduledEvent(at: .seconds(100), length: .seconds(60), action: .destinationOutage(firehose: 0)),
      ScheduledEvent(at: .seconds(150), length: .seconds(30), action: .destinationOutage(firehose: 1)),
      ScheduledEvent(at: .seconds(60), action: .splitShard(stream: 0, shard: nil, at: nil)),
      ScheduledEvent(at: .seconds(180), action: .updateShardCount(stream: 0, target: 2)),
    ]
    let result = Fixture.result(
      of: Fixture.delivering(
        [flaky, changed], seconds: 300, rate: 300, seed: seed, events: events, times: .measured2026))
    for firehose in result.firehoses {
      let ledger = firehose.ledger, backlog = firehose.reading?.backlog ?? 0
      #expect(ledger.isBalanced)
      // What a call under way at the end brings is still unread.
      #expect(ledger.records + backlog == result.records.accepted)
      // What is not delivered is in it too, but for what is on its way to the error output.
      let rest = firehose.freshness.count - ledger.delivered
      #expect(rest >= backlog && rest <= backlog + ledger.held + ledger.lost)
      #expect(ledger.delivered == firehose.objects.reduce(0) { $0 + $1.records })
      #expect(firehose.delivery.flushedBySize + firehose.delivery.flushedByInterval >= firehose.delivery.objects)
    }
    #expect(result.firehoses[0].ledger.failed > 0 && result.firehoses[0].delivery.retries > 0)
    #expect(result.firehoses[1].ledger.dropped > 0 && result.firehoses[1].ledger.failedByTransform > 0)
    #expect(result.firehoses.allSatisfy { $0.ledger.lost == 0 && $0.ledger.duplicates == 0 })
  }

  @Test("equal seeds give equal runs, and a second delivery stream shifts nobody's draws")
  func determinism() {
    let one = Fixture.delivering(
      [Fixture.firehose(latency: .exponential(mean: 1e8))], seconds: 200, times: .measured2026)
    var two = one
    two.firehoses.append(Fixture.firehose("second"))
    let (a, b, c) = (Fixture.result(of: one), Fixture.result(of: one), Fixture.result(of: two))
    #expect(a.trajectoryHash == b.trajectoryHash)
    #expect(a.firehoses[0].objects == b.firehoses[0].objects)
    #expect(a.firehoses[0].objects == c.firehoses[0].objects)
    #expect(a.producers[0].putLatency.mean == c.producers[0].putLatency.mean)
  }

  @Test("data_freshness is the record's age at delivery: interval, poll and latency")
  func freshness() {
    let latency = Distribution.constant(2e9)
    var experiment = Fixture.delivering([Fixture.firehose(size: 64, interval: 60, latency: latency)], seconds: 3_600)
    experiment.objectives = [
      Objective(
        id: "fresh", expression: "data_freshness(firehose=lake).max < 63100 ms", metric: .dataFreshness(firehose: 0),
        statistic: .max, comparison: .less, threshold: 63_100)
    ]
    let result = Fixture.result(of: experiment)
    let times = result.firehoses[0].freshness
    #expect(times.max > .seconds(62) && times.max < .milliseconds(63_100))
    // Half a poll, half the interval, the latency, and half a second of a parcel's grain.
    #expect(abs(times.mean.inSeconds - 33) < 0.7)
    #expect(result.verdicts[0].isPassing)
  }
}
