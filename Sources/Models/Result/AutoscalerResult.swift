internal import Experiment
public import Units

/// What a stream's autoscaler did, beside what the traffic needed. Over the whole run, warm-up included.
public struct AutoscalerResult: Sendable, Hashable {
  /// One UpdateShardCount call.
  public struct Call: Sendable, Hashable {
    /// When it was made.
    public var at: Instant
    /// Open shards then, and the count asked for.
    public var open: Int, target: Int
    /// AWS's error when it was refused.
    public var refusal: String?

    /// Whether it asked for more shards than were open.
    public var isUp: Bool { target > open }
  }

  /// A minute: open shards at its end, and the shards that what was first tried in it needed, spread evenly.
  public struct Minute: Sendable, Hashable {
    /// Open shards.
    public var shards: Int32
    /// The fewest shards whose limits hold the minute's average of first attempts; at least 1.
    public var need: Int32
  }

  /// The scenario's name of the policy.
  public var policy: String
  /// The first calls, at most `maximumCalls`, in order.
  public var calls: [Call] = []
  /// Calls accepted and refused; those of `calls` and the later ones.
  public var accepted = 0, refused = 0
  /// Splits and merges that AWS took, made one by one after UpdateShardCount was refused.
  public var singleSteps = 0
  /// Accepted calls that turned back within an hour of the accepted call before them: flapping.
  public var directionChanges = 0
  /// One for each whole minute of the run.
  public var minutes: [Minute] = []

  /// The most calls kept.
  public static let maximumCalls = 1_000

  /// Nothing yet.
  public init(policy: String) { self.policy = policy }

  /// Calls that are not in `calls`.
  public var callsOmitted: Int { accepted + refused - calls.count }
  /// The most shards a minute needed.
  public var needPeak: Int { Int(minutes.reduce(0) { max($0, $1.need) }) }
  /// The most shards open at a minute's end.
  public var shardsPeak: Int { Int(minutes.reduce(0) { max($0, $1.shards) }) }
  /// The most open shards over the most needed; nil before the first minute.
  public var peakOverNeed: Double? { minutes.isEmpty ? nil : Double(shardsPeak) / Double(needPeak) }
  /// Shard-minutes held.
  public var shardMinutes: Int64 { minutes.reduce(0) { $0 + Int64($1.shards) } }
  /// Shard-minutes the traffic needed.
  public var neededShardMinutes: Int64 { minutes.reduce(0) { $0 + Int64($1.need) } }
  /// Minutes that needed more shards than were open.
  public var minutesShort: Int { minutes.count { $0.need > $0.shards } }

  /// The last call that took effect.
  private var last: Call?

  /// How soon a turn back counts as flapping.
  static let flapping = Interval.hours(1)

  mutating func note(_ call: Call) {
    if calls.count < Self.maximumCalls { calls.append(call) }
    guard call.refusal == nil else {
      refused += 1
      return
    }
    accepted += 1
    turn(to: call)
  }

  /// A refused call that is followed by splits and merges, one by one: it takes effect as an accepted one does.
  mutating func goByHand(_ call: Call) { turn(to: call) }

  private mutating func turn(to call: Call) {
    if let last, last.isUp != call.isUp, call.at - last.at <= Self.flapping { directionChanges += 1 }
    last = call
  }
}
