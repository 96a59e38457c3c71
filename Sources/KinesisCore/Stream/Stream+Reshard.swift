internal import Units

/// What is being done about the shards of a stream in UPDATING.
struct ReshardInProgress: Sendable, Hashable {
  var steps: ArraySlice<ReshardStep>
  var stepEnds: Instant
}

/// SplitShard, MergeShards and UpdateShardCount (facts §4).
///
/// Parents take writes until their step ends; then they close and their children open. One step at a time.
extension Stream {
  mutating func splitShard(_ id: ShardID, at key: HashKey, now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    try requireOpen(id)
    let shard = shards[id.index]
    guard shard.range.start.value + 1 < key.value, key < shard.range.end else {
      throw .invalidArgument(
        "NewStartingHashKey \(key) used in SplitShard() on shard \(id) in stream \(name) is not both greater than one plus "
          + "the shard's StartingHashKey \(shard.range.start) and less than the shard's EndingHashKey \(shard.range.end)."
      )
    }
    begin([.split(id, at: key)], at: now)
  }

  mutating func mergeShards(_ id: ShardID, with adjacent: ShardID, now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    try requireOpen(id)
    try requireOpen(adjacent)
    guard shards[id.index].range.isFollowed(by: shards[adjacent.index].range) else {
      throw .invalidArgument(
        "Shards \(id) and \(adjacent) in stream \(name) are not an adjacent pair of shards eligible for merging")
    }
    begin([.merge(id, adjacent)], at: now)
  }

  mutating func updateShardCount(to target: Int, now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    guard shardCountRate.take(1, at: now) else {
      throw .limitExceeded(
        "UpdateShardCount is called more than \(limits[.account.updateShardCountCalls]) times a second.")
    }
    try checkTarget(target)
    shardCountCalls.removeAll { now - $0 >= .hours(24) }
    guard shardCountCalls.count < limits[.stream.reshardCallsPerDay] else {
      throw .limitExceeded(
        "UpdateShardCount was called \(shardCountCalls.count) times for stream \(name) in the last 24 hours.")
    }
    shardCountCalls.append(now)
    let open = openShards.map { ($0, shards[$0.index].range) }
    let steps = ReshardPlan.uniform(from: open, to: target, firstNew: shards.count)
    if !steps.isEmpty { begin(steps, at: now) }
  }

  private func checkTarget(_ target: Int) throws(Refusal) {
    let current = openShardCount
    guard target >= 1 else { throw .invalidArgument("TargetShardCount \(target) is not at least 1.") }
    guard target <= 2 * current else {
      throw .limitExceeded(
        "TargetShardCount \(target) is more than twice the \(current) open shards of stream \(name).")
    }
    guard 2 * target >= current else {
      throw .limitExceeded("TargetShardCount \(target) is less than half the \(current) open shards of stream \(name).")
    }
    let most = limits[.stream.shardsMaximum]
    guard target <= most else { throw .limitExceeded("TargetShardCount \(target) is more than \(most).") }
    guard current <= most || target < most else {
      throw .limitExceeded("A stream with more than \(most) shards is scaled down to less than \(most) only.")
    }
  }

  private func requireOpen(_ id: ShardID) throws(Refusal) {
    try requireShard(id)
    guard shards[id.index].isOpen else {
      throw .invalidArgument("Shard \(id) in stream \(name) is not open, so it cannot be split or merged.")
    }
  }

  private mutating func begin(_ steps: [ReshardStep], at now: Instant) {
    status = .updating
    reshard = ReshardInProgress(steps: steps[...], stepEnds: now + .seconds(limits[.stream.reshardStepDuration]))
  }

  mutating func finishReshardStep(at now: Instant) {
    guard var work = reshard, let step = work.steps.popFirst() else {
      preconditionFailure("UPDATING without a step")
    }
    apply([step], at: now)
    work.stepEnds = now + .seconds(limits[.stream.reshardStepDuration])
    reshard = work.steps.isEmpty ? nil : work
    status = work.steps.isEmpty ? .active : .updating
  }

  /// Does steps that do not touch each other's shards, all at once.
  mutating func apply(_ steps: [ReshardStep], at now: Instant) {
    for step in steps { perform(step, at: now) }
    rebuildMap()
  }

  private mutating func perform(_ step: ReshardStep, at now: Instant) {
    switch step {
    case .split(let id, let key):
      let range = shards[id.index].range
      close(id, at: now)
      open(HashKeyRange(range.start, HashKey(key.value - 1)), parent: id, adjacent: nil, at: now)
      open(HashKeyRange(key, range.end), parent: id, adjacent: nil, at: now)
    case .merge(let lower, let upper):
      let range = HashKeyRange(shards[lower.index].range.start, shards[upper.index].range.end)
      close(lower, at: now)
      close(upper, at: now)
      open(range, parent: lower, adjacent: upper, at: now)
    }
  }

  private mutating func close(_ id: ShardID, at now: Instant) {
    let rest = shards[id.index].closeMinute()
    scaling?.closed += rest
    shards[id.index].state = .closed(since: now)
    gates[id.index].isOpen = false
  }
}
