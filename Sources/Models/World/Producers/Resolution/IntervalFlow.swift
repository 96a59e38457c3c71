internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// The streams whose writers are settled interval by interval, and what is counted of them second by second.
struct IntervalFlow {
  private var flows: [StreamFlow] = []
  /// By stream: its flow; by producer: whether it is in one.
  private var ofStream: [Int?], covered: [Bool]
  /// By flow and shard: the instant for which an event is scheduled.
  private var scheduled: [[Instant]] = []
  /// The shards that events are for.
  private var slots: [(flow: Int, shard: Int)] = [], slotOf: [[Int]] = []
  private var told: Instant

  init(_ prepared: PreparedExperiment, _ naming: DrawNaming, _ endpoint: borrowing Endpoint) {
    let experiment = prepared.experiment, horizon = experiment.horizon
    ofStream = experiment.streams.map { _ in nil }
    covered = experiment.producers.map { _ in false }
    told = horizon.start
    let service = Sampler(experiment.serviceTimes.put)
    for plan in prepared.flows {
      let writers = plan.writers.map { writer in
        let producer = prepared.producers[writer.producer]
        return FlowWriter(
          producer: writer.producer, plan: producer, keys: writer.keys, moments: writer.moments,
          pulse: Pulse(producer, writer.moments, naming, service: service, horizon),
          room: producer.buffer / 2 * Int64(producer.spec.processes))
      }
      for writer in writers { covered[writer.producer] = true }
      ofStream[plan.stream] = flows.count
      flows.append(
        StreamFlow(
          plan, writers, name: experiment.streams[plan.stream].name, until: horizon.start + horizon.duration, naming,
          service: service, endpoint, at: horizon.start))
      scheduled.append([])
      slotOf.append([])
    }
  }

  var isEmpty: Bool { flows.isEmpty }
  func settles(_ stream: Int) -> Bool { ofStream[stream] != nil }
  func covers(_ producer: Int) -> Bool { covered[producer] }
  var failure: String? { flows.lazy.compactMap(\.failure).first }

  // MARK: Settling

  mutating func settle(
    _ shard: ShardID, of stream: Int, _ holdings: inout Holdings, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard let flow = ofStream[stream] else { return }
    flows[flow].settle(shard.index, &holdings, &endpoint, &calendar, &observers)
  }

  /// Settles all, and tells what calls there were since it was last done.
  mutating func settleAll(
    _ holdings: inout Holdings, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    for flow in flows.indices {
      flows[flow].settleAll(&holdings, &endpoint, &calendar, &observers)
      flows[flow].tell(from: told, to: calendar.now, &holdings, &endpoint, &observers)
    }
    told = calendar.now
  }

  mutating func follow(_ stream: Int, _ endpoint: borrowing Endpoint, at now: Instant) {
    guard let flow = ofStream[stream] else { return }
    flows[flow].follow(endpoint.stream(stream), at: now)
  }

  // MARK: Drawing ahead

  mutating func lookAhead(in shard: ShardID, of stream: Int, _ calendar: inout Calendar) {
    guard let flow = ofStream[stream], let next = flows[flow].lookAhead(in: shard.index) else { return }
    while scheduled[flow].count <= shard.index {
      scheduled[flow].append(.epoch)
      slotOf[flow].append(slots.count)
      slots.append((flow, scheduled[flow].count - 1))
    }
    guard scheduled[flow][shard.index] != next else { return }
    scheduled[flow][shard.index] = next
    calendar.schedule(RunEvent(.settled, slotOf[flow][shard.index]), at: max(next, calendar.now))
  }

  /// Puts what was drawn ahead. Nil when the event is void: something else was first.
  mutating func arrived(
    _ event: RunEvent, _ holdings: inout Holdings, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> (stream: Int, shard: ShardID)? {
    let (flow, shard) = slots[event.index]
    guard scheduled[flow][shard] == calendar.now else { return nil }
    scheduled[flow][shard] = .epoch
    flows[flow].settle(shard, &holdings, &endpoint, &calendar, &observers)
    return (flows[flow].stream, ShardID(shard))
  }

  // MARK: Figures

  mutating func countKeys(_ holdings: inout Holdings) {
    for flow in flows.indices { flows[flow].countKeys(&holdings) }
  }

  mutating func land(_ holdings: inout Holdings, at end: Instant) {
    for flow in flows.indices { flows[flow].land(&holdings, at: end) }
  }

  /// Adds how old the records are that one producer, or all, have not been told are stored.
  func addUnfinished(of producer: Int?, at instant: Instant, to ages: inout LatencyHistogram) {
    for flow in flows { flow.addUnfinished(of: producer, at: instant, to: &ages) }
  }
}

extension Pulse {
  /// The pulse of a producer: by calls where they are few enough to matter.
  init(
    _ plan: ProducerPlan, _ moments: SizeMoments, _ naming: DrawNaming, service: Sampler, _ horizon: Horizon
  ) {
    let isByRate = plan.spec.batching == .putRecord || plan.spec.processes > CallSource.mostCallers
    self.init(
      isByRate
        ? .rates(RateSource(plan, naming, service: service, horizon))
        : .calls(CallSourceBox(CallSource(plan, moments, naming, service: service, horizon))), from: horizon.start)
  }
}
