internal import Units

/// Whether an application's workers run, and when they did before.
struct Uptime: Sendable {
  /// Whether it has begun at all: one that the scenario starts later has not.
  private(set) var isDeployed = false
  private var since: Instant?
  private var ended: [(from: Instant, to: Instant)] = []

  var isStopped: Bool { since == nil }

  mutating func start(at now: Instant) { (isDeployed, since) = (true, now) }

  mutating func stop(at now: Instant) {
    if let since { ended.append((since, now)) }
    since = nil
  }

  /// All spans of running until an instant.
  func spans(until instant: Instant) -> [(from: Instant, to: Instant)] {
    ended + (since.map { [(from: $0, to: instant)] } ?? [])
  }
}
