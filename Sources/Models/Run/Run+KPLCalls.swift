internal import KinesisCore
internal import Simulation
internal import Units

/// The library's calls: Kinesis records are collected into PutRecords, and what failed goes back to be packed again.
extension Run {
  /// Adds a Kinesis record to the call being collected, and sends it when it is full.
  mutating func collect(_ index: Int32, for client: Int) {
    let process = Int(kpl.clients[client].process)
    guard let library = producers[Int(processes[process].producer)].plan.library else { return }
    let aggregate = kpl.aggregates[index], lane = Int(aggregate.lane)
    if kpl.clients[client].call.bytes + aggregate.wire > library.collectedBytes { sendCall(of: client) }
    kpl.clients[client].call.append(index, in: &kpl.aggregates)
    if lane >= 0 { kpl.lanes[lane].collected += aggregate.data }
    let isShardFull = lane >= 0 && kpl.lanes[lane].collected >= library.collectedBytesOfShard
    if kpl.clients[client].call.count >= library.collectedRecords || isShardFull { return sendCall(of: client) }
    let due = max(now, aggregate.deadline)
    guard due < kpl.clients[client].callDue else { return }
    kpl.clients[client].callDue = due
    schedule(RunEvent(.kplCollected, client), at: due)
  }

  /// The call has collected long enough, if this is the instant last set.
  mutating func sendCallWhenDue(_ client: Int) {
    if kpl.clients[client].callDue == now { sendCall(of: client) }
  }

  private mutating func sendCall(of client: Int) {
    let line = kpl.clients[client].call, process = Int(kpl.clients[client].process)
    (kpl.clients[client].call, kpl.clients[client].callDue) = (AggregateLine(), .never)
    let plan = producers[Int(processes[process].producer)].plan
    guard line.count > 0, let library = plan.library else { return }
    var next = line.first
    while next >= 0 {
      let lane = Int(kpl.aggregates[next].lane)
      if lane >= 0 { kpl.lanes[lane].collected -= kpl.aggregates[next].data }
      next = kpl.aggregates[next].later
    }
    let trip = roundTrip(of: process, plan)
    let isTooLong = trip > library.timeout
    let call = kpl.calls.add(
      KPLCall(client: Int32(client), line: line, sentAt: now, failure: isTooLong ? .timeout : .none))
    let back = min(trip, library.timeout)
    if Interval(nanoseconds: trip.nanoseconds / 2) < back {
      schedule(RunEvent(.kplPut, Int(call)), at: now + Interval(nanoseconds: trip.nanoseconds / 2))
    }
    schedule(RunEvent(.kplAnswer, Int(call)), at: now + back, .release)
  }

  /// The call reaches the service: each Kinesis record in turn is taken or refused.
  mutating func put(call index: Int32) {
    let call = kpl.calls[index], process = Int(kpl.clients[Int(call.client)].process)
    let plan = producers[Int(processes[process].producer)].plan
    guard !isFailing(plan.stream, for: process) else {
      noteFailedCall(plan, records: Int(call.line.count))
      if call.failure == .none { kpl.calls[index].failure = .service }
      return
    }
    var taken: (count: Int32, bytes: Int64) = (0, 0)
    var next = call.line.first
    while next >= 0 {
      let outcome = offer(aggregate: next, of: process, plan)
      kpl.aggregates[next].landed = outcome.accepted > 0 ? outcome.shard : nil
      if outcome.accepted > 0 { taken = (taken.count + 1, taken.bytes + kpl.aggregates[next].wire) }
      next = kpl.aggregates[next].later
    }
    let took = (now - call.sentAt) * 2
    noteCall(plan, taken: taken, refused: call.line.count - taken.count, took: took)
    announce(taken, in: plan.stream)
  }

  private mutating func offer(aggregate index: Int32, of process: Int, _ plan: ProducerPlan) -> PutOutcome {
    let aggregate = kpl.aggregates[index], producer = Int(processes[process].producer)
    let header = RecordHeader(hashKey: aggregate.hash, size: Int32(aggregate.wire))
    let outcome = account.streams[plan.stream].put(header, at: now)
    if keyTrails[plan.stream].isKept { keyTrails[plan.stream].note(outcome, of: header.hashKey) }
    meters[plan.stream].note(outcome, of: header, isFirst: aggregate.isFirst)
    producers[producer].client.sent += 1
    producers[producer].client.packed += Int64(aggregate.items.count)
    var (next, untried) = (aggregate.items.head, Int64(0))
    while next >= 0 {
      if !records[next].isOffered { untried += 1 }
      noteOffer(of: next, by: producer)
      if outcome.accepted > 0 { store(next, of: producer) }
      next = records[next].next
    }
    meters[plan.stream].notePacked(untried - (aggregate.isFirst ? 1 : 0), in: outcome.shard)
    if outcome.accepted > 0 {
      producers[producer].client.stored += 1
      noteUserRecords(aggregate.items.count, at: outcome.first, in: outcome.shard, of: plan.stream)
    }
    trajectory.fold(UInt64(UInt32(outcome.shard.number)) << 1 | (outcome.accepted > 0 ? 1 : 0))
    return outcome
  }

  private mutating func noteOffer(of slot: Int32, by producer: Int) {
    let key = Int(records[slot].key)
    if !records[slot].isOffered, key < producers[producer].firstAttempts.count {
      producers[producer].firstAttempts[key] &+= 1
    }
    records[slot].isOffered = true
  }

  /// The call's answer is back, or nobody waits for it any more.
  mutating func answer(call index: Int32) {
    let call = kpl.calls[index], client = Int(call.client), process = Int(kpl.clients[client].process)
    kpl.calls.remove(index)
    if call.failure != .none { producers[Int(processes[process].producer)].client.failedCalls += 1 }
    var next = call.line.first
    while next >= 0 {
      let aggregate = next
      next = kpl.aggregates[aggregate].later
      if call.failure == .none, let shard = kpl.aggregates[aggregate].landed {
        arrived(aggregate, in: shard, for: client, sentAt: call.sentAt)
      } else {
        fail(aggregate, for: client)
      }
    }
    unblock(process)
  }

  /// A shard has taken a Kinesis record: it is done, unless the shard is none that the library knows to be right.
  private mutating func arrived(_ index: Int32, in shard: ShardID, for client: Int, sentAt: Instant) {
    let process = Int(kpl.clients[client].process), lane = Int(kpl.aggregates[index].lane)
    let plan = producers[Int(processes[process].producer)].plan
    let expected = lane < 0 ? shard : kpl.lanes[lane].shard
    let isKnown = kpl.clients[client].map.knows(shard)
    if expected != shard { listShards(for: client, seenAt: sentAt, expected, plan) }
    // Where the service chooses the shard, none is wrong.
    let isPredictable = account.streams[plan.stream].distribution == .userPartitionKey
    let isWrong = isPredictable && expected != shard && !isKnown && plan.library?.aggregation == .enabled
    guard !isWrong else { return fail(index, for: client, .wrongShard) }
    var next = kpl.aggregates[index].items.head
    while next >= 0 {
      let slot = next
      next = records[slot].next
      finish(slot, of: process)
    }
    kpl.aggregates.remove(index)
  }

  /// The library reports a user record as done.
  private mutating func finish(_ slot: Int32, of process: Int) {
    let producer = Int(processes[process].producer), latency = now - records[slot].birth
    processes[process].held -= Int64(records[slot].size)
    producers[producer].latency.record(latency)
    for monitor in putMonitors[producer] { monitors[monitor].add(latency, count: 1) }
    records.remove(slot)
  }

  /// Why a Kinesis record's user records go back.
  enum ReturnReason {
    /// The call failed, or the shard refused it.
    case refused
    /// It was stored where the library did not expect it.
    case wrongShard
    /// It waited too long for the limiter.
    case expired
  }

  /// The user records of a Kinesis record that failed are packed again, but for those that are too old.
  mutating func fail(_ index: Int32, for client: Int, _ reason: ReturnReason = .refused) {
    let process = Int(kpl.clients[client].process), producer = Int(processes[process].producer)
    let plan = producers[producer].plan, items = kpl.aggregates[index].items
    kpl.aggregates.remove(index)
    guard let library = plan.library else { return }
    if reason == .wrongShard { producers[producer].client.wrongShard += Int64(items.count) }
    var next = items.head
    while next >= 0 {
      let slot = next
      next = records[slot].next
      if now - records[slot].birth > library.ttl {
        abandon(slot, of: process, \.lostByAge)
      } else {
        if reason != .expired { producers[producer].retries += 1 }
        pack(slot, for: client, plan, library, .retry)
      }
    }
  }

  /// The shard map is out of date, if it was listed before the call was sent: the library lists the shards again.
  private mutating func listShards(for client: Int, seenAt: Instant, _ expected: ShardID, _ plan: ProducerPlan) {
    let map = kpl.clients[client].map
    guard !kpl.clients[client].isListing, seenAt > map.listedAt, map.holds(expected), let library = plan.library else {
      return
    }
    kpl.clients[client].isListing = true
    schedule(RunEvent(.kplMap, client), at: now + library.mapUpdate, .control)
  }

  /// The shards are listed.
  mutating func takeShardMap(_ client: Int) {
    let process = Int(kpl.clients[client].process)
    let stream = producers[Int(processes[process].producer)].plan.stream
    kpl.clients[client].isListing = false
    kpl.clients[client].map.list(account.streams[stream], at: now)
  }
}
