public import Units

/// What the rules need to know of a record; payloads belong to the live engine.
///
/// A header may stand for a run of equal records that arrive together.
@frozen public struct RecordHeader: Hashable, Sendable, Codable {
  /// Where it goes.
  public var hashKey: HashKey
  /// Data and partition key of one record, in bytes.
  public var size: Int32
  /// How many equal records it stands for; at least 1.
  public var count: Int32

  /// One record, or a run of equal ones.
  @inlinable public init(hashKey: HashKey, size: Int32, count: Int32 = 1) {
    (self.hashKey, self.size, self.count) = (hashKey, size, count)
  }
}

/// What became of a header: how many of its records a shard took, and what held the others back.
///
/// Records are admitted in request order, so it is the first `accepted` that were taken.
@frozen public struct PutOutcome: Hashable, Sendable, Codable {
  /// The shard that owns the hash key.
  public var shard: ShardID
  /// How many were taken.
  public var accepted: Int32
  /// The limit that refused the rest; nil when all were taken.
  public var limit: WriteLimit?
  /// The position within the shard of the first one taken, from 0; its sequence number's index is one more.
  public var first: Int64
}

/// One record of a call, as a driver puts it that remembers which shard a key went to.
@frozen public struct PutEntry: Sendable {
  /// The shard's number: where its key went before, or −1 where that is not known; afterwards where it went.
  public var shard: Int32
  /// Data and partition key, in bytes.
  public var size: Int32
  /// Afterwards, what refused it; nil when it was stored.
  public var limit: WriteLimit?
  /// Whether it is asked for for the first time; nothing depends on it here.
  public var isFirst: Bool
  /// What the driver knows the record and its key by.
  public var slot: Int32, key: UInt32

  /// A record that was not put yet.
  @inlinable public init(shard: Int32, size: Int32, isFirst: Bool, slot: Int32, key: UInt32) {
    (self.shard, self.size, self.isFirst, self.slot, self.key, limit) = (shard, size, isFirst, slot, key, nil)
  }
}

/// Neighbouring records of a shard: equal in size and arrival, or, once settled, a block of mixed ones.
@frozen public struct RecordRun: Hashable, Sendable, Codable {
  /// The position of the first one within its shard, from 0.
  public var first: Int64
  /// How many; at least 1.
  public var count: Int64
  /// Their bytes together.
  public var bytes: Int64
  /// When the first and the last arrived.
  public var arrival: Instant, lastArrival: Instant

  /// The position behind the last one.
  @inlinable public var end: Int64 { first + count }

  /// When the one at a position of theirs arrived: evenly between the first and the last, where that is not known.
  @inlinable public func arrival(of position: Int64) -> Instant {
    guard lastArrival > arrival, count > 1 else { return arrival }
    return arrival + Interval(nanoseconds: (lastArrival - arrival).nanoseconds / (count - 1) * (position - first))
  }

  /// The position behind the last of them that had arrived by an instant at which the first one had.
  func position(behindThoseBy instant: Instant) -> Int64 {
    guard instant < lastArrival else { return end }
    let gap = (lastArrival - arrival).nanoseconds / max(1, count - 1)
    return gap == 0 ? end : first + min(count - 1, (instant - arrival).nanoseconds / gap + 1)
  }

  /// Half-way between the first and the last arrival.
  public var middle: Instant { arrival + Interval(nanoseconds: (lastArrival - arrival).nanoseconds / 2) }

  /// The bytes of the first `n` of them: exact for equal records, an even share in a settled block.
  @inlinable func bytes(ofFirst n: Int64) -> Int64 {
    if n >= count { return bytes }
    let (quotient, remainder) = bytes.quotientAndRemainder(dividingBy: count)
    return quotient * n + remainder * n / count
  }

  /// Of its records from one number up to another, how many of the first ones fit so many bytes, or `least` if they do not.
  func count(from skipped: Int64, to end: Int64, within room: Int64, atLeast least: Int64) -> Int64 {
    let most = min(end, count) - skipped, before = bytes(ofFirst: skipped),
      all = bytes(ofFirst: skipped + most) - before
    var fitting = room <= 0 || all <= 0 ? 0 : min(most, Int64(Int128(most) * Int128(room) / Int128(all)))
    while fitting > 0, bytes(ofFirst: skipped + fitting) - before > room { fitting -= 1 }
    return max(fitting, least)
  }

  /// What of it lies in a range of positions, which it must overlap; `isSpread` says that its records arrived evenly between the
  /// first and the last.
  @inline(__always)
  func cut(from begin: Int64, to end: Int64, isSpread: Bool) -> RecordRun {
    guard begin > first || end < self.end else { return self }
    let skipped = max(0, begin - first), taken = min(self.end, end) - first - skipped
    let bytes = bytes(ofFirst: skipped + taken) - bytes(ofFirst: skipped)
    let start = first + skipped, isLast = skipped + taken == count
    return RecordRun(
      first: start, count: taken, bytes: bytes, arrival: isSpread ? arrival(of: start) : arrival,
      lastArrival: isSpread && !isLast ? arrival(of: start + taken - 1) : lastArrival)
  }
}
