internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// Why a shard refused records, and what would help.
struct ShardStory {
  /// What made it hot.
  enum Cause: Equatable {
    /// It refused nothing.
    case hasRoom
    /// One key asks for most of what the shard can take.
    case oneKey(String, share: Double, aloneOverLimit: Bool)
    /// It owns more of the ring than its even share, by this factor.
    case wideRange(Double)
    /// Its range is no wider than others', but the keys in it ask for more, by this factor; the busiest with its share.
    case warmKeys(Double, busiest: String?, share: Double)
    /// It is loaded like the others, and even by the minute they are full: all of them are too few.
    case evenLoad
    /// It is loaded like the others, whose minutes have room: their seconds have not.
    case bursts(busiestMinute: Double)
  }

  /// A shard whose load, range or key passes this is called uneven: 1.15 × the average.
  static let unevenness = 1.15
  /// A stream whose busiest minute passes this is called full.
  static let fullness = 0.8
  /// A key with less of its shard than this is not worth a name.
  static let keyWorthNaming = 0.05

  let shard: ShardResult
  let cause: Cause

  /// The story of a shard of that stream.
  init(_ shard: ShardResult, of stream: StreamResult) {
    self.shard = shard
    cause = Self.cause(of: shard, in: stream)
  }

  /// Which of its limits refused records: `records`, `bytes`, both with the larger first, or nil.
  var bindingLimit: String? {
    switch (shard.throttledByRecords, shard.throttledByBytes) {
    case (0, 0): nil
    case (_, 0): "records"
    case (0, _): "bytes"
    case (let records, let bytes): records >= bytes ? "records, bytes less often" : "bytes, records less often"
    }
  }

  /// Whether other shards are no better off.
  var isShared: Bool {
    switch cause {
    case .evenLoad, .bursts: true
    case .hasRoom, .oneKey, .wideRange, .warmKeys: false
    }
  }

  private var throttledMostBy: String { shard.throttledByBytes > shard.throttledByRecords ? "bytes" : "records" }

  /// What a split in the middle leaves of the worst second's demand, over the limit, on the half that keeps the busiest key: that
  /// key's share, and half of the rest.
  var demandAfterSplit: Double {
    let share = shard.hottestKey?.share ?? 0
    return shard.worstDemand * (share + (1 - share) / 2)
  }

  private var splitWords: String { demandAfterSplit < 1 ? "split it" : "one split is not enough" }

  /// The cause in words of Markdown; an en dash when it refused nothing.
  var phrase: String {
    switch cause {
    case .hasRoom: Figures.nothing
    case .oneKey(let key, let share, let isAloneOverLimit):
      "one key: \(Markdown.code(key)) carries \(Figures.percent(share)) of it; "
        + (isAloneOverLimit
          ? "a split cannot help, spread this key over several"
          : "a split only separates the other keys from it, spread this key over several")
    case .wideRange(let factor):
      "many keys, \(Figures.factor(factor)) its even share of the hash keys; \(splitWords)"
    case .warmKeys(let factor, let busiest, let share):
      "its keys bring \(Figures.factor(factor)) an average shard's load, in its busiest minute "
        + "\(Figures.percent(shard.busiestMinuteUtilization)) of its limit"
        + (busiest.map { ", \(Markdown.code($0)) alone \(Figures.percent(share)) of its records" } ?? "")
        + "; \(splitWords)"
    case .bursts(let minute):
      "evenly loaded, in bursts: its busiest minute is \(Figures.percent(minute)) full; spread the peaks, or add shards "
        + "for them (the limit on \(throttledMostBy) binds)"
    case .evenLoad: "all shards are full: the stream is too small (by the limit on \(throttledMostBy))"
    }
  }

  private static func cause(of shard: ShardResult, in stream: StreamResult) -> Cause {
    guard shard.throttled > 0 else { return .hasRoom }
    let load = stream.utilization.mean > 0 ? shard.utilization.mean / stream.utilization.mean : 1
    let ring = shard.range.share * Double(peers(of: shard, in: stream))
    if let key = shard.hottestKey, isDominant(key.share, load: load) {
      return .oneKey(key.key, share: key.share, aloneOverLimit: key.share * shard.worstDemand >= 1)
    }
    if ring >= unevenness { return .wideRange(ring) }
    if load >= unevenness { return warmKeys(shard, load: load) }
    let minute = shard.busiestMinuteUtilization
    return minute >= fullness ? .evenLoad : .bursts(busiestMinute: minute)
  }

  private static func warmKeys(_ shard: ShardResult, load: Double) -> Cause {
    guard let key = shard.hottestKey, key.share >= keyWorthNaming else {
      return .warmKeys(load, busiest: nil, share: 0)
    }
    return .warmKeys(load, busiest: key.key, share: key.share)
  }

  /// Half the shard's load, or, where it is uneven, a fifth that explains at least half of what is too much.
  private static func isDominant(_ share: Double, load: Double) -> Bool {
    share >= 0.5 || (load >= unevenness && share >= 0.2 && share * load >= (load - 1) / 2)
  }

  /// How many shards were open when it opened, itself included.
  private static func peers(of shard: ShardResult, in stream: StreamResult) -> Int {
    stream.shards.count { $0.openedAt <= shard.openedAt && ($0.closedAt.map { shard.openedAt < $0 } ?? true) }
  }
}

extension StreamResult {
  /// The shard that refused most, or else the busiest; the lower number of equals; nil without shards.
  var hottestShard: ShardResult? { shardsByHeat.first }

  /// Shards that refused most first, then the busiest, then by number.
  var shardsByHeat: [ShardResult] {
    shards.sorted { a, b in
      (b.throttled, b.utilization.mean, a.id) < (a.throttled, a.utilization.mean, b.id)
    }
  }
}
