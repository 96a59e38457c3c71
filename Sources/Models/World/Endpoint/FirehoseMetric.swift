internal import Experiment
internal import KinesisCore

/// CloudWatch's metrics of a delivery stream, by AWS's names in namespace AWS/Firehose (F§7).
enum FirehoseMetric: Int, CaseIterable {
  case incomingBytes, incomingRecords, incomingPutRequests, throttledRecords, bytesPerSecondLimit
  case batchBytes, batchLatency, batchRecords, batchRequests
  case readBytes, readRecords, behind, throttledGetRecords
  case deliveryBytes, deliveryRecords, deliverySuccess, deliveryFreshness, deliveryObjects
  case backupBytes, backupRecords, backupSuccess
  case processingDuration, processingSuccess, processedRecords
  case partitionCount, partitionCountExceeded

  /// AWS's name; delivery metrics are named after the destination.
  func name(to destination: String) -> String {
    switch self {
    case .incomingBytes: "IncomingBytes"
    case .incomingRecords: "IncomingRecords"
    case .incomingPutRequests: "IncomingPutRequests"
    case .throttledRecords: "ThrottledRecords"
    case .bytesPerSecondLimit: "BytesPerSecondLimit"
    case .batchBytes: "PutRecordBatch.Bytes"
    case .batchLatency: "PutRecordBatch.Latency"
    case .batchRecords: "PutRecordBatch.Records"
    case .batchRequests: "PutRecordBatch.Requests"
    case .readBytes: "DataReadFromKinesisStream.Bytes"
    case .readRecords: "DataReadFromKinesisStream.Records"
    case .behind: "KinesisMillisBehindLatest"
    case .throttledGetRecords: "ThrottledGetRecords"
    case .deliveryBytes: "DeliveryTo\(destination).Bytes"
    case .deliveryRecords: "DeliveryTo\(destination).Records"
    case .deliverySuccess: "DeliveryTo\(destination).Success"
    case .deliveryFreshness: "DeliveryTo\(destination).DataFreshness"
    case .deliveryObjects: "DeliveryTo\(destination).ObjectCount"
    case .backupBytes: "BackupToS3.Bytes"
    case .backupRecords: "BackupToS3.Records"
    case .backupSuccess: "BackupToS3.Success"
    case .processingDuration: "ExecuteProcessing.Duration"
    case .processingSuccess: "ExecuteProcessing.Success"
    case .processedRecords: "SucceedProcessing.Records"
    case .partitionCount: "PartitionCount"
    case .partitionCountExceeded: "PartitionCountExceeded"
    }
  }

  /// AWS's unit.
  var unit: String {
    switch self {
    case .incomingBytes, .batchBytes, .readBytes, .deliveryBytes, .backupBytes: "Bytes"
    case .bytesPerSecondLimit: "Bytes/Second"
    case .batchLatency, .behind, .processingDuration: "Milliseconds"
    case .deliveryFreshness: "Seconds"
    case .incomingRecords, .incomingPutRequests, .throttledRecords, .batchRecords, .batchRequests, .readRecords,
      .throttledGetRecords, .deliveryRecords, .deliverySuccess, .deliveryObjects, .backupRecords, .backupSuccess,
      .processingSuccess, .processedRecords, .partitionCount, .partitionCountExceeded:
      "Count"
    }
  }

  /// The empty series of one delivery stream, in the order of the cases.
  static func series(of spec: FirehoseSpec) -> [MetricSeries] {
    let destination = spec.configuration.destination.metricsName
    return allCases.map {
      MetricSeries(
        metric: $0.name(to: destination), unit: $0.unit, stream: "", consumer: nil, firehose: spec.name, samples: [])
    }
  }
}
