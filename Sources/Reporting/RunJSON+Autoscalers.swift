internal import Models
internal import Units

// An autoscaler's part of run.json: `streams.NAME.autoscaler`, only where there is one.
extension RunJSON {
  static func autoscaler(_ scaler: AutoscalerResult) -> JSONValue {
    [
      "policy": .string(scaler.policy), "accepted": .count(scaler.accepted), "refused": .count(scaler.refused),
      "direction_changes": .count(scaler.directionChanges), "need_peak": .count(scaler.needPeak),
      "shards_peak": .count(scaler.shardsPeak), "peak_over_need": .optional(scaler.peakOverNeed),
      "shard_minutes": .count(scaler.shardMinutes), "needed_shard_minutes": .count(scaler.neededShardMinutes),
      "minutes_short": .count(scaler.minutesShort), "minutes": .count(scaler.minutes.count),
      "calls": .array(scaler.calls.map(call)), "calls_omitted": .count(scaler.callsOmitted),
    ]
  }

  private static func call(_ call: AutoscalerResult.Call) -> JSONValue {
    [
      "at": instant(call.at), "open": .count(call.open), "target": .count(call.target),
      "refusal": .optional(call.refusal),
    ]
  }
}
