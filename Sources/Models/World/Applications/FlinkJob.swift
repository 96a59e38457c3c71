internal import Experiment
internal import KinesisCore
internal import Limits
internal import Pricing
internal import Simulation
internal import Units

/// AWS's autoscaling rule for Managed Flink, one look a minute (facts F§9.1).
///
/// CPU is not modelled: the share of a minute in which the job had records to work on stands for it.
struct FlinkAutoscaler: Sendable, Hashable {
  /// What it may not go below, and not above.
  let least: Int, most: Int
  private let upShare: Int64, downShare: Int64
  private let upMinutes: Int64, downMinutes: Int64
  private var busyMinutes: Int64 = 0, idleMinutes: Int64 = 0

  init(least: Int, most: Int, limits: LimitsProfile) {
    (self.least, self.most) = (least, most)
    (upShare, downShare) = (limits[.flink.scaleUpShare], limits[.flink.scaleDownShare])
    (upMinutes, downMinutes) = (limits[.flink.scaleUpAfter] / 60, limits[.flink.scaleDownAfter] / 60)
  }

  /// Closes a minute of which `busy` was spent working. Returns the parallelism wanted; nil to leave it.
  mutating func close(busy: Interval, parallelism: Int) -> Int? {
    let share = busy.nanoseconds * 1_000
    let minute = Interval.minutes(1).nanoseconds
    busyMinutes = share >= upShare * minute ? busyMinutes + 1 : 0
    idleMinutes = share < downShare * minute ? idleMinutes + 1 : 0
    let wanted =
      busyMinutes >= upMinutes
      ? min(parallelism * 2, most) : idleMinutes >= downMinutes ? max((parallelism + 1) / 2, least) : parallelism
    guard wanted != parallelism else { return nil }
    reset()
    return wanted
  }

  /// Begins to count anew: after a change.
  mutating func reset() { (busyMinutes, idleMinutes) = (0, 0) }
}

/// The windows of a job: how many records they hold, by when they end.
struct FlinkWindows: Sendable {
  let size: Int64, slide: Int64
  /// Records by the end of the last window that holds them, in order of it.
  private var ends: [(at: Instant, count: Int64)] = []
  private(set) var held: Int64 = 0
  private(set) var peak: Int64 = 0

  init(size: Interval, slide: Interval) { (self.size, self.slide) = (size.nanoseconds, slide.nanoseconds) }

  /// Takes records that arrived at their shard at one instant and are worked on at `now`. Returns when the first result
  /// with them is formed: when their first window ends, or now, if that is over.
  mutating func take(_ count: Int64, arrived: Instant, at now: Instant) -> Instant {
    drop(until: now)
    let slot = arrived.nanoseconds / slide
    let first = Instant(nanoseconds: (slot + 1) * slide)
    let last = Instant(nanoseconds: slot * slide + size)
    if last > now { hold(count, until: last) }
    return max(first, now)
  }

  private mutating func hold(_ count: Int64, until last: Instant) {
    held += count
    peak = max(peak, held)
    // Records come nearly in order of time: the place is at or near the end.
    var index = ends.count
    while index > 0, ends[index - 1].at > last { index -= 1 }
    if index > 0, ends[index - 1].at == last {
      ends[index - 1].count += count
    } else {
      ends.insert((last, count), at: index)
    }
  }

  /// Windows that are over hold nothing.
  private mutating func drop(until now: Instant) {
    let over = ends.prefix { $0.at <= now }
    guard !over.isEmpty else { return }
    held -= over.reduce(0) { $0 + $1.count }
    ends.removeFirst(over.count)
  }
}

/// A Flink application at work: its parallelism, what it costs, what its windows hold.
struct FlinkJob: Sendable {
  private let spec: FlinkSpec
  private var scaler: FlinkAutoscaler?
  /// Its windows by time, or its sessions by key; at most one of the two.
  private var windows: FlinkWindows?, sessions: SessionWindows?
  private(set) var result: FlinkResult
  private(set) var isRescaling = false
  /// Since when its KPUs are counted, and since when it works on a batch.
  private var countedFrom: Instant
  private var busyFrom: Instant?
  /// Worked in the minute that is open.
  private var busyThisMinute = Interval.zero
  private let orchestration: Int64, outage: Interval

  init(_ spec: FlinkSpec, limits: LimitsProfile, at now: Instant) {
    self.spec = spec
    switch spec.window {
    case .tumbling(let size): windows = FlinkWindows(size: size, slide: size)
    case .sliding(let size, let slide): windows = FlinkWindows(size: size, slide: slide)
    case .session(let gap): sessions = SessionWindows(gap: gap)
    case nil: break
    }
    result = FlinkResult(parallelism: spec.parallelism, parallelismPeak: spec.parallelism)
    countedFrom = now
    orchestration = limits[.flink.orchestrationKPUs]
    outage = spec.rescale ?? .seconds(limits[.flink.rescale])
    scaler =
      switch spec.scaling {
      case .fixed: nil
      case .automatic(let most): FlinkAutoscaler(least: spec.parallelism, most: most, limits: limits)
      }
  }

  /// Parallelism over parallelism per KPU, rounded up.
  private var kpus: Int64 { spec.kpus(of: result.parallelism) }

  /// Records it takes from a source before the next has its turn: a tenth of a second of work.
  var countAtOnce: Int64 { max(1, kpus * Int64(spec.ratePerKPU) / 10) }

  /// How long all its KPUs take for that many records.
  func time(for count: Int64) -> Interval {
    let rate = kpus * Int64(spec.ratePerKPU)
    return Interval(nanoseconds: Int64((Int128(count) * 1_000_000_000 + Int128(rate) - 1) / Int128(rate)))
  }

  /// A batch is worked on from now on, or is done.
  mutating func begin(at now: Instant) {
    count(until: now)
    busyFrom = now
  }

  mutating func end(at now: Instant) {
    count(until: now)
    busyFrom = nil
  }

  /// Windows take what is worked on now.
  mutating func take(_ run: RecordRun, at place: Place, _ contents: ShardContents, at now: Instant) {
    if let formed = windows?.take(run.count, arrived: run.middle, at: now) {
      result.windowLatency.record(formed - run.middle, count: run.count)
    }
    guard sessions != nil else { return }
    for position in run.first..<run.end {
      let key = contents.keyHash(of: position, in: place.shard, of: place.stream)
      sessions?.take(key, arrived: run.middle, at: now, into: &result.windowLatency)
    }
  }

  /// A minute has ended: the autoscaler looks, unless the application stands still. Where it wants another parallelism the job
  /// stops with a snapshot, to start again with that: nothing is read twice. Returns for how long it stands still then, and
  /// what a note says.
  mutating func closeMinute(isStopped: Bool, at now: Instant) -> (outage: Interval, note: String)? {
    count(until: now)
    let isIdle = isStopped || isRescaling, before = result.parallelism
    let wanted = isIdle ? nil : scaler?.close(busy: busyThisMinute, parallelism: before)
    busyThisMinute = .zero
    guard let wanted else { return nil }
    if wanted > before { result.scaledUp += 1 } else { result.scaledDown += 1 }
    (result.parallelism, result.parallelismPeak) = (wanted, max(result.parallelismPeak, wanted))
    result.outage = result.outage + outage
    isRescaling = true
    return (outage, "parallelism \(before) → \(wanted), standing still for \(outage)")
  }

  /// It runs again.
  mutating func resume() {
    isRescaling = false
    scaler?.reset()
  }

  /// What it used that has a price: the KPU time of the run.
  var use: FlinkUse {
    let orchestration = Int128(orchestration) * Int128(result.running.nanoseconds)
    return FlinkUse(working: Int128(result.kpuTime) - orchestration, orchestration: orchestration)
  }

  /// What it came to, so much of its stream being unread: no result holds that yet.
  func result(unread: LatencyHistogram, at instant: Instant) -> FlinkResult {
    var job = self
    job.count(until: instant)
    if spec.window != nil {
      var waiting = unread
      sessions?.addOpen(at: instant, to: &waiting)
      job.result.windowLatency.add(unfinished: waiting)
    }
    job.result.heldPeak = windows?.peak ?? sessions?.peak ?? 0
    return job.result
  }

  /// Counts KPU time and work up to `now`.
  private mutating func count(until now: Instant) {
    let elapsed = now - countedFrom
    result.kpuTime += (kpus + orchestration) * elapsed.nanoseconds
    result.running = result.running + elapsed
    countedFrom = now
    guard let busyFrom else { return }
    let worked = now - busyFrom
    (busyThisMinute, result.busy) = (busyThisMinute + worked, result.busy + worked)
    self.busyFrom = now
  }
}
