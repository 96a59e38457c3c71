internal import Units

/// UpdateStreamMode and UpdateStreamWarmThroughput (facts §5.2, §5.3).
///
/// Warm throughput changes the shards in rounds. In a round every shard that is too wide for its share is split in two; on the
/// way down neighbours that fit into one shard are merged in pairs. A round takes as long as one split.
extension Stream {
  /// SplitShard, MergeShards and UpdateShardCount are for provisioned streams.
  func requireProvisioned() throws(Refusal) {
    guard mode == .provisioned else {
      throw .validation("Request is invalid. Stream \(name) is in On-Demand mode.")
    }
  }

  mutating func updateMode(to mode: StreamMode, warmThroughput: Int64, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    guard mode != self.mode else { throw .invalidArgument("Stream \(name) is in that mode already.") }
    guard mode == .onDemand || !hasLiveQueues else {
      throw .inUse("Stream \(name) has queues, which only on-demand streams do.")
    }
    guard mode == .onDemand || distribution == .userPartitionKey else {
      throw .validation("Stream \(name) distributes records by itself, which only on-demand streams do.")
    }
    try checkWarmThroughput(warmThroughput, as: mode)
    modeChanges.removeAll { now - $0 >= .hours(24) }
    guard modeChanges.count < limits[.onDemand.modeChangesPerDay] else {
      throw .limitExceeded(
        "The mode of stream \(name) was changed \(modeChanges.count) times in the last 24 hours.")
    }
    modeChanges.append(now)
    status = .updating
    let ends = now + .seconds(limits[.onDemand.modeChangeDuration])
    capacityChange = .mode(mode, warmThroughput: warmThroughput, ends: ends)
  }

  /// A value above what is open adds capacity; any other frees what the last hour did not need.
  mutating func updateWarmThroughput(to target: Int64, at now: Instant) throws(Refusal) {
    let now = arrive(at: now)
    try requireActive()
    guard mode == .onDemand else {
      throw .validation("Stream \(name) is in Provisioned mode, which does not support warm throughput.")
    }
    try requireAdvantage()
    try checkWarmThroughput(target, as: .onDemand)
    status = .updating
    beginFit(target, at: now)
  }

  private func requireAdvantage() throws(Refusal) {
    guard terms == .advantage else {
      throw .validation("Warm throughput needs MinimumThroughputBillingCommitment to be ENABLED for the account.")
    }
  }

  /// Whether warm throughput is set, being removed, or to be set by a change of mode under way.
  var hasWarmThroughput: Bool {
    if case .mode(_, let warm, _) = capacityChange, warm > 0 { return true }
    return warmThroughput != WarmThroughput()
  }

  private func checkWarmThroughput(_ target: Int64, as mode: StreamMode) throws(Refusal) {
    guard target != 0 else { return }
    guard mode == .onDemand else {
      throw .validation("Warm throughput is for streams in On-Demand mode.")
    }
    try requireAdvantage()
    let most = min(limits[.onDemand.warmThroughputMaximum], Int64(shardsMaximum) * limits[.shard.writeBytes]) >> 20
    guard (0...most).contains(target) else {
      throw .invalidArgument("WarmThroughputMiBps \(target) is not between 0 and \(most).")
    }
  }

  private mutating func beginFit(_ target: Int64, at now: Instant) {
    warmThroughput.target = target
    let open = Int64(openShardCount) * limits[.shard.writeBytes]
    let direction: CapacityDirection = target << 20 > open ? .up : .down
    let least = limits[.onDemand.shardsAtBirth] * limits[.shard.writeBytes]
    let needed = direction == .down ? capacityNeeded : 0
    capacityChange = .fit(bytes: max(target << 20, least, needed), direction, ends: roundEnds(from: now))
  }

  private func roundEnds(from now: Instant) -> Instant { now + .seconds(limits[.stream.reshardStepDuration]) }

  /// Bytes a second for which the last hour's busiest minute leaves no shard busy: twice the minute, in bytes or records.
  private var capacityNeeded: Int64 {
    let (bytes, records) = (limits[.shard.writeBytes], limits[.shard.writeRecords])
    let peaks = (scaling?.minutes ?? []).map { max($0.load.bytes, $0.load.records * bytes / records) }
    return limits[.onDemand.peakFactor] * (peaks.max() ?? 0) / 60
  }

  /// Ends what was due of a change of mode or capacity.
  mutating func finishCapacityChange(at now: Instant) {
    switch capacityChange {
    case .mode(let mode, let warm, _): finishMode(mode, warm, at: now)
    case .fit(let bytes, let direction, _): finishRound(bytes, direction, at: now)
    case .maxRecord(let size, _): (maxRecord, capacityChange, status) = (size, nil, .active)
    case .encryption(let key, _): (encryptionKey, capacityChange, status) = (key, nil, .active)
    case nil: preconditionFailure("UPDATING without a change")
    }
  }

  private mutating func finishMode(_ mode: StreamMode, _ warm: Int64, at now: Instant) {
    switch mode {
    case .provisioned:
      for step in pendingScaling { for id in step.shards { shards[id.index].isSplitPending = false } }
      (scaling, warmThroughput) = (nil, WarmThroughput())
    case .onDemand: beginOnDemand(OnDemandSettings(), at: now)
    }
    capacityChange = nil
    if warm > 0 { beginFit(warm, at: now) } else { status = .active }
  }

  private mutating func finishRound(_ bytes: Int64, _ direction: CapacityDirection, at now: Instant) {
    let round = steps(towards: bytes, direction)
    if !round.isEmpty { apply(round, at: now) }
    if steps(towards: bytes, direction).isEmpty {
      (capacityChange, status) = (nil, .active)
      warmThroughput.current = warmThroughput.target
    } else {
      capacityChange = .fit(bytes: bytes, direction, ends: roundEnds(from: now))
    }
  }

  /// The next round: splits of shards too wide for their even share of that many bytes a second, else merges.
  private func steps(towards bytes: Int64, _ direction: CapacityDirection) -> [ReshardStep] {
    let room = (mode == .onDemand ? shardsMaximum : openShardCount) - openShardCount
    let wide = openShards.filter { !shards[$0.index].range.fits(bytes, limits[.shard.writeBytes]) }.prefix(max(0, room))
    guard wide.isEmpty else {
      return wide.map { .split($0, at: HashKey(shards[$0.index].range.middle.value + 1)) }
    }
    return direction == .down ? merges(towards: bytes) : []
  }

  /// Neighbours, from the left, that still fit their share as one.
  private func merges(towards bytes: Int64) -> [ReshardStep] {
    var steps: [ReshardStep] = []
    var lower: ShardID?
    for id in openShards {
      guard let left = lower else {
        lower = id
        continue
      }
      let both = HashKeyRange(shards[left.index].range.start, shards[id.index].range.end)
      if both.fits(bytes, limits[.shard.writeBytes]) {
        steps.append(.merge(left, id))
        lower = nil
      } else {
        lower = id
      }
    }
    return steps
  }
}

extension HashKeyRange {
  /// Whether its share of so many bytes a second is no more than what a shard takes. Exact to a 2⁶⁴th of the ring.
  func fits(_ bytes: Int64, _ shard: Int64) -> Bool {
    ((end.value - start.value) >> 64) * UInt128(bytes) <= UInt128(shard) << 64
  }
}
