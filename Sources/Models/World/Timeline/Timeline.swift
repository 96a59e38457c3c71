internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// What the scenario makes happen.
struct Timeline: Sendable {
  private let events: [ScheduledEvent]
  private let producers: [String]
  private let warmup: Interval

  init(_ experiment: Experiment) {
    (events, producers) = (experiment.events, experiment.producers.map(\.name))
    warmup = experiment.horizon.warmup
  }

  /// Puts everything down that is known from the start.
  func begin(_ calendar: inout Calendar) {
    let start = calendar.start
    for (index, event) in events.enumerated() {
      calendar.schedule(RunEvent(.scenario, index), at: start + event.at, .control)
      if let length = event.length {
        calendar.schedule(RunEvent(.scenarioEnd, index), at: start + event.at + length, .control)
      }
    }
    // Behind the second that ends at the same instant, which belongs to the warm-up.
    if warmup > .zero { calendar.schedule(RunEvent(.warmupEnd), at: start + warmup, .control) }
    calendar.schedule(RunEvent(.second), at: start + .seconds(1), .release)
  }

  /// A scenario's event begins or ends.
  func take(
    _ event: RunEvent, _ applications: inout Applications, _ deliveries: inout Deliveries,
    _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    if event.kind == .scenario {
      begin(event.index, &applications, &deliveries, &endpoint, &calendar, &observers)
    } else {
      end(event.index, &applications, &deliveries, &endpoint, &calendar, &observers)
    }
  }

  private func begin(
    _ index: Int, _ applications: inout Applications, _ deliveries: inout Deliveries, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let now = calendar.now
    if let (stream, change) = StreamChange.asked(by: events[index].action) {
      endpoint.change(stream, change, by: .scenario, &calendar, &observers)
      return
    }
    switch events[index].action {
    case .setRateFactor(let producer, let factor):
      observers.note(.rateChanged, producers[producer], "rate × \(factor)", at: now)
    case .splitShard, .mergeShards, .updateShardCount, .switchMode, .setWarmThroughput: return
    case .errorBurst(let stream, let share):
      endpoint.begin(.errorBurst(share: share), event: index, on: stream, at: now, &observers)
    case .latencySpike(let stream, let factor):
      endpoint.begin(.latencySpike(factor: factor), event: index, on: stream, at: now, &observers)
    case .stopConsumer(let consumer): applications.stop(consumer, &endpoint, at: now, &observers)
    case .startConsumer(let consumer): applications.start(consumer, &endpoint, &calendar, &observers)
    case .crashWorkers(let consumer, let count):
      applications.crash(count, of: consumer, &endpoint, &calendar, &observers)
    case .destinationOutage(let firehose): deliveries.changeOutages(of: firehose, by: 1, at: now, &observers)
    case .destinationSlowdown(let firehose, let factor):
      deliveries.beginSlowdown(of: firehose, event: index, factor: factor, at: now, &observers)
    case .firehoseFailover(let firehose): deliveries.failOver(firehose, &endpoint, &calendar, &observers)
    }
  }

  private func end(
    _ index: Int, _ applications: inout Applications, _ deliveries: inout Deliveries, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let now = calendar.now
    switch events[index].action {
    case .setRateFactor(let producer, _): observers.note(.rateChanged, producers[producer], "rate × 1", at: now)
    case .stopConsumer(let consumer): applications.start(consumer, &endpoint, &calendar, &observers)
    case .startConsumer(let consumer): applications.stop(consumer, &endpoint, at: now, &observers)
    case .crashWorkers(let consumer, let count): applications.restore(count, of: consumer, &calendar, &observers)
    case .destinationOutage(let firehose): deliveries.changeOutages(of: firehose, by: -1, at: now, &observers)
    case .destinationSlowdown(let firehose, _):
      deliveries.endSlowdown(of: firehose, event: index, at: now, &observers)
    case .errorBurst(let stream, let share):
      endpoint.end(.errorBurst(share: share), event: index, on: stream, at: now, &observers)
    case .latencySpike(let stream, let factor):
      endpoint.end(.latencySpike(factor: factor), event: index, on: stream, at: now, &observers)
    case .splitShard, .mergeShards, .updateShardCount, .switchMode, .setWarmThroughput, .firehoseFailover: return
    }
  }
}
