import Testing
import Units

@testable import KinesisCore

/// A configuration to start from.
func configuration(
  _ source: DeliveryConfiguration.Source = .directPut(quota: nil), to destination: DeliveryDestination = .s3,
  region: String = "us-east-1", _ change: (inout DeliveryConfiguration) -> Void = { _ in }
) -> DeliveryConfiguration {
  var configuration = DeliveryConfiguration(name: "clicks", region: region, source: source, destination: destination)
  change(&configuration)
  return configuration
}

let fromStream = DeliveryConfiguration.Source.stream(retention: .hours(24))

/// A profile with some figures changed.
func limits(_ change: (inout LimitsProfile) -> Void) -> LimitsProfile {
  var limits = LimitsProfile.current
  change(&limits)
  return limits
}

extension DeliveryStream {
  /// Steps, and returns what came of it.
  mutating func ask(_ input: DeliveryInput, at now: Instant) -> [DeliveryEffect] {
    var effects: [DeliveryEffect] = []
    step(input, at: now, into: &effects)
    return effects
  }

  /// Wakes at every deadline up to an instant, and returns what came of it.
  mutating func pass(to instant: Instant) -> [DeliveryEffect] {
    replay([], until: instant)
  }

  mutating func put(_ size: Int32, count: Int32 = 1, partition: Int32 = 0, at now: Instant) -> [DeliveryEffect] {
    ask(.putRecordBatch([DeliveryRecord(size: size, count: count, partition: partition)]), at: now)
  }
}

extension [DeliveryEffect] {
  var deliveries: [Delivery] {
    compactMap { if case .deliver(let delivery) = $0 { delivery } else { nil } }
  }
  var invocations: [Invocation] {
    compactMap { if case .invoke(let invocation) = $0 { invocation } else { nil } }
  }
  var receipts: [DeliveryReceipt] {
    compactMap { if case .settled(let receipt) = $0 { receipt } else { nil } }
  }
  /// How many records each put took.
  var accepted: [Int32] {
    flatMap { effect -> [Int32] in if case .put(let accepted) = effect { accepted } else { [] } }
  }
  var refusals: [DeliveryRefusal] {
    compactMap { if case .refused(let refusal) = $0 { refusal } else { nil } }
  }
}

extension DeliveryReceipt {
  var records: Int64 { parcels.reduce(0) { $0 + $1.records } }
}

/// A read of equal records, one a position.
func read(
  _ shard: Int, from first: Int64, count: Int64, size: Int64 = 100, arrived: Instant, partition: Int32 = 0
) -> DeliveryInput {
  let run = DeliveryRun(
    first: first, count: count, records: count, bytes: count * size, arrival: arrived, partition: partition)
  return .read(DeliveryRead(shard: ShardID(shard), runs: count == 0 ? [] : [run], next: first + count))
}

/// A delivery stream among producers, shards, functions and destinations that do what dice say.
struct DeliveryWorld {
  var stream: DeliveryStream
  var effects: [DeliveryEffect] = []
  var entries: [Journal<DeliveryInput>.Entry] = []
  var now = start
  /// What each shard holds: positions, by the instant of arrival.
  var tips: [Int64]
  /// Users' records a position, by the KPL.
  let factor: Int64
  /// No destination takes anything before this instant.
  var outageEnd = start
  private var dice: Dice
  private var pending: [(at: Instant, input: DeliveryInput)] = []
  private let isPartitioned: Bool

  init(_ configuration: DeliveryConfiguration, limits: LimitsProfile = .current, shards: Int, seed: Int) throws {
    stream = try DeliveryStream(configuration, limits: limits, at: start)
    dice = Dice(seed: seed)
    factor = Int64(1 + dice.below(3))
    tips = [Int64](repeating: 0, count: shards)
    isPartitioned = configuration.partitioning != nil
    for shard in 0..<shards { ask(.openShard(ShardID(shard), from: 0)) }
  }

  /// A second of the world: records arrive, shards are polled, something fails now and then.
  mutating func liveOneSecond(mishaps: Bool) {
    if mishaps, dice.below(60) == 0 { outageEnd = now + .seconds(Int64(dice.below(200))) }
    if tips.isEmpty { put() }
    for shard in tips.indices {
      tips[shard] += Int64(dice.below(300))
      poll(shard)
      if mishaps, dice.below(40) == 0 { ask(.failOver(ShardID(shard))) }
    }
    pass(to: now + .seconds(1))
  }

  /// Lives on without new records until nothing is held.
  mutating func drain() {
    outageEnd = now
    for _ in 0..<20_000 where stream.ledger.records.held + stream.ledger.repeats.held + behind > 0 {
      for shard in tips.indices { poll(shard) }
      pass(to: now + .seconds(10))
    }
  }

  /// Positions that were not read.
  private var behind: Int64 {
    tips.indices.reduce(0) { $0 + tips[$1] - (stream.nextPosition(of: ShardID($1)) ?? 0) }
  }

  private mutating func put() {
    let records = (0..<dice.within(1...20)).map { _ in
      DeliveryRecord(
        size: Int32(dice.below(20_000)), count: Int32(dice.within(1...9)), partition: Int32(dice.below(12)))
    }
    ask(.putRecordBatch(records))
  }

  private mutating func poll(_ shard: Int) {
    let id = ShardID(shard)
    guard stream.mayRead(id), let first = stream.nextPosition(of: id) else { return }
    let count = min(tips[shard] - first, 1_000)
    var runs: [DeliveryRun] = []
    var position = first
    while position < first + count {
      let n = min(Int64(dice.within(1...200)), first + count - position)
      runs.append(
        DeliveryRun(
          first: position, count: n, records: n * factor, bytes: n * 1_000,
          arrival: now - .milliseconds(Int64(dice.below(900))), partition: Int32(isPartitioned ? dice.below(12) : 0)))
      position += n
    }
    ask(.read(DeliveryRead(shard: id, runs: runs, next: position)))
  }

  /// Lets answers come and deadlines pass.
  mutating func pass(to end: Instant) {
    while true {
      let answer = pending.indices.min { pending[$0].at < pending[$1].at }
      let due = min(answer.map { pending[$0].at } ?? .never, stream.deadline ?? .never)
      guard due <= end else { break }
      now = due
      if let answer, pending[answer].at == due {
        ask(pending.remove(at: answer).input)
      } else {
        note { stream, now, effects in stream.wake(at: now, into: &effects) }
      }
    }
    now = end
  }

  mutating func ask(_ input: DeliveryInput) {
    entries.append(.init(at: now, input: input))
    note { stream, now, effects in stream.step(input, at: now, into: &effects) }
  }

  private mutating func note(_ act: (inout DeliveryStream, Instant, inout [DeliveryEffect]) -> Void) {
    let before = effects.count
    act(&stream, now, &effects)
    for effect in effects[before...] { plan(effect) }
  }

  /// What the world answers to an effect, and when.
  private mutating func plan(_ effect: DeliveryEffect) {
    let soon = now + .milliseconds(Int64(dice.within(10...4_000)))
    switch effect {
    case .deliver(let delivery):
      let isFailure = soon < outageEnd || dice.below(15) == 0
      let jitter = Int64(dice.within(850...1_150))
      let refused: DeliveryInput =
        dice.below(30) == 0 ? .deliveryRejected(delivery.id) : .deliveryFailed(delivery.id, jitter: jitter)
      pending.append((soon, isFailure ? refused : .delivered(delivery.id)))
    case .invoke(let invocation):
      let dropped = Int64(dice.below(Int(invocation.records) + 1)) / 3
      let failed = Int64(dice.below(Int(invocation.records) + 1)) / 5
      let isFailure = dice.below(6) == 0
      pending.append(
        (
          soon,
          isFailure ? .transformFailed(invocation.id) : .transformed(invocation.id, dropped: dropped, failed: failed)
        ))
    case .put, .refused, .settled, .placed, .unprocessed, .checkpoint, .reread, .limitRaised: return
    }
  }
}
