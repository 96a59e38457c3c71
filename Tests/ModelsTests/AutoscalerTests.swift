import Experiment
import KinesisCore
import Testing
import Units

@testable import Models

/// The machines by themselves, a minute at a time.
@Suite struct `Autoscalers` {
  static let shard = MinuteLoad.capacity(.current)
  static let start = Instant(seconds: 1_767_571_200)

  static func spec(
    _ policy: AutoscalerSpec.Policy, up: Int64 = 750, down: Int64 = 250, upAfter: Int = 3, downAfter: Int = 5,
    cooldownUp: Interval = .zero, cooldownDown: Interval = .zero, minimum: Int = 1, maximum: Int = 64
  ) -> AutoscalerSpec {
    AutoscalerSpec(
      policy: policy, metricDelay: .zero,
      up: .init(permille: up, minutes: upAfter, cooldown: cooldownUp),
      down: .init(permille: down, minutes: downAfter, cooldown: cooldownDown), minimum: minimum, maximum: maximum)
  }

  /// A minute that fills so many thousandths of one shard, in records or in bytes.
  static func load(_ permille: Int64, byBytes: Int64 = 0) -> MinuteLoad {
    MinuteLoad(records: shard.records * permille / 1_000, bytes: shard.bytes * byBytes / 1_000)
  }

  /// Drives a machine over minutes, each call done at once; what it asked for, by minute.
  static func drive(
    _ spec: AutoscalerSpec, from shards: Int, _ loads: [MinuteLoad]
  ) -> [(minute: Int, from: Int, to: Int)] {
    var scaler = Autoscaler(spec, shard: shard, start: start)
    var (open, calls) = (shards, [(minute: Int, from: Int, to: Int)]())
    for (minute, load) in loads.enumerated() {
      let now = start + .minutes(Int64(minute) + 1)
      scaler.see(load)
      guard let target = scaler.decide(.init(openShards: open, isActive: true), at: now) else { continue }
      calls.append((minute + 1, open, target))
      scaler.answered(target: target, from: open, isAccepted: true, at: now)
      open = target
    }
    return calls
  }

  // MARK: Double and halve

  @Test("double-halve doubles when the last of its minutes is at the threshold, not before")
  func doubles() {
    let calls = Self.drive(Self.spec(.doubleHalve), from: 4, Array(repeating: Self.load(3_000), count: 3))
    #expect(calls.map(\.minute) == [3] && calls[0].to == 8)
    let below = Self.drive(Self.spec(.doubleHalve), from: 4, Array(repeating: Self.load(2_999), count: 30))
    #expect(below.isEmpty)
  }

  @Test("bytes count like records: the fuller of the two decides") func bytes() {
    let loads = Array(repeating: Self.load(10, byBytes: 3_000), count: 3)
    #expect(Self.drive(Self.spec(.doubleHalve), from: 4, loads).map(\.to) == [8])
  }

  @Test("one minute below the threshold starts the count anew") func interrupted() {
    let loads = [3_500, 3_500, 1_500, 3_500, 3_500].map { Self.load($0) }
    #expect(Self.drive(Self.spec(.doubleHalve), from: 4, loads).isEmpty)
  }

  @Test("halving wants 57 of 60 minutes low; an odd count is rounded up") func halves() {
    let spec = Self.spec(.doubleHalve, downAfter: 60)
    let few = Array(repeating: Self.load(1_500), count: 4) + Array(repeating: Self.load(100), count: 56)
    #expect(Self.drive(spec, from: 5, few).isEmpty)
    let enough = Array(repeating: Self.load(1_500), count: 3) + Array(repeating: Self.load(100), count: 57)
    #expect(Self.drive(spec, from: 5, enough).map(\.to) == [3])
  }

  @Test("a cooldown holds the next call of its direction back") func cooldown() {
    let spec = Self.spec(.doubleHalve, upAfter: 1, cooldownUp: .minutes(10))
    let calls = Self.drive(spec, from: 1, Array(repeating: Self.load(50_000), count: 25))
    #expect(calls.map(\.minute) == [1, 11, 21])
  }

  @Test("while a change is under way the load is divided by what was asked for") func believed() {
    var scaler = Autoscaler(Self.spec(.doubleHalve, upAfter: 1), shard: Self.shard, start: Self.start)
    scaler.see(Self.load(4_000))
    let now = Self.start + .minutes(1)
    #expect(scaler.decide(.init(openShards: 4, isActive: true), at: now) == 8)
    scaler.answered(target: 8, from: 4, isAccepted: true, at: now)
    scaler.see(Self.load(4_000))
    #expect(scaler.decide(.init(openShards: 4, isActive: false), at: now + .minutes(1)) == nil)
  }

  // MARK: Target tracking

  @Test("target tracking asks for the shards that bring the load to the target, at most double") func tracks() {
    let spec = Self.spec(.targetTracking, up: 700, down: 350)
    #expect(Self.drive(spec, from: 4, Array(repeating: Self.load(4_200), count: 3)).map(\.to) == [6])
    #expect(Self.drive(spec, from: 4, Array(repeating: Self.load(2_800), count: 9)).isEmpty)
    #expect(Self.drive(spec, from: 2, Array(repeating: Self.load(20_000), count: 3)).map(\.to) == [4])
  }

  @Test("it shrinks to what the busiest minute of the window needs") func shrinks() {
    let loads = [700, 700, 2_700, 700, 700].map { Self.load($0) }
    let spec = Self.spec(.targetTracking, up: 700, down: 350)
    #expect(Self.drive(spec, from: 8, loads).map(\.to) == [4])
  }

  @Test("it starts nothing while a change is under way") func oneAtATime() {
    var scaler = Autoscaler(Self.spec(.targetTracking, upAfter: 1), shard: Self.shard, start: Self.start)
    scaler.see(Self.load(9_000))
    #expect(scaler.decide(.init(openShards: 4, isActive: false), at: Self.start + .minutes(1)) == nil)
  }

  // MARK: Scaling utils

  @Test("scaling utils counts minutes within its window; they need not be in a row") func utils() {
    let spec = Self.spec(.scalingUtils(on: .put, up: .percent(20), down: .shards(1)), up: 800, down: 200, upAfter: 3)
    let loads = [9_000, 1_000, 9_000, 1_000, 9_000].map { Self.load($0) }
    let calls = Self.drive(spec, from: 10, loads)
    #expect(calls.map(\.minute) == [5] && calls[0].to == 12)
  }

  @Test("its threshold must be passed, not met; its step is at least one shard") func utilsStep() {
    let spec = Self.spec(.scalingUtils(on: .put, up: .percent(20), down: .shards(1)), up: 800, down: 200, upAfter: 1)
    #expect(Self.drive(spec, from: 2, [Self.load(1_600)]).isEmpty)
    #expect(Self.drive(spec, from: 2, [Self.load(1_601)]).map(\.to) == [3])
  }

  @Test(
    "a share of the shards is rounded up: 25 + 15 % is 29, 7 is 9, 10 is 12, 14 is 17, and 14 + 25 % is 18",
    arguments: [
      (25, 15, 29), (7, 15, 9), (10, 15, 12), (14, 15, 17), (14, 25, 18), (1, 15, 2), (1, 70, 2), (10, 70, 17),
    ])
  func grows(open: Int, share: Int, to: Int) {
    #expect(AutoscalerSpec.Step.percent(share).grown(from: open) == to)
  }

  @Test(
    "from 100 % on scalePct is a factor: 100 changes nothing, 200 doubles, 110 of 5 is 6",
    arguments: [(5, 100, 5), (7, 200, 14), (2, 300, 6), (5, 110, 6), (8, 1_100, 88)])
  func multiplies(open: Int, factor: Int, to: Int) {
    #expect(AutoscalerSpec.Step.percent(factor).grown(from: open) == to)
  }

  @Test(
    "downwards 1,399 - 10 % is 1,259, and a factor is rounded down, to one shard at least",
    arguments: [
      (1_399, 10, 1_259), (1_399, 20, 1_119), (3, 15, 3), (10, 20, 8), (6, 50, 3), (6, 200, 3), (5, 110, 4),
      (10, 300, 3),
      (10, 1_200, 1), (1, 20, 1), (4, 100, 4),
    ])
  func divides(open: Int, share: Int, to: Int) { #expect(AutoscalerSpec.Step.percent(share).shrunk(from: open) == to) }

  @Test("one shard and two more are three, though UpdateShardCount goes to double only") func utilsPlusTwo() {
    let spec = Self.spec(.scalingUtils(on: .put, up: .shards(2), down: .shards(1)), up: 850, down: 200, upAfter: 1)
    #expect(Self.drive(spec, from: 1, [Self.load(860)]).map(\.to) == [3])
  }

  @Test("14 shards at 95 % of their records grow by 25 % to 18, and at 46 % of reads with neither low too")
  func utilsBoth() {
    let policy = { AutoscalerSpec.Policy.scalingUtils(on: $0, up: .percent(25), down: .percent(25)) }
    let puts = Self.load(95 * 14 * 10), gets = MinuteLoad(records: 0, bytes: 2 * Self.shard.bytes * 14 * 46 / 100)
    for (operations, to) in [(AutoscalerSpec.Operations.put, 18), (.both, 18), (.get, nil as Int?)] {
      let spec = Self.spec(policy(operations), up: 800, down: 400, upAfter: 1, downAfter: 1)
      var scaler = Autoscaler(spec, shard: Self.shard, start: Self.start)
      scaler.see(puts, read: gets)
      #expect(scaler.decide(.init(openShards: 14, isActive: true), at: Self.start + .minutes(1)) == to)
    }
  }

  @Test("of both operations one that is high grows the stream, one that is low shrinks it when the other is in between")
  func utilsMatrix() {
    let levels: [(permille: Int64, vote: Int)] = [(100, -1), (500, 0), (900, 1)]
    for put in levels {
      for get in levels {
        let spec = Self.spec(
          .scalingUtils(on: .both, up: .shards(1), down: .shards(1)), up: 800, down: 200, upAfter: 1, downAfter: 1)
        var scaler = Autoscaler(spec, shard: Self.shard, start: Self.start)
        scaler.see(Self.load(4 * put.permille), read: Self.load(8 * get.permille))
        let votes = [put.vote, get.vote]
        let wanted = votes.contains(1) ? 5 : votes.contains(-1) ? 3 : nil
        #expect(scaler.decide(.init(openShards: 4, isActive: true), at: Self.start + .minutes(1)) == wanted)
      }
    }
  }

  @Test("it looks again when the stream is ACTIVE, not before") func utilsWaits() {
    let spec = Self.spec(.scalingUtils(on: .put, up: .percent(20), down: .shards(1)), up: 800, down: 200, upAfter: 1)
    var scaler = Autoscaler(spec, shard: Self.shard, start: Self.start)
    scaler.see(Self.load(9_000))
    #expect(scaler.decide(.init(openShards: 4, isActive: false), at: Self.start + .minutes(1)) == nil)
    #expect(scaler.decide(.init(openShards: 4, isActive: true), at: Self.start + .minutes(1)) == 5)
  }

  @Test("it shrinks by its count and then cools off") func utilsDown() {
    let spec = Self.spec(
      .scalingUtils(on: .put, up: .percent(20), down: .shards(1)), up: 800, down: 200, downAfter: 5,
      cooldownDown: .minutes(30))
    let calls = Self.drive(spec, from: 8, Array(repeating: Self.load(10), count: 70))
    #expect(calls.map(\.minute) == [5, 35, 65] && calls.map(\.to) == [7, 6, 5])
  }

  // MARK: Schedule

  @Test("a schedule acts in its minute, every day, and takes as many steps as the API needs") func schedule() {
    let spec = Self.spec(
      .schedule([.init(at: .daily(.minutes(30)), shards: 8), .init(at: .once(.hours(2)), shards: 2)]))
    let calls = Self.drive(spec, from: 2, Array(repeating: MinuteLoad(), count: 25 * 60))
    #expect(calls.map(\.minute) == [30, 31, 120, 121, 24 * 60 + 30, 24 * 60 + 31])
    #expect(calls.map(\.to) == [4, 8, 4, 2, 4, 8])
  }

  @Test("after a refusal it waits five minutes") func scheduleRetry() {
    var scaler = Autoscaler(
      Self.spec(.schedule([.init(at: .once(.minutes(1)), shards: 4)])), shard: Self.shard, start: Self.start)
    let view = Autoscaler.View(openShards: 2, isActive: true), now = Self.start + .minutes(1)
    #expect(scaler.decide(view, at: now) == 4)
    scaler.answered(target: 4, from: 2, isAccepted: false, at: now)
    #expect(scaler.decide(view, at: now + .minutes(4)) == nil)
    #expect(scaler.decide(view, at: now + .minutes(5)) == 4)
  }

  // MARK: Of all

  @Test(
    "no policy asks for less than the minimum or more than the maximum, and only the utility beyond double and half")
  func bounds() {
    let policies: [AutoscalerSpec.Policy] = [
      .doubleHalve, .targetTracking, .scalingUtils(on: .put, up: .percent(200), down: .percent(60)),
      .scalingUtils(on: .put, up: .shards(50), down: .shards(50)),
      .schedule([.init(at: .once(.minutes(9)), shards: 24), .init(at: .once(.minutes(90)), shards: 3)]),
    ]
    var state: UInt64 = 42
    for policy in policies {
      let spec = Self.spec(policy, upAfter: 1, downAfter: 2, minimum: 3, maximum: 24)
      let loads = (0..<600).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Self.load(Int64(state >> 33) % 40_000, byBytes: Int64(state >> 40) % 30_000)
      }
      let calls = Self.drive(spec, from: 6, loads)
      #expect(!calls.isEmpty, "\(policy.name)")
      for call in calls {
        let isReached = call.to <= 2 * call.from && 2 * call.to >= call.from || policy.name == "kinesis_scaling_utils"
        #expect((3...24).contains(call.to) && isReached, "\(policy.name)")
      }
    }
  }

  @Test("what it keeps is bounded by what it looks back") func memory() {
    var scaler = Autoscaler(Self.spec(.doubleHalve, downAfter: 7), shard: Self.shard, start: Self.start)
    for minute in 0..<100 { scaler.see(Self.load(Int64(minute))) }
    #expect(scaler.minutes.count == 7 && scaler.minutes.last == Self.load(99))
  }
}
