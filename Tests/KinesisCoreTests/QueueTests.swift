import Testing
import Units

@testable import KinesisCore

@Suite("Queues: receiving and acknowledging")
struct QueueTests {
  @Test("a record that is received is hidden until its visibility ends, then comes again and counts its receipts")
  func visibility() throws {
    var stream = queueStream()
    _ = stream.put(record(100), at: start)
    let first = try stream.pull(at: at(1)), hidden = try stream.pull(at: at(30))
    let again = try stream.pull(at: at(31))
    #expect(first.map(\.receives) == [1] && hidden.isEmpty && again.map(\.receives) == [2])
    #expect(first[0].id == again[0].id && first[0].handle != again[0].handle)
    #expect(first[0].arrival == start && again[0].firstReceived == at(1))
    #expect(first[0].id.description == "0" && first[0].id.shard == ShardID(0) && first[0].id.position == 0)
    let done = try stream.acknowledge(again, at: at(32))
    #expect(done == [nil] && stream.counts(at: at(1_000)).visible == 0)
  }

  @Test("a receive gives the oldest first, over all shards, at most ten")
  func order() throws {
    var stream = queueStream(4)
    for number in 0..<12 {
      _ = stream.put(record(10, to: UInt128(number % 4) << 126), at: at(milliseconds: Int64(number)))
    }
    let first = try stream.pull(at: at(1)), rest = try stream.pull(at: at(1))
    #expect((first + rest).map(\.arrival) == (0..<12).map { at(milliseconds: $0) })
    #expect(first.count == 10 && rest.count == 2)
  }

  @Test("a record is visible 70 ms after its arrival")
  func latency() throws {
    var stream = queueStream(limits: .current)
    _ = stream.put(record(10), at: start)
    let early = try stream.pull(at: at(milliseconds: 69)), due = try stream.pull(at: at(milliseconds: 70))
    #expect(early.isEmpty && due.count == 1)
  }

  @Test("a response holds 10 MiB, but at least one record")
  func responseBytes() throws {
    var stream = queueStream(16)
    for number in 0..<4 { _ = stream.put(record(4 << 20, to: UInt128(number) << 125), at: at(Int64(number))) }
    _ = stream.put(record(10 << 20, to: 9 << 124), at: at(9))
    let sizes = [try stream.pull(at: at(10)), try stream.pull(at: at(10)), try stream.pull(at: at(10))]
    #expect(sizes.map(\.count) == [2, 2, 1])
  }

  @Test("acknowledging ten handles of which three are unknown succeeds for seven, and the call succeeds (oracle 19)")
  func entries() throws {
    var stream = queueStream()
    _ = stream.put(record(10, count: 10), at: start)
    var records = try stream.pull(at: at(1))
    for index in 7..<10 { records[index].handle = ReceiptHandle(slot: index, stamp: 77) }
    let outcome = try stream.acknowledge(records, at: at(2))
    #expect(outcome.count { $0 == nil } == 7 && outcome.suffix(3).allSatisfy { $0 == .invalidArgument })
    #expect(stream.queues[0].ledger.acknowledged == 7 && stream.counts(at: at(2)).inFlight == 3)
  }

  @Test("ten entries a call, ten records a receive, whole seconds up to twelve hours, a wait of 1 to 20 s")
  func ranges() throws {
    var stream = queueStream()
    #expect(code { try stream.pull(11, at: start) } == invalid)
    #expect(code { try stream.pull(0, at: start) } == invalid)
    #expect(code { try stream.pull(visibility: 43_201, at: start) } == invalid)
    #expect(code { try stream.admitEntries(11, of: 0, at: start) } == invalid)
    #expect(code { try stream.admitEntries(0, of: 0, at: start) } == invalid)
    for wait in [0, 21] {
      let call = ReceiveCall(poll: 1, limit: 1, wait: .seconds(Int64(wait)))
      #expect(code { try stream.perform(.receive(call, .records), on: 0, at: start) } == invalid)
    }
  }

  @Test(
    "a late handle acknowledges while the record was not received again, then fails; under the other rule it always fails"
  )
  func lateHandle() throws {
    for isOther in [false, true] {
      var stream = queueStream(limits: queueLimits((.queue.lateHandle, isOther ? 1 : 0)))
      _ = stream.put(record(10, count: 2), at: start)
      let first = try stream.pull(at: at(1))
      let late = try stream.acknowledge([first[0]], at: at(40))
      #expect(late == [isOther ? .invalidArgument : nil])
      let again = try stream.pull(at: at(41))
      #expect(again.count == (isOther ? 2 : 1))
      let tooLate = try stream.acknowledge([first[1]], at: at(42)), held = try stream.hide(first[1], for: 9, at: at(42))
      #expect(tooLate == [.invalidArgument] && held == .invalidArgument)
    }
  }

  @Test("changing visibility counts from now on; 0 makes a record visible, and counts as a receipt that failed")
  func changing() throws {
    var stream = queueStream(receives: 2)
    _ = stream.put(record(10), at: start)
    let first = try stream.pull(at: at(1))
    let outcome = try stream.hide(first[0], for: 100, at: at(20))
    let hidden = try stream.pull(at: at(119)), second = try stream.pull(at: at(120))
    #expect(outcome == nil && hidden.isEmpty && second.map(\.receives) == [2])
    _ = try stream.hide(second[0], for: 0, at: at(121))
    let counts = stream.counts(at: at(121))
    #expect(counts.dead == 1 && counts.visible == 0, "received twice of two: dead")
    let late = try stream.hide(second[0], for: 10, at: at(122))
    #expect(late == .invalidArgument)
  }

  @Test("visibility 0: the record stays visible, each poll is a receipt, dead after six (oracle 11)")
  func zeroVisibility() throws {
    var stream = queueStream(visibility: 0)
    _ = stream.put(record(10), at: start)
    let receives = try (0..<8).map { try stream.pull(at: at(Int64($0))).map(\.receives) }
    #expect(receives == [[1], [2], [3], [4], [5], [6], [], []])
    #expect(stream.counts(at: at(8)).dead == 1)
  }

  @Test("12 h of visibility, six receipts, 24 h of retention: two receipts, no dead letter, expired (oracle 10)")
  func expiresFirst() throws {
    var stream = queueStream(visibility: 43_200)
    _ = stream.put(record(10), at: start)
    var receipts = 0
    for minute in 0..<1_500 { receipts += try stream.pull(at: at(Int64(minute) * 60)).count }
    let ledger = stream.queues[0].ledger
    #expect(receipts == 3 || receipts == 2, "at 0 h and 12 h; at 24 h sharp the record is just kept")
    #expect(ledger.died == 0 && stream.counts(at: at(140_000)).inFlight == 0)
    #expect(stream.queues[0].ledger.expired == 1 && stream.queues[0].isBalanced)
  }

  @Test(
    "one in flight that expires is acknowledged without effect, or fails under the other rule; it never comes again")
  func expiryInFlight() throws {
    for isOther in [false, true] {
      var stream = queueStream(limits: queueLimits((.queue.expiredInFlight, isOther ? 1 : 0)))
      _ = stream.put(record(10), at: start)
      let held = try stream.pull(visibility: 43_200, at: at(86_300))
      let outcome = try stream.acknowledge(held, at: at(86_500))
      #expect(outcome == [isOther ? .invalidArgument : nil])
      let counts = stream.counts(at: at(200_000))
      #expect(counts.inFlight + counts.visible + counts.dead == 0)
      #expect(stream.queues[0].ledger.expired == 1 && stream.queues[0].ledger.acknowledged == 0)
    }
  }

  @Test("at most the limit is in flight: a receive waits there, or gets ThrottlingException under the other rule")
  func inFlightLimit() throws {
    for isOther in [false, true] {
      let limits = queueLimits((.queue.inFlight, 25), (.queue.atInFlightLimit, isOther ? 1 : 0))
      var stream = queueStream(limits: limits)
      _ = stream.put(record(10, count: 40), at: start)
      let counts = try (0..<3).map { _ in try stream.pull(at: at(1)).count }
      #expect(counts == [10, 10, 5])
      #expect(code { try stream.pull(at: at(2)) } == (isOther ? "ThrottlingException" : nil))
      let later = try stream.pull(at: at(31))
      #expect(later.count == 10 && stream.queues[0].ledger.received == 35)
    }
  }

  @Test("dead letters in flight count towards the limit, or have their own under the other rule")
  func deadInFlight() throws {
    for isOther in [false, true] {
      let limits = queueLimits((.queue.inFlight, 10), (.queue.inFlightCountsDead, isOther ? 1 : 0))
      var stream = queueStream(receives: 1, limits: limits)
      _ = stream.put(record(10, count: 20), at: start)
      _ = try stream.pull(at: at(1))
      let dead = try stream.pull(10, .deadLetters, at: at(40)), fresh = try stream.pull(at: at(41))
      #expect(dead.count == 10 && fresh.count == (isOther ? 10 : 0))
    }
  }

  @Test("a rate of calls on records can be set; then more are refused as ThrottlingException")
  func dataCalls() throws {
    var stream = queueStream(limits: queueLimits((.queue.dataCalls, 2)))
    let codes = (0..<3).map { _ in code { try stream.pull(at: start) } }
    #expect(codes == [nil, nil, "ThrottlingException"])
  }

  @Test("a pipe of its own can be set: 2 MiB a second and shard come to the queue")
  func pipe() throws {
    var stream = queueStream(limits: queueLimits((.queue.readBytes, 2 << 20)))
    for second in 0..<8 { _ = stream.put(record(1 << 20), at: at(Int64(second))) }
    let counts = try [8_000, 8_400, 8_500, 9_000].map { try stream.pull(at: at(milliseconds: $0)).count }
    #expect(counts == [2, 0, 1, 1])
  }

  @Test("under the rule of chance any visible record is as likely to be next")
  func chance() throws {
    var firsts = [Int](repeating: 0, count: 10)
    var stream = queueStream(receives: nil, limits: queueLimits((.queue.nextRecord, 1)))
    for number in 0..<10 { _ = stream.put(record(10), at: at(Int64(number))) }
    for _ in 0..<5_000 {
      let one = try stream.pull(1, at: at(10))
      firsts[Int(one[0].id.position)] += 1
      _ = try stream.hide(one[0], for: 0, at: at(10))
    }
    #expect(firsts.allSatisfy { (420...580).contains($0) }, "500 each, σ 21: \(firsts)")
    #expect(stream.counts(at: at(10)).visible == 10 && stream.queues[0].isBalanced)
  }

  @Test("a share of acknowledged records comes back when the rule says so")
  func duplicates() throws {
    var stream = queueStream(receives: nil, limits: queueLimits((.queue.duplicates, 100_000)))
    _ = stream.put(record(10, count: 1_000), at: start)
    var taken = 0
    while case let records = try stream.pull(at: at(1)), !records.isEmpty {
      taken += records.count
      _ = try stream.acknowledge(records, at: at(1))
    }
    #expect((1_070...1_160).contains(taken), "1,000 / 0.9 = 1,111")
    #expect(stream.queues[0].ledger.cameBack == Int64(taken - 1_000) && stream.queues[0].isBalanced)
  }
}

@Suite("Queues: dead letters")
struct DeadLetterTests {
  /// A stream whose one record is dead by second 100.
  private static func dead(receives: Int = 3) throws -> KinesisCore.Stream {
    var stream = queueStream(visibility: 10, receives: receives)
    _ = stream.put(record(10), at: start)
    for turn in 0..<receives { _ = try stream.pull(at: at(Int64(turn) * 10)) }
    return stream
  }

  @Test("received as often as it may and never acknowledged, a record dies when its last visibility ends")
  func dies() throws {
    var stream = try Self.dead()
    let before = stream.counts(at: at(29)), after = stream.counts(at: at(30))
    #expect((before.inFlight, before.dead) == (1, 0))
    #expect((after.inFlight, after.dead, after.visible) == (0, 1, 0))
    let normal = try stream.pull(at: at(31)), dead = try stream.pull(10, .deadLetters, at: at(31))
    #expect(normal.isEmpty && dead.map(\.receives) == [4])
  }

  @Test("under the other rule it dies when it would be received once more")
  func diesAtReceive() throws {
    var stream = queueStream(visibility: 10, receives: 2, limits: queueLimits((.queue.deadAt, 1)))
    _ = stream.put(record(10), at: start)
    for turn in 0..<2 { _ = try stream.pull(at: at(Int64(turn) * 10)) }
    #expect(stream.counts(at: at(30)).visible == 1)
    let third = try stream.pull(at: at(30))
    #expect(third.isEmpty && stream.counts(at: at(30)).dead == 1)
  }

  @Test("MaxReceiveCount 1: one receipt (oracle 13)")
  func once() throws {
    var stream = try Self.dead(receives: 1)
    let again = try stream.pull(at: at(10))
    #expect(again.isEmpty && stream.queues[0].ledger.received == 1 && stream.queues[0].ledger.died == 1)
  }

  @Test("a restored dead letter that always fails is received six times more, from 1, and dies again (oracle 12)")
  func restored() throws {
    var stream = queueStream(visibility: 10)
    _ = stream.put(record(10), at: start)
    var counts: [Int32] = []
    for round in 0..<2 {
      let begin = Int64(round) * 1_000
      for turn in 0..<8 { counts += try stream.pull(at: at(begin + Int64(turn) * 10)).map(\.receives) }
      let dead = try stream.pull(10, .deadLetters, at: at(begin + 100))
      #expect(dead.count == 1)
      if round == 0 {
        let outcome = try stream.restore(dead, at: at(begin + 101))
        #expect(outcome == [nil])
      }
    }
    #expect(counts == [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6])
    #expect(stream.queues[0].ledger.died == 2 && stream.queues[0].isBalanced)
  }

  @Test("a dead letter in flight that nobody acknowledges is visible again; acknowledged, it is thrown away")
  func discarded() throws {
    var stream = try Self.dead()
    _ = try stream.pull(10, .deadLetters, at: at(30))
    let again = try stream.pull(10, .deadLetters, at: at(40))
    #expect(again.count == 1)
    let outcome = try stream.acknowledge(again, .deadLetters, at: at(41))
    #expect(outcome == [nil] && stream.counts(at: at(100)).dead == 0)
    #expect(stream.queues[0].ledger.discarded == 1 && stream.queues[0].ledger.acknowledged == 0)
  }

  @Test("handles are for one side: those of records do nothing to dead letters, and the other way round")
  func sides() throws {
    var stream = queueStream(visibility: 10, receives: 1)
    _ = stream.put(record(10, count: 2), at: start)
    let first = try stream.pull(1, at: at(0)), second = try stream.pull(1, visibility: 100, at: at(1))
    let dead = try stream.pull(10, .deadLetters, at: at(20))
    #expect(dead.count == 1)
    let outcomes = [
      try stream.acknowledge(dead, at: at(20)), try stream.acknowledge(second, .deadLetters, at: at(20)),
      try stream.restore(second, at: at(20)), try stream.acknowledge(first, at: at(20)),
      try stream.acknowledge(first, .deadLetters, at: at(20)),
    ]
    #expect(outcomes == Array(repeating: [.invalidArgument], count: 5))
  }

  @Test("under NONE a record is received until it is acknowledged")
  func none() throws {
    var stream = queueStream(visibility: 10, receives: nil)
    _ = stream.put(record(10), at: start)
    let last = try (0..<2_000).compactMap { try stream.pull(at: at(Int64($0) * 10)).first?.receives }.last
    #expect(last == 2_000 && stream.queues[0].ledger.died == 0)
  }

  @Test("dead letters keep the expiry of their record")
  func expire() throws {
    var stream = try Self.dead()
    let kept = stream.counts(at: at(86_400)), gone = stream.counts(at: at(86_401))
    #expect(kept.dead == 1 && gone.dead == 0 && stream.queues[0].ledger.expiredDead == 1)
  }

  @Test(
    "another MaxReceiveCount holds at each record's next expiry, or at once under the other rule; dead ones stay dead")
  func changed() throws {
    for isOther in [false, true] {
      var stream = queueStream(visibility: 10, limits: queueLimits((.queue.receivesChange, isOther ? 1 : 0)))
      _ = stream.put(record(10), at: start)
      for turn in 0..<3 { _ = try stream.pull(at: at(Int64(turn) * 10)) }
      let change = QueueChange(deadLetters: .builtIn(maxReceives: 2))
      _ = try stream.perform(.update(change), on: 0, at: at(40))
      #expect(stream.counts(at: at(44)).visible == 1)
      let after = stream.counts(at: at(46))
      #expect((after.visible, after.dead) == (isOther ? (0, 1) : (1, 0)))
      _ = try stream.pull(at: at(47))
      #expect(stream.counts(at: at(57)).dead == 1)
      _ = try stream.perform(.update(QueueChange(deadLetters: QueueSettings.DeadLetters.none)), on: 0, at: at(60))
      #expect(stream.counts(at: at(70)).dead == 1)
    }
  }
}
