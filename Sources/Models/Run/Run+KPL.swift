internal import KinesisCore
internal import Simulation
internal import Units

/// The Kinesis Producer Library: user records are packed by the shard they are expected in (facts §9.1).
///
/// A record's way: `pack` → `endPacking` → `limit` (Run+KPLLimiter) → `collect` → `sendCall` → `put(call:)` →
/// `answer(call:)` (Run+KPLCalls), and from there back to `pack` when it failed and is not too old.
extension Run {
  /// Where a user record comes from.
  enum Origin { case application, retry }

  mutating func startLibrary(of process: Int, _ plan: ProducerPlan, _ library: KPLPlan) {
    processes[process].library = Int32(kpl.clients.count)
    let phase = processes[process].phases.below(UInt64(library.drain.nanoseconds))
    kpl.clients.append(
      KPLClient(
        process: Int32(process), map: KPLShardMap(account.streams[plan.stream], at: start), drainPhase: Int64(phase)))
  }

  /// The application hands a record over, for which there is room.
  mutating func handToLibrary(_ record: PendingRecord, in index: Int, _ plan: ProducerPlan, _ library: KPLPlan) {
    pack(records.add(record), for: Int(processes[index].library), plan, library, .application)
  }

  /// Puts a user record into the aggregate of its shard, or makes one of it alone.
  mutating func pack(_ slot: Int32, for client: Int, _ plan: ProducerPlan, _ library: KPLPlan, _ origin: Origin) {
    records[slot].next = -1
    let hash = libraryHash(of: records[slot], for: client, plan)
    let isListing = kpl.clients[client].isListing
    let lane = isListing ? -1 : lane(of: kpl.clients[client].map.owner(of: hash), for: client, library)
    guard library.aggregation == .enabled, !isListing else {
      let index = alone(slot, hash, lane, plan, library, origin)
      return limit(index, for: client)
    }
    add(slot, to: lane, plan, library, origin)
    if kpl.lanes[lane].size.estimate >= library.maxBytes { endPacking(lane) } else { setDue(lane, library) }
  }

  /// The key by which a record is routed; one that goes round the shards goes round those the library knows.
  func libraryHash(of record: PendingRecord, for client: Int, _ plan: ProducerPlan) -> HashKey {
    plan.keys.isRoundRobin ? kpl.clients[client].map.middle(ofTurn: record.key) : plan.keys.hash(of: record.key)
  }

  private mutating func lane(of shard: ShardID, for client: Int, _ library: KPLPlan) -> Int {
    while kpl.clients[client].lanes.count <= shard.index { kpl.clients[client].lanes.append(-1) }
    let known = kpl.clients[client].lanes[shard.index]
    guard known < 0 else { return Int(known) }
    kpl.clients[client].lanes[shard.index] = Int32(kpl.lanes.count)
    kpl.lanes.append(KPLLane(client: Int32(client), shard: shard, library, at: now))
    return kpl.lanes.count - 1
  }

  private mutating func add(
    _ slot: Int32, to lane: Int, _ plan: ProducerPlan, _ library: KPLPlan, _ origin: Origin
  ) {
    let size = Int64(records[slot].size)
    switch origin {
    case .application: kpl.lanes[lane].fresh.append(slot, size, in: &records)
    case .retry:
      kpl.lanes[lane].returned.append(slot, size, in: &records)
      let due = min(now + library.returnedBuffered, records[slot].birth + library.ttl)
      kpl.lanes[lane].returnedDue = min(kpl.lanes[lane].returnedDue, due)
    }
    kpl.lanes[lane].size.add(
      key: records[slot].key, keyBytes: plan.keyBytes, data: size - plan.keyBytes, Self.routing(plan))
  }

  private static func routing(_ plan: ProducerPlan) -> AggregateSize.Routing {
    plan.keys.isRoundRobin ? .explicitHashKey : .partitionKey
  }

  /// When the first of a lane's records wants to be sent.
  private func deadline(of lane: Int, _ library: KPLPlan) -> Instant {
    let fresh = kpl.lanes[lane].fresh.head
    let first = fresh < 0 ? Instant.never : library.deadline(bornAt: records[fresh].birth)
    return min(first, kpl.lanes[lane].returnedDue)
  }

  private mutating func setDue(_ lane: Int, _ library: KPLPlan) {
    let due = max(deadline(of: lane, library), now)
    guard due < kpl.lanes[lane].due else { return }
    kpl.lanes[lane].due = due
    schedule(RunEvent(.kplPacked, lane), at: due)
  }

  /// A lane's records have waited long enough, if this is the instant last set.
  mutating func endPackingWhenDue(_ lane: Int) {
    guard kpl.lanes[lane].due == now else { return }
    endPacking(lane)
    unblock(Int(kpl.clients[Int(kpl.lanes[lane].client)].process))
  }

  /// Makes an aggregate of a lane's records, as many as fit; the rest goes on waiting.
  private mutating func endPacking(_ lane: Int) {
    let process = Int(kpl.clients[Int(kpl.lanes[lane].client)].process)
    let plan = producers[Int(processes[process].producer)].plan
    guard let library = plan.library else { return }
    let due = deadline(of: lane, library), isUntried = kpl.lanes[lane].returned.count == 0
    let (items, size) = takeItems(of: lane, plan, library)
    let oldest = isUntried ? records[items.head].birth : oldestBirth(of: items)
    let hash = libraryHash(of: records[items.head], for: Int(kpl.lanes[lane].client), plan)
    // An aggregate's partition key is one byte: its user records bring their own.
    let wire = size + (items.count > 1 ? 1 : plan.keyBytes)
    let index = kpl.aggregates.add(
      Aggregate(
        items: items, data: size, wire: wire, hash: hash, lane: Int32(lane), deadline: due,
        expiration: oldest + library.ttl, isFirst: isUntried))
    kpl.lanes[lane].due = .never
    if kpl.lanes[lane].fresh.head >= 0 || kpl.lanes[lane].returned.head >= 0 { setDue(lane, library) }
    limit(index, for: Int(kpl.lanes[lane].client))
  }

  private func oldestBirth(of items: Chain) -> Instant {
    var (oldest, next) = (Instant.never, items.head)
    while next >= 0 {
      oldest = min(oldest, records[next].birth)
      next = records[next].next
    }
    return oldest
  }

  /// The records of the next aggregate, returned ones first, and its data's size. At least one record.
  private mutating func takeItems(of lane: Int, _ plan: ProducerPlan, _ library: KPLPlan) -> (Chain, Int64) {
    let (fresh, returned) = (kpl.lanes[lane].fresh, kpl.lanes[lane].returned)
    let (size, due) = (kpl.lanes[lane].size.data, kpl.lanes[lane].returnedDue)
    (kpl.lanes[lane].fresh, kpl.lanes[lane].returned) = (Chain(), Chain())
    (kpl.lanes[lane].returnedDue) = .never
    kpl.lanes[lane].size.removeAll()
    var items = Chain()
    guard size > library.maxBytes, fresh.count + returned.count > 1 else {
      move(returned, to: &items)
      move(fresh, to: &items)
      return (items, size)
    }
    var fitting: Int64 = 0
    let untouched = moveFitting(returned, to: &items, &fitting, lane, plan, library)
    let rest = moveFitting(fresh, to: &items, &fitting, lane, plan, library)
    kpl.lanes[lane].size.removeAll()
    putBack(untouched, rest, due: due, into: lane, plan)
    return (items, fitting)
  }

  private mutating func move(_ chain: Chain, to items: inout Chain) {
    guard chain.head >= 0 else { return }
    if items.head < 0 { items.head = chain.head } else { records[items.tail].next = chain.head }
    (items.tail, items.count, items.bytes) = (chain.tail, items.count + chain.count, items.bytes + chain.bytes)
  }

  /// Moves records as long as they fit; gives back the first that does not, −1 when all did. `fitting` follows the data's
  /// size of what was moved.
  private mutating func moveFitting(
    _ chain: Chain, to items: inout Chain, _ fitting: inout Int64, _ lane: Int, _ plan: ProducerPlan,
    _ library: KPLPlan
  ) -> Int32 {
    var next = chain.head
    while next >= 0 {
      let slot = next, size = Int64(records[slot].size)
      kpl.lanes[lane].size.add(
        key: records[slot].key, keyBytes: plan.keyBytes, data: size - plan.keyBytes, Self.routing(plan))
      guard items.count == 0 || kpl.lanes[lane].size.data <= library.maxBytes else { return slot }
      fitting = kpl.lanes[lane].size.data
      next = records[slot].next
      items.append(slot, size, in: &records)
    }
    return -1
  }

  /// What did not fit waits on.
  private mutating func putBack(
    _ returned: Int32, _ fresh: Int32, due: Instant, into lane: Int, _ plan: ProducerPlan
  ) {
    for (first, path) in [(returned, \KPLLane.returned), (fresh, \KPLLane.fresh)] {
      var next = first
      while next >= 0 {
        let slot = next, size = Int64(records[slot].size)
        next = records[slot].next
        kpl.lanes[lane][keyPath: path].append(slot, size, in: &records)
        kpl.lanes[lane].size.add(
          key: records[slot].key, keyBytes: plan.keyBytes, data: size - plan.keyBytes, Self.routing(plan))
      }
    }
    if returned >= 0 { kpl.lanes[lane].returnedDue = due }
  }

  /// One user record as a Kinesis record of its own.
  private mutating func alone(
    _ slot: Int32, _ hash: HashKey, _ lane: Int, _ plan: ProducerPlan, _ library: KPLPlan, _ origin: Origin
  ) -> Int32 {
    let record = records[slot], size = Int64(record.size)
    var items = Chain()
    items.append(slot, size, in: &records)
    let wait = origin == .retry ? library.returnedBuffered : library.buffered
    return kpl.aggregates.add(
      Aggregate(
        items: items, data: size - plan.keyBytes, wire: size, hash: hash, lane: Int32(lane),
        deadline: min(now + wait, record.birth + library.ttl), expiration: record.birth + library.ttl,
        isFirst: !record.isOffered))
  }
}
