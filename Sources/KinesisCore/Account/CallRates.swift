internal import Units

/// The account-wide call rates of control-plane actions.
struct CallRates: Sendable, Hashable {
  /// An action that has a rate of its own.
  enum Action: Hashable, Sendable {
    case create, delete, split, merge, register, warmThroughput, settings
    case createQueue, updateQueue, deleteQueue, describeQueue, listQueues, tag, untag, listTags
    case createChannel, updateChannel, deleteChannel, describeChannel, listChannels
  }

  private var buckets: [Action: TokenBucket] = [:]

  /// Takes a call of an action, which has so many a second; `name` is AWS's.
  mutating func take(_ action: Action, _ perSecond: Int64, _ name: String, at now: Instant) throws(Refusal) {
    var bucket = buckets[action] ?? TokenBucket(rate: perSecond, depth: perSecond, at: now)
    guard bucket.take(1, at: now) else {
      throw .limitExceeded("Rate exceeded for \(name): more than \(perSecond) calls a second.")
    }
    buckets[action] = bucket
  }
}
