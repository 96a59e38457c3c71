public import Units

/// Busy shards of an on-demand stream that the service splits together.
public struct ScalingStep: Sendable, Hashable {
  /// The end of the minute that showed them busy, and when they are split.
  public let decidedAt: Instant, due: Instant
  /// How many they are.
  public var count: Int { shards.count }
  let shards: [ShardID]
}

/// What the service knows of an on-demand stream in order to scale it (facts §5.1).
struct OnDemandScaling: Sendable, Hashable {
  /// What a shard or stream took in a stretch of time.
  struct Load: Sendable, Hashable {
    var records: Int64 = 0, bytes: Int64 = 0

    static func += (a: inout Load, b: Load) { (a.records, a.bytes) = (a.records + b.records, a.bytes + b.bytes) }
  }

  /// The end of the minute being watched: minutes are the clock's.
  var minuteEnds: Instant
  /// Shards on their way to a split, first due first.
  var pending: [ScalingStep] = []
  /// The step that was taken last, and when.
  var last: ScalingStep?
  /// What shards took in this minute before they closed.
  var closed = Load()
  /// What the stream took in each minute of the last hour that it took anything in.
  var minutes: [Minute] = []

  struct Minute: Sendable, Hashable {
    var end: Instant
    var load: Load
  }

  init(at now: Instant) {
    minuteEnds = Self.endOfMinute(of: now)
  }

  /// When something is due.
  var due: Instant {
    guard let first = pending.first, first.due < minuteEnds else { return minuteEnds }
    return first.due
  }

  /// Keeps a minute's load for as long as it can matter. At most `window` over a minute of them are kept.
  mutating func keep(_ load: Load, until end: Instant, window: Interval) {
    minutes.removeAll { $0.end <= end - window }
    if load.records > 0 { minutes.append(Minute(end: end, load: load)) }
  }

  static func endOfMinute(of now: Instant) -> Instant {
    let minute = Interval.minutes(1).nanoseconds
    return Instant(nanoseconds: (now.nanoseconds / minute + 1) * minute)
  }
}

/// What an update that is not about single shards still has to do to a stream in UPDATING.
enum CapacityChange: Sendable, Hashable {
  /// The mode changes, and warm throughput is set with it.
  case mode(StreamMode, warmThroughput: Int64, ends: Instant)
  /// Shards are split, or merged, a round after another, until they fit that many bytes a second.
  case fit(bytes: Int64, CapacityDirection, ends: Instant)
  /// The largest record changes.
  case maxRecord(Bytes, ends: Instant)
  /// Encryption begins, or ends with nil.
  case encryption(key: String?, ends: Instant)

  var ends: Instant {
    switch self {
    case .mode(_, _, let ends), .fit(_, _, let ends), .maxRecord(_, let ends), .encryption(_, let ends): ends
    }
  }
}

/// Which way capacity changes.
enum CapacityDirection: Sendable, Hashable {
  /// Shards are only split.
  case up
  /// Neighbours are merged as well.
  case down
}
