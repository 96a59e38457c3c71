internal import Experiment
internal import Simulation
internal import Units

/// Where one process's records come from: its clock, and the draws of keys and sizes.
struct Source: Sendable {
  private var clock: ArrivalClock
  private var arrivals: RandomStream, phases: RandomStream, sizes: RandomStream, keys: RandomStream
  /// How many records it handed over, from its own number on, so that keys that go round do not go in step.
  private var turn: UInt32
  /// A record that found the buffer full under `on_overflow: block`; the source waits with it.
  var blocked: PendingRecord?

  init(_ number: Int, of plan: ProducerPlan, _ naming: DrawNaming, start: Instant, end: Instant) {
    func stream(_ purpose: Purpose) -> RandomStream { naming.stream(purpose, plan.entity(number)) }
    turn = UInt32(number)
    (arrivals, phases, sizes, keys) = (stream(.arrival), stream(.phase), stream(.size), stream(.key))
    clock = ArrivalClock(
      plan.spec.arrivals, processes: plan.spec.processes, profile: plan.profile, start: start, end: end,
      arrivals: &arrivals, phases: &phases)
  }

  /// When the next record is born, as a key of the tree of clocks.
  var next: UInt64 { clock.next == .never ? .max : UInt64(clock.next.nanoseconds) }

  /// A record is born: its key and size are drawn, unless they were recorded.
  @inline(__always)
  mutating func bear(_ plan: ProducerPlan, size known: Int64?, recorded: UInt32, at now: Instant) -> PendingRecord {
    let key = plan.keys.draw(from: &keys, turn: turn, recorded: recorded)
    turn &+= 1
    let drawn = known ?? plan.size.draw(from: &sizes)
    let data = plan.library?.compressed(drawn) ?? drawn
    let size = min(max(data, 1), plan.largestData) + plan.keyBytes
    return PendingRecord(birth: now, key: key, size: Int32(size), next: -1)
  }

  @inline(__always)
  mutating func advance(_ plan: ProducerPlan, end: Instant) {
    clock.advance(profile: plan.profile, end: end, arrivals: &arrivals, phases: &phases)
  }

  /// Starts again at `now` after it was blocked.
  mutating func resume(_ plan: ProducerPlan, at now: Instant, end: Instant) {
    clock.resume(at: now, profile: plan.profile, end: end, arrivals: &arrivals, phases: &phases)
  }

  /// An instant within a period, which is drawn.
  mutating func phase(within period: Interval) -> Int64 { Int64(phases.below(UInt64(period.nanoseconds))) }

  /// A whole number of records for a mean of them: the fraction is drawn.
  mutating func count(_ mean: Double) -> Int {
    Int(clamping: mean) + (arrivals.chance(mean - mean.rounded(.down)) ? 1 : 0)
  }
}

/// Recorded events: when, which key, how large; each stands for `scale` records.
struct Replay: Sendable {
  /// The next event, and how often the trace has been repeated.
  private var next = 0, round: Int64 = 0

  init() {}

  /// When the next event happens, as a key of the tree of clocks; `UInt64.max` behind the last.
  func next(in trace: EventTrace, from start: Instant) -> UInt64 {
    guard next < trace.offsets.count, let last = trace.offsets.last else { return .max }
    let gap = max(1, last / Int64(max(1, trace.offsets.count - 1)))
    return UInt64((start + Interval(nanoseconds: (last + gap) * round + trace.offsets[next])).nanoseconds)
  }

  /// Takes the next event.
  mutating func take(from trace: EventTrace) -> Int {
    let event = next
    next += 1
    if trace.repeats, next == trace.offsets.count { (next, round) = (0, round + 1) }
    return event
  }
}
