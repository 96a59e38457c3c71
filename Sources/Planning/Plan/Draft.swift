internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Scenario
internal import Units

/// A candidate as far as it is known before it is simulated.
struct Draft: Sendable {
  /// The dimension whose values are bisected: the shards of a stream that nobody scales.
  struct Rung: Sendable, Hashable {
    var path: String
    var shards: Int
  }

  /// Which of the candidates.
  let candidate: Int
  /// What a month of it costs at least.
  let floor: CostFloor
  /// Its place among designs that differ in nothing but the shards of one stream; nil when it stands alone.
  let rung: Rung?
  /// Shards at the start, of all streams.
  let shards: Int
  /// Why it cannot hold, as arithmetic shows.
  let screened: Excuse?

  /// What can be said of a candidate; `bisected` is the dimension to bisect, where the candidate has it.
  init(_ candidate: Candidate, at index: Int, _ experiment: Experiment, dimensions: [PlanSpec.Dimension]) {
    (self.candidate, floor) = (index, CostFloor(experiment))
    shards = experiment.streams.reduce(0) { $0 + $1.shards }
    rung = Self.rung(candidate, experiment, dimensions)
    screened = Screen.excuse(candidate, experiment, floor)
  }

  /// Of several dimensions that could be bisected the one with most values.
  private static func rung(
    _ candidate: Candidate, _ experiment: Experiment, _ dimensions: [PlanSpec.Dimension]
  ) -> Rung? {
    let objectives = experiment.objectives.filter { $0.severity == .fail }
    guard !objectives.contains(where: { ObjectiveTrend($0) == .unknown }) else { return nil }
    let possible = dimensions.filter { dimension in
      experiment.streams.indices.contains {
        dimension.path == "streams.\(experiment.streams[$0].name).shards" && experiment.hasFixedShards($0)
      }
    }
    guard let longest = possible.max(by: { $0.values.count < $1.values.count }),
      let choice = candidate.choices.first(where: { $0.path == longest.path }), let shards = Int(choice.value)
    else { return nil }
    return Rung(path: longest.path, shards: shards)
  }
}

extension Experiment {
  /// Whether a stream keeps the shards it begins with: provisioned, without a scaler and without events that change it.
  func hasFixedShards(_ stream: Int) -> Bool {
    guard streams[stream].capacity.mode == .provisioned, streams[stream].autoscaler == nil else { return false }
    return !events.contains { event in
      switch event.action {
      case .splitShard(stream, _, _), .mergeShards(stream, _, _), .updateShardCount(stream, _), .switchMode(stream, _):
        true
      case .splitShard, .mergeShards, .updateShardCount, .switchMode, .setRateFactor, .stopConsumer, .startConsumer,
        .destinationOutage, .destinationSlowdown, .firehoseFailover, .setWarmThroughput, .errorBurst, .latencySpike,
        .crashWorkers:
        false
      }
    }
  }
}

/// What a month of 730 hours costs at least, whatever the traffic: shards and streams by the hour, fan-out on them.
struct CostFloor: Sendable, Hashable {
  /// The lines that are sure.
  let bill: Bill

  init(_ experiment: Experiment) {
    let span = Interval.hours(730)
    var use = Use()
    for index in experiment.streams.indices where !experiment.switchesMode(index) {
      Self.add(index, of: experiment, over: span, to: &use)
    }
    bill = Bill(use.usage(over: span), for: .month730h, book: experiment.prices, region: experiment.region)
  }

  /// All of it.
  var total: Money { bill.total }

  /// The stream alone by the hour, without any data; fan-out and leases only where shards are billed.
  private static func add(_ index: Int, of experiment: Experiment, over span: Interval, to use: inout Use) {
    let stream = experiment.streams[index], least = experiment.hasFixedShards(index) ? stream.shards : 1
    var floor = StreamUse(stream.name, BillingMode(stream.capacity.mode), retention: stream.retention)
    (floor.time, floor.commitment) = (span, .shared)
    defer { use.streams.append(floor) }
    guard stream.capacity.mode == .provisioned else { return }
    floor.shardTime = Int128(least) * Int128(span.nanoseconds)
    let metrics = stream.shardLevelMetrics.count
    use.metrics.append(MetricsUse(of: stream.name, count: metrics, shardTime: floor.shardTime))
    for (reader, consumer) in experiment.consumers.enumerated()
    where consumer.stream == index && experiment.isAlwaysThere(reader) {
      if consumer.isFanOut { floor.fanOut.append(.init(Scope(.consumer, consumer.name), bytes: 0)) }
      guard consumer.hasLeases else { continue }
      var application = ApplicationUse(consumer.name)
      application.leases = consumer.leases(held: floor.shardTime, over: span, batches: 0, experiment.limits)
      use.applications.append(application)
    }
  }
}

extension Experiment {
  /// Whether an event changes a stream's mode.
  fileprivate func switchesMode(_ stream: Int) -> Bool {
    events.contains {
      guard case .switchMode(stream, _) = $0.action else { return false }
      return true
    }
  }

  /// Whether nothing keeps a consumer from being there all the time.
  fileprivate func isAlwaysThere(_ consumer: Int) -> Bool {
    !events.contains {
      switch $0.action {
      case .startConsumer(let one), .stopConsumer(let one): one == consumer
      case .splitShard, .mergeShards, .updateShardCount, .switchMode, .setRateFactor, .destinationOutage,
        .destinationSlowdown, .firehoseFailover, .setWarmThroughput, .errorBurst, .latencySpike, .crashWorkers:
        false
      }
    }
  }
}
