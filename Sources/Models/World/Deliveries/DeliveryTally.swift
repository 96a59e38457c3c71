internal import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// What a delivery stream did, counted.
struct DeliveryTally: Sendable {
  var delivery = DeliveryFigures(), ingest = IngestFigures(), transform = TransformFigures()
  private(set) var freshness = LatencyHistogram()
  private(set) var partitionsPeak: Int64 = 0, overflow: Int64 = 0
  /// Records handed to the machine by reads.
  var handed: Int64 = 0
  private(set) var objects: [DeliveredObject] = [], objectsOmitted: Int64 = 0
  private var buffers: Set<Int64> = []
  private var lastThrottledSecond: Int64 = -1

  /// Statistics begin anew.
  mutating func endWarmup() { freshness = LatencyHistogram() }

  mutating func note(partitions active: Int) { partitionsPeak = max(partitionsPeak, Int64(active)) }

  /// An attempt begins.
  mutating func noteAttempt(_ attempt: Delivery) {
    delivery.putRequests += attempt.putRequests
    if attempt.attempt > 1 { delivery.retries += 1 }
    guard attempt.attempt == 1, attempt.target == .destination else { return }
    // A buffer is handed on: they are counted once for each shard, channel or partition.
    buffers.insert(Int64(attempt.origin ?? -1) << 32 | Int64(UInt32(bitPattern: attempt.partition)))
    delivery.buffers = Int64(buffers.count)
    switch attempt.reason {
    case .size: delivery.flushedBySize += 1
    case .interval: delivery.flushedByInterval += 1
    }
  }

  /// An attempt has succeeded; `unit` is the buffer it comes from, in words.
  mutating func noteDelivered(_ attempt: Delivery, from unit: String, at now: Instant) {
    if attempt.putRequests > 0 { delivery.storedBytes += Bytes(attempt.bytesOut) }
    switch attempt.target {
    case .destination: noteObject(attempt, from: unit, at: now)
    case .errorOutput: delivery.errorObjects += 1
    case .backup: delivery.backupObjects += 1
    }
  }

  private mutating func noteObject(_ object: Delivery, from unit: String, at now: Instant) {
    delivery.objects += 1
    delivery.sizes.record(Bytes(object.bytesOut))
    delivery.bufferedBytes += Bytes(object.bytes)
    guard objects.count < FirehoseResult.maximumObjects else {
      objectsOmitted += 1
      return
    }
    objects.append(
      DeliveredObject(
        firstArrival: object.oldestArrival, deliveredAt: now, unit: unit, records: object.records,
        bufferedBytes: Bytes(object.bytes), storedBytes: Bytes(object.bytesOut), reason: object.reason.word,
        attempts: object.attempt))
  }

  /// Records of one parcel are at their destination, so long after they came. Copies do not count.
  mutating func note(freshness age: Interval, _ records: Int64) { freshness.record(age, count: records) }

  /// Records will never be delivered: they were so old when that was known.
  mutating func note(undelivered records: Int64, at age: Interval, by firehose: Int, _ observers: inout Observers) {
    guard records > 0 else { return }
    freshness.record(age, count: records)
    observers.noteDelivered(age, count: records, by: firehose)
  }

  /// Freshness with what is not delivered yet.
  func freshness(beside undelivered: LatencyHistogram) -> LatencyHistogram {
    var all = freshness
    all.add(unfinished: undelivered)
    return all
  }

  /// An invocation of the transform begins.
  mutating func noteInvocation(_ invocation: Invocation) {
    transform.invocations += 1
    if invocation.attempt > 1 { transform.retries += 1 }
  }

  /// It ends, so long after it began.
  mutating func noteInvoked(_ took: Interval) {
    transform.time = transform.time + took
    transform.billedTime = transform.billedTime + Rounding.milliseconds(took)
  }

  /// Records have gone to the error output because too many partitions are active. Returns whether they are the first.
  mutating func note(overflow records: Int64) -> Bool {
    defer { overflow += records }
    return overflow == 0
  }

  /// Records of a PutRecordBatch are refused, in that second of the run. Returns whether they are the first.
  mutating func note(throttled records: Int64, in second: Int64) -> Bool {
    defer { ingest.throttledRecords += records }
    if lastThrottledSecond != second {
      lastThrottledSecond = second
      ingest.throttledSeconds += 1
    }
    return ingest.throttledRecords == 0
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

extension FirehoseLedger {
  init(_ ledger: DeliveryLedger) {
    self.init()
    let ends = ledger.records
    (records, delivered, failed) = (ends.taken, ends.delivered, ends.failed)
    (dropped, lost, held) = (ends.dropped, ends.lost, ends.held)
    (failedByTransform, failedByPartitions) = (ends[.processingFailed], ends[.activePartitionExceeded])
    duplicates = ledger.repeats.delivered
  }
}
