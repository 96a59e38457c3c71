public import Units

/// A data stream: shards, the map from keys to them, and what is being changed about it.
///
/// Everything that can be asked of one stream is in its extensions: `Stream+Write`, `Stream+Read`, `Stream+FanOut`,
/// `Stream+Reshard`, `Stream+Retention`, `Stream+OnDemand`, `Stream+Capacity`. What needs the account, such as quotas and call rates, is in `Account`.
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
  public let maxRecord: Bytes
  /// How long records are kept.
  public internal(set) var retention: Interval
  /// AWS's StreamStatus.
  public internal(set) var status: Status
  /// Every shard there ever was, at the position of its number.
  public internal(set) var shards: [Shard]
  /// Registered fan-out consumers, in order of registration; deregistered ones stay, marked so.
  public internal(set) var consumers: [FanOutConsumer] = []
  /// What its account has agreed to.
  public internal(set) var terms = OnDemandTerms.standard
  /// Who chooses a record's shard.
  public internal(set) var distribution = RecordDistribution.userPartitionKey
  /// The write throughput it was scaled to by hand.
  public internal(set) var warmThroughput = WarmThroughput()

  var map: ShardMap
  var latest: Instant
  var reshard: ReshardInProgress?
  var shardCountCalls: [Instant] = []
  var shardCountRate: TokenBucket
  var retentionRate: TokenBucket
  /// What the service watches of an on-demand stream; nil on a provisioned one.
  var scaling: OnDemandScaling?
  var capacityChange: CapacityChange?
  var modeChanges: [Instant] = []
  /// Under AUTO, the place on the ring of the shard that got the latest record.
  var turn = 0

  init(name: String, shards count: Int, maxRecord: Bytes, retention: Interval, limits: LimitsProfile, at now: Instant) {
    let ranges = HashKeyRange.even(count)
    (self.name, self.limits, self.maxRecord, self.retention, latest) = (name, limits, maxRecord, retention, now)
    shards = ranges.enumerated().map { index, range in
      Shard(id: ShardID(index), range: range, limits: limits, maxRecord: maxRecord, at: now)
    }
    map = ShardMap(ranges.enumerated().map { ($1, ShardID($0)) })
    status = .creating(until: now + .seconds(limits[.streamCreateDuration]))
    shardCountRate = TokenBucket(
      rate: limits[.updateShardCountCalls], depth: limits[.updateShardCountCalls], at: now)
    retentionRate = TokenBucket(rate: limits[.retentionCalls], depth: limits[.retentionCalls], at: now)
  }

  /// A stream that is ACTIVE at `now`: how a simulation begins, long after CreateStream.
  public static func active(
    name: String, shards: Int, maxRecord: Bytes = .mebibytes(1), retention: Interval = .hours(24),
    limits: LimitsProfile = .current, at now: Instant
  ) -> Stream {
    var stream = Stream(
      name: name, shards: shards, maxRecord: maxRecord, retention: retention, limits: limits, at: now)
    stream.status = .active
    return stream
  }

  /// Open shards in the order of the ring.
  public var openShards: [ShardID] { map.openShards }

  /// How many shards are open: AWS's OpenShardCount.
  public var openShardCount: Int { map.openShards.count }

  /// When it wants to be woken: the end of what is being changed, or the next look at an on-demand stream's shards.
  public var deadline: Instant? {
    guard let look = scaling?.due else { return changeEnds }
    return min(look, changeEnds ?? look)
  }

  private var changeEnds: Instant? {
    switch status {
    case .creating(let until), .deleting(let until): until
    case .updating: reshard?.stepEnds ?? capacityChange?.ends
    case .active: nil
    }
  }

  /// Lets time pass. A call before `deadline` changes nothing.
  public mutating func wake(at now: Instant) {
    latest = max(latest, now)
    while let due = deadline, due <= latest, advance(at: due) {}
  }

  /// Ends what was due; false when nothing more can end by itself.
  private mutating func advance(at due: Instant) -> Bool {
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
    if let due = deadline, due <= latest { wake(at: latest) }
    return latest
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
