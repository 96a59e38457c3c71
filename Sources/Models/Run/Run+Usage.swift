internal import KinesisCore
internal import Pricing
internal import Units

/// What the run used of everything that has a price; nothing is rounded but what AWS rounds.
extension Run {
  /// The usage from the start to `instant`, warm-up included.
  func makeUsage(at instant: Instant) -> Usage {
    var usage = Usage(over: instant - start, committed: committedScopes)
    for stream in account.streams.indices {
      for tariff in meters[stream].tariffs { add(tariff, of: stream, at: instant, to: &usage) }
    }
    for stream in account.streams.indices { addShardMetrics(of: stream, at: instant, to: &usage) }
    for consumer in consumers { addApplication(of: consumer, at: instant, to: &usage) }
    for (index, channel) in experiment.channels.enumerated() {
      usage.add(channel.item, scope: "channel:\(channel.name)", Int128(channels[index].result.bytes.count))
    }
    for firehose in firehoses { addFirehose(firehose, at: instant, to: &usage) }
    experiment.neighbours.add(over: instant - start, experiment.limits, to: &usage)
    return usage
  }

  /// Streams that bear the commitment of on-demand Advantage; each is its account's only one (decision 0018).
  private var committedScopes: [String] {
    experiment.streams.indices.filter { index in
      experiment.streams[index].capacity.minimum == .alone
        && meters[index].tariffs.contains { $0.mode == .onDemandAdvantage }
    }.map { "stream:\(experiment.streams[$0].name)" }
  }

  private func add(_ tariff: Tariff, of stream: Int, at instant: Instant, to usage: inout Usage) {
    switch tariff.mode {
    case .provisioned: addProvisioned(tariff, account.streams[stream], until: tariff.until ?? instant, to: &usage)
    case .onDemandStandard:
      let scope = "stream:\(account.streams[stream].name)"
      usage.add(.onDemandStreamHour, scope: scope, Int128(((tariff.until ?? instant) - tariff.since).nanoseconds))
      addOnDemand(tariff, account.streams[stream], .standard, to: &usage)
    case .onDemandAdvantage: addOnDemand(tariff, account.streams[stream], .advantage, to: &usage)
    }
  }

  private func addProvisioned(_ tariff: Tariff, _ stream: Stream, until end: Instant, to usage: inout Usage) {
    let scope = "stream:\(stream.name)", hours = shardTime(of: stream, from: tariff.since, until: end)
    usage.add(.shardHour, scope: scope, hours)
    usage.add(.putPayloadUnit, scope: scope, Int128(tariff.payloadUnits))
    if stream.retention > .hours(24) { usage.add(.extendedRetention, scope: scope, hours) }
    usage.add(
      .longTermRetention, scope: scope, Self.byteSeconds(tariff.bytes, from: .days(7), to: stream.retention))
    usage.add(.longTermRetrieval, scope: scope, Int128(tariff.retrievedBytes))
    for (index, consumer) in consumers.enumerated() where consumer.fanOut >= 0 {
      guard account.streams[consumer.spec.stream].name == stream.name else { continue }
      usage.add(.fanOutHour, scope: "consumer:\(consumer.spec.name)", hours)
      usage.add(.fanOutData, scope: "consumer:\(consumer.spec.name)", Int128(tariff.pushedBytes[index]))
    }
  }

  /// What runs a consumer's code, where AWS does. KPU time is that of the run; Flink's least ten minutes a start are not added.
  private func addApplication(of consumer: Consumer, at instant: Instant, to usage: inout Usage) {
    let scope = "consumer:\(consumer.spec.name)"
    if consumer.hasLeases { addLeases(of: consumer, at: instant, to: &usage) }
    if consumer.spec.function != nil {
      let function = consumer.function
      usage.add(.lambdaRequest, scope: scope, Int128(function.invocations))
      usage.add(.lambdaDuration, scope: scope, Int128(function.memory) * Int128(function.duration.nanoseconds))
    }
    guard let flink = consumer.flink?.result else { return }
    usage.add(.flinkHour, scope: scope, Int128(flink.kpuTime))
    let orchestration = Int128(experiment.limits[.flinkOrchestrationKPUs]) * Int128(flink.running.nanoseconds)
    usage.add(.flinkStorage, scope: scope, FlinkSpec.runningStorage(Int128(flink.kpuTime) - orchestration))
  }

  /// The lease table while the consumer's workers ran: every open shard's lease is renewed.
  private func addLeases(of consumer: Consumer, at instant: Instant, to usage: inout Usage) {
    let stream = account.streams[consumer.spec.stream]
    let times = consumer.ran + (consumer.runsSince.map { [(from: $0, to: instant)] } ?? [])
    let held = times.reduce(0) { $0 + shardTime(of: stream, from: $1.from, until: $1.to) }
    let ran = times.reduce(Interval.zero) { $0 + ($1.to - $1.from) }
    LeaseTable(experiment.limits).add(
      held: held, over: ran, batches: Int128(consumer.batches), by: consumer.spec, to: &usage)
  }

  private func addShardMetrics(of stream: Int, at instant: Instant, to usage: inout Usage) {
    let metrics = Int128(experiment.streams[stream].shardLevelMetrics.count)
    let scope = "stream:\(account.streams[stream].name)"
    usage.add(.shardMetric, scope: scope, metrics * shardTime(of: account.streams[stream], from: start, until: instant))
  }

  private func addOnDemand(_ tariff: Tariff, _ stream: Stream, _ items: OnDemandItems, to usage: inout Usage) {
    let scope = "stream:\(stream.name)", stored = tariff.roundedBytes
    usage.add(items.dataIn, scope: scope, Int128(stored))
    usage.add(items.dataOut, scope: scope, Int128(tariff.polledBytes))
    usage.add(
      items.retention, scope: scope,
      Self.byteSeconds(stored, from: .hours(24), to: min(stream.retention, .days(7))))
    usage.add(.longTermRetention, scope: scope, Self.byteSeconds(stored, from: .days(7), to: stream.retention))
    for (index, consumer) in consumers.enumerated() {
      usage.add(items.fanOut, scope: "consumer:\(consumer.spec.name)", Int128(tariff.pushedBytes[index]))
    }
  }

  /// What on-demand terms call their items.
  private struct OnDemandItems {
    let dataIn: PriceItem, dataOut: PriceItem, fanOut: PriceItem, retention: PriceItem

    static let standard = OnDemandItems(
      dataIn: .onDemandDataIn, dataOut: .onDemandDataOut, fanOut: .onDemandFanOut, retention: .onDemandRetention)
    static let advantage = OnDemandItems(
      dataIn: .advantageDataIn, dataOut: .advantageDataOut, fanOut: .advantageFanOut, retention: .advantageRetention)
  }

  /// Nanoseconds of open shards, to the nanosecond: how AWS rounds a shard's last hour is not published (assumed).
  private func shardTime(of stream: Stream, from begin: Instant, until end: Instant) -> Int128 {
    stream.shards.reduce(0) { sum, shard in
      let last = min(shard.closedAt ?? end, end), first = max(shard.openedAt, begin)
      return sum + Int128(max(0, (last - first).nanoseconds))
    }
  }

  /// What bytes will have taken up from one age to another, when they have reached it: a steady stream's storage.
  private static func byteSeconds(_ bytes: Int64, from young: Interval, to old: Interval) -> Int128 {
    Int128(bytes) * Int128(max(0, (old - young).nanoseconds / 1_000_000_000))
  }

  /// Begins another tariff when a stream's mode or terms have changed.
  mutating func followTariff(of stream: Int) {
    let mode = CapacityMode(account.streams[stream].mode, account.streams[stream].terms)
    guard mode != meters[stream].tariffs.last?.mode else { return }
    meters[stream].begin(Tariff(mode, since: now, consumers: consumers.count))
  }
}
