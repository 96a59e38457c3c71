internal import KinesisCore
internal import Simulation
internal import Units

/// What the delivery streams came to.
extension Run {
  /// Records that callers put into delivery streams.
  var putIntoFirehoses: Int64 {
    firehoses.reduce(0) { $0 + ($1.spec.stream == nil ? $1.machine.ledger.records.taken : 0) }
  }

  /// Traps when a record is unaccounted for.
  func firehoseResult(_ index: Int) -> FirehoseResult {
    let firehose = firehoses[index], machine = firehose.machine
    let ledger = Self.ledger(machine.ledger)
    precondition(ledger.isBalanced && machine.isBalanced, "a delivery stream's record is unaccounted for")
    if firehose.spec.stream != nil {
      precondition(
        firehose.handed == machine.ledger.records.taken + machine.ledger.repeats.taken + machine.ledger.givenBack,
        "a record read is not taken in")
    }
    return FirehoseResult(
      name: firehose.spec.name, bufferSize: machine.bufferSize, bufferInterval: machine.bufferInterval, ledger: ledger,
      bytes: Bytes(machine.ledger.bytesTaken), billedBytes: Bytes(machine.ledger.bytesBilled),
      delivery: firehose.delivery, freshness: firehose.freshness,
      ingest: firehose.spec.stream == nil ? firehose.ingest : nil,
      reading: firehose.spec.stream == nil ? nil : reading(of: index),
      transform: firehose.spec.configuration.transform == nil ? nil : firehose.transform,
      partitions: firehose.partitions == nil ? nil : partitions(of: firehose), objects: firehose.objects,
      objectsOmitted: firehose.objectsOmitted)
  }

  private static func ledger(_ ledger: DeliveryLedger) -> FirehoseLedger {
    var result = FirehoseLedger()
    let ends = ledger.records
    (result.records, result.delivered, result.failed) = (ends.taken, ends.delivered, ends.failed)
    (result.dropped, result.lost, result.held) = (ends.dropped, ends.lost, ends.held)
    (result.failedByTransform, result.failedByPartitions) = (ends[.processingFailed], ends[.activePartitionExceeded])
    result.duplicates = ledger.repeats.delivered
    return result
  }

  private func reading(of index: Int) -> ReadFigures {
    var figures = firehoses[index].reading
    guard let stream = firehoses[index].spec.stream else { return figures }
    for shard in account.streams[stream].shards {
      let poller = firehoses[index].pollers.first { sources[$0].shard == shard.id && sources[$0].use == .delivery }
      let next = poller.map { sources[$0].next } ?? 0
      figures.backlog += max(0, shard.log.tip - max(next, shard.log.trimHorizon))
    }
    return figures
  }

  private func partitions(of firehose: Firehose) -> PartitionFigures {
    var figures = PartitionFigures()
    (figures.activePeak, figures.activeLimit) = (firehose.partitionsPeak, firehose.machine.partitionLimit)
    figures.overflow = firehose.machine.ledger.records[.activePartitionExceeded]
    return figures
  }
}
