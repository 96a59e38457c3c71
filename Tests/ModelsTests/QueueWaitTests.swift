import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

/// Who waits at a queue, and what lies there.
@Suite("Waiting at a queue")
struct QueueWaitTests {
  /// A second ends with a `precondition` that no thread waits for what could have been given to it.
  @Test("no thread waits without a wake-up, whatever its consumer does and whatever goes wrong", arguments: 0..<60)
  func everyThreadIsWoken(seed: UInt64) throws {
    var dice = RandomStream(seed: seed, replication: 0, purpose: .control, entity: "tests.queue")
    func pick<Value>(_ values: [Value]) -> Value { values[Int(dice.next() % UInt64(values.count))] }
    var limits = LimitsProfile.current
    limits[.queue.inFlight] = pick([8, 40, 120_000])
    limits[.queue.nextRecord] = pick([0, 0, 1])
    limits[.queue.deadAt] = pick([0, 1])
    limits[.queue.readBytes] = pick([0, 0, 20_000])
    let queue = QueueRunTests.spec(
      instances: pick([1, 3]), threads: pick([2, 9]), limit: pick([1, 10]), callTime: 5e6
    ) {
      $0.visibility = .seconds(pick([1, 4, 30]))
      $0.wait = .seconds(pick([1, 9, 20]))
      $0.maxReceives = pick([1, 3, nil])
      $0.acknowledging = pick([.each, .batch])
      $0.heartbeat = pick([
        nil, .init(every: .milliseconds(300), extends: .seconds(1)), .init(every: .seconds(1), extends: .seconds(60)),
      ])
      $0.failures.kind = pick(QueueSpec.Failures.Kind.allCases)
      $0.failures.rate = pick([0, 0.2, 0.6])
      $0.failures.restart = .seconds(pick([1, 25]))
      $0.deadLetters = pick([nil, .init(after: .seconds(5), action: .restore), .init(after: .zero, action: .discard)])
    }
    let work = Distribution.exponential(mean: pick([1e7, 4e8, 3e9]))
    let events = [ScheduledEvent(at: .seconds(40), length: .seconds(20), action: .stopConsumer(0))]
    let result = try QueueRunTests.run(
      QueueRunTests.experiment(
        seconds: 120, rate: pick([0.3, 4, 30]), [QueueRunTests.consumer(queue, perRecord: work)], limits: limits,
        events: pick([[], events]), seed: seed))
    #expect(result.queue.received >= result.consumer.records)
    #expect(result.queue.inFlightPeak <= limits[.queue.inFlight])
  }

  @Test("work that a short extension gives back is done by who waits, a second on")
  func shortExtension() throws {
    // An instance dies half a second after its heartbeat hid its record for one second instead of thirty.
    let queue = QueueRunTests.spec(instances: 40, threads: 1, limit: 1) {
      $0.heartbeat = QueueSpec.Heartbeat(every: .seconds(1), extends: .seconds(1))
      $0.failures.kind = .crash
      $0.failures.rate = 0.3
      $0.failures.restart = .seconds(600)
      $0.wait = .seconds(20)
    }
    let work = Distribution.constant(1.5e9)
    let result = try QueueRunTests.run(
      QueueRunTests.experiment(seconds: 60, rate: 0.5, [QueueRunTests.consumer(queue, perRecord: work)], seed: 3))
    #expect(result.queue.crashes > 3 && result.queue.acknowledged > 10)
    #expect(
      result.queue.acknowledgedAfter.max < .seconds(12),
      "1.5 s a try, a second hidden: \(result.queue.acknowledgedAfter.max)")
  }

  @Test("iterator age is of records never received: what is visible again was handed over")
  func ageOfTheUnread() throws {
    // Ten seconds of work, all in vain, on records hidden for two: they are visible again while the one thread works.
    let queue = QueueRunTests.spec(threads: 1) {
      $0.visibility = .seconds(2)
      $0.failures.rate = 1
      $0.maxReceives = nil
    }
    var experiment = QueueRunTests.experiment(
      seconds: 60, rate: 0, [QueueRunTests.consumer(queue, perBatch: .constant(1e10))])
    let burst = RateCurve.square(
      low: RecordsPerSecond(0), high: RecordsPerSecond(5), period: .seconds(600), on: .seconds(1))
    experiment.producers = [Fixture.single(curve: burst, arrivals: .paced)]
    let result = try QueueRunTests.run(experiment)
    #expect(result.consumer.records == 5 && result.consumer.duplicates > 15 && result.queue.visiblePeak == 5)
    #expect(result.consumer.iteratorAgeMax < .seconds(11) && result.consumer.iteratorAgeLast == .zero)
  }

  @Test("under the rule of chance the unread are known one by one: age, backlog and lateness are theirs")
  func unreadByChance() throws {
    var limits = LimitsProfile.current
    let queue = QueueRunTests.spec(threads: 1, limit: 1)
    func run() throws -> ConsumerResult {
      try QueueRunTests.run(
        QueueRunTests.experiment(
          seconds: 100, rate: 20, [QueueRunTests.consumer(queue, perRecord: .constant(1e8))], limits: limits)
      ).consumer
    }
    let ordered = try run()
    limits[.queue.nextRecord] = 1
    let chance = try run()
    #expect(abs(ordered.backlog - chance.backlog) < 5 && chance.backlog > 900)
    #expect(ordered.iteratorAgeLast > .seconds(45) && ordered.iteratorAgeLast < .seconds(55))
    // Half of all are unread: the oldest of them is one of the first.
    #expect(chance.iteratorAgeLast > .seconds(95) && chance.iteratorAgeMax >= chance.iteratorAgeLast)
    #expect(chance.propagation.count == ordered.propagation.count)
  }
}
