public import Units

/// Where a shard iterator begins (facts §2.3).
public enum IteratorPosition: Sendable, Hashable, Codable {
  /// The oldest record kept.
  case trimHorizon
  /// Behind the newest record.
  case latest
  /// The first record that arrived at or after an instant, which AWS takes in milliseconds.
  case atTimestamp(Instant)
  /// A record.
  case atSequenceNumber(SequenceNumber)
  /// The record behind it.
  case afterSequenceNumber(SequenceNumber)
}

/// A place in a shard to read from; valid for five minutes.
public struct ShardIterator: Sendable, Hashable, Codable {
  /// The shard.
  public var shard: ShardID
  /// The position of the next record to read, from 0.
  public var next: Int64
  /// When it was given out.
  public var issuedAt: Instant

  /// An iterator.
  public init(shard: ShardID, next: Int64, issuedAt: Instant) {
    (self.shard, self.next, self.issuedAt) = (shard, next, issuedAt)
  }
}

/// What GetRecords answered: which records, not their payloads.
public struct ReadAnswer: Sendable, Hashable, Codable {
  /// The shard.
  public var shard: ShardID
  /// The position of the first record, how many, and their bytes; look the runs up with `ShardLog.runs`.
  public var first: Int64, count: Int64, bytes: Int64
  /// Positions passed over because their records had left by age.
  public var expired: Int64
  /// How far behind the tip, in milliseconds: 0 when nothing is left to read.
  public var millisBehindLatest: Int64
  /// Where to read on; nil at the end of a closed shard.
  public var next: ShardIterator?
  /// The shards that came from this one; only at its end.
  public var children: [ShardID]

  /// The position behind the last record.
  public var end: Int64 { first + count }
}

/// GetShardIterator and GetRecords.
extension Stream {
  /// GetShardIterator: five calls a second and shard. A refused call changes nothing but time.
  public mutating func shardIterator(
    _ position: IteratorPosition, in id: ShardID, at now: Instant
  ) throws(Refusal) -> ShardIterator {
    let now = arrive(at: now)
    try requireReadable()
    try requireShard(id)
    let next = try resolve(position, in: id, at: now)
    guard shards[id.index].iteratorCalls.take(1, at: now) else { throw .readThrottled(id, .iterators) }
    return ShardIterator(shard: id, next: next, issuedAt: now)
  }

  /// GetRecords: at most `limit` records (up to 10,000) and 10 MiB, five calls and 2 MiB a second and shard.
  ///
  /// A call is answered when the byte bucket is not in debt, and may put it into debt by up to 10 MiB: that gives the
  /// documented five seconds of refusals after a full answer (facts §2.4). A refused call costs nothing.
  public mutating func getRecords(
    _ iterator: ShardIterator, limit: Int = 10_000, at now: Instant
  ) throws(Refusal) -> ReadAnswer {
    let now = arrive(at: now)
    try requireReadable()
    guard (1...limits[.shard.readRecordsPerCall]).contains(Int64(limit)) else {
      throw .invalidArgument("Limit \(limit) is not between 1 and \(limits[.shard.readRecordsPerCall]).")
    }
    try requireShard(iterator.shard)
    try checkAge(of: iterator, at: now)
    try admitRead(of: iterator.shard, at: now)
    return read(iterator, limit: Int64(limit), at: now)
  }

  private func checkAge(of iterator: ShardIterator, at now: Instant) throws(Refusal) {
    let lifetime = Interval.seconds(limits[.shard.iteratorLifetime])
    guard now - iterator.issuedAt <= lifetime else {
      throw .expiredIterator(
        "Iterator expired. The iterator was created at time \(CivilTime.text(iterator.issuedAt)) while right now it is "
          + "\(CivilTime.text(now)) which is further in the future than the tolerated delay of "
          + "\(lifetime.nanoseconds / 1_000_000) milliseconds.")
    }
  }

  private mutating func admitRead(of id: ShardID, at now: Instant) throws(Refusal) {
    guard shards[id.index].readBytes.isSolvent(at: now) else { throw .readThrottled(id, .bytes) }
    guard shards[id.index].readCalls.take(1, at: now) else { throw .readThrottled(id, .calls) }
  }

  private mutating func read(_ iterator: ShardIterator, limit: Int64, at now: Instant) -> ReadAnswer {
    let id = iterator.shard
    shards[id.index].log.trim(before: now - retention)
    let horizon = shards.span[id.index].log.trimHorizon, tip = shards.span[id.index].log.tip
    let first = min(max(iterator.next, horizon), tip)
    let part = shards.span[id.index].log.prefix(from: first, records: limit, bytes: limits[.shard.readBytesPerCall])
    shards[id.index].readBytes.overdraw(part.bytes, at: now)
    let end = first + part.count
    let isDrained = end >= tip && !gates[id.index].isOpen
    return ReadAnswer(
      shard: id, first: first, count: part.count, bytes: part.bytes, expired: first - min(max(iterator.next, 0), first),
      millisBehindLatest: lag(behind: end, in: id, at: now),
      next: isDrained ? nil : ShardIterator(shard: id, next: end, issuedAt: now),
      children: isDrained ? children(of: id) : [])
  }

  /// Milliseconds from the record before `position` to `now`, 0 when nothing lies behind it: MillisBehindLatest.
  public func lag(behind position: Int64, in id: ShardID, at now: Instant) -> Int64 {
    guard position < shards.span[id.index].log.tip else { return 0 }
    let before = max(position - 1, shards.span[id.index].log.trimHorizon)
    let seen = shards.span[id.index].log.lastArrival(of: before)
    return seen.map { max(0, (now - $0).nanoseconds / 1_000_000) } ?? 0
  }

  // Looked at in place: a shard that is read out of the array is copied.

  /// The position behind a shard's newest record.
  func tip(of id: ShardID) -> Int64 { shards.span[id.index].log.tip }

  /// The position of the oldest record that a shard keeps.
  func horizon(of id: ShardID) -> Int64 { shards.span[id.index].log.trimHorizon }

  /// Records of a shard in a range of positions.
  func runs(from first: Int64, to end: Int64, in id: ShardID) -> ShardLog.Runs {
    shards.span[id.index].log.runs(from: first, to: end)
  }

  /// When the first record kept at or behind a position arrived.
  func arrival(atOrBehind position: Int64, in id: ShardID) -> Instant? {
    shards.span[id.index].log.arrival(atOrBehind: position)
  }

  /// Records and bytes that a shard ever stored.
  func stored(in id: ShardID) -> (records: Int64, bytes: Int64) {
    (shards.span[id.index].log.tip, shards.span[id.index].log.written)
  }

  /// Whether a shard takes records.
  func isOpen(_ id: ShardID) -> Bool { gates[id.index].isOpen }

  /// Records of a shard in a range of positions, by arrival.
  func forEachArrival(
    from first: Int64, to end: Int64, in id: ShardID,
    _ take: (_ arrival: Instant, _ last: Instant, _ first: Int64, _ end: Int64) -> Void
  ) {
    shards.span[id.index].log.forEachArrival(from: first, to: end, take)
  }

  /// The shards that came from one by split or merge, by number.
  public func children(of id: ShardID) -> [ShardID] {
    shards[id.index...].filter { $0.parent == id || $0.adjacentParent == id }.map(\.id)
  }

  func resolve(_ position: IteratorPosition, in id: ShardID, at now: Instant) throws(Refusal) -> Int64 {
    let log = shards[id.index].log
    let horizon = max(log.trimHorizon, log.position(arrivedFrom: now - retention))
    switch position {
    case .trimHorizon: return horizon
    case .latest: return log.tip
    case .atTimestamp(let instant):
      guard instant <= now else { throw .invalidArgument("The timestamp is in the future.") }
      return max(horizon, log.position(arrivedFrom: instant))
    case .atSequenceNumber(let number): return max(horizon, min(log.tip, try index(of: number, in: id) - 1))
    case .afterSequenceNumber(let number): return max(horizon, min(log.tip, try index(of: number, in: id)))
    }
  }

  private func index(of number: SequenceNumber, in id: ShardID) throws(Refusal) -> Int64 {
    let shard = shards[id.index]
    guard number.shard == id, number.shardCreated == shard.openedAt.seconds else {
      throw .invalidArgument(
        "StartingSequenceNumber \(number) used in GetShardIterator on shard \(id) in stream \(name) is invalid because it "
          + "did not come from this stream.")
    }
    return Int64(min(number.index, SequenceNumber.endIndex))
  }
}
