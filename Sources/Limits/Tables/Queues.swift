private let model = "AWS, Kinesis API 2013-12-02 as in botocore 1.44.8, 2026-11-20"
private let quotas = "AWS, Kinesis Data Streams Developer Guide: queues-quotas, 2026-11"
private let undocumented = "nobody publishes it"

/// Queues (facts kinesis-queues.md, Q§). Rows counted in `choice` choose between two rules that AWS leaves open: 0 is what is
/// assumed, 1 the other.
// swift-format-ignore: AllPublicDeclarationsHaveDocumentation
public struct QueueLimits: Sendable {
  public let visibilityDefault = Limit(
    "queue.visibility_default_s", 30, "s",
    "seconds a received record stays hidden unless set", model, .documented)
  public let visibilityMaximum = Limit(
    "queue.visibility_maximum_s", 43_200, "s",
    "seconds a received record can be hidden at most", model, .documented)
  public let receivesDefault = Limit(
    "queue.max_receive_count_default", 6, "receipts",
    "receipts after which a record is a dead letter unless set", model, .documented)
  public let receivesMaximum = Limit(
    "queue.max_receive_count_maximum", 1_000, "receipts",
    "receipts after which a record is a dead letter at most", model, .documented)
  public let recordsPerCall = Limit(
    "queue.records_per_call", 10, "records",
    "records of a receive, acknowledge, restore or visibility call", model, .documented)
  public let waitDefault = Limit(
    "queue.wait_default_s", 9, "s",
    "seconds an empty receive waits unless set", model, .documented)
  public let waitMaximum = Limit(
    "queue.wait_maximum_s", 20, "s",
    "seconds an empty receive waits at most; at least it waits one", model, .documented)
  public let inFlight = Limit(
    "queue.in_flight_records", 120_000, "records",
    "records of a queue in flight at once", quotas, .documented)
  public let changing = Limit(
    "queue.creating_or_deleting", 5, "queues",
    "queues of an account in CREATING or DELETING at once", quotas, .documented)
  public let metricMaximum = Limit(
    "queue.metric_maximum_records", 1_000_000, "records",
    "records that VisibleQueueRecords and VisibleDeadLetterQueueRecords show at most", quotas, .documented)

  public let listMaximum = Limit(
    "queue.list_maximum", 10_000, "queues",
    "queues on a page of ListQueues at most", model, .documented)
  public let tags = Limit(
    "queue.tags", 50, "tags",
    "tags of a queue", model, .documented)

  public let nextRecord = Limit(
    "queue.next_record", 0, "choice",
    "0: the oldest visible record goes first, over all shards; 1: any visible one, each as likely", undocumented,
    .assumed)
  public let atInFlightLimit = Limit(
    "queue.at_in_flight_limit", 0, "choice",
    "0: a receive at the limit of records in flight waits, then is empty; 1: it gets ThrottlingException",
    undocumented, .assumed)
  public let inFlightCountsDead = Limit(
    "queue.in_flight_counts_dead", 0, "choice",
    "0: dead letters in flight count towards the limit of records in flight; 1: they have as many of their own",
    undocumented, .assumed)
  public let lateHandle = Limit(
    "queue.late_handle", 0, "choice",
    "0: a handle acknowledges behind its visibility while the record is neither received again nor dead; 1: it fails",
    undocumented, .assumed)
  public let deadAt = Limit(
    "queue.dead_at", 0, "choice",
    "0: a record dies when its last visibility ends; 1: when it would be received once more", undocumented, .assumed)
  public let receivesChange = Limit(
    "queue.max_receive_change", 0, "choice",
    "0: another MaxReceiveCount holds for a record when its visibility ends next; 1: at once. Dead ones stay dead",
    undocumented, .assumed)
  public let responseBytes = Limit(
    "queue.response_bytes", 10 << 20, "B",
    "bytes of a receive's records, but at least one record; 0 for no limit", undocumented, .assumed)
  public let readBytes = Limit(
    "queue.read_bytes_per_s", 0, "B/s",
    "bytes a second and shard that come to a queue; 0 for no limit, 2097152 for a fan-out consumer's", undocumented,
    .assumed)
  public let deliveryLatency = Limit(
    "queue.delivery_latency_ms", 70, "ms",
    "milliseconds from a record's arrival until it is visible in a queue", "nobody publishes it; fan-out's figure",
    .assumed)
  public let duplicates = Limit(
    "queue.duplicates_ppm", 0, "ppm",
    "acknowledged records of a million that come back all the same; AWS says that some do", undocumented, .assumed)
  public let callTime = Limit(
    "queue.call_ms", 10, "ms",
    "milliseconds of a call on a queue's records, there and back, unless a scenario says otherwise", undocumented,
    .assumed)
  public let createDuration = Limit(
    "queue.create_s", 10, "s",
    "seconds a queue stays in CREATING; receives find none before", undocumented, .assumed)
  public let updateDuration = Limit(
    "queue.update_s", 5, "s",
    "seconds a queue stays in UPDATING; the new attributes hold from then on", undocumented, .assumed)
  public let deleteDuration = Limit(
    "queue.delete_s", 10, "s",
    "seconds a queue stays in DELETING", undocumented, .assumed)
  public let latestInstant = Limit(
    "queue.latest_instant", 0, "choice",
    "0: LATEST is the time of the CreateQueue call; 1: the time when the queue is ACTIVE", undocumented, .assumed)
  public let controlCalls = Limit(
    "queue.control_calls_per_s", 5, "calls/s",
    "CreateQueue, UpdateQueue, DeleteQueue and DescribeQueue calls a second each, by account",
    "weir's choice: what CreateStream has", .assumed)
  public let dataCalls = Limit(
    "queue.data_calls_per_s", 0, "calls/s",
    "calls a second on the records of a queue, then ThrottlingException; 0 for no limit", undocumented, .assumed)
  public let expiredInFlight = Limit(
    "queue.expired_in_flight", 0, "choice",
    "0: a record that leaves its stream by age while in flight is acknowledged without effect; 1: that fails",
    undocumented, .assumed)
  public let listDefault = Limit(
    "queue.list_default", 100, "queues",
    "queues on a page of ListQueues unless MaxResults is given", "nobody publishes it; ListStreams' default", .assumed)
  public let listToken = Limit(
    "queue.list_token_s", 300, "s",
    "seconds for which a NextToken of ListQueues holds", "nobody publishes it; what ListShards has", .assumed)
}
