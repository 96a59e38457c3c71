public import Units

/// A tag of a queue: a key of 1 to 128 characters, a value of at most 256.
public struct ResourceTag: Sendable, Hashable, Codable {
  /// Its key.
  public var key: String
  /// Its value; may be empty.
  public var value: String

  /// A tag.
  public init(_ key: String, _ value: String) { (self.key, self.value) = (key, value) }
}

/// ListQueues (Q§4).
public struct QueueListing: Sendable, Hashable, Codable {
  /// MaxResults, 1 to 10,000; nil for the service's own number.
  public var most: Int?
  /// NextToken of the page before; nil for the first page.
  public var token: QueueListToken?
  /// StreamFilter: queues of these streams alone, by name; empty for all.
  public var streams: [String]

  /// A page.
  public init(most: Int? = nil, after token: QueueListToken? = nil, of streams: [String] = []) {
    (self.most, self.token, self.streams) = (most, token, streams)
  }
}

/// NextToken: which queue the page before ended with, under which filter, and until when it holds.
public struct QueueListToken: Sendable, Hashable, Codable {
  /// The last queue of that page, and the streams of its filter, by name.
  public let last: String, streams: [String]
  /// When it expires.
  public let until: Instant

  /// A token as it was given out.
  public init(last: String, streams: [String], until: Instant) {
    (self.last, self.streams, self.until) = (last, streams, until)
  }
}

/// AWS's QueueSummary.
public struct QueueSummary: Sendable, Hashable, Codable {
  /// QueueName.
  public var name: String
  /// QueueStatus.
  public var status: QueueStatus
  /// QueueCreationTimestamp.
  public var createdAt: Instant
  /// Its stream.
  public var stream: String
}

/// A page of ListQueues.
public struct QueuePage: Sendable, Hashable, Codable {
  /// By name (assumed).
  public var queues: [QueueSummary]
  /// Nil when no more queues are there.
  public var token: QueueListToken?
}

/// The queues of an account by name: where each stands, when it was made, and its tags.
struct QueueDirectory: Sendable, Hashable {
  private struct Entry: Sendable, Hashable {
    var place: QueuePlace
    let createdAt: Instant
    var tags: [ResourceTag]
  }

  /// Gone ones among them.
  private var entries: [String: Entry] = [:]

  /// Where a queue of that name stands, or stood. O(1).
  subscript(name: String) -> QueuePlace? { entries[name]?.place }

  mutating func add(_ name: String, at place: QueuePlace, _ tags: [ResourceTag], at now: Instant) {
    entries[name] = Entry(place: place, createdAt: now, tags: tags)
  }

  // MARK: Tags

  /// The tags of a queue, by key.
  func tags(of name: String) -> [ResourceTag] { entries[name]?.tags ?? [] }

  /// TagResource: a known key gets another value.
  mutating func tag(_ name: String, _ tags: [ResourceTag], _ limits: LimitsProfile) throws(Refusal) {
    try Self.check(tags, limits)
    let added = Set(tags.map(\.key))
    let all = self.tags(of: name).filter { !added.contains($0.key) } + tags
    guard Int64(all.count) <= limits[.queue.tags] else {
      throw .limitExceeded("Queue \(name) would have more than \(limits[.queue.tags]) tags.")
    }
    entries[name]?.tags = Self.sorted(all)
  }

  /// UntagResource: keys that are not there are no mistake.
  mutating func untag(_ name: String, _ keys: [String], _ limits: LimitsProfile) throws(Refusal) {
    guard (1...limits[.queue.tags]).contains(Int64(keys.count)) else {
      throw .validation("TagKeys has \(keys.count) entries, not 1 to \(limits[.queue.tags]).")
    }
    let gone = Set(keys)
    entries[name]?.tags.removeAll { gone.contains($0.key) }
  }

  static func sorted(_ tags: [ResourceTag]) -> [ResourceTag] { tags.sorted { $0.key < $1.key } }

  /// What CreateQueue asks of a new queue's tags.
  static func checkAll(_ tags: [ResourceTag], _ limits: LimitsProfile) throws(Refusal) {
    guard Int64(tags.count) <= limits[.queue.tags] else {
      throw .validation("Tags has more than \(limits[.queue.tags]) entries.")
    }
    try check(tags, limits)
  }

  /// What the API model asks of tags, each key once.
  static func check(_ tags: [ResourceTag], _ limits: LimitsProfile) throws(Refusal) {
    guard Set(tags.map(\.key)).count == tags.count else { throw .validation("A tag key is given twice.") }
    for tag in tags {
      guard (1...128).contains(tag.key.count), tag.value.count <= 256 else {
        throw .validation("Tag \(tag.key) has not 1 to 128 characters, or its value has more than 256.")
      }
      guard (tag.key + tag.value).unicodeScalars.allSatisfy(\.isOfTag) else {
        throw .invalidArgument(
          "Tag \(tag.key) has characters other than letters, digits, white space and _ . : / = + - % @.")
      }
    }
  }

  // MARK: Pages

  /// ListQueues: `summary` tells of a queue that is there; nil of one that is gone. O(n log n).
  func page(
    _ listing: QueueListing, _ limits: LimitsProfile, at now: Instant, _ summary: (QueuePlace) -> (QueueStatus, String)?
  ) throws(Refusal) -> QueuePage {
    let most = limits[.queue.listMaximum]
    guard (1...most).contains(Int64(listing.most ?? 1)) else {
      throw .validation("MaxResults is not between 1 and \(most).")
    }
    if let token = listing.token {
      guard token.until >= now else { throw .expiredToken("NextToken has expired.") }
      guard token.streams == listing.streams else { throw .invalidArgument("NextToken is of another StreamFilter.") }
    }
    let names = entries.keys.filter { name in listing.token.map { $0.last < name } ?? true }.sorted()
    let size = listing.most ?? Int(limits[.queue.listDefault])
    var page = QueuePage(queues: [])
    for name in names {
      guard let entry = entries[name], let (status, stream) = summary(entry.place),
        listing.streams.isEmpty || listing.streams.contains(stream)
      else { continue }
      if page.queues.count == size, let last = page.queues.last {
        let end = now + .seconds(limits[.queue.listToken])
        page.token = QueueListToken(last: last.name, streams: listing.streams, until: end)
        break
      }
      page.queues.append(QueueSummary(name: name, status: status, createdAt: entry.createdAt, stream: stream))
    }
    return page
  }
}

extension Unicode.Scalar {
  /// Whether it may stand in a tag.
  fileprivate var isOfTag: Bool {
    properties.isAlphabetic || properties.numericType != nil || properties.isWhitespace
      || "_.:/=+-%@".unicodeScalars.contains(self)
  }
}
