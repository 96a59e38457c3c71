internal import KinesisCore
internal import Simulation
internal import Units

/// Seconds, minutes, bins and windows are closed; at the end everything is added up.
extension Run {
  /// Blocks of arrival time into which records settle that every reader has passed.
  private static var settledWidth: Interval { .seconds(1) }

  /// A second has ended.
  mutating func closeSecond() {
    recordSecond(until: now)
    settle()
    schedule(RunEvent(.second), at: now + .seconds(1), .release)
  }

  /// The rest of a second, minute and bin, when the run ends within them.
  mutating func recordRest(until instant: Instant) {
    recordSecond(until: instant)
    let seconds = secondCount % 60
    if seconds != 0, secondCount < 60 { closeMinute(until: instant, seconds: seconds) }
    for stream in meters.indices {
      meters[stream].foldMinute(Int((secondCount - 1) / 60))
      meters[stream].cutMinute(Int((secondCount - 1) / 60))
    }
    if secondCount % binSeconds != 0 { closeBin(until: instant) }
  }

  private mutating func recordSecond(until instant: Instant) {
    if lens != nil { look(until: instant) }
    for stream in meters.indices {
      let shares = meters[stream].closeSecond(
        account.streams[stream], from: secondBegan, to: instant, notes: &notes)
      observe(shares, of: stream)
    }
    observeAges(at: instant)
    observeFirehoses()
    secondCount += 1
    secondBegan = instant
    if secondCount % 60 == 0 { closeMinute(until: instant, seconds: 60) }
    if secondCount % binSeconds == 0 { closeBin(until: instant) }
    if instant > measuredFrom { lookAtObjectives(at: instant) }
  }

  private mutating func observe(_ shares: [Double], of stream: Int) {
    for index in monitors.indices {
      switch monitors[index].objective.metric {
      case .shardUtilization(let which) where which == nil || which == stream: monitors[index].add(shares: shares)
      case .openShards(stream): monitors[index].add(gauge: Double(account.streams[stream].openShardCount))
      case .shardUtilization, .openShards, .putThrottleRate, .firstAttemptThrottleRate, .recordsLost, .putLatency,
        .propagation, .iteratorAge, .throttledCalls, .dataFreshness, .monthlyCost:
        continue
      }
    }
  }

  /// How old the oldest record is that each consumer has not handed to its code: looked at every second, reads or not.
  private mutating func observeAges(at instant: Instant) {
    let ages = consumers.indices.map { age(of: $0, at: instant) }
    if instant > measuredFrom {
      for consumer in consumers.indices {
        consumers[consumer].ageMax = max(consumers[consumer].ageMax, ages[consumer])
        consumers[consumer].ages.record(ages[consumer])
      }
    }
    for index in monitors.indices {
      guard case .iteratorAge(let which) = monitors[index].objective.metric else { continue }
      let oldest = which.map { ages[$0] } ?? ages.max()
      if let oldest { monitors[index].add(gauge: oldest.inMilliseconds) }
    }
  }

  /// The age of the oldest record kept that a consumer has not handed over; zero when there is none.
  func age(of consumer: Int, at instant: Instant) -> Interval {
    let stream = consumers[consumer].spec.stream
    var oldest = instant
    guard consumers[consumer].isDeployed else { return .zero }
    for shard in account.streams[stream].shards.indices {
      let readers = consumers[consumer].readers
      let reader = readers.indices.contains(shard) ? readers[shard] : -1
      let next = reader < 0 ? 0 : self.readers[Int(reader)].handed
      if let arrival = account.arrival(atOrBehind: next, in: ShardID(shard), of: stream) {
        oldest = min(oldest, arrival)
      }
    }
    return instant - oldest
  }

  private mutating func closeMinute(until instant: Instant, seconds: Int64) {
    let begin = instant - .seconds(seconds)
    if seconds == 60 { gatherMinute() }
    for stream in meters.indices {
      meters[stream].closeMinute(Int((secondCount - 1) / 60), from: begin, to: instant)
    }
  }

  private mutating func closeBin(until instant: Instant) {
    let bin = Int((secondCount - 1) / binSeconds)
    let begin = start + .seconds(Int64(bin) * binSeconds)
    for stream in meters.indices { meters[stream].closeBin(from: begin) }
    book.closeBin(bin)
  }

  private mutating func lookAtObjectives(at instant: Instant) {
    for index in monitors.indices {
      let isDue = monitors[index].objective.window != nil || secondCount % lookSeconds == 0
      guard isDue else { continue }
      monitors[index].look(counts: counts(of: monitors[index].objective.metric), at: instant)
    }
  }

  /// What an objective's counters stand at since the warm-up: part and whole.
  func counts(of metric: Objective.Metric) -> (part: Int64, whole: Int64) {
    switch metric {
    case .putThrottleRate(let stream):
      chosen(meters, stream).reduce((0, 0)) { ($0.0 + $1.throttledAttempts, $0.1 + $1.attempts) }
    case .firstAttemptThrottleRate(let stream):
      chosen(meters, stream).reduce((0, 0)) { ($0.0 + $1.throttledFirstAttempts, $0.1 + $1.firstAttempts) }
    case .recordsLost(let producer):
      chosen(producers, producer).reduce((0, 0)) { ($0.0 + $1.lost, $0.1 + $1.offered) }
    case .throttledCalls(let consumer):
      chosen(consumers, consumer).reduce((0, 0)) { ($0.0 + $1.throttledCalls, $0.1 + $1.calls) }
    case .putLatency, .propagation, .iteratorAge, .shardUtilization, .openShards, .dataFreshness, .monthlyCost: (0, 0)
    }
  }

  private func chosen<T>(_ all: [T], _ one: Int?) -> ArraySlice<T> { one.map { all[$0...$0] } ?? all[...] }

  /// Statistics begin anew.
  mutating func endWarmup() {
    for stream in meters.indices { meters[stream].endWarmup(at: now) }
    for producer in producers.indices { producers[producer].latency = LatencyHistogram() }
    for consumer in consumers.indices { consumers[consumer].propagation = LatencyHistogram() }
    for firehose in firehoses.indices { firehoses[firehose].freshness = LatencyHistogram() }
    for index in monitors.indices {
      monitors[index].endWarmup(counts: counts(of: monitors[index].objective.metric), keeping: false)
    }
  }

  /// Records that every reader has passed settle into coarse blocks, and records past their retention go.
  private mutating func settle() {
    for stream in account.streams.indices {
      for shard in account.streams[stream].shards.indices {
        let first = firstNeeded(of: stream, shard)
        account.streams[stream].settle(ShardID(shard), before: first, width: Self.settledWidth)
        forgetUserRecords(before: first, in: shard, of: stream)
        if keyTrails[stream].isKept { dropKeys(of: stream, shard) }
      }
      if secondCount % 60 == 0 { account.streams[stream].trim(at: now) }
    }
  }

  private func firstNeeded(of stream: Int, _ shard: Int) -> Int64 {
    var first = firstNeededBySources(of: stream, shard)
    for consumer in consumers.indices where consumers[consumer].spec.stream == stream {
      let reader = consumers[consumer].readers.indices.contains(shard) ? consumers[consumer].readers[shard] : -1
      first = min(first, reader < 0 ? 0 : readers[Int(reader)].handed)
      if consumers[consumer].isCrashable, reader >= 0 { first = min(first, readers[Int(reader)].checkpoint) }
    }
    return first
  }
}
