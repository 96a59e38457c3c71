/// What a producer's client library did over the whole run, warm-up included.
public struct ClientResult: Sendable, Hashable {
  /// Kinesis records the KPL sent, each attempt counted, and the user records in them.
  public var kinesisRecords: Int64, userRecords: Int64
  /// User records that were tried again because they were stored in a shard the KPL did not know.
  public var wrongShard: Int64
  /// Calls that failed as a whole: InternalFailure, ServiceUnavailable, time-outs.
  public var failedCalls: Int64
  /// Calls the AWS SDK sent once more by itself, and failures it passed on because attempts or tokens were spent.
  public var sdkRetries: Int64, sdkGaveUp: Int64

  /// User records in a Kinesis record, on average; 1 without the KPL.
  public var aggregationFactor: Double {
    kinesisRecords > 0 ? Double(userRecords) / Double(kinesisRecords) : 1
  }

  /// The counts.
  public init(
    kinesisRecords: Int64 = 0, userRecords: Int64 = 0, wrongShard: Int64 = 0, failedCalls: Int64 = 0,
    sdkRetries: Int64 = 0, sdkGaveUp: Int64 = 0
  ) {
    self.kinesisRecords = kinesisRecords
    self.userRecords = userRecords
    self.wrongShard = wrongShard
    self.failedCalls = failedCalls
    self.sdkRetries = sdkRetries
    self.sdkGaveUp = sdkGaveUp
  }
}
