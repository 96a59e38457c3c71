internal import KinesisCore
internal import Units

/// What is asked of a stream as it stands, beside what the core itself asks.
extension Stream {
  /// The position of the first record of a shard that arrived at an instant or later.
  func position(arrivedFrom instant: Instant, in shard: ShardID) -> Int64 {
    shards[shard.index].log.position(arrivedFrom: instant)
  }

  /// Kinesis records that its shards ever stored.
  var stored: Int64 { shards.reduce(0) { $0 + $1.log.tip } }

  /// The shard's number of a record that goes round the open ones.
  func shard(ofTurn turn: UInt32) -> Int32 {
    let open = openShards
    return open[Int(turn) % open.count].number
  }
}
