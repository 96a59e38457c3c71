internal import Models
internal import Simulation
internal import Units

// `firehoses.NAME` of run.json.
extension RunJSON {
  static func firehose(_ firehose: FirehoseResult) -> JSONValue {
    let (ledger, delivery) = (firehose.ledger, firehose.delivery)
    var members: [String: JSONValue] = [
      "records": .count(ledger.records), "bytes": .count(firehose.bytes.count),
      "billed_bytes": .count(firehose.billedBytes.count), "delivered_records": .count(ledger.delivered),
      "failed_records": .count(ledger.failed), "dropped_records": .count(ledger.dropped),
      "lost_records": .count(ledger.lost), "held_records": .count(ledger.held),
      "duplicate_records": .count(ledger.duplicates),
      "failed_by": [
        "transform": .count(ledger.failedByTransform), "partitions": .count(ledger.failedByPartitions),
        "delivery": .count(ledger.failed - ledger.failedByTransform - ledger.failedByPartitions),
      ],
      "objects": .count(delivery.objects), "object_bytes": sizes(delivery.sizes),
      "buffered_bytes": .count(delivery.bufferedBytes.count), "buffers": .count(delivery.buffers),
      "flushes": ["size": .count(delivery.flushedBySize), "interval": .count(delivery.flushedByInterval)],
      "retries": .count(delivery.retries), "failed_attempts": .count(delivery.failedAttempts),
      "put_requests": .count(delivery.putRequests), "error_objects": .count(delivery.errorObjects),
      "backup_objects": .count(delivery.backupObjects), "held_peak_records": .count(delivery.heldPeak),
      "data_freshness_s": seconds(firehose.freshness),
    ]
    members["ingest"] = firehose.ingest.map(ingest) ?? .null
    members["reading"] = firehose.reading.map(reading) ?? .null
    members["transform"] = firehose.transform.map(transform) ?? .null
    members["partitions"] = firehose.partitions.map(partitions) ?? .null
    return .object(members)
  }

  private static func sizes(_ sizes: SizeHistogram) -> JSONValue {
    func figure(_ size: Bytes) -> JSONValue { sizes.count > 0 ? .count(size.count) : .null }
    return [
      "min": figure(sizes.min), "p50": figure(sizes.percentile(50)), "p90": figure(sizes.percentile(90)),
      "p99": figure(sizes.percentile(99)), "max": figure(sizes.max), "sum": .count(sizes.sum.count),
      "mean": sizes.count > 0 ? .number(sizes.mean) : .null, "count": .count(sizes.count),
    ]
  }

  private static func seconds(_ times: LatencyHistogram) -> JSONValue {
    func figure(_ time: Interval) -> JSONValue { times.count > 0 ? .number(time.inSeconds) : .null }
    return [
      "p50": figure(times.percentile(50)), "p90": figure(times.percentile(90)), "p95": figure(times.percentile(95)),
      "p99": figure(times.percentile(99)), "p99_9": figure(times.percentile(99.9)), "max": figure(times.max),
      "mean": figure(times.mean), "count": .count(times.count),
    ]
  }

  private static func ingest(_ figures: IngestFigures) -> JSONValue {
    [
      "calls": .count(figures.calls), "throttled_records": .count(figures.throttledRecords),
      "seconds_with_throttles": .count(figures.throttledSeconds),
      "quota_start_bytes": .count(figures.quotaStart.count), "quota_end_bytes": .count(figures.quotaEnd.count),
    ]
  }

  private static func reading(_ figures: ReadFigures) -> JSONValue {
    [
      "calls": .count(figures.calls), "throttled_calls": .count(figures.throttledCalls),
      "backlog_records": .count(figures.backlog), "expired_records": .count(figures.expired),
      "behind_max_ms": .number(figures.behindMax.inMilliseconds),
    ]
  }

  private static func transform(_ figures: TransformFigures) -> JSONValue {
    [
      "invocations": .count(figures.invocations), "retries": .count(figures.retries),
      "busy_s": .number(figures.time.inSeconds),
    ]
  }

  private static func partitions(_ figures: PartitionFigures) -> JSONValue {
    [
      "active_peak": .count(figures.activePeak), "active_limit": .count(figures.activeLimit),
      "overflow_records": .count(figures.overflow),
    ]
  }
}
