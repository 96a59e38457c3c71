/// Which write limit of a shard refused a record.
@frozen public enum WriteLimit: UInt8, Sendable, Hashable, Codable {
  /// 1,000 records a second.
  case records
  /// 1 MiB a second, partition keys included.
  case bytes
}

/// Which read limit of a shard refused a call.
public enum ReadLimit: Sendable, Hashable, Codable {
  /// Five GetRecords calls a second.
  case calls
  /// 2 MiB a second.
  case bytes
  /// Five GetShardIterator calls a second.
  case iterators
}

/// A call the service would not do: a value, not a failure of weir. Nothing changed.
public enum Refusal: Error, Sendable, Hashable, Codable {
  /// A write that a shard could not take now.
  case writeThrottled(ShardID, WriteLimit)
  /// A read that a shard could not answer now.
  case readThrottled(ShardID, ReadLimit)
  /// Something that is not there, or not yet.
  case notFound(String)
  /// Something busy with another operation.
  case inUse(String)
  /// A quota or a call rate.
  case limitExceeded(String)
  /// A parameter out of its range for this stream.
  case invalidArgument(String)
  /// A parameter out of its range for any stream.
  case validation(String)
  /// More calls on a queue's records than it takes, or as many records in flight as it may have.
  case throttling(String)
  /// An iterator older than five minutes.
  case expiredIterator(String)
  /// A NextToken that no longer holds.
  case expiredToken(String)
  /// A call with DryRun that would have passed.
  case dryRun

  /// AWS's name for the error (facts §1.3, §2.3, §7).
  public var code: String {
    switch self {
    case .writeThrottled, .readThrottled: "ProvisionedThroughputExceededException"
    case .notFound: "ResourceNotFoundException"
    case .inUse: "ResourceInUseException"
    case .limitExceeded: "LimitExceededException"
    case .invalidArgument: "InvalidArgumentException"
    case .validation: "ValidationException"
    case .throttling: "ThrottlingException"
    case .expiredIterator: "ExpiredIteratorException"
    case .expiredToken: "ExpiredNextTokenException"
    case .dryRun: "DryRunOperationException"
    }
  }

  /// The reason in words, close to AWS's where its text is known.
  public var message: String {
    switch self {
    case .writeThrottled(let shard, _), .readThrottled(let shard, _): "Rate exceeded for shard \(shard)"
    case .notFound(let text), .inUse(let text), .limitExceeded(let text), .invalidArgument(let text),
      .validation(let text), .throttling(let text), .expiredIterator(let text),
      .expiredToken(let text):
      text
    case .dryRun: "The request was rejected because the DryRun parameter was specified."
    }
  }
}
