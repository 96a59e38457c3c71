internal import ArgumentParser
internal import KinesisCore

/// What `--no-limit` can turn off: whole kinds of limits, each a few of the core's.
enum LimitSwitch: String, CaseIterable, ExpressibleByArgument {
  /// Records and bytes that a shard takes.
  case write
  /// What Direct PUT takes.
  case put
  /// GetRecords calls and bytes of a shard.
  case read
  /// GetShardIterator calls of a shard.
  case iterators
  /// Bytes that are pushed, and the wait before another SubscribeToShard.
  case fanOut = "fan-out"
  /// Rates of calls of the account and of a stream.
  case calls
  /// How many shards, streams, consumers and queues there may be, and changes a day.
  case quotas

  /// More than any client asks for, and within what a bucket of tokens holds.
  private static let many: Int64 = 1_000_000_000

  private var keys: [Limit.Key] {
    switch self {
    case .write: [.shard.writeRecords, .shard.writeBytes]
    case .put:
      [
        .firehose.bytesLarge, .firehose.recordsLarge, .firehose.requestsLarge, .firehose.bytesOther,
        .firehose.recordsOther, .firehose.requestsOther,
      ]
    case .read: [.shard.readCalls, .shard.readBytes]
    case .iterators: [.shard.iteratorCalls]
    case .fanOut: [.fanOut.bytes]
    case .calls:
      [
        .account.createCalls, .account.splitMergeCalls, .account.updateShardCountCalls, .account.retentionCalls,
        .account.registerConsumerCalls, .onDemand.warmThroughputCalls, .onDemand.accountSettingsCalls,
        .queue.controlCalls, .firehose.controlCalls, .channel.calls,
      ]
    case .quotas:
      [
        .stream.creatingAtOnce, .account.shardsLargeRegions, .account.shardsOtherRegions, .onDemand.streams,
        .stream.reshardCallsPerDay, .onDemand.modeChangesPerDay, .fanOut.consumers, .fanOut.consumersAdvantage,
        .fanOut.consumersCreating, .queue.changing, .firehose.streams,
      ]
    }
  }

  /// Takes it out of a profile.
  func turnOff(in limits: inout LimitsProfile) {
    for key in keys { limits.replace(key, with: Self.many, source: "--no-limit \(rawValue)") }
    if self == .fanOut { limits.replace(.fanOut.takeover, with: 0, source: "--no-limit \(rawValue)") }
  }
}

/// How long what AWS does in the background takes: `--state-delay` sets all of it.
enum StateDelay {
  private static let keys: [Limit.Key] = [
    .stream.createDuration, .stream.reshardStepDuration, .onDemand.modeChangeDuration, .fanOut.createDuration,
    .queue.createDuration, .queue.updateDuration, .queue.deleteDuration, .channel.createDuration,
    .channel.updateDuration, .channel.deleteDuration,
  ]

  /// Sets it, in whole seconds.
  static func set(_ seconds: Int64, in limits: inout LimitsProfile) {
    for key in keys { limits.replace(key, with: seconds, source: "--state-delay \(seconds)s") }
  }
}
