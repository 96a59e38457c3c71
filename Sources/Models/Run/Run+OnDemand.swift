internal import KinesisCore
internal import Units

/// Streams that scale themselves, and changes of mode and warm throughput.
extension Run {
  /// A stream as it stands when the run begins. Each is in an account of its own as far as the commitment goes.
  static func stream(_ position: Int, of experiment: Experiment, at start: Instant) -> Stream {
    let spec = experiment.streams[position], capacity = spec.capacity, limits = experiment.limits
    switch capacity.mode.mode {
    case .provisioned:
      var stream = Stream.active(
        name: spec.name, shards: spec.shards, maxRecord: spec.maxRecord, retention: spec.retention, limits: limits,
        at: start)
      stream.agree(to: terms(of: position, in: experiment))
      return stream
    case .onDemand:
      return .activeOnDemand(
        name: spec.name, shards: spec.shards,
        settings: OnDemandSettings(warmThroughput: capacity.warmThroughput, distribution: capacity.distribution),
        terms: capacity.mode.terms, region: experiment.region, maxRecord: spec.maxRecord, retention: spec.retention,
        limits: limits, at: start)
    }
  }

  /// The terms that a provisioned stream's account has: those of the on-demand mode it will be switched to.
  private static func terms(of stream: Int, in experiment: Experiment) -> OnDemandTerms {
    let isAdvantage = experiment.events.contains { $0.action == .switchMode(stream: stream, to: .onDemandAdvantage) }
    return isAdvantage ? .advantage : .standard
  }

  /// UpdateStreamMode, because the scenario says so.
  mutating func switchMode(of stream: Int, to mode: CapacityMode) {
    reshard(stream, .updateStreamMode) { account, now throws(Refusal) in
      try account.updateStreamMode(of: stream, to: mode.mode, now: now)
    }
  }

  /// UpdateStreamWarmThroughput, because the scenario says so.
  mutating func setWarmThroughput(of stream: Int, to mebibytes: Int64) {
    reshard(stream, .updateWarmThroughput) { account, now throws(Refusal) in
      try account.updateWarmThroughput(of: stream, to: mebibytes, now: now)
    }
  }

  /// Writes down what the service decided, and what it did, at this instant to scale a stream.
  mutating func followScaling(of stream: Int) {
    if let step = account.streams[stream].pendingScaling.last, step.decidedAt == now { beginScaling(step, of: stream) }
    if let step = account.streams[stream].lastScaling, step.due == now { finishScaling(step, of: stream) }
  }

  private mutating func beginScaling(_ step: ScalingStep, of stream: Int) {
    guard scalingEntry(step, of: stream) == nil else { return }
    let open = account.streams[stream].openShardCount
    meters[stream].reshards.append(
      Reshard(requestedAt: now, kind: .onDemandScaling, shardsBefore: open, shardsAfter: open))
    notes.add(
      .reshardRequested, account.streams[stream].name,
      "\(Reshard.Kind.onDemandScaling.rawValue): busy for a minute: \(step.count) of \(open) open shards", at: now)
  }

  private mutating func finishScaling(_ step: ScalingStep, of stream: Int) {
    guard let entry = scalingEntry(step, of: stream), meters[stream].reshards[entry].finishedAt == nil else { return }
    meters[stream].reshards[entry].shardsAfter = account.streams[stream].openShardCount
    meters[stream].reshards[entry].finishedAt = now
    noteFinished(meters[stream].reshards[entry], of: stream)
  }

  private func scalingEntry(_ step: ScalingStep, of stream: Int) -> Int? {
    meters[stream].reshards.lastIndex { $0.kind == .onDemandScaling && $0.requestedAt == step.decidedAt }
  }
}
