import KinesisCore
import Simulation
import Units

/// Sixty-four processes put records of 100,000 Zipf keys into 100 shards, each with both write limits.
struct ShardModel {
  private static let processes = 64, keys = 100_000, shards = 100, gapMean = 1e9 / 1_500

  /// An alias table in the reference's form: 32 bits of the draw choose the cell, 32 decide.
  private let cells: [Cell]
  private struct Cell {
    let threshold: UInt32, alias: UInt32
  }
  private let hashes: [HashKey]
  private let shard: [UInt32]

  init() {
    let sum = (0..<Self.keys).reduce(0) { $0 + 1 / Double($1 + 1) }
    var left = (0..<Self.keys).map { 1 / Double($0 + 1) / sum * Double(Self.keys) }
    var small = left.indices.filter { left[$0] < 1 }, large = left.indices.filter { left[$0] >= 1 }
    var threshold = Array(repeating: UInt32.max, count: Self.keys), alias = (0..<UInt32(Self.keys)).map { $0 }
    while let s = small.last, let l = large.last {
      small.removeLast()
      (threshold[s], alias[s]) = (UInt32(left[s] * 4_294_967_295), UInt32(l))
      left[l] = (left[l] + left[s]) - 1
      guard left[l] < 1 else { continue }
      large.removeLast()
      small.append(l)
    }
    cells = zip(threshold, alias).map { Cell(threshold: $0, alias: $1) }
    hashes = (0..<Self.keys).map { HashKey(partitionKey: "key-\($0)") }
    let stream = Stream.active(name: "shards", shards: Self.shards, at: .epoch)
    shard = hashes.map { UInt32(stream.owner(of: $0).number) }
  }

  /// Both write limits of a shard.
  private struct Buckets {
    private var records = TokenBucket(rate: 1_000, depth: 1_000, at: .epoch)
    private var bytes = TokenBucket(rate: 1_048_576, depth: 1_048_576, at: .epoch)

    @inline(__always)
    mutating func take(_ size: Int64, at now: Instant) -> Bool {
      // Without a branch, as the reference does it: every fourth record is refused, and which cannot be foretold.
      let hasRecord: Int64 = records.holds(1, at: now) ? 1 : 0, hasBytes: Int64 = bytes.holds(size, at: now) ? 1 : 0
      records.spend(hasRecord & hasBytes)
      bytes.spend(size & -(hasRecord & hasBytes))
      return hasRecord & hasBytes == 1
    }
  }

  @inline(__always)
  private func key(_ bits: UInt64) -> Int {
    let cell = Int(((bits >> 32) * UInt64(Self.keys)) >> 32)
    // Both are read before one is chosen: a branch on it would be mispredicted every other time, and wait for memory.
    let own = UInt64(cell), (threshold, alias) = (cells[cell].threshold, UInt64(cells[cell].alias))
    let mask: UInt64 = UInt32(truncatingIfNeeded: bits) <= threshold ? .max : 0
    return Int(alias ^ ((alias ^ own) & mask))
  }

  private static var sources: [Generator] { (0..<UInt64(processes)).map { Generator(seed: 1_000 + $0) } }

  @inline(__always)
  private static func size(_ bits: UInt64) -> Int64 { 200 + Int64(((bits >> 32) * 1_600) >> 32) }

  /// Records wait in one queue of all processes; key, then its shard, then two buckets.
  func generic(_ events: Int) {
    var queue = EventQueue(start: .epoch), draws = Self.sources, trace = Trace(), throttled: UInt64 = 0
    var buckets = Array(repeating: Buckets(), count: Self.shards)
    for process in draws.indices {
      let first = Instant(nanoseconds: Int64(draws[process].exponential(Self.gapMean)))
      queue.schedule(at: first, priority: .service, payload: UInt64(process))
    }
    let watch = Stopwatch()
    for _ in 0..<events {
      guard let (now, payload) = queue.pop() else { return }
      let process = Int(payload), shard = Int(shard[key(draws[process].next())])
      throttled += buckets[shard].take(Self.size(draws[process].next()), at: now) ? 0 : 1
      let gap = Interval(nanoseconds: Int64(draws[process].exponential(Self.gapMean)))
      queue.schedule(at: now + gap, priority: .service, payload: payload)
      trace.fold(UInt64(now.nanoseconds), UInt64(shard))
    }
    report(watch, "shard-generic", "event queue, token buckets", events, trace, throttled)
  }

  /// The same with a tournament of the processes, and cells that name the shard: what weir's structures allow.
  func tuned(_ events: Int) {
    struct Cell {
      let threshold: UInt32, own: UInt16, other: UInt16
    }
    let cells = self.cells.indices.map { index in
      let (threshold, alias) = (self.cells[index].threshold, Int(self.cells[index].alias))
      return Cell(threshold: threshold, own: UInt16(shard[index]), other: UInt16(shard[alias]))
    }
    var clocks = WinnerTree(count: Self.processes), draws = Self.sources, trace = Trace(), throttled: UInt64 = 0
    var buckets = Array(repeating: Buckets(), count: Self.shards)
    for process in draws.indices { clocks.set(process, at: draws[process].exponential(Self.gapMean)) }
    let watch = Stopwatch()
    for _ in 0..<events {
      let process = clocks.minEntity, now = clocks.minKey
      let bits = draws[process].next(), cell = cells[Int(((bits >> 32) * UInt64(Self.keys)) >> 32)]
      let shard = Int(UInt32(truncatingIfNeeded: bits) <= cell.threshold ? cell.own : cell.other)
      let size = Self.size(draws[process].next())
      throttled += buckets[shard].take(size, at: Instant(nanoseconds: Int64(now))) ? 0 : 1
      clocks.set(process, at: now + draws[process].exponential(Self.gapMean))
      trace.fold(now, UInt64(shard))
    }
    report(watch, "shard-tuned", "winner tree, token buckets", events, trace, throttled)
  }

  /// The same through the core: an account's put by the shard that a key went to before, into the shards' logs, which are
  /// settled every second.
  func core(_ events: Int) {
    var account = Account(
      region: "us-east-1", streams: [.active(name: "shards", shards: Self.shards, at: .epoch)], at: .epoch)
    var clocks = WinnerTree(count: Self.processes), draws = Self.sources, trace = Trace(), throttled: UInt64 = 0
    var routes = Array(repeating: Int32(-1), count: Self.keys), second: UInt64 = 1_000_000_000
    for process in draws.indices { clocks.set(process, at: draws[process].exponential(Self.gapMean)) }
    let watch = Stopwatch()
    for _ in 0..<events {
      let process = clocks.minEntity, time = clocks.minKey, now = Instant(nanoseconds: Int64(time))
      let key = key(draws[process].next()), size = Int32(Self.size(draws[process].next()))
      if time >= second {
        second += 1_000_000_000
        for shard in 0..<Self.shards {
          let id = ShardID(shard)
          account[0].settle(id, before: account.tip(of: id, in: 0), width: .seconds(1))
        }
      }
      var entry = PutEntry(shard: routes[key], size: size, isFirst: true, slot: 0, key: UInt32(key))
      account[0].put(&entry, at: now) { entry, _ in hashes[Int(entry.key)] }
      if routes[key] != entry.shard { routes[key] = entry.shard }
      throttled += entry.limit == nil ? 0 : 1
      clocks.set(process, at: time + draws[process].exponential(Self.gapMean))
      trace.fold(time, UInt64(entry.shard))
    }
    report(watch, "shard-core", "winner tree, Account.put", events, trace, throttled)
  }

  private func report(
    _ watch: Stopwatch, _ row: String, _ structure: String, _ events: Int, _ trace: Trace, _ throttled: UInt64
  ) {
    var trace = trace
    trace.fold(throttled, 0)
    watch.report(row, structure, events, trace)
  }
}
