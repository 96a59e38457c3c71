internal import KinesisCore
internal import Units

/// The last two minutes of every shard, second by second, so that both sides of the worst second can be shown once it is over.
struct CloseUpBook: Sendable {
  /// A second of a shard; `number` tells it from the one two minutes before.
  private struct Cell: Sendable {
    var number: Int32 = -1, throttled: Int32 = 0
    var demand: Float = 0, load: Float = 0
  }

  /// Of more shards nothing is kept: 8 MB.
  private static let mostShards = 4_096
  private static let length = 2 * CloseUp.reach + 1

  /// Two minutes a shard.
  private var rings: [Cell] = []
  /// Seconds that have ended.
  private var ended = 0
  /// The worst second whose other side is still to come.
  private var open: (shard: Int, second: Int)?
  /// The worst second, with both sides as far as there were any.
  private var kept: (shard: Int, second: Int, first: Int, seconds: [CloseUp.Second])?

  /// A shard's second that ends; `isWorst` when none before asked more of a shard.
  mutating func note(_ shard: Int, demand: Double, load: Double, throttled: Int64, isWorst: Bool) {
    guard shard < Self.mostShards else { return }
    while rings.count < (shard + 1) * Self.length { rings += Array(repeating: Cell(), count: Self.length) }
    rings[place(of: ended, shard)] = Cell(
      number: Int32(truncatingIfNeeded: ended), throttled: Int32(clamping: throttled), demand: Float(demand),
      load: Float(load))
    if isWorst { open = (shard, ended) }
  }

  /// All shards' seconds are noted.
  mutating func endSecond() {
    ended += 1
    if let open, ended > open.second + CloseUp.reach { keep() }
  }

  /// Statistics begin anew.
  mutating func endWarmup() { (open, kept) = (nil, nil) }

  private func place(of second: Int, _ shard: Int) -> Int { shard * Self.length + second % Self.length }

  private mutating func keep() {
    guard let open else { return }
    let first = max(0, open.second - CloseUp.reach), end = min(ended, open.second + CloseUp.reach + 1)
    let seconds = (first..<end).map { second in
      let cell = rings[place(of: second, open.shard)]
      guard cell.number == Int32(truncatingIfNeeded: second) else {
        return CloseUp.Second(demand: 0, load: 0, throttled: 0)
      }
      return CloseUp.Second(demand: Double(cell.demand), load: Double(cell.load), throttled: Int64(cell.throttled))
    }
    kept = (open.shard, open.second, first, seconds)
    self.open = nil
  }

  /// What there is to see, in a run from `start`; nil when nothing was asked for.
  func closeUp(from start: Instant) -> CloseUp? {
    var book = self
    book.keep()
    return book.kept.map { kept in
      CloseUp(
        shard: ShardID(kept.shard), begin: start + .seconds(Int64(kept.first)), seconds: kept.seconds,
        worst: kept.second - kept.first)
    }
  }
}
