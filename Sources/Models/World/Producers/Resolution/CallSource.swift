internal import Experiment
internal import Simulation
internal import Units

/// A producer's calls as its processes make them: each gathers from a first record on, flushes, and travels half a round trip.
///
/// A process gathers, lingers and flushes as it does record by record; its records are only expected, beside the first. A
/// request that is full by bytes is taken to be full at as many records as mean sizes fill it. O(calls).
struct CallSource: ~Copyable {
  private struct Caller {
    var clock: ArrivalClock
    var arrivals: RandomStream, phases: RandomStream, times: RandomStream
    /// Of the call that gathers: records expected, and for how long.
    var expected = 0.0, window = Interval.zero

    mutating func gather(_ plan: ProducerPlan, most: Double) {
      let (others, took) = clock.gather(for: plan.linger, most: most - 1, profile: plan.profile, phases: &phases)
      (expected, window) = (1 + others, took)
    }

    mutating func advance(_ plan: ProducerPlan, end: Instant) {
      clock.advance(profile: plan.profile, end: end, arrivals: &arrivals, phases: &phases)
    }
  }

  /// The calls of more processes are so many that a shard cannot tell their records from single ones.
  static let mostCallers = 256

  private let plan: ProducerPlan, end: Instant, service: Sampler, most: Double
  private var callers: [Caller] = []
  private var flushes: WinnerTree
  /// Calls under way, by arrival; what their sums say is their own records.
  private var wire: [Pulse.Knot] = [], head = 0

  init(_ plan: ProducerPlan, _ moments: SizeMoments, _ naming: DrawNaming, service: Sampler, _ horizon: Horizon) {
    let start = horizon.start
    (self.plan, end, self.service) = (plan, start + horizon.duration, service)
    most = max(1, min(Double(plan.maxRecords), Double(plan.maxBytes) / moments.mean))
    flushes = WinnerTree(count: plan.spec.processes)
    for number in 0..<plan.spec.processes {
      func stream(_ purpose: Purpose) -> RandomStream { naming.stream(purpose, plan.entity(number)) }
      var (arrivals, phases) = (stream(.arrival), stream(.phase))
      let clock = ArrivalClock(
        plan.spec.arrivals, processes: plan.spec.processes, profile: plan.profile, start: start, end: end,
        arrivals: &arrivals, phases: &phases)
      callers.append(Caller(clock: clock, arrivals: arrivals, phases: phases, times: stream(.latency)))
      gather(number)
    }
  }

  private mutating func gather(_ caller: Int) {
    guard callers[caller].clock.next < end else {
      callers[caller].expected = 0
      return flushes.set(caller, at: .max)
    }
    callers[caller].gather(plan, most: most)
    flushes.set(caller, at: UInt64(callers[caller].clock.next.nanoseconds))
  }

  private mutating func flush(_ caller: Int) {
    let half = Interval(nanoseconds: trip(of: caller) / 2), at = callers[caller].clock.next
    send(Pulse.Knot(at: at + half, sum: callers[caller].expected, window: callers[caller].window, half: half))
    callers[caller].advance(plan, end: end)
    gather(caller)
  }

  private mutating func trip(of caller: Int) -> Int64 {
    service.draw(from: &callers[caller].times) + plan.network.draw(from: &callers[caller].times)
  }

  /// Calls overtake each other by little: the place is near the end.
  private mutating func send(_ call: Pulse.Knot) {
    var place = wire.count
    while place > head, wire[place - 1].at > call.at { place -= 1 }
    wire.insert(call, at: place)
  }

  /// Makes all calls that have arrived by an instant.
  mutating func extend(to instant: Instant, _ knots: inout [Pulse.Knot]) {
    while flushes.minKey <= UInt64(instant.nanoseconds) { flush(flushes.minEntity) }
    while head < wire.count, wire[head].at <= instant {
      var call = wire[head]
      call.sum += knots[knots.count - 1].sum
      knots.append(call)
      head += 1
    }
    if head > 256, head * 2 > wire.count {
      wire.removeFirst(head)
      head = 0
    }
  }

  /// Calls that have not arrived: under way, and those that gather, with the records expected in each.
  func airborne(_ body: (_ expected: Double, _ call: Pulse.Knot) -> Void) {
    for call in wire[head...] { body(call.sum, call) }
    for caller in callers where caller.expected > 0 {
      body(
        caller.expected,
        Pulse.Knot(at: caller.clock.next, sum: caller.expected, window: caller.window, half: .zero))
    }
  }
}

/// Holds one: it cannot be copied, and a pulse can.
final class CallSourceBox {
  private var source: CallSource

  init(_ source: consuming CallSource) { self.source = source }

  func extend(to instant: Instant, _ knots: inout [Pulse.Knot]) { source.extend(to: instant, &knots) }
  func airborne(_ body: (_ expected: Double, _ call: Pulse.Knot) -> Void) { source.airborne(body) }
}
