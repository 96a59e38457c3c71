import Units

@testable import KinesisCore

/// An on-demand stream that has been ACTIVE since `start`.
func onDemandStream(_ shards: Int, limits: LimitsProfile = .current) -> KinesisCore.Stream {
  var stream = stream(shards, maxRecord: .mebibytes(10), limits: limits)
  stream.beginOnDemand(OnDemandSettings(), at: start)
  return stream
}

/// Limits without the delivery latency, and with the given ones.
func queueLimits(_ changes: (Limit.Key, Int64)...) -> LimitsProfile {
  var limits = LimitsProfile.current
  limits[.queue.deliveryLatency] = 0
  for (key, value) in changes { limits[key] = value }
  return limits
}

/// A stream with one ACTIVE queue, which begins at the oldest record.
func queueStream(
  _ shards: Int = 1, visibility: Int64 = 30, receives: Int? = 6, limits: LimitsProfile = queueLimits()
) -> KinesisCore.Stream {
  var stream = onDemandStream(shards, limits: limits)
  let settings = QueueSettings(
    visibility: .seconds(visibility), deadLetters: receives.map { .builtIn(maxReceives: $0) } ?? .none)
  do {
    _ = try stream.registerActiveQueue("jobs", settings, from: .trimHorizon, seed: 1, at: start)
  } catch {
    preconditionFailure("a queue that cannot be: \(error)")
  }
  return stream
}

extension KinesisCore.Stream {
  /// A receive that does not stay: what it finds at once.
  mutating func pull(
    _ limit: Int = 10, _ side: QueueSide = .records, queue: Int = 0, visibility: Int64? = nil, at now: Instant
  ) throws -> [ReceivedRecord] {
    var records: [ReceivedRecord] = []
    let call = ReceiveCall(poll: 7, limit: limit, wait: .seconds(1), visibility: visibility.map { .seconds($0) })
    if try receive(call, side, from: queue, at: now, into: &records) == .waits { hangUp(7, on: queue) }
    return records
  }

  mutating func acknowledge(
    _ records: [ReceivedRecord], _ side: QueueSide = .records, queue: Int = 0, at now: Instant
  ) throws -> [QueueEntryError?] {
    try admitEntries(records.count, of: queue, at: now)
    return records.map { acknowledge($0.handle, side, of: queue) }
  }

  mutating func hide(
    _ record: ReceivedRecord, for seconds: Int64, _ side: QueueSide = .records, at now: Instant
  ) throws -> QueueEntryError? {
    try admitEntries(1, of: 0, at: now)
    return hide(VisibilityEntry(record.handle, visibility: .seconds(seconds)), side, of: 0)
  }

  mutating func restore(_ records: [ReceivedRecord], at now: Instant) throws -> [QueueEntryError?] {
    try admitEntries(records.count, of: 0, at: now)
    return records.map { restore($0.handle, of: 0) }
  }

  /// The queue's counts as they are at an instant.
  mutating func counts(queue: Int = 0, at now: Instant) -> QueueCounts {
    passTime(in: queue, to: now)
    return queues[queue].counts
  }
}
