internal import Experiment
internal import KinesisCore

/// Records and bytes of a minute: what CloudWatch's IncomingRecords and IncomingBytes sum to.
struct MinuteLoad: Sendable, Hashable {
  var records: Int64 = 0, bytes: Int64 = 0

  /// Adds what one shard did.
  mutating func add(_ load: ShardMeter.Load) {
    (records, bytes) = (records + load.records, bytes + load.bytes)
  }

  /// What one shard takes in a minute.
  static func capacity(_ limits: LimitsProfile) -> MinuteLoad {
    MinuteLoad(records: 60 * limits[.shard.writeRecords], bytes: 60 * limits[.shard.writeBytes])
  }

  /// Twice of both: what the scaling utility holds GetRecords against (KinesisOperationType.GET: 2 MiB and 2,000 records a
  /// second and shard; AWS's own limit counts bytes only).
  var givenAsRead: MinuteLoad { MinuteLoad(records: 2 * records, bytes: 2 * bytes) }

  /// Whether it is at least so many thousandths of what `shards` shards take, in records or in bytes.
  func reaches(_ permille: Int64, of shards: Int, each shard: MinuteLoad) -> Bool {
    let share = permille * Int64(shards)
    return records * 1_000 >= share * shard.records || bytes * 1_000 >= share * shard.bytes
  }

  /// The fewest shards, at least one, that it loads to at most so many thousandths.
  func shards(at permille: Int64, each shard: MinuteLoad) -> Int {
    func least(_ load: Int64, _ capacity: Int64) -> Int64 {
      let share = permille * capacity
      return (load * 1_000 + share - 1) / share
    }
    return Int(max(1, least(records, shard.records), least(bytes, shard.bytes)))
  }
}
