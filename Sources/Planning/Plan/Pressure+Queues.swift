internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

// What holds up those who work on a queue.
extension Pressure {
  /// What a queue met in a run, what explains most first: the wall, records that expired, work done twice, too few hands.
  static func queue(of index: Int, in result: RunResult) -> [Pressure] {
    let consumer = result.consumers[index]
    guard let queue = consumer.queue else { return [] }
    return [
      wall(queue, index, in: result), retention(index, in: result), redelivery(queue, index, in: result),
      behind(index, in: result),
    ].compactMap(\.self)
  }

  /// The limit of records in flight was reached: how many would be in flight if all that came were done, by Little's law.
  private static func wall(_ queue: QueueResult, _ index: Int, in result: RunResult) -> Pressure? {
    let spec = result.experiment.consumers[index]
    guard queue.secondsAtLimit > 0, let mean = queue.inFlightMean else { return nil }
    let done = Double(max(1, queue.acknowledged + queue.died))
    let incoming = Double(result.streams[spec.stream].incomingRecords)
    return Pressure(
      subject: .consumer(index), limit: .queueInFlight, name: spec.name, needs: mean * max(1, incoming / done),
      has: Double(queue.inFlightLimit), unit: "records",
      remark:
        "receives waited in \(queue.secondsAtLimit) of \(queue.seconds) seconds; a shorter visibility, a visibility of 0 after "
        + "a failure, or another queue for a part of the records")
  }

  /// Records left the stream before a consumer read them.
  static func retention(_ index: Int, in result: RunResult) -> Pressure? {
    let consumer = result.consumers[index]
    guard consumer.expired > 0 else { return nil }
    let kept = result.experiment.streams[result.experiment.consumers[index].stream].retention
    return Pressure(
      subject: .consumer(index), limit: .retention, name: consumer.name, needs: Double(consumer.expired), has: 0,
      unit: "records", remark: "kept for \(kept)")
  }

  /// Receipts of records that were received before.
  private static func redelivery(_ queue: QueueResult, _ index: Int, in result: RunResult) -> Pressure? {
    guard queue.received > queue.acknowledged, queue.failedAttempts + queue.lateAcknowledgements > 0 else { return nil }
    let visibility = result.experiment.consumers[index].queue?.visibility ?? .zero
    return Pressure(
      subject: .consumer(index), limit: .queueRedelivery, name: result.consumers[index].name,
      needs: Double(queue.received), has: Double(queue.acknowledged), unit: "receipts",
      remark:
        "\(queue.failedAttempts) attempts failed, \(queue.lateAcknowledgements) acknowledgements came after the visibility of "
        + "\(visibility); a longer one, a heartbeat or fewer records a receive")
  }

  /// Records left over though receives did not wait.
  private static func behind(_ index: Int, in result: RunResult) -> Pressure? {
    guard isBehind(index, in: result) else { return nil }
    let consumer = result.consumers[index]
    return Pressure(
      subject: .consumer(index), limit: .consumer, name: consumer.name, needs: Double(consumer.backlog), has: 0,
      unit: "records", remark: "visible at the end: more instances, threads or faster work")
  }

  /// Whether a number of the catalogue that a consumer comes to, by its path there, can be broken by it.
  func breaks(figure path: String) -> Bool {
    switch limit {
    case .queueInFlight: ["in_flight", "backlog", "expired", "falling_behind"].contains { path.contains($0) }
    case .retention: path.contains("expired")
    case .queueRedelivery: ["amplification", "dead_letters", "duplicate"].contains { path.contains($0) }
    case .consumer: ["backlog", "falling_behind"].contains { path.contains($0) }
    default: false
    }
  }
}
