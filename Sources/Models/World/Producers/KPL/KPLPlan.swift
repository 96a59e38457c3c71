internal import Experiment
internal import KinesisCore
internal import Units

/// The Kinesis Producer Library's settings, made ready: shared by all processes of a producer.
struct KPLPlan: Sendable {
  let aggregation: KPLSpec.Aggregation
  let maxBytes: Int64
  let buffered: Interval, returnedBuffered: Interval, ttl: Interval, timeout: Interval, drain: Interval
  let mapUpdate: Interval
  let collectedRecords: Int32, collectedBytes: Int64, collectedBytesOfShard: Int64
  let recordRate: Int64, recordBurst: Int64, byteRate: Int64, byteBurst: Int64
  private let ratio: Double

  init(_ spec: KPLSpec, _ limits: LimitsProfile) {
    func time(_ key: Limit.Key) -> Interval { .milliseconds(limits[key]) }
    (aggregation, maxBytes, ratio) = (spec.aggregation, spec.maxBytes.count, spec.compressionRatio)
    (buffered, ttl) = (spec.maxBuffered, spec.ttl)
    returnedBuffered = Interval(nanoseconds: spec.maxBuffered.nanoseconds / 2)
    (timeout, drain, mapUpdate) = (time(.kpl.requestTimeout), time(.kpl.limiterDrain), time(.kpl.mapUpdate))
    collectedRecords = Int32(limits[.kpl.collectedRecords])
    (collectedBytes, collectedBytesOfShard) = (limits[.kpl.collectedBytes], limits[.kpl.collectedBytesOfShard])
    let rate = limits[.kpl.limiterRate]
    (recordRate, recordBurst) = (limits[.shard.writeRecords] * rate / 1_000, limits[.kpl.limiterRecords])
    (byteRate, byteBurst) = (limits[.shard.writeBytes] * rate / 1_000, limits[.kpl.limiterBytes])
  }

  /// What the application's compression leaves of a record's data: whole bytes, at least one.
  func compressed(_ data: Int64) -> Int64 {
    ratio == 1 ? data : max(1, Int64(clamping: (Double(data) / ratio).rounded(.up)))
  }

  /// When a record that is born at `birth` and handed over at once wants to be sent.
  func deadline(bornAt birth: Instant) -> Instant { min(birth + buffered, birth + ttl) }
}
