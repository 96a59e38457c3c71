import Experiment
import KinesisCore
import Testing
import Units

@testable import Models

/// Scalers against the stream's own rules, on virtual time. Records are 20 KiB, so that 51.2 a second fill a shard.
@Suite struct `Scaling runs` {
  static func experiment(
    minutes: Int64, shards: Int, _ scaler: AutoscalerSpec, stages: [RateCurve.Stage]
  ) -> Experiment {
    var experiment = Fixture.experiment(
      seconds: minutes * 60, shards: shards,
      producers: [
        Fixture.producer(
          rate: 0, curve: .stages(stages), arrivals: .paced, size: 20_480 - 24,
          keys: KeySpec(.uniform(cardinality: 100_000)),
          retry: RetrySpec(policy: .exponentialFullJitter, maxAttempts: 5))
      ])
    experiment.streams[0].autoscaler = scaler
    experiment.horizon.reportBin = .minutes(1)
    return experiment
  }

  static func result(
    minutes: Int64, shards: Int, _ scaler: AutoscalerSpec, stages: [RateCurve.Stage]
  ) throws -> (stream: StreamResult, scaler: AutoscalerResult) {
    let result = Fixture.result(of: experiment(minutes: minutes, shards: shards, scaler, stages: stages))
    return (result.streams[0], try #require(result.streams[0].autoscaler))
  }

  static func stage(_ minutes: Int64, _ rate: Double) -> RateCurve.Stage {
    RateCurve.Stage(length: .minutes(minutes), rate: RecordsPerSecond(rate), shape: .hold)
  }

  @Test("the call comes after the samples wanted and the metric's delay") func delay() throws {
    var spec = `Autoscalers`.spec(.doubleHalve, upAfter: 2, downAfter: 60)
    spec.metricDelay = .seconds(90)
    let (stream, scaler) = try Self.result(minutes: 10, shards: 2, spec, stages: [Self.stage(10, 90)])
    let start = Horizon(duration: .zero).start
    #expect(scaler.calls.first?.at == start + .minutes(2) + .seconds(90))
    #expect(scaler.calls.first?.target == 4 && scaler.accepted == 1 && scaler.refused == 0)
    #expect(stream.reshards.first?.finishedAt == start + .minutes(2) + .seconds(90 + 60))
    #expect(stream.shardsEnd == 4)
  }

  @Test("a bad configuration flaps, spends the day's ten calls, and never more than ten are accepted") func flapping()
    throws
  {
    let spec = `Autoscalers`.spec(.doubleHalve, up: 600, down: 400, upAfter: 2, downAfter: 2)
    let (stream, scaler) = try Self.result(minutes: 90, shards: 1, spec, stages: [Self.stage(90, 34)])
    #expect(scaler.accepted == 10 && scaler.directionChanges == 9)
    #expect(scaler.refused > 5)
    #expect(scaler.calls.contains { $0.refusal == "LimitExceededException" })
    #expect(stream.reshards.count == 10 && stream.reshards.allSatisfy { $0.finishedAt != nil })
  }

  @Test("double-halve overshoots a short burst; the need is seen beside it") func overshoot() throws {
    let spec = `Autoscalers`.spec(.doubleHalve, upAfter: 2, downAfter: 120)
    let stages = [Self.stage(5, 60), Self.stage(8, 115), Self.stage(17, 60)]
    let (stream, scaler) = try Self.result(minutes: 30, shards: 2, spec, stages: stages)
    #expect(scaler.needPeak == 3 && stream.shardsPeak == 4 && stream.shardsEnd == 4)
    #expect(scaler.shardMinutes > scaler.neededShardMinutes)
    #expect(scaler.minutes.count == 30)
  }

  @Test("target tracking settles where the load is at the target") func settles() throws {
    let spec = `Autoscalers`.spec(.targetTracking, up: 700, down: 350, upAfter: 3, downAfter: 15)
    let (stream, scaler) = try Self.result(minutes: 40, shards: 2, spec, stages: [Self.stage(40, 140)])
    #expect(stream.shardsEnd == 4 && scaler.directionChanges == 0 && scaler.refused == 0)
  }

  @Test("a schedule acts at its minute") func schedule() throws {
    let spec = `Autoscalers`.spec(.schedule([.init(at: .once(.minutes(7)), shards: 4)]))
    let (stream, scaler) = try Self.result(minutes: 12, shards: 2, spec, stages: [Self.stage(12, 10)])
    #expect(scaler.calls.map(\.at) == [Horizon(duration: .zero).start + .minutes(7)])
    #expect(stream.shardsEnd == 4)
  }

  @Test("5 → 10 shards is five splits in 150 s, though the load was there at the first") func doubling() throws {
    var experiment = Self.experiment(
      minutes: 15, shards: 5, `Autoscalers`.spec(.schedule([.init(at: .once(.minutes(5)), shards: 10)])),
      stages: [Self.stage(5, 179.2), Self.stage(10, 384)])
    experiment.producers[0].retry.policy = .none
    let stream = Fixture.result(of: experiment).streams[0]
    let reshard = try #require(stream.reshards.first), finished = try #require(reshard.finishedAt)
    #expect(stream.reshards.count == 1 && finished - reshard.requestedAt == .seconds(150))
    #expect(stream.shards.count == 15 && stream.shardsEnd == 10 && stream.shardsPeak == 10)
    // Until a shard is split it takes 51.2 of the 76.8 records a second that are its part: k of five are left for 30 s
    // each, k = 5 to 1.
    let refused = 25.6 * 30 * 15 / (179.2 * 300 + 384 * 600)
    let share = Double(stream.throttledAttempts) / Double(stream.attempts)
    #expect(abs(share - refused) < 0.1 * refused, "\(share) against \(refused)")
  }

  @Test("the scaling utility waits for ACTIVE: none of its calls meets UPDATING") func waits() throws {
    let spec = `Autoscalers`.spec(
      .scalingUtils(on: .put, up: .percent(50), down: .shards(1)), up: 500, down: 10, upAfter: 1, downAfter: 60)
    let (stream, scaler) = try Self.result(minutes: 12, shards: 4, spec, stages: [Self.stage(12, 300)])
    #expect(scaler.accepted > 1 && scaler.refused == 0 && scaler.singleSteps == 0)
    let ends = stream.reshards.map { $0.finishedAt ?? .never }, begins = stream.reshards.dropFirst().map(\.requestedAt)
    #expect(zip(ends, begins).allSatisfy { $0 <= $1 })
  }

  @Test("when UpdateShardCount refuses the triple of one shard, the scaling utility splits twice") func byHand() throws
  {
    let spec = `Autoscalers`.spec(
      .scalingUtils(on: .put, up: .shards(2), down: .shards(1)), up: 850, down: 10, upAfter: 1, downAfter: 60)
    let (stream, scaler) = try Self.result(minutes: 6, shards: 1, spec, stages: [Self.stage(6, 46)])
    #expect(scaler.calls.first?.target == 3 && scaler.calls.first?.refusal == "LimitExceededException")
    #expect(scaler.singleSteps == 2 && stream.shardsEnd == 3 && scaler.accepted == 0)
    #expect(stream.reshards.map(\.kind) == [.splitShard, .splitShard])
    let begun = try #require(scaler.calls.first).at
    #expect(stream.reshards.map { $0.requestedAt - begun } == [.zero, .seconds(30)])
  }

  @Test("when the day's ten calls are spent, the scaling utility goes on shard by shard and is not stuck") func spent()
    throws
  {
    let spec = `Autoscalers`.spec(
      .scalingUtils(on: .put, up: .shards(1), down: .shards(1)), up: 800, down: 300, upAfter: 2, downAfter: 2,
      maximum: 6)
    let wave = (0..<8).flatMap { _ in [Self.stage(8, 3), Self.stage(8, 120)] }
    let (stream, scaler) = try Self.result(minutes: 128, shards: 1, spec, stages: wave)
    #expect(scaler.accepted == 10 && scaler.refused > 0 && scaler.singleSteps > 0)
    let byHand = stream.reshards.filter { $0.kind != .updateShardCount }
    #expect(
      byHand.contains { $0.shardsAfter > $0.shardsBefore } && byHand.contains { $0.shardsAfter < $0.shardsBefore })
    #expect(stream.reshards.allSatisfy { $0.refusal == nil })
  }

  @Test("the scaling utility on reads grows a stream that is written little and read much") func reads() throws {
    let spec = `Autoscalers`.spec(
      .scalingUtils(on: .get, up: .shards(1), down: .shards(1)), up: 500, down: 1, upAfter: 2, downAfter: 60)
    var experiment = Self.experiment(minutes: 5, shards: 1, spec, stages: [Self.stage(5, 20)])
    experiment.consumers = (0..<3).map { Fixture.consumer("reader-\($0)", .sdkPolling) }
    let grown = try #require(Fixture.result(of: experiment).streams[0].autoscaler)
    #expect(grown.calls.first?.target == 2 && grown.accepted >= 1)
    experiment.consumers = []
    let idle = try #require(Fixture.result(of: experiment).streams[0].autoscaler)
    #expect(idle.calls.isEmpty)
  }

  @Test("equal runs have equal calls") func determinism() throws {
    let spec = `Autoscalers`.spec(.doubleHalve, upAfter: 2, downAfter: 5)
    let experiment = Self.experiment(minutes: 20, shards: 2, spec, stages: [Self.stage(20, 90)])
    let (one, two) = (Fixture.result(of: experiment), Fixture.result(of: experiment))
    #expect(one.streams[0].autoscaler == two.streams[0].autoscaler && one.trajectoryHash == two.trajectoryHash)
  }

  @Test("in no 24 hours are more than ten calls accepted, and the eleventh is once they are over") func quota() throws {
    let spec = `Autoscalers`.spec(.doubleHalve, up: 600, down: 400, upAfter: 2, downAfter: 2)
    var experiment = Self.experiment(minutes: 26 * 60, shards: 1, spec, stages: [Self.stage(26 * 60, 1.3)])
    experiment.producers[0].size = .drawn(.constant(512 * 1_024 - 24))
    let result = Fixture.result(of: experiment)
    let accepted = try #require(result.streams[0].autoscaler).calls.filter { $0.refusal == nil }.map(\.at)
    let reshards = result.streams[0].reshards.map(\.requestedAt)
    #expect(reshards.count > 10 && reshards.prefix(accepted.count).elementsEqual(accepted))
    for index in reshards.indices.dropFirst(10) { #expect(reshards[index] - reshards[index - 10] >= .hours(24)) }
  }

  @Test("a stream that is switched to on-demand refuses its scaler") func switched() throws {
    var spec = `Autoscalers`.spec(.schedule([.init(at: .once(.minutes(4)), shards: 4)]))
    spec.maximum = 4
    var experiment = Self.experiment(minutes: 6, shards: 2, spec, stages: [Self.stage(6, 10)])
    experiment.events = [ScheduledEvent(at: .minutes(1), action: .switchMode(stream: 0, to: .onDemandStandard))]
    let scaler = try #require(Fixture.result(of: experiment).streams[0].autoscaler)
    #expect(scaler.calls.map(\.refusal) == ["ValidationException"] && scaler.accepted == 0)
  }
}
