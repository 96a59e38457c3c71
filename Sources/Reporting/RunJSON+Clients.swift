internal import Models

extension RunJSON {
  /// What a producer's client library did; only producers with something to tell have it.
  static func client(_ client: ClientResult) -> JSONValue {
    [
      "kinesis_records": .count(client.kinesisRecords), "user_records": .count(client.userRecords),
      "aggregation_factor": .number(client.aggregationFactor), "wrong_shard": .count(client.wrongShard),
      "failed_calls": .count(client.failedCalls), "sdk_retries": .count(client.sdkRetries),
      "sdk_gave_up": .count(client.sdkGaveUp),
    ]
  }
}
