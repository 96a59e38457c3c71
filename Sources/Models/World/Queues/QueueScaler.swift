internal import Experiment
internal import Units

/// Counts a queue's instances by a metric of it: as many as the metric's value needs, within bounds and cooldowns.
struct QueueScaler: Sendable {
  private let spec: QueueSpec.Scaling
  /// Values by minute, those that cannot be read yet among them.
  private var samples: [(at: Instant, value: Int64)] = []
  private var grew: Instant?, shrank: Instant?

  init(_ spec: QueueSpec.Scaling) { self.spec = spec }

  var startDelay: Interval { spec.startDelay }

  /// A minute ends with such a value. Returns how many instances there are to be; nil to leave it.
  mutating func look(visible: Int64, inFlight: Int64, instances: Int, at now: Instant) -> Int? {
    samples.append((now, spec.metric == .visible ? visible : inFlight))
    guard let newest = samples.lastIndex(where: { $0.at <= now - spec.metricDelay }) else { return nil }
    let value = samples[newest].value
    samples.removeFirst(newest)
    let needed = Int(clamping: (Double(value) / spec.perInstance).rounded(.up))
    let wanted = min(spec.maximum, max(spec.minimum, needed))
    if wanted > instances {
      guard hasRested(grew, spec.upCooldown, at: now) else { return nil }
      grew = now
      return wanted
    }
    guard wanted < instances, hasRested(grew, spec.downCooldown, at: now), hasRested(shrank, spec.downCooldown, at: now)
    else { return nil }
    shrank = now
    return wanted
  }

  private func hasRested(_ change: Instant?, _ cooldown: Interval, at now: Instant) -> Bool {
    change.map { now - $0 >= cooldown } ?? true
  }
}
