/// CloudWatch's shard-level metrics: enhanced monitoring, charged as custom metrics (facts §8). Raw values are AWS's names.
public enum ShardLevelMetric: String, Sendable, Hashable, CaseIterable {
  /// Bytes put.
  case incomingBytes = "IncomingBytes"
  /// Records put.
  case incomingRecords = "IncomingRecords"
  /// Age of the last record read.
  case iteratorAge = "IteratorAgeMilliseconds"
  /// Bytes read.
  case outgoingBytes = "OutgoingBytes"
  /// Records read.
  case outgoingRecords = "OutgoingRecords"
  /// GetRecords calls refused.
  case readExceeded = "ReadProvisionedThroughputExceeded"
  /// Records refused.
  case writeExceeded = "WriteProvisionedThroughputExceeded"
}
