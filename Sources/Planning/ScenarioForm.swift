internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

/// The usage of a scenario in closed form, under any design of its streams.
struct ScenarioForm: Sendable {
  /// How a stream is bought.
  struct Design: Sendable, Hashable {
    var mode: BillingMode, shards: Int
  }

  private let experiment: Experiment, headroom: Double, flows: Flows
  /// As the scenario is written, stream by stream.
  let own: [Design]
  let streams: [ScenarioBill.Stream]
  private(set) var warnings: [String]

  init(_ experiment: Experiment, headroom: Double) {
    let flows = Flows(experiment)
    (self.experiment, self.headroom, self.flows) = (experiment, headroom, flows)
    own = experiment.streams.map { Design(mode: BillingMode($0.capacity.mode), shards: $0.shards) }
    let estimates = experiment.streams.indices.map { stream in
      Estimate(
        Self.streamLoad(stream, of: experiment, flows, shards: experiment.streams[stream].shards), headroom: headroom,
        limits: experiment.limits, prices: experiment.prices, region: experiment.region)
    }
    warnings = zip(experiment.streams, estimates).flatMap { spec, estimate in
      Self.warnings(spec, estimate)
    }
    let own = own
    warnings += experiment.firehoses.indices.compactMap { index in
      Self.deliveryForm(index, of: experiment, flows, own).warning
    }
    streams = zip(experiment.streams, estimates).map { Self.stream($0, $1, experiment) }
  }

  // MARK: Streams

  private static func streamLoad(
    _ stream: Int, of experiment: Experiment, _ flows: Flows, shards: Int
  ) -> StreamLoad {
    let readers = experiment.consumers.filter { $0.stream == stream }
    let polls = experiment.firehoses.filter { $0.stream == stream }.reduce(0) { sum, spec in
      sum + DeliveryForm(spec, Flow(), shards: shards, limits: experiment.limits).pollsPerSecond
    }
    return StreamLoad(
      name: experiment.streams[stream].name, mean: flows.flow(ofStream: stream, shards: shards, from: .all),
      peak: flows.peak(ofStream: stream, shards: shards),
      pollers: readers.filter(\.isPolling).count + polls,
      fanOut: readers.filter(\.isFanOut).count, retention: experiment.streams[stream].retention)
  }

  private static func stream(_ spec: StreamSpec, _ estimate: Estimate, _ experiment: Experiment) -> ScenarioBill.Stream
  {
    let load = estimate.load
    let shards = BillingMode.allCases.map { mode in
      guard BillingMode(spec.capacity.mode) != mode else { return spec.shards }
      guard mode != .provisioned else { return estimate.shards }
      let capacity = StreamCapacity(mode: .onDemandStandard, peakHistory: Bytes(Int64(clamping: load.peak.bytes)))
      return capacity.shards(experiment.limits, region: experiment.region)
    }
    return ScenarioBill.Stream(
      name: spec.name, mode: BillingMode(spec.capacity.mode), shards: spec.shards, needed: estimate.shards,
      binding: estimate.binding, shardsByFormula: estimate.shardsByFormula, shardsByMode: shards,
      meanBytes: load.mean.bytes, meanRecords: load.mean.records,
      peakBytes: load.peak.bytes, peakRecords: load.peak.records)
  }

  private static func warnings(_ spec: StreamSpec, _ estimate: Estimate) -> [String] {
    let most = estimate.needs.first?.shards ?? 0
    let isShort = spec.capacity.mode == .provisioned && most > Double(spec.shards)
    let short =
      isShort
      ? [
        "\(spec.name): \(spec.shards) \(spec.shards == 1 ? "shard is less" : "shards are fewer") than the peak needs without headroom: records are throttled "
          + "unless shards are added in time"
      ]
      : []
    return short + estimate.warnings.map { "\(spec.name): \($0)" }
  }

  /// All streams in one mode.
  func design(_ mode: BillingMode) -> [Design] {
    let index = BillingMode.allCases.firstIndex(of: mode) ?? 0
    return streams.map { Design(mode: mode, shards: $0.shardsByMode[index]) }
  }

  // MARK: Use

  /// What the scenario uses in a span of time under a design.
  func usage(of design: [Design], over span: Interval) -> Usage { use(of: design, over: span).usage(over: span) }

  /// The quantities of a span of time under a design.
  func use(of design: [Design], over span: Interval) -> Use {
    var use = Use()
    for (stream, spec) in experiment.streams.enumerated() {
      use.streams.append(self.use(stream, design[stream], over: span))
      let time = Int128(design[stream].shards) * Int128(span.nanoseconds)
      use.metrics.append(MetricsUse(of: spec.name, count: spec.shardLevelMetrics.count, shardTime: time))
    }
    use.applications = experiment.consumers.map { spec in
      let shards = design[spec.stream].shards, flow = flows.flow(ofStream: spec.stream, shards: shards, from: .all)
      return ApplicationForm(spec: spec, flow: flow, shards: shards, limits: experiment.limits).use(over: span)
    }
    use.channels = experiment.channels.map { channel in
      let flow = flows.flow(ofStream: channel.stream, shards: design[channel.stream].shards, from: .all)
      return channel.use(bytes: Amount.steady(perSecond: flow.bytes, over: span).whole)
    }
    use.deliveries = experiment.firehoses.indices.map {
      Self.deliveryForm($0, of: experiment, flows, design).use(over: span)
    }
    use.neighbours = experiment.neighbours.use(over: span, experiment.limits)
    return use
  }

  /// A stream's use, its fan-out consumers' under their own names.
  private func use(_ stream: Int, _ design: Design, over span: Interval) -> StreamUse {
    let spec = experiment.streams[stream]
    let load = Self.streamLoad(stream, of: experiment, flows, shards: design.shards)
    let readers = experiment.consumers.filter { $0.stream == stream && $0.isFanOut }
    let pushed = Amount.steady(perSecond: load.mean.bytes, over: span).whole
    var use = load.use(design.mode, shards: design.shards, over: span)
    use.commitment = spec.commitment
    use.fanOut = readers.map { StreamUse.FanOut(Scope(.consumer, $0.name), bytes: pushed) }
    return use
  }

  private static func deliveryForm(
    _ index: Int, of experiment: Experiment, _ flows: Flows, _ design: [Design]
  ) -> DeliveryForm {
    let spec = experiment.firehoses[index], shards = spec.stream.map { design[$0].shards }
    let flow =
      spec.stream.map { flows.flow(ofStream: $0, shards: design[$0].shards, from: .all) }
      ?? flows.flow(ofFirehose: index)
    return DeliveryForm(spec, flow, shards: shards, limits: experiment.limits)
  }

  // MARK: Break-even

  /// Only the streams: what stands beside them costs the same in every mode, but for what follows the shards.
  func breakEven(over span: Interval, _ period: BillingPeriod) -> [BreakEven] {
    let loads = experiment.streams.indices.map { stream in
      Self.streamLoad(stream, of: experiment, flows, shards: experiment.streams[stream].shards)
    }
    let region = experiment.region
    let book = PriceBook(name: experiment.prices.name, prices: experiment.prices.prices.filter { $0.region == region })
    return BreakEvens { factor in
      let scaled = loads.map { $0.scaled(by: factor) }
      return BillingMode.allCases.map { mode in
        let bill = Bill(usage(of: scaled, mode, over: span), for: period, book: book, region: region)
        return bill.isPartial(nil) ? nil : bill.total.inDollars
      }
    }.all
  }

  private func usage(of loads: [StreamLoad], _ mode: BillingMode, over span: Interval) -> Usage {
    var use = Use()
    use.streams = zip(experiment.streams, loads).map { spec, load in
      let shards =
        mode == .provisioned ? Estimate.shards(for: load, headroom: headroom, limits: experiment.limits) : 1
      var use = load.use(mode, shards: shards, over: span)
      use.commitment = spec.commitment
      return use
    }
    return use.usage(over: span)
  }
}
