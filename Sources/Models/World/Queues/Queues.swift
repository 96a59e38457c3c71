internal import Experiment
internal import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// The room of queues and those who work on them. A queue is known by its consumer's number.
struct Queues: Sendable {
  private var consumers: [QueueConsumer] = []
  /// By consumer of the run, its place here.
  private var places: [Int?]
  /// By stream, the places of its queues.
  private var ofStream: [[Int]]
  /// By worker in events, the place of its consumer.
  private var owners: [Int32] = []

  init(_ experiment: Experiment) {
    places = experiment.consumers.map { _ in nil }
    ofStream = experiment.streams.map { _ in [] }
  }

  /// Whether a consumer works on a queue.
  func has(_ number: Int) -> Bool { places[number] != nil }

  /// The queue of a consumer: ACTIVE since before the run.
  mutating func add(
    _ number: Int, _ queue: QueueSpec, of experiment: Experiment, replication: Int, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar
  ) {
    let spec = experiment.consumers[number], now = calendar.now
    let settings = QueueSettings(
      visibility: queue.visibility, deadLetters: queue.maxReceives.map { .builtIn(maxReceives: $0) } ?? .none)
    let naming = DrawNaming(seed: experiment.seed, replication: replication)
    var seeds = naming.stream(.control, of: spec.name)
    let position = endpoint.queues(of: spec.stream) { stream, _, _ in
      do throws(Refusal) {
        return try stream.registerActiveQueue(
          spec.name, settings, from: spec.start == .latest ? .latest : .trimHorizon, seed: seeds.next(), at: now)
      } catch {
        preconditionFailure("the scenario was checked against the rules of queues: \(error.message)")
      }
    }
    let consumer = QueueConsumer(
      number, queue, of: experiment, at: position, place: consumers.count, base: owners.count, replication: replication)
    places[number] = consumers.count
    ofStream[spec.stream].append(consumers.count)
    owners += Array(repeating: Int32(consumers.count), count: consumer.workerCount)
    consumers.append(consumer)
  }

  // MARK: What happens

  mutating func deploy(_ number: Int, _ calendar: inout Calendar) {
    if let place = places[number] { consumers[place].deploy(&calendar) }
  }

  mutating func stop(_ number: Int, _ endpoint: inout Endpoint, at now: Instant, _ observers: inout Observers) {
    if let place = places[number] { consumers[place].stop(&endpoint, at: now, &observers) }
  }

  mutating func start(_ number: Int, _ calendar: inout Calendar, _ observers: inout Observers) {
    if let place = places[number] { consumers[place].start(&calendar, &observers) }
  }

  /// An event of the room's.
  mutating func take(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    switch event.kind {
    case .queueWake: consumers[event.index].wake(&endpoint, &calendar, &observers)
    case .queueDead: consumers[event.index].lookAfterDead(&endpoint, &calendar)
    case .queueLook: consumers[event.index].look(&endpoint, &calendar, &observers)
    default: consumers[Int(owners[event.index])].take(event, &endpoint, &calendar, &observers)
    }
  }

  /// Records were stored in a stream.
  mutating func announce(_ stream: Int, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    for place in ofStream[stream] { consumers[place].arm(endpoint, &calendar) }
  }

  // MARK: Figures

  /// A second ends.
  mutating func observe(
    _ endpoint: inout Endpoint, at now: Instant, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    for place in consumers.indices { consumers[place].observe(&endpoint, at: now, &calendar, &observers) }
  }

  mutating func note(age: Interval, of number: Int, at instant: Instant) {
    if let place = places[number] { consumers[place].note(age: age, at: instant) }
  }

  mutating func endWarmup() { for place in consumers.indices { consumers[place].endWarmup() } }

  func firstNeeded(of stream: Int, _ shard: Int, _ tip: Int64) -> Int64 {
    ofStream[stream].reduce(tip) { min($0, consumers[$1].firstNeeded(of: shard)) }
  }

  // Of a consumer that works on a queue; nil of others.

  func age(of number: Int, _ endpoint: borrowing Endpoint, at instant: Instant) -> Interval? {
    guard let place = places[number] else { return nil }
    return consumers[place].age(endpoint, at: instant)
  }

  func unread(of number: Int, _ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram? {
    guard let place = places[number] else { return nil }
    return consumers[place].unread(endpoint, at: instant)
  }

  func tally(of number: Int) -> Tally? { places[number].map { consumers[$0].tally } }

  func result(of number: Int, _ endpoint: borrowing Endpoint, at instant: Instant) -> ConsumerResult? {
    guard let place = places[number] else { return nil }
    return consumers[place].outcome(endpoint, at: instant)
  }

  /// What a queue used that has a price, if anybody knew it.
  func use(of number: Int, _ name: String) -> ApplicationUse? {
    guard let place = places[number] else { return nil }
    var use = ApplicationUse(name)
    use.queueBytes = Int128(consumers[place].bytes)
    return use
  }
}
