internal import Experiment
internal import Pricing
internal import Units

// The run as a whole, its streams, objectives and bill.
extension MetricCatalogue {
  static let whole: [PartRow<RunResult>] = [
    .real("simulated_s", .seconds, .run, .printed, "virtual time that passed") { $0.simulated.inSeconds },
    .count("events", "events", .run, .printed, "events and arrivals the virtual clock took", \.eventCount),
  ]

  static let records: [PartRow<RecordLedger>] = [
    .count("offered", "records", .run, .compared(.either), "handed to a producer", \.offered),
    .count("accepted", "records", .run, .compared(.either), "stored by a shard", \.accepted),
    .count(
      "throttled_attempts", "attempts", .run, .compared(.lower),
      "throttled attempts: a record throttled three times counts three", \.throttledAttempts),
    .count(
      "lost", "records", .run, .tabled(.lower), "given up, for whatever reason, diverted ones included", \.lost),
    .count("diverted", "records", .run, .printed, "of those, sent elsewhere by `on_overflow: divert`", \.diverted),
    .count(
      "in_flight", "records", .end, .compared(.either),
      "neither yet: gathering, on the wire, or waiting for another try", \.inFlight),
    .count(
      "duplicates", "records", .run, .printed,
      "copies that a shard stored of records it held already, because a client did not learn of the first",
      \.duplicates),
  ]

  static let streams: [PartRow<StreamResult>] = [
    .count("attempts", "attempts", .measured, .printed, "records tried; each attempt counts", \.attempts),
    .count("throttled_attempts", "attempts", .measured, .printed, "of those, throttled", \.throttledAttempts),
    .real(
      "put_throttle_rate", .share, .measured, .tabled(.lower), "`throttled_attempts` over `attempts`"
    ) { $0.attempts > 0 ? $0.putThrottleRate.value : nil }
    .asked("put_throttle_rate", ["rate"], .optional) { .putThrottleRate(stream: $0) },
    .count("first_attempts", "records", .measured, .printed, "records tried for the first time", \.firstAttempts),
    .count(
      "throttled_first_attempts", "records", .measured, .printed, "of those, throttled", \.throttledFirstAttempts),
    .real(
      "first_attempt_throttle_rate", .share, .measured, .compared(.lower),
      "`throttled_first_attempts` over `first_attempts`: the share of records throttled at least once"
    ) { $0.firstAttempts > 0 ? $0.firstAttemptThrottleRate.value : nil }
    .asked("first_attempt_throttle_rate", ["rate"], .optional) { .firstAttemptThrottleRate(stream: $0) },
    .loads(
      "shard_utilization", .measured, .compared(.either),
      "load over all pairs of a second and a shard open in it; `p99` to a hundredth"
    ) { $0.secondView.shardSeconds > 0 ? $0.utilization : nil }
    .asked("shard_utilization", ["mean", "pXX", "max"], .optional) { .shardUtilization(stream: $0) },
    .count(
      "second_view.seconds_with_throttles", .seconds, .measured, .compared(.lower),
      "whole seconds with throttling anywhere in the stream", \.secondView.secondsWithThrottles),
    .real(
      "second_view.worst_demand", .share, .measured, .compared(.lower),
      "the highest demand on any shard in any second"
    ) { $0.secondView.worstDemand > 0 ? $0.secondView.worstDemand : nil }.extreme,
    .count(
      "second_view.shard_seconds", .seconds, .measured, .printed, "pairs of a second and an open shard",
      \.secondView.shardSeconds),
    .count(
      "second_view.shard_seconds_with_throttles", .seconds, .measured, .printed, "of those, with throttling",
      \.secondView.shardSecondsWithThrottles),
    .count(
      "minute_view.minutes", "minutes", .measured, .printed,
      "whole minutes looked at, counted from the start of the run", \.minuteView.minutes),
    .count(
      "minute_view.minutes_with_throttles", "minutes", .measured, .printed, "minutes in which a record was throttled",
      \.minuteView.minutesWithThrottles),
    .real(
      "minute_view.stream_utilization", .share, .measured, .printed,
      "the busiest minute's accepted load over the capacity of the shards open at its end"
    ) { $0.minuteView.minutes > 0 ? $0.minuteView.streamUtilization : nil },
    .real(
      "minute_view.hottest_shard_utilization", .share, .measured, .printed, "the fullest minute of any one shard"
    ) { $0.minuteView.minutes > 0 ? $0.minuteView.hottestShardUtilization : nil },
    .count("incoming_records", "records", .run, .printed, "accepted", \.incomingRecords),
    .bytes("incoming_bytes", .run, .printed, "accepted, partition keys included", \.incomingBytes),
    .count("shards_start", "shards", .run, .printed, "open at the start", \.shardsStart),
    .count("shards_peak", "shards", .run, .compared(.either), "the most open at once", \.shardsPeak)
      .asked("shards", ["max", "min", "last"], .required) { .openShards(stream: $0 ?? 0) },
    .count("shards_end", "shards", .end, .compared(.either), "open at the end", \.shardsEnd),
  ]

  static let seconds: [PartRow<RunResult>] = [
    .count("seconds", .seconds, .measured, .printed, "whole seconds looked at", \.measuredSeconds)
  ]

  static let autoscalers: [PartRow<AutoscalerResult>] = [
    .count("accepted", "calls", .run, .printed, "its UpdateShardCount calls that AWS took", \.accepted),
    .count("refused", "calls", .run, .printed, "those that AWS refused", \.refused),
    .count(
      "single_steps", "steps", .run, .printed,
      "splits and merges made one by one after a refused call: `kinesis_scaling_utils`", \.singleSteps),
    .count(
      "direction_changes", "calls", .run, .printed,
      "accepted calls that turned back within an hour of the accepted call before: flapping", \.directionChanges),
    .count(
      "need_peak", "shards", .run, .printed,
      "the most that a minute needed: the fewest whose limits hold its first attempts on average, spread evenly",
      \.needPeak),
    .count("shards_peak", "shards", .run, .printed, "the most open at the end of a minute", \.shardsPeak),
    .real("peak_over_need", .count(of: "times"), .run, .printed, "`shards_peak` over `need_peak`", \.peakOverNeed),
    .count(
      "shard_minutes", "shard-minutes", .run, .printed, "open shards, added up over minutes", \.shardMinutes),
    .count(
      "needed_shard_minutes", "shard-minutes", .run, .printed, "needed shards, added up over minutes",
      \.neededShardMinutes),
    .count("minutes", "minutes", .run, .printed, "whole minutes", \.minutes.count),
    .count("minutes_short", "minutes", .run, .printed, "of those that needed more than was open", \.minutesShort),
    .count("calls_omitted", "calls", .run, .printed, "beyond the 1,000 that are listed", \.callsOmitted),
  ]

  static let backtests: [PartRow<Void>] = [
    .described("width_s", .seconds, .run, "how wide the compared bins are"),
    .described("bins", .count(of: "bins"), .run, "how many"),
  ]

  static let channels: [PartRow<ChannelResult>] = [
    .count("records", "records", .run, .printed, "delivered", \.records),
    .bytes("bytes", .run, .printed, "delivered, partition keys included", \.bytes),
    .count("deliveries", "deliveries", .run, .printed, "how often something was delivered", \.deliveries),
    .bytes("largest_bytes", .run, .printed, "the most at once", \.largest),
    .real(
      "data_freshness_s", .seconds, .run, .printed,
      "how long the oldest record of a delivery waited, at most, and so far what is held at the end; the write at the "
        + "destination is not in it"
    ) { $0.deliveries > 0 || $0.heldRecords > 0 ? $0.freshness.inSeconds : nil },
    .count("held_records", "records", .end, .printed, "not delivered when the run ended", \.heldRecords),
    .bytes("held_bytes", .end, .printed, "not delivered when the run ended", \.heldBytes),
  ]

  static let channelSpecs: [PartRow<ChannelSpec>] = [
    .real("configured_freshness_s", .seconds, .run, .printed, "as in the scenario") { $0.freshness.inSeconds }
  ]

  static let objectives: [PartRow<ObjectiveVerdict>] = [
    .real(
      "value", .count(of: "as its threshold"), .measured, .tabled(.either),
      "the figure; with `window` that of the worst window. Better is what its comparison wants", \.value)
  ]

  static let bill: [PartRow<RunResult>] = [
    .real(
      "total_usd", .dollars, .run, .told(.lower),
      "the bill for `cost_extrapolate`; compared only when everything used has a price"
    ) { result in
      let bill = result.bill
      return bill.isPartial(nil) ? nil : bill.total.inDollars
    }
  ]
}

extension RunResult {
  /// Whole seconds after the warm-up: those that rates and views look at.
  public var measuredSeconds: Int64 {
    max(0, (simulated - experiment.horizon.warmup).nanoseconds / 1_000_000_000)
  }
}
