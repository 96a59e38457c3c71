internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// What a queue comes to, looked at second by second.
struct QueueBook: Sendable {
  /// Counted by those who work on it.
  var result: QueueResult
  private let name: String
  private var isFull = false, hasDied = false

  init(_ name: String, limit: Int64, instances: Int) {
    (self.name, result) = (name, QueueResult(inFlightLimit: limit))
    (result.instances, result.instancesPeak) = (instances, instances)
  }

  /// A second ends, records being where they are.
  mutating func note(_ counts: QueueCounts, at now: Instant, _ observers: inout Observers) {
    let inFlight = counts.inFlight + counts.deadInFlight
    result.seconds += 1
    result.inFlightSum += inFlight
    (result.inFlightPeak, result.deadPeak) = (max(result.inFlightPeak, inFlight), max(result.deadPeak, counts.dead))
    result.visiblePeak = max(result.visiblePeak, counts.visible)
    if inFlight >= result.inFlightLimit { result.secondsAtLimit += 1 }
    if inFlight >= result.inFlightLimit, !isFull {
      isFull = true
      observers.note(.inFlightLimit, name, "\(inFlight) records in flight: receives wait", at: now)
    }
    guard counts.dead > 0, !hasDied else { return }
    hasDied = true
    observers.note(.recordsDied, name, "the first dead letters", at: now)
  }

  /// Statistics begin anew.
  mutating func endWarmup() {
    result.acknowledgedAfter = LatencyHistogram()
    (result.inFlightPeak, result.inFlightSum, result.seconds, result.secondsAtLimit) = (0, 0, 0, 0)
    (result.visiblePeak, result.deadPeak) = (0, 0)
  }

  /// What it came to, `unread` being the ages of what was never received.
  func outcome(of queue: KinesisCore.Queue, unread: LatencyHistogram, at instant: Instant) -> QueueResult {
    var result = result, open = unread
    let counts = queue.counts, ledger = queue.ledger
    (result.received, result.acknowledged) = (ledger.received, ledger.acknowledged)
    (result.emptyReceives, result.died) = (ledger.emptyReceives, ledger.died)
    (result.restored, result.discarded) = (ledger.restored, ledger.discarded)
    (result.expiredDead, result.deadEnd) = (ledger.expiredDead, counts.dead + counts.deadInFlight)
    result.inFlightEnd = counts.inFlight
    for arrival in queue.heldArrivals { open.record(instant - arrival) }
    result.acknowledgedAfter.add(unfinished: open)
    return result
  }
}
