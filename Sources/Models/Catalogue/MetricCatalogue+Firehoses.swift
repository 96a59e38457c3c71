internal import Experiment
internal import Units

// Delivery streams.
extension MetricCatalogue {
  static let firehoses: [PartRow<FirehoseResult>] = [
    .count(
      "records", "records", .run, .printed, "taken in: read from the stream, or accepted from callers",
      \.ledger.records),
    .bytes("bytes", .run, .printed, "taken in, partition keys left out", \.bytes),
    .bytes(
      "billed_bytes", .run, .printed,
      "the same with each record rounded up to 5 KiB; of Iceberg and Snowflake as they are", \.billedBytes),
    .count("objects", "objects", .run, .compared(.either), "objects (requests, copies) delivered", \.delivery.objects),
    .sizes("object_bytes", .run, .compared(.either), "their sizes as stored", \.delivery.sizes),
    .count("delivered_records", "records", .run, .printed, "at the destination", \.ledger.delivered),
    .count(
      "duplicate_records", "records", .run, .printed,
      "delivered there once more after a failover, counted apart", \.ledger.duplicates),
    .count(
      "failed_records", "records", .run, .compared(.lower), "in an error output or backup instead", \.ledger.failed
    ).askedAtEnd("failed_records"),
    .count(
      "failed_by.transform", "records", .run, .printed, "of those, failed by the transform",
      \.ledger.failedByTransform),
    .count(
      "failed_by.partitions", "records", .run, .printed, "of those, of a partition too many",
      \.ledger.failedByPartitions),
    .count("failed_by.delivery", "records", .run, .printed, "of those, refused by the destination") {
      $0.ledger.failed - $0.ledger.failedByTransform - $0.ledger.failedByPartitions
    },
    .count("dropped_records", "records", .run, .printed, "answered Dropped by the transform", \.ledger.dropped),
    .count(
      "lost_records", "records", .run, .compared(.lower),
      "the destination took nothing for longer than Firehose keeps them", \.ledger.lost
    ).askedAtEnd("lost_records"),
    .count("held_records", "records", .end, .printed, "in buffers and in flight", \.ledger.held),
    .count(
      "held_peak_records", "records", .run, .printed, "the most held at the end of any second", \.delivery.heldPeak),
    .times(
      "data_freshness_s", .seconds, .measured, .tabled(.lower),
      "from each record's arrival (at its shard, or in Firehose) to its delivery. What is not delivered, or not read, is as "
        + "late as it is at the end, at least; what was lost or expired as it was then", \.freshness
    ).asked("data_freshness", ["pXX", "mean", "max"], .optional) { .dataFreshness(firehose: $0) },
    .bytes(
      "buffered_bytes", .run, .printed, "the data behind the objects before conversion and compression",
      \.delivery.bufferedBytes),
    .count(
      "buffers", "buffers", .run, .printed, "the shards, channels or partitions that had one", \.delivery.buffers),
    .count(
      "flushes.size", "buffers", .run, .printed, "handed on because they were full", \.delivery.flushedBySize),
    .count(
      "flushes.interval", "buffers", .run, .printed, "handed on because they were old enough",
      \.delivery.flushedByInterval),
    .count("retries", "attempts", .run, .printed, "repeated delivery attempts", \.delivery.retries),
    .count("failed_attempts", "attempts", .run, .printed, "failed delivery attempts", \.delivery.failedAttempts),
    .count(
      "put_requests", "requests", .run, .printed,
      "PUT-class requests to S3: one an object, more for a multipart upload (intervals under 60 s)",
      \.delivery.putRequests),
    .count("error_objects", "objects", .run, .printed, "in the error output", \.delivery.errorObjects),
    .count("backup_objects", "objects", .run, .printed, "in the backup bucket", \.delivery.backupObjects),
  ]

  static let ingest: [PartRow<IngestFigures>] = [
    .count("calls", "calls", .run, .printed, "Direct PUT calls", \.calls),
    .count(
      "throttled_records", "records", .run, .printed, "throttled, each attempt counted", \.throttledRecords),
    .count("seconds_with_throttles", .seconds, .run, .printed, "seconds with throttling", \.throttledSeconds),
    .bytes("quota_start_bytes", .run, .printed, "the quota, bytes a second, at the start", \.quotaStart),
    .bytes("quota_end_bytes", .end, .printed, "the quota, bytes a second, at the end", \.quotaEnd),
  ]

  static let reading: [PartRow<ReadFigures>] = [
    .count("calls", "calls", .run, .printed, "GetRecords calls", \.calls),
    .count("throttled_calls", "calls", .run, .printed, "of those, throttled", \.throttledCalls),
    .count("backlog_records", "records", .end, .printed, "kept in the stream and unread", \.backlog),
    .count("expired_records", "records", .run, .compared(.lower), "gone before they were read", \.expired)
      .askedAtEnd("expired_unread"),
    .real("read_throttle_rate", .share, .run, .printed, "`throttled_calls` over `calls`", \.throttleRate),
    .real(
      "falling_behind", .share, .measured, .printed,
      "seconds by which the oldest unread record grew older in a second, over the last half", \.fallingBehind
    ).askedAtEnd("source_falling_behind"),
    .real("behind_max_ms", .milliseconds, .run, .printed, "the highest MillisBehindLatest") {
      $0.behindMax.inMilliseconds
    },
  ]

  static let transforms: [PartRow<TransformFigures>] = [
    .count("invocations", "invocations", .run, .printed, "of Lambda", \.invocations),
    .count("retries", "invocations", .run, .printed, "of those, repeated", \.retries),
    .real("busy_s", .seconds, .run, .printed, "their time together") { $0.time.inSeconds },
  ]

  static let partitions: [PartRow<PartitionFigures>] = [
    .count("active_peak", "partitions", .run, .printed, "dynamic partitions active at once", \.activePeak),
    .count("active_limit", "partitions", .run, .printed, "the most there may be", \.activeLimit),
    .count("overflow_records", "records", .run, .printed, "for partitions too many", \.overflow),
  ]
}
