internal import KinesisCore
internal import Simulation
internal import Units

/// What a scenario's fault does to one stream: the fault begun last counts, until it ends.
struct StreamFaults: Sendable {
  private var bursts: [(event: Int, share: Double)] = [], spikes: [(event: Int, factor: Double)] = []

  /// The share of put and GetRecords calls that fails whole.
  var failingShare: Double { bursts.last?.share ?? 0 }

  /// How many times as long calls take.
  var latencyFactor: Double { spikes.last?.factor ?? 1 }

  mutating func beginBurst(_ event: Int, share: Double) { bursts.append((event, share)) }
  mutating func beginSpike(_ event: Int, factor: Double) { spikes.append((event, factor)) }

  mutating func end(_ event: Int) {
    bursts.removeAll { $0.event == event }
    spikes.removeAll { $0.event == event }
  }
}

/// Faults of the service, and calls that fail whole.
extension Run {
  mutating func beginFault(_ event: Int) {
    switch experiment.events[event].action {
    case .errorBurst(let stream, let share):
      for index in affected(stream) { faults[index].beginBurst(event, share: share) }
      noteFault(
        .faultBegan, stream, "InternalFailure or ServiceUnavailable for \(Int((share * 100).rounded())) % of calls")
    case .latencySpike(let stream, let factor):
      for index in affected(stream) { faults[index].beginSpike(event, factor: factor) }
      noteFault(.faultBegan, stream, "calls take \(factor) times as long")
    case .setRateFactor, .splitShard, .mergeShards, .updateShardCount, .stopConsumer, .startConsumer,
      .destinationOutage, .destinationSlowdown, .firehoseFailover, .switchMode, .setWarmThroughput, .crashWorkers:
      return
    }
  }

  mutating func endFault(_ event: Int) {
    switch experiment.events[event].action {
    case .errorBurst(let stream, _):
      for index in affected(stream) { faults[index].end(event) }
      noteFault(.faultEnded, stream, "calls are answered again")
    case .latencySpike(let stream, _):
      for index in affected(stream) { faults[index].end(event) }
      noteFault(.faultEnded, stream, "calls take their usual time")
    case .setRateFactor, .splitShard, .mergeShards, .updateShardCount, .stopConsumer, .startConsumer,
      .destinationOutage, .destinationSlowdown, .firehoseFailover, .switchMode, .setWarmThroughput, .crashWorkers:
      return
    }
  }

  private func affected(_ stream: Int?) -> Range<Int> { stream.map { $0..<$0 + 1 } ?? faults.indices }

  private mutating func noteFault(_ kind: Note.Kind, _ stream: Int?, _ detail: String) {
    notes.add(kind, stream.map { account.streams[$0].name } ?? "all streams", detail, at: now)
  }

  /// Whether a process's call to a stream that is there now fails whole. Draws only while a fault is on.
  mutating func isFailing(_ stream: Int, for process: Int) -> Bool {
    let share = faults[stream].failingShare
    return share > 0 && processes[process].failures.chance(share)
  }

  /// The same of a reader's GetRecords call.
  mutating func isFailing(_ stream: Int, forReader reader: Int) -> Bool {
    let share = faults[stream].failingShare
    return share > 0 && readers[reader].failures.chance(share)
  }

  /// A service time on a stream, longer while a fault stretches it.
  func stretched(_ nanoseconds: Int64, on stream: Int) -> Int64 {
    let factor = faults[stream].latencyFactor
    return factor == 1 ? nanoseconds : Int64((Double(nanoseconds) * factor).rounded())
  }

  /// How long a put call of a process takes there and back.
  mutating func roundTrip(of process: Int, _ plan: ProducerPlan) -> Interval {
    let service = putTime.draw(from: &processes[process].latencies)
    let network = plan.network.draw(from: &processes[process].latencies)
    let trip = (plan.firehose == nil ? stretched(service, on: plan.stream) : service) + network
    trajectory.fold(UInt64(trip))
    return Interval(nanoseconds: trip)
  }

  /// A call that stored nothing because the service failed.
  mutating func noteFailedCall(_ plan: ProducerPlan, records: Int) {
    let isSingle = plan.spec.batching == .putRecord
    book.note(isSingle ? .putRecordSuccess : .putRecordsSuccess, 0, stream: plan.stream)
    guard !isSingle else { return }
    book.note(.putRecordsTotal, Double(records), stream: plan.stream)
    book.note(.putRecordsFailed, Double(records), stream: plan.stream)
  }
}
