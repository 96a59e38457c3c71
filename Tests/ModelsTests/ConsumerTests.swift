import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("Latency emerges")
struct LatencyTests {
  private static func run(
    _ consumers: [ConsumerSpec], seconds: Int64 = 120, rate: Double = 100, times: ServiceTimes? = nil
  ) -> RunResult {
    var producer = Fixture.single(processes: 4, rate: rate)
    producer.keys = KeySpec(.single)
    var experiment = Fixture.experiment(seconds: seconds, shards: 1, producers: [producer], consumers: consumers)
    experiment.serviceTimes = times ?? Fixture.instantService
    return Fixture.result(of: experiment)
  }

  @Test(
    "one poll a second, a little late, finds records half a second old on average, and the read's own time more",
    arguments: [0, 80.0])
  func pollingDelay(read: Double) {
    var times = Fixture.instantService
    times.getRecords = .constant(read * 1e6)
    let result = Self.run([Fixture.consumer(.sdkPolling, perBatch: 0)], times: times)
    let propagation = result.consumers[0].propagation
    #expect(abs(propagation.mean.inMilliseconds - 512.7 - read) < 12, "seed 1; half a period and its lateness")
    #expect(propagation.max <= .milliseconds(Int64(1_051 + read)))
    #expect((114...120).contains(result.consumers[0].calls))
  }

  @Test("five pollers at one call a second share a shard without a refusal; a sixth is refused")
  func sixthPoller() {
    func refused(_ count: Int) -> [Int64] {
      Self.run((0..<count).map { Fixture.consumer("c\($0)", .sdkPolling) }, seconds: 60, rate: 20).consumers.map(
        \.throttledCalls)
    }
    #expect(refused(5) == [0, 0, 0, 0, 0])
    #expect((45...150).contains(refused(6).reduce(0, +)), "its SDK asks again: more than one a second")
  }

  @Test("fan-out is as fast for five consumers as for one: 70 ms")
  func fanOutIsFlat() {
    let means = [1, 3, 5].map { count in
      let result = Self.run(
        (0..<count).map { Fixture.consumer("c\($0)", .kclFanOut) }, seconds: 100, times: .measured2026)
      return result.consumers.map(\.propagation.mean.inMilliseconds).reduce(0, +) / Double(count)
    }
    for mean in means {
      #expect(abs(mean - means[0]) < 0.03 * means[0])
      #expect(abs(mean - 70) < 5)
    }
  }

  @Test("calibration: five polls a second see a record 172 ms after its put began, 314 ms at the 99th percentile")
  func calibration() {
    let result = Self.run(
      [Fixture.consumer(.sdkPolling, every: .milliseconds(200), perBatch: 0)], seconds: 300, times: .measured2026)
    let propagation = result.consumers[0].propagation
    let halfPut = result.producers[0].putLatency.mean.inMilliseconds / 2
    #expect(result.consumers[0].throttledCalls == 0)
    #expect(abs(Fixture.milliseconds(propagation, 50) + halfPut - 172) < 0.05 * 172)
    #expect(abs(Fixture.milliseconds(propagation, 99) + halfPut - 314) < 0.05 * 314)
  }

  @Test(
    "a poller asks at its interval, never faster, and up to a twentieth later",
    arguments: [Fixture.Kind.sdkPolling, .kclPolling])
  func pollInterval(kind: Fixture.Kind) {
    var experiment = Fixture.experiment(
      seconds: 100, shards: 1, consumers: [Fixture.consumer(kind, every: .milliseconds(300))],
      events: [ScheduledEvent(at: .seconds(10), action: .splitShard(stream: 0, shard: nil, at: nil))])
    experiment.producers[0] = Fixture.single(rate: 5)
    var calls: [Int64: [Int64]] = [:]
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 1) {
      guard run.description.hasPrefix("read of "), let reader = Int64(run.description.split(separator: " ")[2]) else {
        continue
      }
      calls[reader, default: []].append(run.now.nanoseconds)
    }
    #expect(calls.count == 3)
    for instants in calls.values {
      for (a, b) in zip(instants, instants.dropFirst()) { #expect((300_000_000...315_000_000).contains(b - a)) }
    }
  }
}

@Suite("Leases")
struct LeaseTests {
  private static func drained(_ result: RunResult) -> [(shard: Int, at: Instant)] {
    Fixture.note(result, .shardDrained).compactMap { note in
      let name = note.detail.split(separator: " ")[0].split(separator: "-").last ?? ""
      return Int(name).map { ($0, note.at) }
    }
  }

  private static func resharded(_ kind: Fixture.Kind, workers: Int = 2) -> Experiment {
    // Splits 0 and 1, merges the inner halves, splits that: parents before children across both.
    Fixture.experiment(
      seconds: 420, producers: [Fixture.producer(rate: 120)],
      consumers: [Fixture.consumer(kind, every: .milliseconds(400), workers: workers)],
      events: [
        ScheduledEvent(at: .seconds(5), action: .splitShard(stream: 0, shard: ShardID(0), at: nil)),
        ScheduledEvent(at: .seconds(70), action: .splitShard(stream: 0, shard: ShardID(1), at: nil)),
        ScheduledEvent(at: .seconds(140), action: .mergeShards(stream: 0, shard: ShardID(3), adjacent: ShardID(4))),
        ScheduledEvent(at: .seconds(210), action: .splitShard(stream: 0, shard: ShardID(6), at: nil)),
      ])
  }

  static let kinds: [Fixture.Kind] = [.sdkPolling, .kclPolling, .kclFanOut]

  @Test("a shard is read to its end only after all its parents, and nothing is lost between", arguments: kinds)
  func parentsFirst(kind: Fixture.Kind) {
    let result = Fixture.result(of: Self.resharded(kind))
    let ends = Self.drained(result), shards = result.streams[0].shards
    #expect(ends.map(\.shard) == [0, 1, 3, 4, 6] || ends.map(\.shard) == [0, 1, 4, 3, 6])
    #expect(shards.count == 9)
    #expect(shards[6].parents == [ShardID(3), ShardID(4)])
    for (shard, at) in ends {
      for parent in shards[shard].parents {
        #expect((ends.first { $0.shard == parent.index }?.at).map { $0 < at } ?? false)
      }
    }
    #expect(result.consumers[0].records + result.consumers[0].backlog == result.records.accepted)
    #expect(result.consumers[0].backlog < 150)
  }

  @Test("a merged shard is taken up when the later of its parents is read to its end")
  func bothParents() {
    let experiment = Self.resharded(.sdkPolling), start = experiment.horizon.start
    let ends = Self.drained(Fixture.result(of: experiment))
    func end(_ shard: Int) -> Int64 { (ends.first { $0.shard == shard }?.at).map { ($0 - start).nanoseconds } ?? -1 }
    #expect(end(3) != end(4))
    let both = max(end(3), end(4))
    #expect(Fixture.instants(of: "lease of", in: experiment) == [end(0), end(0), end(1), end(1), both, end(6), end(6)])
  }

  @Test("a child's lease is taken within 20.05 s, and read from its beginning", arguments: kinds)
  func pickUp(kind: Fixture.Kind) {
    var longest = Interval.zero
    for seed in 1...4 {
      var experiment = Self.resharded(kind)
      experiment.seed = UInt64(seed)
      (experiment.events, experiment.horizon.duration) = ([experiment.events[0]], .seconds(80))
      let result = Fixture.result(of: experiment)
      let wait = result.consumers[0].propagation.max
      #expect(wait < .milliseconds(kind == .sdkPolling ? 2_000 : 22_000), "seed \(seed)")
      longest = max(longest, wait)
      #expect(result.consumers[0].records + result.consumers[0].backlog == result.records.accepted)
      #expect(result.consumers[0].backlog < 150, "seed \(seed)")
    }
    if kind != .sdkPolling { #expect(longest > .milliseconds(4_000)) }
  }

  @Test("one processor a worker serialises its shards; workers share the shards evenly", arguments: [1, 2, 4])
  func concurrency(workers: Int) {
    // Eight shards, a poll a second each, 400 ms a batch: eight batches take 3.2 s of one processor.
    let experiment = Fixture.experiment(
      seconds: 100, shards: 8, producers: [Fixture.producer(rate: 400)],
      consumers: [Fixture.consumer(.sdkPolling, workers: workers, concurrency: 1, perBatch: 400e6)])
    let calls = Fixture.result(of: experiment).consumers[0].calls
    let expected = min(800, Double(workers) * 100 / 0.4)
    #expect(abs(Double(calls) - expected) < 0.06 * expected, "\(calls) calls")
  }

  @Test("children of a plain poller's shard go to the worker with fewest")
  func childrenAreSpread() {
    let experiment = Fixture.experiment(
      seconds: 300, shards: 2, producers: [Fixture.producer(rate: 100)],
      consumers: [
        Fixture.consumer(.sdkPolling, every: .milliseconds(500), workers: 4, concurrency: 1, perBatch: 400e6)
      ],
      events: [ScheduledEvent(at: .seconds(5), action: .updateShardCount(stream: 0, target: 4))])
    let result = Fixture.result(of: experiment)
    #expect(result.consumers[0].backlog < 150)
    // Alone on its worker, a child's batch never waits for another's: 0.5 s of polling and what the children were born with.
    #expect(result.consumers[0].propagation.percentile(99) < .milliseconds(900))
  }

  @Test("the KCL's queue holds three results: reading stops while processing is stuck, and goes on after")
  func prefetch() {
    let experiment = Fixture.experiment(
      seconds: 100, shards: 1, producers: [Fixture.producer(rate: 100)],
      consumers: [Fixture.consumer(.kclPolling, perBatch: 20e9)])
    let consumer = Fixture.result(of: experiment).consumers[0]
    // One in work and three in the queue, then one more for each that is done: after 20, 40, 60 and 80 s.
    #expect(consumer.calls == 8)
  }
}

@Suite("Enhanced fan-out and stops")
struct FanOutTests {
  private static func checkWhole(
    _ result: RunResult, backlog: Int64 = 50, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for consumer in result.consumers {
      #expect(
        consumer.records + consumer.backlog + consumer.expired == result.records.accepted, "\(consumer.name)",
        sourceLocation: sourceLocation)
      #expect(consumer.backlog <= backlog, "\(consumer.name)", sourceLocation: sourceLocation)
    }
  }

  @Test("subscriptions that end after five minutes go on where they stopped: nothing lost, nothing twice")
  func resubscribe() {
    let result = Fixture.result(
      of: Fixture.experiment(
        seconds: 1_000, producers: [Fixture.producer(rate: 40)], consumers: [Fixture.consumer(.kclFanOut, perBatch: 0)])
    )
    Self.checkWhole(result)
    #expect(result.consumers[0].propagation.count == result.consumers[0].records + result.consumers[0].backlog)
    #expect(result.consumers[0].propagation.max < .milliseconds(400))
  }

  @Test("ten events wait for a slow processor, no more; then pushing goes on")
  func backPressure() {
    let experiment = Fixture.experiment(
      seconds: 300, shards: 1, producers: [Fixture.producer(rate: 100)],
      consumers: [Fixture.consumer(.kclFanOut, perBatch: 2e9)])
    let result = Fixture.result(of: experiment)
    // Each batch takes 2 s and holds what came in ten batches' time at most.
    #expect(result.consumers[0].propagation.max < .seconds(45))
    Self.checkWhole(result, backlog: 4_500)
  }

  @Test("a shard that closes while ten events wait is still read to its end")
  func closedUnderPressure() {
    // A trickle that stops before the close: everything is pushed, the queue is full, nothing new will be.
    var producer = Fixture.single(
      curve: .stages([
        .init(length: .seconds(11), rate: RecordsPerSecond(1), shape: .hold),
        .init(length: .seconds(1), rate: RecordsPerSecond(0), shape: .hold),
      ]), arrivals: .paced)
    producer.keys = KeySpec(.single)
    let experiment = Fixture.experiment(
      seconds: 1_300, shards: 1, producers: [producer], consumers: [Fixture.consumer(.kclFanOut, perBatch: 100e9)],
      events: [ScheduledEvent(at: .seconds(6), action: .splitShard(stream: 0, shard: nil, at: nil))])
    let result = Fixture.result(of: experiment)
    #expect(result.streams[0].shards[0].closedAt != nil)
    Self.checkWhole(result, backlog: 0)
    #expect(Fixture.note(result, .shardDrained).count == 1)
  }

  @Test(
    "a consumer that stops starts where it stopped, after a second or after its iterators expired", arguments: [1, 400])
  func stops(seconds: Int64) {
    let consumers = [
      Fixture.consumer("sdk", .sdkPolling), Fixture.consumer("kcl", .kclPolling), Fixture.consumer("efo", .kclFanOut),
    ]
    let events = (0..<3).map {
      ScheduledEvent(at: .milliseconds(20_300), length: .seconds(seconds), action: .stopConsumer($0))
    }
    let experiment = Fixture.experiment(
      seconds: 600, producers: [Fixture.producer(rate: 30)], consumers: consumers, events: events)
    let result = Fixture.result(of: experiment)
    Self.checkWhole(result, backlog: 100)
    for consumer in result.consumers {
      #expect(consumer.propagation.max >= .milliseconds(seconds * 1_000 - 200), "\(consumer.name)")
      #expect(consumer.propagation.max < .seconds(seconds + 7), "\(consumer.name)")
    }
    #expect(Fixture.note(result, .consumerStopped).count == 3)
    #expect(Fixture.note(result, .consumerStarted).count == 3)
  }

  @Test("records that age out unread are expired, those read in time are not")
  func retention() {
    var experiment = Fixture.experiment(
      seconds: 900, producers: [Fixture.producer(rate: 30)],
      consumers: [
        Fixture.consumer("sdk", .sdkPolling), Fixture.consumer("kcl", .kclPolling), Fixture.consumer("efo", .kclFanOut),
      ],
      events: (0..<3).map { ScheduledEvent(at: .seconds(100), length: .seconds(400), action: .stopConsumer($0)) })
    experiment.streams[0].retention = .seconds(200)
    let result = Fixture.result(of: experiment)
    Self.checkWhole(result, backlog: 100)
    // 200 of the 400 seconds of 30 records are gone.
    for consumer in result.consumers {
      #expect(abs(consumer.expired - 6_000) < 600, "\(consumer.name): \(consumer.expired)")
    }
  }

  @Test("what aged out before the end is expired, read or not")
  func retentionAtTheEnd() {
    var experiment = Fixture.experiment(
      seconds: 601, producers: [Fixture.producer(rate: 30)],
      consumers: [Fixture.consumer("sdk", .sdkPolling), Fixture.consumer("slow", .kclPolling, perBatch: 500e9)],
      events: [ScheduledEvent(at: .seconds(100), action: .stopConsumer(0))])
    experiment.streams[0].retention = .seconds(200)
    let result = Fixture.result(of: experiment)
    Self.checkWhole(result, backlog: 10_000)
    #expect(result.consumers[0].expired > 8_000)
  }

  @Test("an idle subscription costs events for what is pushed, not for what was")
  func noStaleEvents() {
    let busy = Fixture.experiment(seconds: 250, shards: 1, producers: [Fixture.single(rate: 40)])
    var read = busy
    read.consumers = [Fixture.consumer(.kclFanOut, perBatch: 0)]
    // A push is three events: it is due, it arrives, it is processed.
    let extra = Fixture.result(of: read).eventCount - Fixture.result(of: busy).eventCount
    #expect(extra < 3 * 40 * 250 + 100)
    read.horizon.duration = .seconds(301)
    let past = Fixture.result(of: read).eventCount
    read.horizon.duration = .milliseconds(299_990)
    #expect(past - Fixture.result(of: read).eventCount < 400, "events pile up at the end of a subscription")
  }

  @Test("reads never come before the record", arguments: [Fixture.Kind.sdkPolling, .kclPolling, .kclFanOut])
  func causal(kind: Fixture.Kind) {
    var experiment = Fixture.experiment(consumers: [Fixture.consumer(kind, every: .milliseconds(200), perBatch: 0)]
    )
    experiment.serviceTimes = ServiceTimes(put: .constant(0), getRecords: .constant(40e6), fanOut: .constant(40e6))
    #expect(Fixture.result(of: experiment).consumers[0].propagation.percentile(0.001) >= .milliseconds(40))
  }
}
