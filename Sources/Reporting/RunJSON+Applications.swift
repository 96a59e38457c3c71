internal import Models
internal import Units

// Lambda functions and Flink applications in run.json.
extension RunJSON {
  static func function(_ function: FunctionResult) -> JSONValue {
    [
      "invocations": .count(function.invocations), "errors": .count(function.errors),
      "throttles": .count(function.throttles), "bisects": .count(function.bisects),
      "given_up_records": .count(function.givenUp), "duration_s": .number(function.duration.inSeconds),
      "concurrency_peak": .count(function.concurrencyPeak), "memory_mb": .count(function.memory),
      "gigabyte_seconds": .number(function.gigabyteSeconds),
    ]
  }

  static func flink(_ flink: FlinkResult) -> JSONValue {
    let share = flink.busy.inSeconds / max(flink.running.inSeconds, 1e-9)
    return [
      "parallelism_end": .count(flink.parallelism), "parallelism_peak": .count(flink.parallelismPeak),
      "scaled_up": .count(flink.scaledUp), "scaled_down": .count(flink.scaledDown),
      "outage_s": .number(flink.outage.inSeconds), "kpu_hours": .number(flink.kpuHours),
      "busy_utilization": measured(share, flink.running > .zero),
      "window_latency_ms": latency(flink.windowLatency), "window_held_records_peak": .count(flink.heldPeak),
    ]
  }
}
