internal import KinesisCore
internal import Simulation
internal import Units

/// An autoscaler at work: its state, the minutes it cannot read yet, and what is kept of it.
struct RunningScaler: Sendable {
  let stream: Int
  var scaler: Autoscaler
  /// Minutes that are over but younger than the metric delay, oldest first.
  var unread: [MinuteLoad] = []
  /// First attempts since the start, when the last minute was gathered.
  var demanded = MinuteLoad()
  var result: AutoscalerResult
}

/// Customers' scalers: fed with minutes, they call UpdateShardCount; the stream's own rules decide.
extension Run {
  mutating func startScalers() {
    for (stream, spec) in experiment.streams.enumerated() {
      guard let scaler = spec.autoscaler else { continue }
      let shard = MinuteLoad.capacity(experiment.limits)
      scalers.append(
        RunningScaler(
          stream: stream, scaler: Autoscaler(scaler, shard: shard, start: start),
          result: AutoscalerResult(policy: scaler.policy.name)))
      schedule(RunEvent(.scale, scalers.count - 1), at: start + .minutes(1) + scaler.metricDelay, .control)
    }
  }

  /// A whole minute is over: its sums wait until they can be read.
  mutating func gatherMinute() {
    for index in scalers.indices {
      let stream = scalers[index].stream
      var accepted = MinuteLoad(), demanded = MinuteLoad()
      for shard in meters[stream].shards {
        accepted = MinuteLoad(
          records: accepted.records + shard.minute.records, bytes: accepted.bytes + shard.minute.bytes)
        demanded = MinuteLoad(
          records: demanded.records + shard.demanded.records, bytes: demanded.bytes + shard.demanded.bytes)
      }
      scalers[index].unread.append(accepted)
      noteNeed(of: index, demanded)
    }
  }

  /// What the minute's first attempts would have needed, beside what is open.
  private mutating func noteNeed(of index: Int, _ demanded: MinuteLoad) {
    let before = scalers[index].demanded
    let tried = MinuteLoad(records: demanded.records - before.records, bytes: demanded.bytes - before.bytes)
    scalers[index].demanded = demanded
    let need = tried.shards(at: 1_000, each: scalers[index].scaler.shard)
    let open = account.streams[scalers[index].stream].openShardCount
    scalers[index].result.minutes.append(.init(shards: Int32(clamping: open), need: Int32(clamping: need)))
  }

  /// A scaler reads the newest minute it can, and acts on it. When a stream changes at the same instant, the scaler comes
  /// behind the change (`generation` 1), so that it sees what a caller would.
  mutating func look(_ index: Int, generation: UInt32) {
    if generation == 0, let change = account.nextChange, change <= now {
      return schedule(RunEvent(.scale, index, generation: 1), at: now, .control)
    }
    schedule(RunEvent(.scale, index), at: now + .minutes(1), .control)
    guard !scalers[index].unread.isEmpty else { return }
    scalers[index].scaler.see(scalers[index].unread.removeFirst())
    let stream = account.streams[scalers[index].stream]
    let view = Autoscaler.View(openShards: stream.openShardCount, isActive: stream.status == .active)
    guard let target = scalers[index].scaler.decide(view, at: now) else { return }
    ask(index, for: target, from: view.openShards)
  }

  private mutating func ask(_ index: Int, for target: Int, from open: Int) {
    let stream = scalers[index].stream
    var call = AutoscalerResult.Call(at: now, open: open, target: target)
    do throws(Refusal) {
      try account.updateShardCount(of: stream, to: target, now: now)
      begin(call, of: index)
    } catch {
      call.refusal = error.code
      notes.add(
        .reshardRefused, account.streams[stream].name,
        "\(scalers[index].result.policy) asked for \(target) shards at \(open): \(error.code): \(error.message)",
        at: now)
    }
    scalers[index].scaler.answered(target: target, from: open, isAccepted: call.refusal == nil, at: now)
    scalers[index].result.note(call)
  }

  /// The change is under way: it appears among the stream's others.
  private mutating func begin(_ call: AutoscalerResult.Call, of index: Int) {
    let stream = scalers[index].stream
    notes.add(
      .reshardRequested, account.streams[stream].name,
      "\(scalers[index].result.policy) asks for \(call.target) shards at \(call.open)", at: now)
    meters[stream].reshards.append(
      Reshard(requestedAt: now, kind: .updateShardCount, shardsBefore: call.open, shardsAfter: call.open))
    if account.streams[stream].status == .active { finishReshard(of: stream) }
    scheduleStreamChange()
  }
}
