import Experiment
import KinesisCore
import Models
import Pricing
import Simulation
import Testing
import Units

@Suite("Runs with queues")
struct QueueRunTests {
  /// A queue whose calls take no time, unless told.
  static func spec(
    instances: Int = 1, threads: Int, limit: Int = 10, callTime: Double = 0,
    _ change: (inout QueueSpec) -> Void = { _ in }
  ) -> QueueSpec {
    var spec = QueueSpec(callTime: .constant(callTime))
    (spec.instances, spec.threads, spec.limit) = (instances, threads, limit)
    change(&spec)
    return spec
  }

  static func consumer(
    _ queue: QueueSpec, named name: String = "jobs", perBatch: Distribution = .constant(0),
    perRecord: Distribution = .constant(0)
  ) -> ConsumerSpec {
    ConsumerSpec(
      name: name, stream: 0, application: .queue(queue), reading: .polling, pollInterval: .seconds(1),
      perBatch: perBatch, perRecord: perRecord)
  }

  static func experiment(
    seconds: Int64, rate: Double, _ consumers: [ConsumerSpec], warmup: Int64 = 0, limits: LimitsProfile = .current,
    events: [ScheduledEvent] = [], seed: UInt64 = 1
  ) -> Experiment {
    var experiment = Fixture.experiment(
      seconds: seconds, shards: 4, seed: seed, producers: [Fixture.single(rate: rate)], consumers: consumers,
      events: events, warmup: .seconds(warmup))
    experiment.streams[0].capacity = StreamCapacity(mode: .onDemandStandard)
    experiment.limits = limits
    experiment.serviceTimes = Fixture.instantService
    return experiment
  }

  static func run(_ experiment: Experiment) throws -> (
    consumer: ConsumerResult, queue: QueueResult, run: RunResult
  ) {
    let run = Fixture.result(of: experiment)
    return (run.consumers[0], try #require(run.consumers[0].queue), run)
  }

  /// The wall of Q§10, a hundredth of it: 100 records/s, 0.2 s of service, V = 30 s, silent failures, 1,200 in flight.
  private static func wall(_ share: Double, seconds: Int64 = 700) throws -> QueueResult {
    var limits = LimitsProfile.current
    limits[.queue.inFlight] = 1_200
    let queue = spec(threads: 400, limit: 1) { $0.failures.rate = share }
    return try run(
      experiment(
        seconds: seconds, rate: 100, [consumer(queue, perRecord: .constant(2e8))], warmup: 200, limits: limits)
    ).queue
  }

  @Test(
    "the wall: in flight is λA((1 − p)S + pV) while that is below the limit (oracle 3)", arguments: [0, 0.1, 0.2, 0.25])
  func belowTheWall(share: Double) throws {
    let queue = try Self.wall(share), mean = try #require(queue.inFlightMean)
    var attempts = 0.0, power = 1.0
    for _ in 0..<6 { (attempts, power) = (attempts + power, power * share) }
    let expected = 100 * attempts * ((1 - share) * 0.2 + share * 30)
    // Seconds a visibility apart are as good as independent: 500 s of them.
    let samples = share > 0 ? 500.0 / 30 : 500
    let error = (expected / samples).squareRoot()
    #expect(abs(mean - expected) <= 4 * error, "\(mean), closed form \(expected)")
    #expect(queue.secondsAtLimit == 0 && queue.inFlightPeak < 1_200)
    let received = Double(queue.received) / Double(queue.acknowledged + queue.died)
    #expect(abs(received - attempts) < 0.06, "\(received) receipts a record, closed form \(attempts)")
  }

  @Test("the wall is reached behind p = 0.282, and what comes then waits")
  func atTheWall() throws {
    let queue = try Self.wall(0.31)
    #expect(queue.secondsAtLimit > 250 && queue.inFlightPeak == 1_200 && queue.visiblePeak > 1_000)
    #expect(queue.inFlightShare == 1)
  }

  @Test("work longer than visibility is lost six times over and dies; a heartbeat saves it all")
  func heartbeat() throws {
    let lost = Self.spec(threads: 600) { $0.limit = 1 }
    let saved = Self.spec(threads: 600) {
      $0.limit = 1
      $0.heartbeat = QueueSpec.Heartbeat(every: .seconds(15), extends: .seconds(30))
    }
    let slow = Distribution.constant(45e9)
    let without = try Self.run(Self.experiment(seconds: 400, rate: 2, [Self.consumer(lost, perRecord: slow)])).queue
    let with = try Self.run(Self.experiment(seconds: 400, rate: 2, [Self.consumer(saved, perRecord: slow)])).queue
    #expect(without.acknowledged == 0 && without.amplification == nil && without.died > 300)
    #expect(without.lateAcknowledgements > 1_500)
    #expect(with.acknowledged > 600 && with.died == 0 && with.amplification.map { $0 < 1.2 } == true)
    #expect(with.lateAcknowledgements == 0 && with.entryCalls > 3 * with.acknowledged - 1_000)
  }

  @Test("poisoned records die, no others; who looks after dead letters throws them away, or they come again")
  func poison() throws {
    for action in QueueSpec.DeadLetterReader.Action.allCases {
      let queue = Self.spec(threads: 20) {
        $0.failures.poison = 0.02
        $0.visibility = .seconds(5)
        $0.maxReceives = 3
        $0.deadLetters = .init(after: .seconds(60), action: action)
      }
      let result = try Self.run(Self.experiment(seconds: 300, rate: 50, [Self.consumer(queue)]))
      let expected = 0.02 * Double(result.consumer.records)
      switch action {
      case .discard:
        #expect(abs(Double(result.queue.died) - expected) < 5 * expected.squareRoot() + 10)
        #expect(result.queue.discarded > 100 && result.queue.restored == 0)
      case .restore:
        #expect(result.queue.restored > 100 && Double(result.queue.died) > 1.5 * expected)
      }
      #expect(result.queue.deadEnd < result.queue.died)
      #expect(result.queue.received == result.consumer.records + result.consumer.duplicates)
    }
  }

  @Test("a failed attempt that sets visibility to 0 comes again at once: 1/(1 − p) receipts, few in flight")
  func release() throws {
    let queue = Self.spec(threads: 50, limit: 1) {
      $0.failures.rate = 0.3
      $0.failures.kind = .release
      $0.maxReceives = nil
    }
    let result = try Self.run(
      Self.experiment(seconds: 120, rate: 100, [Self.consumer(queue, perRecord: .constant(1e8))])
    ).queue
    let amplification = try #require(result.amplification)
    #expect(abs(amplification - 1 / 0.7) < 0.04, "\(amplification)")
    #expect(result.inFlightPeak < 60 && result.died == 0)
  }

  @Test("an instance that dies drops what its threads hold; others do the work again, and all is acknowledged")
  func crashes() throws {
    let queue = Self.spec(instances: 5, threads: 4) {
      $0.failures.rate = 0.002
      $0.failures.kind = .crash
      $0.failures.restart = .seconds(10)
    }
    let consumer = Self.consumer(queue, perRecord: .constant(2e7))
    let result = try Self.run(Self.experiment(seconds: 300, rate: 100, [consumer]))
    #expect(result.queue.crashes > 20 && result.queue.lateAcknowledgements == 0)
    #expect(result.queue.received > result.queue.acknowledged + 100)
    let open = result.queue.inFlightEnd + result.consumer.backlog
    #expect(result.run.records.accepted == result.queue.acknowledged + open && open < 3_000)
  }

  @Test("an outage of the consumer leaves a backlog, which is worked off; nothing is lost")
  func outage() throws {
    let stop = ScheduledEvent(at: .seconds(60), length: .seconds(120), action: .stopConsumer(0))
    let queue = Self.spec(threads: 4, callTime: 1e7)
    let consumer = Self.consumer(queue, perRecord: .constant(1e7))
    let result = try Self.run(Self.experiment(seconds: 400, rate: 100, [consumer], events: [stop]))
    #expect(result.queue.visiblePeak > 11_000 && result.consumer.backlog < 200)
    #expect(result.consumer.iteratorAgeMax > .seconds(110) && result.consumer.iteratorAgeLast < .seconds(2))
    #expect(result.consumer.expired == 0 && result.queue.died == 0)
    let times = result.queue.acknowledgedAfter
    #expect(times.percentile(99) > .seconds(100) && times.count == result.run.records.accepted)
  }

  @Test("instances follow VisibleQueueRecords within their bounds, a minute late, and shrink again")
  func scaling() throws {
    var scaling = QueueSpec.Scaling(.visible, perInstance: 500, minimum: 1, maximum: 8)
    (scaling.metricDelay, scaling.downCooldown) = (.minutes(1), .minutes(2))
    let queue = Self.spec(threads: 1, callTime: 1e7) { $0.scaling = scaling }
    let burst = RateCurve.square(
      low: RecordsPerSecond(20), high: RecordsPerSecond(600), period: .seconds(1_200), on: .seconds(240))
    var experiment = Self.experiment(seconds: 1_200, rate: 1, [Self.consumer(queue, perRecord: .constant(1e7))])
    experiment.producers = [Fixture.single(curve: burst)]
    let result = try Self.run(experiment)
    #expect(result.queue.instancesPeak == 8 && result.queue.scaledUp >= 1 && result.queue.instances == 1)
    #expect(result.consumer.backlog < 100)
    #expect(result.queue.instanceHours > 0.4 && result.queue.instanceHours < 8.0 / 3)
    let idle = try Self.run(Self.experiment(seconds: 1_200, rate: 10, [Self.consumer(queue)])).queue
    #expect(idle.instancesPeak == 1 && idle.scaledUp == 0)
  }

  @Test("instances follow InFlightQueueRecords, which threads of their own raise") func scalingInFlight() throws {
    // 100 records a second of half a second each are 50 in flight: at ten an instance, five instances.
    let queue = Self.spec(threads: 20) {
      $0.scaling = QueueSpec.Scaling(.inFlight, perInstance: 10, minimum: 2, maximum: 8)
    }
    let result = try Self.run(
      Self.experiment(seconds: 900, rate: 100, [Self.consumer(queue, perRecord: .constant(5e8))]))
    #expect(result.queue.scaledUp >= 1 && (5...7).contains(result.queue.instances), "\(result.queue)")
    #expect(result.consumer.backlog < 200)
  }

  @Test("one idle thread that waits nine seconds makes 400 receives an hour, all of them empty (oracle 20)")
  func idle() throws {
    let queue = Self.spec(threads: 1)
    let result = try Self.run(Self.experiment(seconds: 3_601, rate: 1e-9, [Self.consumer(queue)]))
    #expect(result.consumer.calls == 401 && result.queue.emptyReceives == 400)
    let series = try #require(result.run.series.first { $0.metric == "EmptyReceives" })
    #expect(series.samples.reduce(0) { $0 + $1.sum } == 400 && series.consumer == "jobs" && series.stream.isEmpty)
  }

  @Test("two queues of a stream and a poller each have every record, and stand in nobody's way")
  func together() throws {
    let first = Self.consumer(Self.spec(threads: 5), named: "first")
    let failing = Self.spec(threads: 5) {
      $0.failures.rate = 0.5
      $0.visibility = .seconds(2)
    }
    let second = Self.consumer(failing, named: "second")
    let alone = try Self.run(Self.experiment(seconds: 60, rate: 100, [first]))
    let all = Fixture.result(
      of: Self.experiment(seconds: 60, rate: 100, [first, second, Fixture.consumer(.sdkPolling)]))
    #expect(all.consumers[0].queue?.received == alone.queue.received)
    #expect(all.consumers[0].propagation == alone.consumer.propagation)
    #expect(all.consumers[1].records + 20 > all.records.accepted && all.consumers[1].duplicates > 2_000)
    #expect(all.consumers[2].records > all.records.accepted - 250)
  }

  @Test("acknowledging each record takes a call each; in one batch a call for ten")
  func acknowledging() throws {
    func calls(_ way: QueueSpec.Acknowledging) throws -> QueueResult {
      let queue = Self.spec(threads: 1, callTime: 1e7) { $0.acknowledging = way }
      let consumer = Self.consumer(queue, perRecord: .constant(1e6))
      return try Self.run(Self.experiment(seconds: 60, rate: 200, [consumer])).queue
    }
    let each = try calls(.each), batch = try calls(.batch)
    #expect(each.entryCalls == each.acknowledged && each.acknowledged < 5_600, "11 ms a record and a receive for ten")
    #expect(batch.acknowledged > 11_500 && batch.entryCalls < batch.acknowledged / 4)
  }

  @Test("equal experiments have equal runs; records that come while all threads wait are answered 70 ms on")
  func deterministic() throws {
    let queue = Self.spec(threads: 3, callTime: 5e6) { $0.failures.rate = 0.1 }
    let experiment = Self.experiment(seconds: 60, rate: 5, [Self.consumer(queue)])
    let (one, other) = (Fixture.result(of: experiment), Fixture.result(of: experiment))
    #expect(one.trajectoryHash == other.trajectoryHash && one.consumers[0].records == other.consumers[0].records)
    #expect(one.consumers[0].propagation.percentile(50) >= .milliseconds(74))
    #expect(one.consumers[0].propagation.percentile(50) <= .milliseconds(76))
  }

  @Test("a run that ends when its stream would split ends before the split")
  func endsAtSplit() throws {
    var experiment = Self.experiment(seconds: 240, rate: 1, [Self.consumer(Self.spec(threads: 20))])
    experiment.producers = [
      Fixture.producer(rate: 3_500, arrivals: .paced, keys: KeySpec(.uniform(cardinality: 1_000)))
    ]
    let result = try Self.run(experiment)
    #expect(result.run.streams[0].shardsEnd == 4 && result.run.streams[0].reshards.count == 1)
  }

  @Test("the price is unknown: named, left out of the total, and set by a price file's price")
  func bill() throws {
    let result = try Self.run(Self.experiment(seconds: 60, rate: 100, [Self.consumer(Self.spec(threads: 5))]))
    let bill = result.run.bill
    #expect(bill.unpriced.map(\.item) == [.queueData] && bill.unpriced[0].scope == Scope(.consumer, "jobs"))
    #expect(bill.unpriced[0].reason.contains("price file"))
    let price = Price(
      item: .queueData, region: "us-east-1", unit: .gibibyte,
      tiers: [.init(above: 0, price: try #require(Money(usd: "0.05")))], source: "a guess", confidence: .assumed)
    let book = PriceBook.current.overridden(by: PriceBook(name: "own", prices: [price]))
    let priced = Bill(result.run.usage, for: .month730h, book: book, region: "us-east-1")
    #expect(priced.unpriced.isEmpty && priced.total(of: Scope(.consumer, "jobs")).inDollars > 0)
  }
}
