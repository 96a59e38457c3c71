internal import Experiment
internal import Units

// Producers and consumers.
extension MetricCatalogue {
  static let producers: [PartRow<ProducerResult>] = [
    .count("offered", "records", .run, .printed, "handed to this fleet", \.offered),
    .count("accepted", "records", .run, .printed, "of those, stored by a shard", \.accepted),
    .count("lost", "records", .run, .compared(.lower), "given up, for whatever reason, diverted ones included", \.lost)
      .asked("records_lost", ["sum"], .optional) { .recordsLost(producer: $0) },
    .count(
      "in_flight", "records", .end, .printed, "neither yet: gathering, on the wire, or waiting for another try",
      \.inFlight),
    .count(
      "lost_by.attempts", "records", .run, .printed, "throttled at the last attempt (`max_attempts`, or policy `none`)",
      \.lostByAttempts),
    .count("lost_by.age", "records", .run, .printed, "too old at its next try (`ttl`)", \.lostByAge),
    .count("lost_by.dropped", "records", .run, .printed, "found the buffer full (`on_overflow`)", \.dropped),
    .count(
      "lost_by.diverted", "records", .run, .printed, "found the buffer full, and were sent elsewhere", \.diverted),
    .count("retries", "attempts", .run, .compared(.lower), "attempts beyond each record's first", \.retries),
    .times(
      "put_latency_ms", .milliseconds, .measured, .tabled(.lower),
      "from a record's birth in the producer to its acknowledgement: linger, retries and back-off included, by the time "
        + "each was stored. Records in flight at the end are as late as they are then, at least; lost ones are not in it",
      \.putLatency
    ).asked("put_latency", ["pXX", "mean", "max"], .optional) { .putLatency(producer: $0) },
    .bytes("peak_buffer_bytes", .run, .printed, "the most any one process held", \.peakBuffer),
    .count(
      "duplicates", "records", .run, .printed,
      "copies that a shard stored of records it held already, because a client did not learn of the first",
      \.duplicates),
  ]

  static let clients: [PartRow<ClientResult>] = [
    .count(
      "kinesis_records", "records", .run, .printed,
      "Kinesis records the KPL sent, each attempt counted; 0 without it", \.kinesisRecords),
    .count("user_records", "records", .run, .printed, "the user records in them", \.userRecords),
    .real(
      "aggregation_factor", .count(of: "records"), .run, .printed,
      "`user_records` over `kinesis_records`; 1 without the KPL", \.aggregationFactor),
    .count(
      "wrong_shard", "attempts", .run, .printed,
      "user records packed again because they were stored in a shard the KPL did not know", \.wrongShard),
    .count(
      "failed_calls", "calls", .run, .printed, "that failed whole: InternalFailure, ServiceUnavailable, time-outs",
      \.failedCalls),
    .count("sdk_retries", "calls", .run, .printed, "that the SDK sent again", \.sdkRetries),
    .count("sdk_gave_up", "calls", .run, .printed, "of which the SDK passed the failure on", \.sdkGaveUp),
  ]

  static let consumers: [PartRow<ConsumerResult>] = [
    .count(
      "records", "records", .run, .printed,
      "handed to the consumer's code: user records, each copy counted; at most accepted + duplicates", \.records),
    .count("calls", "calls", .run, .printed, "GetRecords calls made; 0 for fan-out", \.calls),
    .count("throttled_calls", "calls", .run, .compared(.lower), "of those, throttled", \.throttledCalls)
      .asked("throttled_calls", ["sum"], .optional) { .throttledCalls(consumer: $0) },
    .real(
      "read_throttle_rate", .share, .measured, .compared(.lower), "`throttled_calls` over `calls`", \.readThrottleRate
    ).asked("read_throttle_rate", ["rate"], .optional) { .readThrottleRate(consumer: $0) },
    .times(
      "propagation_ms", .milliseconds, .measured, .tabled(.lower),
      "from a record's arrival at its shard (ApproximateArrivalTimestamp) to its hand-over to the consumer's code, by "
        + "the time of that; waiting for a busy processor or for a lease included, processing itself not. Records not "
        + "handed over count as late as they are at the end, at least, and those that expired unread as they were then",
      \.propagation
    ).asked("propagation", ["pXX", "mean", "max"], .optional) { .propagation(consumer: $0) },
    .real(
      "iterator_age_ms.max", .milliseconds, .measured, .tabled(.lower),
      "the age of the oldest record kept that was not yet handed over, over all shards: the largest of any second"
    ) { $0.iteratorAgeMax.inMilliseconds }.extreme
      .asked("iterator_age", ["max", "last"], .optional) { .iteratorAge(consumer: $0) },
    .real("iterator_age_ms.last", .milliseconds, .end, .compared(.lower), "the same when the run ends") {
      $0.iteratorAgeLast.inMilliseconds
    },
    .count("backlog_records", "records", .end, .printed, "stored and kept, not handed over", \.backlog)
      .askedAtEnd("backlog_records"),
    .count(
      "expired_records", "records", .run, .compared(.lower), "left the stream by age before this consumer read them",
      \.expired
    ).askedAtEnd("expired_records"),
    .real(
      "falling_behind", .share, .measured, .compared(.lower),
      "seconds by which the oldest unread record grew older in a second, over the last half: 1 when nothing is read, 0 when "
        + "the consumer holds its own", \.fallingBehind
    ).askedAtEnd("falling_behind"),
    .count(
      "duplicate_records", "records", .run, .printed,
      "handed over again after a worker crashed or from a queue that gave them again; not among `records`", \.duplicates
    ).askedAtEnd("duplicate_records"),
    .count(
      "skipped_records", "records", .run, .printed, "stored before it was deployed with `start: latest`", \.skipped),
  ]

  static let functions: [PartRow<FunctionResult>] = [
    .count("invocations", "invocations", .run, .printed, "that ran", \.invocations),
    .count("errors", "invocations", .run, .printed, "of those, failed", \.errors),
    .count("bisects", "batches", .run, .printed, "that failed and were split in two", \.bisects),
    .count(
      "throttles", "batches", .run, .printed,
      "that found the account's concurrency used up; one that waits longer than Lambda's own next try counts once",
      \.throttles),
    .count(
      "given_up_records", "records", .run, .printed,
      "out of retries or too old; in no invocation that succeeded", \.givenUp
    ).askedAtEnd("given_up_records"),
    .real(
      "duration_s", .seconds, .run, .printed, "time of all ended invocations, each rounded up to 1 ms"
    ) { $0.duration.inSeconds },
    .real(
      "gigabyte_seconds", .count(of: "GB·s"), .run, .printed, "`duration_s` times memory over 1,024 MiB",
      \.gigabyteSeconds),
    .count("concurrency_peak", "functions", .run, .printed, "the most that ran at once", \.concurrencyPeak),
    .count(
      "batches_at_once", "batches", .run, .printed, "of a shard: as configured (ParallelizationFactor)", \.batchesAtOnce
    ),
    .real(
      "batches_with_keys", .count(of: "batches"), .run, .printed,
      "of those, how many the shard's keys fall into, on average; fewer means that more concurrency is of no use",
      \.busyBatches),
    .count("memory_mb", "MiB", .run, .printed, "as configured", \.memory),
  ]

  static let applications: [PartRow<FlinkResult>] = [
    .count("parallelism_end", "subtasks", .end, .printed, "parallelism", \.parallelism),
    .count("parallelism_peak", "subtasks", .run, .printed, "the highest parallelism", \.parallelismPeak),
    .count("scaled_up", "times", .run, .printed, "how often the autoscaler raised it", \.scaledUp),
    .count("scaled_down", "times", .run, .printed, "how often the autoscaler lowered it", \.scaledDown),
    .real("outage_s", .seconds, .run, .printed, "stood still for that, also beyond the run's end") {
      $0.outage.inSeconds
    },
    .real(
      "kpu_hours", .count(of: "KPU·h"), .run, .printed,
      "KPUs, and one for orchestration, times hours; the ten-minute minimum per start is not added", \.kpuHours),
    .real("busy_utilization", .share, .run, .printed, "share of the time in which it worked") {
      $0.running > .zero ? $0.busy.inSeconds / $0.running.inSeconds : nil
    },
    .times(
      "window_latency_ms", .milliseconds, .run, .printed,
      "from a record's arrival at its shard to the first result that holds it; records in none at the end are as late as "
        + "they are then, at least", \.windowLatency),
    .count(
      "window_held_records_peak", "records", .run, .printed, "the most held in windows at once", \.heldPeak),
  ]
}
