import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

/// Draws small experiments with a bit of everything.
private struct Swarm {
  private var stream: RandomStream

  init(_ seed: UInt64) {
    stream = RandomStream(seed: seed, replication: 0, purpose: .service, entity: "tests.swarm")
  }

  mutating func experiment(_ seed: UInt64) -> Experiment {
    let seconds = Int64(below(100) + 20), shards = below(4) + 1
    var experiment = Fixture.experiment(
      seconds: seconds, shards: shards, seed: seed, producers: (0...below(3)).map { producer($0, shards) },
      consumers: (0..<below(4)).map { consumer($0) }, warmup: .seconds(Int64(below(15))))
    experiment.horizon.duration = .milliseconds(seconds * 1_000 + Int64(below(2) * below(1_000)))
    experiment.horizon.reportBin = .seconds(pick([1, 7, 10, 60]))
    experiment.streams[0].retention = .seconds(pick([10, 86_400]))
    experiment.events = (0..<below(6)).map { _ in event(seconds, experiment) }
    return experiment
  }

  private mutating func below(_ n: Int) -> Int { Int(stream.below(UInt64(n))) }
  private mutating func pick<T>(_ all: [T]) -> T { all[below(all.count)] }

  private mutating func producer(_ number: Int, _ shards: Int) -> ProducerSpec {
    let size = pick([800, 6_000, 9_000, 40_000])
    let rate = Double(shards) * min(1_000, 1_048_576 / Double(size + 24)) * pick([0.05, 0.4, 0.8])
    let patterns: [ArrivalPattern] = [
      .poisson, .paced, .mmpp(on: .seconds(2), off: .seconds(6), factor: 3),
      .batch(every: .seconds(10), on: .seconds(2), factor: 4, jitter: .seconds(1)),
    ]
    let keys: [KeySpec] = [
      KeySpec(.uniform(cardinality: 1_000)), KeySpec(.zipf(cardinality: 100, s: 1)), KeySpec(.single, salt: 2),
      KeySpec(.roundRobinExplicit),
    ]
    let batchings: [Batching] = [
      .putRecord, .putRecords(linger: .milliseconds(30)),
      .putRecords(maxRecords: 7, maxBytes: Bytes(50_000), linger: .milliseconds(200)),
    ]
    return Fixture.producer(
      "p\(number)", processes: pick([1, 2, 7]), rate: rate, arrivals: pick(patterns), size: size, keys: pick(keys),
      batching: pick(batchings), retry: retry())
  }

  private mutating func retry() -> RetrySpec {
    RetrySpec(
      policy: pick([.none, .immediate, .exponential, .exponentialFullJitter]), maxAttempts: below(8) + 1,
      base: .milliseconds(Int64(below(300) + 1)), cap: .seconds(2), ttl: pick([nil, .milliseconds(600)]),
      buffer: Bytes(pick([50_000, 400_000, 1 << 26])), overflow: pick([.block, .dropNewest, .dropOldest, .divert]))
  }

  private mutating func consumer(_ number: Int) -> ConsumerSpec {
    let interval = Interval.milliseconds(pick([200, 1_000, 1_500]))
    return Fixture.consumer(
      "c\(number)", pick([.sdkPolling, .kclPolling, .kclFanOut]), every: interval, workers: below(3) + 1,
      concurrency: pick([nil, 1]), perBatch: pick([1e6, 50e6, 2e9]), perRecord: pick([0, 1e4, 1e6]))
  }

  private mutating func event(_ seconds: Int64, _ experiment: Experiment) -> ScheduledEvent {
    let at = Interval.milliseconds(Int64(below(Int(seconds))) * 1_000 + Int64(below(2) * 250))
    let length = pick([nil, Interval.seconds(Int64(below(40) + 1))])
    let consumers = experiment.consumers.count
    switch below(consumers == 0 ? 4 : 6) {
    case 0: return ScheduledEvent(at: at, action: .splitShard(stream: 0, shard: pick([nil, ShardID(0)]), at: nil))
    case 1: return ScheduledEvent(at: at, action: .mergeShards(stream: 0, shard: ShardID(0), adjacent: ShardID(1)))
    case 2: return ScheduledEvent(at: at, action: .updateShardCount(stream: 0, target: below(6) + 1))
    case 3:
      return ScheduledEvent(at: at, length: length, action: .setRateFactor(producer: 0, factor: pick([0, 0.5, 3])))
    case 4: return ScheduledEvent(at: at, length: length, action: .stopConsumer(below(consumers)))
    default: return ScheduledEvent(at: at, length: length, action: .startConsumer(below(consumers)))
    }
  }
}

@Suite("Everything adds up")
struct ConservationTests {
  private static let results = (UInt64(1)...40).map { seed in
    var swarm = Swarm(seed)
    return Fixture.result(of: swarm.experiment(seed))
  }

  private static func sum(_ result: RunResult, _ metric: String) -> Double {
    result.series.filter { $0.metric == metric }.flatMap(\.samples).reduce(0) { $0 + $1.sum }
  }

  private static func check(records result: RunResult, _ seed: Comment) {
    let records = result.records
    #expect(records.offered == records.accepted + records.lost + records.inFlight, seed)
    for producer in result.producers {
      #expect(producer.offered == producer.accepted + producer.lost + producer.inFlight, seed)
      #expect(producer.inFlight >= 0, seed)
      #expect(
        producer.lost == producer.lostByAttempts + producer.lostByAge + producer.dropped + producer.diverted, seed)
    }
    for (spec, producer) in zip(result.experiment.producers, result.producers) {
      #expect(producer.peakBuffer <= spec.retry.buffer, seed)
    }
  }

  private static func check(shardsOf result: RunResult, _ seed: Comment) {
    let stream = result.streams[0], shards = stream.shards
    #expect(shards.reduce(0) { $0 + $1.acceptedRecords } == result.records.accepted, seed)
    #expect(shards.reduce(0) { $0 + $1.acceptedBytes.count } == stream.incomingBytes.count, seed)
    #expect(shards.reduce(0) { $0 + $1.throttled } == result.records.throttledAttempts, seed)
    #expect(stream.utilization.max <= 2.000_001, seed)
    let open = shards.filter { $0.closedAt == nil }.map(\.range).sorted { $0.start < $1.start }
    #expect(open.count == stream.shardsEnd, seed)
    #expect(open.first?.start.value == 0 && open.last?.end == .last, seed)
    for (a, b) in zip(open, open.dropFirst()) { #expect(a.isFollowed(by: b), seed) }
    let heat = stream.heat.reduce(0) { $0 + $1.reduce(0) { $0 + Int64($1) } }
    #expect(heat == result.records.throttledAttempts, seed)
  }

  private static func check(binsOf result: RunResult, _ seed: Comment) {
    let bins = result.streams[0].bins
    #expect(bins.reduce(0) { $0 + $1.incomingRecords } == result.records.accepted, seed)
    #expect(bins.reduce(0) { $0 + $1.incomingBytes } == result.streams[0].incomingBytes.count, seed)
    #expect(bins.reduce(0) { $0 + $1.throttledRecords } == result.records.throttledAttempts, seed)
    #expect(Self.sum(result, "IncomingRecords") == Double(result.records.accepted), seed)
    #expect(Self.sum(result, "IncomingBytes") == Double(result.streams[0].incomingBytes.count), seed)
    #expect(Self.sum(result, "WriteProvisionedThroughputExceeded") == Double(result.records.throttledAttempts), seed)
    #expect(
      Self.sum(result, "ReadProvisionedThroughputExceeded")
        == Double(result.consumers.reduce(0) { $0 + $1.throttledCalls }), seed)
  }

  private static func check(consumersOf result: RunResult, _ seed: Comment) {
    for consumer in result.consumers {
      #expect(consumer.records <= result.records.accepted, seed)
      #expect(consumer.records + consumer.backlog + consumer.expired == result.records.accepted, seed)
      #expect(consumer.backlog >= 0 && consumer.expired >= 0, seed)
      #expect(consumer.propagation.count <= result.records.accepted, seed)
    }
  }

  @Test("in any experiment: records, shards, bins, series, consumers", arguments: UInt64(1)...40)
  func swarm(seed: UInt64) {
    let result = Self.results[Int(seed) - 1], experiment = result.experiment
    let note: Comment =
      "swarm seed \(seed): swift test --filter ConservationTests; \(experiment.producers.map(\.name)), \(experiment.events)"
    Self.check(records: result, note)
    Self.check(shardsOf: result, note)
    Self.check(binsOf: result, note)
    Self.check(consumersOf: result, note)
    for (a, b) in zip(result.notes, result.notes.dropFirst()) { #expect(a.at <= b.at, note) }
  }

  @Test("a swarm of experiments meets every fate a record can have")
  func coverage() {
    var (attempts, age, dropped, diverted, expired, refused, drained) = (0, 0, 0, 0, 0, 0, 0)
    for result in Self.results {
      attempts += result.producers.count { $0.lostByAttempts > 0 }
      age += result.producers.count { $0.lostByAge > 0 }
      dropped += result.producers.count { $0.dropped > 0 }
      diverted += result.producers.count { $0.diverted > 0 }
      expired += result.consumers.count { $0.expired > 0 }
      refused += result.consumers.count { $0.throttledCalls > 0 }
      drained += result.notes.count { $0.kind == .shardDrained }
    }
    let fates = [
      ("attempts spent", attempts), ("too old", age), ("dropped", dropped), ("diverted", diverted),
      ("expired", expired), ("reads refused", refused), ("shards drained", drained),
    ]
    for (fate, count) in fates { #expect(count > 1, "\(fate)") }
  }
}

@Suite("A hot shard among a hundred")
struct HotShardTests {
  /// 96,000 records a second over keys of Zipf(1), 100,000 of them, for `seconds`.
  private static let seconds = 4.0
  private static let result: RunResult = {
    var producer = Fixture.producer(
      processes: 50, rate: 96_000, arrivals: .paced, size: 100, keys: KeySpec(.zipf(cardinality: 100_000, s: 1)),
      batching: .putRecords(linger: .milliseconds(50)))
    producer.network = .constant(0)
    var experiment = Fixture.plain(seconds: Int64(seconds), shards: 100, [producer])
    experiment.consumers = []
    return Fixture.result(of: experiment)
  }()

  /// Each shard's share of the records, by the law itself.
  private static let shares: [Double] = {
    var shares = Array(repeating: 0.0, count: 100)
    let ranges = HashKeyRange.even(100), whole = (1...100_000).reduce(0.0) { $0 + 1 / Double($1) }
    for key in 0..<100_000 {
      let hash = HashKey(partitionKey: "key-\(key)")
      let shard = min(99, Int(hash.value / (ranges[0].end.value + 1)))
      shares[shard] += 1 / Double(key + 1) / whole
    }
    return shares
  }()

  @Test("the hottest takes 9.0 % of the records, 26 are asked for more than they take")
  func oracle() {
    #expect(abs((Self.shares.max() ?? 0) - 0.090049) < 0.000001)
    #expect(Self.shares.count { $0 * 96_000 > 1_000 } == 26)
    let demanded = Self.result.streams[0].shards.map { Double($0.demandedRecords) }
    #expect(abs((demanded.max() ?? 0) / demanded.reduce(0, +) - 0.090049) < 0.002)
  }

  @Test("refusals are those of a fluid poured into tanks, within one per cent")
  func fluid() {
    // The last 50 ms are still gathering; a tank holds a thousand and refills by a thousand a second.
    let length = Double(Self.result.streams[0].firstAttempts) / 96_000
    let fluid = Self.shares.reduce(0) { $0 + max(0, ($1 * 96_000 - 1_000) * length - 1_000) }
    let refused = Double(Self.result.records.throttledAttempts)
    #expect(abs(refused / fluid - 1) < 0.01, "\(refused) of \(fluid); seed 1")
  }
}
