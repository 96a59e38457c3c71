internal import KinesisCore
internal import Units

/// User records and Kinesis records: a shard stores the latter, producers offer and consumers want the former.
extension Run {
  /// A Kinesis record that stands for `users` user records was stored at a position of a shard.
  mutating func noteUserRecords(_ users: Int32, at position: Int64, in shard: ShardID, of stream: Int) {
    guard users > 1 else { return }
    while userRecords[stream].count <= shard.index { userRecords[stream].append(UserRecordIndex()) }
    userRecords[stream][shard.index].note(position, users: users)
  }

  /// How many user records the Kinesis records in a range of a shard's positions stand for.
  @inline(__always)
  func users(from first: Int64, to end: Int64, in shard: ShardID, of stream: Int) -> Int64 {
    guard shard.index < userRecords[stream].count else { return end - first }
    return userRecords[stream][shard.index].users(from: first, to: end)
  }

  /// The records of a reader's batch as its consumer counts them: user records, after unpacking; to a Lambda mapping a
  /// Kinesis record is one record, whatever is packed into it, as it is to the mapping's batch size.
  @inline(__always)
  func counted(_ batch: Batch, of reader: Int) -> Int64 {
    guard batch.count > 0, !readers[reader].isMapped else { return max(0, batch.count) }
    return users(from: batch.first, to: batch.end, in: readers[reader].shard, of: readers[reader].stream)
  }

  /// What a reader holds, read and not yet handed over, from a position on.
  func held(by reader: Int, behind handed: Int64) -> Int64 {
    let mapped = readers[reader].subShards.reduce(0) { $0 + $1.count }
    return (readers[reader].queue + readers[reader].travelling).reduce(mapped) { sum, batch in
      let first = max(batch.first, handed)
      return sum + counted(Batch(first: first, count: batch.end - first), of: reader)
    }
  }

  /// Forgets what every reader has passed.
  mutating func forgetUserRecords(before position: Int64, in shard: Int, of stream: Int) {
    guard shard < userRecords[stream].count else { return }
    userRecords[stream][shard].forget(before: position)
  }

  /// A shard has stored a copy of a user record: the first one makes it accepted, each further one is a duplicate.
  @inline(__always)
  mutating func store(_ slot: Int32, of producer: Int) {
    if records[slot].isStored {
      producers[producer].duplicates += 1
    } else {
      records[slot].isStored = true
      producers[producer].accepted += 1
      inFlight -= 1
    }
  }

  /// Traps when what the shards hold is not what producers know of: Kinesis records and user records, by stream.
  func reconcile() {
    for stream in account.streams.indices {
      let held = account.streams[stream].shards.reduce(0) { $0 + $1.log.tip }
      let users = held + userRecords[stream].reduce(0) { $0 + $1.extra }
      let mine = producers.filter { $0.plan.firehose == nil && $0.plan.stream == stream }
      let copies = mine.reduce(0) { $0 + $1.accepted + $1.duplicates }
      let stored = mine.reduce(0) { $0 + ($1.plan.library == nil ? $1.accepted + $1.duplicates : $1.client.stored) }
      precondition(held == stored, "stored Kinesis records are not the ones producers put")
      precondition(users == copies, "accepted user records and duplicates are not the stored ones")
    }
    let put = producers.reduce(0) { $0 + ($1.plan.firehose == nil ? 0 : $1.accepted) }
    precondition(put == putIntoFirehoses, "accepted records are not those the delivery streams took")
  }
}
