internal import Experiment
internal import Simulation
internal import Units

/// What is due, and in which order: the only one who knows the event queue. What has happened is folded into one hash.
///
/// Events of one instant come by priority, and of one priority in the order in which they were scheduled.
struct Calendar: ~Copyable {
  let start: Instant, end: Instant
  private let measuredFrom: Instant
  /// The instant of the event being taken.
  private(set) var now: Instant
  /// Events and arrivals taken.
  private(set) var taken: Int64 = 0
  /// Folded over all of them, and over what they drew.
  private(set) var trajectory = TrajectoryHash()
  /// What the latest event was.
  private(set) var latest = Latest.none
  private var queue: EventQueue

  /// An event as plain data, for check mode.
  enum Latest {
    case none
    case event(UInt64)
    case arrival(Int)
  }

  init(_ horizon: Horizon) {
    (start, end, now) = (horizon.start, horizon.start + horizon.duration, horizon.start)
    measuredFrom = min(end, start + horizon.warmup)
    queue = EventQueue(start: horizon.start)
  }

  /// When the next event is due; `.never` when none is.
  var nextInstant: Instant { queue.nextInstant ?? .never }

  /// Puts an event down; one at or behind the end never comes.
  mutating func schedule(_ event: RunEvent, at instant: Instant, _ priority: EventPriority = .service) {
    guard instant < end else { return }
    queue.schedule(at: instant, priority: priority, payload: event.word)
  }

  /// Takes the next event; the clock is there.
  mutating func takeEvent() -> RunEvent? {
    guard let (instant, word) = queue.pop() else { return nil }
    (now, latest, taken) = (instant, .event(word), taken + 1)
    trajectory.fold(UInt64(bitPattern: instant.nanoseconds) ^ word)
    return RunEvent(word: word)
  }

  /// An arrival comes before the next event.
  mutating func takeArrival(at process: Int, _ instant: Instant) {
    (now, latest, taken) = (instant, .arrival(process), taken + 1)
    trajectory.fold(UInt64(bitPattern: instant.nanoseconds) ^ UInt64(process))
  }

  /// An arrival whose time is still to come is counted now: nothing before it can change it.
  @inline(__always)
  mutating func takeAhead(at process: Int, _ instant: Instant, key: UInt32, size: Int32) {
    taken += 1
    trajectory.fold(UInt64(bitPattern: instant.nanoseconds) ^ UInt64(process))
    trajectory.fold(UInt64(key) << 32 ^ UInt64(size))
  }

  /// When somebody looks at figures next, or the run is over: a second ends, or the warm-up does.
  var nextLook: Instant {
    let second = Interval.seconds(1).nanoseconds
    let secondEnds = start + Interval(nanoseconds: ((now - start).nanoseconds / second + 1) * second)
    return min(secondEnds, now < measuredFrom ? measuredFrom : end)
  }

  /// Folds a draw or a decision into the trajectory.
  @inline(__always)
  mutating func fold(_ word: UInt64) { trajectory.fold(word) }

  /// The run ends here.
  mutating func stop(at instant: Instant) { now = instant }
}

extension Calendar {
  /// The latest event in words.
  var description: String {
    let what =
      switch latest {
      case .event(let word): "\(RunEvent(word: word).kind) of \(RunEvent(word: word).index)"
      case .arrival(let process): "arrival at process \(process)"
      case .none: "nothing"
      }
    return "\(what) at \(now.nanoseconds - start.nanoseconds) ns, trajectory \(trajectory)"
  }
}
