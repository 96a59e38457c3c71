internal import KinesisCore
internal import Units

/// A delivery stream, and what is kept of it and decides nothing.
struct DeliveryPost: Sendable {
  let id: Int, name: String, created: Instant
  var updated: Instant?
  /// What CreateDeliveryStream said of its source, and the data stream that it reads.
  let source: WireInput, stream: Int?
  var destination: DestinationNote
  /// AWS's VersionId.
  var version: Int64 = 1
  /// Its encryption's members; nil without. Nothing is encrypted.
  var encryption: WireInput?
  var tags: [String: String] = [:]
  /// The newest one last; it takes records, the others deliver what they hold.
  var lines: [DeliveryLine]
  /// Whether it is ACTIVE, and reads its source.
  var hasBegun = false

  /// The line that takes records.
  var line: DeliveryLine {
    get { lines[lines.count - 1] }
    set { lines[lines.count - 1] = newValue }
  }
}

/// The delivery streams that there are, and when one of them is due.
struct DeliveryBook: Sendable {
  /// Names, states, quotas.
  private(set) var account: DeliveryAccount
  private var posts: [Int: DeliveryPost] = [:]
  /// When something is due first; `.never` for nothing.
  private(set) var due = Instant.never

  init(limits: LimitsProfile) { account = DeliveryAccount(limits: limits) }

  /// Those there are, in order of creation.
  var ids: [Int] { posts.keys.sorted() }

  /// Whether one reads a data stream.
  var readsStreams: Bool { posts.values.contains { $0.stream != nil } }

  func post(_ id: Int) -> DeliveryPost? { posts[id] }

  /// Changes what is kept of one that there is.
  mutating func update<Value, Failure>(
    _ id: Int, _ change: (inout DeliveryPost) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    guard var post = posts.removeValue(forKey: id) else { preconditionFailure("no such delivery stream") }
    defer {
      posts[id] = post
      noteDue()
    }
    return try change(&post)
  }

  mutating func take(_ operation: String, at now: Instant) throws(Refusal) { try account.take(operation, at: now) }

  /// Takes a new one in. `make` is given its id, and may refuse it.
  mutating func create(
    _ name: String, at now: Instant, _ make: (Int) throws(ServiceError) -> DeliveryPost
  ) throws(ServiceError) {
    var account = account
    let id = try KinesisService.checking { () throws(Refusal) in try account.create(name, at: now) }
    posts[id] = try make(id)
    self.account = account
    noteDue()
  }

  mutating func delete(_ id: Int, at now: Instant) throws(Refusal) {
    try account.delete(id, at: now)
    noteDue()
  }

  /// One has gone.
  mutating func remove(_ id: Int) {
    account.remove(id)
    posts[id] = nil
    noteDue()
  }

  private mutating func noteDue() {
    due = posts.values.reduce(.never) { first, post in
      let times = account.times(of: post.id)
      let next = min(times.gone, post.hasBegun ? .never : times.active)
      return post.lines.reduce(min(first, next)) { min($0, $1.due) }
    }
  }
}
