import Simulation
import Units

/// How many are in a line, and that number times nanoseconds so far: exact.
struct Crowd {
  private(set) var integral: Int128 = 0
  private var (size, since) = (0 as Int128, Instant.epoch)

  mutating func change(by change: Int128, at now: Instant) {
    integral += size * Int128((now - since).nanoseconds)
    (size, since) = (size + change, now)
  }
}

/// A waiting line on the real kernel: arrivals and completions through `EventQueue`, draws from named streams.
struct WaitingLine {
  /// What came out.
  struct Outcome {
    var waits: [Double] = []
    var sojourns: [Double] = []
    var arrived = 0
    var lost = 0
    var sojournTotal: Int128 = 0
    var crowd = Crowd()
    var hash = TrajectoryHash()
  }

  /// Mean service time: 1 unit is a millisecond.
  static let unit = 1e6

  var servers = 1
  var capacity = Int.max
  var load: Double
  var service: (inout RandomStream) -> Double = { $0.exponential() }

  private static let arrival: UInt64 = 1
  private static let completion: UInt64 = 2

  /// Serves until `customers` have arrived and all have left.
  func run(customers: Int, seed: UInt64, replication: Int) -> Outcome {
    var state = WaitingLineState(seed: seed, replication: replication)
    state.queue.schedule(at: .epoch, priority: .arrival, payload: Self.arrival)
    while let (now, payload) = state.queue.pop() {
      state.outcome.hash.fold(UInt64(now.nanoseconds) ^ payload)
      if payload == Self.arrival {
        arrive(&state, at: now, of: customers)
      } else {
        leave(&state, at: now, since: Int64(payload >> 2))
      }
      if state.busy < servers { begin(&state, at: now) }
    }
    return state.outcome
  }

  private func arrive(_ state: inout WaitingLineState, at now: Instant, of customers: Int) {
    state.outcome.arrived += 1
    if state.outcome.arrived < customers {
      let gap = Interval(nanoseconds: state.arrivals.exponentialNanoseconds(mean: Self.unit / load))
      state.queue.schedule(at: now + gap, priority: .arrival, payload: Self.arrival)
    }
    guard state.busy + state.waiting.count < capacity else {
      state.outcome.lost += 1
      return
    }
    state.outcome.crowd.change(by: 1, at: now)
    state.waiting.append(now)
  }

  private func leave(_ state: inout WaitingLineState, at now: Instant, since: Int64) {
    state.busy -= 1
    state.outcome.crowd.change(by: -1, at: now)
    state.outcome.sojournTotal += Int128(now.nanoseconds - since)
    state.outcome.sojourns.append(Double(now.nanoseconds - since) / Self.unit)
  }

  private func begin(_ state: inout WaitingLineState, at now: Instant) {
    guard let since = state.waiting.popFirst() else { return }
    state.busy += 1
    state.outcome.waits.append(Double((now - since).nanoseconds) / Self.unit)
    let time = Interval(nanoseconds: Int64(service(&state.services) * Self.unit))
    state.queue.schedule(at: now + time, priority: .release, payload: UInt64(since.nanoseconds) << 2 | Self.completion)
  }

  /// The mean of a statistic of the customers after the first `warmUp`, one value for each replication.
  func replicate(
    _ replications: Int, customers: Int, warmUp: Int, seed: UInt64, _ statistic: (Outcome) -> Double
  ) -> [Double] {
    (0..<replications).map { replication in
      var outcome = run(customers: customers + warmUp, seed: seed, replication: replication)
      outcome.waits.removeFirst(warmUp)
      outcome.sojourns.removeFirst(warmUp)
      return statistic(outcome)
    }
  }
}

/// What changes while a waiting line runs.
private struct WaitingLineState: ~Copyable {
  var arrivals: RandomStream
  var services: RandomStream
  var queue = EventQueue(start: .epoch)
  var waiting: ArraySlice<Instant> = []
  var busy = 0
  var outcome = WaitingLine.Outcome()

  init(seed: UInt64, replication: Int) {
    arrivals = RandomStream(seed: seed, replication: replication, purpose: .arrival, entity: "line")
    services = RandomStream(seed: seed, replication: replication, purpose: .service, entity: "line")
  }
}

/// The waits of successive customers by Lindley's recursion, from a given first wait; unit mean service.
func lindley(count: Int, load: Double, first: Double, _ draws: inout RandomStream) -> [Double] {
  var wait = first
  return (0..<count).map { _ in
    let now = wait
    wait = max(0, wait + draws.exponential() - draws.exponential() / load)
    return now
  }
}
