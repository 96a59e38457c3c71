internal import Experiment
internal import Models
internal import Simulation
internal import Units

// Queues and those who work on them.
extension RunPage {
  var queues: [Document.Block] {
    let all = run.consumers.compactMap { consumer in consumer.queue.map { (consumer.name, $0) } }
    guard !all.isEmpty else { return [] }
    let limit = Figures.count(all[0].1.inFlightLimit)
    return [
      .table(Table("Queue", numbers: Self.flow, all.map { [.code($0)] + Self.flow(of: $1) })),
      .paragraph(
        Prose(
          "Received over acknowledged says what redelivery makes of the work. At most \(limit) records may be in flight, from "
            + "receipt to acknowledgement or the end of visibility; there receives wait.")),
      .table(Table("In flight, dead letters", numbers: Self.states, all.map { [.code($0)] + Self.states(of: $1) })),
      .table(Table("Work on", numbers: Self.work, all.map { [.code($0)] + Self.work(of: $1) })),
    ]
  }

  private static let flow = [
    "Received", "Acknowledged", "Received over acknowledged", "Empty receives", "Arrival to acknowledgement, p50 ms",
    "p99 ms",
  ]

  private static func flow(of queue: QueueResult) -> [Prose] {
    let times = queue.acknowledgedAfter
    let figures: [Prose] =
      times.count > 0
      ? [.milliseconds(times.percentile(50)), .milliseconds(times.percentile(99))] : [.nothing, .nothing]
    return [.count(queue.received), .count(queue.acknowledged), queue.amplification.map { .number($0) } ?? .nothing]
      + [.count(queue.emptyReceives)] + figures
  }

  private static let states = [
    "In flight, mean", "most", "of the limit", "Seconds at the limit", "Most visible", "Died", "Dead at the end",
    "Restored",
    "Thrown away", "Expired dead",
  ]

  private static func states(of queue: QueueResult) -> [Prose] {
    [queue.inFlightMean.map { .number($0) } ?? .nothing, .count(queue.inFlightPeak), .percent(queue.inFlightShare)]
      + [
        queue.secondsAtLimit, queue.visiblePeak, queue.died, queue.deadEnd, queue.restored, queue.discarded,
        queue.expiredDead,
      ].map(Prose.count)
  }

  private static let work = [
    "Attempts that failed", "Acknowledged too late", "Entry calls", "Instances at the end", "most", "Instance hours",
    "Scaled up",
    "down", "Crashes",
  ]

  private static func work(of queue: QueueResult) -> [Prose] {
    [queue.failedAttempts, queue.lateAcknowledgements, queue.entryCalls].map(Prose.count)
      + [.count(queue.instances), .count(queue.instancesPeak), .number(queue.instanceHours)]
      + [.count(queue.scaledUp), .count(queue.scaledDown), .count(queue.crashes)]
  }
}
