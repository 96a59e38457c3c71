internal import Experiment
internal import KinesisCore
internal import Limits
internal import Simulation
internal import Units

/// Records on their way from a shard to whoever reads it.
struct Batch: Sendable {
  var first: Int64, count: Int64
  /// Positions passed over before the first, whose records had left by age.
  var skipped: Int64 = 0
  /// When it reaches its reader's owner.
  var arrival = Instant.never
  var end: Int64 { first + count }
}

/// Which shard a reader reads, and the reader's number in events.
struct Place: Sendable {
  let stream: Int, shard: ShardID
  var slot: Int
}

/// One reading of one shard, by GetRecords or by SubscribeToShard: the same for a consumer and for a delivery stream.
///
/// It knows where it stands, what travels to its owner, whether the shard's end was read, and when to ask again. Whether there is
/// room, and what becomes of what arrives, is the owner's.
struct ShardReader: Sendable {
  /// A consumer with enhanced fan-out: its position among the stream's, and among the run's.
  struct FanOut: Sendable {
    let position: Int, consumer: Int
  }

  private(set) var place: Place
  private let caller: ReadCaller, limits: LimitsProfile
  /// Nil when it polls.
  private let fanOut: FanOut?
  /// The position of the next record to ask for.
  private(set) var next: Int64
  /// Whether the shard's end was read, so that nothing more will come; and whether the last answer left something behind.
  private(set) var isDrained = false, isBehind = false
  /// When it last called GetRecords.
  private(set) var calledAt: Instant = .epoch
  /// When an answer without records, of which nobody hears, is there.
  private var emptyUntil: Instant = .epoch
  /// What was answered or pushed and has not arrived, oldest first.
  private(set) var travelling: [Batch] = []
  private var iterator: ShardIterator?
  /// Its position among the consumer's subscriptions, and when the last event arrived or will.
  private var subscription: Int?, arrivesAt: Instant = .epoch
  /// When the next poll or push is due; events for other instants are void.
  private var wakeAt: Instant?
  /// The latest instant for which such an event is pending, so that the end of a subscription is scheduled once.
  private var lastWake: Instant = .epoch
  /// Whether it goes by no events: at the end of each second it reads as it would have. When its next poll is due then, and how many
  /// of the first that travel have an event nevertheless, from before it was settled.
  private(set) var isSettled = false
  private var due = Instant.never, scheduled = 0
  /// Its failures also decide which invocations of a mapping's function fail.
  var draws: CallDraws
  private var pace: PollPace

  init(
    _ place: Place, for caller: ReadCaller, fanOut: FanOut?, from position: Int64, draws: CallDraws, pace: PollPace,
    limits: LimitsProfile
  ) {
    (self.place, self.caller, self.fanOut, self.draws, self.pace) = (place, caller, fanOut, draws, pace)
    (next, self.limits) = (position, limits)
  }

  /// Whether a call is under way.
  var isCalling: Bool { fanOut == nil && !travelling.isEmpty }
  var isSubscribed: Bool { subscription != nil }
  /// Whether all up to the shard's end has arrived.
  var isExhausted: Bool { isDrained && travelling.isEmpty }
  var travellingRecords: Int64 { travelling.reduce(0) { $0 + $1.count } }
  /// The position of the first record that has not arrived.
  var unread: Int64 { travelling.first?.first ?? next }

  /// What reads on behind a crash, under another number. Draws go on where they were.
  func heir(_ slot: Int, from position: Int64) -> ShardReader {
    var heir = self
    heir.place.slot = slot
    (heir.wakeAt, heir.lastWake, heir.arrivesAt, heir.subscription) = (nil, .epoch, .epoch, nil)
    heir.restart(from: position)
    return heir
  }

  /// Reads again from a position; what travels is thrown away.
  mutating func restart(from position: Int64) {
    (next, travelling, iterator, isDrained) = (position, [], nil, false)
    pace.restart()
  }

  /// It begins behind the end of a closed shard.
  mutating func beginAtEnd() { isDrained = true }

  // MARK: When

  /// Schedules the next poll or push, unless one is due earlier.
  mutating func wake(at instant: Instant, _ calendar: inout Calendar) {
    if let wakeAt, wakeAt <= instant, wakeAt >= calendar.now { return }
    wakeAt = instant
    guard instant != lastWake else { return }
    lastWake = max(instant, lastWake)
    calendar.schedule(RunEvent(caller.due, place.slot), at: instant)
  }

  /// Whether the poll or push that is due now is the one last scheduled.
  mutating func isDue(at now: Instant) -> Bool {
    if lastWake == now { lastWake = .epoch }
    guard wakeAt == now else { return false }
    wakeAt = nil
    return true
  }

  // MARK: GetRecords

  /// GetRecords where it stands, with a new iterator when it has none or has held it for too long. What is answered travels
  /// until `arrive`; after a call that was refused or failed it comes back by itself. Nil when its client's own limiter holds
  /// the call back, after which it comes back, too. With `emptyPause`, so it does after an answer without records: its owner has
  /// nothing to do with it.
  mutating func poll(
    limit: Int, emptyPause pause: Interval? = nil, _ endpoint: inout Endpoint, _ calendar: inout Calendar
  ) -> ReadCall? {
    let wait = pace.hold(at: calendar.now)
    guard wait == .zero else {
      wake(at: calendar.now + wait, &calendar)
      return nil
    }
    calledAt = calendar.now
    let call = endpoint.getRecords(
      currentIterator(at: calendar.now), limit: limit, of: place.stream, drawing: &draws, at: calendar.now)
    guard case .answered(let answer, let took) = call else {
      wake(at: pace.refused(call.failure, at: calendar.now), &calendar)
      return call
    }
    pace.answered(at: calendar.now)
    (iterator, isDrained, isBehind) = (answer.next, answer.next == nil, answer.millisBehindLatest > 0)
    if let pause, answer.count == 0, answer.first == next, !isDrained {
      calendar.fold(UInt64(bitPattern: took.nanoseconds))
      emptyUntil = calendar.now + took
      comeBack(after: pause, &calendar)
    } else {
      take(answer.first, answer.count, arriving: calendar.now + took, &calendar)
    }
    return call
  }

  /// Comes back for the next call, `pause` behind the last one.
  mutating func comeBack(after pause: Interval, _ calendar: inout Calendar) {
    wake(at: max(emptyUntil, pace.next(after: pause, since: calledAt, at: calendar.now)), &calendar)
  }

  private func currentIterator(at now: Instant) -> ShardIterator {
    let lifetime = Interval.seconds(limits[.shard.iteratorLifetime])
    if let iterator, now - iterator.issuedAt <= lifetime { return iterator }
    return ShardIterator(shard: place.shard, next: next, issuedAt: now)
  }

  private mutating func take(_ first: Int64, _ count: Int64, arriving instant: Instant, _ calendar: inout Calendar) {
    travelling.append(Batch(first: first, count: count, skipped: max(0, first - next), arrival: instant))
    next = first + count
    calendar.fold(UInt64(bitPattern: first) << 20 ^ UInt64(count))
    calendar.schedule(RunEvent(caller.arrival, place.slot), at: instant, .release)
  }

  /// What was answered or pushed first has arrived.
  mutating func arrive() -> Batch { travelling.removeFirst() }

  // MARK: Settled reading

  /// What comes next of a settled reader.
  enum Step {
    /// What was answered or pushed has arrived, at an instant that may lie back.
    case arrived(Batch, at: Instant)
    /// GetRecords was answered, or records were pushed.
    case answered, pushed
    /// The service could have refused: it goes by events again.
    case refused
  }

  /// Goes by no events from now on, if it has read all there was when it last called. Returns whether it can for a second: not when
  /// its subscription ends within that.
  mutating func settle(_ endpoint: borrowing Endpoint, at now: Instant) -> Bool {
    if let fanOut {
      guard let subscription, !isDrained else { return true }
      let end = endpoint.end(of: subscription, of: fanOut.position, in: place.stream)
      guard end > now + .seconds(1) else { return false }
      if !isSettled, nextDue(endpoint) > now { beginSettled(due: .never) }
    } else if !isSettled, !isDrained, !isBehind, let due = travelling.isEmpty ? wakeAt : .never, due > now {
      beginSettled(due: due)
    }
    return true
  }

  /// When the service has gathered what there is to push; `.never` when nothing is there. What is overdue was held up.
  private func nextDue(_ endpoint: borrowing Endpoint) -> Instant {
    let first = endpoint.arrival(atOrBehind: next, in: place.shard, of: place.stream)
    return first.map { $0 + ServiceTimes.gathering } ?? .never
  }

  private mutating func beginSettled(due: Instant) {
    (isSettled, self.due, wakeAt, scheduled) = (true, due, nil, travelling.count)
  }

  /// Goes by events again: arrivals of what travels are such, and its next poll or push, unless it waits for its owner.
  mutating func unsettle(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar, waits: Bool) {
    guard isSettled else { return }
    isSettled = false
    for answer in travelling.dropFirst(scheduled) {
      calendar.schedule(RunEvent(caller.arrival, place.slot), at: max(answer.arrival, calendar.now), .release)
    }
    if let fanOut, let subscription {
      let due = nextDue(endpoint), now = calendar.now
      let end = endpoint.nextPush(to: fanOut.position, subscription, of: place.stream, after: now)
      let next = due < .never ? due : end
      if next < .never { wake(at: max(calendar.now, next), &calendar) }
    } else if fanOut == nil, travelling.isEmpty, !waits {
      wake(at: max(due, calendar.now), &calendar)
    }
  }

  /// When the next step of a settled reader is due; `.never` for others.
  func nextStep(_ endpoint: borrowing Endpoint) -> Instant {
    guard isSettled else { return .never }
    let arrival = travelling.first?.arrival ?? .never
    guard fanOut != nil else { return min(arrival, due) }
    guard travelling.count < Processors.mostPushed else { return arrival }
    return min(arrival, nextDue(endpoint))
  }

  /// The step that was due at an instant that lies back.
  mutating func step(at instant: Instant, limit: Int, _ endpoint: inout Endpoint) -> Step {
    if let answer = travelling.first, answer.arrival <= instant {
      scheduled = max(0, scheduled - 1)
      return .arrived(arrive(), at: answer.arrival)
    }
    guard let fanOut, let subscription else { return poll(at: instant, limit: limit, &endpoint) }
    guard
      let call = endpoint.push(
        to: fanOut.position, subscription, of: place.stream, consumer: fanOut.consumer, drawing: &draws.times,
        at: instant, isSettled: true)
    else { return .refused }
    arrivesAt = max(arrivesAt, instant + call.took)
    travelling.append(Batch(first: next, count: call.event.count, arrival: arrivesAt))
    next += call.event.count
    return .pushed
  }

  private mutating func poll(at instant: Instant, limit: Int, _ endpoint: inout Endpoint) -> Step {
    guard let (answer, took) = endpoint.settledRead(from: next, limit: limit, in: place, drawing: &draws, at: instant)
    else { return .refused }
    calledAt = instant
    pace.answered(at: instant)
    (iterator, due) = (answer.next, .never)
    travelling.append(Batch(first: next, count: answer.count, arrival: instant + took))
    next = answer.end
    return .answered
  }

  /// A settled poller's owner has room from an instant on that may lie back or ahead: when its next poll is due.
  mutating func settleNext(pause: Interval, since instant: Instant) {
    due = pace.next(after: pause, since: calledAt, at: instant)
  }

  // MARK: SubscribeToShard

  /// Begins to read: at `instant`, or, with enhanced fan-out, by a subscription.
  mutating func start(at instant: Instant, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    if let fanOut { subscribe(fanOut, &endpoint, &calendar) } else { wake(at: instant, &calendar) }
  }

  /// SubscribeToShard where it stands; again in five seconds when that is refused or fails.
  private mutating func subscribe(_ fanOut: FanOut, _ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    let now = calendar.now
    do throws(Refusal) {
      subscription = try endpoint.subscribe(
        fanOut.position, to: place.shard, of: place.stream, from: next, drawing: &draws.failures, at: now)
    } catch { subscription = nil }
    guard subscription == nil else { return wake(at: now + ServiceTimes.gathering, &calendar) }
    calendar.schedule(RunEvent(.lease, place.slot), at: now + .seconds(limits[.fanOut.takeover]))
  }

  /// Ends the subscription, if there is one.
  mutating func hangUp(_ endpoint: inout Endpoint) {
    guard let fanOut, let subscription else { return }
    endpoint.unsubscribe(fanOut.position, subscription, of: place.stream)
    self.subscription = nil
  }

  /// Records were stored in its stream: the service will push what is its own when it has gathered a little.
  mutating func awaitPush(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    let instant = calendar.now + ServiceTimes.gathering
    if isSettled { return }
    if let wakeAt, wakeAt >= calendar.now, wakeAt <= instant { return }
    if hasPush(endpoint) { wake(at: instant, &calendar) }
  }

  private func hasPush(_ endpoint: borrowing Endpoint) -> Bool {
    subscription != nil && !isDrained && endpoint.tip(of: place.shard, in: place.stream) > next
  }

  /// When its shard has closed, it gets a last event even if nothing is left to push.
  mutating func awaitEnd(_ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    if awaitsEnd(endpoint) { wake(at: calendar.now + ServiceTimes.gathering, &calendar) }
  }

  private func awaitsEnd(_ endpoint: borrowing Endpoint) -> Bool {
    subscription != nil && !isDrained && !endpoint.isOpen(place.shard, of: place.stream)
  }

  /// Goes on when its owner has room: to what there is to push, or to the next call, `pause` behind the last one.
  mutating func goOn(pause: Interval, _ endpoint: borrowing Endpoint, _ calendar: inout Calendar) {
    if fanOut == nil {
      if !isCalling { comeBack(after: pause, &calendar) }
    } else if hasPush(endpoint) || awaitsEnd(endpoint) {
      wake(at: calendar.now + ServiceTimes.gathering, &calendar)
    }
  }

  /// What the service pushes now, if anything: it travels until `arrive`. Then the next push is scheduled.
  mutating func push(_ endpoint: inout Endpoint, _ calendar: inout Calendar) {
    guard let fanOut, let subscription else { return }
    let now = calendar.now
    if let call = endpoint.push(
      to: fanOut.position, subscription, of: place.stream, consumer: fanOut.consumer, drawing: &draws.times, at: now)
    {
      isDrained = call.endsShard
      arrivesAt = max(arrivesAt, now + call.took)
      take(call.event.first, call.event.count, arriving: arrivesAt, &calendar)
      guard !call.event.isLast else {
        self.subscription = nil
        return isDrained ? () : subscribe(fanOut, &endpoint, &calendar)
      }
    }
    let next = endpoint.nextPush(to: fanOut.position, subscription, of: place.stream, after: now)
    if next < .never { wake(at: max(next, now + ServiceTimes.gathering), &calendar) }
  }
}

extension ReadCaller {
  /// The events of its readers: a poll or push is due, and records reach it.
  fileprivate var due: RunEvent.Kind { self == .consumer ? .read : .sourcePoll }
  fileprivate var arrival: RunEvent.Kind { self == .consumer ? .arrival : .sourceAnswer }
}
