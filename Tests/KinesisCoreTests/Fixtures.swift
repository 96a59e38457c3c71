import Units

@testable import KinesisCore

/// When most tests begin.
let start = Instant(seconds: 1_750_000_000)

func at(_ seconds: Int64) -> Instant { start + .seconds(seconds) }
func at(milliseconds: Int64) -> Instant { start + .milliseconds(milliseconds) }

/// A stream that has been ACTIVE since `start`.
func stream(_ shards: Int, maxRecord: Bytes = .mebibytes(1), limits: LimitsProfile = .current) -> KinesisCore.Stream {
  .active(name: "clicks", shards: shards, maxRecord: maxRecord, limits: limits, at: start)
}

func record(_ size: Int32, to key: UInt128 = 0, count: Int32 = 1) -> RecordHeader {
  RecordHeader(hashKey: HashKey(key), size: size, count: count)
}

/// AWS's name of the error with which a call is refused; nil when it is not.
func code(_ call: () throws -> some Any) -> String? {
  do {
    _ = try call()
    return nil
  } catch {
    return (error as? Refusal)?.code ?? "\(error)"
  }
}

let throttled = "ProvisionedThroughputExceededException"
let inUse = "ResourceInUseException"
let notFound = "ResourceNotFoundException"
let limitExceeded = "LimitExceededException"
let invalid = "InvalidArgumentException"

extension KinesisCore.Stream {
  /// Reads on from an iterator, one call.
  mutating func read(_ next: Int64, in shard: Int = 0, limit: Int = 10_000, at now: Instant) throws -> ReadAnswer {
    try getRecords(ShardIterator(shard: ShardID(shard), next: next, issuedAt: now), limit: limit, at: now)
  }

  /// Sets every bucket to the same instant: what two values differ in only because one was looked at more often.
  mutating func level(at now: Instant) {
    wake(at: now)
    for index in shards.indices {
      gates[index].refill(at: now, gateTerms)
      _ = shards[index].readCalls.available(at: now)
      _ = shards[index].readBytes.available(at: now)
      _ = shards[index].iteratorCalls.available(at: now)
    }
    for consumer in consumers.indices {
      for index in consumers[consumer].subscriptions.indices {
        _ = consumers[consumer].subscriptions[index].bytes.available(at: now)
      }
    }
    trim(at: now)
  }
}

/// AWS's actions on a stream of an account by their names, as tests call them.
extension Account {
  mutating func splitShard(_ id: ShardID, at key: HashKey, of stream: Int, now: Instant) throws {
    try ask(.splitShard(id, at: key), of: stream, at: now)
  }

  mutating func mergeShards(_ id: ShardID, with adjacent: ShardID, of stream: Int, now: Instant) throws {
    try ask(.mergeShards(id, with: adjacent), of: stream, at: now)
  }

  mutating func updateShardCount(of stream: Int, to target: Int, now: Instant) throws {
    try ask(.updateShardCount(target: target), of: stream, at: now)
  }

  mutating func setRetention(of stream: Int, hours: Int64, isIncrease: Bool, now: Instant) throws {
    try ask(isIncrease ? .increaseRetention(hours: hours) : .decreaseRetention(hours: hours), of: stream, at: now)
  }

  mutating func registerConsumer(_ name: String, of stream: Int, now: Instant) throws -> Int {
    guard case .made(let consumer) = try ask(.registerConsumer(name), of: stream, at: now) else { return -1 }
    return consumer
  }

  mutating func deregisterConsumer(_ consumer: Int, of stream: Int, now: Instant) throws {
    try ask(.deregisterConsumer(consumer), of: stream, at: now)
  }

  mutating func updateStreamMode(
    of stream: Int, to mode: StreamMode, warmThroughput: Int64 = 0, now: Instant
  ) throws {
    try ask(.updateMode(mode, warmThroughput: warmThroughput), of: stream, at: now)
  }

  mutating func updateWarmThroughput(of stream: Int, to target: Int64, now: Instant) throws {
    try ask(.updateWarmThroughput(target), of: stream, at: now)
  }
}
