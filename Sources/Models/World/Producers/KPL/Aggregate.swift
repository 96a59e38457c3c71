internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// A Kinesis record on its way: one user record as it is, or several packed together.
struct Aggregate: Sendable {
  /// Its user records, linked.
  var items = Chain()
  /// The bytes of its data, and those with its partition key.
  var data: Int64, wire: Int64
  /// Where it is sent: the explicit hash key of its first user record.
  var hash: HashKey
  /// The lane of the shard it is expected in; −1 when the shard map is being read.
  var lane: Int32
  /// When it wants to be sent, and when its first user record is too old.
  var deadline: Instant, expiration: Instant
  /// Whether none of its user records was offered to a shard before.
  var isFirst: Bool
  /// The shard that took it in the call under way; nil when it was refused.
  var landed: ShardID?
  /// Its neighbours in the limiter's queue or in a call; −1 for none.
  var earlier: Int32 = -1, later: Int32 = -1
  /// How often its slot was used: expiries of an earlier use are void.
  var generation: UInt32 = 0
}

extension Aggregate {
  /// One user record as a Kinesis record of its own, which wants to be sent by `deadline`, or before it is too old.
  init(
    of slot: Int32, _ hash: HashKey, _ lane: Int, _ plan: ProducerPlan, _ library: KPLPlan,
    _ holdings: inout Holdings, by deadline: Instant
  ) {
    let record = holdings[slot], size = Int64(record.size), expiration = record.birth + library.ttl
    var items = Chain()
    holdings.append(slot, to: &items)
    self.init(
      items: items, data: size - plan.keyBytes, wire: size, hash: hash, lane: Int32(lane),
      deadline: min(deadline, expiration), expiration: expiration, isFirst: !record.isOffered)
  }
}

/// All Kinesis records of the library on their way; slots are used again.
struct AggregatePool: Sendable {
  private var slots: [Aggregate] = []
  private var free: [Int32] = []

  subscript(index: Int32) -> Aggregate {
    get { slots[Int(index)] }
    _modify { yield &slots[Int(index)] }
  }

  /// The one behind another in its line. The one behind that is on its way from memory meanwhile: lines lie scattered.
  func next(behind index: Int32) -> Int32 {
    let next = slots[Int(index)].later
    if next >= 0 { slots.prefetch(Int(slots[Int(next)].later)) }
    return next
  }

  mutating func add(_ aggregate: Aggregate) -> Int32 {
    guard let index = free.popLast() else {
      slots.append(aggregate)
      return Int32(slots.count - 1)
    }
    let generation = slots[Int(index)].generation
    slots[Int(index)] = aggregate
    slots[Int(index)].generation = generation
    return index
  }

  /// One goes another time, for the same record, as if it were new.
  mutating func renew(_ index: Int32, _ lane: Int, by deadline: Instant, isFirst: Bool) {
    slots[Int(index)].generation &+= 1
    slots[Int(index)].lane = Int32(lane)
    slots[Int(index)].deadline = min(deadline, slots[Int(index)].expiration)
    (slots[Int(index)].isFirst, slots[Int(index)].landed) = (isFirst, nil)
    (slots[Int(index)].earlier, slots[Int(index)].later) = (-1, -1)
  }

  mutating func remove(_ index: Int32) {
    slots[Int(index)].generation &+= 1
    free.append(index)
  }
}

/// A line of aggregates, linked both ways.
struct AggregateLine: Sendable {
  var first: Int32 = -1, last: Int32 = -1, count: Int32 = 0, bytes: Int64 = 0

  /// Adds an aggregate at the end.
  mutating func append(_ index: Int32, in pool: inout AggregatePool) { insert(index, behind: last, in: &pool) }

  /// Adds an aggregate before all that want to be sent later.
  mutating func insertByDeadline(_ index: Int32, in pool: inout AggregatePool) {
    var place = last
    while place >= 0, pool[place].deadline > pool[index].deadline { place = pool[place].earlier }
    insert(index, behind: place, in: &pool)
  }

  mutating func remove(_ index: Int32, in pool: inout AggregatePool) {
    let (earlier, later) = (pool[index].earlier, pool[index].later)
    if earlier >= 0 { pool[earlier].later = later } else { first = later }
    if later >= 0 { pool[later].earlier = earlier } else { last = earlier }
    (pool[index].earlier, pool[index].later) = (-1, -1)
    (count, bytes) = (count - 1, bytes - pool[index].wire)
  }

  private mutating func insert(_ index: Int32, behind place: Int32, in pool: inout AggregatePool) {
    let next = place >= 0 ? pool[place].later : first
    (pool[index].earlier, pool[index].later) = (place, next)
    if place >= 0 { pool[place].later = index } else { first = index }
    if next >= 0 { pool[next].earlier = index } else { last = index }
    (count, bytes) = (count + 1, bytes + pool[index].wire)
  }
}

/// A PutRecords call of the library.
struct KPLCall: Sendable {
  let client: Int32
  var line = AggregateLine()
  var sentAt: Instant = .epoch
  var failure = CallFailure.none
}

/// The calls on the wire; slots are used again.
struct KPLCallPool: Sendable {
  private var slots: [KPLCall] = []
  private var free: [Int32] = []

  subscript(index: Int32) -> KPLCall {
    get { slots[Int(index)] }
    _modify { yield &slots[Int(index)] }
  }

  mutating func add(_ call: KPLCall) -> Int32 {
    guard let index = free.popLast() else {
      slots.append(call)
      return Int32(slots.count - 1)
    }
    slots[Int(index)] = call
    return index
  }

  mutating func remove(_ index: Int32) { free.append(index) }
}
