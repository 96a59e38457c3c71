public import Units

/// AWS's ChannelStatus, as far as nothing fails.
public enum ChannelStatus: Sendable, Hashable, Codable {
  /// Not there yet; it delivers what arrives later.
  case creating(until: Instant)
  /// It delivers.
  case active
  /// It delivers; another data freshness is to come.
  case updating(until: Instant)
  /// It delivers nothing any more; the name is free when it has gone.
  case deleting(until: Instant)

  /// When it changes by itself; `.never` when it does not.
  public var ends: Instant {
    switch self {
    case .creating(let until), .updating(let until), .deleting(let until): until
    case .active: .never
    }
  }

  /// Whether the channel takes what its stream stores.
  public var isDelivering: Bool {
    switch self {
    case .active, .updating: true
    case .creating, .deleting: false
    }
  }
}

/// What can be asked of an account about channels. A channel is known by its id.
public enum ChannelRequest: Sendable, Hashable, Codable {
  /// CreateChannel on a stream, by name; nil for AWS's data freshness.
  case create(String, stream: String, DeliveryChannel.Destination, freshness: Interval?)
  /// UpdateChannel; nil leaves its data freshness as it is.
  case update(Int, freshness: Interval?)
  /// DeleteChannel.
  case delete(Int)
  /// DescribeChannel: `Account.channels` tells it.
  case describe(Int)
  /// ListChannels, likewise.
  case list

  /// What the rate of calls is kept by, and AWS's name.
  var call: (action: CallRates.Action, name: String) {
    switch self {
    case .create: (.createChannel, "CreateChannel")
    case .update: (.updateChannel, "UpdateChannel")
    case .delete: (.deleteChannel, "DeleteChannel")
    case .describe: (.describeChannel, "DescribeChannel")
    case .list: (.listChannels, "ListChannels")
    }
  }
}

/// The channels of an account: names, streams, states. What each of them delivers is its `ChannelDelivery`'s.
public struct ChannelDirectory: Sendable, Hashable {
  /// A channel that is there.
  public struct Entry: Sendable, Hashable {
    /// ChannelName.
    public let name: String
    /// Its stream's id.
    public let stream: Int
    /// Where it delivers.
    public let destination: DeliveryChannel.Destination
    /// DataFreshnessInSeconds; while it is UPDATING, that which is to come.
    public fileprivate(set) var freshness: Interval
    /// ChannelStatus.
    public fileprivate(set) var status: ChannelStatus
  }

  private var entries: [Int: Entry] = [:]
  private var made = 0
  /// When the first one changes by itself; every call asks, so it is kept.
  private(set) var nextChange = Instant.never

  init() {}

  /// Those there are, in order of creation. An id is never used again.
  public var ids: [Int] { entries.keys.sorted() }

  /// One by its id; nil when it has gone.
  public subscript(id: Int) -> Entry? { entries[id] }

  /// Those of a stream, in order of creation.
  public func ids(of stream: Int) -> [Int] { ids.filter { entries[$0]?.stream == stream } }

  /// Ends what is due of their states.
  mutating func pass(to now: Instant) {
    guard nextChange <= now else { return }
    for (id, entry) in entries where entry.status.ends <= now {
      if case .deleting = entry.status { entries[id] = nil } else { entries[id]?.status = .active }
    }
    noteNextChange()
  }

  /// CreateChannel: returns its id. The stream is one that is there.
  mutating func create(
    _ name: String, on stream: Stream, _ id: Int, _ destination: DeliveryChannel.Destination, _ freshness: Interval?,
    _ limits: LimitsProfile, at now: Instant
  ) throws(Refusal) -> Int {
    try name.checkAsName(of: "Channel")
    guard !entries.values.contains(where: { $0.name == name }) else { throw .inUse("Channel \(name) already exists.") }
    try stream.requireReadable()
    guard stream.encryptionKey?.hasSuffix("alias/aws/kinesis") != true else {
      throw .validation(
        "Stream \(stream.name) is encrypted with the key alias/aws/kinesis, which channels do not support.")
    }
    let freshness = freshness ?? .seconds(limits[.channel.freshnessDefault])
    let others = ids(of: id).compactMap { entries[$0]?.destination }
    try DeliveryChannel.check(destination, freshness: freshness, on: stream.mode, beside: others, limits: limits)
    defer { made += 1 }
    let end = now + .seconds(limits[.channel.createDuration])
    entries[made] = Entry(
      name: name, stream: id, destination: destination, freshness: freshness, status: .creating(until: end))
    noteNextChange()
    return made
  }

  /// What is asked of one that there is. DeleteChannel has no error for one that is busy (API): it is deleted in any state.
  mutating func perform(_ request: ChannelRequest, _ limits: LimitsProfile, at now: Instant) throws(Refusal) {
    switch request {
    case .create, .list: return
    case .describe(let id): _ = try entry(id)
    case .update(let id, let freshness):
      let entry = try entry(id)
      guard entry.status == .active else { throw .inUse("Channel \(entry.name) is not ACTIVE.") }
      if let freshness { try DeliveryChannel.check(freshness: freshness, limits: limits) }
      entries[id]?.freshness = freshness ?? entry.freshness
      entries[id]?.status = .updating(until: now + .seconds(limits[.channel.updateDuration]))
    case .delete(let id):
      if case .deleting = try entry(id).status { return }
      entries[id]?.status = .deleting(until: now + .seconds(limits[.channel.deleteDuration]))
    }
    noteNextChange()
  }

  private func entry(_ id: Int) throws(Refusal) -> Entry {
    guard let entry = entries[id] else { throw .notFound("The channel was not found.") }
    return entry
  }

  private mutating func noteNextChange() { nextChange = entries.values.reduce(.never) { min($0, $1.status.ends) } }
}
