internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// Where a delivery stream delivers to, and its transform's function: how long they take, and what fails.
struct Destination: Sendable {
  private let kind: DeliveryDestination, errorRate: Double
  private let latency: Sampler, transformTime: Sampler
  private var latencies: RandomStream, transformTimes: RandomStream, outcomes: RandomStream
  /// How many outages are under way, and the slow-downs, the one begun last at the end.
  private var outages = 0, slowdowns: [(event: Int, factor: Double)] = []
  /// What it still takes in this second, if it has a limit.
  private var room: TokenBucket?

  init(_ spec: FirehoseSpec, at start: Instant, random: (Purpose) -> RandomStream) {
    (kind, errorRate) = (spec.configuration.destination, spec.errorRate)
    (latency, transformTime) = (Sampler(spec.destinationLatency), Sampler(spec.transformTime))
    (latencies, transformTimes, outcomes) = (random(.latency), random(.service), random(.failure))
    room = spec.destinationLimit.map { TokenBucket(rate: $0.count, depth: $0.count, at: start) }
  }

  // MARK: Times

  /// How long an attempt takes that nobody gives up.
  mutating func time(of delivery: Delivery) -> Interval {
    let time = latency.draw(from: &latencies)
    guard delivery.target == .destination, let factor = slowdowns.last?.factor else {
      return Interval(nanoseconds: time)
    }
    return Interval(nanoseconds: Int64(clamping: (Double(time) * factor).rounded()))
  }

  /// How long an invocation of the transform takes that nobody gives up.
  mutating func time(of _: Invocation) -> Interval { Interval(nanoseconds: transformTime.draw(from: &transformTimes)) }

  // MARK: Outcomes

  /// Whether an attempt that ends now fails. The error output and the backup fail only with the bucket they share.
  mutating func fails(_ delivery: Delivery, at now: Instant) -> Bool {
    switch delivery.target {
    case .destination:
      outages > 0 || (errorRate > 0 && outcomes.chance(errorRate)) || isFull(for: delivery, at: now)
    case .errorOutput: outages > 0 && kind == .s3
    case .backup: false
    }
  }

  /// Whether it has no room in this second. One that has takes all of the delivery, and may be full for longer.
  private mutating func isFull(for delivery: Delivery, at now: Instant) -> Bool {
    guard var room else { return false }
    guard room.isSolvent(at: now) else {
      self.room = room
      return true
    }
    room.overdraw(delivery.bytesOut, at: now)
    self.room = room
    return false
  }

  /// Between 850 and 1,150 thousandths of the wait before a retry.
  mutating func jitter() -> Int64 { 850 + Int64(outcomes.below(301)) }

  /// How many of a transform's records a function that returns answers Dropped to, and ProcessingFailed.
  mutating func outcome(of records: Int, _ spec: FirehoseSpec) -> (dropped: Int, failed: Int) {
    let dropped = outcomes.binomial(n: records, p: spec.droppedShare), left = 1 - spec.droppedShare
    let share = left > 0 ? min(1, spec.failedShare / left) : 0
    return (dropped, outcomes.binomial(n: records - dropped, p: share))
  }

  // MARK: Faults

  /// An outage begins or ends. Returns whether it takes nothing now.
  mutating func changeOutages(by change: Int) -> Bool {
    outages += change
    return outages > 0
  }

  mutating func beginSlowdown(_ event: Int, factor: Double) { slowdowns.append((event, factor)) }
  mutating func endSlowdown(_ event: Int) { slowdowns.removeAll { $0.event == event } }
}
