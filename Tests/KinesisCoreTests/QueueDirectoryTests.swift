import Testing
import Units

@testable import KinesisCore

@Suite("Queues: lists and tags")
struct QueueDirectoryTests {
  /// An account with two on-demand streams, `clicks` of id 0 and `orders` of id 1, and no rate that binds.
  private static func account() -> Account {
    let limits = queueLimits((.queue.controlCalls, 1_000), (.queue.changing, 1_000))
    var other = KinesisCore.Stream.active(name: "orders", shards: 1, limits: limits, at: start)
    other.beginOnDemand(OnDemandSettings(), at: start)
    return Account(region: "eu-west-1", limits: limits, streams: [onDemandStream(1, limits: limits), other], at: start)
  }

  private static func tags(_ account: inout Account, at now: Instant) throws -> [ResourceTag] {
    guard case .tags(let tags) = try account.ask(.listTags, ofQueue: "jobs", at: now) else { return [] }
    return tags
  }

  @Test("ListQueues gives pages by name, each with a token for the next, and nothing twice")
  func pages() throws {
    var account = Self.account(), seen: [String] = [], token: QueueListToken?
    for number in 0..<7 { try account.createQueue("q\(number)", on: number % 2, from: .latest, at: start) }
    repeat {
      let page = try account.listQueues(QueueListing(most: 3, after: token), at: at(1))
      #expect(page.queues.count <= 3 && (page.token == nil) == (page.queues.count < 3))
      seen += page.queues.map(\.name)
      token = page.token
    } while token != nil
    #expect(seen == (0..<7).map { "q\($0)" })
    let all = try account.listQueues(QueueListing(), at: at(1))
    #expect(all.token == nil && all.queues.map(\.name) == seen)
    #expect(all.queues[1].stream == "orders" && all.queues[1].createdAt == start)
    #expect(all.queues.allSatisfy { if case .creating = $0.status { true } else { false } })
  }

  @Test("a StreamFilter leaves the others out, a queue that is gone is in no list, one DELETING is")
  func filter() throws {
    var account = Self.account()
    for name in ["a", "b", "c"] { try account.createQueue(name, on: name == "b" ? 1 : 0, from: .latest, at: start) }
    let own = try account.listQueues(QueueListing(of: ["clicks"]), at: at(12)).queues
    #expect(own.map(\.name) == ["a", "c"] && own.allSatisfy { $0.status == .active })
    #expect(try account.listQueues(QueueListing(of: ["nowhere"]), at: at(12)).queues.isEmpty)
    try account.deleteQueue("a", at: at(13))
    #expect(try account.listQueues(QueueListing(), at: at(14)).queues.map(\.name) == ["a", "b", "c"])
    #expect(try account.listQueues(QueueListing(), at: at(24)).queues.map(\.name) == ["b", "c"])
  }

  @Test("AWS's errors of ListQueues: a size out of range, a token that is old or of another filter, the rate")
  func listErrors() throws {
    var account = Self.account()
    for name in ["a", "b"] { try account.createQueue(name, on: 0, from: .latest, at: start) }
    #expect(code { try account.listQueues(QueueListing(most: 0), at: start) } == "ValidationException")
    #expect(code { try account.listQueues(QueueListing(most: 10_001), at: start) } == "ValidationException")
    let token = try #require(try account.listQueues(QueueListing(most: 1), at: start).token)
    let other = QueueListing(after: token, of: ["clicks"])
    #expect(code { try account.listQueues(other, at: start) } == "InvalidArgumentException")
    let old = QueueListing(after: token)
    #expect(try account.listQueues(old, at: at(300)).queues.map(\.name) == ["b"])
    #expect(code { try account.listQueues(old, at: at(301)) } == "ExpiredNextTokenException")
    var plain = Account(region: "eu-west-1", streams: [], at: start)
    for _ in 0..<5 { _ = try plain.listQueues(QueueListing(), at: start) }
    #expect(code { try plain.listQueues(QueueListing(), at: start) } == limitExceeded)
  }

  @Test("tags come with CreateQueue, are added, changed and taken away; at most fifty")
  func tags() throws {
    var account = Self.account()
    try account.createQueue(
      "jobs", on: 0, from: .latest, tags: [ResourceTag("team", "a"), ResourceTag("env", "x")], at: start)
    #expect(try Self.tags(&account, at: start) == [ResourceTag("env", "x"), ResourceTag("team", "a")])
    try account.ask(.tag([ResourceTag("team", "b"), ResourceTag("cost centre", "")]), ofQueue: "jobs", at: start)
    try account.ask(.untag(["env", "never"]), ofQueue: "jobs", at: start)
    #expect(try Self.tags(&account, at: start) == [ResourceTag("cost centre", ""), ResourceTag("team", "b")])
    let many = (0..<49).map { ResourceTag("k\($0)", "") }
    #expect(code { try account.ask(.tag(many), ofQueue: "jobs", at: start) } == limitExceeded)
    #expect(try Self.tags(&account, at: start).count == 2, "a refused call changes nothing")
    try account.ask(.tag(Array(many.dropLast())), ofQueue: "jobs", at: start)
    #expect(try Self.tags(&account, at: start).count == 50)
    let tooMany = (0..<51).map { ResourceTag("k\($0)", "") }
    #expect(
      code { try account.createQueue("more", on: 0, from: .latest, tags: tooMany, at: start) } == "ValidationException")
  }

  @Test("AWS's errors of tags: keys and values out of shape, a queue that is not there")
  func tagErrors() throws {
    var account = Self.account()
    try account.createQueue("jobs", on: 0, from: .latest, at: start)
    let long = String(repeating: "k", count: 129), value = String(repeating: "v", count: 257)
    for tag in [ResourceTag("", "x"), ResourceTag(long, "x"), ResourceTag("k", value)] {
      #expect(code { try account.ask(.tag([tag]), ofQueue: "jobs", at: start) } == "ValidationException")
    }
    #expect(code { try account.ask(.tag([ResourceTag("a;b", "")]), ofQueue: "jobs", at: start) } == invalid)
    let twice = [ResourceTag("a", ""), ResourceTag("a", "b")]
    #expect(code { try account.ask(.tag(twice), ofQueue: "jobs", at: start) } == "ValidationException")
    #expect(code { try account.ask(.untag([]), ofQueue: "jobs", at: start) } == "ValidationException")
    #expect(code { try account.ask(.listTags, ofQueue: "none", at: start) } == "ResourceNotFoundException")
  }

  @Test("as values: a request makes the queue with its tags, a list finds it")
  func values() {
    var account = Self.account(), effects: [Answer] = []
    let tag = ResourceTag("team", "a")
    account.step(.createQueue("jobs", stream: "clicks", .latest, nil, tags: [tag]), at: start, into: &effects)
    account.step(.queue("jobs", .listTags), at: start, into: &effects)
    account.step(.listQueues(QueueListing()), at: start, into: &effects)
    #expect(effects.prefix(2) == [.done, .queue(.tags([tag]))])
    guard case .queues(let page)? = effects.last else { return #expect(Bool(false), "\(effects)") }
    #expect(page.queues.map(\.name) == ["jobs"])
  }
}
