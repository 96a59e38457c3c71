internal import Experiment
internal import KinesisCore
internal import Units

/// How one stream's shards changed: what was asked for, what the service did by itself, and when each was over.
struct ReshardHistory: Sendable {
  private(set) var entries: [Reshard] = []

  /// A call, refused or under way.
  mutating func note(_ entry: Reshard) { entries.append(entry) }

  /// Follows what was asked for last. Returns it when it is over: the stream is ACTIVE again.
  mutating func follow(_ stream: Stream, at now: Instant) -> Reshard? {
    let isPending = { (entry: Reshard) in
      entry.finishedAt == nil && entry.refusal == nil && entry.kind != .onDemandScaling
    }
    guard let last = entries.lastIndex(where: isPending) else { return nil }
    guard stream.status == .active else {
      entries[last].shardsAfter = stream.openShardCount
      return nil
    }
    return finish(last, stream, at: now)
  }

  /// Whether the service has decided at this instant to scale the stream by itself: then this is written down. Returns what
  /// a note says of it.
  mutating func beginScaling(_ stream: Stream, at now: Instant) -> String? {
    guard let step = stream.pendingScaling.last, step.decidedAt == now, entry(of: step) == nil else { return nil }
    let open = stream.openShardCount, kind = Reshard.Kind.onDemandScaling
    entries.append(Reshard(requestedAt: now, kind: kind, shardsBefore: open, shardsAfter: open))
    return "\(kind.rawValue): busy for a minute: \(step.count) of \(open) open shards"
  }

  /// What the service has done at this instant to scale the stream by itself.
  mutating func finishScaling(_ stream: Stream, at now: Instant) -> Reshard? {
    guard let step = stream.lastScaling, step.due == now, let entry = entry(of: step),
      entries[entry].finishedAt == nil
    else { return nil }
    return finish(entry, stream, at: now)
  }

  private mutating func finish(_ entry: Int, _ stream: Stream, at now: Instant) -> Reshard {
    (entries[entry].shardsAfter, entries[entry].finishedAt) = (stream.openShardCount, now)
    return entries[entry]
  }

  private func entry(of step: ScalingStep) -> Int? {
    entries.lastIndex { $0.kind == .onDemandScaling && $0.requestedAt == step.decidedAt }
  }
}

extension Reshard {
  /// What a note says when it is over.
  func ending(at now: Instant) -> String {
    "\(kind.rawValue): \(shardsBefore) → \(shardsAfter) open shards in \(now - requestedAt)"
  }
}

/// A change of a stream's shards or mode that somebody asks for.
enum StreamChange {
  /// The shard is the one of which most was asked lately, the key its middle, unless they are given.
  case split(ShardID?, at: HashKey?)
  case merge(ShardID, with: ShardID)
  case shardCount(Int)
  case mode(CapacityMode)
  case warmThroughput(Int64)

  /// One step of a plan.
  init(_ step: ReshardStep) {
    switch step {
    case .split(let shard, let key): self = .split(shard, at: key)
    case .merge(let lower, let upper): self = .merge(lower, with: upper)
    }
  }

  /// What an event of the scenario asks of which stream; nil for events that ask nothing of one.
  static func asked(by action: ScheduledEvent.Action) -> (stream: Int, change: StreamChange)? {
    switch action {
    case .splitShard(let stream, let shard, let key): (stream, .split(shard, at: key))
    case .mergeShards(let stream, let shard, let adjacent): (stream, .merge(shard, with: adjacent))
    case .updateShardCount(let stream, let target): (stream, .shardCount(target))
    case .switchMode(let stream, let mode): (stream, .mode(mode))
    case .setWarmThroughput(let stream, let mebibytes): (stream, .warmThroughput(mebibytes))
    default: nil
    }
  }

  var kind: Reshard.Kind {
    switch self {
    case .split: .splitShard
    case .merge: .mergeShards
    case .shardCount: .updateShardCount
    case .mode: .updateStreamMode
    case .warmThroughput: .updateWarmThroughput
    }
  }

  /// What is asked of the stream, whose busiest shard a split means that names none.
  ///
  /// An even split cuts in the middle; a shard that does not exist is refused by the core, wherever it is cut.
  func request(of stream: Stream, busiest: @autoclosure () -> ShardID) -> StreamRequest {
    switch self {
    case .split(let shard, let key):
      let id = shard ?? busiest(), exists = stream.shards.indices.contains(id.index)
      return .splitShard(id, at: key ?? (exists ? stream.shards[id.index].range : .whole).middle)
    case .merge(let shard, let adjacent): return .mergeShards(shard, with: adjacent)
    case .shardCount(let target): return .updateShardCount(target: target)
    case .mode(let mode): return .updateMode(mode.mode, warmThroughput: 0)
    case .warmThroughput(let target): return .updateWarmThroughput(target)
    }
  }

  /// Who asks, which decides how a note tells of it.
  enum Asker {
    /// The scenario.
    case scenario
    /// An autoscaler, by its policy, that wants so many shards.
    case scaler(String, target: Int)

    func asked(_ kind: Reshard.Kind, at open: Int) -> String {
      switch self {
      case .scenario: "\(kind.rawValue) at \(open) open shards"
      case .scaler(let policy, let target): "\(policy) asks for \(target) shards at \(open)"
      }
    }

    func refused(_ kind: Reshard.Kind, at open: Int, _ error: Refusal) -> String {
      let what =
        switch self {
        case .scenario: kind.rawValue
        case .scaler(let policy, let target): "\(policy) asked for \(target) shards at \(open)"
        }
      return "\(what): \(error.code): \(error.message)"
    }
  }
}
