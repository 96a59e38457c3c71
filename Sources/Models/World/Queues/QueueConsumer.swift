internal import Experiment
internal import KinesisCore
internal import Limits
internal import Simulation
internal import Units

/// One queue and those who work on it: threads that receive, process and acknowledge, a reader of dead letters, a scaler.
///
/// A call is decided when it is made, and its answer is there when its time is over, as GetRecords is. To a queue a Kinesis
/// record is one record, whatever is packed into it.
struct QueueConsumer: Sendable {
  private let spec: ConsumerSpec, queue: QueueSpec, number: Int
  /// Among the queues of its stream; in events; and its first worker in events.
  private let position: Int, place: Int, base: Int
  private let retention: Interval
  private let fresh: UnreadRecords
  private let perBatch: Sampler, perRecord: Sampler
  private var service: RandomStream
  private var desk: QueueDesk
  private var workers: QueueWorkers
  private var uptime = Uptime()
  private var instances: Int, countedFrom: Instant
  private var scaler: QueueScaler?
  /// When the queue is to be asked what it can answer, and whether somebody is on the way to the dead letters.
  private var armedAt = Instant.never, isReaderComing = false, isWatched = false
  /// By shard, the first position that it may still ask for, as of the last second.
  private var needed: [Int64] = []
  private(set) var tally: Tally
  private var book: QueueBook
  /// Room that is used again: records received, answers, attempts that went well.
  private var scratch: [ReceivedRecord] = [], answers: [PollAnswer] = [], good: [ReceivedRecord] = []

  /// `position` is its queue's among those of its stream, `place` its own in events, `base` that of its first worker.
  init(
    _ number: Int, _ queue: QueueSpec, of experiment: Experiment, at position: Int, place: Int, base: Int,
    replication: Int
  ) {
    let spec = experiment.consumers[number], naming = DrawNaming(seed: experiment.seed, replication: replication)
    (self.spec, self.queue, self.number) = (spec, queue, number)
    (self.position, self.place, self.base) = (position, place, base)
    retention = experiment.streams[spec.stream].retention
    fresh = UnreadRecords(stream: spec.stream, queue: position)
    (perBatch, perRecord) = (Sampler(spec.perBatch), Sampler(spec.perRecord))
    service = naming.stream(.service, of: spec.name)
    desk = QueueDesk(spec, queue, number, at: position, naming)
    workers = QueueWorkers(queue)
    (instances, countedFrom) = (queue.instances, experiment.horizon.start)
    scaler = queue.scaling.map { QueueScaler($0) }
    tally = Tally(AgeTrend(experiment.horizon))
    book = QueueBook(spec.name, limit: experiment.limits[.queue.inFlight], instances: queue.instances)
  }

  /// How many workers it can have.
  var workerCount: Int { workers.count }

  // MARK: Beginning and stopping

  /// Its instances begin.
  mutating func deploy(_ calendar: inout Calendar) {
    count(until: calendar.now)
    uptime.start(at: calendar.now)
    for instance in 0..<instances { switchOn(instance, at: calendar.now, &calendar) }
    if scaler != nil, !isWatched {
      isWatched = true
      calendar.schedule(RunEvent(.queueLook, place), at: calendar.now + .minutes(1), .control)
    }
  }

  private mutating func switchOn(_ instance: Int, at instant: Instant, _ calendar: inout Calendar) {
    for worker in workers.range(of: instance) {
      workers.retire(worker, false)
      guard workers[worker].phase == .off else { continue }
      workers.renew(worker, .calling)
      schedule(.queueCall, worker, at: instant, &calendar)
    }
  }

  mutating func stop(_ endpoint: inout Endpoint, at now: Instant, _ observers: inout Observers) {
    count(until: now)
    uptime.stop(at: now)
    desk.hangUp(&endpoint)
    for worker in 0..<workers.count where workers[worker].phase != .off { workers.renew(worker, .off) }
    observers.note(.consumerStopped, spec.name, "all instances stop; what they hold stays in flight", at: now)
  }

  mutating func start(_ calendar: inout Calendar, _ observers: inout Observers) {
    guard uptime.isStopped else { return }
    observers.note(.consumerStarted, spec.name, "all instances start", at: calendar.now)
    deploy(&calendar)
  }

  private func schedule(
    _ kind: RunEvent.Kind, _ worker: Int, at instant: Instant, _ calendar: inout Calendar
  ) {
    let event = RunEvent(kind, base + worker, generation: workers[worker].generation)
    calendar.schedule(event, at: instant, .release)
  }

  // MARK: Threads

  /// An event of a worker's; one of what it did before is void.
  mutating func take(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let worker = event.index - base
    guard workers[worker].generation & 0xff_ffff == event.generation, workers[worker].phase != .off else { return }
    switch event.kind {
    case .queueCall: call(worker, &endpoint, &calendar, &observers)
    case .queueAnswer: work(worker, &calendar)
    case .queueDone: finish(worker, &endpoint, &calendar, &observers)
    case .queueBeat: beat(worker, &endpoint, &calendar)
    default: preconditionFailure("an event of another room")
    }
  }

  /// ReceiveQueueRecords.
  private mutating func call(
    _ worker: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard !workers[worker].isRetiring else { return workers.renew(worker, .off) }
    tally.calls += 1
    var records: [ReceivedRecord] = []
    swap(&records, &scratch)
    records.removeAll(keepingCapacity: true)
    defer { swap(&records, &scratch) }
    switch desk.receive(worker, &endpoint, at: calendar.now, into: &records) {
    case .answered(let took): hand(records, 0..<records.count, to: worker, took, &calendar, &observers)
    case .waits:
      workers.set(worker, .waiting)
      arm(endpoint, &calendar)
    case .refused(let isThrottled):
      if isThrottled { tally.throttledCalls += 1 }
      schedule(.queueCall, worker, at: calendar.now + QueueDesk.pause, &calendar)
    }
  }

  /// Records are on the way to a worker: what is new of them counts as handed over when they are there.
  private mutating func hand(
    _ records: [ReceivedRecord], _ range: Range<Int>, to worker: Int, _ took: Interval, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let there = calendar.now + took
    var groups = ArrivalGroups()
    for index in range {
      let record = records[index]
      calendar.fold(UInt64(record.id.shard.index) << 44 ^ UInt64(record.id.position))
      book.result.bytes += Int64(record.size)
      // A restored record's receipts begin anew, the instant of its first one does not.
      if record.receives == 1, calendar.now - record.firstReceived < .milliseconds(1) {
        tally.records += 1
        if let one = groups.add(record.arrival) { tally.note(there - one.arrival, one.count, by: number, &observers) }
      } else {
        tally.duplicates += 1
      }
    }
    if let one = groups.last { tally.note(there - one.arrival, one.count, by: number, &observers) }
    workers.give(worker, records, range)
    if took > .zero { schedule(.queueAnswer, worker, at: there, &calendar) } else { work(worker, &calendar) }
  }

  /// A worker begins with what it holds.
  private mutating func work(_ worker: Int, _ calendar: inout Calendar) {
    workers.set(worker, .working)
    let records = queue.acknowledging == .batch ? Int(workers[worker].held) : 1
    var time = perBatch.draw(from: &service)
    for _ in 0..<records { time = time.plusClamped(perRecord.draw(from: &service)) }
    calendar.fold(UInt64(time))
    schedule(.queueDone, worker, at: calendar.now + Interval(nanoseconds: time), &calendar)
    guard let heartbeat = queue.heartbeat, queue.acknowledging == .each || time > heartbeat.every.nanoseconds else {
      return
    }
    schedule(.queueBeat, worker, at: calendar.now + heartbeat.every, &calendar)
  }

  /// Visibility of what a worker still holds is extended.
  private mutating func beat(_ worker: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    guard let heartbeat = queue.heartbeat, workers[worker].phase == .working else { return }
    let held = (Int(workers[worker].done)..<Int(workers[worker].held)).map { workers.record(worker, $0) }
    _ = desk.hide(held, for: heartbeat.extends, &endpoint, at: calendar.now)
    book.result.entryCalls += 1
    schedule(.queueBeat, worker, at: calendar.now + heartbeat.every, &calendar)
    // An extension may end sooner than what it replaces.
    arm(endpoint, &calendar)
  }

  /// A worker has processed all it holds, or the next of it: attempts that went well are acknowledged.
  private mutating func finish(
    _ worker: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let first = Int(workers[worker].done), last = queue.acknowledging == .batch ? Int(workers[worker].held) : first + 1
    var good: [ReceivedRecord] = [], released: [ReceivedRecord] = []
    swap(&good, &self.good)
    good.removeAll(keepingCapacity: true)
    defer { swap(&good, &self.good) }
    for place in first..<last {
      let record = workers.record(worker, place)
      switch desk.attempt(record) {
      case nil: good.append(record)
      case .silent?: book.result.failedAttempts += 1
      case .release?:
        book.result.failedAttempts += 1
        released.append(record)
      case .crash?:
        book.result.failedAttempts += 1
        return crash(worker / workers.threads, &endpoint, &calendar, &observers)
      }
    }
    var took = acknowledge(good, &endpoint, &calendar)
    if !released.isEmpty {
      took = took + desk.hide(released, for: .zero, &endpoint, at: calendar.now)
      book.result.entryCalls += 1
    }
    goOn(worker, first..<last, at: calendar.now + took, &calendar)
    arm(endpoint, &calendar)
  }

  private mutating func acknowledge(
    _ records: [ReceivedRecord], _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) -> Interval {
    guard !records.isEmpty else { return .zero }
    book.result.entryCalls += 1
    let (late, took) = desk.acknowledge(records, &endpoint, at: calendar.now, &book.result.acknowledgedAfter)
    book.result.lateAcknowledgements += Int64(late)
    calendar.fold(UInt64(late))
    return took
  }

  /// A worker goes on with the next of what it holds, or calls again.
  private mutating func goOn(_ worker: Int, _ done: Range<Int>, at instant: Instant, _ calendar: inout Calendar) {
    for _ in done { workers.finishOne(worker) }
    guard workers[worker].done < workers[worker].held else {
      workers.renew(worker, .calling)
      return schedule(.queueCall, worker, at: instant, &calendar)
    }
    let time = perRecord.draw(from: &service)
    calendar.fold(UInt64(time))
    schedule(.queueDone, worker, at: instant + Interval(nanoseconds: time), &calendar)
  }

  /// An instance dies with all that its threads hold; it is back later.
  private mutating func crash(
    _ instance: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    if book.result.crashes == 0 {
      observers.note(.workersCrashed, spec.name, "an instance dies for the first time", at: calendar.now)
    }
    book.result.crashes += 1
    for worker in workers.range(of: instance) where workers[worker].phase != .off {
      if workers[worker].phase == .waiting { desk.hangUp(worker, &endpoint) }
      workers.renew(worker, .calling)
      schedule(.queueCall, worker, at: calendar.now + queue.failures.restart, &calendar)
    }
  }

  // MARK: Receives that wait

  /// Sees to it that there is an event when the queue can answer a receive that waits.
  mutating func arm(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    guard workers.waiting > 0 else { return }
    let due = max(calendar.now, endpoint.nextAnswer(of: position, in: spec.stream))
    guard due < armedAt else { return }
    armedAt = due
    calendar.schedule(RunEvent(.queueWake, place), at: due, .release)
  }

  /// The queue answers what it can.
  mutating func wake(
    _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard armedAt <= calendar.now else { return }
    armedAt = .never
    var records: [ReceivedRecord] = [], answers: [PollAnswer] = []
    swap(&records, &scratch)
    swap(&answers, &self.answers)
    let took = desk.answer(&endpoint, at: calendar.now, into: &answers, &records)
    for answer in answers {
      if answer.records.isEmpty {
        workers.set(answer.poll, .calling)
        call(answer.poll, &endpoint, &calendar, &observers)
      } else {
        hand(records, answer.records, to: answer.poll, took, &calendar, &observers)
      }
    }
    records.removeAll(keepingCapacity: true)
    answers.removeAll(keepingCapacity: true)
    swap(&records, &scratch)
    swap(&answers, &self.answers)
    arm(endpoint, &calendar)
  }

  // MARK: Dead letters

  /// Whoever looks after dead letters takes ten of them, and comes again until there are none.
  mutating func lookAfterDead(_ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    guard let reader = queue.deadLetters else { return }
    scratch.removeAll(keepingCapacity: true)
    guard let took = desk.settleDead(reader.action, &endpoint, at: calendar.now, into: &scratch) else {
      isReaderComing = false
      return
    }
    book.result.entryCalls += 1
    calendar.schedule(RunEvent(.queueDead, place), at: calendar.now + max(took, .milliseconds(1)), .control)
    arm(endpoint, &calendar)
  }

  // MARK: Instances

  /// A minute ends: the scaler looks.
  mutating func look(_ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers) {
    calendar.schedule(RunEvent(.queueLook, place), at: calendar.now + .minutes(1), .control)
    let counts = desk.counts(&endpoint, at: calendar.now)
    let wanted = scaler?.look(
      visible: counts.visible, inFlight: counts.inFlight, instances: instances, at: calendar.now)
    guard let wanted, !uptime.isStopped else { return }
    count(until: calendar.now)
    observers.note(.applicationRescaled, spec.name, "instances \(instances) → \(wanted)", at: calendar.now)
    if wanted > instances { book.result.scaledUp += 1 } else { book.result.scaledDown += 1 }
    let begin = calendar.now + (scaler?.startDelay ?? .zero)
    if wanted > instances { for one in instances..<wanted { switchOn(one, at: begin, &calendar) } }
    if wanted < instances { for one in wanted..<instances { switchOff(one, &endpoint) } }
    instances = wanted
    (book.result.instances, book.result.instancesPeak) = (wanted, max(book.result.instancesPeak, wanted))
  }

  /// An instance goes when its threads have done what they hold.
  private mutating func switchOff(_ instance: Int, _ endpoint: inout Endpoint) {
    for worker in workers.range(of: instance) {
      if workers[worker].phase == .waiting {
        desk.hangUp(worker, &endpoint)
        workers.renew(worker, .off)
      } else {
        workers.retire(worker, true)
      }
    }
  }

  private mutating func count(until now: Instant) {
    if !uptime.isStopped { book.result.instanceTime += Int128(instances) * Int128((now - countedFrom).nanoseconds) }
    countedFrom = now
  }

  // MARK: Figures

  /// A second ends.
  mutating func observe(
    _ endpoint: inout Endpoint, at now: Instant, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let counts = desk.observe(&endpoint, at: now)
    book.note(counts, at: now, &observers)
    if counts.dead > 0, !isReaderComing, let reader = queue.deadLetters {
      isReaderComing = true
      calendar.schedule(RunEvent(.queueDead, place), at: now + reader.after, .control)
    }
    let expired = endpoint.stream(spec.stream).queues[position].ledger.expiredUnread
    tally.note(expired: expired - tally.expired, at: retention, by: number, &observers)
    needed = fresh.first(endpoint)
    precondition(
      workers.waiting == 0 || armedAt <= max(now, endpoint.nextAnswer(of: position, in: spec.stream)),
      "a receive of \(spec.name) waits for records that nobody will give it")
  }

  /// A measured second ends with such an age.
  mutating func note(age: Interval, at instant: Instant) { tally.note(age: age, at: instant) }

  /// Statistics begin anew.
  mutating func endWarmup() {
    tally.endWarmup()
    book.endWarmup()
  }

  func firstNeeded(of shard: Int) -> Int64 { shard < needed.count ? needed[shard] : 0 }

  /// The age of the oldest record that it never received.
  func age(_ endpoint: borrowing Endpoint, at instant: Instant) -> Interval {
    uptime.isDeployed ? fresh.age(endpoint, at: instant) : .zero
  }

  /// How late the records are that it has never received.
  func unread(_ endpoint: borrowing Endpoint, at instant: Instant) -> LatencyHistogram {
    uptime.isDeployed ? fresh.ages(endpoint, at: instant) : LatencyHistogram()
  }

  /// Bytes that receives gave.
  var bytes: Int64 { book.result.bytes }

  /// What it came to.
  func outcome(_ endpoint: borrowing Endpoint, at instant: Instant) -> ConsumerResult {
    let queue = endpoint.stream(spec.stream).queues[position], ledger = queue.ledger
    let unread = unread(endpoint, at: instant)
    var outcome = tally.result(
      of: spec.name, unread: unread, age: age(endpoint, at: instant), backlog: queue.counts.visible,
      expired: ledger.expiredUnread + ledger.expired)
    var consumer = self
    consumer.count(until: instant)
    outcome.queue = consumer.book.outcome(of: queue, unread: unread, at: instant)
    return outcome
  }
}
