internal import Units

/// Receiving records, and what is done with them.
extension Queue {
  /// What can be given out next.
  private enum Ready {
    case held(Int, size: Int64)
    case fresh(size: Int64)
    /// The place in the bag, its run there.
    case drawn(Int, RecordRun)

    var size: Int64 {
      switch self {
      case .held(_, let size), .fresh(let size): size
      case .drawn(_, let run): run.bytes(ofFirst: 1)
      }
    }
  }

  // MARK: Receiving

  /// ReceiveQueueRecords or ReceiveDeadLetterQueueRecords. Adds the records to `records`; when there is none to give, the call
  /// waits. Time has passed up to `now`.
  mutating func receive(
    _ call: ReceiveCall, _ side: QueueSide, _ source: Source, at now: Instant, into records: inout [ReceivedRecord]
  ) throws(Refusal) -> ReceiveOutcome {
    try admitCall(at: now)
    guard !rules.throttlesAtLimit || room(side) > 0 else {
      throw .throttling("Queue \(name) has \(rules.inFlight) records in flight.")
    }
    let isFirst = side == .records ? polls.isEmpty : deadPolls.isEmpty
    if isFirst, give(call, side, source, at: now, into: &records) > 0 { return .answered }
    if side == .records { polls.append(call, at: now) } else { deadPolls.append(call, at: now) }
    return .waits
  }

  /// A call on records: nothing without a queue, and not more often than the rule has it.
  mutating func admitCall(at now: Instant) throws(Refusal) {
    switch status {
    case .active, .updating: break
    case .creating, .deleting, .deleted: throw .notFound("Queue \(name) is not ACTIVE.")
    }
    guard calls?.take(1, at: now) ?? true else { throw .throttling("Rate exceeded for queue \(name).") }
  }

  /// Gives as many records as the call, the room in flight and the bytes of a response allow. Returns how many.
  private mutating func give(
    _ call: ReceiveCall, _ side: QueueSide, _ source: Source, at now: Instant, into records: inout [ReceivedRecord]
  ) -> Int {
    let length = call.visibility ?? settings.visibility
    var given = 0, bytes: Int64 = 0
    let most = min(call.limit, room(side))
    while given < most, let ready = ready(side, source, at: now) {
      if case .held(let slot, _) = ready, rules.diesAtReceive, side == .records, isSpent(held[slot]) {
        die(slot)
        continue
      }
      bytes += ready.size
      guard given == 0 || bytes <= rules.responseBytes else { break }
      guard let slot = take(ready, source, for: length, at: now) else { continue }
      given += 1
      records.append(ReceivedRecord(held[slot], slot))
    }
    if side == .records { ledger.received += Int64(given) } else { ledger.deadReceived += Int64(given) }
    return given
  }

  private mutating func ready(_ side: QueueSide, _ source: Source, at now: Instant) -> Ready? {
    let oldest = held.oldest(side)
    guard side == .records else { return oldest.map { .held($0, size: Int64(held[$0].size)) } }
    if rules.isRandom { return draw(source, at: now) }
    guard let first = fresh.oldest(at: now, source.shards) else {
      return oldest.map { .held($0, size: Int64(held[$0].size)) }
    }
    guard let oldest, held[oldest].arrival <= first.arrival else { return .fresh(size: first.size) }
    return .held(oldest, size: Int64(held[oldest].size))
  }

  /// Any of the visible ones, each as likely.
  private mutating func draw(_ source: Source, at now: Instant) -> Ready? {
    while let record = fresh.take(at: now, source.shards) { bag.append(record.id) }
    while true {
      let all = held.visibleCount + bag.count
      guard all > 0 else { return nil }
      let place = Int(chance.below(Int64(all)))
      if place < held.visibleCount {
        let slot = held.visible(at: place)
        return .held(slot, size: Int64(held[slot].size))
      }
      let id = bag[place - held.visibleCount], log = source.shards.span[id.shard.index].log
      if let run = log.run(holding: id.position), run.arrival >= now - source.retention {
        return .drawn(place - held.visibleCount, run)
      }
      removeFromBag(place - held.visibleCount)
      ledger.expiredUnread += 1
    }
  }

  private mutating func removeFromBag(_ place: Int) {
    bag.swapAt(place, bag.count - 1)
    bag.removeLast()
  }

  /// A receipt. Returns the record's slot.
  private mutating func take(_ ready: Ready, _ source: Source, for length: Interval, at now: Instant) -> Int? {
    switch ready {
    case .held(let slot, _):
      held.receive(slot, for: length, at: now)
      return slot
    case .fresh:
      guard let record = fresh.take(at: now, source.shards) else { return nil }
      ledger.firstReceived += 1
      return held.receive(record.id, arrival: record.arrival, size: record.size, for: length, at: now)
    case .drawn(let place, let run):
      let id = bag[place]
      removeFromBag(place)
      ledger.firstReceived += 1
      return held.receive(
        id, arrival: run.arrival, size: Int32(clamping: run.bytes(ofFirst: 1)), for: length, at: now)
    }
  }

  // MARK: Receives that wait

  /// Answers receives that wait, each at its own instant up to `now`: with records, or with none when their time is over.
  mutating func answer(
    _ source: Source, at now: Instant, into answers: inout [PollAnswer], _ records: inout [ReceivedRecord]
  ) {
    while deadline <= now {
      let due = deadline
      passTime(to: due, source)
      if status.isGoing { return close(into: &answers, records.count) }
      serve(.records, source, into: &answers, &records)
      serve(.deadLetters, source, into: &answers, &records)
      while let over = polls.removeOver(at: latest) ?? deadPolls.removeOver(at: latest) {
        ledger.emptyReceives += 1
        answers.append(PollAnswer(poll: over.poll, records: records.count..<records.count, kind: .received))
      }
    }
    passTime(to: now, source)
  }

  private mutating func serve(
    _ side: QueueSide, _ source: Source, into answers: inout [PollAnswer], _ records: inout [ReceivedRecord]
  ) {
    while let call = side == .records ? polls.first : deadPolls.first {
      let before = records.count
      guard give(call, side, source, at: latest, into: &records) > 0 else { return }
      if side == .records { polls.removeFirst() } else { deadPolls.removeFirst() }
      answers.append(PollAnswer(poll: call.poll, records: before..<records.count, kind: .received))
    }
  }

  private mutating func close(into answers: inout [PollAnswer], _ end: Int) {
    for call in polls.removeAll() + deadPolls.removeAll() {
      answers.append(PollAnswer(poll: call.poll, records: end..<end, kind: .closed))
    }
  }

  // MARK: Entries

  /// An entry of an acknowledgement: the record is done with, or thrown away as a dead letter. Time has passed.
  mutating func acknowledge(_ handle: ReceiptHandle, _ side: QueueSide, _ retention: Interval) -> QueueEntryError? {
    guard let slot = slot(of: handle, side, orAtRest: rules.takesLateHandles) else { return fail() }
    guard !isExpired(slot, retention) else { return endExpired(slot, side) }
    switch side {
    case .deadLetters: ledger.discarded += 1
    case .records:
      ledger.acknowledged += 1
      if rules.duplicates > 0, chance.below(1_000_000) < rules.duplicates {
        ledger.cameBack += 1
        held.repeatDelivery(slot)
        return nil
      }
    }
    held.remove(slot)
    return nil
  }

  /// An entry of RestoreDeadLetterQueueRecords: the record is visible as if it had never been received.
  mutating func restore(_ handle: ReceiptHandle, _ retention: Interval) -> QueueEntryError? {
    guard let slot = slot(of: handle, .deadLetters, orAtRest: rules.takesLateHandles) else { return fail() }
    guard !isExpired(slot, retention) else { return endExpired(slot, .deadLetters) }
    held.forgive(slot)
    ledger.restored += 1
    return nil
  }

  /// An entry of a visibility call: hidden for so long from now on. One whose visibility is over stays as it is (assumed).
  mutating func hide(_ entry: VisibilityEntry, _ side: QueueSide, _ retention: Interval) -> QueueEntryError? {
    guard let slot = slot(of: entry.handle, side, orAtRest: false) else { return fail() }
    if entry.visibility > .zero {
      held.prolong(slot, for: entry.visibility, at: latest)
    } else {
      endVisibility(of: slot, at: latest, retention)
    }
    return nil
  }

  private mutating func fail() -> QueueEntryError {
    ledger.failedEntries += 1
    return .invalidArgument
  }

  /// Where the record of a handle is held; nil when the handle is void or of the other side.
  private func slot(of handle: ReceiptHandle, _ side: QueueSide, orAtRest takesLate: Bool) -> Int? {
    guard let slot = held.slot(of: handle) else { return nil }
    switch (held[slot].phase, side) {
    case (.inFlight, .records), (.deadInFlight, .deadLetters): return slot
    case (.visible, .records), (.dead, .deadLetters): return takesLate ? slot : nil
    case (.vacant, _), (.inFlight, _), (.deadInFlight, _), (.visible, _), (.dead, _): return nil
    }
  }

  private func isExpired(_ slot: Int, _ retention: Interval) -> Bool { held[slot].arrival < latest - retention }

  /// One in flight that has left its stream by age: what is asked of it has no effect, or fails.
  private mutating func endExpired(_ slot: Int, _ side: QueueSide) -> QueueEntryError? {
    guard rules.takesExpired else { return fail() }
    held.remove(slot)
    if side == .records { ledger.expired += 1 } else { ledger.expiredDead += 1 }
    return nil
  }
}

extension ReceivedRecord {
  fileprivate init(_ record: HeldRecord, _ slot: Int) {
    self.init(
      id: record.id, handle: ReceiptHandle(slot: slot, stamp: record.stamp), arrival: record.arrival,
      firstReceived: record.firstReceived, receives: record.receives, size: record.size)
  }
}

/// What came of a receive at once.
public enum ReceiveOutcome: Sendable, Hashable {
  /// It has records.
  case answered
  /// It waits for one.
  case waits
}

/// A receive that waited is answered.
public struct PollAnswer: Sendable, Hashable {
  /// How.
  public enum Kind: Sendable, Hashable {
    /// With records, or with none because its time is over.
    case received
    /// With ResourceNotFoundException: the queue was deleted.
    case closed
  }
  /// The caller's number of it.
  public var poll: Int
  /// Where its records stand among those given out with the answers.
  public var records: Range<Int>
  /// How.
  public var kind: Kind
}
