internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// What arithmetic says of the writes to a stream's even shards: its mean and peak demand, parted as the keys' hashes part it.
struct ShardLoad: Sendable {
  /// A limit of a shard, and what the stream is asked for.
  struct Demand: Sendable {
    /// Which limit.
    var limit: Excuse.Limit
    /// Of the whole stream a second: the mean of the horizon, and the highest with bursts.
    var mean: Double, peak: Double
    /// What one shard takes.
    var capacity: Double
    /// What both count.
    var unit: String
  }

  /// Records, then bytes.
  let demands: [Demand]
  /// Each shard's share of the records.
  let shares: [Double]
  /// The most frequent key and its share, where keys stand one by one.
  let hottestKey: Ring.Key?

  /// The largest share.
  var hottest: Double { shares.max() ?? 1 }

  /// The mean demand on the hottest shard over what it takes: 1 is full.
  var meanLoad: Double { demands.map { $0.mean * hottest / $0.capacity }.max() ?? 0 }

  /// The same at the peak.
  var peakLoad: Double { demands.map { $0.peak * hottest / $0.capacity }.max() ?? 0 }

  /// The least part of the records that shards refuse at their first try in a long run: what the mean has above the limits.
  /// `doubt` is the part of the mean that is sure, `depth` what shards take over what they take in the long run.
  func refused(doubt: Double = 1, depth: Double = 1) -> (demand: Demand, share: Double)? {
    let excesses = demands.map { demand -> (demand: Demand, share: Double) in
      let above = shares.reduce(0) { $0 + max(0, doubt * $1 * demand.mean - demand.capacity * depth) }
      return (demand, above / max(doubt * demand.mean, 1e-9))
    }
    let most = excesses[0].share >= excesses[1].share ? excesses[0] : excesses[1]
    return most.share > 1e-9 ? most : nil
  }

  /// The limit that the mean of the hottest shard reaches or passes: at exactly full the queue of random arrivals has no end.
  var full: Demand? { demands.first { $0.mean * hottest >= $0.capacity * (1 - 1e-9) } }
}

/// Makes `ShardLoad`s; a ring of keys is built once for all designs that share it.
struct LoadArithmetic: Sendable {
  private struct Writer: Hashable {
    var keys: KeySpec
    var weight: Double
    var recorded: Int
  }
  private var rings: [[Writer]: Ring] = [:]

  /// The load of a stream of an experiment with so many shards: of its own ranges if they are that many, else even ones.
  mutating func load(of stream: Int, in experiment: Experiment, shards: Int) -> ShardLoad {
    let flows = Flows(experiment), limits = experiment.limits
    let mean = flows.flow(ofStream: stream, shards: shards, from: .all)
    let peak = flows.peak(ofStream: stream, shards: shards)
    let slack = Double(limits[.shard.writeSlack]) / 1_000, ring = ring(of: stream, in: experiment)
    return ShardLoad(
      demands: [
        .init(
          limit: .writeRecords, mean: mean.records, peak: peak.records,
          capacity: slack * Double(limits[.shard.writeRecords]), unit: "records/s"),
        .init(
          limit: .writeBytes, mean: mean.bytes, peak: peak.bytes,
          capacity: slack * Double(limits[.shard.writeBytes]), unit: "bytes/s"),
      ], shares: experiment.streams[stream].ranges(of: shards).map(ring.share(of:)),
      hottestKey: ring.hottestKey(in: .whole))
  }

  /// The fewest even shards whose hottest bears the peak; nil when no number up to `most` does.
  mutating func need(of stream: Int, in experiment: Experiment, most: Int) -> Int? {
    let load = load(of: stream, in: experiment, shards: 1), ring = ring(of: stream, in: experiment)
    let shards = load.demands.map { $0.peak / $0.capacity }.max() ?? 0
    let least = max(1, Int(clamping: (shards - 1e-9).rounded(.up)))
    return (least...max(least, most)).first { ring.hottest(ofShards: $0) * shards <= 1 + 1e-9 }
  }

  private mutating func ring(of stream: Int, in experiment: Experiment) -> Ring {
    let rates = ProducerRates(experiment)
    let key = experiment.writers(of: stream).map { index in
      let producer = experiment.producers[index]
      var recorded = 0
      if case .events(let trace) = producer.rate { recorded = trace.offsets.count }
      return Writer(keys: producer.keys, weight: rates.mean(of: index), recorded: recorded)
    }
    if let known = rings[key] { return known }
    let ring = Ring(of: stream, in: experiment)
    if rings.count >= 16 { rings = [:] }
    rings[key] = ring
    return ring
  }
}

extension Experiment {
  /// Whether the keys of a stream's writers are so many and so even that more even shards part every shard's load.
  func hasIndependentKeys(_ stream: Int) -> Bool {
    writers(of: stream).allSatisfy {
      switch producers[$0].keys.law {
      case .uniform(let cardinality): cardinality >= 10_000
      case .roundRobinExplicit: true
      case .zipf(let cardinality, let s): s == 0 && cardinality >= 10_000
      case .hotSet, .listed, .single, .trace: false
      }
    }
  }
}
