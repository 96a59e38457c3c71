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

  var records: Int64 = 0, calls: Int64 = 0, throttledCalls: Int64 = 0, expired: Int64 = 0
  var propagation = LatencyHistogram()
  var ageMax = Interval.zero

  init(_ spec: ConsumerSpec, fanOut: Int, seed: UInt64, replication: Int) {
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
  var hasLeases: Bool { spec.retrieval != .sdkPolling }

  /// How many batches a reader may hold beside the one in work: none with a plain loop, the KCL's prefetch queue of three
  /// results, or the ten events the service pushes before it waits (facts §3, §9.2).
  var prefetch: Int {
    switch spec.retrieval {
    case .sdkPolling: 0
    case .kclPolling: 3
    case .kclFanOut: 10
    }
  }
}

/// A worker process: how many record processors run, which readers wait for one, how many leases it holds.
struct Worker: Sendable {
  /// The KCL looks for leases to take every (failoverTime + 25 ms) × 2 (facts §9.2).
  static let scanPeriod = Interval.milliseconds(20_050)
  /// When within the period.
  let scanPhase: Int64
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
  /// Decides which of its calls a fault hits.
  var failures: RandomStream

  init(_ name: String, consumer: Int, stream: Int, shard: ShardID, from position: Int64, seed: UInt64, replication: Int)
  {
    func random(_ purpose: Purpose) -> RandomStream {
      RandomStream(
        seed: seed, replication: replication, purpose: purpose,
        entity: EntityName("consumers.\(name)", index: shard.index))
    }
    (self.consumer, self.stream, self.shard, worker) = (consumer, stream, shard, 0)
    (next, handed) = (position, position)
    (latencies, service, phases) = (random(.latency), random(.service), random(.phase))
    failures = random(.failure)
  }
}
