internal import Experiment
internal import Units

/// What each policy wants, before the bounds.
extension Autoscaler {
  /// awslabs/amazon-kinesis-scaling-utils, StreamMonitor.processCloudwatchMetrics: of records and bytes the one used more
  /// decides; enough high minutes within the window grow the stream, else enough low ones shrink it.
  ///
  /// The utility takes minutes that CloudWatch has not got as low. Here the stream is older than the run: minutes before
  /// it are neither.
  func scalingUtils(_ view: View, up: AutoscalerSpec.Step, down: AutoscalerSpec.Step, at now: Instant) -> Int? {
    let open = believed(view), count = Int64(open)
    let records = minutes.reduce(0) { $0 + $1.records }, bytes = minutes.reduce(0) { $0 + $1.bytes }
    // Both sides are shares of capacity, brought to one denominator.
    let isBytes = Double(bytes) / Double(shard.bytes) >= Double(records) / Double(shard.records)
    let used = minutes.map { isBytes ? $0.bytes : $0.records }
    let whole = count * (isBytes ? shard.bytes : shard.records)
    let high = used.count { $0 * 1_000 > spec.up.permille * whole }
    let low = used.count { $0 * 1_000 < spec.down.permille * whole }
    if high >= spec.up.minutes { return mayGrow(at: now) ? view.openShards + up.shards(of: view.openShards) : nil }
    guard low >= spec.down.minutes, view.openShards > 1, mayShrink(at: now) else { return nil }
    return view.openShards - down.shards(of: view.openShards)
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

extension AutoscalerSpec.Step {
  /// How many shards it comes to, at least one.
  func shards(of open: Int) -> Int {
    switch self {
    case .shards(let count): max(1, count)
    case .percent(let share): max(1, open * share / 100)
    }
  }
}
