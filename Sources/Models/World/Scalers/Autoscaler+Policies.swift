internal import Experiment
internal import Units

/// What each policy wants, before the bounds.
extension Autoscaler {
  /// awslabs/amazon-kinesis-scaling-utils (2022-06), StreamMonitor.processCloudwatchMetrics: enough high minutes within the
  /// window are a vote to grow, else enough low ones a vote to shrink. It looks when the stream is ACTIVE: until then it
  /// waits, with the thread that would look.
  func scalingUtils(
    _ view: View, _ operations: AutoscalerSpec.Operations, up: AutoscalerSpec.Step, down: AutoscalerSpec.Step,
    at now: Instant
  ) -> Int? {
    guard view.isActive else { return nil }
    let votes = operations.votes(
      put: vote(minutes, over: shard, open: view.openShards),
      get: vote(reads, over: shard.givenAsRead, open: view.openShards))
    if votes.contains(.up) { return mayGrow(at: now) ? up.grown(from: view.openShards) : nil }
    guard votes.contains(.down), view.openShards > 1, mayShrink(at: now) else { return nil }
    return down.shrunk(from: view.openShards)
  }

  /// What a scaling utility's minutes of one operation say.
  enum Vote: Sendable, Hashable { case up, down, none }

  /// Of records and bytes the one used more decides.
  ///
  /// The utility takes minutes that CloudWatch has not got as low. Here the stream is older than the run: minutes before
  /// it are neither.
  private func vote(_ loads: [MinuteLoad], over shard: MinuteLoad, open: Int) -> Vote {
    let records = loads.reduce(0) { $0 + $1.records }, bytes = loads.reduce(0) { $0 + $1.bytes }
    // Both sides are shares of capacity, brought to one denominator.
    let isBytes = Double(bytes) / Double(shard.bytes) >= Double(records) / Double(shard.records)
    let used = loads.map { isBytes ? $0.bytes : $0.records }
    let whole = Int64(open) * (isBytes ? shard.bytes : shard.records)
    if used.count(where: { $0 * 1_000 > spec.up.permille * whole }) >= spec.up.minutes { return .up }
    return used.count { $0 * 1_000 < spec.down.permille * whole } >= spec.down.minutes ? .down : .none
  }

  /// aws-samples/kinesis-auto-scaling: every minute of the upper alarm's window at or above its threshold doubles; 57 of 60
  /// below the lower alarm's halve. The load is divided by the count asked for last, as the sample rewrites its alarms.
  func doubleHalve(_ view: View, at now: Instant) -> Int? {
    let open = believed(view)
    if isHigh(over: open) { return mayGrow(at: now) ? 2 * view.openShards : nil }
    guard minutes.count >= spec.down.minutes, view.openShards > 1, mayShrink(at: now) else { return nil }
    let low = minutes.suffix(spec.down.minutes).count { !$0.reaches(spec.down.permille, of: open, each: shard) }
    return low >= (spec.down.minutes * 57 + 59) / 60 ? (view.openShards + 1) / 2 : nil
  }

  /// Application Auto Scaling: above the target for the whole upper window, as many shards as the newest minute needs; below
  /// the lower threshold for the whole lower window, as many as its busiest minute needs. One activity at a time.
  func targetTracking(_ view: View, at now: Instant) -> Int? {
    guard view.isActive, let newest = minutes.last else { return nil }
    let open = view.openShards
    if isHigh(over: open) {
      let needed = newest.shards(at: spec.up.permille, each: shard)
      return needed > open && mayGrow(at: now) ? needed : nil
    }
    guard minutes.count >= spec.down.minutes, mayShrink(at: now) else { return nil }
    let window = minutes.suffix(spec.down.minutes)
    guard !window.contains(where: { $0.reaches(spec.down.permille, of: open, each: shard) }) else { return nil }
    let needed = window.reduce(1) { max($0, $1.shards(at: spec.up.permille, each: shard)) }
    return needed < open ? needed : nil
  }

  /// The entry that became due last; the stream goes there in as many steps as the API needs.
  func schedule(_ entries: [AutoscalerSpec.Entry], _ view: View, at now: Instant) -> Int? {
    guard view.isActive, lastRefused.map({ now - $0 >= Self.retryOfSchedule }) ?? true else { return nil }
    var latest: (due: Instant, shards: Int)?
    for entry in entries {
      guard let due = occurrence(of: entry, notAfter: now) else { continue }
      if due >= latest?.due ?? due { latest = (due, entry.shards) }
    }
    return latest?.shards
  }

  /// When an entry was due last, at or before `now` and within the run.
  private func occurrence(of entry: AutoscalerSpec.Entry, notAfter now: Instant) -> Instant? {
    switch entry.at {
    case .once(let after): return start + after <= now ? start + after : nil
    case .daily(let time):
      let midnight = Instant(seconds: now.seconds / 86_400 * 86_400)
      let today = midnight + time
      let due = today <= now ? today : today - .days(1)
      return due >= start ? due : nil
    }
  }

  /// Whether every minute of the upper window reaches its threshold.
  private func isHigh(over open: Int) -> Bool {
    guard minutes.count >= spec.up.minutes else { return false }
    return minutes.suffix(spec.up.minutes).allSatisfy { $0.reaches(spec.up.permille, of: open, each: shard) }
  }
}

extension AutoscalerSpec.Operations {
  /// The votes that count.
  fileprivate func votes(put: Autoscaler.Vote, get: Autoscaler.Vote) -> [Autoscaler.Vote] {
    switch self {
    case .put: [put]
    case .get: [get]
    case .both: [put, get]
    }
  }
}

extension AutoscalerSpec.Step {
  /// StreamScalingUtils.getNewShardCount, upwards: rounded up, so that a small share of few shards is a shard.
  func grown(from open: Int) -> Int {
    switch self {
    case .shards(let count): open + count
    case .percent(let share) where share < 100: (open * (100 + share) + 99) / 100
    case .percent(let factor): (open * factor + 99) / 100
    }
  }

  /// Downwards, to one shard at least: a share is rounded to the nearest count, as its own tests (3 − 15 % = 3) and issue 107
  /// (1,399 − 10 % = 1,259) have it, a factor down.
  func shrunk(from open: Int) -> Int {
    switch self {
    case .shards(let count): max(1, open - count)
    case .percent(let share) where share < 100: max(1, (open * (100 - share) + 50) / 100)
    case .percent(let factor): max(1, open * 100 / factor)
    }
  }
}
