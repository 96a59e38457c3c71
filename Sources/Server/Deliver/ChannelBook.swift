internal import KinesisCore
internal import Units

/// A channel, and what is kept of it and decides nothing.
struct ChannelPost: Sendable {
  /// Its id in the core, and AWS's ChannelId.
  let id: Int, identity: String
  let name: String, stream: Int, created: Instant
  var settings: ChannelSettings
  var labels = Directory.Labels()
  /// Nil once it is being deleted: what it held is not delivered any more.
  var line: ChannelLine?
  /// Another data freshness, and from when on.
  var change: Change?

  /// When it has gone; `.never` unless it is being deleted.
  var goneAt = Instant.never

  struct Change: Sendable {
    var freshness: Interval, at: Instant
  }

  /// When something is due of it.
  var due: Instant { min(line?.due ?? .never, change?.at ?? .never, goneAt) }
}

/// The channels that there are, and when one of them is due.
struct ChannelBook: Sendable {
  private var posts: [Int: ChannelPost] = [:]
  /// How many there have been.
  private(set) var made = 0
  /// When something is due first; `.never` for nothing.
  private(set) var due = Instant.never

  /// Those there are, in order of creation.
  var ids: [Int] { posts.keys.sorted() }

  var isEmpty: Bool { posts.isEmpty }

  subscript(id: Int) -> ChannelPost? { posts[id] }

  /// One by AWS's ChannelId.
  func post(_ identity: String) -> ChannelPost? { posts.values.first { $0.identity == identity } }

  mutating func add(_ post: ChannelPost) {
    made += 1
    posts[post.id] = post
    noteDue()
  }

  /// Changes what is kept of one that there is.
  mutating func update<Value>(_ id: Int, _ change: (inout ChannelPost) -> Value) -> Value {
    guard var post = posts.removeValue(forKey: id) else { preconditionFailure("no such channel") }
    defer {
      posts[id] = post
      noteDue()
    }
    return change(&post)
  }

  /// One has gone.
  mutating func remove(_ id: Int) {
    posts[id] = nil
    noteDue()
  }

  private mutating func noteDue() { due = posts.values.reduce(.never) { min($0, $1.due) } }
}
