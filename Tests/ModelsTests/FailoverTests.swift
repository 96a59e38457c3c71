import Experiment
import KinesisCore
import Limits
import Pricing
import Simulation
import Testing
import Units

@testable import Models

@Suite("Crash and failover")
struct FailoverTests {
  private static func experiment(
    _ kind: Fixture.Kind, workers: Int = 3, lost: Int = 2, length: Interval? = nil, seed: UInt64 = 1,
    seconds: Int64 = 180
  ) -> Experiment {
    Fixture.experiment(
      seconds: seconds, shards: 6, seed: seed, producers: [Fixture.producer(rate: 240)],
      consumers: [
        Fixture.consumer(
          "reader", kind, every: .milliseconds(500), workers: workers, perBatch: 50e6, perRecord: 5e6)
      ],
      events: [
        ScheduledEvent(at: .seconds(60), length: length, action: .crashWorkers(consumer: 0, count: lost))
      ])
  }

  static let kinds: [Fixture.Kind] = [.kclPolling, .kclFanOut]

  @Test(
    "nothing is lost, duplicates are counted apart, and first deliveries never exceed what was accepted",
    arguments: kinds)
  func conserved(kind: Fixture.Kind) {
    var duplicates: Int64 = 0
    for seed in UInt64(1)...6 {
      let result = Fixture.result(of: Self.experiment(kind, seed: seed))
      let consumer = result.consumers[0]
      #expect(consumer.records + consumer.backlog + consumer.expired == result.records.accepted, "seed \(seed)")
      #expect(consumer.expired == 0)
      #expect(
        consumer.propagation.count == consumer.records + consumer.backlog + consumer.expired, "seed \(seed)")
      #expect(consumer.iteratorAgeLast < .seconds(5), "seed \(seed)")
      duplicates += consumer.duplicates
    }
    #expect(duplicates > 0)
  }

  /// Two of three workers vanish at 60 s, and of the one left a scan must see each counter where it stands, and another one,
  /// `failover` later, that it did not move. Renewals are a third of `failover` apart; KCL 3 adds a look for what was given.
  @Test(
    "a lease left behind is taken at the second scan after its last renewal, whatever `kcl.failover_s` is",
    arguments: [Int64(1), 10, 100], ConsumerSpec.LibraryVersion.allCases)
  func takeover(failover: Int64, version: ConsumerSpec.LibraryVersion) {
    for seed in UInt64(1)...(failover == 10 ? 3 : 1) {
      var experiment = Self.experiment(.kclPolling, seed: seed, seconds: 65 + failover * 6)
      experiment.producers = [Fixture.producer(rate: 24)]
      experiment.consumers[0].libraryVersion = version
      experiment.limits[.kcl.failover] = failover
      let crash = 60_000_000_000, second = Int(failover) * 1_000_000_000, epsilon = version == .two ? 50_000_000 : 0
      let earliest = crash - second / 3 + second * 2 + epsilon
      let latest = crash + second * 4 + epsilon * 2 + (version == .two ? 0 : second)
      let taken = Fixture.instants(of: "lease of", in: experiment).map(Int.init).filter { $0 > crash }
      #expect(taken.count == 4, "seed \(seed)")
      for instant in taken { #expect((earliest...latest).contains(instant), "seed \(seed)") }
      let most = Fixture.result(of: experiment).consumers[0].iteratorAgeMax.inSeconds
      #expect(most > Double(earliest - crash) / 1e9 - 2 && most < Double(latest - crash) / 1e9 + 3, "seed \(seed)")
    }
  }

  @Test(
    "what the lease table is asked follows `kcl.failover_s`: renewals, and the scans of every worker or of the leader")
  func table() {
    func use(_ failover: Int64, _ version: ConsumerSpec.LibraryVersion) -> LeaseRhythm {
      var spec = Fixture.consumer(.kclPolling, workers: 7), limits = LimitsProfile.current
      spec.libraryVersion = version
      limits[.kcl.failover] = failover
      let use = spec.leases(held: 0, over: .hours(1), batches: 0, limits)
      #expect(use.rhythm.scan == spec.leaseRhythm(limits).scan && use.workers == 7)
      #expect(use.rhythm.renewal == spec.leaseRhythm(limits).renewal)
      #expect(use.rhythm.discovery == spec.leaseRhythm(limits).discovery)
      return spec.leaseRhythm(limits)
    }
    #expect([1, 10, 100].map { use($0, .two).scan.inSeconds } == [2.05, 20.05, 200.05])
    #expect([1, 10, 100].map { use($0, .three).scan.inSeconds } == [2, 20, 200])
    #expect([1, 10, 100].map { use($0, .three).discovery?.inSeconds } == [0.975, 9.975, 99.975])
    #expect(use(10, .two).discovery == nil)
    #expect(use(10, .three).renewal.inMilliseconds.rounded() == 3_308)
  }

  @Test(
    "when all workers vanish nothing is read until they are back and have seen the leases stand still", arguments: kinds
  )
  func allGone(kind: Fixture.Kind) {
    let result = Fixture.result(of: Self.experiment(kind, workers: 2, lost: 2, length: .seconds(40)))
    let consumer = result.consumers[0]
    #expect(consumer.iteratorAgeMax > .seconds(60) && consumer.iteratorAgeMax < .seconds(92))
    #expect(consumer.records + consumer.backlog == result.records.accepted)
    #expect(consumer.iteratorAgeLast < .seconds(5))
    let forever = Fixture.result(of: Self.experiment(kind, workers: 1, lost: 1))
    #expect(forever.consumers[0].iteratorAgeLast > .seconds(115))
    #expect(forever.consumers[0].records + forever.consumers[0].backlog == forever.records.accepted)
  }

  @Test("a second crash during the takeover, resharding and stops keep every record", arguments: 1...12)
  func swarm(seed: Int) {
    var experiment = Self.experiment(seed % 2 == 0 ? .kclPolling : .kclFanOut, seed: UInt64(seed), seconds: 240)
    experiment.events += [
      ScheduledEvent(at: .seconds(58), action: .updateShardCount(stream: 0, target: 8)),
      ScheduledEvent(
        at: .seconds(Int64(61 + seed * 2)), length: .seconds(30), action: .crashWorkers(consumer: 0, count: 1)),
      ScheduledEvent(at: .seconds(Int64(65 + seed)), length: .seconds(7), action: .stopConsumer(0)),
    ]
    let result = Fixture.result(of: experiment), consumer = result.consumers[0]
    #expect(consumer.records + consumer.backlog + consumer.expired == result.records.accepted, "seed \(seed)")
    #expect(consumer.backlog >= 0)
    #expect(Fixture.result(of: experiment).trajectoryHash == result.trajectoryHash)
  }
}

@Suite("Deployed late")
struct DeploymentTests {
  private static func run(
    _ start: ConsumerSpec.Start, _ kind: Fixture.Kind, reshard: Instant? = nil
  ) -> RunResult {
    var consumer = Fixture.consumer(kind, every: .milliseconds(500), perBatch: 1e6)
    consumer.start = start
    var events = [ScheduledEvent(at: .seconds(60), action: .startConsumer(0))]
    if reshard != nil {
      events.append(ScheduledEvent(at: .seconds(5), action: .splitShard(stream: 0, shard: ShardID(0), at: nil)))
    }
    return Fixture.result(
      of: Fixture.experiment(
        seconds: 180, producers: [Fixture.producer(rate: 200)], consumers: [consumer], events: events))
  }

  static let kinds: [Fixture.Kind] = [.sdkPolling, .kclPolling, .kclFanOut]

  @Test("at LATEST it skips what was stored before it began", arguments: kinds, [false, true])
  func latest(kind: Fixture.Kind, isResharded: Bool) {
    let result = Self.run(.latest, kind, reshard: isResharded ? .epoch : nil)
    let consumer = result.consumers[0]
    #expect(abs(Double(consumer.skipped) - 12_000) < 500)
    #expect(consumer.records + consumer.skipped + consumer.backlog + consumer.expired == result.records.accepted)
    #expect(consumer.iteratorAgeMax < .seconds(3))
    #expect(consumer.propagation.max < .seconds(3))
  }

  @Test("at TRIM_HORIZON it reads all of it, parents before children", arguments: kinds, [false, true])
  func trimHorizon(kind: Fixture.Kind, isResharded: Bool) {
    let result = Self.run(.trimHorizon, kind, reshard: isResharded ? .epoch : nil)
    let consumer = result.consumers[0]
    #expect(consumer.skipped == 0)
    #expect(consumer.propagation.max > .seconds(55))
    #expect(consumer.records + consumer.backlog == result.records.accepted)
    #expect(consumer.iteratorAgeLast < .seconds(3))
  }

  @Test("a consumer that runs from the start reads the same at LATEST and TRIM_HORIZON: the stream is empty then")
  func fromTheStart() {
    let hashes = [ConsumerSpec.Start.latest, .trimHorizon].map { start in
      var consumer = Fixture.consumer(.kclPolling)
      consumer.start = start
      return Fixture.result(of: Fixture.experiment(consumers: [consumer])).trajectoryHash
    }
    #expect(hashes[0] == hashes[1])
  }
}

@Suite("Any mapping or application, through resharding, stops and late starts")
struct ApplicationSwarmTests {
  /// A consumer and events drawn from a seed.
  private static func experiment(_ seed: UInt64) -> Experiment {
    var dice = RandomStream(seed: seed, replication: 0, purpose: .control, entity: "applications")
    func below(_ n: UInt64) -> Int { Int(dice.below(n)) }
    let kind = below(4)
    let failures = FunctionSpec.Failures(
      errorRate: Double(below(3)) * 0.2, poisonAt: below(2) == 0 ? .seconds(Int64(below(100))) : nil,
      maxRetries: [nil, 0, 2][below(3)], batch: below(2) == 0 ? .whole : .bisected,
      maxRecordAge: below(2) == 0 ? .seconds(60) : nil)
    let function = FunctionSpec(
      batchSize: 1 + below(200), window: .seconds(Int64(below(5))), factor: 1 + below(10), failures: failures)
    let isFlink = kind >= 2, start: ConsumerSpec.Start = below(2) == 0 ? .latest : .trimHorizon
    let job = FlinkSpec(ratePerKPU: isFlink ? 50 + below(300) : 1, window: .tumbling(size: .seconds(7)))
    let consumer = ConsumerSpec(
      name: "any", stream: 0, application: isFlink ? .flink(job) : .mapping(function),
      reading: kind % 2 == 0 ? .polling : .fanOut, pollInterval: isFlink ? .milliseconds(200) : .seconds(1),
      perBatch: .exponential(mean: 50e6), start: start)
    var experiment = Fixture.experiment(
      seconds: 200, seed: seed, producers: [Fixture.producer(rate: 150)], consumers: [consumer],
      events: [ScheduledEvent(at: .seconds(Int64(10 + below(60))), action: .splitShard(stream: 0, shard: nil, at: nil))]
    )
    if below(2) == 0 {
      experiment.events.append(ScheduledEvent(at: .seconds(Int64(below(90))), action: .startConsumer(0)))
    }
    if below(2) == 0 {
      experiment.events.append(
        ScheduledEvent(at: .seconds(Int64(90 + below(60))), length: .seconds(12), action: .stopConsumer(0)))
    }
    experiment.limits[.lambda.concurrency] = Int64(1 + below(12))
    return experiment
  }

  @Test("every record accepted is handed over, given up, skipped, expired or waiting", arguments: UInt64(1)...40)
  func conserved(seed: UInt64) {
    let experiment = Self.experiment(seed)
    let result = Fixture.result(of: experiment), consumer = result.consumers[0]
    #expect(Fixture.isConserved(consumer, result), "seed \(seed)")
    #expect(consumer.backlog >= 0 && consumer.duplicates == 0, "seed \(seed)")
    #expect(
      consumer.propagation.count == consumer.records + consumer.backlog + consumer.expired, "seed \(seed)")
    let function = consumer.function
    #expect((function?.concurrencyPeak ?? 0) <= Int(experiment.limits[.lambda.concurrency]), "seed \(seed)")
    #expect(Fixture.result(of: experiment).trajectoryHash == result.trajectoryHash, "seed \(seed)")
  }
}
