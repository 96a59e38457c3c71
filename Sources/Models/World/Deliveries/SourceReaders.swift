internal import Experiment
internal import KinesisCore
internal import Limits
internal import Simulation
internal import Units

/// A delivery stream's readers of its source: each calls GetRecords once a second, as Lambda's pollers do (N§4).
struct SourceReaders: Sendable {
  /// What becomes of what a reader brings.
  private enum Use: Sendable {
    /// It is delivered.
    case delivery
    /// It is the second reading, for the backup of all records: only its calls and bytes count here, as the machine copies
    /// what it is handed.
    case backup
  }

  private let name: String, number: Int, stream: Int
  private let limits: LimitsProfile, startsAt: Instant
  private static let period = Interval.seconds(1)
  /// The partition keys' length in the stream's records.
  let keyBytes: Int64
  private let seed: UInt64, replication: Int
  private var sources: [(reader: ShardReader, use: Use)] = []
  /// The readers that deliver.
  private var lineage = Lineage()
  private(set) var figures = ReadFigures()
  private var trend: AgeTrend

  init?(_ number: Int, of experiment: Experiment, replication: Int) {
    guard let stream = experiment.firehoses[number].stream else { return nil }
    (name, self.number, self.stream) = (experiment.firehoses[number].name, number, stream)
    (seed, self.replication) = (experiment.seed, replication)
    keyBytes = experiment.keyBytes(of: stream)
    (limits, startsAt) = (experiment.limits, experiment.horizon.start)
    trend = AgeTrend(experiment.horizon)
  }

  /// Begins to read a shard: one call a second, and a second one for the backup of all records (F§2).
  mutating func open(
    _ shard: ShardID, from position: Int64, polls: Int64, _ desk: inout DeliveryDesk, _ calendar: inout Calendar
  ) {
    lineage.begin(shard, by: sources.count)
    for poll in 0..<polls { add(shard, from: position, poll == 0 ? .delivery : .backup, &desk, &calendar) }
  }

  private mutating func add(
    _ shard: ShardID, from position: Int64, _ use: Use, _ desk: inout DeliveryDesk, _ calendar: inout Calendar
  ) {
    let name = "firehoses.\(self.name).\(use == .delivery ? "shards" : "backup")"
    func random(_ purpose: Purpose, _ part: String = "") -> RandomStream {
      let entity = EntityName(name + part, index: shard.index)
      return RandomStream(seed: seed, replication: replication, purpose: purpose, entity: entity)
    }
    let place = Place(stream: stream, shard: shard, slot: desk.addSource(sources.count, of: number))
    let draws = CallDraws(times: random(.latency), failures: random(.failure))
    let pace = PollPace(.service, period: Self.period, limits: limits, at: startsAt) { random(.retryJitter, $0) }
    var phases = random(.phase)
    var reader = ShardReader(
      place, for: .firehose, fanOut: nil, from: position, draws: draws, pace: pace, limits: limits)
    let phase = Interval(nanoseconds: Int64(phases.below(UInt64(Self.period.nanoseconds))))
    reader.wake(at: calendar.now + phase, &calendar)
    sources.append((reader, use))
  }

  /// A reader's second may be over: it calls, if the machine lets it.
  mutating func poll(
    _ source: Int, for machine: borrowing DeliveryStream, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard sources[source].reader.isDue(at: calendar.now), !sources[source].reader.isExhausted else { return }
    let shard = sources[source].reader.place.shard, limit = Int(limits[.shard.readRecordsPerCall])
    guard !sources[source].reader.isCalling, machine.mayRead(shard) else {
      return sources[source].reader.wake(at: calendar.now + Self.period, &calendar)
    }
    guard let call = sources[source].reader.poll(limit: limit, &endpoint, &calendar) else { return }
    figures.calls += 1
    observers.note(call, by: .firehose(number), at: calendar.now)
    switch call {
    case .answered(let answer, _):
      sources[source].reader.comeBack(after: Self.period, &calendar)
      endpoint.note(.behind, Double(answer.millisBehindLatest), firehose: number)
      figures.behindMax = max(figures.behindMax, .milliseconds(answer.millisBehindLatest))
    case .failed: return
    case .throttled: noteThrottled(shard, &endpoint, at: calendar.now, &observers)
    }
  }

  private mutating func noteThrottled(
    _ shard: ShardID, _ endpoint: inout Endpoint, at now: Instant, _ observers: inout Observers
  ) {
    if figures.throttledCalls == 0 { observers.noteFirstRefusal(of: name, on: shard, at: now) }
    figures.throttledCalls += 1
    endpoint.note(.throttledGetRecords, 1, firehose: number)
  }

  /// An answer has arrived, unless it was thrown away. Returns what is to be delivered of it.
  mutating func arrive(at source: Int) -> (batch: Batch, place: Place)? {
    guard sources[source].reader.isCalling else { return nil }
    let batch = sources[source].reader.arrive()
    if sources[source].use == .delivery { figures.expired += batch.skipped }
    return sources[source].use == .delivery ? (batch, sources[source].reader.place) : nil
  }

  /// The shard that a reader reads.
  func place(of source: Int) -> Place { sources[source].reader.place }

  /// Whether all of a shard has arrived.
  func isExhausted(_ source: Int) -> Bool { sources[source].reader.isExhausted }

  /// All of a shard is handed on. Returns the children that can be read now.
  mutating func finish(_ shard: ShardID, _ endpoint: borrowing Endpoint) -> [ShardID] {
    lineage.finish(shard)
    return lineage.ready(after: shard, of: stream, endpoint)
  }

  /// A shard is read again; one that was read to its end is polled again.
  mutating func reread(_ shard: ShardID, from position: Int64, _ calendar: inout Calendar) {
    guard let source = lineage.reader(of: shard.index) else { return }
    let wasExhausted = isExhausted(source)
    sources[source].reader.restart(from: position)
    lineage.reopen(shard)
    if wasExhausted { sources[source].reader.wake(at: calendar.now + Self.period, &calendar) }
  }

  /// The first position of a shard that has not arrived; nil when it was not opened.
  func unread(of shard: Int) -> Int64? { lineage.reader(of: shard).map { sources[$0].reader.unread } }

  /// Once a second: how old the oldest record is that has not arrived.
  mutating func observe(_ endpoint: borrowing Endpoint, at instant: Instant) {
    trend.note(Lateness.oldest(of: stream, endpoint, at: instant) { unread(of: $0) ?? 0 }, at: instant)
  }

  /// What is unread, and what has left the stream unread since it was last asked.
  func addUnread(_ endpoint: borrowing Endpoint, to late: inout Lateness) {
    for shard in 0..<endpoint[stream].shards.count {
      late.add(from: unread(of: shard) ?? 0, in: ShardID(shard), of: stream, .userRecords, endpoint)
    }
  }

  /// What reading came to.
  func figures(_ endpoint: borrowing Endpoint) -> ReadFigures {
    var figures = figures
    figures.fallingBehind = trend.growth
    for shard in endpoint.stream(stream).shards {
      let next = unread(of: shard.id.index) ?? 0, horizon = shard.log.trimHorizon
      figures.backlog += max(0, shard.log.tip - max(next, horizon))
      figures.expired += max(0, horizon - next)
    }
    return figures
  }
}

extension Experiment {
  /// The length of the partition keys in a stream's records, which a delivery stream does not get; of producers that
  /// differ, the mean.
  fileprivate func keyBytes(of stream: Int) -> Int64 {
    let lengths = producers.filter { $0.stream == stream }.map { Int64($0.keyBytes) }
    return lengths.isEmpty ? 0 : lengths.reduce(0, +) / Int64(lengths.count)
  }
}
