internal import Experiment
internal import Simulation
internal import Units

/// A producer's records along its curve, late by the mean time of gathering and of half a round trip: where calls are one a record,
/// or so many that a shard cannot tell their records from single ones.
///
/// Approximate where the rate changes: the change arrives at once instead of over the law of that time. O(corners of the curve).
struct RateSource {
  private struct Line {
    var clock: ArrivalClock, phases: RandomStream
    var rate = 0.0, end: Instant

    mutating func advance(_ plan: ProducerPlan) {
      (rate, end) = clock.takePiece(profile: plan.profile, phases: &phases)
    }
  }

  /// Round trips drawn a second: their law is exact, the noise of so many stands for that of all.
  private static let trips = 16

  private var lines: [Line] = []
  private let plan: ProducerPlan, service: Sampler
  private var times: RandomStream
  private var known: Instant
  /// The mean of a record's time of gathering and of half its round trip; and the process's mean rate, in records a nanosecond.
  let lateness: Interval
  private let perProcess: Double
  /// Records of a call: the first and those that gather behind it.
  var perCall: Double { 1 + perProcess * Double(plan.linger.nanoseconds) }

  init(_ plan: ProducerPlan, _ naming: DrawNaming, service: Sampler, _ horizon: Horizon) {
    (self.plan, self.service, known) = (plan, service, horizon.start)
    times = naming.stream(.latency, plan.entity(0))
    let count = plan.spec.arrivals == .poisson ? 1 : plan.spec.processes, end = horizon.start + horizon.duration
    for number in 0..<count {
      var phases = naming.stream(.phase, plan.entity(number))
      let clock = ArrivalClock(
        rateOf: plan.spec.arrivals, processes: count, profile: plan.profile, start: horizon.start, end: end,
        phases: &phases)
      lines.append(Line(clock: clock, phases: phases, end: horizon.start))
    }
    let mean = plan.profile.area(from: .zero, to: horizon.duration) / Double(max(1, horizon.duration.nanoseconds))
    perProcess = mean / Double(plan.spec.processes)
    let linger = Double(plan.linger.nanoseconds), others = perProcess * linger
    var trips = naming.stream(.engine, plan.entity(0)), sum: Int64 = 0
    for _ in 0..<1_024 { sum += service.draw(from: &trips) + plan.network.draw(from: &trips) }
    let gathering = linger * (1 + others / 2) / (1 + others)
    lateness = Interval(nanoseconds: Int64(gathering) + sum / 2_048)
  }

  /// Makes the curve's corners up to an instant, and at least one a second.
  mutating func extend(to instant: Instant, _ knots: inout [Pulse.Knot]) {
    while known + lateness < instant {
      var (next, rate) = (known + .seconds(1), 0.0)
      for index in lines.indices {
        if lines[index].end <= known {
          lines[index].advance(plan)
        }
        next = min(next, lines[index].end)
        rate += lines[index].rate
      }
      let sum = knots[knots.count - 1].sum + rate * Double((next - known).nanoseconds)
      knots.append(Pulse.Knot(at: next + lateness, sum: sum, window: plan.linger, half: lateness))
      known = next
    }
  }

  /// How long so many records took, by a few round trips.
  mutating func laws(of records: Double, _ body: (Pulse.Law) -> Void) {
    guard records > 0 else { return }
    let each = records / Double(Self.trips)
    for _ in 0..<Self.trips {
      let trip = Interval(nanoseconds: service.draw(from: &times) + plan.network.draw(from: &times))
      body(Pulse.Law(records: each, calls: each / perCall, window: plan.linger, trip: trip))
    }
  }

  /// Records born and not yet at the service.
  func airborne(at now: Instant) -> Double {
    lines.reduce(0) { $0 + $1.rate } * Double(lateness.nanoseconds)
  }
}
