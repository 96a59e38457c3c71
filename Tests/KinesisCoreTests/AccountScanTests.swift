import Testing
import Units

@testable import KinesisCore

/// An account as simply as it can be written: every step looks at every stream and every subscription.
private struct ScannedAccount {
  let limits: LimitsProfile, region: String
  private(set) var streams: [KinesisCore.Stream] = []
  private var made = 0

  init(_ limits: LimitsProfile, region: String) { (self.limits, self.region) = (limits, region) }

  var nextChange: Instant? { streams.compactMap(\.nextChange).min() }

  mutating func step(_ request: Request, at now: Instant, into effects: inout [Answer]) {
    wake(at: now, into: &effects)
    do throws(Refusal) {
      effects.append(try perform(request, at: now))
    } catch {
      effects.append(.refused(error))
    }
    pushAll(at: now, into: &effects)
  }

  mutating func wake(at now: Instant, into effects: inout [Answer]) {
    while let due = streams.flatMap({ [$0.nextChange, $0.nextPush] }).compactMap({ $0 }).min(), due <= now {
      let idle = streams.filter { $0.status != .active }.map(\.name)
      for index in streams.indices { streams[index].wake(at: due) }
      streams.removeAll { $0.isGone(at: due) }
      for stream in streams where stream.status == .active && idle.contains(stream.name) {
        effects.append(.becameActive(stream: stream.name))
      }
      pushAll(at: due, into: &effects)
    }
    for index in streams.indices { streams[index].wake(at: now) }
  }

  private mutating func pushAll(at now: Instant, into effects: inout [Answer]) {
    for index in streams.indices { streams[index].pushAll(at: now, into: &effects) }
  }

  private mutating func perform(_ request: Request, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .createStream(let name, let shards, _, _): return .made(try create(name, shards, nil, at: now))
    case .createOnDemandStream(let name, let settings, _, _): return .made(try create(name, 4, settings, at: now))
    case .deleteStream(let name, let consumers):
      let index = try find(name)
      let isUsed = streams[index].consumers.contains { $0.status != .deleted }
      guard !isUsed || consumers == .enforced else { throw .inUse("Stream \(name) has registered consumers.") }
      streams[index].delete(by: now + .seconds(limits[.stream.createDuration]))
      return .done
    case .updateAccountSettings, .createQueue, .deleteQueue, .listQueues, .queue, .channel: return .done
    case .stream(let name, let request):
      let index = try find(name)
      switch request {
      case .splitShard, .mergeShards, .updateShardCount: try streams[index].requireProvisioned()
      default: break
      }
      return try streams[index].perform(request, at: now)
    }
  }

  private mutating func create(
    _ name: String, _ shards: Int, _ settings: OnDemandSettings?, at now: Instant
  ) throws(Refusal) -> Int {
    guard !streams.contains(where: { $0.name == name }) else { throw .inUse("Stream \(name) already exists.") }
    var stream = KinesisCore.Stream(
      name: name, ranges: HashKeyRange.even(shards), maxRecord: .mebibytes(1), retention: .hours(24), limits: limits,
      at: now)
    stream.shardsMaximum = limits.onDemandShardsMaximum(region: region)
    if let settings { stream.beginOnDemand(settings, at: now) }
    streams.append(stream)
    made += 1
    return made - 1
  }

  private func find(_ name: String) throws(Refusal) -> Int {
    guard let index = streams.firstIndex(where: { $0.name == name }) else {
      throw .notFound("Stream \(name) under account not found.")
    }
    return index
  }
}

/// Queues of deadlines, ids and names do what looking at everything does.
@Suite struct AccountScanTests {
  /// Everything is quick, and the account's own rates never bind.
  static let limits: LimitsProfile = {
    var limits = LimitsProfile.current
    for call in [Limit.Key.account.createCalls, .account.splitMergeCalls, .account.registerConsumerCalls] {
      limits[call] = 1_000
    }
    (limits[.stream.creatingAtOnce], limits[.onDemand.modeChangesPerDay]) = (1_000, 1_000)
    (limits[.stream.createDuration], limits[.stream.reshardStepDuration]) = (2, 1)
    (limits[.fanOut.createDuration], limits[.fanOut.takeover], limits[.fanOut.lifetime]) = (0, 1, 20)
    (limits[.onDemand.splitRecords], limits[.onDemand.splitDelay]) = (1, 15)
    return limits
  }()

  private static func request(_ dice: inout Dice) -> Request {
    let name = dice.pick(["a", "b", "c", "d"]), shard = ShardID(dice.below(5))
    switch dice.below(16) {
    case 0, 1:
      return .createStream(name, shards: dice.within(1...3), maxRecord: .mebibytes(1), retention: .hours(24))
    case 2: return .createOnDemandStream(name, OnDemandSettings(), maxRecord: .mebibytes(1), retention: .hours(24))
    case 3: return .deleteStream(name, consumers: dice.pick([.refused, .enforced]))
    case 4, 5: return .stream(name, .registerConsumer(dice.pick(["x", "y"])))
    case 6, 7, 8:
      return .stream(name, .subscribeToShard(consumer: dice.below(2), shard, dice.pick([.trimHorizon, .latest])))
    case 9: return .stream(name, .splitShard(shard, at: HashKey(dice.ring())))
    case 10: return .stream(name, .updateShardCount(target: dice.within(1...5)))
    case 11: return .stream(name, .updateMode(dice.pick([.onDemand, .provisioned]), warmThroughput: 0))
    case 12: return .stream(name, .deregisterConsumer(dice.below(3)))
    default:
      return .stream(name, .putRecords((0..<3).map { _ in record(200_000, to: dice.ring(), count: 4) }))
    }
  }

  @Test("a thousand histories of several streams: equal answers, pushes and deadlines, in equal order")
  func histories() {
    var pushed = 0, active = 0
    for seed in 0..<1_000 {
      var dice = Dice(seed: seed)
      var account = Account(region: "eu-north-1", limits: Self.limits, at: start)
      var scanned = ScannedAccount(Self.limits, region: "eu-north-1")
      var answers: (account: [Answer], scanned: [Answer]) = ([], [])
      var now = start
      for _ in 0..<60 {
        now = now + .milliseconds(Int64(dice.pick([0, 0, 7, 400, 1_000, 2_500, 20_000])))
        let request = Self.request(&dice)
        account.step(request, at: now, into: &answers.account)
        scanned.step(request, at: now, into: &answers.scanned)
        guard account.nextChange == scanned.nextChange else {
          Issue.record("seed \(seed): next change at \(now) after \(request)")
          break
        }
      }
      account.wake(at: now + .minutes(2), into: &answers.account)
      scanned.wake(at: now + .minutes(2), into: &answers.scanned)
      let isEqual = answers.account == answers.scanned
      #expect(isEqual, "seed \(seed)")
      pushed += answers.account.count { if case .pushed = $0 { true } else { false } }
      active += answers.account.count { if case .becameActive = $0 { true } else { false } }
    }
    #expect(pushed > 1_000 && active > 5_000, "the histories are full of both")
  }

  @Test func `a deleted stream's id is never used again, though its name is`() throws {
    var account = Account(region: "us-east-1", limits: Self.limits, at: start)
    let first = try account.createStream("a", shards: 1, at: start)
    let other = try account.createStream("b", shards: 2, at: start)
    try account.deleteStream(first, consumers: .refused, now: at(3))
    account.wake(at: at(5))
    let again = try account.createStream("a", shards: 3, at: at(5))
    #expect(account.streamIDs == [other, again] && ![first, other].contains(again))
    #expect(account[other].openShardCount == 2 && account[again].openShardCount == 3)
    #expect(try account.stream(named: "a") == again)
  }
}
