import Testing
import Units

@testable import KinesisCore

/// A random history of receives that wait, beside the naive queue. Its driver wakes the queue at `nextAnswer` alone.
private struct PollHistory {
  struct Poll {
    let number: Int, side: QueueSide, limit: Int, visibility: Int64?, until: Instant
  }

  private var dice: Dice
  private var stream: KinesisCore.Stream
  private var naive: NaiveQueue
  private var now = start, number = 0
  private var waiting: [Poll] = []
  private var handles: [(handle: ReceiptHandle, side: QueueSide)] = []
  private(set) var faults: [String] = []
  /// Receives that waited and were given records; that were given none.
  private(set) var given = 0, empty = 0

  init(seed: Int) {
    dice = Dice(seed: seed)
    let most = dice.pick([1, 2, 3, nil]), limit = dice.pick([2, 5, 1_000]), visibility = Int64(dice.pick([1, 5, 30]))
    let latency = Int64(dice.pick([0, 70, 2_500]))
    stream = queueStream(
      3, visibility: visibility, receives: most,
      limits: queueLimits((.queue.inFlight, Int64(limit)), (.queue.deliveryLatency, latency)))
    naive = NaiveQueue(most: most, limit: limit, visibility: visibility, retention: .hours(24))
    naive.latency = .milliseconds(latency)
  }

  mutating func run(_ steps: Int) {
    for _ in 0..<steps where faults.isEmpty {
      let pause = dice.below(300) == 0 ? 86_390_000 : dice.pick([0, 0, 1, 40, 500, 3_000, 20_000])
      wake(until: now + .milliseconds(Int64(pause)))
      naive.pass(to: now)
      act()
    }
  }

  // MARK: Time

  private mutating func wake(until end: Instant) {
    while faults.isEmpty, case let wake = stream.nextAnswer(of: 0), wake <= end {
      look(until: max(now, wake))
      now = max(now, wake)
      naive.pass(to: now)
      answer()
    }
    look(until: end)
    now = end
  }

  /// No instant before the next wake may have something for a receive that waits.
  private mutating func look(until wake: Instant) {
    var probe = naive, instants = [now] + waiting.map(\.until)
    for record in naive.records {
      switch record.state {
      case .inFlight(let until), .deadInFlight(let until): instants.append(until)
      default: instants.append(record.arrival + naive.latency)
      }
    }
    for instant in instants.sorted() where instant >= now && instant < wake {
      probe.pass(to: instant)
      for poll in waiting {
        if poll.until <= instant { faults.append("poll \(poll.number) is over at \(instant), woken at \(wake)") }
        guard let record = probe.due(poll.side, 1).first else { continue }
        faults.append("\(record) is for poll \(poll.number) at \(instant), woken at \(wake)")
      }
    }
  }

  private mutating func answer() {
    var answers: [PollAnswer] = [], records: [ReceivedRecord] = []
    stream.answerPolls(of: 0, at: now, into: &answers, &records)
    if answers.isEmpty, stream.nextAnswer(of: 0) <= now {
      faults.append("woken for nothing at \(now), again and again")
    }
    for answer in answers {
      guard let place = waiting.firstIndex(where: { $0.number == answer.poll }) else {
        faults.append("poll \(answer.poll) is answered twice")
        continue
      }
      let poll = waiting.remove(at: place), found = Array(records[answer.records])
      if found.isEmpty, poll.until > now { faults.append("poll \(poll.number) ends early") }
      (given, empty) = found.isEmpty ? (given, empty + 1) : (given + 1, empty)
      take(found, poll)
    }
    for poll in waiting where !naive.due(poll.side, 1).isEmpty {
      faults.append("poll \(poll.number) goes without, at \(now)")
    }
  }

  private mutating func take(_ records: [ReceivedRecord], _ poll: Poll) {
    let due = naive.due(poll.side, poll.limit)
    if records.map(\.id) != due { faults.append("poll \(poll.number) has \(records.map(\.id)), not \(due)") }
    for record in records {
      naive.receive(record, poll.side, until: now + .seconds(poll.visibility ?? naive.visibility))
      handles.append((record.handle, poll.side))
    }
  }

  // MARK: Calls

  private mutating func act() {
    switch dice.below(12) {
    case 0, 1: put()
    case 2, 3, 4, 5, 6: receive(dice.below(3) == 0 ? .deadLetters : .records)
    case 7, 8: acknowledge()
    case 9: hide()
    case 10: restore()
    default: hangUp()
    }
  }

  private mutating func put() {
    let outcome = stream.put(
      record(Int32(dice.within(1...2_000)), to: dice.ring(), count: Int32(dice.within(1...4))), at: now)
    for offset in 0..<Int64(outcome.accepted) {
      naive.records.append(.init(id: QueueRecordID(outcome.shard, at: outcome.first + offset), arrival: now))
    }
  }

  private mutating func receive(_ side: QueueSide) {
    number += 1
    let wait = Int64(dice.pick([1, 2, 9, 20]))
    let poll = Poll(
      number: number, side: side, limit: dice.within(1...10),
      visibility: dice.below(3) == 0 ? Int64(dice.pick([1, 2, 7])) : nil, until: now + .seconds(wait))
    let call = ReceiveCall(
      poll: number, limit: poll.limit, wait: .seconds(wait), visibility: poll.visibility.map { .seconds($0) })
    let isFirst = !waiting.contains { $0.side == side }
    var records: [ReceivedRecord] = []
    guard let outcome = try? stream.receive(call, side, from: 0, at: now, into: &records) else { return }
    guard outcome == .waits else { return take(records, poll) }
    if isFirst, !naive.due(side, 1).isEmpty { faults.append("poll \(number) waits, though there is something") }
    waiting.append(poll)
  }

  private mutating func entry() -> (handle: ReceiptHandle, side: QueueSide)? {
    guard !handles.isEmpty, (try? stream.admitEntries(1, of: 0, at: now)) != nil else { return nil }
    return handles[handles.count - 1 - dice.below(min(12, handles.count))]
  }

  private mutating func acknowledge() {
    guard let (handle, side) = entry() else { return }
    let expected = naive.acknowledge(handle, side, at: now)
    if (stream.acknowledge(handle, side, of: 0) == nil) != expected { faults.append("acknowledged: \(!expected)") }
  }

  private mutating func hide() {
    guard let (handle, side) = entry() else { return }
    let seconds = Int64(dice.pick([0, 1, 300]))
    let expected = naive.hide(handle, side, until: now + .seconds(seconds), at: now)
    let entry = VisibilityEntry(handle, visibility: .seconds(seconds))
    if (stream.hide(entry, side, of: 0) == nil) != expected { faults.append("hidden: \(!expected)") }
  }

  private mutating func restore() {
    guard let (handle, _) = entry() else { return }
    let expected = naive.restore(handle, at: now)
    if (stream.restore(handle, of: 0) == nil) != expected { faults.append("restored: \(!expected)") }
  }

  private mutating func hangUp() {
    guard !waiting.isEmpty else { return }
    stream.hangUp(waiting.remove(at: dice.below(waiting.count)).number, on: 0)
  }
}

@Suite("Receives that wait, over random histories")
struct QueuePollTests {
  @Test("woken when it asks to be and never else, a queue leaves nothing lie that a receive waits for")
  func nothingLies() {
    var given = 0, empty = 0
    for seed in 0..<80 {
      var history = PollHistory(seed: seed)
      history.run(400)
      #expect(history.faults == [], "seed \(seed)")
      (given, empty) = (given + history.given, empty + history.empty)
    }
    // A history whose queue is mostly idle gives little; together they do.
    #expect(given > 480 && empty > 80, "\(given) given, \(empty) empty")
  }
}
