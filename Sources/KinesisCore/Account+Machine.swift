public import Units

/// What can be asked of an `Account`: AWS's actions, records as headers.
public enum Request: Sendable, Hashable, Codable {
  case createStream(String, shards: Int, maxRecord: Bytes, retention: Interval)
  case deleteStream(String, consumers: Account.ConsumerDeletion)
  case putRecord(stream: String, RecordHeader)
  case putRecords(stream: String, [RecordHeader])
  case getShardIterator(stream: String, ShardID, IteratorPosition)
  case getRecords(stream: String, ShardIterator, limit: Int)
  case registerConsumer(stream: String, String)
  case deregisterConsumer(stream: String, consumer: Int)
  case subscribeToShard(stream: String, consumer: Int, ShardID, IteratorPosition)
  case splitShard(stream: String, ShardID, at: HashKey)
  case mergeShards(stream: String, ShardID, with: ShardID)
  case updateShardCount(stream: String, target: Int)
  case increaseRetention(stream: String, hours: Int64)
  case decreaseRetention(stream: String, hours: Int64)
  case createOnDemandStream(String, OnDemandSettings, maxRecord: Bytes, retention: Interval)
  case updateStreamMode(stream: String, StreamMode, warmThroughput: Int64)
  case updateWarmThroughput(stream: String, Int64)
  case updateAccountSettings(commitment: BillingCommitment.Wish)
}

/// What an `Account` answers, and what it does by itself.
public enum Answer: Sendable, Hashable, Codable {
  /// Done; nothing more to say.
  case done
  /// The position of what was made: a stream, a consumer, a subscription.
  case made(Int)
  /// One outcome for each header, in request order.
  case put([PutOutcome])
  /// An iterator.
  case iterator(ShardIterator)
  /// Records.
  case records(ReadAnswer)
  /// Pushed to a subscriber, not asked for.
  case pushed(stream: String, consumer: Int, FanOutEvent)
  /// A stream became ACTIVE, not asked for.
  case becameActive(stream: String)
  /// The call was refused; nothing changed.
  case refused(Refusal)
}

extension Account: Machine {
  /// Lets time pass, then does what is asked; the request's own answer is the last effect before any push it causes.
  public mutating func step(_ input: Request, at now: Instant, into effects: inout [Answer]) {
    wake(at: now, into: &effects)
    do throws(Refusal) {
      effects.append(try perform(input, at: now))
    } catch {
      effects.append(.refused(error))
    }
    pushAll(at: now, into: &effects)
  }

  /// Lets time pass: streams become ACTIVE, reshards go on, subscribers get what is due.
  public mutating func wake(at now: Instant, into effects: inout [Answer]) {
    while let due = deadline, due <= now { passTime(to: due, into: &effects) }
    wake(at: now)
  }

  /// The first thing due: a change in a stream or a push to a subscriber.
  public var deadline: Instant? { [nextChange, nextPush].compactMap { $0 }.min() }

  private mutating func passTime(to due: Instant, into effects: inout [Answer]) {
    let wasActive = streams.map { $0.status == .active }
    let names = streams.map(\.name)
    wake(at: due)
    for (name, active) in zip(names, wasActive) where !active {
      if streams.contains(where: { $0.name == name && $0.status == .active }) {
        effects.append(.becameActive(stream: name))
      }
    }
    pushAll(at: due, into: &effects)
  }

  private mutating func perform(_ request: Request, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .putRecord, .putRecords, .getShardIterator, .getRecords, .subscribeToShard:
      try performOnData(request, at: now)
    case .createOnDemandStream, .updateStreamMode, .updateWarmThroughput, .updateAccountSettings:
      try performOnCapacity(request, at: now)
    default: try performOnControl(request, at: now)
    }
  }

  private mutating func performOnData(_ request: Request, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .putRecord(let name, let header):
      .put([try streams[try stream(named: name)].putRecord(header, at: now)])
    case .putRecords(let name, let headers):
      .put(try streams[try stream(named: name)].putRecords(headers, at: now))
    case .getShardIterator(let name, let shard, let position):
      .iterator(try streams[try stream(named: name)].shardIterator(position, in: shard, at: now))
    case .getRecords(let name, let iterator, let limit):
      .records(try streams[try stream(named: name)].getRecords(iterator, limit: limit, at: now))
    case .subscribeToShard(let name, let consumer, let shard, let position):
      .made(try streams[try stream(named: name)].subscribe(consumer, to: shard, from: position, at: now))
    default: preconditionFailure("not an action on data: \(request)")
    }
  }

  private mutating func performOnControl(_ request: Request, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .createStream(let name, let shards, let maxRecord, let retention):
      return .made(
        try createStream(name, shards: shards, maxRecord: maxRecord, retention: retention, at: now))
    case .deleteStream(let name, let consumers):
      try deleteStream(try stream(named: name), consumers: consumers, now: now)
    case .registerConsumer(let name, let consumer):
      return .made(try registerConsumer(consumer, of: try stream(named: name), now: now))
    case .deregisterConsumer(let name, let consumer):
      try deregisterConsumer(consumer, of: try stream(named: name), now: now)
    case .splitShard(let name, let shard, let key):
      try splitShard(shard, at: key, of: try stream(named: name), now: now)
    case .mergeShards(let name, let shard, let adjacent):
      try mergeShards(shard, with: adjacent, of: try stream(named: name), now: now)
    case .updateShardCount(let name, let target):
      try updateShardCount(of: try stream(named: name), to: target, now: now)
    case .increaseRetention(let name, let hours):
      try setRetention(of: try stream(named: name), hours: hours, isIncrease: true, now: now)
    case .decreaseRetention(let name, let hours):
      try setRetention(of: try stream(named: name), hours: hours, isIncrease: false, now: now)
    default: preconditionFailure("not an action on the control plane: \(request)")
    }
    return .done
  }

  private mutating func performOnCapacity(_ request: Request, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .createOnDemandStream(let name, let settings, let maxRecord, let retention):
      return .made(
        try createOnDemandStream(name, settings, maxRecord: maxRecord, retention: retention, at: now))
    case .updateStreamMode(let name, let mode, let warm):
      try updateStreamMode(of: try stream(named: name), to: mode, warmThroughput: warm, now: now)
    case .updateWarmThroughput(let name, let target):
      try updateWarmThroughput(of: try stream(named: name), to: target, now: now)
    case .updateAccountSettings(let wish):
      try updateSettings(commitment: wish, now: now)
    default: preconditionFailure("not an action on capacity: \(request)")
    }
    return .done
  }

  private var nextPush: Instant? {
    var first: Instant?
    for stream in streams {
      for consumer in stream.consumers.indices {
        for subscription in stream.consumers[consumer].subscriptions.indices {
          let next = stream.nextPush(consumer, subscription, after: stream.latest)
          first = min(first ?? next, next)
        }
      }
    }
    return first == .never ? nil : first
  }

  private mutating func pushAll(at now: Instant, into effects: inout [Answer]) {
    for stream in streams.indices {
      for consumer in streams[stream].consumers.indices {
        for subscription in streams[stream].consumers[consumer].subscriptions.indices {
          while let event = streams[stream].push(consumer, subscription, at: now) {
            effects.append(.pushed(stream: streams[stream].name, consumer: consumer, event))
          }
        }
      }
    }
  }
}
