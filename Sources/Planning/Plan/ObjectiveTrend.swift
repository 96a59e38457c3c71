internal import Experiment
internal import Models

/// How an objective of one design relates to that of the same design with more shards.
enum ObjectiveTrend: Sendable, Hashable {
  /// More shards help, or at least do not hurt.
  case helped
  /// More shards hurt, or may: it is looked at once the fewest shards that the others need are known.
  case hurt
  /// Neither can be said.
  case unknown

  init(_ objective: Objective) {
    let isCeiling = objective.comparison.isCeiling
    switch objective.metric {
    case .putThrottleRate, .firstAttemptThrottleRate, .putLatency, .propagation, .iteratorAge, .shardUtilization:
      self = isCeiling ? .helped : .unknown
    case .recordsLost, .throttledCalls:
      self = isCeiling || (objective.comparison == .equal && objective.threshold == 0) ? .helped : .unknown
    // Delivery buffers fill shard by shard: the more there are, the longer each takes to fill.
    case .dataFreshness, .monthlyCost, .openShards: self = isCeiling ? .hurt : .unknown
    case .figure: self = .unknown
    }
  }
}
