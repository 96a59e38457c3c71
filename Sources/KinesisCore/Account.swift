public import Units

/// The streams of one account in one region: what crosses streams, such as quotas and call rates, is decided here.
///
/// As a `Machine` it takes the service's actions as `Request`s and answers each with one `Answer`; what the service does
/// by itself, such as a push to a subscriber, comes out as further answers from `wake`.
public struct Account: Sendable, Hashable {
  /// The region.
  public let region: String
  /// What it obeys.
  public let limits: LimitsProfile
  /// The streams, in order of creation.
  public var streams: [Stream]
  /// What it has agreed to pay for on-demand streams.
  public internal(set) var commitment = BillingCommitment.disabled

  private var rates: [CallRate: TokenBucket] = [:]
  var latest: Instant

  /// The account-wide call rates of control-plane actions.
  enum CallRate: Hashable, Sendable { case create, delete, split, merge, register, warmThroughput, settings }

  /// An account with the given streams.
  public init(region: String, limits: LimitsProfile = .current, streams: [Stream] = [], at now: Instant) {
    (self.region, self.limits, self.streams, latest) = (region, limits, streams, now)
  }

  /// The position of a stream, or AWS's refusal.
  public func stream(named name: String) throws(Refusal) -> Int {
    guard let index = streams.firstIndex(where: { $0.name == name }) else {
      throw .notFound("Stream \(name) under account not found.")
    }
    return index
  }

  /// The position behind the newest record of a stream's shard.
  public func tip(of id: ShardID, in stream: Int) -> Int64 { streams[stream].shards[id.index].log.tip }

  /// When the first record kept at or behind a position of a stream's shard arrived; nil when there is none. O(log n).
  public func arrival(atOrBehind position: Int64, in id: ShardID, of stream: Int) -> Instant? {
    let log = streams[stream].shards[id.index].log
    return log.run(holding: max(position, log.trimHorizon))?.arrival
  }

  /// CreateStream: five calls a second, five streams in CREATING, the account's shard quota. Returns its position.
  public mutating func createStream(
    _ name: String, shards: Int, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24), at now: Instant
  ) throws(Refusal) -> Int {
    wake(at: now)
    try checkNew(name, shards: shards, maxRecord: maxRecord)
    guard streams.count(where: { $0.isCreating }) < limits[.streamsCreating] else {
      throw .limitExceeded("\(limits[.streamsCreating]) streams are in CREATING.")
    }
    try checkQuota(adding: shards)
    try take(.create, limits[.createCalls], "CreateStream")
    var stream = Stream(
      name: name, shards: shards, maxRecord: maxRecord, retention: retention, limits: limits, at: latest)
    stream.terms = terms
    streams.append(stream)
    return streams.count - 1
  }

  /// SplitShard: `start + 1 < key < end`; five calls a second.
  public mutating func splitShard(_ id: ShardID, at key: HashKey, of stream: Int, now: Instant) throws(Refusal) {
    wake(at: now)
    try streams[stream].requireProvisioned()
    try take(.split, limits[.splitMergeCalls], "SplitShard")
    try checkQuota(adding: 1)
    try streams[stream].splitShard(id, at: key, now: latest)
  }

  /// MergeShards of two neighbours, the lower first; five calls a second.
  public mutating func mergeShards(
    _ id: ShardID, with adjacent: ShardID, of stream: Int, now: Instant
  ) throws(Refusal) {
    wake(at: now)
    try streams[stream].requireProvisioned()
    try take(.merge, limits[.splitMergeCalls], "MergeShards")
    try streams[stream].mergeShards(id, with: adjacent, now: latest)
  }

  /// UpdateShardCount: at most double, at least half, ten times in 24 hours, within the account's shard quota.
  public mutating func updateShardCount(of stream: Int, to target: Int, now: Instant) throws(Refusal) {
    wake(at: now)
    try streams[stream].requireProvisioned()
    try checkQuota(adding: target - streams[stream].openShardCount)
    try streams[stream].updateShardCount(to: target, now: latest)
  }

  /// IncreaseStreamRetentionPeriod or DecreaseStreamRetentionPeriod.
  public mutating func setRetention(
    of stream: Int, hours: Int64, isIncrease: Bool, now: Instant
  ) throws(Refusal) {
    wake(at: now)
    try streams[stream].setRetention(hours: hours, isIncrease: isIncrease, at: latest)
  }

  /// RegisterStreamConsumer: five calls a second, 20 consumers a stream, 50 under Advantage. Returns its position.
  public mutating func registerConsumer(_ name: String, of stream: Int, now: Instant) throws(Refusal) -> Int {
    wake(at: now)
    try take(.register, limits[.registerConsumerCalls], "RegisterStreamConsumer")
    return try streams[stream].registerConsumer(name, at: latest)
  }

  /// DeregisterStreamConsumer: its subscriptions end.
  public mutating func deregisterConsumer(_ consumer: Int, of stream: Int, now: Instant) throws(Refusal) {
    wake(at: now)
    guard streams[stream].consumers.indices.contains(consumer) else { throw .notFound("No such consumer.") }
    streams[stream].deregisterConsumer(consumer)
  }

  /// DeleteStream: refused while consumers are registered, unless they are to go with it.
  public mutating func deleteStream(
    _ stream: Int, consumers: ConsumerDeletion, now: Instant
  ) throws(Refusal) {
    wake(at: now)
    try take(.delete, limits[.createCalls], "DeleteStream")
    let hasConsumers = streams[stream].consumers.contains { $0.status != .deleted }
    guard !hasConsumers || consumers == .enforced else {
      throw .inUse("Stream \(streams[stream].name) has registered consumers.")
    }
    streams[stream].status = .deleting(until: latest + .seconds(limits[.streamCreateDuration]))
  }

  /// AWS's EnforceConsumerDeletion.
  public enum ConsumerDeletion: Sendable, Hashable, Codable {
    /// A stream with consumers is not deleted.
    case refused
    /// They go with it.
    case enforced
  }

  /// When the first stream's status or shards, or the commitment, change next by themselves.
  public var nextChange: Instant? { (streams.map(\.deadline) + [commitmentEnds]).compactMap(\.self).min() }

  /// Lets time pass in every stream; deleted ones go.
  public mutating func wake(at now: Instant) {
    latest = max(latest, now)
    for index in streams.indices { streams[index].wake(at: latest) }
    streams.removeAll { $0.isGone(at: latest) }
    passCommitment(at: latest)
  }

  private func checkNew(_ name: String, shards: Int, maxRecord: Bytes) throws(Refusal) {
    guard (1...128).contains(name.utf8.count), name.utf8.allSatisfy(Self.isNameByte) else {
      throw .validation("Stream name must be 1 to 128 of [a-zA-Z0-9_.-].")
    }
    guard !streams.contains(where: { $0.name == name }) else { throw .inUse("Stream \(name) already exists.") }
    guard shards >= 1 else { throw .invalidArgument("ShardCount \(shards) is not at least 1.") }
    let sizes = limits[.recordBytesDefault]...limits[.recordBytesMaximum]
    guard sizes.contains(maxRecord.count) else {
      throw .validation("MaxRecordSizeInKiB is not between \(sizes.lowerBound >> 10) and \(sizes.upperBound >> 10).")
    }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  private func checkQuota(adding shards: Int) throws(Refusal) {
    let quota = limits.shardQuota(region: region)
    let open = streams.reduce(0) { $0 + $1.openShardCount }
    guard Int64(open + max(0, shards)) <= quota else {
      throw .limitExceeded(
        "\(open) shards are open and \(shards) more were asked for; the account's quota in \(region) is \(quota).")
    }
  }

  mutating func take(_ call: CallRate, _ perSecond: Int64, _ action: String) throws(Refusal) {
    var bucket = rates[call] ?? TokenBucket(rate: perSecond, depth: perSecond, at: latest)
    guard bucket.take(1, at: latest) else {
      throw .limitExceeded("Rate exceeded for \(action): more than \(perSecond) calls a second.")
    }
    rates[call] = bucket
  }
}

extension Stream {
  var isCreating: Bool {
    guard case .creating = status else { return false }
    return true
  }

  func isGone(at now: Instant) -> Bool {
    guard case .deleting(let until) = status else { return false }
    return until <= now
  }
}
