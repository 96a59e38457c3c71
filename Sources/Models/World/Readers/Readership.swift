internal import Experiment
internal import KinesisCore
internal import Limits
internal import Simulation
internal import Units

/// An application's readers: for each shard it knows the one that reads it, which of its workers that belongs to, and whether
/// all is read.
struct Readership: Sendable {
  private enum Stage: Sendable {
    /// No worker has begun yet.
    case waiting
    case reading
    /// Everything up to the shard's end was processed.
    case finished
    /// Its worker crashed, and another reader stands for the shard.
    case gone
  }

  private let number: Int, name: String, stream: Int
  private let fanOut: ShardReader.FanOut?
  private let seed: UInt64, replication: Int
  private let pollInterval: Interval, poller: ConsumerSpec.Poller
  private let limits: LimitsProfile, startsAt: Instant
  private var sources: [ShardReader] = []
  private var stages: [Stage] = []
  private var leases: Leases
  private var lineage = Lineage()

  /// `fanOut` is the application's position among the stream's registered consumers; nil when it polls.
  init(_ consumer: Int, of experiment: Experiment, fanOut: Int?, replication: Int) {
    let spec = experiment.consumers[consumer], seed = experiment.seed
    limits = experiment.limits
    (number, name, stream, pollInterval, poller) = (consumer, spec.name, spec.stream, spec.pollInterval, spec.poller)
    startsAt = experiment.horizon.start
    (self.seed, self.replication) = (seed, replication)
    self.fanOut = fanOut.map { ShardReader.FanOut(position: $0, consumer: consumer) }
    let discovery: Leases.Discovery =
      spec.flink != nil
      ? .periodic(.seconds(limits[.flink.shardDiscovery]))
      : spec.hasLeases ? .scans(spec.leaseRhythm(limits)) : .immediate
    leases = Leases(workers: spec.workers, discovery, start: experiment.horizon.start) {
      RandomStream(
        seed: seed, replication: replication, purpose: .phase,
        entity: EntityName("consumers.\(spec.name).workers", index: $0))
    }
  }

  subscript(reader: Int) -> ShardReader {
    // Looked at in place: an element that is read out of the array is copied.
    _read { yield sources.span[reader] }
    _modify { yield &sources[reader] }
  }

  var isPushed: Bool { fanOut != nil }
  func reader(of shard: Int) -> Int? { lineage.reader(of: shard) }
  func worker(of reader: Int) -> Int { leases.worker(of: reader) }
  func isReading(_ reader: Int) -> Bool { stages[reader] == .reading }
  func isFinished(_ reader: Int) -> Bool { stages[reader] == .finished }
  func isGone(_ reader: Int) -> Bool { stages[reader] == .gone }

  /// The readers that a worker has or will have, in order of their shards.
  var held: [Int] { lineage.all.filter { stages[$0] != .finished && !leases.isOrphan($0) } }

  /// A random stream of a shard's reader.
  func random(_ purpose: Purpose, _ shard: ShardID, part: String = "") -> RandomStream {
    RandomStream(
      seed: seed, replication: replication, purpose: purpose,
      entity: EntityName("consumers.\(name)\(part)", index: shard.index))
  }

  // MARK: Beginning

  /// A reader of a shard that had none, `slot` being its number in events. Returns its number here.
  mutating func add(_ shard: ShardID, from position: Int64, slot: Int) -> Int {
    let draws = CallDraws(times: random(.latency, shard), failures: random(.failure, shard))
    let place = Place(stream: stream, shard: shard, slot: slot)
    let pace = PollPace(poller, period: pollInterval, limits: limits, at: startsAt) {
      random(.retryJitter, shard, part: $0)
    }
    sources.append(
      ShardReader(place, for: .consumer, fanOut: fanOut, from: position, draws: draws, pace: pace, limits: limits))
    stages.append(.waiting)
    leases.add()
    lineage.begin(shard, by: sources.count - 1)
    return sources.count - 1
  }

  /// A new reader begins at once, at a phase of its own.
  mutating func startNew(_ reader: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    leases.giveToLeastLoaded(reader)
    var phases = random(.phase, sources[reader].place.shard)
    let phase = Int64(phases.below(UInt64(max(1, pollInterval.nanoseconds))))
    start(reader, at: calendar.now + Interval(nanoseconds: phase), &endpoint, &calendar)
  }

  /// A reader of a shard that is closed already, and behind whose end the application begins.
  mutating func skip(_ reader: Int) {
    sources[reader].beginAtEnd()
    end(reader)
  }

  /// The reader holds its lease and begins to read at `instant`.
  mutating func start(_ reader: Int, at instant: Instant, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    stages[reader] = .reading
    sources[reader].start(at: instant, &endpoint, &calendar)
  }

  /// A worker has found the lease, or tries to subscribe again. A restart of the application may have been first.
  mutating func activate(_ reader: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    let isBegun = isPushed ? sources[reader].isSubscribed : stages[reader] == .reading
    guard !isBegun, !sources[reader].isDrained, stages[reader] != .gone else { return }
    start(reader, at: calendar.now, &endpoint, &calendar)
  }

  /// A worker takes a new reader's lease.
  mutating func lease(_ reader: Int, _ calendar: inout Calendar) {
    let instant = leases.take(reader, after: calendar.now)
    calendar.schedule(RunEvent(.lease, sources[reader].place.slot), at: instant)
  }

  /// The shard is read to its end, and all is processed. Returns the children that can be read now.
  mutating func finish(_ reader: Int, _ endpoint: borrowing Endpoint) -> [ShardID] {
    end(reader)
    leases.release(reader)
    return lineage.ready(after: sources[reader].place.shard, of: stream, endpoint)
  }

  private mutating func end(_ reader: Int) {
    stages[reader] = .finished
    lineage.finish(sources[reader].place.shard)
  }

  // MARK: Reading

  /// A reader's push, or its GetRecords.
  mutating func read(
    _ reader: Int, limit: Int, emptyPause: Interval?, _ tally: inout Tally, _ endpoint: inout Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard !isPushed else { return sources[reader].push(&endpoint, &calendar) }
    guard !sources[reader].isCalling,
      let call = sources[reader].poll(limit: limit, emptyPause: emptyPause, &endpoint, &calendar)
    else {
      return
    }
    tally.calls += 1
    observers.note(call, by: .consumer(number), at: calendar.now)
    guard case .throttled = call else { return }
    if tally.throttledCalls == 0 {
      observers.noteFirstRefusal(of: name, on: sources[reader].place.shard, at: calendar.now)
    }
    tally.throttledCalls += 1
  }

  // MARK: Settled reading

  /// When the next step of a shard's reader is due that is settled.
  func nextStep(of shard: Int, _ endpoint: borrowing Endpoint) -> Instant {
    guard let reader = lineage.reader(of: shard) else { return .never }
    return sources.span[reader].nextStep(endpoint)
  }

  /// Whether a shard's reader waits for an event when records are stored.
  func isAwaiting(_ shard: ShardID) -> Bool {
    guard let reader = lineage.reader(of: shard.index) else { return false }
    return !sources.span[reader].isSettled
  }

  /// Readers go by no events from now on, if they only wait; or by events again.
  mutating func settle(
    _ processors: inout Processors, _ tally: inout Tally, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    for reader in lineage.all where stages[reader] == .reading && processors.isIdle(reader) {
      if !sources[reader].settle(endpoint, at: calendar.now) {
        unsettle(reader, &processors, &tally, endpoint, &calendar)
      }
    }
  }
  mutating func unsettle(
    _ processors: inout Processors, _ tally: inout Tally, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    for reader in lineage.all { unsettle(reader, &processors, &tally, endpoint, &calendar) }
  }

  private mutating func unsettle(
    _ reader: Int, _ processors: inout Processors, _ tally: inout Tally, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar
  ) {
    guard sources[reader].isSettled else { return }
    let isBusy = processors.unsettle(reader, at: sources[reader].place, by: worker(of: reader), &tally, &calendar)
    sources[reader].unsettle(endpoint, &calendar, waits: isBusy && !processors.readAhead)
  }

  /// The step of a shard's settled reader that was due, and what becomes of it.
  mutating func step(
    _ shard: Int, at instant: Instant, limit: Int, _ processors: inout Processors, _ tally: inout Tally,
    _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard let reader = lineage.reader(of: shard) else { return }
    switch sources[reader].step(at: instant, limit: limit, &endpoint) {
    case .answered: tally.calls += 1
    case .pushed: return
    case .refused: unsettle(reader, &processors, &tally, endpoint, &calendar)
    case .arrived(let batch, let arrival):
      var room = arrival
      if batch.count > 0 {
        let free = processors.settle(
          batch, arrived: arrival, of: reader, at: sources[reader].place, &tally, endpoint, &calendar, &observers)
        if !processors.readAhead { room = free }
      }
      if !isPushed { sources[reader].settleNext(pause: pollInterval, since: room) }
    }
  }

  // MARK: Pushes

  /// Ends all subscriptions.
  mutating func hangUp(_ endpoint: inout Endpoint) {
    for reader in lineage.all { sources[reader].hangUp(&endpoint) }
  }

  /// Records were stored in a shard of the stream, of which the application is a fan-out consumer.
  mutating func awaitPush(of shard: ShardID, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    if let reader = lineage.reader(of: shard.index) { sources[reader].awaitPush(endpoint, &calendar) }
  }

  /// Shards of the stream may have closed.
  mutating func awaitEnds(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    for reader in lineage.all { sources[reader].awaitEnd(endpoint, &calendar) }
  }

  // MARK: Crashing

  /// The last workers alive vanish. Returns which, of how many, and the readers that were theirs.
  mutating func crash(_ count: Int) -> (lost: [Int], alive: Int, readers: [Int]) {
    let (lost, alive) = leases.crash(count)
    return (lost, alive, lineage.all.filter { stages[$0] != .finished && lost.contains(leases.worker(of: $0)) })
  }

  /// Another reader stands for the shard from the last checkpoint on; events of the one before find it gone.
  mutating func failOver(
    _ reader: Int, to position: Int64, slot: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) {
    sources[reader].hangUp(&endpoint)
    stages[reader] = .gone
    leases.orphan(reader, at: calendar.now)
    sources.append(sources[reader].heir(slot, from: position))
    stages.append(.waiting)
    lineage.begin(sources[reader].place.shard, by: sources.count - 1)
    adopt(sources.count - 1, &calendar)
  }

  /// Workers are back, without leases: they take those nobody holds, and new ones. Returns how many.
  mutating func restore(_ count: Int, _ calendar: inout Calendar) -> Int {
    let restored = leases.restore(count, at: calendar.now)
    for reader in lineage.all where leases.isOrphan(reader) { adopt(reader, &calendar) }
    return restored
  }

  private mutating func adopt(_ reader: Int, _ calendar: inout Calendar) {
    guard let instant = leases.adopt(reader, at: calendar.now) else { return }
    calendar.schedule(RunEvent(.lease, sources[reader].place.slot), at: instant)
  }
}
