internal import Experiment
internal import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// A delivery attempt or a call of a transform, under way.
struct Attempt: Sendable {
  enum Kind: Sendable {
    case delivery(Delivery)
    case invocation(Invocation)
  }
  let firehose: Int
  let kind: Kind
  /// Whether it will fail because nobody answers in time; and how long it takes.
  let timesOut: Bool, took: Interval

  init(_ firehose: Int, _ kind: Kind, takes time: Interval, atMost timeout: Interval?) {
    (self.firehose, self.kind) = (firehose, kind)
    timesOut = timeout.map { time > $0 } ?? false
    took = timeout.map { min(time, $0) } ?? time
  }
}

/// What delivery streams share: the numbers of their readers in events, and of what they wait for.
struct DeliveryDesk: Sendable {
  private(set) var sources: [(firehose: Int, source: Int)] = []
  private var attempts: [Attempt?] = []
  /// Numbers of attempts that are used again.
  private var free: [Int] = []

  /// The number in events of a delivery stream's next reader.
  mutating func addSource(_ source: Int, of firehose: Int) -> Int {
    sources.append((firehose, source))
    return sources.count - 1
  }

  /// An attempt begins.
  mutating func begin(_ attempt: Attempt, _ calendar: inout Calendar) {
    calendar.fold(UInt64(attempt.took.nanoseconds))
    let slot = free.popLast() ?? attempts.count
    if slot == attempts.count { attempts.append(attempt) } else { attempts[slot] = attempt }
    calendar.schedule(RunEvent(.attemptEnd, slot), at: calendar.now + attempt.took, .release)
  }

  /// It comes to its end.
  mutating func end(_ slot: Int) -> Attempt? {
    defer { attempts[slot] = nil }
    free.append(slot)
    return attempts[slot]
  }
}

/// The room of the delivery streams.
struct Deliveries: Sendable {
  private var firehoses: [Firehose]
  private var desk = DeliveryDesk()
  /// For each stream the delivery streams that read it.
  private let ofStream: [[Int]]

  init(_ experiment: Experiment, replication: Int) {
    let all = experiment.firehoses.indices
    ofStream = experiment.streams.indices.map { stream in all.filter { experiment.firehoses[$0].stream == stream } }
    firehoses = all.map { Firehose($0, of: experiment, replication: replication) }
  }

  /// The run begins.
  mutating func begin(_ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers) {
    for number in firehoses.indices { firehoses[number].open(&desk, &endpoint, &calendar, &observers) }
  }

  // MARK: Events

  /// The shard whose reader an event is for.
  func place(of event: RunEvent) -> Place? {
    let (firehose, source) = desk.sources[event.index]
    return firehoses[firehose].place(of: source)
  }

  /// An event of the room's.
  mutating func take(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    switch event.kind {
    case .sourcePoll:
      let (firehose, source) = desk.sources[event.index]
      firehoses[firehose].poll(source, &endpoint, &calendar, &observers)
    case .sourceAnswer:
      let (firehose, source) = desk.sources[event.index]
      firehoses[firehose].arrive(at: source, &desk, &endpoint, &calendar, &observers)
    case .deliveryWake: firehoses[event.index].wake(&desk, &endpoint, &calendar, &observers)
    case .attemptEnd:
      guard let attempt = desk.end(event.index) else { return }
      firehoses[attempt.firehose].end(attempt, &desk, &endpoint, &calendar, &observers)
    default: preconditionFailure("an event of another room")
    }
  }

  // MARK: What others do

  /// PutRecordBatch: how many of each entry a delivery stream takes, none when the call is refused as a whole.
  mutating func put(
    _ batch: [DeliveryRecord], to firehose: Int, took: Interval, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> [Int32] {
    firehoses[firehose].put(batch, took: took, &desk, &endpoint, &calendar, &observers)
  }

  /// The scenario begins or ends what it does to a delivery stream.
  mutating func changeOutages(of firehose: Int, by change: Int, at now: Instant, _ observers: inout Observers) {
    firehoses[firehose].changeOutages(by: change, at: now, &observers)
  }

  mutating func beginSlowdown(
    of firehose: Int, event: Int, factor: Double, at now: Instant, _ observers: inout Observers
  ) {
    firehoses[firehose].beginSlowdown(event, factor: factor, at: now, &observers)
  }

  mutating func endSlowdown(of firehose: Int, event: Int, at now: Instant, _ observers: inout Observers) {
    firehoses[firehose].endSlowdown(event, at: now, &observers)
  }

  mutating func failOver(
    _ firehose: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    firehoses[firehose].failOver(&desk, &endpoint, &calendar, &observers)
  }

  /// The first position of a shard that a delivery stream has not been handed; the tip when there is none.
  func firstNeeded(of stream: Int, _ shard: Int, _ tip: Int64) -> Int64 {
    ofStream[stream].reduce(tip) { min($0, firehoses[$1].firstNeeded(of: shard)) }
  }

  // MARK: Figures

  /// Once a second: what there is to see at any time.
  mutating func observe(_ endpoint: inout Endpoint, at instant: Instant) {
    for number in firehoses.indices { firehoses[number].observe(&endpoint, at: instant) }
  }

  /// Statistics begin anew.
  mutating func endWarmup() { for number in firehoses.indices { firehoses[number].endWarmup() } }

  /// Records that callers put into delivery streams, and those of their attempts that were throttled.
  var putRecords: Int64 { firehoses.reduce(0) { $0 + $1.putRecords } }
  var throttledRecords: Int64 { firehoses.reduce(0) { $0 + $1.tally.ingest.throttledRecords } }

  /// How late the records are that one delivery stream, or all, have not delivered.
  func undelivered(of firehose: Int?, _ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram {
    let chosen = firehose.map { $0..<$0 + 1 } ?? firehoses.indices
    var ages = LatencyHistogram()
    for number in chosen { ages.add(firehoses[number].undelivered(endpoint, at: instant)) }
    return ages
  }

  func results(_ endpoint: borrowing Endpoint, at instant: Instant) -> [FirehoseResult] {
    firehoses.indices.map { firehoses[$0].result(endpoint, at: instant) }
  }

  /// What they used that has a price, over a span of time.
  func use(over span: Interval) -> [DeliveryUse] { firehoses.indices.map { firehoses[$0].use(over: span) } }
}
