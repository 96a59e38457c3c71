/// What a producer's client library did: Kinesis records sent with their user records and those of them that were stored,
/// user records in a shard that was not known, calls that failed whole, and what the SDK made of them.
struct ClientCounts: Sendable {
  var sent: Int64 = 0, packed: Int64 = 0, stored: Int64 = 0, wrongShard: Int64 = 0
  var failedCalls: Int64 = 0, sdkRetries: Int64 = 0, sdkGaveUp: Int64 = 0
}

extension Run {
  /// The counts as a result; nil for a plain client that met no failed call.
  static func clientResult(_ producer: Producer) -> ClientResult? {
    let counts = producer.client
    let isPlain = producer.plan.library == nil && producer.plan.sdk.mode == .none
    guard !isPlain || counts.failedCalls > 0 else { return nil }
    return ClientResult(
      kinesisRecords: counts.sent, userRecords: counts.packed, wrongShard: counts.wrongShard,
      failedCalls: counts.failedCalls, sdkRetries: counts.sdkRetries, sdkGaveUp: counts.sdkGaveUp)
  }
}
