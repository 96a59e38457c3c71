import Experiment
import KinesisCore
import Pricing
import Simulation
import Testing
import Units

@testable import Models

@Suite("Usage")
struct UsageTests {
  /// 100 records a second of 30 KiB (with its key) for 100 s over two shards, read by a fan-out consumer.
  private static func experiment(retention: Interval = .hours(24)) -> Experiment {
    var producer = Fixture.single(curve: .constant(RecordsPerSecond(100)), arrivals: .paced)
    producer.size = .drawn(.constant(30 * 1_024 - 8))
    producer.keyBytes = 8
    var experiment = Fixture.experiment(
      seconds: 100, shards: 8, producers: [producer], consumers: [Fixture.consumer(.kclFanOut)])
    experiment.streams[0].retention = retention
    return experiment
  }

  private static func quantity(_ item: PriceItem, _ result: RunResult) -> Int128 {
    result.usage.lines.filter { $0.item == item }.reduce(0) { $0 + $1.quantity }
  }

  @Test("shard time is that of open shards, payload units are cut record by record")
  func provisioned() {
    let result = Fixture.result(of: Self.experiment())
    #expect(Self.quantity(.shardHour, result) == 8 * 100 * 1_000_000_000)
    #expect(Self.quantity(.putPayloadUnit, result) == 2 * Int128(result.records.accepted))
    #expect(Self.quantity(.fanOutHour, result) == 8 * 100 * 1_000_000_000)
    #expect(Self.quantity(.fanOutData, result) >= Int128(result.consumers[0].records) * 30 * 1_024)
    #expect(Self.quantity(.extendedRetention, result) == 0 && Self.quantity(.longTermRetention, result) == 0)
  }

  @Test("a split shard is billed until it closes, its children from then on")
  func reshard() {
    var experiment = Self.experiment()
    experiment.events = [ScheduledEvent(at: .seconds(10), action: .splitShard(stream: 0, shard: nil, at: nil))]
    let result = Fixture.result(of: experiment)
    #expect(Self.quantity(.shardHour, result) == (7 * 100 + 40 + 2 * 60) * 1_000_000_000)
  }

  @Test("retention beyond a day is billed by shard, beyond a week by what is stored")
  func retention() {
    let week = Fixture.result(of: Self.experiment(retention: .days(7)))
    #expect(Self.quantity(.extendedRetention, week) == 8 * 100 * 1_000_000_000)
    #expect(Self.quantity(.longTermRetention, week) == 0)
    let month = Fixture.result(of: Self.experiment(retention: .days(30)))
    let stored = Int128(month.records.accepted) * 30 * 1_024
    #expect(Self.quantity(.longTermRetention, month) == stored * 23 * 86_400)
  }

  @Test("a cost objective is broken by a bill above it, and holds below")
  func objective() {
    let shards = 8 * 730 * 0.015
    for (threshold, holds) in [(shards - 0.01, false), (10_000, true)] {
      var experiment = Self.experiment()
      experiment.objectives = [
        Objective(
          id: "budget", expression: "cost", metric: .monthlyCost(scope: Scope(.stream, experiment.streams[0].name)),
          statistic: .last, comparison: .less, threshold: threshold)
      ]
      let verdict = Fixture.result(of: experiment).verdicts[0]
      #expect(verdict.isPassing == holds && (verdict.value ?? 0) > shards)
    }
  }

  @Test("a cost that would leave something out is not measured")
  func unpriced() {
    var experiment = Self.experiment()
    experiment.region = "eu-central-1"
    experiment.objectives = [
      Objective(
        id: "budget", expression: "cost", metric: .monthlyCost(scope: nil), statistic: .last, comparison: .less,
        threshold: 1e9)
    ]
    let result = Fixture.result(of: experiment)
    #expect(result.verdicts[0].value == nil && !result.verdicts[0].isPassing)
    #expect(result.bill.lines.isEmpty && result.bill.unpriced.count == result.usage.lines.count)
  }
}

@Suite("Usage on demand")
struct OnDemandUsageTests {
  /// 100 records a second of 1.5 KiB for 100 s, polled once and pushed once.
  private static func result(_ mode: CapacityMode, events: [ScheduledEvent] = [], retention: Interval = .hours(24))
    -> RunResult
  {
    var producer = Fixture.single(curve: .constant(RecordsPerSecond(100)), arrivals: .paced)
    producer.size = .drawn(.constant(1_500))
    producer.keyBytes = 36
    var experiment = Fixture.experiment(
      seconds: 100, shards: 4, producers: [producer],
      consumers: [Fixture.consumer("poller", .sdkPolling), Fixture.consumer("pushed", .kclFanOut)], events: events)
    experiment.streams[0].capacity = StreamCapacity(mode: mode)
    experiment.streams[0].retention = retention
    return Fixture.result(of: experiment)
  }

  private static func quantity(_ item: PriceItem, _ result: RunResult) -> Int128 {
    result.usage.lines.filter { $0.item == item }.reduce(0) { $0 + $1.quantity }
  }

  @Test("Standard: the stream by the hour, records rounded up to 1 KB, bytes out by poll and by push")
  func standard() {
    let result = Self.result(.onDemandStandard)
    #expect(Self.quantity(.onDemandStreamHour, result) == 100 * 1_000_000_000)
    #expect(Self.quantity(.onDemandDataIn, result) == 2_048 * Int128(result.records.accepted))
    #expect(Self.quantity(.onDemandDataOut, result) >= 1_536 * Int128(result.consumers[0].records))
    #expect(Self.quantity(.onDemandFanOut, result) >= 1_536 * Int128(result.consumers[1].records))
    #expect(Self.quantity(.shardHour, result) == 0 && result.usage.committed.isEmpty)
  }

  @Test("Advantage: its own items, no stream-hour, and the commitment is filled up")
  func advantage() {
    let result = Self.result(.onDemandAdvantage, retention: .days(2))
    #expect(Self.quantity(.onDemandStreamHour, result) == 0)
    #expect(Self.quantity(.advantageDataIn, result) == 2_048 * Int128(result.records.accepted))
    #expect(Self.quantity(.advantageRetention, result) == 2_048 * Int128(result.records.accepted) * 86_400)
    // The stream, and the consumer that is pushed its records (N§5.1).
    #expect(result.usage.committed.map(\.kind) == [.stream, .consumer])
    #expect(result.bill.lines.contains { $0.scope == .account && $0.item == .advantageDataIn })
  }

  @Test("a switch of modes parts the bill in two at its instant")
  func switched() {
    let event = ScheduledEvent(at: .seconds(40), action: .switchMode(stream: 0, to: .onDemandStandard))
    let result = Self.result(.provisioned, events: [event])
    let shards = Self.quantity(.shardHour, result), streams = Self.quantity(.onDemandStreamHour, result)
    #expect(shards / 4 + streams == 100 * 1_000_000_000 && streams > 0)
    let units = Self.quantity(.putPayloadUnit, result), bytes = Self.quantity(.onDemandDataIn, result)
    #expect(units + bytes / 2_048 == Int128(result.records.accepted) && units > 0 && bytes > 0)
  }
}

@Suite("Usage of applications")
struct ApplicationUsageTests {
  private static func quantity(_ item: PriceItem, _ result: RunResult) -> Int128 {
    result.usage.lines.filter { $0.item == item }.reduce(0) { $0 + $1.quantity }
  }

  @Test("a mapping's function is billed by invocation and by memory and time")
  func function() {
    var consumer = Fixture.consumer(.sdkPolling, perBatch: 20e6)
    consumer.application = .mapping(FunctionSpec(memory: 512))
    let result = Fixture.result(
      of: Fixture.experiment(
        seconds: 60, producers: [Fixture.single(curve: .constant(RecordsPerSecond(50)))], consumers: [consumer]))
    let function = result.consumers[0].function
    #expect((function?.invocations ?? 0) > 0)
    #expect(Self.quantity(.lambdaRequest, result) == Int128(function?.invocations ?? -1))
    #expect(
      Self.quantity(.lambdaDuration, result) == 512 * Int128(function?.duration.nanoseconds ?? -1))
  }
}

@Suite("Usage of neighbours")
struct NeighbourUsageTests {
  @Test("a camera of 1 Mbit/s sends 328.5 GB in 730 hours, billed at 0.0085 a GiB; SQL has no price")
  func camera() {
    var experiment = Fixture.experiment(seconds: 60)
    experiment.neighbours.videoStreams = [VideoStreamSpec(name: "door", bitsPerSecond: 1_000_000)]
    let bill = Fixture.result(of: experiment).bill
    let line = bill.lines.first { $0.item == .videoIn }
    #expect(abs((line?.units(in: .month730h) ?? 0) - 328.5e9 / 1_073_741_824) < 1e-6)
    #expect(bill.lines.contains { $0.item == .videoStorage } && !bill.lines.contains { $0.item == .videoOut })
  }
}
