import Testing
import Units

@testable import KinesisCore

/// The rules of Q§8 in the plainest words: a list of records, looked through at each call.
struct NaiveQueue {
  enum State: Equatable {
    case visible, inFlight(Instant), dead, deadInFlight(Instant), acknowledged, discarded, expired
  }
  struct Record {
    var id: QueueRecordID, arrival: Instant
    var state = State.visible, receives: Int32 = 0, isFresh = true, handle: ReceiptHandle?
  }

  var records: [Record] = []
  let most: Int?, limit: Int, visibility: Int64, retention: Interval
  /// From a record's arrival until it can be received.
  var latency = Interval.zero
  private var now = start

  init(most: Int?, limit: Int, visibility: Int64, retention: Interval) {
    (self.most, self.limit, self.visibility, self.retention) = (most, limit, visibility, retention)
  }

  mutating func pass(to now: Instant) {
    self.now = now
    for index in records.indices {
      let arrival = records[index].arrival
      switch records[index].state {
      case .inFlight(let until) where until <= now:
        let isSpent = most.map { records[index].receives >= Int32($0) } ?? false
        if isSpent { records[index].handle = nil }
        records[index].state = arrival < until - retention ? .expired : isSpent ? .dead : .visible
      case .deadInFlight(let until) where until <= now:
        records[index].state = arrival < until - retention ? .expired : .dead
      default: break
      }
      let isAtRest = records[index].state == .visible || records[index].state == .dead
      if isAtRest, arrival < now - retention { records[index].state = .expired }
    }
  }

  var inFlight: Int {
    records.count {
      switch $0.state {
      case .inFlight, .deadInFlight: true
      default: false
      }
    }
  }

  /// What a receive must give: the oldest first, of one instant those received before first.
  func due(_ side: QueueSide, _ count: Int) -> [QueueRecordID] {
    let wanted = side == .records ? State.visible : .dead
    let all = records.filter { $0.state == wanted && (!$0.isFresh || $0.arrival + latency <= now) }
      .sorted { ($0.arrival, $0.isFresh ? 1 : 0, $0.id) < ($1.arrival, $1.isFresh ? 1 : 0, $1.id) }
    return all.prefix(min(count, limit - inFlight)).map(\.id)
  }

  mutating func receive(_ received: ReceivedRecord, _ side: QueueSide, until: Instant) {
    guard let index = records.firstIndex(where: { $0.id == received.id }) else { return }
    records[index].state = side == .records ? .inFlight(until) : .deadInFlight(until)
    records[index].receives += 1
    (records[index].isFresh, records[index].handle) = (false, received.handle)
  }

  func index(of handle: ReceiptHandle, _ side: QueueSide, orAtRest: Bool) -> Int? {
    records.firstIndex {
      guard $0.handle == handle else { return false }
      switch ($0.state, side) {
      case (.inFlight, .records), (.deadInFlight, .deadLetters): return true
      case (.visible, .records), (.dead, .deadLetters): return orAtRest
      default: return false
      }
    }
  }

  func isGone(_ index: Int, at now: Instant) -> Bool { records[index].arrival < now - retention }

  mutating func acknowledge(_ handle: ReceiptHandle, _ side: QueueSide, at now: Instant) -> Bool {
    guard let index = index(of: handle, side, orAtRest: true) else { return false }
    records[index].handle = nil
    records[index].state = isGone(index, at: now) ? .expired : side == .records ? .acknowledged : .discarded
    return true
  }

  mutating func restore(_ handle: ReceiptHandle, at now: Instant) -> Bool {
    guard let index = index(of: handle, .deadLetters, orAtRest: true) else { return false }
    let isGone = isGone(index, at: now)
    (records[index].handle, records[index].receives) = (nil, 0)
    records[index].state = isGone ? .expired : .visible
    return true
  }

  mutating func hide(_ handle: ReceiptHandle, _ side: QueueSide, until: Instant, at now: Instant) -> Bool {
    guard let index = index(of: handle, side, orAtRest: false) else { return false }
    records[index].state = side == .records ? .inFlight(until) : .deadInFlight(until)
    pass(to: now)
    return true
  }

  func count(_ isMeant: (Record) -> Bool) -> Int64 { Int64(records.count(where: isMeant)) }

  var counts: QueueCounts {
    QueueCounts(
      visible: count { $0.state == .visible }, unread: count { $0.state == .visible && $0.isFresh },
      inFlight: count { if case .inFlight = $0.state { true } else { false } }, dead: count { $0.state == .dead },
      deadInFlight: count { if case .deadInFlight = $0.state { true } else { false } })
  }
}

/// A random history of one queue beside the naive one.
struct QueueHistory {
  var dice: Dice
  var stream: KinesisCore.Stream
  var naive: NaiveQueue
  var now = start
  var handles: [(handle: ReceiptHandle, side: QueueSide)] = []
  var faults: [String] = []

  init(seed: Int) {
    dice = Dice(seed: seed)
    let most = dice.pick([1, 2, 3, nil]), limit = dice.pick([5, 30, 1_000])
    let visibility = Int64(dice.pick([0, 5, 30, 600]))
    stream = queueStream(
      3, visibility: visibility, receives: most, limits: queueLimits((.queue.inFlight, Int64(limit))))
    naive = NaiveQueue(most: most, limit: limit, visibility: visibility, retention: .hours(24))
  }

  mutating func run(_ steps: Int) {
    for step in 0..<steps {
      now = now + .seconds(Int64(dice.pick([0, 0, 1, 3, 10, 40, dice.below(400) == 0 ? 40_000 : 2])))
      act()
      naive.pass(to: now)
      let counts = stream.counts(at: now)
      if counts != naive.counts { faults.append("step \(step): \(counts), naive \(naive.counts)") }
      if !stream.queues[0].isBalanced { faults.append("step \(step): the ledger does not add up") }
      if !faults.isEmpty { return }
    }
  }

  private mutating func act() {
    naive.pass(to: now)
    switch dice.below(10) {
    case 0, 1, 2: put()
    case 3, 4, 5: receive(dice.below(5) == 0 ? .deadLetters : .records)
    case 6, 7: acknowledge()
    case 8: hide()
    default: restore()
    }
  }

  private mutating func put() {
    let header = record(Int32(dice.within(1...2_000)), to: dice.ring(), count: Int32(dice.within(1...4)))
    let outcome = stream.put(header, at: now)
    for offset in 0..<Int64(outcome.accepted) {
      naive.records.append(.init(id: QueueRecordID(outcome.shard, at: outcome.first + offset), arrival: now))
    }
  }

  private mutating func receive(_ side: QueueSide) {
    let count = dice.within(1...10), visibility = dice.below(3) == 0 ? Int64(dice.pick([0, 2, 7, 100])) : nil
    let due = naive.due(side, count)
    let records = (try? stream.pull(count, side, visibility: visibility, at: now)) ?? []
    if records.map(\.id) != due { faults.append("received \(records.map(\.id)), not \(due)") }
    for record in records {
      naive.receive(record, side, until: now + .seconds(visibility ?? naive.visibility))
      handles.append((record.handle, side))
      guard let most = naive.most, side == .records, record.receives > Int32(most) else { continue }
      faults.append("\(record.id) is received for the \(record.receives)th time")
    }
  }

  /// A handle of the past, oftener a new one; now and then one used before.
  private mutating func anyHandle() -> (handle: ReceiptHandle, side: QueueSide)? {
    guard !handles.isEmpty else { return nil }
    let place = dice.below(2) == 0 ? handles.count - 1 - dice.below(min(5, handles.count)) : dice.below(handles.count)
    let (handle, side) = handles[place]
    return (handle, dice.below(8) == 0 ? dice.pick(QueueSide.allCases) : side)
  }

  private mutating func acknowledge() {
    guard let (handle, side) = anyHandle(), (try? stream.admitEntries(1, of: 0, at: now)) != nil else { return }
    let expected = naive.acknowledge(handle, side, at: now)
    if (stream.acknowledge(handle, side, of: 0) == nil) != expected { faults.append("acknowledged: \(!expected)") }
  }

  private mutating func hide() {
    guard let (handle, side) = anyHandle(), (try? stream.admitEntries(1, of: 0, at: now)) != nil else { return }
    let seconds = Int64(dice.pick([0, 1, 30, 300]))
    let expected = naive.hide(handle, side, until: now + .seconds(seconds), at: now)
    let entry = VisibilityEntry(handle, visibility: .seconds(seconds))
    if (stream.hide(entry, side, of: 0) == nil) != expected { faults.append("hidden: \(!expected)") }
  }

  private mutating func restore() {
    guard let (handle, _) = anyHandle(), (try? stream.admitEntries(1, of: 0, at: now)) != nil else { return }
    let expected = naive.restore(handle, at: now)
    if (stream.restore(handle, of: 0) == nil) != expected { faults.append("restored: \(!expected)") }
  }
}

@Suite("Queues over random histories")
struct QueueHistoryTests {
  @Test("each record is in one state, the one that the plainest reading of the rules has it in", arguments: 0..<60)
  func naive(seed: Int) {
    var history = QueueHistory(seed: seed)
    history.run(400)
    #expect(history.faults == [], "seed \(seed)")
    #expect(history.stream.queues[0].counts.inFlight <= Int64(history.naive.limit), "seed \(seed)")
  }

  @Test("what happens at one queue is the same whatever happens at another", arguments: 0..<20)
  func apart(seed: Int) throws {
    var alone = QueueHistory(seed: seed), beside = alone
    let other = try beside.stream.registerActiveQueue(
      "other", QueueSettings(visibility: .seconds(3), deadLetters: .builtIn(maxReceives: 2)), from: .trimHorizon,
      seed: 9, at: start)
    alone.run(150)
    for step in 0..<150 {
      beside.run(1)
      let taken = try beside.stream.pull(queue: other, at: beside.now)
      if step % 3 == 0, !taken.isEmpty { _ = try beside.stream.acknowledge(taken, queue: other, at: beside.now) }
    }
    #expect(alone.faults == [] && beside.faults == [], "seed \(seed)")
    #expect(alone.stream.queues[0] == beside.stream.queues[0], "seed \(seed)")
  }

  @Test("p = 0.5 and six receipts: 1.96875 attempts a record, 1 in 64 dead; other p and counts too (oracles 1, 2)")
  func attempts() throws {
    for (share, most) in [(0.5, 6), (0.5, 3), (0.9, 6), (1.0, 6), (0.1, 6)] {
      var dice = Dice(seed: most + Int(share * 10))
      var stream = queueStream(16, visibility: 1, receives: most), attempts = 0
      let records = 8_000
      for number in 0..<records / 500 { _ = stream.put(record(10, to: UInt128(number) << 124, count: 500), at: start) }
      for second in 1...20 {
        while case let taken = try stream.pull(at: at(Int64(second) * 2)), !taken.isEmpty {
          attempts += taken.count
          let good = taken.filter { _ in dice.unit() > share }
          if !good.isEmpty { _ = try stream.acknowledge(good, at: at(Int64(second) * 2)) }
        }
      }
      func power(_ n: Int) -> Double { (0..<n).reduce(1) { product, _ in product * share } }
      let wanted = (0..<most).reduce(0) { $0 + power($1) }, dead = power(most)
      let variance = (0..<most).reduce(0) { $0 + Double(2 * $1 + 1) * power($1) } - wanted * wanted
      let mean = Double(attempts) / Double(records), share = Double(stream.queues[0].ledger.died) / Double(records)
      #expect(abs(mean - wanted) <= 4 * (variance / Double(records)).squareRoot(), "A \(wanted): \(mean)")
      #expect(abs(share - dead) <= 4 * (dead * (1 - dead) / Double(records)).squareRoot() + 1e-3, "D \(dead): \(share)")
    }
  }

  @Test("nobody acknowledges: full at 24 s, then a thirtieth of the limit a second, first deaths at 180 s (oracle 6)")
  func nobodyAcknowledges() throws {
    var stream = queueStream(4, limits: queueLimits((.queue.inFlight, 1_200)))
    var (full, firstDeath): (Int64?, Int64?)
    for tick in 0..<Int64(3_000) {
      let now = at(milliseconds: tick * 100)
      for number in 0..<5 { _ = stream.put(record(10, to: UInt128(number) << 125), at: now) }
      while try !stream.pull(at: now).isEmpty {}
      let counts = stream.queues[0].counts
      #expect(counts.inFlight <= 1_200)
      if full == nil, counts.inFlight == 1_200 { full = tick }
      if firstDeath == nil, stream.queues[0].ledger.died > 0 { firstDeath = tick }
    }
    #expect(full == 239, "50 a second, the first at 0: 1,200 at 23.9 s")
    #expect(firstDeath == 1_800)
    let rate = Double(stream.queues[0].ledger.received - 1_200) / (300 - 24)
    #expect(abs(rate - 40) < 1.5, "1,200 in 30 s: \(rate)")
  }

  @Test(
    "equal journals give equal machines, however often they are woken; each poll is answered once", arguments: 0..<12)
  func journals(seed: Int) throws {
    let entries = Self.journal(seed: seed)
    func account() -> Account {
      Account(region: "eu-west-1", streams: [onDemandStream(2)], at: start)
    }
    var (one, other, woken) = (account(), account(), account())
    let effects = one.replay(entries, until: at(900)), again = other.replay(entries, until: at(900))
    var often: [Answer] = []
    for (index, entry) in entries.enumerated() {
      for part in Int64(1)...4 {
        let before = index > 0 ? entries[index - 1].at : start
        woken.wake(at: before + Interval(nanoseconds: (entry.at - before).nanoseconds * part / 4), into: &often)
      }
      woken.step(entry.input, at: entry.at, into: &often)
    }
    woken.wake(at: at(900), into: &often)
    #expect(one == other && effects == again, "seed \(seed)")
    #expect(often == effects && woken == one, "seed \(seed)")
    var asked = Set<Int>(), answered: [Int] = []
    for effect in effects {
      switch effect {
      case .queue(.waits(let poll)): asked.insert(poll)
      case .polled(_, .received(let poll, _)), .polled(_, .closed(let poll)): answered.append(poll)
      default: continue
      }
    }
    #expect(asked.count > 5 && answered.count == Set(answered).count && Set(answered) == asked, "seed \(seed)")
  }

  private static func journal(seed: Int) -> [Journal<Request>.Entry] {
    var dice = Dice(seed: seed), now = start, entries: [Journal<Request>.Entry] = []
    func queue(_ dice: inout Dice) -> String { dice.below(2) == 0 ? "a" : "b" }
    for name in ["a", "b"] {
      entries.append(.init(at: now, input: .createQueue(name, stream: "clicks", .trimHorizon, nil)))
    }
    for number in 0..<250 {
      now = now + .milliseconds(Int64(dice.pick([0, 10, 500, 3_000, 9_000])))
      let handles = (0..<3).map { _ in ReceiptHandle(slot: dice.below(6), stamp: UInt32(dice.within(2...6))) }
      let side = dice.pick(QueueSide.allCases)
      let call = ReceiveCall(
        poll: number, limit: dice.within(1...10), wait: .seconds(Int64(dice.within(1...20))),
        visibility: .seconds(Int64(dice.below(30))))
      let request: Request
      switch dice.below(8) {
      case 0, 1: request = .stream("clicks", .putRecord(record(Int32(dice.within(1...90)), to: dice.ring())))
      case 2, 3, 4: request = .queue(queue(&dice), .receive(call, side))
      case 5: request = .queue(queue(&dice), .acknowledge(handles, side))
      case 6: request = .queue(queue(&dice), .restore(handles))
      default:
        request = .queue(
          queue(&dice),
          .updateVisibility([VisibilityEntry(handles[0], visibility: .seconds(number % 3 == 0 ? 0 : 9))], side))
      }
      entries.append(.init(at: now, input: request))
    }
    return entries.filter { $0.at < at(850) }
  }
}
