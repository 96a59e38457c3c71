public import Units

extension Stream: Machine {
  /// The first thing due: a change of status or shards, or a push to a subscriber.
  public var deadline: Instant? {
    guard let push = nextPush else { return nextChange }
    return min(push, nextChange ?? push)
  }

  /// Lets time pass, then does what is asked; the request's own answer is the last effect before any push it causes.
  ///
  /// What needs the account, such as a quota or the rate of calls, is not asked for: that is what `Account` is for.
  public mutating func step(_ request: StreamRequest, at now: Instant, into effects: inout [Answer]) {
    wake(at: now, into: &effects)
    do throws(Refusal) {
      effects.append(try perform(request, at: now))
    } catch {
      effects.append(.refused(error))
    }
    pushAll(at: now, into: &effects)
  }

  /// Lets time pass: it becomes ACTIVE, reshards go on, subscribers get what is due.
  public mutating func wake(at now: Instant, into effects: inout [Answer]) {
    while let due = deadline, due <= now {
      let wasActive = status == .active
      wake(at: due)
      if !wasActive, status == .active { effects.append(.becameActive(stream: name)) }
      if isGone(at: due) { return }
      pushAll(at: due, into: &effects)
    }
    wake(at: now)
  }

  /// Does what is asked, or says why not.
  mutating func perform(_ request: StreamRequest, at now: Instant) throws(Refusal) -> Answer {
    switch request {
    case .putRecord(let header): return .put([try putRecord(header, at: now)])
    case .putRecords(let headers): return .put(try putRecords(headers, at: now))
    case .getShardIterator(let shard, let position):
      return .iterator(try shardIterator(position, in: shard, at: now))
    case .getRecords(let iterator, let limit): return .records(try getRecords(iterator, limit: limit, at: now))
    case .registerConsumer(let name): return .made(try registerConsumer(name, at: now))
    case .deregisterConsumer(let consumer): try deregisterConsumer(consumer)
    case .subscribeToShard(let consumer, let shard, let position):
      return .made(try subscribe(consumer, to: shard, from: position, at: now))
    case .splitShard(let shard, let key): try splitShard(shard, at: key, now: now)
    case .mergeShards(let shard, let adjacent): try mergeShards(shard, with: adjacent, now: now)
    case .updateShardCount(let target): try updateShardCount(to: target, now: now)
    case .increaseRetention(let hours): try setRetention(hours: hours, isIncrease: true, at: now)
    case .decreaseRetention(let hours): try setRetention(hours: hours, isIncrease: false, at: now)
    case .updateMode(let mode, let warm): try updateMode(to: mode, warmThroughput: warm, at: now)
    case .updateWarmThroughput(let target): try updateWarmThroughput(to: target, at: now)
    case .updateMaxRecord(let size): try updateMaxRecord(to: size, at: now)
    case .updateDistribution(let distribution): try updateDistribution(to: distribution, at: now)
    case .updateEncryption(let key): try updateEncryption(key: key, at: now)
    case .unsubscribe(let consumer, let shard): unsubscribe(consumer, from: shard)
    case .dryRun(let call): throw dryRun(call, at: now)
    }
    return .done
  }

  /// What is answered to a call with DryRun: the refusal of the call itself, or that it would have passed.
  ///
  /// The call is done to a copy, so that nothing is stored, no limit is used up and no time passes. That a throttled call is
  /// refused as such, that records which PutRecords would refuse one by one do not fail it, and that a dry run costs nothing
  /// of the limits is assumed: the API model says only that the call would have passed. O(shards), for the copy.
  private func dryRun(_ call: StreamRequest.DryRun, at now: Instant) -> Refusal {
    var copy = self
    do throws(Refusal) {
      _ = try copy.perform(call.request, at: now)
      return .dryRun
    } catch {
      return error
    }
  }

  /// When the first subscriber, or receive that waits, can be given something without a further put; nil when none ever.
  var nextPush: Instant? {
    var first = Instant.never
    for consumer in consumers.indices {
      for subscription in consumers[consumer].subscriptions.indices {
        first = min(first, nextPush(consumer, subscription, after: latest))
      }
    }
    for queue in queues.indices { first = min(first, nextAnswer(of: queue)) }
    return first == .never ? nil : first
  }

  /// Pushes to every subscriber what can be pushed now, in order of registration and of the first subscription; then answers
  /// receives that wait at queues.
  mutating func pushAll(at now: Instant, into effects: inout [Answer]) {
    for consumer in consumers.indices {
      for subscription in consumers[consumer].subscriptions.indices {
        while let event = push(consumer, subscription, at: now) {
          effects.append(.pushed(stream: name, consumer: consumer, event))
        }
      }
    }
    if !queues.isEmpty { answerAllPolls(at: now, into: &effects) }
  }
}
