internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

/// The usage of a scenario in closed form, under any design of its streams.
struct ScenarioUse: Sendable {
  /// How a stream is bought.
  struct Design: Sendable, Hashable {
    var mode: BillingMode, shards: Int
  }

  private let experiment: Experiment, headroom: Double, load: ScenarioLoad
  /// As the scenario is written, stream by stream.
  let own: [Design]
  let streams: [ScenarioBill.Stream]
  private(set) var warnings: [String]

  init(_ experiment: Experiment, headroom: Double) {
    let load = ScenarioLoad(experiment)
    (self.experiment, self.headroom, self.load) = (experiment, headroom, load)
    own = experiment.streams.map { Design(mode: BillingMode($0.capacity.mode), shards: $0.shards) }
    let estimates = experiment.streams.indices.map { stream in
      Estimate(
        Self.streamLoad(stream, of: experiment, load, shards: experiment.streams[stream].shards), headroom: headroom,
        limits: experiment.limits, prices: experiment.prices, region: experiment.region)
    }
    warnings = zip(experiment.streams, estimates).flatMap { spec, estimate in
      Self.warnings(spec, estimate)
    }
    let own = own
    warnings += experiment.firehoses.indices.compactMap { index in
      Self.firehoseUse(index, of: experiment, load, own).warning
    }
    streams = zip(experiment.streams, estimates).map { Self.stream($0, $1, experiment) }
  }

  // MARK: Streams

  private static func streamLoad(
    _ stream: Int, of experiment: Experiment, _ load: ScenarioLoad, shards: Int
  ) -> StreamLoad {
    let readers = experiment.consumers.filter { $0.stream == stream }
    let polls = experiment.firehoses.filter { $0.stream == stream }.reduce(0) { sum, spec in
      sum + FirehoseUse(spec, ScenarioLoad.Flow(), shards: shards, limits: experiment.limits).pollsPerSecond
    }
    return StreamLoad(
      name: experiment.streams[stream].name, load.flow(ofStream: stream, shards: shards),
      pollers: readers.filter { !$0.retrieval.isFanOut }.count + polls,
      fanOut: readers.filter(\.retrieval.isFanOut).count, retention: experiment.streams[stream].retention)
  }

  private static func stream(_ spec: StreamSpec, _ estimate: Estimate, _ experiment: Experiment) -> ScenarioBill.Stream
  {
    let load = estimate.load
    let shards = BillingMode.allCases.map { mode in
      guard BillingMode(spec.capacity.mode) != mode else { return spec.shards }
      guard mode != .provisioned else { return estimate.shards }
      let capacity = StreamCapacity(mode: .onDemandStandard, peakHistory: Bytes(Int64(load.peakBytes)))
      return capacity.shards(experiment.limits, region: experiment.region)
    }
    return ScenarioBill.Stream(
      name: spec.name, mode: BillingMode(spec.capacity.mode), shards: spec.shards, needed: estimate.shards,
      binding: estimate.binding, shardsByMode: shards, meanBytes: load.meanBytes, meanRecords: load.meanRecords,
      peakBytes: load.peakBytes, peakRecords: load.peakRecords)
  }

  private static func warnings(_ spec: StreamSpec, _ estimate: Estimate) -> [String] {
    let most = estimate.needs.first?.shards ?? 0
    let isShort = spec.capacity.mode == .provisioned && most > Double(spec.shards)
    let short =
      isShort
      ? [
        "\(spec.name): \(spec.shards) shards are fewer than the peak needs without headroom: records are refused "
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

  // MARK: Usage

  /// What the scenario uses in a span of time under a design.
  func usage(of design: [Design], over span: Interval) -> Usage {
    var usage = Usage(over: span, committed: committed(design))
    for (stream, design) in design.enumerated() { add(stream, design, to: &usage) }
    for (stream, spec) in experiment.streams.enumerated() {
      let time = Int128(design[stream].shards) * Int128(span.nanoseconds)
      usage.add(.shardMetric, scope: "stream:\(spec.name)", Int128(spec.shardLevelMetrics.count) * time)
    }
    for spec in experiment.consumers {
      let shards = design[spec.stream].shards, flow = load.flow(ofStream: spec.stream, shards: shards)
      ConsumerUse(spec: spec, flow: flow, shards: shards, limits: experiment.limits).add(over: span, to: &usage)
    }
    for channel in experiment.channels {
      let flow = load.flow(ofStream: channel.stream, shards: design[channel.stream].shards)
      let bytes = Int128((flow.bytes * span.inSeconds).rounded())
      usage.add(channel.item, scope: "channel:\(channel.name)", bytes)
    }
    for index in experiment.firehoses.indices {
      Self.firehoseUse(index, of: experiment, load, design).add(over: span, to: &usage)
    }
    experiment.neighbours.add(over: span, experiment.limits, to: &usage)
    return usage
  }

  private func committed(_ design: [Design]) -> [String] {
    zip(experiment.streams, design).filter { $1.mode == .onDemandAdvantage && $0.capacity.minimum == .alone }
      .map { "stream:\($0.0.name)" }
  }

  /// A stream's lines, its fan-out consumers' under their own names.
  private func add(_ stream: Int, _ design: Design, to usage: inout Usage) {
    var load = Self.streamLoad(stream, of: experiment, load, shards: design.shards)
    let consumers = experiment.consumers.filter { $0.stream == stream && $0.retrieval.isFanOut }
    load.fanOut = 0
    for line in load.usage(design.mode, shards: design.shards, over: usage.span).lines {
      usage.add(line.item, scope: line.scope, line.quantity)
    }
    let bytes = Int128((load.meanBytes * usage.span.inSeconds).rounded())
    for consumer in consumers {
      let scope = "consumer:\(consumer.name)"
      switch design.mode {
      case .provisioned:
        usage.add(.fanOutHour, scope: scope, Int128(design.shards) * Int128(usage.span.nanoseconds))
        usage.add(.fanOutData, scope: scope, bytes)
      case .onDemandStandard: usage.add(.onDemandFanOut, scope: scope, bytes)
      case .onDemandAdvantage: usage.add(.advantageFanOut, scope: scope, bytes)
      }
    }
  }

  private static func firehoseUse(
    _ index: Int, of experiment: Experiment, _ load: ScenarioLoad, _ design: [Design]
  ) -> FirehoseUse {
    let spec = experiment.firehoses[index], shards = spec.stream.map { design[$0].shards }
    let flow = spec.stream.map { load.flow(ofStream: $0, shards: design[$0].shards) } ?? load.flow(ofFirehose: index)
    return FirehoseUse(spec, flow, shards: shards, limits: experiment.limits)
  }

  // MARK: Break-even

  /// Only the streams: what stands beside them costs the same in every mode, but for what follows the shards.
  func breakEven(over span: Interval, _ period: BillingPeriod) -> [BreakEven] {
    let loads = experiment.streams.indices.map { stream in
      Self.streamLoad(stream, of: experiment, load, shards: experiment.streams[stream].shards)
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
    let bearing = loads.indices.map { Design(mode: mode, shards: experiment.streams[$0].shards) }
    var usage = Usage(over: span, committed: committed(bearing))
    for load in loads {
      let shards =
        mode == .provisioned ? Estimate.shards(for: load, headroom: headroom, limits: experiment.limits) : 1
      usage.lines += load.usage(mode, shards: shards, over: span).lines
    }
    return usage
  }
}

extension BillingMode {
  /// The mode of a scenario's stream.
  init(_ mode: CapacityMode) {
    switch mode {
    case .provisioned: self = .provisioned
    case .onDemandStandard: self = .onDemandStandard
    case .onDemandAdvantage: self = .onDemandAdvantage
    }
  }
}
