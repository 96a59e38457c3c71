public import Units

/// What can be asked of an `Account`: AWS's actions, records as headers.
public enum Request: Sendable, Hashable, Codable {
  /// CreateStream, provisioned.
  case createStream(String, shards: Int, maxRecord: Bytes, retention: Interval)
  /// CreateStream with mode ON_DEMAND.
  case createOnDemandStream(String, OnDemandSettings, maxRecord: Bytes, retention: Interval)
  /// DeleteStream.
  case deleteStream(String, consumers: ConsumerDeletion)
  /// UpdateAccountSettings.
  case updateAccountSettings(commitment: BillingCommitment.Wish)
  /// CreateQueue on a stream, by names; nil for AWS's settings.
  case createQueue(String, stream: String, QueueStart, QueueSettings?, tags: [ResourceTag] = [])
  /// DeleteQueue.
  case deleteQueue(String)
  /// ListQueues.
  case listQueues(QueueListing)
  /// An action on a queue, by name.
  case queue(String, QueueRequest)
  /// An action on channels.
  case channel(ChannelRequest)
  /// An action on a stream, by name.
  case stream(String, StreamRequest)

  /// AWS's EnforceConsumerDeletion.
  public enum ConsumerDeletion: Sendable, Hashable, Codable {
    /// A stream with consumers is not deleted.
    case refused
    /// They go with it.
    case enforced
  }
}

/// What can be asked of a `Stream`. A consumer is named by its position.
public enum StreamRequest: Sendable, Hashable, Codable {
  /// PutRecord.
  case putRecord(RecordHeader)
  /// PutRecords.
  case putRecords([RecordHeader])
  /// GetShardIterator.
  case getShardIterator(ShardID, IteratorPosition)
  /// GetRecords.
  case getRecords(ShardIterator, limit: Int)
  /// RegisterStreamConsumer.
  case registerConsumer(String)
  /// DeregisterStreamConsumer.
  case deregisterConsumer(Int)
  /// SubscribeToShard.
  case subscribeToShard(consumer: Int, ShardID, IteratorPosition)
  /// SplitShard: `start + 1 < key < end`.
  case splitShard(ShardID, at: HashKey)
  /// MergeShards of two neighbours, the lower first.
  case mergeShards(ShardID, with: ShardID)
  /// UpdateShardCount: at most double, at least half, ten times in 24 hours.
  case updateShardCount(target: Int)
  /// IncreaseStreamRetentionPeriod.
  case increaseRetention(hours: Int64)
  /// DecreaseStreamRetentionPeriod.
  case decreaseRetention(hours: Int64)
  /// UpdateStreamMode: twice in 24 hours; warm throughput, in MiB a second and 0 for none, can be set with on-demand.
  case updateMode(StreamMode, warmThroughput: Int64)
  /// UpdateStreamWarmThroughput, in MiB a second; 0 removes it.
  case updateWarmThroughput(Int64)
  /// UpdateMaxRecordSize: the largest record, data and partition key together.
  case updateMaxRecord(Bytes)
  /// UpdateStreamRecordDistributionStrategy.
  case updateDistribution(RecordDistribution)
  /// StartStreamEncryption with a key; StopStreamEncryption with nil.
  case updateEncryption(key: String?)
  /// A subscriber hangs up; no action of AWS's.
  case unsubscribe(consumer: Int, ShardID)
  /// One of the calls that take AWS's DryRun, with it: checked and decided, not done.
  case dryRun(DryRun)

  /// The calls that take DryRun (N§2), with the parameters of the calls themselves.
  public enum DryRun: Sendable, Hashable, Codable {
    /// PutRecord.
    case putRecord(RecordHeader)
    /// PutRecords.
    case putRecords([RecordHeader])
    /// GetShardIterator.
    case getShardIterator(ShardID, IteratorPosition)
    /// GetRecords.
    case getRecords(ShardIterator, limit: Int)
    /// SubscribeToShard.
    case subscribeToShard(consumer: Int, ShardID, IteratorPosition)

    /// The call without DryRun.
    public var request: StreamRequest {
      switch self {
      case .putRecord(let header): .putRecord(header)
      case .putRecords(let headers): .putRecords(headers)
      case .getShardIterator(let shard, let position): .getShardIterator(shard, position)
      case .getRecords(let iterator, let limit): .getRecords(iterator, limit: limit)
      case .subscribeToShard(let consumer, let shard, let position):
        .subscribeToShard(consumer: consumer, shard, position)
      }
    }
  }
}

/// What an `Account` or a `Stream` answers, and what it does by itself.
public enum Answer: Sendable, Hashable, Codable {
  /// Done; nothing more to say.
  case done
  /// The id of a stream or a channel, or the position of a consumer or subscription, that was made.
  case made(Int)
  /// One outcome for each header, in request order.
  case put([PutOutcome])
  /// An iterator.
  case iterator(ShardIterator)
  /// Records.
  case records(ReadAnswer)
  /// Pushed to a subscriber, not asked for.
  case pushed(stream: String, consumer: Int, FanOutEvent)
  /// What a queue answered.
  case queue(QueueAnswer)
  /// ListQueues' page.
  case queues(QueuePage)
  /// A receive that waited is answered.
  case polled(queue: String, QueueAnswer)
  /// A stream became ACTIVE, not asked for.
  case becameActive(stream: String)
  /// The call was refused; nothing changed.
  case refused(Refusal)
}

extension String {
  /// Refuses what AWS takes for no name of a stream or a queue.
  func checkAsName(of thing: String) throws(Refusal) {
    guard (1...128).contains(utf8.count), utf8.allSatisfy(\.isNameByte) else {
      throw .validation("\(thing) name must be 1 to 128 of [a-zA-Z0-9_.-].")
    }
  }
}

extension UInt8 {
  /// Whether it may stand in the name of a stream: a letter, a digit, `_`, `.` or `-`.
  fileprivate var isNameByte: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
