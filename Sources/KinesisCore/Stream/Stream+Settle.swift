public import Units

/// Puts of many records at once, whose order nobody knows: settled where the order cannot matter, refused where it could.
///
/// A driver that knows how many records reach a shard in a stretch of time, and not when, asks `settle`. What is settled has the
/// law of puts one by one; where `settle` refuses, nothing has changed, and the driver puts record by record.
extension Stream {
  /// What a shard's two write limits stand at; after `settle`, what they have at least.
  public func gate(of shard: ShardID) -> GateReading { GateReading(gate: gates[shard.index], terms: gateTerms) }

  /// Stores all records of a span, if none of them can be refused, in whatever order they arrive. O(1).
  ///
  /// Then the shard's gate is what it is at least; `replay` says what it is. False, with nothing changed, where one could be
  /// refused. No change of the stream may lie between the span and the latest instant seen.
  /// `runs` are its records in order of arrival.
  public mutating func settle(_ span: RecordSpan, _ runs: [ArrivalRun], in shard: ShardID) -> Bool {
    guard gates[shard.index].settle(span, gateTerms) else { return false }
    shards[shard.index].store(span, runs)
    return true
  }

  /// Puts equal records to a shard at an instant that may lie before the latest one seen by other shards.
  public mutating func put(_ arrival: RecordArrival, in shard: ShardID) -> PutOutcome {
    admit(RecordHeader(arrival), to: shard, at: arrival.at)
  }

  /// GetRecords at an instant that may lie before the latest one seen by other shards: all that had arrived by then, from a
  /// position on. Calls to one shard come in order of time.
  ///
  /// Nil, with nothing changed, where the shard's limits could refuse the call or cut its answer short. O(log n).
  public mutating func settledRead(from next: Int64, limit: Int64, in id: ShardID, at instant: Instant) -> ReadAnswer? {
    let end = shards.span[id.index].log.position(behindThoseBy: instant), count = end - next
    guard gates[id.index].isOpen, next >= shards.span[id.index].log.trimHorizon, count >= 0, count <= limit else {
      return nil
    }
    let part = shards.span[id.index].log.prefix(from: next, records: count, bytes: limits[.shard.readBytesPerCall])
    guard part.count == count, shards[id.index].readBytes.isSolvent(at: instant),
      shards[id.index].readCalls.take(1, at: instant)
    else { return nil }
    shards[id.index].readBytes.overdraw(part.bytes, at: instant)
    return ReadAnswer(
      shard: id, first: next, count: count, bytes: part.bytes, expired: 0, millisBehindLatest: 0,
      next: ShardIterator(shard: id, next: end, issuedAt: instant), children: [])
  }

  /// What the service pushed to a subscription at an instant that may lie before the latest one seen: all that had arrived by then.
  ///
  /// Nil, with nothing changed, where 2 MiB/s could not pay for it or the subscription had ended. O(log n).
  public mutating func settledPush(_ consumer: Int, _ subscription: Int, at instant: Instant) -> FanOutEvent? {
    var held = consumers.span[consumer].subscriptions[subscription]
    let id = held.shard, end = shards.span[id.index].log.position(behindThoseBy: instant), count = end - held.next
    guard !held.isEnded, gates[id.index].isOpen, held.next >= shards.span[id.index].log.trimHorizon, count > 0,
      count <= limits[.shard.readRecordsPerCall], instant < self.end(of: held)
    else { return nil }
    let part = shards.span[id.index].log.prefix(from: held.next, records: count, bytes: .max)
    guard held.bytes.take(part.bytes, at: instant) else { return nil }
    let first = held.next
    held.next = end
    consumers[consumer].subscriptions[subscription] = held
    return FanOutEvent(
      shard: id, first: first, count: count, bytes: part.bytes, expired: 0, millisBehindLatest: 0, isLast: false,
      children: [])
  }

  /// When a subscription ends by age; the epoch's beginning when it has ended.
  public func end(of subscription: Int, of consumer: Int) -> Instant {
    let held = consumers.span[consumer].subscriptions[subscription]
    return held.isEnded ? .epoch : end(of: held)
  }

  /// Says exactly what a shard's gate stands at: it stood at `reading`, then took what has arrived since, all of which was
  /// settled. O(arrivals).
  public mutating func replay(_ arrivals: [RecordArrival], from reading: GateReading, in shard: ShardID) {
    var gate = reading.gate
    for arrival in arrivals {
      let (accepted, _) = gate.admit(Int64(arrival.count), of: Int64(arrival.size), at: arrival.at, gateTerms)
      assert(accepted == Int64(arrival.count), "what was settled is refused")
    }
    gates[shard.index] = gate
  }
}

extension RecordHeader {
  /// Equal records whose shard is known: the key decides nothing any more.
  public init(_ arrival: RecordArrival) {
    self.init(hashKey: HashKey(0), size: arrival.size, count: arrival.count)
  }
}
