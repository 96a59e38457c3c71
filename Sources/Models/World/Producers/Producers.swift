internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// Everything that produces: records are born, held, sent and tried again until a shard stores them or they are given up.
///
/// What is born is held in `Holdings` and sent by the `Outbox` of a plain client, or by the Kinesis Producer Library.
struct Producers: ~Copyable {
  private var holdings: Holdings
  private var outbox: Outbox
  private var library: ProducerLibrary
  /// By process.
  private var sources: [Source] = []
  private var clocks: WinnerTree
  /// By producer; those of producers without a trace stand still.
  private var replays: [Replay]
  /// The streams whose writers are settled.
  private var flows: IntervalFlow
  /// Records being drawn ahead of their time, and what chooses their keys.
  private var drawn: [PendingRecord] = [], bits: [UInt64] = []

  init(
    _ prepared: PreparedExperiment, _ naming: DrawNaming, _ endpoint: borrowing Endpoint,
    _ calendar: borrowing Calendar
  ) {
    let plans = prepared.producers
    flows = IntervalFlow(prepared, naming, endpoint)
    holdings = Holdings(plans, naming)
    outbox = Outbox(plans, naming, at: calendar.start)
    library = ProducerLibrary(producers: plans.count)
    clocks = WinnerTree(count: max(1, plans.last?.endProcess ?? 0))
    replays = plans.map { _ in Replay() }
    for (producer, plan) in plans.enumerated() {
      for number in 0..<plan.spec.processes {
        sources.append(Source(number, of: plan, naming, start: calendar.start, end: calendar.end))
        if !flows.covers(producer) { start(sources.count - 1, of: plan, endpoint, calendar) }
      }
      if let trace = plan.trace {
        clocks.set(plan.firstProcess, at: replays[producer].next(in: trace, from: calendar.start))
      }
    }
  }

  private mutating func start(
    _ process: Int, of plan: ProducerPlan, _ endpoint: borrowing Endpoint, _ calendar: borrowing Calendar
  ) {
    if let settings = plan.library {
      let map = KPLShardMap(endpoint.stream(plan.stream), at: calendar.start)
      library.join(process, using: map, drainPhase: sources[process].phase(within: settings.drain))
    } else {
      library.skipProcess()
    }
    if plan.trace == nil { clocks.set(process, at: sources[process].next) }
  }

  // MARK: Settling

  /// Whether a stream's writers are settled.
  func settles(_ stream: Int) -> Bool { flows.settles(stream) }

  /// Whether any stream's are.
  var isSettling: Bool { !flows.isEmpty }

  /// Why a stream cannot go on being settled; nil while all can.
  var failure: String? { flows.failure }

  /// Somebody looks at a shard: what has arrived there up to now is put.
  mutating func settle(
    _ shard: ShardID, of stream: Int, _ endpoint: inout Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    flows.settle(shard, of: stream, &holdings, &endpoint, &calendar, &observers)
  }

  /// Somebody looks at all shards.
  mutating func settleAll(_ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers) {
    flows.settleAll(&holdings, &endpoint, &calendar, &observers)
  }

  /// Somebody waits for the next records of a shard: there will be an event when they arrive.
  mutating func lookAhead(in shard: ShardID, of stream: Int, _ calendar: inout Calendar) {
    flows.lookAhead(in: shard, of: stream, &calendar)
  }

  /// Records that somebody waits for may have arrived. Returns where.
  mutating func arrived(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) -> (stream: Int, shard: ShardID)? {
    flows.arrived(event, &holdings, &endpoint, &calendar, &observers)
  }

  /// A stream's shards are these now.
  mutating func follow(_ stream: Int, _ endpoint: borrowing Endpoint, at now: Instant) {
    flows.follow(stream, endpoint, at: now)
  }

  /// Names the keys of what was settled up to now.
  mutating func countKeys() { flows.countKeys(&holdings) }

  /// What was born before the end and has not arrived is in flight.
  mutating func land(at end: Instant) { flows.land(&holdings, at: end) }

  // MARK: Birth

  /// When the next record is born, and in which process.
  var nextArrival: (instant: Instant, process: Int) {
    (clocks.minKey == .max ? .never : Instant(nanoseconds: Int64(clocks.minKey)), clocks.minEntity)
  }

  /// The process's clock has struck: a record is born, and the clock is set for the next.
  mutating func arrive(
    at process: Int, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let plan = holdings.plan(of: process)
    if plan.isRecorded, let trace = plan.trace { return replay(trace, plan, endpoint, &calendar, &observers) }
    bear(in: process, plan, size: nil, recorded: 0, endpoint, &calendar, &observers)
    guard sources[process].blocked == nil else { return }
    sources[process].advance(plan, end: calendar.end)
    if plan.gathersAhead { gatherAhead(in: process, plan, &calendar) }
    clocks.set(process, at: sources[process].next)
  }

  /// Records that are sure to join the request being filled do so now, each with its own birth: they are not looked at before it
  /// is sent. Not beyond the second: figures are read at its end.
  private mutating func gatherAhead(in process: Int, _ plan: ProducerPlan, _ calendar: inout Calendar) {
    let (most, bytes, end) = outbox.roomAhead(in: process, plan, of: calendar)
    let room = min(bytes, holdings.roomAhead(in: process, of: plan.buffer))
    guard most > 0, room > 0 else { return }
    sources[process].bearAhead(
      plan, before: end, upTo: most, bytes: room, horizon: calendar.end, into: &drawn, bits: &bits)
    guard !drawn.isEmpty else { return }
    for record in drawn { calendar.takeAhead(at: process, record.birth, key: record.key, size: record.size) }
    outbox.add(holdings.takeAhead(drawn, in: process), in: process, &holdings)
  }

  /// A record is born in a process, which finds room for it or does what its overflow rule says.
  private mutating func bear(
    in process: Int, _ plan: ProducerPlan, size: Int64?, recorded: UInt32, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let record = sources[process].bear(plan, size: size, recorded: recorded, at: calendar.now)
    calendar.fold(UInt64(record.key) << 32 ^ UInt64(record.size))
    holdings.begin(of: holdings.producer(of: process))
    guard
      hasRoom(for: record, in: process, plan) || makeRoom(for: record, in: process, plan, at: calendar.now, &observers)
    else { return }
    gather(record, in: process, plan, endpoint, &calendar, &observers)
  }

  /// Whether a record fits the bytes and, for the Agent, the queue of requests.
  @inline(__always)
  private mutating func hasRoom(for record: PendingRecord, in process: Int, _ plan: ProducerPlan) -> Bool {
    holdings.hasRoom(for: Int64(record.size), in: process, of: plan.buffer) && outbox.hasRoom(in: process, plan)
  }

  /// What the overflow rule says of a record that does not fit. Returns whether it does now.
  private mutating func makeRoom(
    for record: PendingRecord, in process: Int, _ plan: ProducerPlan, at now: Instant, _ observers: inout Observers
  ) -> Bool {
    let producer = holdings.producer(of: process), size = Int64(record.size)
    switch plan.spec.retry.overflow {
    case .block where size > plan.buffer: holdings.lose(.dropped, of: producer, at: now, &observers)
    case .block:
      sources[process].blocked = record
      // The clock of a recorded producer is its trace's, which goes on.
      if plan.trace == nil { clocks.set(process, at: .max) }
    case .dropNewest: holdings.lose(.dropped, of: producer, at: now, &observers)
    case .divert: holdings.lose(.diverted, of: producer, at: now, &observers)
    case .dropOldest:
      while !holdings.hasRoom(for: size, in: process, of: plan.buffer) {
        guard dropOldest(of: process, plan, at: now, &observers) else {
          holdings.lose(.dropped, of: producer, at: now, &observers)
          return false
        }
      }
      return true
    }
    return false
  }

  private mutating func dropOldest(
    of process: Int, _ plan: ProducerPlan, at now: Instant, _ observers: inout Observers
  ) -> Bool {
    plan.library == nil
      ? outbox.dropOldest(of: process, &holdings, at: now, &observers)
      : library.dropOldest(of: process, &holdings, at: now, &observers)
  }

  private mutating func gather(
    _ record: PendingRecord, in process: Int, _ plan: ProducerPlan, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let slot = holdings.take(record, in: process)
    if plan.library == nil {
      outbox.add(slot, in: process, plan, &holdings, endpoint, &calendar)
    } else {
      library.take(slot, from: process, &holdings, endpoint, &calendar, &observers)
    }
  }

  /// A blocked source hands its record over as soon as there is room, and goes on.
  private mutating func unblock(
    _ process: Int, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    guard let record = sources[process].blocked else { return }
    let plan = holdings.plan(of: process)
    guard hasRoom(for: record, in: process, plan) else { return }
    sources[process].blocked = nil
    gather(record, in: process, plan, endpoint, &calendar, &observers)
    guard plan.trace == nil else { return }
    sources[process].resume(plan, at: calendar.now, end: calendar.end)
    clocks.set(process, at: sources[process].next)
  }

  // MARK: Recorded events

  private mutating func replay(
    _ trace: EventTrace, _ plan: ProducerPlan, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let first = plan.firstProcess, producer = holdings.producer(of: first)
    let event = replays[producer].take(from: trace)
    for _ in 0..<sources[first].count(trace.scale * plan.profile.factor(at: calendar.now)) {
      if trace.spread == .zero {
        copy(event, of: producer, endpoint, &calendar, &observers)
      } else {
        let late = Interval(nanoseconds: sources[first].phase(within: trace.spread))
        let event = RunEvent(.traceCopy, event, generation: UInt32(producer))
        calendar.schedule(event, at: calendar.now + late, .arrival)
      }
    }
    clocks.set(first, at: replays[producer].next(in: trace, from: calendar.start))
  }

  /// One record of a recorded event; processes take turns.
  private mutating func copy(
    _ event: Int, of producer: Int, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let plan = holdings.producers[producer].plan
    guard let trace = plan.trace else { return }
    let process = plan.firstProcess + Int(holdings.producers[producer].offered % Int64(plan.spec.processes))
    guard sources[process].blocked == nil else {
      holdings.begin(of: producer)
      return holdings.lose(.dropped, of: producer, at: calendar.now, &observers)
    }
    let size: Int64? = plan.spec.size == .trace ? trace.bytes[event] : nil
    let key = trace.keys.isEmpty ? 0 : UInt32(trace.keys[event])
    bear(in: process, plan, size: size, recorded: key, endpoint, &calendar, &observers)
  }

  // MARK: Events

  /// Takes an event of a producer.
  mutating func take(
    _ event: RunEvent, _ endpoint: inout Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) -> PutEffect {
    var freed: Int?
    switch event.kind {
    case .put: return outbox.put(Int32(event.index), &holdings, &endpoint, &calendar, &observers)
    case .kplPut: return library.put(Int32(event.index), &holdings, &endpoint, &calendar)
    case .linger: outbox.linger(event, &holdings, endpoint, &calendar)
    case .retry: outbox.retry(event, &holdings, endpoint, &calendar)
    case .sdkRetry: outbox.send(Int32(event.index), &holdings, endpoint, &calendar)
    case .sdkRelease: outbox.release(event.index, &holdings, endpoint, &calendar)
    case .putAnswer: freed = outbox.answer(Int32(event.index), &holdings, endpoint, &calendar, &observers)
    case .traceCopy: copy(event.index, of: Int(event.generation), endpoint, &calendar, &observers)
    case .kplPacked: freed = library.endPackingWhenDue(event.index, &holdings, endpoint, &calendar, &observers)
    case .kplCollected: library.sendCallWhenDue(event.index, &holdings, endpoint, &calendar)
    case .kplDrain: freed = library.drainWhenDue(event.index, &holdings, endpoint, &calendar, &observers)
    case .kplAnswer: freed = library.answer(Int32(event.index), &holdings, endpoint, &calendar, &observers)
    case .kplMap: library.takeShardMap(event.index, holdings, endpoint, at: calendar.now)
    default: preconditionFailure("not an event of a producer: \(event.kind)")
    }
    if let freed { unblock(freed, endpoint, &calendar, &observers) }
    return .none
  }

  /// A request's records as a delivery stream is handed them, and how long the request takes.
  func batch(_ request: Int32) -> (records: [DeliveryRecord], took: Interval) { outbox.batch(request, holdings) }

  /// A delivery stream has accepted some of a request's records: how many of each entry; none of a call it refused.
  mutating func settle(
    _ request: Int32, accepted: [Int32], _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    outbox.settle(request, accepted: accepted, &holdings, &calendar, &observers)
  }

  /// The run ends here.
  mutating func stop(at instant: Instant) { holdings.stop(at: instant) }

  /// Statistics begin anew.
  mutating func endWarmup() { holdings.endWarmup() }

  // MARK: Keys

  /// Which shards are meant.
  enum Tallied {
    /// Those that have just closed: their keys are counted anew for their children.
    case justClosed
    /// Those open at the end.
    case stillOpen
  }

  /// Names the key that each shard meant was asked for most. Keys are counted from a shard's opening to its closing.
  mutating func nameHottestKeys(of stream: Int, _ which: Tallied, _ endpoint: inout Endpoint, at now: Instant) {
    // Under AUTO a shard has no keys.
    guard endpoint[stream].distribution == .userPartitionKey else { return }
    let state = endpoint.stream(stream)
    // Shards that opened at the very end have no meter, and nothing was asked of them.
    let measured = endpoint.meter(of: stream).shards.count
    let meant = state.shards.prefix(measured).filter {
      which == .stillOpen ? $0.closedAt == nil : $0.closedAt == now
    }
    guard !meant.isEmpty else { return }
    flows.countKeys(&holdings)
    let tallies = holdings.takeTallies(of: stream) { key in
      let shard = which == .stillOpen ? state.owner(of: key).index : meant.first { $0.range.contains(key) }?.id.index
      return shard.flatMap { $0 < measured ? $0 : nil }
    }
    for tally in tallies {
      endpoint.weigh(tally, of: holdings.producers[tally.producer].plan.keys, in: stream, at: now)
    }
  }

  // MARK: Questions

  /// All producers, as they stand.
  var all: [Producer] { holdings.producers }

  /// Records that one producer, or all, gave up, and those handed over.
  func lost(by producer: Int?) -> (part: Int64, whole: Int64) {
    let chosen = producer.map { $0..<$0 + 1 } ?? holdings.producers.indices
    return chosen.reduce((0, 0)) { ($0.0 + holdings.producers[$1].lost, $0.1 + holdings.producers[$1].offered) }
  }

  /// What became of all records so far.
  var ledger: RecordLedger {
    var ledger = RecordLedger()
    for producer in holdings.producers {
      ledger.offered += producer.offered
      ledger.accepted += producer.accepted
      ledger.lost += producer.lost
      ledger.diverted += producer.losses[.diverted]
      ledger.duplicates += producer.duplicates
    }
    ledger.inFlight = holdings.inFlight
    precondition(ledger.offered == ledger.accepted + ledger.lost + ledger.inFlight, "a record is unaccounted for")
    return ledger
  }

  /// How old the records are that one producer, or all, have not been told are stored.
  func unfinished(of producer: Int?, at instant: Instant) -> LatencyHistogram {
    var ages = holdings.unfinished(of: producer, at: instant)
    flows.addUnfinished(of: producer, at: instant, to: &ages)
    return ages
  }

  /// What each producer came to. Records under way are at least as late as they are.
  func results(at instant: Instant) -> [ProducerResult] {
    holdings.producers.indices.map { producer in
      var result = holdings.producers[producer].result(outbox.counts[producer], library.counts[producer])
      result.putLatency.add(unfinished: unfinished(of: producer, at: instant))
      return result
    }
  }

  /// Traps when what the shards hold is not what producers know of: Kinesis records and user records, by stream; and when
  /// delivery streams did not take as many as they accepted.
  func reconcile(_ endpoint: borrowing Endpoint, putIntoFirehoses: Int64) {
    for stream in endpoint.streams {
      let mine = holdings.producers.indices.filter {
        holdings.producers[$0].plan.firehose == nil && holdings.producers[$0].plan.stream == stream
      }
      let held = endpoint[stream].stored, users = held + endpoint.contents.extraUsers(in: stream)
      let copies = mine.reduce(0) { $0 + holdings.producers[$1].copies }
      let stored = mine.reduce(0) {
        $0 + (holdings.producers[$1].plan.library == nil ? holdings.producers[$1].copies : library.counts[$1].stored)
      }
      precondition(held == stored, "stored Kinesis records are not the ones producers put")
      precondition(users == copies, "accepted user records and duplicates are not the stored ones")
    }
    let put = holdings.producers.reduce(0) { $0 + ($1.plan.firehose == nil ? 0 : $1.accepted) }
    precondition(put == putIntoFirehoses, "accepted records are not those the delivery streams took")
  }
}
