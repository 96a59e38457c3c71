internal import KinesisCore
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

  /// How long open shards' leases were held while it ran, in nanoseconds, and how long it ran.
  func leases(of stream: Stream, until instant: Instant) -> (held: Int128, ran: Interval) {
    let spans = ended + (since.map { [(from: $0, to: instant)] } ?? [])
    return spans.reduce((0, .zero)) { ($0.0 + stream.shardTime(from: $1.from, until: $1.to), $0.1 + ($1.to - $1.from)) }
  }
}
