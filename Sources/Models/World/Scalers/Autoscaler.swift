internal import Experiment
internal import KinesisCore
internal import Units

/// A scaler's state between two looks: the minutes it has read, when it last acted. No clock; `now` is an argument.
///
/// Once a minute: `see` the newest sums there are, `decide`, and tell it with `answered` what the service said.
struct Autoscaler: Sendable, Hashable {
  /// What DescribeStreamSummary shows it of the stream.
  struct View: Sendable, Hashable {
    var openShards: Int
    var isActive: Bool
  }

  let spec: AutoscalerSpec
  /// When the run began, from which a schedule counts.
  let start: Instant
  /// What one shard takes in a minute.
  let shard: MinuteLoad
  /// What was written, and what GetRecords gave; the newest last, at most as many as a threshold looks back.
  private(set) var minutes: [MinuteLoad] = [], reads: [MinuteLoad] = []
  private(set) var lastUp: Instant?, lastDown: Instant?, lastRefused: Instant?
  /// What its last accepted call asked for: the capacity it believes in while the stream is UPDATING.
  private(set) var target: Int?

  /// How long a schedule waits after a refusal. Assumed: schedulers retry, nobody says how often.
  static let retryOfSchedule = Interval.minutes(5)

  init(_ spec: AutoscalerSpec, shard: MinuteLoad, start: Instant) {
    (self.spec, self.shard, self.start) = (spec, shard, start)
  }

  /// How many minutes it keeps.
  var lookback: Int { max(spec.up.minutes, spec.down.minutes) }

  /// Reads a minute's sums: what was written, and what GetRecords gave.
  mutating func see(_ minute: MinuteLoad, read: MinuteLoad = MinuteLoad()) {
    if minutes.count == lookback {
      minutes.removeFirst()
      reads.removeFirst()
    }
    minutes.append(minute)
    reads.append(read)
  }

  /// The count to ask for now; nil when the present one is to stay.
  ///
  /// Always between `minimum` and `maximum`, and never more than double or less than half the open shards, unless it is
  /// the scaling utility's, which asks for what it wants and goes shard by shard when it is refused.
  func decide(_ view: View, at now: Instant) -> Int? {
    let wish =
      switch spec.policy {
      case .scalingUtils(let operations, let up, let down): scalingUtils(view, operations, up: up, down: down, at: now)
      case .doubleHalve: doubleHalve(view, at: now)
      case .targetTracking: targetTracking(view, at: now)
      case .schedule(let entries): schedule(entries, view, at: now)
      }
    guard let wish else { return nil }
    let reachable = goesShardByShard ? wish : min(max(wish, (view.openShards + 1) / 2), 2 * view.openShards)
    let allowed = min(max(reachable, spec.minimum), spec.maximum)
    return allowed == view.openShards ? nil : allowed
  }

  /// Whether a call that UpdateShardCount refuses is followed by splits and merges, one by one.
  var goesShardByShard: Bool {
    guard case .scalingUtils = spec.policy else { return false }
    return true
  }

  /// What became of the call it made at `now`.
  mutating func answered(target: Int, from open: Int, isAccepted: Bool, at now: Instant) {
    guard isAccepted else {
      lastRefused = now
      return
    }
    self.target = target
    if target > open { lastUp = now } else { lastDown = now }
  }

  /// The shards it divides the load by: what it asked for while the change is under way, else what is open.
  func believed(_ view: View) -> Int { view.isActive ? view.openShards : target ?? view.openShards }

  func mayGrow(at now: Instant) -> Bool { Self.isOver(spec.up.cooldown, since: lastUp, at: now) }
  func mayShrink(at now: Instant) -> Bool { Self.isOver(spec.down.cooldown, since: lastDown, at: now) }

  private static func isOver(_ cooldown: Interval, since last: Instant?, at now: Instant) -> Bool {
    guard let last else { return true }
    return now - last >= cooldown
  }
}
