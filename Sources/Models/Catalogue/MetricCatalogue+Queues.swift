internal import Experiment
internal import Units

// Queues and those who work on them.
extension MetricCatalogue {
  static let queues: [PartRow<QueueResult>] = [
    .count("received", "records", .run, .printed, "receipts, each one counted: AWS's ReceivedQueueRecords", \.received),
    .count("acknowledged", "records", .run, .printed, "AWS's AcknowledgedQueueRecords", \.acknowledged),
    .count("empty_receives", "calls", .run, .printed, "receives that gave none: AWS's EmptyReceives", \.emptyReceives),
    .real(
      "amplification", .count(of: "receipts"), .run, .told(.lower),
      "`received` over `acknowledged`: what redelivery makes of the work; 1 without any", \.amplification
    ).askedAtEnd("queue_amplification"),
    .count(
      "in_flight.peak", "records", .measured, .tabled(.lower),
      "received and hidden, dead letters among them: the most at the end "
        + "of a second (AWS's InFlightQueueRecords)", \.inFlightPeak
    ).extreme.askedAtEnd("queue_in_flight"),
    .real("in_flight.mean", .count(of: "records"), .measured, .compared(.lower), "the same on average", \.inFlightMean),
    .count("in_flight.end", "records", .end, .printed, "received and hidden when the run ends", \.inFlightEnd),
    .real(
      "in_flight.share", .share, .measured, .compared(.lower), "`in_flight.peak` over the limit, the wall at 120,000",
      \.inFlightShare
    ).extreme.askedAtEnd("queue_in_flight_share"),
    .count(
      "in_flight.seconds_at_limit", "seconds", .measured, .compared(.lower), "at whose ends the limit was reached",
      \.secondsAtLimit
    ).askedAtEnd("queue_seconds_at_limit"),
    .count(
      "visible_peak", "records", .measured, .printed,
      "ready to be received: the most at the end of a second (AWS's "
        + "VisibleQueueRecords, which stops at 1,000,000)", \.visiblePeak
    ).extreme,
    .times(
      "acknowledged_after_ms", .milliseconds, .measured, .tabled(.lower),
      "from a record's arrival at its shard to its acknowledgement, redeliveries and processing included. Records not "
        + "acknowledged at the end are as late as they are then, at least; dead letters among them", \.acknowledgedAfter
    ),
    .count(
      "dead_letters.died", "records", .run, .told(.lower), "became dead letters, each time counted", \.died
    ).askedAtEnd("dead_letters"),
    .count(
      "dead_letters.end", "records", .end, .printed,
      "dead letters when the run ends (AWS's "
        + "VisibleDeadLetterQueueRecords, and those in flight)", \.deadEnd
    ).askedAtEnd("dead_letters_end"),
    .count("dead_letters.peak", "records", .measured, .printed, "the most at the end of a second", \.deadPeak).extreme,
    .count("dead_letters.restored", "records", .run, .printed, "made visible again", \.restored),
    .count("dead_letters.discarded", "records", .run, .printed, "thrown away", \.discarded),
    .count(
      "dead_letters.expired", "records", .run, .compared(.lower), "left the stream as dead letters", \.expiredDead),
    .count("failed_attempts", "attempts", .run, .printed, "that failed in the consumer's code", \.failedAttempts),
    .count(
      "late_acknowledgements", "records", .run, .compared(.lower),
      "acknowledged when another receipt had taken the record, or it was dead: work done in vain",
      \.lateAcknowledgements),
    .count("entry_calls", "calls", .run, .printed, "acknowledge, visibility and restore calls", \.entryCalls),
    .count("received_bytes", .bytes, .run, .printed, "that receives gave, each receipt counted", \.bytes),
    .count("instances.end", "instances", .end, .printed, "instances", \.instances),
    .count("instances.peak", "instances", .run, .printed, "the most", \.instancesPeak),
    .real("instances.hours", .count(of: "hours"), .run, .printed, "instances times hours", \.instanceHours),
    .count("instances.scaled_up", "times", .run, .printed, "the scaler raised their number", \.scaledUp),
    .count("instances.scaled_down", "times", .run, .printed, "the scaler lowered it", \.scaledDown),
    .count("instances.crashes", "instances", .run, .printed, "that died, each time counted", \.crashes),
  ]
}
