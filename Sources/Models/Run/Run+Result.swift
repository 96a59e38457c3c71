internal import KinesisCore
internal import Pricing
internal import Simulation
public import Units

/// What the run came to.
extension Run {
  /// How much virtual time has passed.
  public var simulated: Interval { now - start }

  /// Ends the run where it stands and adds up. `isComplete` says whether `advance` reached the end.
  ///
  /// Traps when a record is unaccounted for: offered = accepted + lost + in flight.
  public consuming func finish(isComplete: Bool) -> RunResult {
    let instant = isComplete ? end : now
    now = instant
    if instant > secondBegan || !isComplete { recordRest(until: instant) }
    for stream in meters.indices { nameHottestKeys(of: stream, .stillOpen) }
    let ledger = makeLedger(), usage = makeUsage(at: instant)
    observeCosts(usage)
    var result = RunResult(
      experiment: experiment, replication: replication, isComplete: isComplete, simulated: instant - start,
      eventCount: eventCount, trajectoryHash: trajectory.value, records: ledger,
      streams: meters.indices.map { streamResult($0, at: instant) }, producers: producers.map(Self.result),
      consumers: consumers.indices.map { consumerResult($0, at: instant) },
      firehoses: firehoses.indices.map { firehoseResult($0) }, usage: usage, verdicts: makeVerdicts(at: instant),
      series: book.results, notes: notes.inOrder, notesOmitted: notes.omitted)
    result.channels = channelResults()
    addDetails(to: &result, at: instant)
    return result
  }

  private func makeLedger() -> RecordLedger {
    var ledger = RecordLedger()
    for producer in producers {
      ledger.offered += producer.offered
      ledger.accepted += producer.accepted
      ledger.lost += producer.lost
      ledger.diverted += producer.diverted
      ledger.duplicates += producer.duplicates
    }
    ledger.throttledAttempts =
      meters.reduce(0) { $0 + $1.allThrottledAttempts } + firehoses.reduce(0) { $0 + $1.ingest.throttledRecords }
    ledger.inFlight = inFlight
    precondition(ledger.offered == ledger.accepted + ledger.lost + ledger.inFlight, "a record is unaccounted for")
    reconcile()
    return ledger
  }

  /// Costs are known only now. One that would leave out something without a price counts as not measured.
  private mutating func observeCosts(_ usage: Usage) {
    let bill = Bill(usage, for: .month730h, book: experiment.prices, region: experiment.region)
    for index in monitors.indices {
      guard case .monthlyCost(let scope) = monitors[index].objective.metric, !bill.isPartial(scope) else { continue }
      monitors[index].add(gauge: (scope.map(bill.total(of:)) ?? bill.total).inDollars)
    }
  }

  private mutating func makeVerdicts(at instant: Instant) -> [ObjectiveVerdict] {
    let verdicts = monitors.map { $0.verdict(counts: counts(of: $0.objective.metric), at: instant) }
    let broken = verdicts.filter { $0.firstBrokenAt != nil }
    for verdict in broken.sorted(by: { ($0.firstBrokenAt ?? instant) < ($1.firstBrokenAt ?? instant) }) {
      notes.add(
        .objectiveBroken, verdict.objective.id, verdict.objective.expression, at: verdict.firstBrokenAt ?? instant)
    }
    return verdicts
  }

  private static func result(_ producer: Producer) -> ProducerResult {
    ProducerResult(
      name: producer.plan.spec.name, offered: producer.offered, accepted: producer.accepted, lost: producer.lost,
      inFlight: producer.offered - producer.accepted - producer.lost, lostByAttempts: producer.lostByAttempts,
      lostByAge: producer.lostByAge, dropped: producer.dropped, diverted: producer.diverted,
      retries: producer.retries, putLatency: producer.latency, peakBuffer: Bytes(producer.peakHeld),
      duplicates: producer.duplicates, client: clientResult(producer))
  }

  private func consumerResult(_ index: Int, at instant: Instant) -> ConsumerResult {
    let consumer = consumers[index], stream = account.streams[consumer.spec.stream]
    var backlog: Int64 = 0, expired = consumer.expired
    for shard in stream.shards {
      let slot = consumer.readers.indices.contains(shard.id.index) ? consumer.readers[shard.id.index] : -1
      guard slot >= 0 else {
        backlog += users(from: shard.log.trimHorizon, to: shard.log.tip, in: shard.id, of: consumer.spec.stream)
        expired += users(from: 0, to: shard.log.trimHorizon, in: shard.id, of: consumer.spec.stream)
        continue
      }
      let reader = readers[Int(slot)], horizon = shard.log.trimHorizon
      // After a crash some of what lies ahead was handed over before.
      let handed = reader.isMapped ? 0 : reader.handed, next = max(reader.next, handed)
      backlog += held(by: Int(slot), behind: handed)
      backlog += counted(Batch(first: max(next, horizon), count: shard.log.tip - max(next, horizon)), of: Int(slot))
      expired += counted(Batch(first: next, count: max(0, horizon - next)), of: Int(slot))
    }
    return ConsumerResult(
      name: consumer.spec.name, records: consumer.records, calls: consumer.calls,
      throttledCalls: consumer.throttledCalls, propagation: consumer.propagation,
      iteratorAgeMax: consumer.ageMax, iteratorAgeLast: age(of: index, at: instant), backlog: backlog,
      expired: expired, duplicates: consumer.duplicates, skipped: consumer.skipped,
      function: consumer.spec.function.map { _ in consumer.function }, flink: flinkResult(consumer, at: instant))
  }

  private func flinkResult(_ consumer: Consumer, at instant: Instant) -> FlinkResult? {
    guard var job = consumer.flink else { return nil }
    job.count(until: instant)
    job.result.heldPeak = job.windows?.peak ?? job.sessions?.peak ?? 0
    return job.result
  }

  private func streamResult(_ index: Int, at instant: Instant) -> StreamResult {
    let meter = meters[index], stream = account.streams[index]
    let (heat, heatShards) = heatMap(of: meter)
    return StreamResult(
      name: stream.name, shardsStart: experiment.streams[index].shards, shardsPeak: meter.shardsPeak,
      shardsEnd: stream.openShardCount, attempts: meter.attempts, throttledAttempts: meter.throttledAttempts,
      firstAttempts: meter.firstAttempts, throttledFirstAttempts: meter.throttledFirstAttempts,
      incomingRecords: meter.shards.reduce(0) { $0 + $1.accepted.records },
      incomingBytes: Bytes(meter.shards.reduce(0) { $0 + $1.accepted.bytes }),
      utilization: Self.summary(meter.utilization), minuteView: meter.minuteView, secondView: meter.secondView,
      reshards: meter.reshards,
      shards: stream.shards.map { Self.result($0, meter.shards[$0.id.index]) },
      bins: meter.bins, heat: heat, heatShards: heatShards,
      modeStart: experiment.streams[index].capacity.mode, modeEnd: CapacityMode(stream.mode, stream.terms),
      autoscaler: scalers.first { $0.stream == index }?.result)
  }

  private static func summary(_ shares: UtilizationHistogram) -> UtilizationSummary {
    UtilizationSummary(mean: shares.mean, p99: shares.percentile(99), max: shares.max)
  }

  private static func result(_ shard: Shard, _ meter: ShardMeter) -> ShardResult {
    ShardResult(
      id: shard.id, parents: shard.parents, range: shard.range, openedAt: shard.openedAt, closedAt: shard.closedAt,
      acceptedRecords: meter.accepted.records, acceptedBytes: Bytes(meter.accepted.bytes),
      demandedRecords: meter.demanded.records, demandedBytes: Bytes(meter.demanded.bytes),
      worstDemand: meter.worstDemand, throttledByRecords: meter.throttledByRecords,
      throttledByBytes: meter.throttledByBytes, secondsThrottled: meter.secondsThrottled,
      firstThrottledAt: meter.firstThrottledAt,
      utilization: summary(meter.utilization), busiestMinuteUtilization: meter.busiestMinute,
      hottestKey: meter.hottestKey)
  }

  /// The shards with most refusals as columns, minutes of the run as rows.
  private func heatMap(of meter: StreamMeter) -> (rows: [[Int32]], shards: [ShardID]) {
    let refused = meter.shards.map(\.throttled)
    let busiest = refused.indices.filter { refused[$0] > 0 }.sorted { (refused[$1], $0) < (refused[$0], $1) }
    let columns = busiest.prefix(12).sorted()
    guard !columns.isEmpty else { return ([], []) }
    let minutes = Int((secondCount + 59) / 60)
    var rows = Array(repeating: Array(repeating: Int32(0), count: columns.count), count: minutes)
    for cell in meter.heat {
      guard let column = columns.firstIndex(of: cell.shard), cell.minute < minutes else { continue }
      rows[cell.minute][column] += Int32(clamping: cell.records)
    }
    return (rows, columns.map { ShardID($0) })
  }
}
