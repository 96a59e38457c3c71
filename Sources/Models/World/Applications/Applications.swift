internal import Experiment
internal import KinesisCore
internal import Limits
internal import Pricing
internal import Simulation
internal import Units

/// What the applications of an account share: the numbers of their readers in events, and the functions that run at once.
struct Commons: Sendable {
  /// The application of each reader, and the reader's number there.
  private(set) var slots: [(application: Int, reader: Int)] = []
  private var counts: [Int]
  var functions: FunctionConcurrency

  init(_ experiment: Experiment) {
    counts = experiment.consumers.map { _ in 0 }
    functions = FunctionConcurrency(limit: experiment.limits[.lambda.concurrency])
  }

  /// The number in events of an application's next reader.
  mutating func addReader(of application: Int) -> Int {
    slots.append((application, counts[application]))
    counts[application] += 1
    return slots.count - 1
  }
}

/// The room of the consumer applications.
struct Applications: Sendable {
  private(set) var applications: [Application] = []
  private var commons: Commons
  /// For each stream its applications, and those with enhanced fan-out.
  private var ofStream: [[Int]], fanOut: [[Int]]
  /// Those that work on queues, which read no shards: their places among the applications stay empty.
  private var queues: Queues
  /// By stream whose writers are settled: the applications whose polls need no events.
  private let settled: [(stream: Int, applications: [Int])]

  init(_ experiment: Experiment, _ flows: [StreamFlowPlan]) {
    commons = Commons(experiment)
    ofStream = experiment.streams.map { _ in [] }
    fanOut = ofStream
    queues = Queues(experiment)
    settled = flows.filter { !$0.readers.isEmpty }.map { ($0.stream, $0.readers) }
  }

  /// The run begins, and with it those that the scenario does not start later.
  mutating func begin(
    _ experiment: Experiment, replication: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) {
    for (number, spec) in experiment.consumers.enumerated() {
      let isPushed = spec.isFanOut
      if let queue = spec.queue {
        applications.append(Application(number, of: experiment, fanOut: nil, replication: replication))
        queues.add(number, queue, of: experiment, replication: replication, &endpoint, &calendar)
        if !experiment.deploysLate(number) { queues.deploy(number, &calendar) }
        continue
      }
      ofStream[spec.stream].append(number)
      if isPushed { fanOut[spec.stream].append(number) }
      let position = isPushed ? endpoint.register(spec.name, with: spec.stream, at: calendar.now) : nil
      applications.append(Application(number, of: experiment, fanOut: position, replication: replication))
      if !experiment.deploysLate(number) { applications[number].deploy(&commons, &endpoint, &calendar) }
    }
  }

  // MARK: Events

  /// An event of the room's.
  mutating func take(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    switch event.kind {
    case .invoke, .invoked: takeInvocation(event, &endpoint, &calendar, &observers)
    case .flinkMinute: applications[event.index].closeMinute(&endpoint, &calendar, &observers)
    case .flinkResume: applications[event.index].resume(&commons, &endpoint, &calendar, &observers)
    case .queueCall, .queueAnswer, .queueDone, .queueBeat, .queueWake, .queueDead, .queueLook:
      queues.take(event, &endpoint, &calendar, &observers)
    default:
      let (application, reader) = commons.slots[event.index]
      take(event.kind, application, reader, &endpoint, &calendar, &observers)
    }
  }

  private mutating func take(
    _ kind: RunEvent.Kind, _ application: Int, _ reader: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    switch kind {
    case .read: applications[application].read(reader, &endpoint, &calendar, &observers)
    case .arrival: applications[application].arrive(at: reader, &commons, &endpoint, &calendar, &observers)
    case .processed: applications[application].processed(by: reader, &commons, &endpoint, &calendar, &observers)
    case .lease: applications[application].activate(reader, &endpoint, &calendar)
    default: preconditionFailure("an event of another room")
    }
  }

  private mutating func takeInvocation(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let (application, reader, part) = subShard(event.index)
    guard event.kind == .invoked else {
      return applications[application].invoke(reader, part, &commons, &endpoint, &calendar, &observers)
    }
    commons.functions.end()
    applications[application].endInvocation(reader, part, endpoint, at: calendar.now, &observers)
    while let next = commons.functions.next() {
      let (application, reader, part) = subShard(next)
      applications[application].admit(reader, part, &commons, &endpoint, &calendar, &observers)
    }
    applications[application].goOn(reader, part, &commons, &endpoint, &calendar, &observers)
  }

  private func subShard(_ index: Int) -> (application: Int, reader: Int, part: Int) {
    let (application, reader) = commons.slots[index >> Mapping.subShardBits]
    return (application, reader, index & (1 << Mapping.subShardBits - 1))
  }

  // MARK: Settled reading

  /// Settled readers read as they would have up to now, shard by shard in order of time.
  mutating func read(_ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers) {
    for (stream, numbers) in settled {
      for shard in 0..<endpoint[stream].shards.count {
        while let (next, due) = nextStep(of: shard, by: numbers, endpoint, upTo: calendar.now) {
          applications[next].step(shard, at: due, &endpoint, &calendar, &observers)
        }
      }
    }
  }

  private func nextStep(
    of shard: Int, by numbers: [Int], _ endpoint: borrowing Endpoint, upTo now: Instant
  ) -> (number: Int, due: Instant)? {
    var next: Int?, earliest = Instant.never
    for number in numbers {
      let due = applications.span[number].nextStep(of: shard, endpoint)
      if due < earliest { (next, earliest) = (number, due) }
    }
    return earliest <= now ? next.map { ($0, earliest) } : nil
  }

  /// Readers that only wait go by no events from now on; or all by events again, because something changes.
  mutating func settle(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    for (_, numbers) in settled { for number in numbers { applications[number].settle(true, endpoint, &calendar) } }
  }
  mutating func unsettle(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    for (_, numbers) in settled { for number in numbers { applications[number].settle(false, endpoint, &calendar) } }
  }

  // MARK: What others do

  /// Records were stored in a stream: its fan-out consumers get them, and its queues.
  mutating func announce(_ stream: Int, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    queues.announce(stream, endpoint, &calendar)
    for number in fanOut[stream] {
      endpoint.reached.forEach { applications[number].awaitPush(of: $0, endpoint, &calendar) }
    }
  }

  /// Records were stored in a shard: its fan-out readers get them.
  mutating func announce(_ stream: Int, _ shard: ShardID, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    for number in fanOut[stream] { applications[number].awaitPush(of: shard, endpoint, &calendar) }
  }

  /// Whether a shard has readers that wait for an event when records are stored.
  func areAwaiting(_ stream: Int, _ shard: ShardID) -> Bool {
    fanOut[stream].contains { applications.span[$0].isAwaiting(shard) }
  }

  /// The shard whose reader an event is for.
  func place(of event: RunEvent) -> Place {
    let (application, reader) = commons.slots[event.index]
    return applications[application].place(of: reader)
  }

  /// Shards of a stream may have closed: fan-out readers of those get their last event.
  mutating func followShards(of stream: Int, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    for number in fanOut[stream] { applications[number].awaitEnds(endpoint, &calendar) }
  }

  /// The scenario begins or ends what it does to an application.
  mutating func stop(_ number: Int, _ endpoint: inout Endpoint, at now: Instant, _ observers: inout Observers) {
    if queues.has(number) { return queues.stop(number, &endpoint, at: now, &observers) }
    applications[number].stop(&endpoint, at: now, &observers)
  }

  mutating func start(
    _ number: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    if queues.has(number) { return queues.start(number, &calendar, &observers) }
    applications[number].start(&commons, &endpoint, &calendar, &observers)
  }

  mutating func crash(
    _ count: Int, of number: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    applications[number].crash(count, &commons, &endpoint, &calendar, &observers)
  }

  mutating func restore(_ count: Int, of number: Int, _ calendar: inout Calendar, _ observers: inout Observers) {
    applications[number].restore(count, &calendar, &observers)
  }

  /// The first position of a shard that an application may still ask about.
  func firstNeeded(of stream: Int, _ shard: Int, _ tip: Int64) -> Int64 {
    ofStream[stream].reduce(queues.firstNeeded(of: stream, shard, tip)) {
      min($0, applications[$1].firstNeeded(of: shard))
    }
  }

  /// The first position of a shard whose key an application may still ask for.
  func firstKeyNeeded(of stream: Int, _ shard: Int, _ tip: Int64) -> Int64 {
    ofStream[stream].reduce(tip) { min($0, applications[$1].firstKeyNeeded(of: shard) ?? tip) }
  }

  // MARK: Figures

  /// A second ends for the queues.
  mutating func observeQueues(
    _ endpoint: inout Endpoint, at now: Instant, _ calendar: inout Calendar, _ observers: inout Observers
  ) { queues.observe(&endpoint, at: now, &calendar, &observers) }

  /// How old the oldest record is that each has not handed to its code: looked at every second, reads or not.
  mutating func observeAges(_ endpoint: borrowing Endpoint, at instant: Instant, _ observers: inout Observers) {
    let ages = ages(endpoint, at: instant)
    if observers.isMeasured(instant) {
      for (number, age) in ages.enumerated() {
        applications[number].note(age: age, at: instant)
        queues.note(age: age, of: number, at: instant)
      }
    }
    observers.observe(ages: ages)
  }

  func ages(_ endpoint: borrowing Endpoint, at instant: Instant) -> [Interval] {
    applications.indices.map {
      queues.age(of: $0, endpoint, at: instant) ?? applications[$0].age(endpoint, at: instant)
    }
  }

  /// How late the records are that an application, or all, have not handed to their code.
  func unread(of number: Int?, _ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram {
    var ages = LatencyHistogram()
    for number in number.map({ $0..<$0 + 1 }) ?? applications.indices {
      ages.add(
        queues.unread(of: number, endpoint, at: instant) ?? applications[number].unread(endpoint, at: instant))
    }
    return ages
  }

  /// GetRecords calls of an application, or of all: those throttled, of all made.
  func calls(of number: Int?) -> (part: Int64, whole: Int64) {
    let chosen = number.map { $0..<$0 + 1 } ?? applications.indices
    return chosen.reduce((0, 0)) {
      let tally = queues.tally(of: $1) ?? applications[$1].tally
      return ($0.0 + tally.throttledCalls, $0.1 + tally.calls)
    }
  }

  /// Statistics begin anew.
  mutating func endWarmup() {
    for number in applications.indices { applications[number].endWarmup() }
    queues.endWarmup()
  }

  func results(_ endpoint: borrowing Endpoint, at instant: Instant) -> [ConsumerResult] {
    applications.indices.map {
      queues.result(of: $0, endpoint, at: instant) ?? applications[$0].result(endpoint, at: instant)
    }
  }

  /// What they used that has a price, beside what their streams did.
  func use(_ endpoint: borrowing Endpoint, at instant: Instant) -> [ApplicationUse] {
    applications.indices.map {
      let use = applications[$0].use(endpoint, at: instant)
      return queues.use(of: $0, use.name) ?? use
    }
  }
}

extension Experiment {
  /// Whether a consumer is started by the scenario before it is ever stopped: it is deployed then.
  fileprivate func deploysLate(_ consumer: Int) -> Bool {
    let touching = events.filter { $0.action == .startConsumer(consumer) || $0.action == .stopConsumer(consumer) }
    return touching.min { $0.at < $1.at }?.action == .startConsumer(consumer)
  }
}
