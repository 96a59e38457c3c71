public import Units

/// A queue: for each record of its stream whether it is visible, in flight, a dead letter or done with, and who waits for one.
///
/// A record that was never received, or is done with, costs nothing: those lie behind and before a position of each shard. One
/// that is held costs 48 bytes. What it needs of the stream, the shards and how long they keep records, it is handed at each
/// call; `Stream` and `Account` are the ones to ask (facts Q§8).
///
/// Time passes in it whenever it is asked: visibilities end and records expire at their own instants, however late it learns of
/// them. By itself it only answers receives that wait; `deadline` says when.
public struct Queue: Sendable, Hashable {
  /// What it needs of its stream.
  struct Source {
    let shards: [Shard]
    let retention: Interval
  }

  /// Its name, unique in its account.
  public let name: String
  /// QueueAttributes in force.
  public internal(set) var settings: QueueSettings
  /// QueueStatus.
  public internal(set) var status: QueueStatus
  /// What became of its records.
  public internal(set) var ledger = QueueLedger()

  let rules: QueueRules
  /// Where it begins.
  public let start: QueueStart
  /// The effective starting position, once it is ACTIVE.
  var startsAt: Instant?
  var fresh: FreshRecords
  /// Under the rule of chance: records never given out that are visible, each as likely to be next.
  var bag: [QueueRecordID] = []
  private var sweptUntil = Instant.epoch
  var held = HeldRecords()
  var polls = PollLine(), deadPolls = PollLine()
  var chance: QueueChance
  var calls: TokenBucket?
  private(set) var latest: Instant

  init(
    _ name: String, _ settings: QueueSettings, _ start: QueueStart, status: QueueStatus, seed: UInt64,
    limits: LimitsProfile, at now: Instant
  ) {
    (self.name, self.settings, self.start, self.status, latest) = (name, settings, start, status, now)
    rules = QueueRules(limits)
    fresh = FreshRecords(limits)
    chance = QueueChance(seed: seed)
    let most = limits[.queue.dataCalls]
    if most > 0 { calls = TokenBucket(rate: most, depth: most, at: now) }
  }

  // MARK: Questions

  /// How many records are where.
  public var counts: QueueCounts {
    let unread = fresh.count + Int64(bag.count)
    return QueueCounts(
      visible: unread + Int64(held.visibleCount), unread: unread, inFlight: Int64(held.inFlight),
      dead: Int64(held.deadCount), deadInFlight: Int64(held.deadInFlight))
  }

  /// The most records in flight: AWS's 120,000.
  public var inFlightLimit: Int { rules.inFlight }

  /// The first position of a shard from which on none was ever received.
  public func firstFresh(of shard: ShardID) -> Int64 { fresh.first(of: shard.index) }

  /// Under the rule of chance: records before that which were never received either, in no order; else none.
  public var drawn: [QueueRecordID] { bag }

  /// When each record that is held arrived: received, and neither acknowledged nor expired. O(held).
  public var heldArrivals: [Instant] { held.all.map(\.arrival) }

  /// Receives that wait.
  public var waiting: Int { polls.count + deadPolls.count }

  /// DescribeQueue.
  public var description: QueueDescription {
    var timestamp = startsAt
    if timestamp == nil, case .atTimestamp(let asked) = start { timestamp = asked }
    return QueueDescription(name: name, status: status, settings: settings, startingTimestamp: timestamp)
  }

  /// Whether every record that was ever received has one end or is held.
  public var isBalanced: Bool {
    let ended = ledger.acknowledged - ledger.cameBack + ledger.discarded + ledger.expired + ledger.expiredDead
    let held = held.visibleCount + held.deadCount + held.inFlight + held.deadInFlight
    return ledger.firstReceived == ended + Int64(held)
  }

  /// When it can next answer a receive that waits, without a further call; `.never` when nobody waits. O(1). Inlined, because
  /// a call would be handed a copy of the queue.
  @inline(__always)
  var deadline: Instant {
    guard waiting > 0 else { return .never }
    if status.isGoing { return latest }
    var due = min(polls.due, deadPolls.due, held.firstDue)
    if !deadPolls.isEmpty, room(.deadLetters) > 0, held.deadCount > 0 { due = min(due, latest) }
    guard !polls.isEmpty, room(.records) > 0 else { return due }
    return held.visibleCount + bag.count > 0 ? min(due, latest) : min(due, fresh.due)
  }

  /// How many more may be in flight.
  func room(_ side: QueueSide) -> Int {
    if rules.countsDead { return rules.inFlight - held.inFlight - held.deadInFlight }
    switch side {
    case .records: return rules.inFlight - held.inFlight
    case .deadLetters: return rules.inFlight - held.deadInFlight
    }
  }

  // MARK: Time

  /// Lets time pass: visibilities end, each at its own instant, and records leave by age.
  mutating func passTime(to now: Instant, _ source: Source) {
    latest = max(latest, now)
    while held.firstDue <= latest { endVisibility(of: held.firstToEnd, at: held.firstDue, source.retention) }
    expire(source)
  }

  /// Received often enough, a record dies; else it is visible again, unless it has left the stream meanwhile.
  mutating func endVisibility(of slot: Int, at instant: Instant, _ retention: Interval) {
    let record = held[slot], isDead = record.phase == .deadInFlight
    if record.arrival < instant - retention {
      held.remove(slot)
      if isDead { ledger.expiredDead += 1 } else { ledger.expired += 1 }
    } else if isDead {
      held.rest(slot, .dead)
    } else if !rules.diesAtReceive, isSpent(record) {
      die(slot)
    } else {
      held.rest(slot, .visible)
    }
  }

  /// Whether a record was received as often as it may.
  func isSpent(_ record: HeldRecord) -> Bool {
    guard let most = settings.deadLetters.maxReceives else { return false }
    return record.receives >= Int32(most)
  }

  mutating func die(_ slot: Int) {
    held.bury(slot)
    ledger.died += 1
  }

  private mutating func expire(_ source: Source) {
    let horizon = latest - source.retention
    ledger.expiredUnread += fresh.expire(before: horizon, source.shards)
    while let slot = held.oldest(.records), held[slot].arrival < horizon {
      held.remove(slot)
      ledger.expired += 1
    }
    while let slot = held.oldest(.deadLetters), held[slot].arrival < horizon {
      held.remove(slot)
      ledger.expiredDead += 1
    }
    if !bag.isEmpty, latest >= sweptUntil + .seconds(1) { sweep(before: horizon, source) }
  }

  /// Throws away what has expired in the bag, once a second. O(bag).
  private mutating func sweep(before horizon: Instant, _ source: Source) {
    sweptUntil = latest
    let kept = source.shards.map { $0.log.position(arrivedFrom: horizon) }, before = bag.count
    bag.removeAll { $0.position < kept[$0.shard.index] }
    ledger.expiredUnread += Int64(before - bag.count)
  }

  // MARK: Life

  /// Begins at its starting position, as things stand now.
  mutating func begin(at now: Instant, _ source: Source) {
    let positions = source.shards.map { shard in
      let kept = max(shard.log.trimHorizon, shard.log.position(arrivedFrom: now - source.retention))
      switch start {
      case .latest: return shard.log.tip
      case .trimHorizon: return kept
      case .atTimestamp(let instant): return max(kept, shard.log.position(arrivedFrom: instant))
      }
    }
    if case .latest = start { startsAt = now }
    fresh.begin(at: positions, source.shards, now: now)
  }

  /// Its shards have stored records.
  @inline(__always)
  mutating func note(_ stored: Int64, in shard: Int, at now: Instant) {
    if case .creating = status, rules.beginsActive, start == .latest { return }
    if status.isGoing { return }
    fresh.note(stored, in: shard, at: now)
  }

  /// What was due by itself: CREATING, UPDATING or DELETING is over.
  mutating func finishChange(at due: Instant, _ source: Source) {
    passTime(to: due, source)
    switch status {
    case .creating:
      status = .active
      let oldest = max(due - source.retention, source.shards.first?.openedAt ?? due)
      switch start {
      case .latest: if rules.beginsActive { begin(at: due, source) }
      case .trimHorizon: startsAt = oldest
      case .atTimestamp(let asked): startsAt = max(asked, oldest)
      }
    case .updating(_, let settings):
      (self.settings, status) = (settings, .active)
      if rules.changesAtOnce { buryTheSpent() }
    case .deleting: status = .deleted
    case .active, .deleted: return
    }
  }

  private mutating func buryTheSpent() {
    for place in (0..<held.visibleCount).reversed() {
      let slot = held.visible(at: place)
      if isSpent(held[slot]) { die(slot) }
    }
  }

  /// DeleteQueue: handles are void, nothing is delivered; who waits is told.
  mutating func delete(by end: Instant) {
    status = .deleting(until: end)
    held.removeAll()
    bag = []
  }
}

extension QueueStatus {
  /// Whether nothing is delivered any more.
  var isGoing: Bool {
    switch self {
    case .deleting, .deleted: true
    case .creating, .active, .updating: false
    }
  }
}
