internal import Simulation
internal import Units

/// Session windows of a job, one session for each partition key: it ends when no record of the key has been worked on for
/// the gap, and its result is formed then.
struct SessionWindows: Sendable {
  private struct Session: Sendable {
    var last: Instant
    /// When its records arrived at their shards.
    var arrivals: [Instant]
  }

  let gap: Interval
  /// By the key's hash; only ever looked up.
  private var open: [UInt32: Session] = [:]
  /// When a session may be over, ascending because the gap is one; void where its key was met again.
  private var ends: [(due: Instant, key: UInt32)] = []
  private var next = 0
  private(set) var held: Int64 = 0
  private(set) var peak: Int64 = 0

  init(gap: Interval) { self.gap = gap }

  /// Takes a record of a key that is worked on at `now`. Sessions that are over by then are formed first. Amortised O(1).
  mutating func take(_ key: UInt32, arrived: Instant, at now: Instant, into times: inout LatencyHistogram) {
    form(until: now, into: &times)
    open[key, default: Session(last: now, arrivals: [])].last = now
    open[key]?.arrivals.append(arrived)
    ends.append((now + gap, key))
    held += 1
    peak = max(peak, held)
  }

  /// How old the records are of sessions that are not over.
  func addOpen(at now: Instant, to ages: inout LatencyHistogram) {
    // A key that was met twice at one instant has two ends.
    var counted: Set<UInt32> = []
    for (due, key) in ends[next...] {
      guard let session = open[key], session.last + gap == due, counted.insert(key).inserted else { continue }
      for arrived in session.arrivals { ages.record(now - arrived) }
    }
  }

  /// Forms the sessions that are over: the time of each of their records is that from its arrival to now's end of session.
  mutating func form(until now: Instant, into times: inout LatencyHistogram) {
    while next < ends.count, ends[next].due <= now {
      let (due, key) = ends[next]
      next += 1
      guard let session = open[key], session.last + gap == due else { continue }
      for arrived in session.arrivals { times.record(due - arrived) }
      held -= Int64(session.arrivals.count)
      open[key] = nil
    }
    guard next > 4_096, next > ends.count / 2 else { return }
    ends.removeFirst(next)
    next = 0
  }
}
