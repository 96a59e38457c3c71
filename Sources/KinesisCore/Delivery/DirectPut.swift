internal import Units

/// The front door of Direct PUT: what it admits in a second, and by which of its channels records go on.
struct DirectPut: Sendable, Hashable {
  /// Bytes a second: the quota, after increases.
  private(set) var quota: Int64
  /// The region's quota, in bytes, records and requests a second.
  let base: DirectPutQuota
  private let burst: Int64
  private var bytes: TokenBucket, records: TokenBucket, requests: TokenBucket
  /// Which channel the next call takes.
  private(set) var turn = 0
  /// When the limit is raised, because something was throttled; nil when nothing was.
  private(set) var raise: Instant?

  init(quota: Int64?, base: DirectPutQuota, burst: Int64, at now: Instant) {
    (self.base, self.burst, self.quota) = (base, burst, quota ?? base.bytes)
    bytes = TokenBucket(rate: 1, depth: 1, at: now)
    (records, requests) = (bytes, bytes)
    renew(at: now)
  }

  /// How many times the region's quota it has, at least once.
  var scale: Int64 { max(1, (quota + base.bytes / 2) / base.bytes) }

  /// Takes a call; false when there were too many this second.
  mutating func takeRequest(at now: Instant) -> Bool { requests.take(1, at: now) }

  /// Takes as many of equal records as both limits hold, the first ones.
  mutating func take(_ record: DeliveryRecord, at now: Instant) -> Int64 {
    let size = Int64(record.size)
    let fitting = size == 0 ? Int64.max : bytes.available(at: now) / size
    let taken = min(Int64(record.count), records.available(at: now), fitting)
    records.spend(taken)
    bytes.spend(taken * size)
    return taken
  }

  /// The channel for a call: each in turn.
  mutating func nextChannel(of count: Int) -> Int {
    turn = (turn + 1) % count
    return turn
  }

  /// Something was throttled: the limit will be raised in a while.
  mutating func noteThrottle(at now: Instant, raisedAfter wait: Interval) {
    guard raise == nil, wait > .zero else { return }
    raise = now + wait
  }

  /// Raises the limit; the buckets begin full.
  mutating func increase(permille: Int64, most: Int64, at now: Instant) {
    raise = nil
    quota = min(most, quota * permille / 1_000)
    renew(at: now)
  }

  private mutating func renew(at now: Instant) {
    func bucket(_ rate: Int64) -> TokenBucket { TokenBucket(rate: rate, depth: rate * burst, at: now) }
    bytes = bucket(quota)
    records = bucket(DeliveryParcel.share(of: base.records, quota, of: base.bytes))
    requests = bucket(DeliveryParcel.share(of: base.requests, quota, of: base.bytes))
  }
}
