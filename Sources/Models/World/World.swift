internal import Experiment
internal import KinesisCore
internal import Pricing
public import Simulation
public import Units

/// One replication under the virtual clock: it hands each event to the room that it is for, and nothing else.
///
/// The main path: `advance` takes the next event or arrival. Producers hold, send and try again; the endpoint is the only one
/// who asks the core; applications and deliveries read; the timeline interferes; each second observers look; `finish` adds up.
/// Each room keeps its own state and is handed the calendar, the endpoint and the observers.
public struct World: ~Copyable {
  let experiment: Experiment
  private let replication: Int, resolutions: [StreamResolution]
  private var calendar: Calendar
  private(set) var endpoint: Endpoint
  private var observers: Observers
  private var producers: Producers
  private(set) var applications: Applications, deliveries: Deliveries, channels: Channels
  private var scalers: Scalers
  private let timeline: Timeline

  /// A replication at its first instant. `replication` counts from 0; equal arguments give equal runs.
  public init(_ prepared: PreparedExperiment, replication: Int) {
    let experiment = prepared.experiment
    (self.experiment, self.replication, resolutions) = (experiment, replication, prepared.resolutions)
    calendar = Calendar(experiment.horizon)
    endpoint = Endpoint(experiment, replication: replication)
    observers = Observers(experiment)
    let naming = DrawNaming(seed: experiment.seed, replication: replication)
    producers = Producers(prepared, naming, endpoint, calendar)
    applications = Applications(experiment, prepared.flows)
    deliveries = Deliveries(experiment, replication: replication)
    channels = Channels(experiment)
    scalers = Scalers(experiment)
    timeline = Timeline(experiment)
    applications.begin(experiment, replication: replication, &endpoint, &calendar)
    deliveries.begin(&endpoint, &calendar, &observers)
    timeline.begin(&calendar)
    lookAhead()
    endpoint.scheduleChange(&calendar)
    scalers.begin(&calendar)
  }

  /// Why a stream cannot go on being settled; nil while all can.
  var failure: String? { producers.failure }
  /// The instant of the event being taken.
  public var now: Instant { calendar.now }
  /// How much virtual time has passed.
  public var simulated: Interval { now - start }
  /// Events and arrivals taken.
  public var eventCount: Int64 { calendar.taken }
  /// Folded over all of them.
  public var trajectory: TrajectoryHash { calendar.trajectory }
  /// The latest event in words.
  public var description: String { calendar.description }
  var start: Instant { calendar.start }

  // MARK: Events

  /// Takes events until none is due before the end, or `limit` of them are taken.
  ///
  /// - Returns: Whether the run is over.
  public mutating func advance(limit: Int) -> Bool {
    var left = limit
    while left > 0 {
      let (arrival, process) = producers.nextArrival, event = calendar.nextInstant
      guard min(arrival, event) < calendar.end else { return true }
      left -= 1
      if event <= arrival {
        if let event = calendar.takeEvent() { dispatch(event) }
      } else {
        calendar.takeArrival(at: process, arrival)
        producers.arrive(at: process, endpoint, &calendar, &observers)
      }
    }
    return false
  }

  private mutating func dispatch(_ event: RunEvent) {
    guard producers.isSettling else { return take(event) }
    let looked = settle(before: event)
    take(event)
    if let place = looked, applications.areAwaiting(place.stream, place.shard) {
      producers.lookAhead(in: place.shard, of: place.stream, &calendar)
    }
    if event.kind.isChange { lookAhead() }
  }

  /// Puts what has arrived where an event looks. Returns the shard, if it looks at one.
  private mutating func settle(before event: RunEvent) -> Place? {
    var place: Place?
    switch event.kind {
    case .read, .lease: place = applications.place(of: event)
    case .sourcePoll: place = deliveries.place(of: event)
    case .second: settleAll()
    case _ where event.kind.isChange:
      settleAll()
      applications.unsettle(endpoint, &calendar)
    default: break
    }
    if let place { producers.settle(place.shard, of: place.stream, &endpoint, &calendar, &observers) }
    return place
  }

  /// Puts all that has arrived, and lets readers that are settled poll what they would have.
  private mutating func settleAll() {
    producers.settleAll(&endpoint, &calendar, &observers)
    applications.read(&endpoint, &calendar, &observers)
  }

  /// Sees to it that whoever waits for records of a shard whose writers are settled hears of the next.
  private mutating func lookAhead() {
    for stream in endpoint.streams where producers.settles(stream) {
      for shard in endpoint[stream].openShards where applications.areAwaiting(stream, shard) {
        producers.lookAhead(in: shard, of: stream, &calendar)
      }
    }
  }

  /// Hands an event to the room whose it is.
  private mutating func take(_ event: RunEvent) {
    switch event.kind {
    case .linger, .put, .putAnswer, .retry, .traceCopy, .sdkRetry, .sdkRelease, .kplPacked, .kplCollected,
      .kplDrain, .kplPut, .kplAnswer, .kplMap:
      follow(producers.take(event, &endpoint, &calendar, &observers))
    case .read, .arrival, .processed, .lease, .invoke, .invoked, .flinkMinute, .flinkResume, .queueCall, .queueAnswer,
      .queueDone, .queueBeat, .queueWake, .queueDead, .queueLook:
      applications.take(event, &endpoint, &calendar, &observers)
    case .sourcePoll, .sourceAnswer, .deliveryWake, .attemptEnd:
      deliveries.take(event, &endpoint, &calendar, &observers)
    case .deliver: channels.wake(event.index, &calendar)
    case .settled:
      guard let (stream, shard) = producers.arrived(event, &endpoint, &calendar, &observers) else { return }
      applications.announce(stream, shard, endpoint, &calendar)
    case .scenario, .scenarioEnd:
      timeline.take(event, &applications, &deliveries, &endpoint, &calendar, &observers)
    case .scale: scalers.take(event, &endpoint, &calendar, &observers)
    case .scaleStep: scalers.goOn(event, &endpoint, &calendar, &observers)
    case .streamChange: followStreams()
    case .second: closeSecond()
    case .warmupEnd: endWarmup()
    }
  }

  /// What a put means to others.
  private mutating func follow(_ effect: PutEffect) {
    switch effect {
    case .none: return
    case .stored(let records, let bytes, let stream):
      applications.announce(stream, endpoint, &calendar)
      endpoint.forgetReached()
      channels.gather(Int64(records), bytes: bytes, of: stream, &calendar)
    case .batch(let request, let firehose):
      let (batch, took) = producers.batch(request)
      let accepted = deliveries.put(batch, to: firehose, took: took, &endpoint, &calendar, &observers)
      producers.settle(request, accepted: accepted, &calendar, &observers)
    }
  }

  /// Streams have changed by themselves: meters and readers follow.
  private mutating func followStreams() {
    endpoint.wake(at: now)
    for stream in endpoint.streams {
      producers.nameHottestKeys(of: stream, .justClosed, &endpoint, at: now)
      endpoint.follow(stream, at: now, &observers)
      producers.follow(stream, endpoint, at: now)
      applications.followShards(of: stream, endpoint, &calendar)
    }
    endpoint.scheduleChange(&calendar)
  }

  // MARK: Seconds

  private mutating func closeSecond() {
    recordSecond(until: now)
    settle()
    applications.settle(endpoint, &calendar)
    lookAhead()
    calendar.schedule(RunEvent(.second), at: now + .seconds(1), .release)
  }

  private mutating func recordSecond(until instant: Instant) {
    if observers.isLooking {
      if observers.isEdge(instant) { producers.countKeys() }
      observers.look(
        at: producers.all, shards: endpoint.recordedShards, ages: applications.ages(endpoint, at: instant),
        until: instant)
    }
    endpoint.closeSecond(until: instant, &observers)
    applications.observeQueues(&endpoint, at: instant, &calendar, &observers)
    applications.observeAges(endpoint, at: instant, &observers)
    deliveries.observe(&endpoint, at: instant)
    let ended = observers.countSecond(until: instant)
    if ended.minute {
      scalers.closeMinute(endpoint)
      endpoint.closeMinute(observers.minute, from: instant - .minutes(1), to: instant)
    }
    if ended.bin { endpoint.closeBin(observers.bin.number, from: observers.bin.begin) }
    guard observers.isMeasured(instant) else { return }
    for index in observers.objectives where observers.isDue(index) {
      var state = ObjectiveState(counts: counts(of: observers.metric(of: index)))
      if observers.needsUnfinished(index, at: instant) {
        state.unfinished = unfinished(observers.metric(of: index), at: instant)
      }
      observers.look(at: index, state, at: instant)
    }
  }

  /// The rest of a second, minute and bin, when the run ends within them.
  private mutating func recordRest(until instant: Instant) {
    recordSecond(until: instant)
    let seconds = observers.secondsLeft
    if seconds != 0, observers.secondCount < 60 {
      endpoint.closeMinute(observers.minute, from: instant - .seconds(seconds), to: instant)
    }
    endpoint.cutMinute(observers.minute)
    if observers.isWithinBin { endpoint.closeBin(observers.bin.number, from: observers.bin.begin) }
  }

  /// What an objective's counters stand at since the warm-up: part and whole.
  private func counts(of metric: Objective.Metric) -> (part: Int64, whole: Int64) {
    switch metric {
    case .putThrottleRate(let stream): endpoint.throttled(of: stream, \.all)
    case .firstAttemptThrottleRate(let stream): endpoint.throttled(of: stream, \.first)
    case .recordsLost(let producer): producers.lost(by: producer)
    case .throttledCalls(let consumer), .readThrottleRate(let consumer): applications.calls(of: consumer)
    case .putLatency, .propagation, .iteratorAge, .shardUtilization, .openShards, .dataFreshness, .monthlyCost, .figure:
      (0, 0)
    }
  }

  /// Times of an objective's metric that are not over yet: what is not read, delivered or acknowledged is at least as late
  /// as it is. Nil for other metrics.
  private func unfinished(_ metric: Objective.Metric, at instant: Instant) -> LatencyHistogram? {
    switch metric {
    case .propagation(let consumer): applications.unread(of: consumer, endpoint, at: instant)
    case .putLatency(let producer): producers.unfinished(of: producer, at: instant)
    case .dataFreshness(let firehose): deliveries.undelivered(of: firehose, endpoint, at: instant)
    case .putThrottleRate, .firstAttemptThrottleRate, .recordsLost, .iteratorAge, .throttledCalls, .readThrottleRate,
      .shardUtilization, .openShards, .monthlyCost, .figure:
      nil
    }
  }

  /// Statistics begin anew.
  private mutating func endWarmup() {
    endpoint.endWarmup(at: now)
    producers.endWarmup()
    applications.endWarmup()
    deliveries.endWarmup()
    for index in observers.objectives {
      observers.endWarmup(of: index, counts: counts(of: observers.metric(of: index)))
    }
  }

  /// Records that every reader has passed settle into coarse blocks, and records past their retention go.
  private mutating func settle() {
    for stream in endpoint.streams {
      for shard in 0..<endpoint[stream].shards.count {
        let id = ShardID(shard), tip = endpoint.tip(of: id, in: stream)
        let needed = min(
          applications.firstNeeded(of: stream, shard, tip), deliveries.firstNeeded(of: stream, shard, tip))
        let keepsKeys = endpoint.contents.keepsKeys(of: stream)
        endpoint.settle(
          id, of: stream, before: needed,
          keys: keepsKeys ? applications.firstKeyNeeded(of: stream, shard, tip) : nil)
      }
      if observers.secondsLeft == 0 { endpoint.trim(stream, at: now) }
    }
  }

  // MARK: The end

  /// Ends the run where it stands and adds up. `isComplete` says whether `advance` reached the end.
  ///
  /// Traps when a record is unaccounted for: offered = accepted + lost + in flight.
  public consuming func finish(isComplete: Bool) -> RunResult {
    let instant = isComplete ? calendar.end : now
    calendar.stop(at: instant)
    producers.stop(at: instant)
    settleAll()
    applications.unsettle(endpoint, &calendar)
    producers.land(at: instant)
    if instant > observers.secondBegan || !isComplete { recordRest(until: instant) }
    for stream in endpoint.streams { producers.nameHottestKeys(of: stream, .stillOpen, &endpoint, at: now) }
    let ledger = makeLedger(), usage = makeUsage(at: instant)
    let bill = Bill(usage, for: .month730h, book: experiment.prices, region: experiment.region)
    // A cost that would leave out something without a price counts as not measured.
    observers.observe(cost: { bill.isPartial($0) ? nil : ($0.map(bill.total(of:)) ?? bill.total).inDollars })
    var states: [ObjectiveState] = []
    for index in observers.objectives {
      let metric = observers.metric(of: index)
      states.append(ObjectiveState(counts: counts(of: metric), unfinished: unfinished(metric, at: instant)))
    }
    let verdicts = observers.verdicts(states, at: instant), notes = observers.notes
    var streams: [StreamResult] = []
    for stream in endpoint.streams {
      let spec = experiment.streams[stream], minutes = Int((observers.secondCount + 59) / 60)
      var result = endpoint.result(of: stream, spec, minutes: minutes, from: start, until: instant)
      result.autoscaler = scalers.result(of: stream)
      streams.append(result)
    }
    var result = RunResult(
      experiment: experiment, replication: replication, isComplete: isComplete, simulated: instant - start,
      eventCount: eventCount, trajectoryHash: trajectory.value, records: ledger,
      streams: streams, producers: producers.results(at: instant),
      consumers: applications.results(endpoint, at: instant),
      firehoses: deliveries.results(endpoint, at: instant), usage: usage, verdicts: verdicts,
      series: endpoint.series, notes: notes.all, notesOmitted: notes.omitted)
    (result.channels, result.resolutions) = (channels.results(endpoint, at: instant), resolutions)
    result.judgeFigures(at: instant)
    return result
  }

  private func makeLedger() -> RecordLedger {
    var ledger = producers.ledger
    ledger.throttledAttempts = endpoint.allThrottledAttempts + deliveries.throttledRecords
    producers.reconcile(endpoint, putIntoFirehoses: deliveries.putRecords)
    return ledger
  }

  // MARK: Looking closely

  /// Records a stretch of a replication, which is simulated from its beginning to the stretch's end.
  ///
  /// The stretch is `from` ..< `until`, widened to whole seconds of the run, kept within the run and cut at its beginning
  /// to `Recording.mostSeconds` and `Recording.mostCells`. The trajectory is that of the same replication looked at by nobody. Nil when
  /// `isInterrupted` turns true first, or when the stretch lies outside the run.
  public static func recording(
    of prepared: PreparedExperiment, replication: Int, from: Instant, until: Instant, isInterrupted: () -> Bool
  ) -> Recording? {
    var world = World(prepared, replication: replication)
    let meters = world.endpoint.streams.map { world.endpoint.meter(of: $0) }
    guard let lens = Lens(from: from, until: until, of: prepared.experiment, meters) else { return nil }
    world.look(through: lens)
    var isOver = false
    while !isOver, world.now <= lens.until {
      guard !isInterrupted() else { return nil }
      isOver = world.advance(limit: 2_000)
      guard let failure = world.failure else { continue }
      let again = prepared.byRecord(because: failure)
      return recording(of: again, replication: replication, from: from, until: until, isInterrupted: isInterrupted)
    }
    let end = world.calendar.end
    if isOver, world.observers.secondBegan < min(end, lens.until) {
      world.calendar.stop(at: end)
      world.settleAll()
      world.recordRest(until: end)
    }
    return world.observers.takeRecording(world.producers.all, world.endpoint.snapshot)
  }

  /// Looks closely from now on.
  mutating func look(through lens: Lens) { observers.look(through: lens, at: producers.all) }
}

/// What the run used of everything that has a price: counted, and rounded only where AWS rounds.
extension World {
  /// The usage from the start to `instant`, warm-up included.
  func makeUsage(at instant: Instant) -> Usage {
    var use = Use()
    for (stream, spec) in experiment.streams.enumerated() {
      use.streams += endpoint.meter(of: stream).tariffs.map { self.use($0, of: stream, until: instant) }
      let time = endpoint.stream(stream).shardTime(from: start, until: instant)
      use.metrics.append(MetricsUse(of: spec.name, count: spec.shardLevelMetrics.count, shardTime: time))
    }
    use.applications = applications.use(endpoint, at: instant)
    use.channels = channels.use
    use.deliveries = deliveries.use(over: instant - start)
    use.neighbours = experiment.neighbours.use(over: instant - start, experiment.limits)
    return use.usage(over: instant - start)
  }

  private func use(_ tariff: Tariff, of index: Int, until instant: Instant) -> StreamUse {
    let spec = experiment.streams[index], stream = endpoint.stream(index), end = tariff.until ?? instant
    var use = StreamUse(spec.name, BillingMode(tariff.mode), retention: stream.retention)
    (use.time, use.shardTime) = (end - tariff.since, stream.shardTime(from: tariff.since, until: end))
    use.commitment = spec.commitment
    use.payloadUnits = Int128(tariff.intake.payloadUnits)
    (use.bytes, use.roundedBytes) = (
      .counted(Int128(tariff.intake.bytes)), .counted(Int128(tariff.intake.roundedBytes))
    )
    (use.polledBytes, use.retrievedBytes) = (Int128(tariff.polledBytes), Int128(tariff.retrievedBytes))
    for (consumer, spec) in experiment.consumers.enumerated() where spec.isFanOut && spec.stream == index {
      use.fanOut.append(.init(Scope(.consumer, spec.name), bytes: Int128(tariff.pushedBytes[consumer])))
    }
    return use
  }
}

extension Stream {
  /// Nanoseconds of open shards, to the nanosecond: how AWS rounds a shard's last hour is not published (assumed).
  func shardTime(from begin: Instant, until end: Instant) -> Int128 {
    shards.reduce(0) { sum, shard in
      let last = min(shard.closedAt ?? end, end), first = max(shard.openedAt, begin)
      return sum + Int128(max(0, (last - first).nanoseconds))
    }
  }
}
