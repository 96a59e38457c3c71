import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

/// Draws small experiments with every client, overflow rule and retry there is, under faults and reshards.
///
/// That every record is accounted for, and that the shards hold what producers say, is checked by the run itself, which
/// traps otherwise; here it is said once more from outside.
private struct ClientSwarm {
  private var stream: RandomStream

  init(_ seed: UInt64) {
    stream = RandomStream(seed: seed, replication: 0, purpose: .service, entity: "tests.clients")
  }

  private mutating func below(_ n: Int) -> Int { Int(stream.below(UInt64(n))) }
  private mutating func pick<T>(_ all: [T]) -> T { all[below(all.count)] }

  mutating func experiment(_ seed: UInt64, _ api: Int, _ overflow: RetrySpec.Overflow) -> Experiment {
    let shards = below(3) + 1
    let producers = (0...below(2)).map { producer($0, shards, api, overflow) }
    var experiment = Fixture.experiment(
      seconds: Int64(below(10) + 8), shards: shards, seed: seed, producers: producers,
      consumers: (0..<below(3)).map {
        Fixture.consumer("c\($0)", pick([.sdkPolling, .kclPolling, .kclFanOut]), perRecord: pick([0, 1e5]))
      })
    // Short enough that a reshard ends within the run.
    experiment.limits[.stream.reshardStepDuration] = 2
    experiment.streams[0].retention = .seconds(pick([10, 86_400]))
    experiment.events = (0..<below(5)).map { _ in event() }
    return experiment
  }

  private mutating func producer(
    _ number: Int, _ shards: Int, _ api: Int, _ overflow: RetrySpec.Overflow
  ) -> ProducerSpec {
    let size = pick([60, 900, 9_000, 60_000])
    let rate = min(Double(shards) * min(1_500, 1_500_000 / Double(size)) * pick([0.1, 0.6, 1.2]), 1_500)
    let keys: [KeySpec] = [
      KeySpec(.uniform(cardinality: 1_000)), KeySpec(.zipf(cardinality: 100, s: 1)), KeySpec(.single, salt: 2),
      KeySpec(.roundRobinExplicit),
    ]
    let policies: [RetrySpec.Policy] = [.none, .immediate, .exponential, .exponentialFullJitter]
    let retry = RetrySpec(
      policy: pick(policies), maxAttempts: below(8) + 1, base: .milliseconds(Int64(below(300) + 1)), cap: .seconds(2),
      ttl: pick([nil, .milliseconds(600)]), buffer: Bytes(pick([130_000, 1 << 20, 1 << 26])), overflow: overflow)
    let settings = KPLSpec(
      aggregation: pick([.enabled, .enabled, .disabled]), maxBytes: Bytes(pick([64, 2_000, 51_200])),
      maxBuffered: .milliseconds(pick([1, 100, 700])), compressionRatio: pick([1, 3.3]),
      ttl: .milliseconds(pick([800, 4_000, 30_000])))
    let batchings: [Batching] = [
      .putRecord, .putRecords(maxRecords: 70, linger: .milliseconds(60)), .kpl(settings), .agent,
    ]
    var spec = Fixture.producer(
      "p\(number)", processes: pick([1, 2, 5]), rate: rate, arrivals: pick([.poisson, .paced]), size: size,
      keys: pick(keys), batching: batchings[api], retry: retry)
    spec.sdkRetry = SDKRetrySpec(
      mode: pick(SDKRetrySpec.Mode.allCases), maxAttempts: pick([nil, 2]), timeout: pick([nil, .milliseconds(900)]))
    return spec
  }

  private mutating func event() -> ScheduledEvent {
    let at = Interval.milliseconds(Int64(below(8_000)))
    let length = pick([nil, Interval.milliseconds(Int64(below(5_000) + 1))])
    switch below(4) {
    case 0:
      return ScheduledEvent(
        at: at, length: length, action: .errorBurst(stream: pick([nil, 0]), share: pick([0.2, 1])))
    case 1:
      return ScheduledEvent(
        at: at, length: length, action: .latencySpike(stream: pick([nil, 0]), factor: pick([3, 150, 2_000])))
    case 2: return ScheduledEvent(at: at, action: .splitShard(stream: 0, shard: pick([nil, ShardID(0)]), at: nil))
    default: return ScheduledEvent(at: at, action: .updateShardCount(stream: 0, target: below(5) + 1))
    }
  }
}

@Suite("Every client adds up")
struct ClientConservationTests {
  private static let overflows: [RetrySpec.Overflow] = [.block, .dropNewest, .dropOldest, .divert]
  private static let names = ["put_record", "put_records", "kpl", "kinesis_agent"]

  private static func check(_ result: RunResult, _ note: Comment) {
    let records = result.records
    #expect(records.offered == records.accepted + records.lost + records.inFlight, note)
    for (spec, producer) in zip(result.experiment.producers, result.producers) {
      #expect(producer.offered == producer.accepted + producer.lost + producer.inFlight, note)
      #expect(producer.inFlight >= 0 && producer.duplicates >= 0, note)
      #expect(
        producer.lost == producer.lostByAttempts + producer.lostByAge + producer.dropped + producer.diverted, note)
      #expect(producer.peakBuffer <= spec.retry.buffer, note)
      #expect(producer.putLatency.count <= producer.accepted + producer.duplicates + producer.inFlight, note)
    }
    let stream = result.streams[0], copies = records.accepted + records.duplicates
    #expect(stream.shards.reduce(0) { $0 + $1.acceptedRecords } == stream.incomingRecords, note)
    #expect(stream.incomingRecords <= copies, note)
    for consumer in result.consumers {
      #expect(consumer.records + consumer.backlog + consumer.expired == copies, note)
      #expect(consumer.records <= copies && consumer.backlog >= 0 && consumer.expired >= 0, note)
      #expect(consumer.propagation.count <= copies, note)
    }
  }

  private static let results = (UInt64(0)..<48).map { seed in
    var swarm = ClientSwarm(seed)
    let (api, overflow) = (Int(seed / 4 % 4), Int(seed % 4))
    return Fixture.result(of: swarm.experiment(seed, api, overflows[overflow]))
  }

  @Test("whatever it does with a full buffer, under faults and reshards", arguments: 0..<48)
  func swarm(seed: Int) {
    let what = "\(Self.names[seed / 4 % 4]), \(Self.overflows[seed % 4]), seed \(seed)"
    let result = Self.results[seed]
    Self.check(result, "\(what): swift test --filter ClientConservationTests; \(result.experiment.events)")
  }

  @Test("the swarm meets every fate a client knows")
  func coverage() {
    var (duplicates, wrong, failed, sdk, gaveUp, age, dropped, packed) = (0, 0, 0, 0, 0, 0, 0, 0)
    for result in Self.results {
      duplicates += result.records.duplicates > 0 ? 1 : 0
      for producer in result.producers {
        let client = producer.client ?? ClientResult()
        wrong += client.wrongShard > 0 ? 1 : 0
        failed += client.failedCalls > 0 ? 1 : 0
        sdk += client.sdkRetries > 0 ? 1 : 0
        gaveUp += client.sdkGaveUp > 0 ? 1 : 0
        packed += client.aggregationFactor > 2 ? 1 : 0
        age += producer.lostByAge > 0 ? 1 : 0
        dropped += producer.dropped > 0 ? 1 : 0
      }
    }
    let fates = [
      ("duplicates", duplicates), ("wrong shard", wrong), ("failed calls", failed), ("SDK retries", sdk),
      ("SDK gave up", gaveUp), ("too old", age), ("dropped", dropped), ("packed", packed),
    ]
    for (fate, count) in fates { #expect(count > 0, "\(fate)") }
  }

  @Test("the same experiment gives the same trajectory", arguments: 0..<4)
  func determinism(api: Int) {
    var (first, second) = (ClientSwarm(UInt64(7 + api)), ClientSwarm(UInt64(7 + api)))
    let one = Fixture.result(of: first.experiment(1, api, .dropOldest))
    let two = Fixture.result(of: second.experiment(1, api, .dropOldest))
    #expect(one.trajectoryHash == two.trajectoryHash)
    #expect(one.records == two.records)
  }
}
