public import Units

/// The watch over an on-demand stream's shards (facts §5.1).
///
/// A shard whose minute averages more than 500 KB/s or 500 records/s is split evenly, all busy shards of a minute at once;
/// the pace is a limit. That capacity is twice the peak, and that more than doubling it throttles for a while, follows.
extension Stream {
  /// AWS's StreamMode.
  public var mode: StreamMode { scaling == nil ? .provisioned : .onDemand }

  /// Busy shards on their way to a split, first due first; empty on a provisioned stream.
  public var pendingScaling: [ScalingStep] { scaling?.pending ?? [] }

  /// The splits the service made last by itself.
  public var lastScaling: ScalingStep? { scaling?.last }

  /// An on-demand stream that is ACTIVE at `now`, long after CreateStream, with as many shards as its history left it.
  public static func activeOnDemand(
    name: String, shards: Int, settings: OnDemandSettings, terms: OnDemandTerms, region: String,
    maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24), limits: LimitsProfile = .current,
    at now: Instant
  ) -> Stream {
    var stream = Stream.active(
      name: name, shards: shards, maxRecord: maxRecord, retention: retention, limits: limits, at: now)
    stream.shardsMaximum = limits.onDemandShardsMaximum(region: region)
    stream.beginOnDemand(settings, at: now)
    stream.terms = terms
    return stream
  }

  /// Puts the stream under an account's terms; a driver's streams may stand in accounts of their own.
  public mutating func agree(to terms: OnDemandTerms) { self.terms = terms }

  mutating func beginOnDemand(_ settings: OnDemandSettings, at now: Instant) {
    scaling = OnDemandScaling(at: now)
    distribution = settings.distribution
    warmThroughput = WarmThroughput(target: settings.warmThroughput, current: settings.warmThroughput)
    for id in openShards { _ = shards[id.index].closeMinute() }
  }

  /// The shard of the next record: the key's, or under AUTO each open one in turn.
  @inline(__always)
  mutating func destination(of key: HashKey) -> ShardID {
    switch distribution {
    case .userPartitionKey: return map.owner(of: key)
    case .auto:
      turn = turn + 1 < map.openShards.count ? turn + 1 : 0
      return map.openShards[turn]
    }
  }

  /// What is due at `now`: splits first, then the minute that ends.
  mutating func scale(at now: Instant) {
    while let step = scaling?.pending.first, step.due <= now {
      scaling?.pending.removeFirst()
      scaling?.last = step
      split(step.shards, at: now)
    }
    if let ends = scaling?.minuteEnds, ends <= now { closeMinute(at: now) }
  }

  private mutating func closeMinute(at now: Instant) {
    guard var state = scaling else { return }
    var load = state.closed
    var busy: [ShardID] = []
    for id in openShards {
      let taken = shards[id.index].closeMinute()
      load += taken
      if isBusy(taken), !shards[id.index].isSplitPending, isSplittable(id) { busy.append(id) }
    }
    state.closed = OnDemandScaling.Load()
    state.keep(load, until: now, window: .seconds(limits[.onDemand.warmThroughputWindow]))
    state.minuteEnds = OnDemandScaling.endOfMinute(of: now)
    let pending = state.pending.reduce(0) { $0 + $1.count }
    let chosen = Array(busy.prefix(max(0, shardsMaximum - openShardCount - pending)))
    for id in chosen { shards[id.index].isSplitPending = true }
    if !chosen.isEmpty {
      let due = now + .seconds(limits[.onDemand.splitDelay])
      state.pending.append(ScalingStep(decidedAt: now, due: due, shards: chosen))
    }
    scaling = state
  }

  private func isBusy(_ minute: OnDemandScaling.Load) -> Bool {
    minute.bytes > 60 * limits[.onDemand.splitBytes] || minute.records > 60 * limits[.onDemand.splitRecords]
  }

  /// A range of fewer than four positions has no even split.
  private func isSplittable(_ id: ShardID) -> Bool {
    shards[id.index].range.end.value - shards[id.index].range.start.value >= 3
  }

  /// Splits those that are still open evenly.
  mutating func split(_ ids: [ShardID], at now: Instant) {
    let open = ids.filter { shards[$0.index].isOpen }
    apply(open.map { .split($0, at: HashKey(shards[$0.index].range.middle.value + 1)) }, at: now)
  }
}

extension Shard {
  /// What it took since this was last asked.
  mutating func closeMinute() -> OnDemandScaling.Load {
    defer { (watchedRecords, watchedBytes) = (log.tip, log.written) }
    return OnDemandScaling.Load(records: log.tip - watchedRecords, bytes: log.written - watchedBytes)
  }
}
