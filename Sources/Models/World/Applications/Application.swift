internal import Experiment
internal import KinesisCore
internal import Limits
internal import Pricing
internal import Simulation
internal import Units

/// One consumer application: a reader for each shard it knows, and what they read: batches, or a function's invocations.
struct Application: Sendable {
  private let spec: ConsumerSpec, number: Int
  private let limits: LimitsProfile
  /// Whether a mapping invokes a function; whether the scenario lets its workers crash: then checkpoints matter.
  private let isMapped: Bool, isCrashable: Bool
  private var uptime = Uptime()
  private var readers: Readership
  private var processors: Processors
  private(set) var mapping: Mapping?
  private(set) var tally: Tally

  /// `fanOut` is its position among the stream's registered consumers; nil when it polls.
  init(_ number: Int, of experiment: Experiment, fanOut: Int?, replication: Int) {
    spec = experiment.consumers[number]
    (self.number, limits, isMapped) = (number, experiment.limits, spec.function != nil)
    isCrashable = experiment.events.contains { if case .crashWorkers(number, _) = $0.action { true } else { false } }
    readers = Readership(number, of: experiment, fanOut: fanOut, replication: replication)
    processors = Processors(spec, number)
    tally = Tally(AgeTrend(experiment.horizon, rhythm: spec.pollInterval + (spec.function?.window ?? .zero)))
    if let function = spec.function {
      mapping = Mapping(function, of: spec, number, limits: limits, start: experiment.horizon.start)
    }
  }

  /// Whether it does nothing now: stopped, or standing still to change its parallelism.
  private var isHalted: Bool { uptime.isStopped || processors.isRescaling }

  /// Records in a range of positions as it counts them: user records; to a mapping a Kinesis record is one.
  private func records(from first: Int64, to end: Int64, _ shard: ShardID, _ endpoint: borrowing Endpoint) -> Int64 {
    guard first < end, !isMapped else { return max(0, end - first) }
    return endpoint.contents.users(from: first, to: end, in: shard, of: spec.stream)
  }

  /// The shard that a reader reads, and the position of its first record that was not handed over.
  func place(of reader: Int) -> Place { readers[reader].place }
  private func handed(by reader: Int) -> Int64 {
    isMapped ? mapping?.handed(by: reader) ?? 0 : processors.handed(by: reader)
  }

  /// It begins: at the oldest records kept, or behind the newest (facts §2.3).
  mutating func deploy(_ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    uptime.start(at: calendar.now)
    if let flink = spec.flink {
      processors.job = FlinkJob(flink, limits: limits, at: calendar.now)
      calendar.schedule(RunEvent(.flinkMinute, number), at: calendar.now + .minutes(1), .control)
    }
    for shard in endpoint.stream(spec.stream).shards { takeUp(shard, &commons, &endpoint, &calendar) }
  }

  /// Shards whose parents still hold records are taken up when those are read to their end.
  private mutating func takeUp(
    _ shard: Shard, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) {
    let isBehind = spec.start == .latest, position = isBehind ? shard.log.tip : shard.log.trimHorizon
    let shards = endpoint.stream(spec.stream).shards
    guard isBehind || shard.parents.allSatisfy({ shards[$0.index].log.runCount == 0 }) else { return }
    let reader = addReader(shard.id, from: position, &commons)
    if isBehind { tally.skipped += records(from: 0, to: position, shard.id, endpoint) }
    if isBehind, !shard.isOpen { readers.skip(reader) } else { readers.startNew(reader, &endpoint, &calendar) }
  }

  private mutating func addReader(_ shard: ShardID, from position: Int64, _ commons: inout Commons) -> Int {
    let reader = readers.add(shard, from: position, slot: commons.addReader(of: number))
    processors.add(from: position, service: readers.random(.service, shard))
    mapping?.add(from: position, service: readers.random(.service, shard))
    return reader
  }

  /// A worker has found a reader's lease, or tries to subscribe again.
  mutating func activate(_ reader: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    if !isHalted { readers.activate(reader, &endpoint, &calendar) }
  }

  // MARK: Reading

  /// A poll or push may be due.
  mutating func read(
    _ reader: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard readers[reader].isDue(at: calendar.now), readers.isReading(reader), !isHalted, !readers[reader].isDrained,
      hasRoom(reader)
    else { return }
    // What a mapping does next depends on what it holds.
    let next = readers[reader].next, pause = isMapped ? nil : spec.pollInterval
    readers.read(reader, limit: spec.maxRecords, emptyPause: pause, &tally, &endpoint, &calendar, &observers)
    // Records between the last one asked for and the first one given have left by age.
    guard let batch = readers[reader].travelling.last, batch.first > next else { return }
    noteExpired(from: max(next, handed(by: reader)), to: batch.first, of: reader, endpoint, &observers)
  }

  private mutating func noteExpired(
    from first: Int64, to end: Int64, of reader: Int, _ endpoint: borrowing Endpoint, _ observers: inout Observers
  ) {
    let gone = records(from: first, to: end, readers[reader].place.shard, endpoint)
    tally.note(expired: gone, at: endpoint[spec.stream].retention, by: number, &observers)
  }

  private func hasRoom(_ reader: Int) -> Bool {
    isMapped
      ? mapping?.hasRoom(reader, travelling: readers[reader].travellingRecords) ?? false
      : processors.hasRoom(reader, travelling: readers[reader].travelling.count)
  }

  /// Readers that go by no events: they begin or end to, and one takes a step that was due.
  func nextStep(of shard: Int, _ at: borrowing Endpoint) -> Instant { readers.nextStep(of: shard, at) }
  func isAwaiting(_ shard: ShardID) -> Bool { readers.isAwaiting(shard) }
  mutating func settle(_ isWanted: Bool, _ at: borrowing Endpoint, _ calendar: inout Calendar) {
    guard isWanted else { return readers.unsettle(&processors, &tally, at, &calendar) }
    if !isHalted { readers.settle(&processors, &tally, at, &calendar) }
  }
  mutating func step(
    _ shard: Int, at due: Instant, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    readers.step(shard, at: due, limit: spec.maxRecords, &processors, &tally, &endpoint, &calendar, &observers)
  }

  /// An answer or an event has arrived.
  mutating func arrive(
    at reader: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard !readers.isGone(reader), !readers[reader].isSettled else { return }
    let batch = readers[reader].arrive()
    if batch.count > 0, isMapped {
      let place = readers[reader].place, horizon = endpoint.horizon(of: place.shard, in: place.stream)
      mapping?.gather(batch, at: reader, of: place, endpoint, at: calendar.now)
      // Records that left by age while they travelled are expired, like those before them.
      noteExpired(from: batch.first, to: min(batch.end, horizon), of: reader, endpoint, &observers)
    } else if batch.count > 0 {
      processors.arrive(batch, at: reader)
    }
    process(reader, &commons, &endpoint, &calendar, &observers)
    goOn(reader, &commons, &endpoint, &calendar, &observers)
  }

  /// Hands on what is ready of what a reader brought.
  private mutating func process(
    _ reader: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard !isHalted else { return }
    if isMapped {
      mapping?.invokeAll(of: reader, &readers[reader], &commons.functions, endpoint, &calendar, &observers)
    } else {
      let place = readers[reader].place, worker = readers.worker(of: reader)
      while processors.process(reader, at: place, by: worker, &tally, endpoint, &calendar, &observers) {
        endBatch(of: reader, &commons, &endpoint, &calendar, &observers)
      }
    }
  }

  /// A batch is processed: the processor goes to whoever waits longest.
  private mutating func endBatch(
    of reader: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    tally.batches += 1
    guard let waiting = processors.endBatch(of: reader, by: readers.worker(of: reader), at: calendar.now) else {
      return
    }
    process(waiting, &commons, &endpoint, &calendar, &observers)
    if processors.isIdle(waiting) { goOn(waiting, &commons, &endpoint, &calendar, &observers) }
  }

  /// The time that a batch takes is over.
  mutating func processed(
    by reader: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard !readers.isGone(reader) else { return }
    endBatch(of: reader, &commons, &endpoint, &calendar, &observers)
    process(reader, &commons, &endpoint, &calendar, &observers)
    goOn(reader, &commons, &endpoint, &calendar, &observers)
  }

  /// What the reader does next: ask for more, or, with all of its shard processed, pass on to the children.
  private mutating func goOn(
    _ reader: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard readers[reader].isDrained else {
      guard readers.isReading(reader), hasRoom(reader) else { return }
      return readers[reader].goOn(pause: pause(of: reader), endpoint, &calendar)
    }
    let isIdle = processors.isIdle(reader) && (!isMapped || mapping?.held(of: reader) ?? 0 == 0)
    guard isIdle, readers[reader].isExhausted, !readers.isFinished(reader) else { return }
    let shard = "\(endpoint[spec.stream].name)/\(readers[reader].place.shard)"
    observers.note(.shardDrained, spec.name, "\(shard) is read to its end", at: calendar.now)
    for child in readers.finish(reader, endpoint) {
      readers.lease(addReader(child, from: 0, &commons), &calendar)
    }
  }

  /// A mapping that is not at the tip goes on as fast as a shard answers calls; that it takes no longer is assumed.
  private func pause(of reader: Int) -> Interval {
    guard isMapped, readers[reader].isBehind else { return spec.pollInterval }
    return Interval(nanoseconds: 1_000_000_000 / limits[.shard.readCalls])
  }

  /// A sub-shard's window or wait may be over.
  mutating func invoke(
    _ reader: Int, _ part: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    guard mapping?.isDue(reader, part, at: calendar.now) ?? false else { return }
    goOn(reader, part, &commons, &endpoint, &calendar, &observers)
  }

  /// A function has returned, or failed.
  mutating func endInvocation(
    _ reader: Int, _ part: Int, _ endpoint: borrowing Endpoint, at now: Instant, _ observers: inout Observers
  ) {
    mapping?.end(reader, part, of: readers[reader].place, &tally, endpoint, at: now, &observers)
  }

  /// The account has room for a sub-shard that waited for it.
  mutating func admit(
    _ reader: Int, _ part: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    mapping?.admit(reader, part)
    goOn(reader, part, &commons, &endpoint, &calendar, &observers)
  }

  /// A sub-shard goes on, and with it its reader.
  mutating func goOn(
    _ reader: Int, _ part: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    if !uptime.isStopped {
      mapping?.invoke(reader, part, &readers[reader], &commons.functions, endpoint, &calendar, &observers)
    }
    mapping?.advance(reader, unread: readers[reader].unread)
    goOn(reader, &commons, &endpoint, &calendar, &observers)
  }

  // MARK: Stopping, and standing still

  mutating func stop(_ endpoint: inout Endpoint, at now: Instant, _ observers: inout Observers) {
    uptime.stop(at: now)
    readers.hangUp(&endpoint)
    observers.note(.consumerStopped, spec.name, "all workers stop", at: now)
  }

  mutating func start(
    _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard uptime.isDeployed else {
      let place = spec.start == .latest ? "behind the newest records" : "at the oldest records kept"
      observers.note(.consumerStarted, spec.name, "deployed, \(place)", at: calendar.now)
      return deploy(&commons, &endpoint, &calendar)
    }
    guard uptime.isStopped else { return }
    uptime.start(at: calendar.now)
    observers.note(.consumerStarted, spec.name, "all workers start where they stopped", at: calendar.now)
    goOnAll(&commons, &endpoint, &calendar, &observers)
  }

  /// Every reader goes on where it stands.
  private mutating func goOnAll(
    _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    for reader in readers.held {
      process(reader, &commons, &endpoint, &calendar, &observers)
      if readers[reader].isDrained {
        goOn(reader, &commons, &endpoint, &calendar, &observers)
      } else {
        readers.start(reader, at: calendar.now, &endpoint, &calendar)
      }
    }
  }

  /// Workers vanish: what they held is forgotten, their leases expire, others take them from the last checkpoint.
  mutating func crash(
    _ count: Int, _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let (lost, alive, orphans) = readers.crash(count)
    observers.note(.workersCrashed, spec.name, "\(lost.count) of \(alive) workers vanish", at: calendar.now)
    for worker in lost { processors.forget(worker: worker) }
    for reader in orphans {
      processors.inherit(reader)
      readers.failOver(
        reader, to: processors.checkpoint(of: reader), slot: commons.addReader(of: number), &endpoint, &calendar)
    }
  }

  mutating func restore(_ count: Int, _ calendar: inout Calendar, _ observers: inout Observers) {
    let restored = readers.restore(count, &calendar)
    observers.note(.workersBack, spec.name, "\(restored) workers are back", at: calendar.now)
  }

  /// A minute has ended: the autoscaler looks.
  mutating func closeMinute(_ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers) {
    if let (outage, note) = processors.job?.closeMinute(isStopped: uptime.isStopped, at: calendar.now) {
      readers.hangUp(&endpoint)
      observers.note(.applicationRescaled, spec.name, note, at: calendar.now)
      calendar.schedule(RunEvent(.flinkResume, number), at: calendar.now + outage, .control)
    }
    calendar.schedule(RunEvent(.flinkMinute, number), at: calendar.now + .minutes(1), .control)
  }

  /// It runs again with another parallelism.
  mutating func resume(
    _ commons: inout Commons, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    processors.job?.resume()
    if !uptime.isStopped { goOnAll(&commons, &endpoint, &calendar, &observers) }
  }

  // MARK: Figures

  /// Records were stored in a shard of its stream, whose fan-out reader waits; or shards may have closed.
  mutating func awaitPush(of shard: ShardID, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    readers.awaitPush(of: shard, endpoint, &calendar)
  }
  mutating func awaitEnds(_ at: borrowing Endpoint, _ calendar: inout Calendar) { readers.awaitEnds(at, &calendar) }

  /// A measured second ends; statistics begin anew.
  mutating func note(age: Interval, at instant: Instant) { tally.note(age: age, at: instant) }
  mutating func endWarmup() { tally.endWarmup() }

  /// The age of the oldest record kept that it has not handed over; zero when there is none.
  func age(_ endpoint: borrowing Endpoint, at instant: Instant) -> Interval {
    guard uptime.isDeployed else { return .zero }
    return Lateness.oldest(of: spec.stream, endpoint, at: instant) { readers.reader(of: $0).map(handed) ?? 0 }
  }

  /// How late the records are that it has not handed over, those included that have left its stream since it last asked.
  func unread(_ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram {
    guard uptime.isDeployed else { return LatencyHistogram() }
    var late = Lateness(at: instant)
    for shard in 0..<endpoint[spec.stream].shards.count {
      let reader = readers.reader(of: shard)
      // What a mapping holds is not in the order of its shard: some of what lies behind its first open record is done.
      if let reader, isMapped { mapping?.addHeld(by: reader, to: &late) }
      let next = reader.map { isMapped ? readers[$0].unread : handed(by: $0) } ?? 0
      late.add(
        from: next, in: ShardID(shard), of: spec.stream, isMapped ? .kinesisRecords : .userRecords, endpoint)
    }
    return late.ages
  }

  /// The first position of a shard that it may still ask about.
  func firstNeeded(of shard: Int) -> Int64 {
    guard let reader = readers.reader(of: shard) else { return 0 }
    return isCrashable ? min(handed(by: reader), processors.checkpoint(of: reader)) : handed(by: reader)
  }

  /// The first position of a shard whose key it may still ask for; nil for none. A mapping sorts what arrives.
  func firstKeyNeeded(of shard: Int) -> Int64? {
    guard spec.needsKeys else { return nil }
    guard let reader = readers.reader(of: shard) else { return 0 }
    return processors.job == nil ? readers[reader].unread : processors.handed(by: reader)
  }

  /// What it came to.
  func result(_ endpoint: borrowing Endpoint, at instant: Instant) -> ConsumerResult {
    var backlog: Int64 = 0, expired = tally.expired
    for shard in endpoint.stream(spec.stream).shards {
      let reader = readers.reader(of: shard.id.index), horizon = shard.log.trimHorizon
      let (held, next) = reader.map { self.held(by: $0, endpoint) } ?? (0, 0)
      backlog += held + records(from: max(next, horizon), to: shard.log.tip, shard.id, endpoint)
      expired += records(from: next, to: horizon, shard.id, endpoint)
    }
    let unread = unread(endpoint, at: instant)
    var result = tally.result(
      of: spec.name, unread: unread, age: age(endpoint, at: instant), backlog: backlog, expired: expired)
    (result.function, result.flink) = (mapping?.result, processors.job?.result(unread: unread, at: instant))
    return result
  }

  /// What a reader has been answered and not handed over, and where the rest begins.
  private func held(by reader: Int, _ endpoint: borrowing Endpoint) -> (Int64, next: Int64) {
    let handed = isMapped ? 0 : processors.handed(by: reader), shard = readers[reader].place.shard
    let held = (processors.queue(of: reader) + readers[reader].travelling).reduce(mapping?.held(of: reader) ?? 0) {
      $0 + records(from: max($1.first, handed), to: $1.end, shard, endpoint)
    }
    return (held, max(readers[reader].next, handed))
  }

  /// What runs its code, where AWS does, and its lease table while its workers ran: every open shard's lease is renewed.
  func use(_ endpoint: borrowing Endpoint, at instant: Instant) -> ApplicationUse {
    var use = ApplicationUse(spec.name)
    if spec.hasLeases {
      let (held, ran) = uptime.leases(of: endpoint.stream(spec.stream), until: instant)
      use.leases = spec.leases(held: held, over: ran, batches: Int128(tally.batches), limits)
    }
    (use.function, use.flink) = (mapping?.use, processors.job?.use)
    return use
  }
}
