import Testing
import Units

@testable import KinesisCore

@Suite("Queues: life, limits and who waits")
struct QueueLifeTests {
  private static let settings = QueueSettings(.current)

  /// An account with an on-demand stream of id 0.
  private static func account(limits: LimitsProfile = queueLimits()) -> Account {
    Account(region: "eu-west-1", limits: limits, streams: [onDemandStream(4, limits: limits)], at: start)
  }

  private static func description(of name: String, _ account: inout Account, at now: Instant) throws
    -> QueueDescription?
  {
    guard case .described(let description) = try account.ask(.describe, ofQueue: name, at: now) else { return nil }
    return description
  }

  private static func receive(_ poll: Int, wait: Int64 = 9) -> QueueRequest {
    .receive(ReceiveCall(poll: poll, limit: 10, wait: .seconds(wait)), .records)
  }

  @Test("twenty consumers of a Standard stream, fan-out and queues together; fifty under Advantage (oracle 14)")
  func consumers() throws {
    for (terms, most) in [(OnDemandTerms.standard, 20), (.advantage, 50)] {
      var stream = onDemandStream(1)
      stream.agree(to: terms)
      for number in 0..<most - 1 { _ = try stream.registerActiveConsumer("c\(number)", at: start) }
      _ = try stream.createQueue("jobs", Self.settings, from: .latest, at: start)
      #expect(code { try stream.createQueue("more", Self.settings, from: .latest, at: start) } == limitExceeded)
      #expect(code { try stream.registerActiveConsumer("more", at: start) } == limitExceeded)
    }
  }

  @Test("a provisioned stream has no queue (oracle 15)")
  func provisioned() {
    var account = Account(region: "eu-west-1", streams: [stream(1)], at: start)
    #expect(code { try account.createQueue("jobs", on: 0, from: .latest, at: start) } == "ValidationException")
  }

  @Test("a stream with a queue is neither deleted nor made provisioned, until the queue is gone (oracle 16)")
  func keepsStream() throws {
    var account = Self.account()
    try account.createQueue("jobs", on: 0, from: .latest, at: start)
    #expect(code { try account.deleteStream(0, consumers: .enforced, now: at(20)) } == inUse)
    #expect(code { try account.updateStreamMode(of: 0, to: .provisioned, now: at(20)) } == inUse)
    try account.deleteQueue("jobs", at: at(21))
    #expect(code { try account.deleteStream(0, consumers: .enforced, now: at(30)) } == inUse, "still DELETING")
    try account.updateStreamMode(of: 0, to: .provisioned, now: at(32))
    #expect(account[0].queues[0].status == .deleted)
  }

  @Test("a timestamp older than the oldest record kept becomes that once the queue is ACTIVE (oracle 17)")
  func timestamp() throws {
    var account = Self.account()
    let asked = start - .days(3)
    try account.createQueue("jobs", on: 0, from: .atTimestamp(asked), at: at(100_000))
    let creating = try Self.description(of: "jobs", &account, at: at(100_001))
    let active = try Self.description(of: "jobs", &account, at: at(100_011))
    #expect(creating?.startingTimestamp == asked && active?.status == .active)
    #expect(active?.startingTimestamp == at(100_010) - .hours(24))
    #expect(
      code { try account.createQueue("late", on: 0, from: .atTimestamp(at(200_000)), at: at(100_012)) } == invalid)
  }

  @Test("LATEST is the time of the call, or that of ACTIVE under the other rule")
  func latest() throws {
    for isOther in [false, true] {
      var account = Self.account(limits: queueLimits((.queue.latestInstant, isOther ? 1 : 0)))
      _ = account.put(record(10), into: 0, at: start)
      try account.createQueue("jobs", on: 0, from: .latest, at: at(1))
      _ = account.put(record(10), into: 0, at: at(5))
      #expect(code { try account.ask(Self.receive(1), ofQueue: "jobs", at: at(6)) } == notFound, "CREATING")
      _ = account.put(record(10), into: 0, at: at(12))
      let answer = try account.ask(Self.receive(1), ofQueue: "jobs", at: at(13))
      guard case .received(_, let records) = answer else { continue }
      #expect(records.map(\.arrival) == (isOther ? [at(12)] : [at(5), at(12)]))
      let timestamp = try Self.description(of: "jobs", &account, at: at(14))?.startingTimestamp
      #expect(timestamp == (isOther ? at(11) : at(1)))
    }
  }

  @Test("names are unique in the account, of AWS's letters, and free again when the queue is gone")
  func names() throws {
    var account = Self.account()
    try account.createQueue("jobs", on: 0, from: .latest, at: start)
    #expect(code { try account.createQueue("jobs", on: 0, from: .latest, at: start) } == inUse)
    #expect(code { try account.createQueue("a b", on: 0, from: .latest, at: start) } == "ValidationException")
    #expect(code { try account.deleteQueue("none", at: start) } == notFound)
    #expect(code { try account.deleteQueue("jobs", at: start) } == inUse, "CREATING")
    try account.deleteQueue("jobs", at: at(11))
    #expect(code { try account.deleteQueue("jobs", at: at(12)) } == notFound)
    try account.createQueue("jobs", on: 0, from: .latest, at: at(22))
  }

  @Test("five queues in CREATING or DELETING, five calls a second")
  func control() throws {
    var account = Self.account()
    for number in 0..<5 { try account.createQueue("q\(number)", on: 0, from: .latest, at: start) }
    #expect(code { try account.createQueue("q5", on: 0, from: .latest, at: start) } == limitExceeded)
    #expect(code { try account.createQueue("q5", on: 0, from: .latest, at: at(5)) } == limitExceeded)
    try account.createQueue("q5", on: 0, from: .latest, at: at(11))
  }

  @Test("attributes out of their ranges are refused; an update holds when it is over, for later receipts only")
  func update() throws {
    var stream = queueStream()
    for receives in [0, 1_001] {
      let change = QueueChange(deadLetters: .builtIn(maxReceives: receives))
      #expect(code { try stream.perform(.update(change), on: 0, at: start) } == "ValidationException")
    }
    _ = stream.put(record(10, count: 2), at: start)
    let old = try stream.pull(1, at: at(1))
    _ = try stream.perform(.update(QueueChange(visibility: .seconds(300))), on: 0, at: at(2))
    #expect(code { try stream.perform(.update(QueueChange(visibility: .seconds(3))), on: 0, at: at(3)) } == inUse)
    let new = try stream.pull(1, at: at(10))
    #expect(old.count == 1 && new.count == 1 && stream.counts(at: at(31)).inFlight == 1)
    #expect(stream.counts(at: at(309)).inFlight == 1 && stream.counts(at: at(310)).inFlight == 0)
  }

  @Test("two queues of a stream have the same record by the same id, each in a state of its own (oracle 18)")
  func twoQueues() throws {
    var stream = queueStream()
    let other = try stream.registerActiveQueue("other", Self.settings, from: .trimHorizon, seed: 2, at: start)
    _ = stream.put(record(10), at: start)
    let here = try stream.pull(at: at(1)), there = try stream.pull(queue: other, at: at(2))
    #expect(here.map(\.id) == there.map(\.id))
    _ = try stream.acknowledge(here, at: at(3))
    #expect(stream.counts(at: at(3)).inFlight == 0 && stream.counts(queue: other, at: at(3)).inFlight == 1)
  }

  @Test("one idle poller that waits nine seconds makes 400 empty receives an hour (oracle 20)")
  func idle() throws {
    var account = Self.account()
    try account.createQueue("jobs", on: 0, from: .latest, at: start)
    let begin = at(20)
    var (effects, calls) = ([Answer](), 1)
    account.step(.queue("jobs", Self.receive(1)), at: begin, into: &effects)
    while let due = account.deadline, due < begin + .hours(1) {
      effects = []
      account.wake(at: due, into: &effects)
      guard case .polled("jobs", .received(1, let records)) = effects.last else { continue }
      #expect(records.isEmpty)
      calls += 1
      account.step(.queue("jobs", Self.receive(1)), at: due, into: &effects)
    }
    account.wake(at: begin + .hours(1), into: &effects)
    #expect(calls == 400 && account[0].queues[0].ledger.emptyReceives == 400)
  }

  @Test("who waits is answered in order of coming, at the instant of which a record becomes visible")
  func waiting() throws {
    var stream = queueStream(limits: .current)
    _ = try stream.perform(Self.receive(1), on: 0, at: start)
    _ = try stream.perform(Self.receive(2, wait: 20), on: 0, at: at(1))
    _ = try stream.perform(Self.receive(3), on: 0, at: at(2))
    _ = stream.put(record(10), at: at(3))
    #expect(stream.nextAnswer(of: 0) == at(3) + .milliseconds(70))
    var (answers, records) = ([PollAnswer](), [ReceivedRecord]())
    stream.answerPolls(of: 0, at: at(12), into: &answers, &records)
    #expect(answers.map(\.poll) == [1, 3] && answers.map(\.records.count) == [1, 0])
    #expect(records[0].firstReceived == at(3) + .milliseconds(70))
    #expect(stream.nextAnswer(of: 0) == at(21))
    stream.hangUp(2, on: 0)
    #expect(stream.nextAnswer(of: 0) == .never && stream.queues[0].waiting == 0)
  }

  @Test("a poll at the limit of records in flight is answered when there is room")
  func waitingForRoom() throws {
    var stream = queueStream(limits: queueLimits((.queue.inFlight, 5)))
    _ = stream.put(record(10, count: 20), at: start)
    let held = try stream.pull(at: start)
    _ = try stream.perform(Self.receive(1), on: 0, at: at(1))
    #expect(held.count == 5 && stream.nextAnswer(of: 0) == at(10), "its wait")
    _ = try stream.acknowledge(Array(held.prefix(2)), at: at(2))
    var (answers, records) = ([PollAnswer](), [ReceivedRecord]())
    stream.answerPolls(of: 0, at: at(2), into: &answers, &records)
    #expect(answers.map(\.records.count) == [2] && stream.queues[0].counts.inFlight == 5)
  }

  @Test("who waits at a queue that is deleted is told so; its handles are void")
  func deletedWhileWaiting() throws {
    var account = Self.account()
    try account.createQueue("jobs", on: 0, from: .trimHorizon, at: start)
    _ = account.put(record(10), into: 0, at: at(1))
    guard case .received(_, let held) = try account.ask(Self.receive(1), ofQueue: "jobs", at: at(11)) else { return }
    try account.ask(Self.receive(2), ofQueue: "jobs", at: at(12))
    var effects: [Answer] = []
    account.step(.deleteQueue("jobs"), at: at(13), into: &effects)
    #expect(effects == [.done, .polled(queue: "jobs", .closed(poll: 2))])
    let handles = held.map(\.handle)
    #expect(held.count == 1)
    #expect(code { try account.ask(.acknowledge(handles, .records), ofQueue: "jobs", at: at(14)) } == notFound)
  }

  @Test("a split under a queue changes nothing for its consumers")
  func reshard() throws {
    var stream = queueStream(2)
    for number in 0..<20 { _ = stream.put(record(10, to: UInt128(number) << 123), at: at(Int64(number))) }
    stream.apply([.split(ShardID(0), at: HashKey(1 << 100))], at: at(20))
    for number in 0..<20 { _ = stream.put(record(10, to: UInt128(number) << 123), at: at(20 + Int64(number))) }
    let arrivals = try (0..<4).flatMap { _ in try stream.pull(at: at(60)).map(\.arrival) }
    #expect(arrivals == (0..<40).map { at($0) })
  }
}
