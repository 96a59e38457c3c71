public import Units

/// A data stream: shards, the map from keys to them, and what is being changed about it.
///
/// What can be asked of one stream stands beside it, a file for each of AWS's groups of actions. What needs the account,
/// such as quotas and call rates, is in `Account`.
public struct Stream: Sendable, Hashable {
  /// AWS's StreamStatus.
  public enum Status: Sendable, Hashable, Codable {
    /// Not there yet; puts find no stream.
    case creating(until: Instant)
    /// In order.
    case active
    /// Being resharded; reads and writes go on.
    case updating
    /// Going away.
    case deleting(until: Instant)
  }

  /// Its name.
  public let name: String
  /// What it obeys.
  public let limits: LimitsProfile
  /// The largest record, data and partition key together.
  public internal(set) var maxRecord: Bytes { didSet { gateTerms = ShardGate.Terms(limits, maxRecord: maxRecord) } }
  /// How long records are kept.
  public internal(set) var retention: Interval
  /// AWS's StreamStatus.
  public internal(set) var status: Status { didSet { rearm() } }
  /// Every shard there ever was, at the position of its number.
  public internal(set) var shards: [Shard]
  /// What each shard still takes, at the position of its number.
  var gates: [ShardGate]
  private(set) var gateTerms: ShardGate.Terms
  /// Registered fan-out consumers, in order of registration; deregistered ones stay, marked so.
  public internal(set) var consumers: [FanOutConsumer] = []
  /// Its queues, in order of creation; deleted ones stay, marked so.
  public internal(set) var queues: [Queue] = []
  /// What its account has agreed to.
  public internal(set) var terms = OnDemandTerms.standard
  /// Who chooses a record's shard.
  public internal(set) var distribution = RecordDistribution.userPartitionKey
  /// The key that its records are encrypted with; nil for none.
  public internal(set) var encryptionKey: String?
  /// The write throughput it was scaled to by hand.
  public internal(set) var warmThroughput = WarmThroughput()

  var map: ShardMap
  var latest: Instant
  var reshard: ReshardInProgress? { didSet { rearm() } }
  var shardCountCalls: [Instant] = []
  var shardCountRate: TokenBucket
  var retentionRate: TokenBucket
  /// What the service watches of an on-demand stream; nil on a provisioned one.
  var scaling: OnDemandScaling? { didSet { rearm() } }
  var capacityChange: CapacityChange? { didSet { rearm() } }
  /// The most shards the service splits it into on demand; its account's region says so.
  var shardsMaximum: Int
  /// When it changes next by itself; every put asks, so it is kept.
  private var changesAt = Instant.never
  var modeChanges: [Instant] = []
  /// Under AUTO, the place on the ring of the shard that got the latest record.
  var turn = 0

  /// `ranges` are those of its shards, a partition of the ring.
  init(
    name: String, ranges: [HashKeyRange], maxRecord: Bytes, retention: Interval, limits: LimitsProfile, at now: Instant
  ) {
    (self.name, self.limits, self.maxRecord, self.retention, latest) = (name, limits, maxRecord, retention, now)
    (shards, gates, gateTerms) = ([], [], ShardGate.Terms(limits, maxRecord: maxRecord))
    map = ShardMap(ranges.enumerated().map { ($1, ShardID($0)) })
    status = .creating(until: now + .seconds(limits[.stream.createDuration]))
    shardCountRate = TokenBucket(
      rate: limits[.account.updateShardCountCalls], depth: limits[.account.updateShardCountCalls], at: now)
    retentionRate = TokenBucket(rate: limits[.account.retentionCalls], depth: limits[.account.retentionCalls], at: now)
    shardsMaximum = Int(limits[.stream.shardsMaximum])
    for range in ranges { open(range, parent: nil, adjacent: nil, at: now) }
    rearm()
  }

  /// A stream that is ACTIVE at `now`: how a simulation begins, long after CreateStream.
  public static func active(
    name: String, shards: Int, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24),
    limits: LimitsProfile = .current, at now: Instant
  ) -> Stream {
    active(
      name: name, ranges: HashKeyRange.even(shards), maxRecord: maxRecord, retention: retention, limits: limits, at: now
    )
  }

  /// The same, of a stream that was split and merged since it was made: its shards have these ranges, which together are the whole
  /// ring, in order, without gap or overlap.
  public static func active(
    name: String, ranges: [HashKeyRange], maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24),
    limits: LimitsProfile = .current, at now: Instant
  ) -> Stream {
    var stream = Stream(
      name: name, ranges: ranges, maxRecord: maxRecord, retention: retention, limits: limits, at: now)
    stream.status = .active
    return stream
  }

  /// Open shards in the order of the ring.
  public var openShards: [ShardID] { map.openShards }

  /// How many shards are open: AWS's OpenShardCount.
  public var openShardCount: Int { map.openShards.count }

  /// When it changes next by itself: the end of what is being changed, or the next look at an on-demand stream's shards.
  public var nextChange: Instant? { changesAt == .never ? nil : changesAt }

  mutating func rearm() { changesAt = min(scaling?.due ?? .never, changeEnds ?? .never, nextQueueChange) }

  private var changeEnds: Instant? {
    switch status {
    case .creating(let until), .deleting(let until): until
    case .updating: reshard?.stepEnds ?? capacityChange?.ends
    case .active: nil
    }
  }

  /// Lets time pass, and pushes nothing. A call before `nextChange` changes nothing.
  public mutating func wake(at now: Instant) {
    latest = max(latest, now)
    while changesAt <= latest, advance(at: changesAt) {}
  }

  /// Ends what was due; false when nothing more can end by itself.
  private mutating func advance(at due: Instant) -> Bool {
    if finishQueueChange(at: due) { return true }
    guard let ends = changeEnds, ends <= due else {
      scale(at: due)
      return true
    }
    switch status {
    case .creating: status = .active
    case .updating where reshard == nil: finishCapacityChange(at: due)
    case .updating: finishReshardStep(at: due)
    case .deleting, .active: return false
    }
    return true
  }

  /// The instant to act at: `now`, or the latest seen when the clock went backwards. Time passes up to it.
  mutating func arrive(at now: Instant) -> Instant {
    if now > latest { latest = now }
    if changesAt <= latest { wake(at: latest) }
    return latest
  }

  /// It goes away: from here on DELETING, at an instant gone.
  mutating func delete(by end: Instant) { status = .deleting(until: end) }

  var isCreating: Bool {
    guard case .creating = status else { return false }
    return true
  }

  func isGone(at now: Instant) -> Bool {
    guard case .deleting(let until) = status else { return false }
    return until <= now
  }

  mutating func open(_ range: HashKeyRange, parent: ShardID?, adjacent: ShardID?, at now: Instant) {
    shards.append(
      Shard(
        id: ShardID(shards.count), range: range, parent: parent, adjacentParent: adjacent, limits: limits, at: now))
    gates.append(ShardGate(gateTerms, at: now))
  }

  /// The rule of a put: its shard's gate says how many records are stored, the first ones.
  @inline(__always)
  mutating func admit(_ header: RecordHeader, to id: ShardID, at now: Instant) -> PutOutcome {
    let (accepted, limit) = gates[id.index].admit(Int64(header.count), of: Int64(header.size), at: now, gateTerms)
    let first = shards[id.index].store(accepted, of: Int64(header.size), at: now)
    if !queues.isEmpty, accepted > 0 { noteQueues(accepted, in: id, at: now) }
    return PutOutcome(shard: id, accepted: Int32(accepted), limit: limit, first: first)
  }

  mutating func rebuildMap() {
    let open = shards.filter(\.isOpen).sorted { $0.range.start < $1.range.start }
    map = ShardMap(open.map { ($0.range, $0.id) })
  }

  func requireShard(_ id: ShardID) throws(Refusal) {
    guard shards.indices.contains(id.index) else {
      throw .notFound("Could not find shard \(id) in stream \(name).")
    }
  }

  func requireActive() throws(Refusal) {
    switch status {
    case .active: return
    case .creating, .updating: throw .inUse("Stream \(name) is not ACTIVE.")
    case .deleting: throw .notFound("Stream \(name) is being deleted.")
    }
  }

  func requireReadable() throws(Refusal) {
    switch status {
    case .active, .updating: return
    case .creating, .deleting: throw .notFound("Stream \(name) not found.")
    }
  }
}
