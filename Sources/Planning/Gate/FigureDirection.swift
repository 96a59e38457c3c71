public import Models

/// Which way a figure is better.
public enum FigureDirection: String, Sendable, Hashable {
  /// Refusals, losses, times and costs.
  case lowerIsBetter = "lower"
  /// What an objective wants to be large.
  case higherIsBetter = "higher"
  /// Loads, counts of shards and objects: any change is a change.
  case neither = "either"

  /// The figures under names of the author's: by group, the figure behind the name, and the direction.
  private static let named: [(group: String, figure: String, direction: FigureDirection)] = [
    ("streams.", ".put_throttle_rate", .lowerIsBetter), ("streams.", ".first_attempt_throttle_rate", .lowerIsBetter),
    ("streams.", ".shard_utilization.mean", .neither), ("streams.", ".shard_utilization.p99", .neither),
    ("streams.", ".shard_utilization.max", .neither),
    ("streams.", ".second_view.seconds_with_throttles", .lowerIsBetter),
    ("streams.", ".second_view.worst_demand", .lowerIsBetter), ("streams.", ".shards_peak", .neither),
    ("streams.", ".shards_end", .neither), ("producers.", ".lost", .lowerIsBetter),
    ("producers.", ".retries", .lowerIsBetter), ("producers.", ".put_latency_ms.p50", .lowerIsBetter),
    ("producers.", ".put_latency_ms.p99", .lowerIsBetter), ("consumers.", ".throttled_calls", .lowerIsBetter),
    ("consumers.", ".propagation_ms.p50", .lowerIsBetter), ("consumers.", ".propagation_ms.p99", .lowerIsBetter),
    ("consumers.", ".iterator_age_ms.max", .lowerIsBetter), ("consumers.", ".iterator_age_ms.last", .lowerIsBetter),
    ("firehoses.", ".objects", .neither), ("firehoses.", ".object_bytes.mean", .neither),
    ("firehoses.", ".failed_records", .lowerIsBetter), ("firehoses.", ".lost_records", .lowerIsBetter),
    ("firehoses.", ".data_freshness_s.p50", .lowerIsBetter), ("firehoses.", ".data_freshness_s.p99", .lowerIsBetter),
  ]

  /// The figures of the run as a whole.
  private static let plain: [(path: String, direction: FigureDirection)] = [
    ("cost.total_usd", .lowerIsBetter), ("records.offered", .neither), ("records.accepted", .neither),
    ("records.throttled_attempts", .lowerIsBetter), ("records.lost", .lowerIsBetter), ("records.in_flight", .neither),
  ]

  /// The direction of a figure of run.json; nil when the table has no row for it. An objective's is that of its comparison.
  public init?(path: String, verdicts: [ObjectiveVerdict]) {
    let objective = verdicts.lazy.map(\.objective).first { path == "slo.\($0.id).value" }
    if let objective {
      self = Self.direction(of: objective.comparison)
    } else if let row = Self.plain.first(where: { $0.path == path }) {
      self = row.direction
    } else if let row = Self.named.first(where: { path.hasPrefix($0.group) && path.hasSuffix($0.figure) }) {
      self = row.direction
    } else {
      return nil
    }
  }

  private static func direction(of comparison: Objective.Comparison) -> FigureDirection {
    switch comparison {
    case .less, .lessOrEqual: .lowerIsBetter
    case .greater, .greaterOrEqual: .higherIsBetter
    case .equal: .neither
    }
  }
}
