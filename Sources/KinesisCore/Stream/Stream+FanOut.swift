public import Units

/// A registered enhanced fan-out consumer (facts §3).
public struct FanOutConsumer: Sendable, Hashable, Codable {
  /// AWS's ConsumerStatus.
  public enum Status: Sendable, Hashable, Codable {
    /// Registered, not ready.
    case creating(until: Instant)
    /// Ready.
    case active
    /// Deregistered.
    case deleted
  }
  /// Its name, unique among the stream's consumers.
  public let name: String
  /// AWS's ConsumerStatus, as last looked at.
  public var status: Status
  /// Its subscription to each shard it ever subscribed to.
  public internal(set) var subscriptions: [Subscription] = []

  /// Whether SubscribeToShard can be called at `now`.
  func isActive(at now: Instant) -> Bool {
    switch status {
    case .active: true
    case .creating(let until): until <= now
    case .deleted: false
    }
  }
}

/// One consumer's SubscribeToShard call to one shard: up to 2 MiB/s for five minutes.
public struct Subscription: Sendable, Hashable, Codable {
  /// The shard.
  public let shard: ShardID
  /// When the latest successful call was made.
  public internal(set) var startedAt: Instant
  /// The position of the next record to push: AWS's ContinuationSequenceNumber.
  public internal(set) var next: Int64
  /// Whether it ended: by age, at the shard's end, or dropped by the consumer.
  public internal(set) var isEnded = false
  var bytes: TokenBucket
}

/// A SubscribeToShardEvent: which records, not their payloads.
public struct FanOutEvent: Sendable, Hashable, Codable {
  /// The shard.
  public var shard: ShardID
  /// The position of the first record, how many, and their bytes.
  public var first: Int64, count: Int64, bytes: Int64
  /// Positions passed over because their records had left by age.
  public var expired: Int64
  /// How far behind the tip, in milliseconds.
  public var millisBehindLatest: Int64
  /// Whether the subscription is over: five minutes passed, or the shard's end was reached.
  public var isLast: Bool
  /// The shards that came from this one; only at its end.
  public var children: [ShardID]
}

/// RegisterStreamConsumer, SubscribeToShard and what they push.
extension Stream {
  /// Whether anybody ever registered, for fan-out or with a queue.
  var hasConsumers: Bool { !consumers.isEmpty || !queues.isEmpty }

  mutating func registerConsumer(_ name: String, at now: Instant) throws(Refusal) -> Int {
    let now = arrive(at: now)
    try requireReadable()
    let live = consumers.filter { $0.status != .deleted }
    guard !live.contains(where: { $0.name == name }) else {
      throw .inUse("Consumer \(name) is already registered with stream \(self.name).")
    }
    guard Int64(registeredCount) < registeredLimit else {
      throw .limitExceeded("Stream \(self.name) already has \(registeredCount) registered consumers.")
    }
    guard live.count(where: { !$0.isActive(at: now) }) < limits[.fanOut.consumersCreating] else {
      throw .limitExceeded("\(limits[.fanOut.consumersCreating]) consumers of stream \(self.name) are in CREATING.")
    }
    consumers.append(
      FanOutConsumer(name: name, status: .creating(until: now + .seconds(limits[.fanOut.createDuration]))))
    return consumers.count - 1
  }

  /// A consumer that is ACTIVE at once, by position: how a simulation begins, long after RegisterStreamConsumer.
  public mutating func registerActiveConsumer(_ name: String, at now: Instant) throws(Refusal) -> Int {
    let consumer = try registerConsumer(name, at: now)
    consumers[consumer].status = .active
    return consumer
  }

  mutating func deregisterConsumer(_ consumer: Int) throws(Refusal) {
    guard consumers.indices.contains(consumer) else { throw .notFound("No such consumer.") }
    consumers[consumer].status = .deleted
    for index in consumers[consumer].subscriptions.indices { consumers[consumer].subscriptions[index].isEnded = true }
  }

  /// SubscribeToShard. Within five seconds of a successful call it is refused; after that it takes over.
  ///
  /// - Returns: The position of the subscription among the consumer's.
  public mutating func subscribe(
    _ consumer: Int, to id: ShardID, from position: IteratorPosition, at now: Instant
  ) throws(Refusal) -> Int {
    let now = arrive(at: now)
    try requireReadable()
    try requireShard(id)
    guard consumers.indices.contains(consumer), consumers[consumer].isActive(at: now) else {
      throw .notFound("The consumer is not registered, or not ACTIVE.")
    }
    let known = consumers[consumer].subscriptions.firstIndex { $0.shard == id }
    if let known, now - consumers[consumer].subscriptions[known].startedAt < .seconds(limits[.fanOut.takeover]) {
      throw .inUse("Another active subscription exists for this consumer and shard \(id).")
    }
    let next = try resolve(position, in: id, at: now)
    let bucket = TokenBucket(rate: limits[.fanOut.bytes], depth: limits[.fanOut.bytes], at: now)
    let bytes = known.map { consumers[consumer].subscriptions[$0].bytes } ?? bucket
    let subscription = Subscription(shard: id, startedAt: now, next: next, bytes: bytes)
    guard let known else {
      consumers[consumer].subscriptions.append(subscription)
      return consumers[consumer].subscriptions.count - 1
    }
    consumers[consumer].subscriptions[known] = subscription
    return known
  }

  /// The consumer hangs up.
  public mutating func unsubscribe(_ consumer: Int, _ subscription: Int) {
    consumers[consumer].subscriptions[subscription].isEnded = true
  }

  /// The consumer hangs up on a shard; without a subscription to it nothing happens.
  mutating func unsubscribe(_ consumer: Int, from shard: ShardID) {
    guard consumers.indices.contains(consumer),
      let place = consumers[consumer].subscriptions.firstIndex(where: { $0.shard == shard })
    else { return }
    unsubscribe(consumer, place)
  }

  /// What the service can push now: nil when the subscription has ended, or nothing is there, or 2 MiB/s are used up.
  ///
  /// Ask again after a put to the shard and at `nextPush`. A last event may hold no records.
  public mutating func push(_ consumer: Int, _ subscription: Int, at now: Instant) -> FanOutEvent? {
    let now = arrive(at: now)
    var held = consumers.span[consumer].subscriptions[subscription]
    guard !held.isEnded else { return nil }
    let id = held.shard
    shards[id.index].log.trim(before: now - retention)
    let tip = shards.span[id.index].log.tip, first = max(held.next, shards.span[id.index].log.trimHorizon)
    let part = first < tip ? affordable(from: first, in: id, bucket: &held.bytes, at: now) : (count: 0, bytes: 0)
    let isAged = now >= end(of: held)
    let isDrained = first + part.count >= tip && !gates[id.index].isOpen
    defer { consumers[consumer].subscriptions[subscription] = held }
    guard part.count > 0 || isAged || isDrained else { return nil }
    let expired = first - min(held.next, first)
    held.next = first + part.count
    held.isEnded = isAged || isDrained
    return FanOutEvent(
      shard: id, first: first, count: part.count, bytes: part.bytes, expired: expired,
      millisBehindLatest: lag(behind: held.next, in: id, at: now), isLast: held.isEnded,
      children: isDrained ? children(of: id) : [])
  }

  /// When `push` can next yield something without a further put: the next tokens, or the end of the five minutes.
  public func nextPush(_ consumer: Int, _ subscription: Int, after now: Instant) -> Instant {
    let held = consumers.span[consumer].subscriptions[subscription]
    guard !held.isEnded else { return .never }
    let end = end(of: held), shard = held.shard.index
    let next = max(held.next, shards.span[shard].log.trimHorizon)
    guard let run = shards.span[shard].log.run(holding: next) else { return end }
    let wanted = min(run.bytes(ofFirst: 1), limits[.fanOut.bytes])
    return min(end, held.bytes.instant(holding: wanted, from: now))
  }

  /// When a subscription ends by age.
  func end(of held: Subscription) -> Instant { held.startedAt + .seconds(limits[.fanOut.lifetime]) }

  /// Whole records that the bucket can pay for; a record above the bucket's depth goes when the bucket is full.
  private func affordable(
    from first: Int64, in id: ShardID, bucket: inout TokenBucket, at now: Instant
  ) -> (count: Int64, bytes: Int64) {
    let tokens = bucket.available(at: now)
    guard tokens > 0, let run = shards.span[id.index].log.run(holding: first) else { return (0, 0) }
    guard min(run.bytes(ofFirst: 1), limits[.fanOut.bytes]) <= tokens else { return (0, 0) }
    let part = shards.span[id.index].log.prefix(
      from: first, records: limits[.shard.readRecordsPerCall], bytes: tokens)
    bucket.overdraw(part.bytes, at: now)
    return part
  }
}
