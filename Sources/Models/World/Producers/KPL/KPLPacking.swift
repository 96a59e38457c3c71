internal import Experiment
internal import Units

/// User records that one process of the library packs for one shard: handed over by the application, or returned.
struct KPLPacking: Sendable {
  /// Where a user record comes from.
  enum Origin { case application, retry }

  /// When packing ends; `.never` while nothing is packed, or when it is not decided.
  private(set) var due = Instant.never
  private var fresh = Chain(), returned = Chain()
  /// When the first of the returned ones wants to be sent.
  private var returnedDue = Instant.never
  private var size = AggregateSize()

  /// The library's estimate of the aggregate's size.
  var estimate: Int64 { size.estimate }

  /// Whether nothing is packed.
  var isEmpty: Bool { fresh.head < 0 && returned.head < 0 }

  /// Whether no record was sent before.
  var isUntried: Bool { returned.count == 0 }

  mutating func add(
    _ slot: Int32, _ plan: ProducerPlan, _ library: KPLPlan, _ origin: Origin, _ holdings: inout Holdings,
    at now: Instant
  ) {
    switch origin {
    case .application: holdings.append(slot, to: &fresh)
    case .retry:
      holdings.append(slot, to: &returned)
      returnedDue = min(returnedDue, now + library.returnedBuffered, holdings[slot].birth + library.ttl)
    }
    measure(slot, plan, holdings)
  }

  private mutating func measure(_ slot: Int32, _ plan: ProducerPlan, _ holdings: borrowing Holdings) {
    let record = holdings[slot]
    size.add(
      key: record.key, keyBytes: plan.keyBytes, data: Int64(record.size) - plan.keyBytes,
      plan.keys.isRoundRobin ? .explicitHashKey : .partitionKey)
  }

  /// When the first of the records wants to be sent.
  func deadline(_ library: KPLPlan, _ holdings: borrowing Holdings) -> Instant {
    let first = fresh.head < 0 ? Instant.never : library.deadline(bornAt: holdings[fresh.head].birth)
    return min(first, returnedDue)
  }

  /// Decides when packing ends, if it is earlier than was decided. Returns the instant then.
  mutating func setDue(_ library: KPLPlan, _ holdings: borrowing Holdings, at now: Instant) -> Instant? {
    let due = max(deadline(library, holdings), now)
    guard due < self.due else { return nil }
    self.due = due
    return due
  }

  /// Takes all that is packed.
  mutating func takeAll() -> (returned: Chain, fresh: Chain) {
    let all = (returned, fresh)
    (returned, fresh, returnedDue, due) = (Chain(), Chain(), .never, .never)
    size.removeAll()
    return all
  }

  /// Takes the records of the next aggregate, at least one and as many as fit, and its data's size. The rest goes on waiting.
  mutating func takeAggregate(
    _ plan: ProducerPlan, _ library: KPLPlan, _ holdings: inout Holdings
  ) -> (items: Chain, data: Int64) {
    let (data, due) = (size.data, returnedDue)
    let (returned, fresh) = takeAll()
    var items = Chain()
    guard data > library.maxBytes, fresh.count + returned.count > 1 else {
      holdings.append(returned, to: &items)
      holdings.append(fresh, to: &items)
      return (items, data)
    }
    var fitting: Int64 = 0
    let untouched = moveFitting(returned, to: &items, &fitting, plan, library, &holdings)
    let rest = moveFitting(fresh, to: &items, &fitting, plan, library, &holdings)
    size.removeAll()
    self.returned = putBack(untouched, plan, &holdings)
    self.fresh = putBack(rest, plan, &holdings)
    if untouched >= 0 { returnedDue = due }
    return (items, fitting)
  }

  /// Moves records as long as they fit; gives back the first that does not, −1 when all did. `fitting` follows the data's
  /// size of what was moved.
  private mutating func moveFitting(
    _ chain: Chain, to items: inout Chain, _ fitting: inout Int64, _ plan: ProducerPlan, _ library: KPLPlan,
    _ holdings: inout Holdings
  ) -> Int32 {
    var next = chain.head
    while next >= 0 {
      let slot = next
      measure(slot, plan, holdings)
      guard items.count == 0 || size.data <= library.maxBytes else { return slot }
      fitting = size.data
      next = holdings[slot].next
      holdings.append(slot, to: &items)
    }
    return -1
  }

  /// What did not fit waits on.
  private mutating func putBack(_ first: Int32, _ plan: ProducerPlan, _ holdings: inout Holdings) -> Chain {
    var (chain, next) = (Chain(), first)
    while next >= 0 {
      let slot = next
      next = holdings[slot].next
      holdings.append(slot, to: &chain)
      measure(slot, plan, holdings)
    }
    return chain
  }
}
