public import Units

/// AWS's ShardFilter.
public enum ShardFilter: Sendable, Hashable, Codable {
  /// Every shard whose records may still be there: FROM_TRIM_HORIZON, and what is listed unless asked otherwise.
  case fromTrimHorizon
  /// Shards that were open at the oldest record's time: AT_TRIM_HORIZON.
  case atTrimHorizon
  /// Open shards: AT_LATEST.
  case atLatest
  /// Shards that were open at an instant: AT_TIMESTAMP.
  case atTimestamp(Instant)
  /// Shards that were open at an instant or opened later: FROM_TIMESTAMP.
  case fromTimestamp(Instant)
  /// Shards of a higher number: AFTER_SHARD_ID.
  case after(ShardID)
}

/// What ListShards and DescribeStream list.
extension Stream {
  /// The shards of a filter, by number. Closed ones are listed for as long as the stream keeps records (facts §4).
  public func shards(_ filter: ShardFilter, at now: Instant) -> [Shard] {
    let horizon = now - retention
    return shards.filter { shard in
      guard shard.closedAt.map({ $0 > horizon }) ?? true else { return false }
      return switch filter {
      case .fromTrimHorizon: true
      case .atTrimHorizon: shard.wasOpen(at: max(horizon, shards[0].openedAt))
      case .atLatest: shard.isOpen
      case .atTimestamp(let instant): shard.wasOpen(at: instant)
      case .fromTimestamp(let instant): shard.closedAt.map { $0 > instant } ?? true
      case .after(let id): shard.id > id
      }
    }
  }

  /// The position of the consumer of a name that is registered; nil when there is none.
  public func consumer(named name: String) -> Int? {
    consumers.firstIndex { $0.name == name && $0.status != .deleted }
  }

  /// The position of the queue of a name that is there; nil when there is none.
  public func queue(named name: String) -> Int? { queues.firstIndex { $0.name == name && $0.status != .deleted } }
}

extension Shard {
  /// Whether it took writes at an instant.
  func wasOpen(at instant: Instant) -> Bool { openedAt <= instant && (closedAt.map { $0 > instant } ?? true) }
}

extension FanOutConsumer {
  /// Whether SubscribeToShard can be called at an instant: AWS's ACTIVE, and CREATING before.
  public func isReady(at now: Instant) -> Bool { isActive(at: now) }
}

extension RecordKey {
  /// Whether PutRecord may say after which record it comes (N§3, AWS's text).
  public static func checkOrdering(_ sequenceNumber: String?, _ distribution: RecordDistribution) throws(Refusal) {
    guard sequenceNumber == nil || distribution == .userPartitionKey else {
      throw .invalidArgument(
        "Stream has SERVICE_DEFINED PartitionKey enabled. SequenceNumberForOrdering must not be provided.")
    }
  }
}
