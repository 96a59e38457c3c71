internal import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

extension StreamResult {
  /// What a stream came to in a run from `start` to `end`, in so many minutes.
  init(
    _ stream: Stream, _ meter: StreamMeter, _ reshards: [Reshard], _ spec: StreamSpec, minutes: Int,
    from start: Instant, until end: Instant
  ) {
    let (heat, heatShards) = meter.heatMap(minutes: minutes)
    self.init(
      name: stream.name, shardsStart: spec.shards, shardsPeak: meter.shardsPeak,
      shardsEnd: stream.openShardCount, attempts: meter.attempts, throttledAttempts: meter.throttledAttempts,
      firstAttempts: meter.firstAttempts, throttledFirstAttempts: meter.throttledFirstAttempts,
      incomingRecords: meter.shards.reduce(0) { $0 + $1.accepted.records },
      incomingBytes: Bytes(meter.shards.reduce(0) { $0 + $1.accepted.bytes }),
      utilization: UtilizationSummary(meter.utilization), minuteView: meter.minuteView, secondView: meter.secondView,
      reshards: reshards, shards: stream.shards.map { ShardResult($0, meter.shards[$0.id.index]) },
      bins: meter.bins, heat: heat, heatShards: heatShards,
      modeStart: spec.capacity.mode, modeEnd: CapacityMode(stream.mode, stream.terms))
    (self.minutes, closeUp) = (meter.minuteRows(from: start, until: end), meter.closeUp(from: start))
    for tariff in meter.tariffs { intake.add(tariff) }
  }
}

extension UtilizationSummary {
  init(_ shares: UtilizationHistogram) {
    self.init(mean: shares.mean, p99: shares.percentile(99), max: shares.max)
  }
}

extension ShardResult {
  init(_ shard: Shard, _ meter: ShardMeter) {
    self.init(
      id: shard.id, parents: shard.parents, range: shard.range, openedAt: shard.openedAt, closedAt: shard.closedAt,
      acceptedRecords: meter.accepted.records, acceptedBytes: Bytes(meter.accepted.bytes),
      demandedRecords: meter.demanded.records, demandedBytes: Bytes(meter.demanded.bytes),
      worstDemand: meter.worstDemand, throttledByRecords: meter.throttledByRecords,
      throttledByBytes: meter.throttledByBytes, secondsThrottled: meter.secondsThrottled,
      firstThrottledAt: meter.firstThrottledAt, utilization: UtilizationSummary(meter.utilization),
      busiestMinuteUtilization: meter.busiestMinute, hottestKey: meter.hottestKey)
  }
}

extension StreamMeter {
  /// The shards with most refusals as columns, minutes of the run as rows.
  fileprivate func heatMap(minutes: Int) -> (rows: [[Int32]], shards: [ShardID]) {
    let refused = shards.map(\.throttled)
    let busiest = refused.indices.filter { refused[$0] > 0 }.sorted { (refused[$1], $0) < (refused[$0], $1) }
    let columns = busiest.prefix(12).sorted()
    guard !columns.isEmpty else { return ([], []) }
    var rows = Array(repeating: Array(repeating: Int32(0), count: columns.count), count: minutes)
    for cell in heat {
      guard let column = columns.firstIndex(of: cell.shard), cell.minute < minutes else { continue }
      rows[cell.minute][column] += Int32(clamping: cell.records)
    }
    return (rows, columns.map { ShardID($0) })
  }
}

extension BilledIntake {
  /// Adds what was taken in under a tariff.
  mutating func add(_ tariff: Tariff) {
    bytes += Bytes(tariff.intake.bytes)
    roundedBytes += Bytes(tariff.intake.roundedBytes)
    payloadUnits += tariff.intake.payloadUnits
  }
}
