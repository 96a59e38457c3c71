internal import KinesisCore
internal import Simulation
internal import Units

/// What the scenario makes happen, and what follows from it in the streams.
extension Run {
  mutating func scheduleScenario() {
    for (index, event) in experiment.events.enumerated() {
      schedule(RunEvent(.scenario, index), at: start + event.at, .control)
      if let length = event.length { schedule(RunEvent(.scenarioEnd, index), at: start + event.at + length, .control) }
    }
    // Behind the second that ends at the same instant, which belongs to the warm-up.
    if measuredFrom > start { schedule(RunEvent(.warmupEnd), at: measuredFrom, .control) }
    schedule(RunEvent(.second), at: start + .seconds(1), .release)
    scheduleStreamChange()
  }

  /// A scenario's event begins.
  mutating func begin(_ index: Int) {
    let event = experiment.events[index]
    switch event.action {
    case .setRateFactor(let producer, let factor):
      notes.add(.rateChanged, producers[producer].plan.spec.name, "rate × \(factor)", at: now)
    case .splitShard(let stream, let shard, let key):
      let id = shard ?? busiest(of: stream)
      let middle = key ?? middle(of: id, in: stream)
      reshard(stream, .splitShard) { account, now throws(Refusal) in
        try account.splitShard(id, at: middle, of: stream, now: now)
      }
    case .mergeShards(let stream, let shard, let adjacent):
      reshard(stream, .mergeShards) { account, now throws(Refusal) in
        try account.mergeShards(shard, with: adjacent, of: stream, now: now)
      }
    case .updateShardCount(let stream, let target):
      reshard(stream, .updateShardCount) { account, now throws(Refusal) in
        try account.updateShardCount(of: stream, to: target, now: now)
      }
    case .stopConsumer(let consumer): stopConsumer(consumer)
    case .startConsumer(let consumer): startConsumer(consumer)
    case .destinationOutage(let firehose): changeOutages(of: firehose, by: 1)
    case .destinationSlowdown(let firehose, let factor): beginSlowdown(of: firehose, event: index, factor: factor)
    case .firehoseFailover(let firehose): rereadSources(of: firehose)
    case .switchMode(let stream, let mode): switchMode(of: stream, to: mode)
    case .setWarmThroughput(let stream, let mebibytes): setWarmThroughput(of: stream, to: mebibytes)
    case .errorBurst, .latencySpike: beginFault(index)
    case .crashWorkers(let consumer, let count): crashWorkers(count, of: consumer)
    }
  }

  /// A scenario's event ends.
  mutating func end(_ index: Int) {
    let event = experiment.events[index]
    switch event.action {
    case .setRateFactor(let producer, _):
      notes.add(.rateChanged, producers[producer].plan.spec.name, "rate × 1", at: now)
    case .stopConsumer(let consumer): startConsumer(consumer)
    case .startConsumer(let consumer): stopConsumer(consumer)
    case .crashWorkers(let consumer, let count): restoreWorkers(count, of: consumer)
    case .destinationOutage(let firehose): changeOutages(of: firehose, by: -1)
    case .destinationSlowdown(let firehose, _): endSlowdown(of: firehose, event: index)
    case .errorBurst, .latencySpike: endFault(index)
    case .splitShard, .mergeShards, .updateShardCount, .switchMode, .setWarmThroughput, .firehoseFailover: return
    }
  }

  /// Where an even split would cut; a shard that does not exist is refused by the core, wherever it is cut.
  private func middle(of id: ShardID, in stream: Int) -> HashKey {
    let shards = account.streams[stream].shards
    return shards.indices.contains(id.index) ? shards[id.index].range.middle : HashKeyRange.whole.middle
  }

  /// The open shard of which most was asked since the last whole minute began.
  private func busiest(of stream: Int) -> ShardID {
    let meter = meters[stream]
    // A shard that another event of this instant has brought about has no meter yet, and no load.
    func load(_ id: ShardID) -> Double {
      guard meter.shards.indices.contains(id.index) else { return 0 }
      return meter.shards[id.index].recent.share(of: meter.rates, seconds: 60)
    }
    return account.streams[stream].openShards.max { (load($0), $1) < (load($1), $0) } ?? ShardID(0)
  }

  mutating func reshard(
    _ stream: Int, _ kind: Reshard.Kind, _ call: (inout Account, Instant) throws(Refusal) -> Void
  ) {
    let name = account.streams[stream].name, before = account.streams[stream].openShardCount
    var entry = Reshard(requestedAt: now, kind: kind, shardsBefore: before, shardsAfter: before)
    do throws(Refusal) {
      try call(&account, now)
      notes.add(.reshardRequested, name, "\(kind.rawValue) at \(before) open shards", at: now)
    } catch {
      entry.refusal = error.code
      notes.add(.reshardRefused, name, "\(kind.rawValue): \(error.code): \(error.message)", at: now)
    }
    meters[stream].reshards.append(entry)
    followTariff(of: stream)
    if entry.refusal == nil, account.streams[stream].status == .active { finishReshard(of: stream) }
    scheduleStreamChange()
  }

  mutating func scheduleStreamChange() {
    guard let next = account.nextChange.map({ max(now, $0) }), next != streamChangeAt else { return }
    streamChangeAt = next
    schedule(RunEvent(.streamChange), at: streamChangeAt, .control)
  }

  /// A stream has changed by itself: meters and readers follow.
  mutating func followStreams() {
    if streamChangeAt == now { streamChangeAt = .never }
    account.wake(at: now)
    for stream in meters.indices {
      nameHottestKeys(of: stream, .justClosed)
      meters[stream].follow(account.streams[stream], at: now, began: secondBegan, notes: &notes)
      finishReshard(of: stream)
      followScaling(of: stream)
      followTariff(of: stream)
      wakeFanOutReadersOfClosed(stream)
    }
    scheduleStreamChange()
  }

  mutating func finishReshard(of stream: Int) {
    let isPending = { (entry: Reshard) in
      entry.finishedAt == nil && entry.refusal == nil && entry.kind != .onDemandScaling
    }
    guard let last = meters[stream].reshards.lastIndex(where: isPending) else { return }
    meters[stream].reshards[last].shardsAfter = account.streams[stream].openShardCount
    guard account.streams[stream].status == .active else { return }
    meters[stream].reshards[last].finishedAt = now
    noteFinished(meters[stream].reshards[last], of: stream)
  }

  mutating func noteFinished(_ entry: Reshard, of stream: Int) {
    notes.add(
      .reshardFinished, account.streams[stream].name,
      "\(entry.kind.rawValue): \(entry.shardsBefore) → \(entry.shardsAfter) open shards in \(now - entry.requestedAt)",
      at: now)
  }

  /// A fan-out reader of a shard that has closed gets its last event even when nothing was left to push.
  private mutating func wakeFanOutReadersOfClosed(_ stream: Int) {
    for consumer in fanOutConsumers[stream] {
      for slot in consumers[consumer].readers where slot >= 0 {
        let reader = Int(slot)
        guard readers[reader].subscription >= 0, !readers[reader].isDrained,
          !account.streams[stream].shards[readers[reader].shard.index].isOpen
        else { continue }
        wake(reader, at: now + Self.fanOutGathering)
      }
    }
  }
}
