import Synchronization
import Testing
import Units

@testable import KinesisCore
@testable import Server

/// Collects effects in the order in which they were performed.
final class Effects: Sendable {
  private let list = Mutex<[Answer]>([])
  var all: [Answer] { list.withLock { $0 } }
  func add(_ effect: Answer) { list.withLock { $0.append(effect) } }

  /// Waits for what must come, however long it takes.
  func wait(for condition: ([Answer]) -> Bool) async throws {
    while !condition(all) { try await Task.sleep(for: .milliseconds(10)) }
  }
}

extension Answer {
  fileprivate var isPush: Bool { if case .pushed = self { true } else { false } }
  fileprivate var isThrottledPut: Bool {
    if case .put(let outcomes) = self { outcomes.contains { $0.limit != nil } } else { false }
  }
}

@Suite("The real clock drives the machines that simulations drive", .serialized)
struct LiveDriverTests {
  static let start = Instant(seconds: 1_767_571_200)

  /// An account whose streams are ACTIVE at once and reshard in a second.
  static var account: Account {
    var limits = LimitsProfile.current
    limits[.stream.createDuration] = 0
    limits[.stream.reshardStepDuration] = 1
    limits[.fanOut.createDuration] = 0
    limits[.fanOut.takeover] = 1
    return Account(region: "us-east-1", limits: limits, at: start)
  }

  static func driver(limit: Int = 100_000, _ effects: Effects) -> LiveDriver<Account> {
    LiveDriver(account, startingAt: start, journalLimit: limit) { effects.add($0) }
  }

  @Test("a live journal replays on the virtual clock to equal effects and an equal machine")
  func replays() async throws {
    let effects = Effects()
    let driver = Self.driver(effects)
    try await Self.prepare(driver)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<3 { group.addTask { try await Self.write(driver, as: writer) } }
      group.addTask { try await Self.read(driver) }
      try await group.waitForAll()
    }
    // The second time: the split is over.
    try await effects.wait { $0.count { $0 == .becameActive(stream: "clicks") } == 2 }
    try await Self.subscribe(driver, until: effects)
    let (journal, machine, end) = await driver.stop()

    var virtual = Self.account
    let replayed = virtual.replay(journal.entries, until: end)
    let (areEffectsEqual, areMachinesEqual) = (replayed == effects.all, virtual == machine)
    #expect(areEffectsEqual && areMachinesEqual)
    #expect(effects.all.contains(where: \.isThrottledPut) && effects.all.contains(where: \.isPush))
    #expect(machine[0].openShardCount == 3)

    let text = try journal.entries.map { try JournalLines.encode($0) }.joined(separator: "\n")
    var again = Self.account
    #expect(again.replay(try JournalLines.decode(text, as: Request.self), until: end) == replayed)
  }

  @Test("requests on capacity survive the journal's lines")
  func capacityLines() throws {
    let requests: [Request] = [
      .createOnDemandStream(
        "clicks", OnDemandSettings(warmThroughput: 7, distribution: .auto), maxRecord: .mebibytes(1),
        retention: .hours(24)),
      .stream("clicks", .updateMode(.onDemand, warmThroughput: 3)),
      .stream("clicks", .updateWarmThroughput(9)), .updateAccountSettings(commitment: .disabled),
    ]
    let entries = requests.map { Journal<Request>.Entry(at: Self.start, input: $0) }
    let lines = try entries.map { try JournalLines.encode($0) }.joined(separator: "\n")
    #expect(try JournalLines.decode(lines, as: Request.self).map(\.input) == requests)
  }

  private static func prepare(_ driver: LiveDriver<Account>) async throws {
    try await driver.send(.createStream("clicks", shards: 2, maxRecord: .mebibytes(1), retention: .hours(24)))
    try await driver.send(.stream("clicks", .registerConsumer("pricing")))
    try await driver.send(.stream("clicks", .splitShard(ShardID(0), at: HashKeyRange.even(2)[0].middle)))
  }

  /// Small records all over the ring, and requests of three megabytes for one shard: more than it takes at any instant.
  private static func write(_ driver: LiveDriver<Account>, as writer: Int) async throws {
    let large = RecordHeader(hashKey: HashKey(partitionKey: "\(writer)"), size: 1_000_000)
    for round in 0..<20 {
      let headers = (0..<50).map { RecordHeader(hashKey: HashKey(partitionKey: "\(writer)-\(round)-\($0)"), size: 700) }
      try await driver.send(.stream("clicks", .putRecords(headers)))
      try await driver.send(.stream("clicks", .putRecords([large, large, large])))
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Reads with an iterator.
  private static func read(_ driver: LiveDriver<Account>) async throws {
    let answer = try await driver.send(.stream("clicks", .getShardIterator(ShardID(1), .trimHorizon))).last
    guard case .iterator(var iterator) = answer else { return }
    for _ in 0..<6 {
      let records = try await driver.send(.stream("clicks", .getRecords(iterator, limit: 1_000)))
      for case .records(let page) in records { iterator = page.next ?? iterator }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Subscribes to what was written, until something is pushed.
  private static func subscribe(_ driver: LiveDriver<Account>, until effects: Effects) async throws {
    try await driver.send(.stream("clicks", .subscribeToShard(consumer: 0, ShardID(1), .trimHorizon)))
    try await effects.wait { $0.contains(where: \.isPush) }
  }

  @Test("the alarm rings: a stream becomes ACTIVE without being asked again")
  func alarm() async throws {
    let effects = Effects()
    let driver = Self.driver(effects)
    try await driver.send(.createStream("clicks", shards: 1, maxRecord: .mebibytes(1), retention: .hours(24)))
    try await effects.wait { $0.contains(.becameActive(stream: "clicks")) }
    _ = await driver.stop()
  }

  @Test("what cannot be written down is not done, and a stopped driver does nothing")
  func refusals() async throws {
    let effects = Effects()
    let driver = Self.driver(limit: 1, effects)
    try await driver.send(.createStream("clicks", shards: 1, maxRecord: .mebibytes(1), retention: .hours(24)))
    await #expect(throws: Journal<Request>.Full(limit: 1)) {
      try await driver.send(.deleteStream("clicks", consumers: .refused))
    }
    let (journal, machine, _) = await driver.stop()
    #expect(journal.entries.count == 1 && machine.streamIDs.count == 1)
    await #expect(throws: LiveDriver<Account>.Stopped()) {
      try await driver.send(.deleteStream("clicks", consumers: .refused))
    }
  }

  @Test("a damaged journal names its line")
  func damage() {
    #expect(throws: JournalLines.Damage(line: 2)) { try JournalLines.decode("\n{]\n", as: Request.self) }
  }
}
