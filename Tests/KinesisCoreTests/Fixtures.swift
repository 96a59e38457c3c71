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
      _ = shards[index].writeRecords.available(at: now)
      _ = shards[index].writeBytes.available(at: now)
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
