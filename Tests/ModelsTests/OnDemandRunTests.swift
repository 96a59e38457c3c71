import Experiment
import KinesisCore
import Models
import Simulation
import Testing
import Units

@Suite("Runs of on-demand streams")
struct OnDemandRunTests {
  /// A run of one stream under records of about 100 KB, so many MiB of them a second.
  private static func experiment(
    _ mode: CapacityMode, mebibytes: Double, minutes: Int64 = 10, shards: Int = 4, keys: KeySpec? = nil,
    distribution: RecordDistribution = .userPartitionKey, events: [ScheduledEvent] = [], size: Int = 100_000
  ) -> Experiment {
    var experiment = Fixture.experiment(
      seconds: minutes * 60, shards: shards,
      producers: [
        Fixture.producer(
          rate: mebibytes * 1_048_576 / Double(size + 24), arrivals: .paced, size: size,
          keys: keys ?? KeySpec(.uniform(cardinality: 100_000)))
      ], events: events)
    experiment.streams[0].capacity = StreamCapacity(mode: mode, distribution: distribution)
    return experiment
  }

  private static func refused(_ result: RunResult, from: Int64, to: Int64) -> Int64 {
    result.streams[0].bins[Int(from / 10)..<Int(to / 10)].reduce(0) { $0 + $1.throttledRecords }
  }

  @Test("splits stand in the result: when they were decided, when they were done, and what they came to")
  func splits() throws {
    let result = Fixture.result(of: Self.experiment(.onDemandStandard, mebibytes: 8))
    let start = result.experiment.horizon.start, stream = result.streams[0]
    let first = try #require(stream.reshards.first)
    #expect(stream.reshards.allSatisfy { $0.kind == .onDemandScaling && $0.refusal == nil })
    #expect(first.requestedAt == start + .minutes(1) && first.finishedAt == start + .minutes(4))
    #expect(first.shardsBefore == 4 && first.shardsAfter == 8 && stream.shardsStart == 4 && stream.shardsEnd >= 16)
    #expect(Self.refused(result, from: 0, to: 240) > 0 && Self.refused(result, from: 500, to: 600) == 0)
    #expect(Fixture.note(result, .reshardFinished).first?.detail == "on-demand scaling: 4 → 8 open shards in 3m")
    #expect(stream.modeStart == .onDemandStandard && stream.modeEnd == .onDemandStandard)
    #expect(stream.shards.filter { $0.closedAt == start + .minutes(4) }.count == 4)
  }

  @Test("one key above 1 MiB/s throttles by key and not under AUTO, where no shard has a hottest key")
  func auto() {
    let keys = KeySpec(.single)
    let keyed = Fixture.result(of: Self.experiment(.onDemandStandard, mebibytes: 1.6, keys: keys, size: 20_000))
    let turned = Fixture.result(
      of: Self.experiment(.onDemandStandard, mebibytes: 1.6, keys: keys, distribution: .auto, size: 20_000))
    #expect(Self.refused(keyed, from: 300, to: 600) > 0 && turned.streams[0].throttledAttempts == 0)
    #expect(turned.streams[0].shards.allSatisfy { $0.hottestKey == nil })
    #expect(keyed.streams[0].shards.contains { $0.hottestKey != nil })
  }

  @Test("two switches of mode keep the shards, the third of the day is refused and changes nothing")
  func switches() {
    let modes: [CapacityMode] = [.onDemandStandard, .provisioned, .onDemandStandard]
    let events = modes.enumerated().map { number, mode in
      ScheduledEvent(at: .minutes(Int64(number) * 6 + 1), action: .switchMode(stream: 0, to: mode))
    }
    let result = Fixture.result(of: Self.experiment(.provisioned, mebibytes: 4, minutes: 20, shards: 5, events: events))
    let stream = result.streams[0], switches = stream.reshards.filter { $0.kind == .updateStreamMode }
    #expect(switches.map(\.refusal) == [nil, nil, "LimitExceededException"])
    #expect(switches[0].finishedAt == switches[0].requestedAt + .seconds(10) && switches[0].shardsAfter == 5)
    #expect(stream.shardsEnd == 10, "what it grew to while it was on-demand")
    #expect(switches[1].shardsBefore == 10 && switches[1].shardsAfter == 10)
    #expect(stream.modeStart == .provisioned && stream.modeEnd == .provisioned)
  }

  @Test("Standard and Advantage stand side by side: each stream has an account of its own")
  func sideBySide() {
    var experiment = Self.experiment(.onDemandStandard, mebibytes: 1, minutes: 5)
    experiment.streams.append(
      StreamSpec(name: "warm", shards: 4, capacity: StreamCapacity(mode: .onDemandAdvantage)))
    experiment.events = [0, 1].map { ScheduledEvent(at: .minutes(1), action: .setWarmThroughput(stream: $0, to: 16)) }
    let result = Fixture.result(of: experiment)
    #expect(result.streams[0].reshards.map(\.refusal) == ["ValidationException"])
    #expect(result.streams[0].shardsEnd == 4 && result.streams[1].shardsEnd == 16)
    #expect(result.streams[1].reshards.map(\.kind) == [.updateWarmThroughput])
    #expect(result.streams[1].reshards[0].finishedAt == result.streams[1].reshards[0].requestedAt + .seconds(60))
  }

  @Test("the busiest shard can be asked for at the instant at which a split ends")
  func busiestAtASplitsEnd() {
    let events: [(Int64, ScheduledEvent.Action)] = [
      (60, .splitShard(stream: 0, shard: nil, at: nil)), (90, .setWarmThroughput(stream: 0, to: 9)),
      (90, .splitShard(stream: 0, shard: nil, at: nil)),
    ]
    let result = Fixture.result(
      of: Self.experiment(
        .provisioned, mebibytes: 2, minutes: 3,
        events: events.map { ScheduledEvent(at: .seconds($0.0), action: $0.1) }))
    #expect(result.streams[0].reshards.map(\.refusal) == [nil, "ValidationException", nil])
    #expect(result.streams[0].shardsEnd == 6)
  }

  @Test("readers follow the splits, and everything adds up", arguments: 0..<12)
  func conservation(seed: UInt64) {
    var stream = RandomStream(seed: seed, replication: 0, purpose: .service, entity: "tests.on-demand")
    let mode: CapacityMode = stream.below(3) == 0 ? .onDemandAdvantage : .onDemandStandard
    let auto = stream.below(3) == 0
    let at = Interval.seconds(Int64(stream.below(200)) + 30)
    var experiment = Self.experiment(
      mode, mebibytes: Double(stream.below(6) + 2), minutes: 6, distribution: auto ? .auto : .userPartitionKey,
      events: mode == .onDemandAdvantage
        ? [ScheduledEvent(at: at, action: .setWarmThroughput(stream: 0, to: Int64(stream.below(20))))]
        : auto ? [] : [ScheduledEvent(at: at, action: .switchMode(stream: 0, to: .provisioned))])
    experiment.seed = seed
    experiment.consumers = [
      Fixture.consumer("a", .kclFanOut), Fixture.consumer("b", .sdkPolling), Fixture.consumer("c", .kclPolling),
    ]
    let result = Fixture.result(of: experiment), records = result.records
    #expect(records.offered == records.accepted + records.lost + records.inFlight, "seed \(seed)")
    for consumer in result.consumers {
      #expect(consumer.records + consumer.backlog == records.accepted, "seed \(seed): \(consumer.name)")
    }
    #expect(Fixture.result(of: experiment).trajectoryHash == result.trajectoryHash, "seed \(seed)")
  }
}
