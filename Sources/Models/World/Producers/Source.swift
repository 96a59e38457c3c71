internal import Experiment
internal import Simulation
internal import Units

/// Where one process's records come from: its clock, and the draws of keys and sizes.
struct Source: Sendable {
  private var clock: ArrivalClock
  private var arrivals: RandomStream, phases: RandomStream, sizes: RandomStream, keys: RandomStream
  /// How many records it handed over, from its own number on, so that keys that go round do not go in step.
  private var turn: UInt32
  /// A record that was drawn ahead of its time.
  private var early: PendingRecord?
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

  /// When the next record is born.
  var nextInstant: Instant { clock.next }

  /// When the next record is born, as a key of the tree of clocks.
  var next: UInt64 { clock.next == .never ? .max : UInt64(clock.next.nanoseconds) }

  /// A record is born: its key and size are drawn, unless they were recorded.
  @inline(__always)
  mutating func bear(_ plan: ProducerPlan, size known: Int64?, recorded: UInt32, at now: Instant) -> PendingRecord {
    if let record = early {
      early = nil
      return record
    }
    return record(plan, key: key(plan, recorded), size: known, at: now)
  }

  @inline(__always)
  private mutating func key(_ plan: ProducerPlan, _ recorded: UInt32) -> UInt32 {
    defer { turn &+= 1 }
    return plan.keys.draw(from: &keys, turn: turn, recorded: recorded)
  }

  @inline(__always)
  private mutating func record(_ plan: ProducerPlan, key: UInt32, size known: Int64?, at now: Instant) -> PendingRecord
  {
    let drawn = known ?? plan.size.draw(from: &sizes)
    let data = plan.isPacked ? plan.library?.compressed(drawn) ?? drawn : drawn
    let size = min(max(data, 1), plan.largestData) + plan.keyBytes
    return PendingRecord(birth: now, key: key, size: Int32(size), next: -1)
  }

  /// Records that are born before `end` one after another, as long as the next fits: drawn ahead of their time, because nothing
  /// that happens meanwhile can change them. The first that does not fit is kept for its own time. `records` gets them.
  ///
  /// Two passes: what chooses a key is drawn in the first, the key looked up in the second, when its place in the table is
  /// on its way from memory.
  mutating func bearAhead(
    _ plan: ProducerPlan, before end: Instant, upTo most: Int, bytes: Int64, horizon: Instant,
    into records: inout [PendingRecord], bits: inout [UInt64]
  ) {
    records.removeAll(keepingCapacity: true)
    bits.removeAll(keepingCapacity: true)
    let isTabled = plan.keys.isTabled
    var left = bytes
    while clock.next < end, early == nil {
      let word = isTabled ? keys.next() : 0, key = isTabled ? 0 : key(plan, 0)
      if isTabled { plan.keys.prefetch(for: word) }
      let record = record(plan, key: key, size: nil, at: clock.next)
      left -= Int64(record.size)
      records.append(record)
      bits.append(word)
      guard records.count <= most, left >= 0 else { break }
      advance(plan, end: horizon)
    }
    if isTabled {
      for index in records.indices { records[index].key = plan.keys.key(for: bits[index]) }
    }
    if records.count > most || left < 0 { early = records.popLast() }
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
