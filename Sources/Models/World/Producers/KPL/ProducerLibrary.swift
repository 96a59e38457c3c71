internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// The Kinesis Producer Library in every process that uses it: user records are packed by the shard they are expected in
/// (facts §9.1).
///
/// A record's way: `pack` → `endPacking` → `limit` → `collect` → `sendCall` → `put` → `answer`, and from there back to `pack`
/// when it failed and is not too old.
struct ProducerLibrary: ~Copyable {
  private var clients: [KPLClient] = []
  /// The client of each process; −1 where the library is not used.
  private var clientOf: [Int32] = []
  private var lanes: [KPLLane] = []
  private var aggregates = AggregatePool()
  private var calls = KPLCallPool()
  /// What the library did, by producer.
  private(set) var counts: [ClientCounts]

  /// The library in as many producers.
  init(producers: Int) { counts = Array(repeating: ClientCounts(), count: producers) }

  /// A process joins, in order; its limiter looks within each period at `drainPhase`.
  mutating func join(_ process: Int, using map: KPLShardMap, drainPhase: Int64) {
    clientOf.append(Int32(clients.count))
    clients.append(KPLClient(process: Int32(process), map: map, drainPhase: drainPhase))
  }

  /// A process joins that does without the library.
  mutating func skipProcess() { clientOf.append(-1) }

  private func plan(of client: Int, _ holdings: borrowing Holdings) -> (ProducerPlan, KPLPlan) {
    let plan = holdings.plan(of: Int(clients[client].process))
    guard let library = plan.library else { preconditionFailure("a process without the library has no client") }
    return (plan, library)
  }

  // MARK: Packing

  /// The application hands a record over, for which there is room.
  mutating func take(
    _ slot: Int32, from process: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    pack(slot, for: Int(clientOf[process]), .application, &holdings, endpoint, &calendar, &observers)
  }

  /// Puts a user record into the aggregate of its shard, or makes one of it alone.
  private mutating func pack(
    _ slot: Int32, for client: Int, _ origin: KPLPacking.Origin, _ holdings: inout Holdings,
    _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let (plan, library) = plan(of: client, holdings), isListing = clients[client].isListing
    let hash = clients[client].map.hash(of: holdings[slot], plan)
    let lane = isListing ? -1 : lane(of: clients[client].map.owner(of: hash), for: client, library, at: calendar.now)
    guard library.aggregation == .enabled, !isListing else {
      let wait = origin == .retry ? library.returnedBuffered : library.buffered
      let one = Aggregate(of: slot, hash, lane, plan, library, &holdings, by: calendar.now + wait)
      return limit(aggregates.add(one), for: client, &holdings, endpoint, &calendar, &observers)
    }
    lanes[lane].packing.add(slot, plan, library, origin, &holdings, at: calendar.now)
    if lanes[lane].packing.estimate >= library.maxBytes {
      endPacking(lane, &holdings, endpoint, &calendar, &observers)
    } else {
      setDue(lane, library, holdings, &calendar)
    }
  }

  private mutating func lane(of shard: ShardID, for client: Int, _ library: KPLPlan, at now: Instant) -> Int {
    while clients[client].lanes.count <= shard.index { clients[client].lanes.append(-1) }
    let known = clients[client].lanes[shard.index]
    guard known < 0 else { return Int(known) }
    clients[client].lanes[shard.index] = Int32(lanes.count)
    lanes.append(KPLLane(client: Int32(client), shard: shard, limiter: KPLLimiter(library, at: now)))
    return lanes.count - 1
  }

  private mutating func setDue(
    _ lane: Int, _ library: KPLPlan, _ holdings: borrowing Holdings, _ calendar: inout Calendar
  ) {
    guard let due = lanes[lane].packing.setDue(library, holdings, at: calendar.now) else { return }
    calendar.schedule(RunEvent(.kplPacked, lane), at: due)
  }

  /// A lane's records have waited long enough, if this is the instant last set. Returns the process then.
  mutating func endPackingWhenDue(
    _ lane: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> Int? {
    guard lanes[lane].packing.due == calendar.now else { return nil }
    endPacking(lane, &holdings, endpoint, &calendar, &observers)
    return Int(clients[Int(lanes[lane].client)].process)
  }

  /// Makes an aggregate of a lane's records, as many as fit; the rest goes on waiting.
  private mutating func endPacking(
    _ lane: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) {
    let client = Int(lanes[lane].client), (plan, library) = plan(of: client, holdings)
    let due = lanes[lane].packing.deadline(library, holdings), isUntried = lanes[lane].packing.isUntried
    let (items, data) = lanes[lane].packing.takeAggregate(plan, library, &holdings)
    let oldest = isUntried ? holdings[items.head].birth : holdings.oldestBirth(of: items)
    // An aggregate's partition key is one byte: its user records bring their own.
    let wire = data + (items.count > 1 ? 1 : plan.keyBytes)
    let index = aggregates.add(
      Aggregate(
        items: items, data: data, wire: wire, hash: clients[client].map.hash(of: holdings[items.head], plan),
        lane: Int32(lane), deadline: due, expiration: oldest + library.ttl, isFirst: isUntried))
    if !lanes[lane].packing.isEmpty { setDue(lane, library, holdings, &calendar) }
    limit(index, for: client, &holdings, endpoint, &calendar, &observers)
  }

  // MARK: The limiter

  /// A Kinesis record is ready: it passes when its shard's tokens are there, else it waits. What has no known shard passes.
  private mutating func limit(
    _ index: Int32, for client: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let lane = Int(aggregates[index].lane)
    guard lane >= 0 else { return collect(index, for: client, &holdings, endpoint, &calendar) }
    if lanes[lane].limiter.first == nil, lanes[lane].limiter.admit(data: aggregates[index].data, at: calendar.now) {
      return collect(index, for: client, &holdings, endpoint, &calendar)
    }
    lanes[lane].limiter.hold(index, &aggregates)
    drain(lane, for: client, &holdings, endpoint, &calendar, &observers)
    setDrain(of: client, holdings, &calendar)
  }

  /// It is time to look at what waits, if this is the instant last set. Returns the process then: what became too old has
  /// made room.
  mutating func drainWhenDue(
    _ client: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> Int? {
    guard clients[client].drainDue == calendar.now else { return nil }
    clients[client].drainDue = .never
    for lane in clients[client].lanes where isWaiting(lane) {
      drain(Int(lane), for: client, &holdings, endpoint, &calendar, &observers)
    }
    setDrain(of: client, holdings, &calendar)
    return Int(clients[client].process)
  }

  private func isWaiting(_ lane: Int32) -> Bool { lane >= 0 && lanes[Int(lane)].limiter.first != nil }

  private mutating func setDrain(of client: Int, _ holdings: borrowing Holdings, _ calendar: inout Calendar) {
    guard clients[client].drainDue == .never, clients[client].lanes.contains(where: { isWaiting($0) }) else { return }
    let period = plan(of: client, holdings).1.drain
    let due = clients[client].nextDrain(after: calendar.now, from: calendar.start, every: period)
    clients[client].drainDue = due
    calendar.schedule(RunEvent(.kplDrain, client), at: due)
  }

  /// What is too old leaves; then as many go as there are tokens for, by deadline.
  private mutating func drain(
    _ lane: Int, for client: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    var next = lanes[lane].limiter.takeExpired(&aggregates, at: calendar.now).first
    while next >= 0 {
      let index = next
      next = aggregates[index].later
      fail(index, for: client, .expired, &holdings, endpoint, &calendar, &observers)
    }
    while let index = lanes[lane].limiter.release(&aggregates, at: calendar.now) {
      collect(index, for: client, &holdings, endpoint, &calendar)
    }
    lanes[lane].limiter.forget()
  }

  /// Gives up what waits longest, to make room: the first Kinesis record of the process's lines, else what is being packed
  /// with the earliest deadline. Returns whether there was anything.
  mutating func dropOldest(
    of process: Int, _ holdings: inout Holdings, at now: Instant, _ observers: inout Observers
  ) -> Bool {
    let own = clients[Int(clientOf[process])].lanes.filter { $0 >= 0 }.map { Int($0) }
    let waiting = own.compactMap { lane in lanes[lane].limiter.first.map { (aggregates[$0].deadline, lane) } }
    if let lane = waiting.min(by: <)?.1, let index = lanes[lane].limiter.dropFirst(&aggregates) {
      holdings.abandon(aggregates[index].items, of: process, .dropped, at: now, &observers)
      aggregates.remove(index)
      return true
    }
    guard let lane = own.min(by: { (lanes[$0].packing.due, $0) < (lanes[$1].packing.due, $1) }),
      lanes[lane].packing.due < .never
    else { return false }
    let (returned, fresh) = lanes[lane].packing.takeAll()
    holdings.abandon(returned, of: process, .dropped, at: now, &observers)
    holdings.abandon(fresh, of: process, .dropped, at: now, &observers)
    return true
  }

  // MARK: Calls

  /// Adds a Kinesis record to the call being collected, and sends it when it is full.
  private mutating func collect(
    _ index: Int32, for client: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint,
    _ calendar: inout Calendar
  ) {
    let library = plan(of: client, holdings).1, aggregate = aggregates[index], lane = Int(aggregate.lane)
    if clients[client].call.bytes + aggregate.wire > library.collectedBytes {
      sendCall(of: client, &holdings, endpoint, &calendar)
    }
    clients[client].call.append(index, in: &aggregates)
    if lane >= 0 { lanes[lane].collected += aggregate.data }
    let isShardFull = lane >= 0 && lanes[lane].collected >= library.collectedBytesOfShard
    if clients[client].call.count >= library.collectedRecords || isShardFull {
      return sendCall(of: client, &holdings, endpoint, &calendar)
    }
    let due = max(calendar.now, aggregate.deadline)
    guard due < clients[client].callDue else { return }
    clients[client].callDue = due
    calendar.schedule(RunEvent(.kplCollected, client), at: due)
  }

  /// The call has collected long enough, if this is the instant last set.
  mutating func sendCallWhenDue(
    _ client: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    if clients[client].callDue == calendar.now { sendCall(of: client, &holdings, endpoint, &calendar) }
  }

  private mutating func sendCall(
    of client: Int, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar
  ) {
    let line = clients[client].call, process = Int(clients[client].process),
      (plan, library) = plan(of: client, holdings)
    (clients[client].call, clients[client].callDue) = (AggregateLine(), .never)
    guard line.count > 0 else { return }
    // All that was collected for its lanes is in this call.
    for lane in clients[client].lanes where lane >= 0 { lanes[Int(lane)].collected = 0 }
    let trip = holdings.roundTrip(of: process, plan, endpoint, &calendar), now = calendar.now
    let failure: CallFailure = trip > library.timeout ? .timeout : .none
    let call = calls.add(KPLCall(client: Int32(client), line: line, sentAt: now, failure: failure))
    let half = Interval(nanoseconds: trip.nanoseconds / 2), back = min(trip, library.timeout)
    if half < back { calendar.schedule(RunEvent(.kplPut, Int(call)), at: now + half) }
    calendar.schedule(RunEvent(.kplAnswer, Int(call)), at: now + back, .release)
  }

  /// The call reaches the service: each Kinesis record in turn is accepted or throttled.
  mutating func put(
    _ index: Int32, _ holdings: inout Holdings, _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) -> PutEffect {
    let call = calls[index], process = Int(clients[Int(call.client)].process), plan = holdings.plan(of: process)
    let sent = plan.call(of: call.line.count)
    guard !holdings.isFailing(sent, of: process, &endpoint) else {
      if call.failure == .none { calls[index].failure = .service }
      return .none
    }
    var accepted: (count: Int32, bytes: Int64) = (0, 0), next = call.line.first
    while next >= 0 {
      let outcome = put(aggregate: next, of: process, plan, &holdings, &endpoint, &calendar)
      aggregates[next].landed = outcome.accepted > 0 ? outcome.shard : nil
      if outcome.accepted > 0 { accepted = (accepted.count + 1, accepted.bytes + aggregates[next].wire) }
      next = aggregates.next(behind: next)
    }
    endpoint.note(sent, accepted: accepted, took: (calendar.now - call.sentAt) * 2)
    return accepted.count > 0 ? .stored(records: accepted.count, bytes: accepted.bytes, in: plan.stream) : .none
  }

  private mutating func put(
    aggregate index: Int32, of process: Int, _ plan: ProducerPlan, _ holdings: inout Holdings,
    _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) -> PutOutcome {
    let aggregate = aggregates[index], producer = holdings.producer(of: process)
    let header = RecordHeader(hashKey: aggregate.hash, size: Int32(aggregate.wire))
    let outcome = endpoint.put(header, isFirst: aggregate.isFirst, into: plan.stream, &calendar)
    // Of one record that was asked for before and is refused again nothing is to be noted.
    let isKnown = aggregate.items.count == 1 && !aggregate.isFirst && outcome.accepted == 0
    var (next, untried) = (isKnown ? -1 : aggregate.items.head, Int64(0))
    while next >= 0 {
      if holdings.noteAttempt(next, by: producer) { untried += 1 }
      if outcome.accepted > 0 { holdings.accept(next, of: producer) }
      next = holdings[next].next
    }
    endpoint.notePacked(
      outcome, users: aggregate.items.count, untried: untried - (aggregate.isFirst ? 1 : 0), into: plan.stream)
    counts[producer].sent += 1
    counts[producer].packed += Int64(aggregate.items.count)
    if outcome.accepted > 0 { counts[producer].stored += 1 }
    return outcome
  }

  /// The call's answer is back, or nobody waits for it any more. Returns the process.
  mutating func answer(
    _ index: Int32, _ holdings: inout Holdings, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar,
    _ observers: inout Observers
  ) -> Int {
    let call = calls[index], client = Int(call.client), process = Int(clients[client].process)
    calls.remove(index)
    if call.failure != .none { counts[holdings.producer(of: process)].failedCalls += 1 }
    var next = call.line.first
    while next >= 0 {
      let aggregate = next
      next = aggregates.next(behind: aggregate)
      if let reason = failure(of: aggregate, in: call, endpoint, holdings, &calendar) {
        fail(aggregate, for: client, reason, &holdings, endpoint, &calendar, &observers)
      } else {
        finish(aggregate, of: process, &holdings, at: calendar.now, &observers)
      }
    }
    return process
  }

  /// Why a Kinesis record's user records go back.
  private enum ReturnReason {
    /// The call failed, or the shard refused it.
    case refused
    /// It was stored where the library did not expect it.
    case wrongShard
    /// It waited too long for the limiter.
    case expired
  }

  /// Why a Kinesis record of a call counts as failed; nil when it is done. A shard's that the library did not expect and does
  /// not know is wrong.
  private mutating func failure(
    of index: Int32, in call: KPLCall, _ endpoint: borrowing Endpoint, _ holdings: borrowing Holdings,
    _ calendar: inout Calendar
  ) -> ReturnReason? {
    guard call.failure == .none, let shard = aggregates[index].landed else { return .refused }
    let client = Int(call.client), lane = Int(aggregates[index].lane), (plan, library) = plan(of: client, holdings)
    let expected = lane < 0 ? shard : lanes[lane].shard
    guard expected != shard else { return nil }
    let isKnown = clients[client].map.knows(shard)
    listShards(for: client, seenAt: call.sentAt, expected, library, &calendar)
    // Where the service chooses the shard, none is wrong.
    let isPredictable = endpoint[plan.stream].distribution == .userPartitionKey
    return isPredictable && !isKnown && library.aggregation == .enabled ? .wrongShard : nil
  }

  /// The library reports the user records of a Kinesis record as done.
  private mutating func finish(
    _ index: Int32, of process: Int, _ holdings: inout Holdings, at now: Instant, _ observers: inout Observers
  ) {
    let producer = holdings.producer(of: process)
    var next = aggregates[index].items.head
    while next >= 0 {
      let slot = next, record = holdings[slot]
      next = record.next
      holdings.free(Int64(record.size), of: process, at: now)
      holdings.finish(slot, of: producer, at: now, &observers)
    }
    aggregates.remove(index)
  }

  /// The user records of a Kinesis record that failed are packed again, but for those that are too old.
  private mutating func fail(
    _ index: Int32, for client: Int, _ reason: ReturnReason, _ holdings: inout Holdings,
    _ endpoint: borrowing Endpoint, _ calendar: inout Calendar, _ observers: inout Observers
  ) {
    let process = Int(clients[client].process), producer = holdings.producer(of: process)
    let items = aggregates[index].items, (plan, library) = plan(of: client, holdings), ttl = library.ttl
    if reason == .refused, items.count == 1, library.aggregation != .enabled, !plan.keys.isRoundRobin,
      !clients[client].isListing, calendar.now <= aggregates[index].expiration
    {
      let owner = clients[client].map.owner(of: aggregates[index].hash)
      aggregates.renew(
        index, lane(of: owner, for: client, library, at: calendar.now), by: calendar.now + library.returnedBuffered,
        isFirst: aggregates[index].isFirst && !holdings[items.head].isOffered)
      holdings.noteRetries(1, by: producer)
      return limit(index, for: client, &holdings, endpoint, &calendar, &observers)
    }
    aggregates.remove(index)
    if reason == .wrongShard { counts[producer].wrongShard += Int64(items.count) }
    var next = items.head
    while next >= 0 {
      let slot = next, record = holdings[slot]
      next = record.next
      if calendar.now - record.birth > ttl {
        holdings.abandon(slot, of: process, .age, at: calendar.now, &observers)
      } else {
        if reason != .expired { holdings.noteRetries(1, by: producer) }
        pack(slot, for: client, .retry, &holdings, endpoint, &calendar, &observers)
      }
    }
  }

  /// The shard map is out of date, if it was listed before the call was sent: the library lists the shards again.
  private mutating func listShards(
    for client: Int, seenAt: Instant, _ expected: ShardID, _ library: KPLPlan, _ calendar: inout Calendar
  ) {
    let map = clients[client].map
    guard !clients[client].isListing, seenAt > map.listedAt, map.holds(expected) else { return }
    clients[client].isListing = true
    calendar.schedule(RunEvent(.kplMap, client), at: calendar.now + library.mapUpdate, .control)
  }

  /// The shards are listed.
  mutating func takeShardMap(
    _ client: Int, _ holdings: borrowing Holdings, _ endpoint: borrowing Endpoint, at now: Instant
  ) {
    clients[client].isListing = false
    clients[client].map.list(endpoint.stream(plan(of: client, holdings).0.stream), at: now)
  }
}
