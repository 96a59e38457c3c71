import Experiment
import Simulation
import Testing
import Units

@testable import KinesisCore
@testable import Models

extension Fixture {
  static func mapping(
    _ name: String = "function", _ reading: ConsumerSpec.Reading = .fanOut,
    _ function: FunctionSpec = FunctionSpec(), perBatch: Double = 20e6
  ) -> ConsumerSpec {
    ConsumerSpec(
      name: name, stream: 0, application: .mapping(function), reading: reading, pollInterval: .seconds(1),
      perBatch: .constant(perBatch))
  }

  /// One shard, no service times, evenly spaced single records.
  static func mapped(
    _ consumers: [ConsumerSpec], seconds: Int64 = 60, rate: Double = 50, shards: Int = 1, keys: KeySpec? = nil,
    size: Int = 200
  ) -> Experiment {
    var producer = Fixture.single(rate: rate, arrivals: .paced)
    producer.size = .drawn(.constant(Double(size)))
    producer.keys = keys ?? KeySpec(.uniform(cardinality: 1_000))
    var experiment = Fixture.experiment(
      seconds: seconds, shards: shards, producers: [producer], consumers: consumers, maxRecord: .mebibytes(10))
    experiment.serviceTimes = Fixture.instantService
    return experiment
  }

  /// The sub-shards of each reader of the first consumer, a mapping.
  static func subShards(_ run: borrowing World) -> [[SubShard]] {
    run.applications.applications[0].mapping?.lanes.map(\.subShards) ?? []
  }

  /// Whether every record accepted is accounted for by a consumer.
  static func isConserved(_ consumer: ConsumerResult, _ result: RunResult) -> Bool {
    consumer.records + (consumer.function?.givenUp ?? 0) + consumer.backlog + consumer.expired + consumer.skipped
      == result.records.accepted
  }
}

@Suite("A sub-shard of a mapping")
struct SubShardTests {
  private static let start = Instant(seconds: 1_000)

  private static func piece(_ first: Int64, _ count: Int64, each: Int64 = 100, at instant: Instant = start) -> Piece {
    Piece(first: first, count: count, bytes: count * each, arrival: instant, received: instant)
  }

  @Test("a batch is due when it is full by count")
  func fullByCount() {
    var subShard = SubShard()
    subShard.append(Self.piece(0, 99))
    let window = Interval.seconds(10)
    #expect(
      subShard.readiness(size: 100, payload: 1 << 20, window: window, at: Self.start) == .later(Self.start + window))
    subShard.append(Self.piece(99, 30))
    #expect(subShard.readiness(size: 100, payload: 1 << 20, window: window, at: Self.start) == .now)
    subShard.formBatch(size: 100, payload: 1 << 20)
    #expect(subShard.work.map(\.count) == [100])
    #expect(subShard.count == 129)
  }

  @Test("a batch is due when its payload is reached, and never exceeds it unless one record does")
  func fullByBytes() {
    var subShard = SubShard()
    subShard.append(Self.piece(0, 59, each: 100_000))
    let limit = LimitsProfile.current[.lambda.payload]
    #expect(limit == 6_291_456)
    #expect(
      subShard.readiness(size: 10_000, payload: limit, window: .seconds(5), at: Self.start)
        == .later(Self.start + .seconds(5)))
    subShard.append(Self.piece(59, 10, each: 100_000))
    #expect(subShard.readiness(size: 10_000, payload: limit, window: .seconds(5), at: Self.start) == .now)
    subShard.formBatch(size: 10_000, payload: limit)
    #expect(subShard.work.map(\.count) == [62])
    var large = SubShard()
    large.append(Self.piece(0, 2, each: 10 << 20))
    large.formBatch(size: 100, payload: limit)
    #expect(large.work.map(\.count) == [1])
  }

  @Test("a window begins with the first record, or when the invocation before ends")
  func window() {
    var subShard = SubShard()
    subShard.append(Self.piece(0, 1))
    #expect(
      subShard.readiness(size: 10, payload: 1_000, window: .seconds(3), at: Self.start + .seconds(3)) == .now)
    subShard.endedAt = Self.start + .seconds(2)
    #expect(
      subShard.readiness(size: 10, payload: 1_000, window: .seconds(3), at: Self.start + .seconds(3))
        == .later(Self.start + .seconds(5)))
    #expect(SubShard().readiness(size: 10, payload: 1_000, window: .zero, at: Self.start) == .nothing)
  }

  @Test("halving isolates any record of any batch in at most ⌈log2 n⌉ splits and keeps order", arguments: 1...130)
  func bisection(count: Int) {
    var dice = RandomStream(seed: UInt64(count), replication: 0, purpose: .control, entity: "halves")
    var (pieces, position): ([Piece], Int64) = ([], 0)
    while position < count {
      let run = min(Int64(count) - position, 1 + Int64(dice.below(7)))
      pieces.append(Self.piece(position, run))
      position += run
    }
    let bound = count <= 1 ? 0 : Int.bitWidth - (count - 1).leadingZeroBitCount
    var flaws = 0
    for poison in 0..<Int64(count) {
      var (batch, splits) = (FunctionInvocation(pieces: pieces), 0)
      while batch.count > 1 {
        let (lower, upper) = batch.halves()
        let isEven = lower.count + upper.count == batch.count && upper.count - lower.count <= 1 && lower.count > 0
        let isOrdered = (lower.pieces.last?.end ?? 0) <= upper.pieces[0].first
        if !isEven || !isOrdered || lower.holds(poison) == upper.holds(poison) { flaws += 1 }
        batch = lower.holds(poison) ? lower : upper
        splits += 1
      }
      if splits > bound { flaws += 1 }
    }
    #expect(flaws == 0, "\(count) records")
  }
}

@Suite("Lambda event source mappings")
struct MappingTests {
  @Test("a poll a second: records wait half a second on average, and no call is refused")
  func polling() {
    let result = Fixture.result(
      of: Fixture.mapped([Fixture.mapping("a", .polling, FunctionSpec(batchSize: 1_000))], seconds: 120))
    let consumer = result.consumers[0]
    #expect(abs(consumer.propagation.mean.inMilliseconds - 500) < 20)
    #expect((114...120).contains(consumer.calls))
    #expect(Fixture.isConserved(consumer, result))
  }

  @Test("while there is more than one answer holds, a mapping goes on at five calls a second")
  func catchingUp() {
    // 10 minutes of 900 records a second are 540,000 records; 10,000 of them a call.
    var experiment = Fixture.mapped(
      [Fixture.mapping("a", .polling, FunctionSpec(batchSize: 10_000), perBatch: 1e6)], seconds: 200, rate: 900)
    experiment.events = [ScheduledEvent(at: .seconds(100), action: .startConsumer(0))]
    let result = Fixture.result(of: experiment)
    #expect(result.consumers[0].iteratorAgeLast < .seconds(2))
    #expect(result.consumers[0].calls > 100)
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("fan-out mappings are as fast for five as for one")
  func fanOutIsFlat() {
    let means = [1, 5].map { count in
      var experiment = Fixture.mapped((0..<count).map { Fixture.mapping("f\($0)") }, seconds: 100)
      experiment.serviceTimes = .measured2026
      let consumers = Fixture.result(of: experiment).consumers
      return consumers.map(\.propagation.mean.inMilliseconds).reduce(0, +) / Double(count)
    }
    #expect(abs(means[0] - means[1]) < 0.05 * means[0])
    #expect((65...90).contains(means[0]))
  }

  @Test("a window of ten seconds gathers ten seconds of records, or a full batch if that is sooner")
  func window() {
    func run(_ size: Int) -> RunResult {
      Fixture.result(
        of: Fixture.mapped(
          [Fixture.mapping("w", .fanOut, FunctionSpec(batchSize: size, window: .seconds(10)))], seconds: 120))
    }
    let slow = run(10_000), full = run(100)
    // 50 records a second: a window of ten seconds, one that begins when the invocation before ends.
    #expect(slow.consumers[0].function.map { (10...12).contains($0.invocations) } ?? false)
    #expect(slow.consumers[0].propagation.max < .milliseconds(10_100))
    #expect(full.consumers[0].function.map { (58...60).contains($0.invocations) } ?? false)
  }

  @Test("a payload of 6 MiB fires a batch before its window")
  func payload() {
    let result = Fixture.result(
      of: Fixture.mapped(
        [Fixture.mapping("p", .fanOut, FunctionSpec(batchSize: 10_000, window: .seconds(300)))], seconds: 100,
        rate: 5, size: 200_000))
    // 31 records of 200,024 bytes fit; five come a second.
    let function = result.consumers[0].function
    #expect(function.map { (14...16).contains($0.invocations) } ?? false)
    #expect(result.consumers[0].records == (function?.invocations ?? 0) * 31)
  }

  @Test("a factor of four works on four batches of a shard at once, and never more")
  func factor() {
    func run(_ factor: Int) -> RunResult {
      Fixture.result(
        of: Fixture.mapped(
          [Fixture.mapping("p", .fanOut, FunctionSpec(batchSize: 100, factor: factor), perBatch: 400e6)],
          seconds: 120, rate: 900))
    }
    let (one, four) = (run(1), run(4))
    #expect(one.consumers[0].function?.concurrencyPeak == 1)
    #expect(four.consumers[0].function?.concurrencyPeak == 4)
    // 100 records in 0.4 s are 250 a second.
    #expect(abs(Double(one.consumers[0].records) - 250 * 120) < 500)
    #expect(four.consumers[0].records > 3 * one.consumers[0].records)
    for result in [one, four] { #expect(Fixture.isConserved(result.consumers[0], result)) }
  }

  @Test("records of a key stay in order with a factor of ten, through errors and splits")
  func orderPerKey() {
    let failures = FunctionSpec.Failures(errorRate: 0.2, batch: .bisected)
    let experiment = Fixture.mapped(
      [Fixture.mapping("o", .fanOut, FunctionSpec(batchSize: 20, factor: 10, failures: failures))], rate: 400,
      keys: KeySpec(.uniform(cardinality: 40)))
    var run = World(PreparedExperiment(experiment), replication: 0)
    var last = Array(repeating: Int64(-1), count: 10)
    var (moved, flaws) = (0, 0)
    while !run.advance(limit: 1) {
      for (index, subShard) in Fixture.subShards(run)[0].enumerated() {
        guard let open = subShard.firstOpen else { continue }
        if open < last[index] { flaws += 1 }
        if open > last[index] { moved += 1 }
        last[index] = open
        let positions = subShard.work.reversed().flatMap(\.pieces).map(\.first)
        if positions != positions.sorted() { flaws += 1 }
      }
    }
    #expect(moved > 500 && flaws == 0)
    let result = run.finish(isComplete: true)
    #expect(result.consumers[0].function.map { $0.errors > 50 && $0.bisects > 50 } ?? false)
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("equal keys share a sub-shard, and sub-shards are even")
  func keySplit() {
    var experiment = Fixture.mapped([Fixture.mapping("k", .fanOut, FunctionSpec(factor: 10))])
    var trails = KeyTrails(of: 0, in: experiment)
    var counts = Array(repeating: 0, count: 10)
    for key in 0..<10_000 {
      let hash = HashKey(partitionKey: "key-\(key / 2)")
      trails.note(PutOutcome(shard: ShardID(0), accepted: 1, limit: nil, first: Int64(key)), of: hash)
    }
    for key in 0..<10_000 { counts[trails.subShard(of: Int64(key), in: ShardID(0), factor: 10)] += 1 }
    for key in stride(from: 0, to: 10_000, by: 2) {
      let pair = [0, 1].map { trails.subShard(of: Int64(key + $0), in: ShardID(0), factor: 10) }
      #expect(pair[0] == pair[1])
    }
    for count in counts { #expect((850...1_150).contains(count)) }
    experiment.consumers = [Fixture.mapping("k")]
    #expect(!KeyTrails(of: 0, in: experiment).isKept)
  }

  @Test("the account's concurrency caps all mappings together; throttled batches wait and lose nothing")
  func concurrency() {
    let consumers = ["a", "b"].map {
      Fixture.mapping($0, .fanOut, FunctionSpec(batchSize: 10, factor: 4), perBatch: 200e6)
    }
    var experiment = Fixture.mapped(consumers, rate: 100)
    experiment.limits[.lambda.concurrency] = 3
    let result = Fixture.result(of: experiment)
    let functions = result.consumers.compactMap(\.function)
    #expect(functions.allSatisfy { $0.concurrencyPeak <= 3 && $0.errors == 0 && $0.givenUp == 0 })
    #expect(functions.reduce(0) { $0 + $1.throttles } > 0)
    // 3 · 10 records in 0.2 s are 150 a second, 100 come for each of two: turns are taken.
    for consumer in result.consumers { #expect(abs(Double(consumer.records) - 75 * 60) < 300) }
    for consumer in result.consumers { #expect(Fixture.isConserved(consumer, result)) }
  }

  @Test("the bill: every invocation is rounded up to a millisecond")
  func duration() {
    let result = Fixture.result(
      of: Fixture.mapped([Fixture.mapping("d", .fanOut, FunctionSpec(memory: 512), perBatch: 20_000_001)]))
    guard let function = result.consumers[0].function else { return #expect(Bool(false)) }
    let ended = Int64(function.duration.inMilliseconds / 21)
    #expect(function.duration == .milliseconds(ended * 21))
    #expect((0...1).contains(function.invocations - ended))
    #expect(abs(function.gigabyteSeconds - function.duration.inSeconds / 2) < 1e-9)
  }
}

@Suite("A poison record")
struct PoisonTests {
  private static func run(
    _ failures: FunctionSpec.Failures, factor: Int = 1, shards: Int = 1, seconds: Int64 = 120, size: Int = 100
  ) -> (run: RunResult, stuck: [[Int]]) {
    let spec = Fixture.mapping(
      "p", .fanOut, FunctionSpec(batchSize: size, factor: factor, failures: failures))
    let experiment = Fixture.mapped([spec], seconds: seconds, rate: 300, shards: shards)
    var run = World(PreparedExperiment(experiment), replication: 0)
    while !run.advance(limit: 10_000) {}
    let held = Fixture.subShards(run).map { $0.map { Int($0.count) } }
    return (run.finish(isComplete: true), held)
  }

  @Test("without retries and age it blocks its shard, and no other")
  func blocksItsShard() {
    let (result, held) = Self.run(.init(poisonAt: .seconds(30)), shards: 3)
    let full = held.map { $0[0] > 2_000 }
    #expect(full.count { $0 } == 1)
    #expect(result.consumers[0].iteratorAgeLast > .seconds(85))
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("with a factor of five it blocks its sub-shard, and no other")
  func blocksItsSubShard() {
    let (result, held) = Self.run(.init(poisonAt: .seconds(30)), factor: 5)
    #expect(held[0].count { $0 > 2_000 } == 1)
    #expect(held[0].count { $0 < 300 } == 4)
    #expect(result.consumers[0].records > result.records.accepted * 3 / 4)
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("when retries are spent the whole batch is given up, and the shard goes on")
  func retries() {
    let (result, _) = Self.run(.init(poisonAt: .seconds(30), maxRetries: 2))
    let function = result.consumers[0].function
    #expect(function?.errors == 3)
    #expect(function.map { (1...100).contains($0.givenUp) } ?? false)
    // Waits of one and two seconds.
    #expect(result.consumers[0].iteratorAgeMax > .seconds(2) && result.consumers[0].iteratorAgeMax < .seconds(5))
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("bisecting gives up the one record, after at most ⌈log2 n⌉ splits", arguments: [2, 7, 100])
  func bisect(size: Int) {
    let (result, _) = Self.run(.init(poisonAt: .seconds(30), maxRetries: 2, batch: .bisected), size: size)
    let function = result.consumers[0].function
    #expect(function?.givenUp == 1)
    #expect(function.map { $0.bisects <= [2: 1, 7: 3, 100: 7][size] ?? 0 } ?? false)
    #expect(function.map { $0.errors == $0.bisects + 3 } ?? false)
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("age ends it when retries do not: every record older than the limit is given up")
  func age() {
    let (result, held) = Self.run(.init(poisonAt: .seconds(30), maxRecordAge: .seconds(60)), seconds: 300)
    let function = result.consumers[0].function
    #expect(function.map { $0.givenUp > 0 } ?? false)
    #expect(held[0][0] < 2_000)
    #expect(result.consumers[0].iteratorAgeMax < .seconds(125))
    #expect(result.consumers[0].propagation.max <= .seconds(60))
    #expect(Fixture.isConserved(result.consumers[0], result))
  }

  @Test("without errors no record is ever given up; with them, equal seeds give equal runs")
  func errorRate() {
    let calm = Self.run(.init()).run
    #expect(calm.consumers[0].function?.errors == 0)
    let runs = (0..<2).map { _ in Self.run(.init(errorRate: 0.3, maxRetries: 1)).run }
    #expect(runs[0].trajectoryHash == runs[1].trajectoryHash)
    let function = runs[0].consumers[0].function
    let share = Double(function?.errors ?? 0) / Double(max(1, function?.invocations ?? 1))
    #expect(abs(share - 0.3) < 0.05)
    #expect(function.map { $0.givenUp > 0 } ?? false)
    #expect(Fixture.isConserved(runs[0].consumers[0], runs[0]))
  }
}
