import Simulation
import Units

/// A waiting line on the real kernel: arrivals and completions through `EventQueue`, draws from named streams.
struct WaitingLine {
  /// What came out.
  struct Outcome {
    var waits: [Double] = []
    var sojourns: [Double] = []
    var arrived = 0
    var lost = 0
    var sojournTotal: Int128 = 0
    var gauge = TimeWeightedGauge(level: 0, at: .epoch)
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
    var arrivals = RandomStream(seed: seed, replication: replication, purpose: .arrival, entity: "line")
    var services = RandomStream(seed: seed, replication: replication, purpose: .service, entity: "line")
    var queue = EventQueue(start: .epoch)
    var outcome = Outcome()
    var waiting = Lane()
    var busy = 0
    queue.schedule(at: .epoch, priority: .arrival, payload: Self.arrival)
    while let (now, payload) = queue.pop() {
      outcome.hash.fold(UInt64(now.nanoseconds) ^ payload)
      let key = UInt64(now.nanoseconds)
      if payload == Self.arrival {
        outcome.arrived += 1
        if outcome.arrived < customers {
          let gap = arrivals.exponentialNanoseconds(mean: Self.unit / load)
          queue.schedule(at: now + Interval(nanoseconds: gap), priority: .arrival, payload: Self.arrival)
        }
        if busy + waiting.count >= capacity {
          outcome.lost += 1
          continue
        }
        outcome.gauge.add(1, at: now)
        waiting.push(key: key, payload: 0)
      } else {
        busy -= 1
        outcome.gauge.add(-1, at: now)
        outcome.sojournTotal += Int128(now.nanoseconds) - Int128(payload >> 2)
        outcome.sojourns.append(Double(now.nanoseconds - Int64(payload >> 2)) / Self.unit)
      }
      if busy < servers, let (since, _) = waiting.pop() {
        busy += 1
        outcome.waits.append(Double(key - since) / Self.unit)
        let time = Int64(service(&services) * Self.unit)
        queue.schedule(
          at: now + Interval(nanoseconds: time), priority: .release, payload: since << 2 | Self.completion)
      }
    }
    return outcome
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

/// The waits of successive customers by Lindley's recursion, from a given first wait; unit mean service.
func lindley(count: Int, load: Double, first: Double, _ draws: inout RandomStream) -> [Double] {
  var wait = first
  return (0..<count).map { _ in
    let now = wait
    wait = max(0, wait + draws.exponential() - draws.exponential() / load)
    return now
  }
}
