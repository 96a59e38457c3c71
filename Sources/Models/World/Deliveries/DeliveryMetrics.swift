internal import KinesisCore
internal import Units

/// What CloudWatch sees of a delivery stream's calls and attempts.
struct DeliveryMetrics: Sendable {
  /// How an attempt ended.
  enum End { case success, failure }

  let firehose: Int
  /// Whether it has dynamic partitions.
  let isPartitioned: Bool

  /// A PutRecordBatch.
  func note(
    _ accepted: (count: Int, bytes: Int64), refused: Int, _ took: Interval, limit: Bytes?, _ endpoint: inout Endpoint
  ) {
    endpoint.note(.batchLatency, took.inMilliseconds, firehose: firehose)
    endpoint.note(.batchRequests, 1, firehose: firehose)
    endpoint.note(.batchRecords, Double(accepted.count), firehose: firehose)
    endpoint.note(.batchBytes, Double(accepted.bytes), firehose: firehose)
    endpoint.note(.throttledRecords, Double(refused), firehose: firehose)
    if accepted.count > 0 {
      endpoint.note(.incomingBytes, Double(accepted.bytes), firehose: firehose)
      endpoint.note(.incomingRecords, Double(accepted.count), firehose: firehose)
      endpoint.note(.incomingPutRequests, 1, firehose: firehose)
    }
    if let limit { endpoint.note(.bytesPerSecondLimit, Double(limit.count), firehose: firehose) }
  }

  /// An attempt to deliver.
  func note(_ delivery: Delivery, _ end: End, at now: Instant, _ endpoint: inout Endpoint) {
    let isSuccess = end == .success
    switch delivery.target {
    case .errorOutput: return
    case .destination:
      endpoint.note(.deliverySuccess, isSuccess ? 1 : 0, firehose: firehose)
      guard isSuccess else { return }
      endpoint.note(.deliveryBytes, Double(delivery.bytesOut), firehose: firehose)
      endpoint.note(.deliveryRecords, Double(delivery.records), firehose: firehose)
      endpoint.note(.deliveryFreshness, (now - delivery.oldestArrival).inSeconds, firehose: firehose)
      if isPartitioned { endpoint.note(.deliveryObjects, 1, firehose: firehose) }
    case .backup:
      endpoint.note(.backupSuccess, isSuccess ? 1 : 0, firehose: firehose)
      guard isSuccess else { return }
      endpoint.note(.backupBytes, Double(delivery.bytesOut), firehose: firehose)
      endpoint.note(.backupRecords, Double(delivery.records), firehose: firehose)
    }
  }
}
