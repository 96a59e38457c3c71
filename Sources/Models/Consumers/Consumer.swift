internal import KinesisCore
internal import Simulation
internal import Units

/// A consumer application: its counts, its workers and a reader for each shard it knows.
struct Consumer: Sendable {
  let spec: ConsumerSpec
  let perBatch: Sampler, perRecord: Sampler
  /// Its position among the stream's fan-out consumers; −1 for those that poll.
  let fanOut: Int
  /// The reader of each shard, by the shard's number; −1 for none yet.
  var readers: [Int32] = []
  /// What its workers do.
  var workers: [Worker]
  var isStopped = false
  /// Whether it has begun at all: one that the scenario starts later has not.
  var isDeployed = true
  /// Whether the scenario lets its workers crash: then checkpoints matter.
  let isCrashable: Bool
  /// Since when its workers run, nil while they do not; and when they ran before.
  var runsSince: Instant?, ran: [(from: Instant, to: Instant)] = []
  /// Batches worked off.
  var batches: Int64 = 0
  /// What its function did, how many of it run, whether poison was read.
  var function: FunctionResult
  var functionsRunning = 0
  var hasPoison = false
  /// Its Flink application; nil for other consumers and before it is deployed.
  var flink: FlinkJob?

  var records: Int64 = 0, calls: Int64 = 0, throttledCalls: Int64 = 0, expired: Int64 = 0
  var duplicates: Int64 = 0, skipped: Int64 = 0
  var propagation = LatencyHistogram()
  /// The oldest record not handed over, at the end of each measured second: the largest, and all of them.
  var ageMax = Interval.zero, ages = LatencyHistogram()

  /// Whether it forms windows; asked for every run of records, so that nothing is copied to find out.
  let isWindowed: Bool

  init(_ spec: ConsumerSpec, fanOut: Int, isCrashable: Bool, seed: UInt64, replication: Int) {
    self.isCrashable = isCrashable
    isWindowed = spec.flink?.window != nil
    function = FunctionResult(memory: spec.function?.memory ?? 0)
    (self.spec, self.fanOut) = (spec, fanOut)
    (perBatch, perRecord) = (Sampler(spec.perBatch), Sampler(spec.perRecord))
    workers = (0..<spec.workers).map { index in
      var phases = RandomStream(
        seed: seed, replication: replication, purpose: .phase,
        entity: EntityName("consumers.\(spec.name).workers", index: index))
      return Worker(scanPhase: Int64(phases.below(UInt64(Worker.scanPeriod.nanoseconds))))
    }
  }

  /// Whether the KCL's leases stand between a shard and its reader.
  var hasLeases: Bool { spec.retrieval.hasLeases }

  /// Whether it does nothing now: stopped by the scenario, or standing still to change its parallelism.
  var isHalted: Bool { isStopped || flink?.isRescaling ?? false }

  /// Record processors a worker runs at once: a Flink job is one queue.
  var mostAtOnce: Int? { spec.flink == nil ? spec.concurrency : 1 }

  /// How many batches a reader may hold beside the one in work: none with a plain loop, the KCL's prefetch queue of three
  /// results, or the ten events the service pushes before it waits (facts §3, §9.2). A mapping counts records instead;
  /// that a Flink source holds two answers before it waits is assumed.
  var prefetch: Int {
    switch spec.retrieval {
    case .sdkPolling: 0
    case .flinkPolling: 2
    case .kclPolling: 3
    case .kclFanOut, .flinkFanOut, .lambdaPolling, .lambdaFanOut: 10
    }
  }
}

/// A worker process: how many record processors run, which readers wait for one, how many leases it holds.
struct Worker: Sendable {
  /// The KCL looks for leases to take every (failoverTime + 25 ms) × 2 (facts §9.2).
  static let scanPeriod = Interval.milliseconds(20_050)
  /// When within the period.
  let scanPhase: Int64
  var isAlive = true
  var running = 0
  var leases = 0
  var waiting: [Int32] = []

  /// Its first scan after `now`, counted from `start`.
  func nextScan(after now: Instant, from start: Instant) -> Instant {
    let period = Self.scanPeriod.nanoseconds
    let elapsed = (now - start).nanoseconds - scanPhase
    let turns = elapsed < 0 ? 0 : elapsed / period + 1
    return start + Interval(nanoseconds: scanPhase + turns * period)
  }
}

/// Records on their way from a shard to a record processor.
struct Batch: Sendable {
  var first: Int64, count: Int64
  var end: Int64 { first + count }
}

/// One consumer's reading of one shard.
///
/// Records pass three places: answered but not yet arrived (`travelling`), arrived (`queue`), handed over.
struct Reader: Sendable {
  let consumer: Int, stream: Int, shard: ShardID
  var worker: Int
  /// The position of the next record to ask for, and of the first one not yet handed over.
  var next: Int64, handed: Int64
  /// Whether it holds its lease and runs.
  var isActive = false
  var isProcessing = false
  /// Whether the shard's end was read: nothing more will come.
  var isDrained = false
  /// Whether everything up to the shard's end was processed.
  var isFinished = false
  var travelling: [Batch] = [], queue: [Batch] = []
  /// The iterator held; polling only.
  var iterator: ShardIterator?
  var calledAt: Instant = .epoch
  var isCalling = false
  /// When the next poll or push is scheduled; events for other instants are void.
  var wakeAt: Instant?
  /// The latest instant for which such an event is pending, so that the end of a subscription is scheduled once.
  var lastWake: Instant = .epoch
  /// Fan-out: the position among the consumer's subscriptions; −1 for none. And when the last event arrived or will.
  var subscription = -1
  var arrivesAt: Instant = .epoch
  var latencies: RandomStream, service: RandomStream, phases: RandomStream
  /// Decides which of its calls a fault hits, and which of its function's invocations fail.
  var failures: RandomStream
  /// Whether the last answer left something behind.
  var isBehind = false
  /// A mapping's sub-shards, and the position of the record that no invocation survives; none for other consumers.
  var subShards: [SubShard] = []
  var poison: Int64?
  /// The position behind the last record that was processed: where another worker would begin.
  var checkpoint: Int64
  /// The position behind the batch in work.
  var processing: Int64 = 0
  /// Whether its worker crashed and another reader stands for the shard.
  var isGone = false
  /// Whether nobody holds the lease, and when it expires.
  var isOrphan = false
  var leaseExpiresAt: Instant = .epoch

  init(_ name: String, consumer: Int, stream: Int, shard: ShardID, from position: Int64, seed: UInt64, replication: Int)
  {
    func random(_ purpose: Purpose) -> RandomStream {
      RandomStream(
        seed: seed, replication: replication, purpose: purpose,
        entity: EntityName("consumers.\(name)", index: shard.index))
    }
    (self.consumer, self.stream, self.shard, worker) = (consumer, stream, shard, 0)
    (next, handed, checkpoint) = (position, position, position)
    (latencies, service, phases) = (random(.latency), random(.service), random(.phase))
    failures = random(.failure)
  }

  /// Whether a mapping reads.
  var isMapped: Bool { !subShards.isEmpty }

  /// What another worker starts with: the checkpoint, and nothing read. Draws go on where they were.
  var afterCrash: Reader {
    var heir = self
    (heir.next, heir.travelling, heir.queue) = (checkpoint, [], [])
    (heir.isActive, heir.isProcessing, heir.isDrained, heir.isCalling) = (false, false, false, false)
    (heir.iterator, heir.wakeAt, heir.lastWake, heir.arrivesAt) = (nil, nil, .epoch, .epoch)
    (heir.subscription, heir.isOrphan) = (-1, true)
    return heir
  }
}
