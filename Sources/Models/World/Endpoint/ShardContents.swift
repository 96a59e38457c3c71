internal import Experiment
internal import KinesisCore

/// What stored records hold beside what the core knows: hashes of their keys where a reader needs them, and the user records
/// that a Kinesis record stands for.
struct ShardContents: Sendable {
  /// By stream.
  private var keys: [KeyTrails]
  /// By stream and shard.
  private var users: [[UserRecordIndex]]

  init(_ experiment: Experiment) {
    keys = experiment.streams.indices.map { KeyTrails(of: $0, in: experiment) }
    users = experiment.streams.map { _ in [] }
  }

  /// A record was put, and perhaps taken.
  @inline(__always)
  mutating func note(_ outcome: PutOutcome, of key: HashKey, in stream: Int) {
    if keys[stream].isKept { keys[stream].note(outcome, of: key) }
  }

  /// A record was stored.
  mutating func note(_ key: HashKey, in shard: Int, of stream: Int) { keys[stream].note(key, in: shard) }

  /// The Kinesis record at a position stands for so many user records.
  mutating func note(users count: Int32, at position: Int64, in shard: ShardID, of stream: Int) {
    guard count > 1 else { return }
    while users[stream].count <= shard.index { users[stream].append(UserRecordIndex()) }
    users[stream][shard.index].note(position, users: count)
  }

  /// Whether the hashes of a stream's keys are kept.
  func keepsKeys(of stream: Int) -> Bool { keys[stream].isKept }

  /// Which of `factor` sub-shards the record at a position belongs to.
  func subShard(of position: Int64, in shard: ShardID, of stream: Int, factor: Int) -> Int {
    keys[stream].subShard(of: position, in: shard, factor: factor)
  }

  /// A hash of a record's partition key.
  func keyHash(of position: Int64, in shard: ShardID, of stream: Int) -> UInt32 {
    keys[stream].hash(of: position, in: shard)
  }

  /// How many user records the Kinesis records in a range of a shard's positions stand for.
  @inline(__always)
  func users(from first: Int64, to end: Int64, in shard: ShardID, of stream: Int) -> Int64 {
    guard shard.index < users[stream].count else { return end - first }
    return users[stream][shard.index].users(from: first, to: end)
  }

  /// User records beyond one a Kinesis record that a stream ever stored.
  func extraUsers(in stream: Int) -> Int64 { users[stream].reduce(0) { $0 + $1.extra } }

  mutating func forgetUsers(before position: Int64, in shard: ShardID, of stream: Int) {
    guard shard.index < users[stream].count else { return }
    users[stream][shard.index].forget(before: position)
  }

  mutating func forgetKeys(before position: Int64, in shard: ShardID, of stream: Int) {
    keys[stream].drop(before: position, in: shard.index)
  }
}
