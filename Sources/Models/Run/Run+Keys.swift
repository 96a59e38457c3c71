internal import KinesisCore
internal import Units

/// Which key each shard was asked for most. Keys are counted from a shard's opening to its closing.
extension Run {
  /// Which shards are meant.
  enum Tallied {
    /// Those that have just closed: their keys are counted anew for their children.
    case justClosed
    /// Those open at the end.
    case stillOpen
  }

  /// Names the hottest key of each shard meant.
  mutating func nameHottestKeys(of stream: Int, _ open: Tallied) {
    // Under AUTO a shard has no keys.
    guard account.streams[stream].distribution == .userPartitionKey else { return }
    let shards = meters[stream].shards.indices.filter { isMeant($0, of: stream, open) }
    guard !shards.isEmpty else { return }
    for producer in producers.indices where producers[producer].plan.spec.stream == stream {
      for key in producers[producer].firstAttempts.indices where producers[producer].firstAttempts[key] > 0 {
        let hash = producers[producer].plan.keys.hash(of: UInt32(key))
        guard let owner = owner(of: hash, of: stream, among: shards, open) else { continue }
        weigh(UInt32(key), of: producer, in: owner, of: stream)
        producers[producer].firstAttempts[key] = 0
      }
    }
  }

  private func isMeant(_ shard: Int, of stream: Int, _ open: Tallied) -> Bool {
    let closedAt = account.streams[stream].shards[shard].closedAt
    return open == .stillOpen ? closedAt == nil : closedAt == now
  }

  private func owner(of hash: HashKey, of stream: Int, among shards: [Int], _ open: Tallied) -> Int? {
    switch open {
    case .stillOpen: account.streams[stream].owner(of: hash).index
    case .justClosed: shards.first { account.streams[stream].shards[$0].range.contains(hash) }
    }
  }

  private mutating func weigh(_ key: UInt32, of producer: Int, in shard: Int, of stream: Int) {
    let count = Double(producers[producer].firstAttempts[Int(key)])
    let meter = meters[stream].shards[shard]
    let total = Double(max(meter.demanded.records + meter.demand.records, 1))
    guard count / total > meter.hottestKey?.share ?? 0 else { return }
    let state = account.streams[stream].shards[shard]
    let seconds = ((state.closedAt ?? now) - state.openedAt).inSeconds
    meters[stream].shards[shard].hottestKey = ShardResult.KeyShare(
      key: producers[producer].plan.keys.name(of: key), share: count / total,
      recordsPerSecond: seconds > 0 ? count / seconds : 0)
  }
}
