internal import KinesisCore
internal import Simulation
internal import Units

/// A delivery stream in a run: the core's machine, and what surrounds it.
struct Firehose: Sendable {
  let spec: FirehoseSpec
  var machine: DeliveryStream
  /// Where its records come from that have dynamic partitions; nil without them.
  let partitions: AliasTable?
  let latency: Sampler, transformTime: Sampler
  var latencies: RandomStream, transformTimes: RandomStream, outcomes: RandomStream, keys: RandomStream
  /// Its pollers, by position among the run's; and the shards in the order in which the machine was told of them.
  var pollers: [Int] = []
  var origins: [ShardID] = []
  /// How many outages are under way, and the slow-downs, the one begun last at the end.
  var outages = 0, slowdowns: [(event: Int, factor: Double)] = []
  /// What the destination still takes in this second, if it has a limit.
  var room: TokenBucket?
  /// Whether a failover may make it read again: then exact runs are kept back to its checkpoints.
  var canFailOver = false
  /// The instant of the wake that counts; others are void.
  var wakeAt: Instant?

  var delivery = DeliveryFigures(), freshness = LatencyHistogram()
  var ingest = IngestFigures(), reading = ReadFigures(), transform = TransformFigures()
  var partitionsPeak: Int64 = 0, overflow: Int64 = 0
  var lastThrottledSecond: Int64 = -1
  /// Records handed to the machine by reads.
  var handed: Int64 = 0
  var objects: [DeliveredObject] = [], objectsOmitted: Int64 = 0
  private var buffers: Set<Int64> = []

  /// Traps when AWS would refuse the configuration: the scenario was checked.
  init(_ spec: FirehoseSpec, limits: LimitsProfile, seed: UInt64, replication: Int, at start: Instant) {
    func random(_ purpose: Purpose) -> RandomStream {
      RandomStream(
        seed: seed, replication: replication, purpose: purpose, entity: EntityName("firehoses.\(spec.name)"))
    }
    self.spec = spec
    do throws(DeliveryFlaws) {
      machine = try DeliveryStream(spec.configuration, limits: limits, at: start)
    } catch {
      preconditionFailure("the scenario was checked: \(error.flaws.map(\.reason))")
    }
    partitions =
      spec.partitionKeys > 1 ? AliasTable.zipf(cardinality: spec.partitionKeys, s: spec.partitionSkew) : nil
    room = spec.destinationLimit.map { TokenBucket(rate: $0.count, depth: $0.count, at: start) }
    (latency, transformTime) = (Sampler(spec.destinationLatency), Sampler(spec.transformTime))
    (latencies, transformTimes, outcomes, keys) = (random(.latency), random(.service), random(.failure), random(.key))
  }

  /// The dynamic partition of the next record; 0 where there are none.
  mutating func drawPartition() -> Int32 {
    guard let partitions else { return 0 }
    return Int32(partitions.sample(&keys))
  }

  /// Counts a buffer that is handed on, once for each shard, channel or partition.
  mutating func noteBuffer(_ delivery: Delivery) {
    buffers.insert(Int64(delivery.origin ?? -1) << 32 | Int64(UInt32(bitPattern: delivery.partition)))
    self.delivery.buffers = Int64(buffers.count)
    switch delivery.reason {
    case .size: self.delivery.flushedBySize += 1
    case .interval: self.delivery.flushedByInterval += 1
    }
  }

  /// Counts an object that is at the destination.
  mutating func noteObject(_ object: Delivery, at now: Instant) {
    delivery.objects += 1
    delivery.sizes.record(Bytes(object.bytesOut))
    delivery.bufferedBytes += Bytes(object.bytes)
    guard objects.count < FirehoseResult.maximumObjects else {
      objectsOmitted += 1
      return
    }
    objects.append(
      DeliveredObject(
        firstArrival: object.oldestArrival, deliveredAt: now, unit: unit(of: object), records: object.records,
        bufferedBytes: Bytes(object.bytes), storedBytes: Bytes(object.bytesOut), reason: object.reason.word,
        attempts: object.attempt))
  }

  /// The buffer a delivery comes from, in words.
  private func unit(of delivery: Delivery) -> String {
    if partitions != nil { return "partition-\(delivery.partition)" }
    guard let origin = delivery.origin else { return "all" }
    return origins.indices.contains(Int(origin)) ? origins[Int(origin)].description : "channel-\(origin)"
  }
}

extension FlushReason {
  /// As it stands in firehose_objects.csv.
  var word: String {
    switch self {
    case .size: "size"
    case .interval: "interval"
    }
  }
}

/// One loop of GetRecords calls on one shard, for one delivery stream.
struct SourcePoller: Sendable {
  /// What becomes of what it reads.
  enum Use: Sendable {
    /// It is delivered.
    case delivery
    /// It is the second reading, for the backup of all records: only its calls and bytes count here, as the machine copies
    /// what it is handed.
    case backup
  }
  let firehose: Int, stream: Int, shard: ShardID, use: Use
  /// The position of the next record to ask for.
  var next: Int64
  /// What the call under way will bring; nil when there is none.
  var answer: ReadAnswer?
  /// The iterator held.
  var iterator: ShardIterator?
  /// Whether the shard was read to its end.
  var isFinished = false
  var latencies: RandomStream
}

/// A delivery attempt or a call of the transform, under way.
struct PendingAttempt: Sendable {
  enum Kind: Sendable {
    case none
    case delivery(Delivery)
    case invocation(Invocation)
  }
  var firehose: Int
  var kind: Kind
  /// Whether it will fail because nobody answers in time; and how long it takes.
  var timesOut: Bool
  var took: Interval
}
