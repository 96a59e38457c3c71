internal import Units

/// What a shard still takes: its two write limits and nothing else, 64 bytes of plain data.
///
/// Gates stand side by side, apart from what shards hold, so that a put finds the one it needs at once.
struct ShardGate: Sendable, Hashable {
  var records: TokenBucket, bytes: TokenBucket

  /// Full buckets; bytes hold at least one largest record.
  init(_ limits: LimitsProfile, maxRecord: Bytes, at now: Instant) {
    let slack = limits[.shard.writeSlack], burst = limits[.shard.writeBurst]
    let perSecond = (
      records: limits[.shard.writeRecords] * slack / 1_000, bytes: limits[.shard.writeBytes] * slack / 1_000
    )
    records = TokenBucket(rate: perSecond.records, depth: perSecond.records * burst, at: now)
    bytes = TokenBucket(rate: perSecond.bytes, depth: max(perSecond.bytes * burst, maxRecord.count), at: now)
  }

  /// Admits as many records of a header as both buckets hold, the first ones first; a refused record costs nothing
  /// (facts §1.4). O(1) whatever the count.
  @inline(__always)
  mutating func admit(_ header: RecordHeader, at now: Instant) -> (accepted: Int64, limit: WriteLimit?) {
    let byRecords = records.available(at: now), byBytes = bytes.available(at: now)
    let wanted = Int64(header.count), size = Int64(header.size)
    if byRecords >= wanted, byBytes >= wanted * size {
      spend(wanted, of: size)
      return (wanted, nil)
    }
    let fitting = size == 0 ? Int64.max : byBytes / size
    let accepted = min(byRecords, fitting)
    if accepted > 0 { spend(accepted, of: size) }
    return (accepted, byRecords <= fitting ? .records : .bytes)
  }

  private mutating func spend(_ count: Int64, of size: Int64) {
    records.spend(count)
    bytes.spend(count * size)
  }
}
