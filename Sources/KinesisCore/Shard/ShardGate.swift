public import Units

/// What a shard still takes: its two write limits and nothing else, 32 bytes of plain data.
///
/// Gates stand side by side, apart from what shards hold, so that a put finds the one it needs at once. Levels are counted in
/// billionths, so that a rate of r a second adds exactly r of them each nanosecond; a put compares them and never divides.
struct ShardGate: Sendable, Hashable {
  /// What all gates of a stream have in common.
  struct Terms: Sendable, Hashable {
    /// A second's refill, and the most a gate holds in billionths: records and bytes.
    let recordRate: Int64, recordDepth: Int64, byteRate: Int64, byteDepth: Int64

    /// Bytes hold at least one largest record.
    init(_ limits: LimitsProfile, maxRecord: Bytes) {
      let slack = limits[.shard.writeSlack], burst = limits[.shard.writeBurst]
      recordRate = limits[.shard.writeRecords] * slack / 1_000
      byteRate = limits[.shard.writeBytes] * slack / 1_000
      recordDepth = recordRate * burst * TokenBucket.token
      byteDepth = max(byteRate * burst, maxRecord.count) * TokenBucket.token
    }
  }

  /// What is left, in billionths of a record and of a byte.
  private var records: Int64, bytes: Int64
  /// When that was right.
  private var asOf: Instant
  /// Whether its shard takes records at all: a key's shard that has closed is another one now.
  var isOpen = true

  /// Full at `now`.
  init(_ terms: Terms, at now: Instant) { (records, bytes, asOf) = (terms.recordDepth, terms.byteDepth, now) }

  /// Admits as many of `count` records of `size` bytes as both limits allow, the first ones first; a refused record costs
  /// nothing (facts §1.4). O(1) whatever the count.
  @inline(__always)
  mutating func admit(
    _ count: Int64, of size: Int64, at now: Instant, _ terms: Terms
  ) -> (accepted: Int64, limit: WriteLimit?) {
    refill(at: now, terms)
    let (needed, isOver) = (count * size).multipliedReportingOverflow(by: TokenBucket.token)
    guard records >= count * TokenBucket.token, !isOver, bytes >= needed else { return admitSome(count, of: size) }
    records -= count * TokenBucket.token
    bytes -= needed
    return (count, nil)
  }

  /// Lets time pass. One refill serves both limits.
  @inline(__always)
  mutating func refill(at now: Instant, _ terms: Terms) {
    let elapsed = (now - asOf).nanoseconds
    guard elapsed > 0 else { return }
    asOf = now
    records = Self.filled(records, elapsed, terms.recordRate, terms.recordDepth)
    bytes = Self.filled(bytes, elapsed, terms.byteRate, terms.byteDepth)
  }

  @inline(__always)
  private static func filled(_ level: Int64, _ elapsed: Int64, _ rate: Int64, _ depth: Int64) -> Int64 {
    let (gain, isOver) = elapsed.multipliedReportingOverflow(by: rate)
    return isOver || gain >= depth - level ? depth : level + gain
  }

  @inline(never)
  private mutating func admitSome(_ count: Int64, of size: Int64) -> (accepted: Int64, limit: WriteLimit?) {
    let byRecords = records / TokenBucket.token
    let byBytes = size == 0 ? Int64.max : bytes / TokenBucket.token / size
    let accepted = min(byRecords, byBytes)
    records -= accepted * TokenBucket.token
    bytes -= accepted * size * TokenBucket.token
    return (accepted, byRecords <= byBytes ? .records : .bytes)
  }
}

/// Spans of records, in whatever order they arrive.
extension ShardGate {
  /// The same gate, full at an instant.
  func full(at instant: Instant, _ terms: Terms) -> ShardGate {
    var gate = self
    (gate.records, gate.bytes, gate.asOf) = (terms.recordDepth, terms.byteDepth, instant)
    return gate
  }

  /// What it lacks at an instant, in billionths of a record and of a byte: the work of its limits that is not done.
  func missing(at instant: Instant, _ terms: Terms) -> (records: Int64, bytes: Int64) {
    var gate = self
    gate.refill(at: instant, terms)
    return (terms.recordDepth - gate.records, terms.byteDepth - gate.bytes)
  }

  /// Admits a span's records when it is certain that none is refused: both limits allow all of them when it begins.
  ///
  /// What is left is what there is at least when it ends: as if all came last, for what comes to a full gate is lost.
  mutating func settle(_ span: RecordSpan, _ terms: Terms) -> Bool {
    refill(at: span.from, terms)
    let (needed, isOver) = span.bytes.multipliedReportingOverflow(by: TokenBucket.token)
    guard !isOver, bytes >= needed, records / TokenBucket.token >= span.count else { return false }
    refill(at: span.to, terms)
    records -= span.count * TokenBucket.token
    bytes -= needed
    return true
  }
}

/// What a shard's two write limits stand at; after `Stream.settle`, what they have at least. 64 bytes.
public struct GateReading: Sendable, Hashable {
  let gate: ShardGate, terms: ShardGate.Terms

  /// What is missing from both at an instant, in billionths of a record and of a byte.
  public func missing(at instant: Instant) -> (records: Int64, bytes: Int64) { gate.missing(at: instant, terms) }

  /// The same when both are full at an instant.
  public func full(at instant: Instant) -> GateReading {
    GateReading(gate: gate.full(at: instant, terms), terms: terms)
  }

  /// Records and bytes a second.
  public var rates: (records: Int64, bytes: Int64) { (terms.recordRate, terms.byteRate) }

  /// The most records and bytes that can be taken at once.
  public var capacities: (records: Int64, bytes: Int64) {
    (terms.recordDepth / TokenBucket.token, terms.byteDepth / TokenBucket.token)
  }
}
