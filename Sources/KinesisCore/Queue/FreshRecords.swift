internal import Units

/// The records that a queue has never given out: in each shard everything from a position on, so that nothing is kept of one
/// record. The oldest of all shards is found by a tree of what each shard has next.
struct FreshRecords: Sendable, Hashable {
  /// A record as the log knows it.
  struct Record {
    var id: QueueRecordID
    var arrival: Instant
    var size: Int32
  }

  /// From arrival until it is visible.
  let latency: Interval
  /// Bytes a second of each shard; nil for no limit.
  private let pipe: Int64?
  /// By shard: the first position never given out, what was looked up of the run there and where that stood, the pipe.
  private var next: [Int64] = []
  private var heads: [RecordRun] = []
  private var hints: [Int] = []
  private var pipes: [TokenBucket] = []
  /// By shard, when its first record can be given out.
  private var dues = Deadlines([])
  /// How many there are, visible or about to be.
  private(set) var count: Int64 = 0

  private static let nothing = RecordRun(first: 0, count: 0, bytes: 0, arrival: .epoch, lastArrival: .epoch)

  init(_ limits: LimitsProfile) {
    latency = .milliseconds(limits[.queue.deliveryLatency])
    pipe = limits[.queue.readBytes] > 0 ? limits[.queue.readBytes] : nil
  }

  /// When the first can be given out; `.never` when there is none. O(1).
  var due: Instant { dues.first }

  /// The first position of a shard that was never given out.
  func first(of shard: Int) -> Int64 { shard < next.count ? next[shard] : 0 }

  /// Whether a position of a shard lies before those never given out.
  func isBehind(_ position: Int64, of shard: Int) -> Bool { shard < next.count && position < next[shard] }

  // MARK: Coming

  /// Begins at given positions of the shards there are.
  mutating func begin(at positions: [Int64], _ shards: [Shard], now: Instant) {
    count = 0
    next = positions
    heads = positions.map { _ in Self.nothing }
    hints = positions.map { _ in 0 }
    if let pipe { pipes = positions.map { _ in TokenBucket(rate: pipe, depth: pipe, at: now) } }
    dues = Deadlines(positions.map { _ in Instant.never })
    for shard in positions.indices {
      count += max(0, shards.span[shard].log.tip - next[shard])
      find(shard, shards)
    }
  }

  /// A shard has just stored so many records.
  @inline(__always)
  mutating func note(_ stored: Int64, in shard: Int, at now: Instant) {
    if shard >= next.count { grow(to: shard + 1, at: now) }
    count += stored
    if dues[shard] == .never { dues[shard] = now + latency }
  }

  private mutating func grow(to shards: Int, at now: Instant) {
    let known = next.count, room = max(shards, 2 * known)
    let old = next.indices.map { dues[$0] }
    dues = Deadlines(old + Array(repeating: .never, count: room - known))
    next += Array(repeating: 0, count: room - known)
    heads += Array(repeating: Self.nothing, count: room - known)
    hints += Array(repeating: 0, count: room - known)
    if let pipe { pipes += Array(repeating: TokenBucket(rate: pipe, depth: pipe, at: now), count: room - known) }
  }

  /// Looks up what a shard has next.
  private mutating func find(_ shard: Int, _ shards: [Shard]) {
    let first = max(next[shard], shards.span[shard].log.trimHorizon)
    guard let run = shards.span[shard].log.run(holding: first, near: &hints[shard]) else {
      (heads[shard], dues[shard]) = (Self.nothing, .never)
      return
    }
    next[shard] = first
    let passed = first - run.first
    heads[shard] = RecordRun(
      first: first, count: run.count - passed, bytes: run.bytes - run.bytes(ofFirst: passed), arrival: run.arrival,
      lastArrival: run.lastArrival)
    dues[shard] = run.arrival + latency
  }

  // MARK: Going

  /// When the first one that can be given out arrived, and its size; nil when none can be by `now`.
  mutating func oldest(at now: Instant, _ shards: [Shard]) -> (arrival: Instant, size: Int64)? {
    guard let shard = open(at: now, shards) else { return nil }
    return (heads[shard].arrival, heads[shard].bytes(ofFirst: 1))
  }

  /// Takes it.
  mutating func take(at now: Instant, _ shards: [Shard]) -> Record? {
    guard let shard = open(at: now, shards) else { return nil }
    let size = heads[shard].bytes(ofFirst: 1)
    let record = Record(
      id: QueueRecordID(ShardID(shard), at: next[shard]), arrival: heads[shard].arrival,
      size: Int32(clamping: size))
    if pipe != nil { pipes[shard].overdraw(size, at: now) }
    next[shard] += 1
    count -= 1
    heads[shard].first += 1
    heads[shard].count -= 1
    heads[shard].bytes -= size
    if heads[shard].count == 0 { find(shard, shards) }
    return record
  }

  /// The shard whose first record can be given out and is the oldest; its head is looked up.
  private mutating func open(at now: Instant, _ shards: [Shard]) -> Int? {
    while dues.first <= now {
      let shard = dues.firstPlace
      if heads[shard].count == 0 { find(shard, shards) }
      guard dues[shard] <= now else { continue }
      guard pipe != nil, let wait = wait(for: shard, at: now) else { return shard }
      dues[shard] = wait
    }
    return nil
  }

  /// Until when a shard's pipe has nothing for its first record; nil when it has.
  private func wait(for shard: Int, at now: Instant) -> Instant? {
    let wanted = min(heads[shard].bytes(ofFirst: 1), pipes[shard].rate)
    let instant = pipes[shard].instant(holding: wanted, from: now)
    return instant > now ? instant : nil
  }

  // MARK: Expiring

  /// Passes over what arrived before `horizon`. Returns how many that were. O(1) when none did.
  mutating func expire(before horizon: Instant, _ shards: [Shard]) -> Int64 {
    var gone: Int64 = 0
    while dues.first < horizon + latency {
      let shard = dues.firstPlace
      let kept = max(shards.span[shard].log.position(arrivedFrom: horizon), next[shard])
      gone += kept - next[shard]
      let isStuck = kept == next[shard] && heads[shard].count > 0
      next[shard] = kept
      find(shard, shards)
      // A coarse block has records on both sides: it goes as a whole, when the last of it is that old.
      if isStuck { break }
    }
    count -= gone
    return gone
  }
}

extension FreshRecords {
  /// What was looked up follows from the logs.
  static func == (a: FreshRecords, b: FreshRecords) -> Bool {
    a.next == b.next && a.count == b.count && a.pipes == b.pipes && a.latency == b.latency
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(next)
    hasher.combine(count)
  }
}
