internal import Experiment
internal import Simulation
internal import Units

/// What the KCL does again and again, all of it by its fail-over time (facts §9.2, N§6).
struct LeaseRhythm: Sendable {
  /// A lease whose counter stood still for so long is free.
  let failover: Interval
  /// Between two renewals of a lease: each moves its counter.
  let renewal: Interval
  /// Between two looks through the table: of each worker in KCL 2, of the leader in KCL 3.
  let scan: Interval
  /// Between two looks of a KCL 3 worker for what the leader gave it; nil in KCL 2, whose workers take for themselves.
  let discovery: Interval?

  /// What the KCL takes off or adds to its times.
  private static let epsilon = Interval.milliseconds(25)

  init(_ version: ConsumerSpec.LibraryVersion, failover: Interval) {
    self.failover = failover
    renewal = .milliseconds(failover.nanoseconds / 3_000_000) - Self.epsilon
    switch version {
    case .two: (scan, discovery) = ((failover + Self.epsilon) * 2, nil)
    case .three: (scan, discovery) = (failover * 2, failover - Self.epsilon)
    }
  }
}

/// Who of an application's workers reads what, and how a worker comes by a shard that has lost its reader or is new. With the
/// KCL, workers look through a table of leases (facts §9.2).
struct Leases: Sendable {
  /// How a worker comes by a shard.
  enum Discovery: Sendable {
    /// At the next look for leases.
    case scans(LeaseRhythm)
    /// At the next turn of a period: Flink looks for shards on its own.
    case periodic(Interval)
    /// At once: assumed of a mapping and of a plain loop.
    case immediate
  }

  private struct Worker: Sendable {
    /// When within their periods it looks through the table, looks for what it was given, and renews what it holds.
    let scan: Interval, discovery: Interval, renewal: Interval
    /// When it began: what a scan before saw, it does not know.
    var since: Instant
    var isAlive = true
    var leases = 0

    init(_ rhythm: LeaseRhythm?, since: Instant, phases: RandomStream) {
      var phases = phases
      func phase(_ period: Interval?) -> Interval {
        guard let period else { return .zero }
        return Interval(nanoseconds: Int64(phases.below(UInt64(max(1, period.nanoseconds)))))
      }
      (scan, discovery, renewal) = (phase(rhythm?.scan), phase(rhythm?.discovery), phase(rhythm?.renewal))
      self.since = since
    }
  }

  private struct Lease: Sendable {
    var worker = 0
    /// Whether nobody holds it; and when whoever held it last renewed it, nil for a lease that is new.
    var isOrphan = false, renewedAt: Instant?
  }

  private let discovery: Discovery
  private let start: Instant
  private var workers: [Worker]
  /// By reader.
  private var leases: [Lease] = []

  /// `phases` draws when each worker looks.
  init(workers: Int, _ discovery: Discovery, start: Instant, phases: (Int) -> RandomStream) {
    (self.discovery, self.start) = (discovery, start)
    let rhythm: LeaseRhythm? = if case .scans(let rhythm) = discovery { rhythm } else { nil }
    self.workers = (0..<workers).map { Worker(rhythm, since: start, phases: phases($0)) }
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

  /// A worker takes a lease that is free from `instant` on, or sooner. Returns when it begins to read.
  mutating func take(_ reader: Int, after instant: Instant) -> Instant {
    let (worker, found) = taker(of: leases[reader].renewedAt, after: instant)
    give(reader, to: worker)
    leases[reader].renewedAt = nil
    return found
  }

  private func taker(of renewedAt: Instant?, after instant: Instant) -> (worker: Int, at: Instant) {
    switch discovery {
    case .immediate: return (leastLoaded, instant)
    case .periodic(let period): return (leastLoaded, next(.zero, every: period, after: instant))
    case .scans(let rhythm):
      guard let period = rhythm.discovery else { return firstToScan(renewedAt, after: instant, rhythm) }
      let leader = workers.firstIndex(where: \.isAlive) ?? 0, worker = leastLoaded
      let given = scan(of: leader, renewedAt, after: instant, rhythm)
      return (worker, next(workers[worker].discovery, every: period, after: given))
    }
  }

  /// The first to look among the workers with fewer than their share.
  private func firstToScan(
    _ renewedAt: Instant?, after instant: Instant, _ rhythm: LeaseRhythm
  ) -> (worker: Int, at: Instant) {
    let alive = workers.indices.filter { workers[$0].isAlive }
    let held = alive.reduce(1) { $0 + workers[$1].leases }
    let share = (held + alive.count - 1) / max(1, alive.count)
    let scans = alive.filter { workers[$0].leases < share }
      .map { ($0, scan(of: $0, renewedAt, after: instant, rhythm)) }
    return scans.min { ($0.1, $0.0) < ($1.1, $1.0) } ?? (0, instant)
  }

  /// When a worker's scan finds a lease free. It reads no clock of others: what counts is when one of its own scans first saw
  /// the counter where it stands, so a lease left behind takes two (KCL source, DynamoDBLeaseTaker, LeaseAssignmentManager).
  private func scan(
    of worker: Int, _ renewedAt: Instant?, after instant: Instant, _ rhythm: LeaseRhythm
  ) -> Instant {
    let phase = workers[worker].scan
    guard let renewedAt else { return next(phase, every: rhythm.scan, after: instant) }
    let seen = next(phase, every: rhythm.scan, after: max(renewedAt, workers[worker].since))
    return next(phase, every: rhythm.scan, after: max(instant, seen + rhythm.failover))
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
  mutating func restore(_ count: Int, at now: Instant) -> Int {
    let lost = workers.indices.filter { !workers[$0].isAlive }.prefix(count)
    for worker in lost { (workers[worker].isAlive, workers[worker].since) = (true, now) }
    return lost.count
  }

  /// A reader's lease is left behind: the next reader's is to be taken from nobody.
  mutating func orphan(_ reader: Int, at now: Instant) {
    let old = leases[reader]
    release(reader)
    let renewedAt = old.isOrphan ? old.renewedAt : lastRenewal(by: old.worker, before: now)
    leases.append(Lease(worker: old.worker, isOrphan: true, renewedAt: renewedAt))
  }

  private func lastRenewal(by worker: Int, before now: Instant) -> Instant {
    guard case .scans(let rhythm) = discovery else { return now }
    return next(workers[worker].renewal, every: rhythm.renewal, after: now) - rhythm.renewal
  }

  /// A worker that is alive takes an orphan's lease when one finds it free. Returns when; nil when none is alive.
  mutating func adopt(_ reader: Int, at now: Instant) -> Instant? {
    guard workers.contains(where: \.isAlive) else { return nil }
    return take(reader, after: now)
  }
}
