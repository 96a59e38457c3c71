internal import KinesisCore

/// Which function does which operation.
extension KinesisService {
  typealias Action = @Sendable (inout KinesisService, WireInput, inout WireWriter) throws(ServiceError) -> Void

  /// Operations that answer at once, by AWS's name.
  static let actions: [String: Action] = streamActions.merging(otherActions) { first, _ in first }
    .merging(channelActions) { first, _ in first }

  /// Operations that are done elsewhere: records, subscriptions and receives.
  static let others: Set<String> = [
    "PutRecord", "PutRecords", "SubscribeToShard", "ReceiveQueueRecords", "ReceiveDeadLetterQueueRecords",
  ]

  private static let streamActions: [String: Action] = [
    "CreateStream": { s, i, w throws(ServiceError) in try s.createStream(i) },
    "DeleteStream": { s, i, w throws(ServiceError) in try s.deleteStream(i) },
    "DescribeStream": { s, i, w throws(ServiceError) in try s.describeStream(i, &w) },
    "DescribeStreamSummary": { s, i, w throws(ServiceError) in try s.describeStreamSummary(i, &w) },
    "ListStreams": { s, i, w throws(ServiceError) in try s.listStreams(i, &w) },
    "ListShards": { s, i, w throws(ServiceError) in try s.listShards(i, &w) },
    "DescribeLimits": { s, i, w throws(ServiceError) in s.describeLimits(&w) },
    "DescribeAccountSettings": { s, i, w throws(ServiceError) in s.describeAccountSettings(&w) },
    "UpdateAccountSettings": { s, i, w throws(ServiceError) in try s.updateAccountSettings(i, &w) },
    "SplitShard": { s, i, w throws(ServiceError) in try s.splitShard(i) },
    "MergeShards": { s, i, w throws(ServiceError) in try s.mergeShards(i) },
    "UpdateShardCount": { s, i, w throws(ServiceError) in try s.updateShardCount(i, &w) },
    "IncreaseStreamRetentionPeriod": { s, i, w throws(ServiceError) in try s.updateRetention(i, isIncrease: true) },
    "DecreaseStreamRetentionPeriod": { s, i, w throws(ServiceError) in try s.updateRetention(i, isIncrease: false) },
    "UpdateStreamMode": { s, i, w throws(ServiceError) in try s.updateMode(i) },
    "UpdateStreamWarmThroughput": { s, i, w throws(ServiceError) in try s.updateWarmThroughput(i, &w) },
    "UpdateMaxRecordSize": { s, i, w throws(ServiceError) in try s.updateMaxRecordSize(i) },
    "UpdateStreamRecordDistributionStrategy": { s, i, w throws(ServiceError) in try s.updateDistribution(i) },
    "StartStreamEncryption": { s, i, w throws(ServiceError) in try s.startEncryption(i) },
    "StopStreamEncryption": { s, i, w throws(ServiceError) in try s.stopEncryption(i) },
    "EnableEnhancedMonitoring": { s, i, w throws(ServiceError) in try s.updateMonitoring(i, isOn: true, &w) },
    "DisableEnhancedMonitoring": { s, i, w throws(ServiceError) in try s.updateMonitoring(i, isOn: false, &w) },
  ]

  private static let otherActions: [String: Action] = [
    "GetShardIterator": { s, i, w throws(ServiceError) in try s.getShardIterator(i, &w) },
    "GetRecords": { s, i, w throws(ServiceError) in try s.getRecords(i, &w) },
    "RegisterStreamConsumer": { s, i, w throws(ServiceError) in try s.registerConsumer(i, &w) },
    "DeregisterStreamConsumer": { s, i, w throws(ServiceError) in try s.deregisterConsumer(i) },
    "DescribeStreamConsumer": { s, i, w throws(ServiceError) in try s.describeConsumer(i, &w) },
    "ListStreamConsumers": { s, i, w throws(ServiceError) in try s.listConsumers(i, &w) },
    "AddTagsToStream": { s, i, w throws(ServiceError) in try s.addTags(i) },
    "RemoveTagsFromStream": { s, i, w throws(ServiceError) in try s.removeTags(i) },
    "ListTagsForStream": { s, i, w throws(ServiceError) in try s.listTags(i, &w) },
    "TagResource": { s, i, w throws(ServiceError) in try s.tagResource(i) },
    "UntagResource": { s, i, w throws(ServiceError) in try s.untagResource(i) },
    "ListTagsForResource": { s, i, w throws(ServiceError) in try s.listResourceTags(i, &w) },
    "PutResourcePolicy": { s, i, w throws(ServiceError) in try s.putPolicy(i) },
    "GetResourcePolicy": { s, i, w throws(ServiceError) in try s.getPolicy(i, &w) },
    "DeleteResourcePolicy": { s, i, w throws(ServiceError) in try s.deletePolicy(i) },
    "CreateQueue": { s, i, w throws(ServiceError) in try s.createQueue(i, &w) },
    "DescribeQueue": { s, i, w throws(ServiceError) in try s.describeQueue(i, &w) },
    "UpdateQueue": { s, i, w throws(ServiceError) in try s.updateQueue(i, &w) },
    "DeleteQueue": { s, i, w throws(ServiceError) in try s.deleteQueue(i) },
    "ListQueues": { s, i, w throws(ServiceError) in try s.listQueues(i, &w) },
    "AcknowledgeQueueRecords": { s, i, w throws(ServiceError) in try s.acknowledge(i, .records, &w) },
    "AcknowledgeDeadLetterQueueRecords": { s, i, w throws(ServiceError) in try s.acknowledge(i, .deadLetters, &w) },
    "UpdateQueueRecordsVisibility": { s, i, w throws(ServiceError) in try s.updateVisibility(i, .records, &w) },
    "UpdateDeadLetterQueueRecordsVisibility": { s, i, w throws(ServiceError) in
      try s.updateVisibility(i, .deadLetters, &w)
    },
    "RestoreDeadLetterQueueRecords": { s, i, w throws(ServiceError) in try s.restore(i, &w) },
  ]

  private static func actions(of service: ServiceCall.Service) -> [String: Action] {
    switch service {
    case .kinesis: actions
    case .firehose: deliveryActions
    case .cloudWatch: metricActions
    }
  }

  /// Does what is asked. What an operation without an answer says is an empty body, as AWS has it.
  mutating func perform(_ call: ServiceCall, into writer: inout WireWriter) throws(ServiceError) -> Outcome {
    switch call.ask {
    case .hangUp(let number):
      try hangUp(number)
      return .nothing
    case .outcome(let shipment, let outcome):
      end(shipment, outcome)
      return .nothing
    case .put(let batch):
      guard call.service == .kinesis else {
        try put(batch, intoDeliveryStreamAs: call.operation, &writer)
        return .answered
      }
      try put(batch, isBatch: call.operation == "PutRecords", &writer)
      return .answered
    case .members(let input):
      switch call.operation {
      case "SubscribeToShard": return try subscribe(input, call)
      case "ReceiveQueueRecords": return try receive(input, .records, call, &writer)
      case "ReceiveDeadLetterQueueRecords": return try receive(input, .deadLetters, call, &writer)
      default:
        guard let action = Self.actions(of: call.service)[call.operation] else { throw .notThere(call.operation) }
        try action(&self, input, &writer)
        return .answered
      }
    }
  }
}
