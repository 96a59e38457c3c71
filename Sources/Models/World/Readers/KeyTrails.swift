internal import Experiment
internal import KinesisCore
internal import Simulation

/// For each record of a stream's shards a hash of its partition key, as long as a mapping may need it.
///
/// The shard's log holds runs without keys. A mapping with a parallelization factor must know which records share a key:
/// four bytes a record, kept only then, from the oldest record that such a mapping has not read.
struct KeyTrails: Sendable {
  /// Whether any mapping with a factor above one reads the stream.
  let isKept: Bool
  private var trails: [Trail] = []

  private struct Trail: Sendable {
    var hashes: [UInt32] = []
    /// The position of the first one.
    var base: Int64 = 0
  }

  init(of stream: Int, in experiment: Experiment) {
    isKept = experiment.consumers.contains { $0.stream == stream && $0.needsKeys }
  }

  /// Notes the records that a shard has just taken.
  mutating func note(_ outcome: PutOutcome, of key: HashKey) {
    for _ in 0..<outcome.accepted { note(key, in: outcome.shard.index) }
    guard outcome.accepted > 0 else { return }
    let trail = trails[outcome.shard.index], end = trail.base + Int64(trail.hashes.count)
    precondition(end == outcome.first + Int64(outcome.accepted), "a record was stored without its key")
  }

  /// Notes a record that a shard has just taken.
  mutating func note(_ key: HashKey, in shard: Int) {
    while trails.count <= shard { trails.append(Trail()) }
    trails[shard].hashes.append(UInt32(StableHash.mix(UInt64(truncatingIfNeeded: key.value)) >> 32))
  }

  /// Which of `factor` sub-shards the record at a position belongs to: equal keys, equal sub-shard.
  ///
  /// How AWS spreads keys is not published; an even hash is assumed.
  func subShard(of position: Int64, in shard: ShardID, factor: Int) -> Int {
    Int((UInt64(hash(of: position, in: shard)) * UInt64(factor)) >> 32)
  }

  /// A hash of a record's partition key; two keys of four billion share one.
  func hash(of position: Int64, in shard: ShardID) -> UInt32 {
    let trail = trails[shard.index]
    return trail.hashes[Int(position - trail.base)]
  }

  /// Forgets the keys before a position. Amortised O(1) a record.
  mutating func drop(before position: Int64, in shard: Int) {
    guard trails.indices.contains(shard) else { return }
    let count = Int(position - trails[shard].base)
    guard count > 4_096, count > trails[shard].hashes.count / 2 else { return }
    trails[shard].hashes.removeFirst(count)
    trails[shard].base = position
  }
}

extension ConsumerSpec {
  /// Whether it must know which records share a key: a mapping with sub-shards, an application with sessions.
  var needsKeys: Bool {
    if case .session = flink?.window { return true }
    return (function?.factor ?? 1) > 1
  }
}
