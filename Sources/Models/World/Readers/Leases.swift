internal import Simulation
internal import Units

/// Who of an application's workers reads what, and how a worker comes by a shard that has lost its reader or is new. With the
/// KCL, workers look through a table of leases (facts §9.2).
struct Leases: Sendable {
  /// How a worker comes by a shard.
  enum Discovery: Sendable {
    /// At its next look for leases.
    case scans
    /// At the next turn of a period: Flink looks for shards on its own.
    case periodic(Interval)
    /// At once: assumed of a mapping and of a plain loop.
    case immediate
  }

  private struct Worker: Sendable {
    /// When within the period it looks for leases.
    let phase: Interval
    var isAlive = true
    var leases = 0
  }

  private struct Lease: Sendable {
    var worker = 0
    /// Whether nobody holds it, and when it expires.
    var isOrphan = false, expiresAt: Instant = .epoch
  }

  /// The KCL looks for leases to take every (failoverTime + 25 ms) × 2 (facts §9.2).
  ///
  /// A known fault: a scenario's `kcl.failover_s` moves `failover`, and not this, which is that of AWS's default.
  static let scanPeriod = Interval.milliseconds(20_050)
  private let failover: Interval
  private let discovery: Discovery
  private let start: Instant
  private var workers: [Worker]
  /// By reader.
  private var leases: [Lease] = []

  /// `phases` draws when each worker looks.
  init(workers: Int, _ discovery: Discovery, failover: Interval, start: Instant, phases: (Int) -> RandomStream) {
    (self.discovery, self.failover, self.start) = (discovery, failover, start)
    self.workers = (0..<workers).map { index in
      var stream = phases(index)
      return Worker(phase: Interval(nanoseconds: Int64(stream.below(UInt64(Self.scanPeriod.nanoseconds)))))
    }
  }

  func worker(of reader: Int) -> Int { leases[reader].worker }
  func isOrphan(_ reader: Int) -> Bool { leases[reader].isOrphan }

  /// A lease for the next reader, held by nobody yet.
  mutating func add() { leases.append(Lease()) }

  /// The worker of those alive with the fewest leases takes one.
  mutating func giveToLeastLoaded(_ reader: Int) { give(reader, to: leastLoaded) }

  private var leastLoaded: Int {
    workers.indices.filter { workers[$0].isAlive }.min { (workers[$0].leases, $0) < (workers[$1].leases, $1) } ?? 0
  }

  private mutating func give(_ reader: Int, to worker: Int) {
    (leases[reader].worker, leases[reader].isOrphan) = (worker, false)
    workers[worker].leases += 1
  }

  mutating func release(_ reader: Int) { workers[leases[reader].worker].leases -= 1 }

  // MARK: Taking

  /// A worker takes a lease that is free from `instant` on, or sooner. Returns when.
  mutating func take(_ reader: Int, after instant: Instant) -> Instant {
    let (worker, found) = taker(after: instant)
    give(reader, to: worker)
    return found
  }

  /// The first to look among the workers with fewer than their share.
  private func taker(after instant: Instant) -> (worker: Int, at: Instant) {
    switch discovery {
    case .immediate: return (leastLoaded, instant)
    case .periodic(let period): return (leastLoaded, next(.zero, every: period, after: instant))
    case .scans: break
    }
    let alive = workers.indices.filter { workers[$0].isAlive }
    let held = alive.reduce(1) { $0 + workers[$1].leases }
    let share = (held + alive.count - 1) / max(1, alive.count)
    let scans = alive.filter { workers[$0].leases < share }
      .map { ($0, next(workers[$0].phase, every: Self.scanPeriod, after: instant)) }
    return scans.min { ($0.1, $0.0) < ($1.1, $1.0) } ?? (0, instant)
  }

  /// The first turn behind an instant; turns are counted from the start of the run.
  private func next(_ phase: Interval, every period: Interval, after instant: Instant) -> Instant {
    let elapsed = (instant - start).nanoseconds - phase.nanoseconds
    let turns = elapsed < 0 ? 0 : elapsed / period.nanoseconds + 1
    return start + phase + Interval(nanoseconds: turns * period.nanoseconds)
  }

  // MARK: Crashing

  /// The last workers alive vanish. Returns which.
  mutating func crash(_ count: Int) -> (lost: [Int], of: Int) {
    let alive = workers.indices.filter { workers[$0].isAlive }
    let lost = Array(alive.suffix(count))
    for worker in lost { workers[worker].isAlive = false }
    return (lost, alive.count)
  }

  /// Workers are back, without leases. Returns how many.
  mutating func restore(_ count: Int) -> Int {
    let lost = workers.indices.filter { !workers[$0].isAlive }.prefix(count)
    for worker in lost { workers[worker].isAlive = true }
    return lost.count
  }

  /// A reader's lease is left behind: the next reader's is to expire.
  mutating func orphan(_ reader: Int, at now: Instant) {
    let old = leases[reader]
    release(reader)
    leases.append(
      Lease(worker: old.worker, isOrphan: true, expiresAt: old.isOrphan ? old.expiresAt : now + failover))
  }

  /// A worker that is alive takes an orphan's lease at its first look after it has expired. Returns when; nil when none is
  /// alive.
  mutating func adopt(_ reader: Int, at now: Instant) -> Instant? {
    guard workers.contains(where: \.isAlive) else { return nil }
    return take(reader, after: max(now, leases[reader].expiresAt))
  }
}
