internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Scenario
internal import Units

/// A candidate as far as it is known before it is simulated.
struct Draft: Sendable {
  /// Its place among designs that differ in nothing but the shards of streams that nobody scales.
  struct Place: Sendable, Hashable {
    /// What they have in common.
    var rest: [Candidate.Choice]
    /// The shards of those streams, in the order of the dimensions; empty when there is none.
    var shards: [Int]
  }

  /// Which of the candidates.
  let candidate: Int
  /// What a month of it costs at least, in US dollars: what the hours of shards and streams come to.
  let floor: Double
  /// What arithmetic makes of a month, in US dollars; nil when something has no price.
  let estimate: Double?
  /// Among designs of other shards.
  let place: Place
  /// Shards at the start, of all streams.
  let shards: Int
  /// Instances that work on queues, at their most, and workers of other consumers.
  let instances: Int
  /// Whether refused writes can only fall with more of those shards.
  let isMonotone: Bool
  /// The stream whose hottest shard is fullest, how full on average and at the peak, 1 being its limit; nil without a stream
  /// that keeps its shards.
  let fullest: (stream: String, load: Double, peak: Double)?
  /// Why it cannot hold, as arithmetic shows.
  let screened: Excuse?

  /// What can be said of a candidate.
  init(
    _ candidate: Candidate, at index: Int, _ experiment: Experiment, dimensions: [PlanSpec.Dimension],
    _ arithmetic: inout LoadArithmetic
  ) {
    let floor = CostFloor(experiment), bill = ScenarioBill.month(of: experiment)
    (self.candidate, self.floor) = (index, floor.total.inDollars)
    estimate = bill.isPartial(nil) ? nil : max(floor.total.inDollars, bill.total.inDollars)
    shards = experiment.streams.reduce(0) { $0 + $1.shards }
    instances = experiment.consumers.reduce(0) { $0 + ($1.queue?.mostInstances ?? $1.workers) }
    place = Self.place(candidate, experiment, dimensions)
    let fixed = experiment.streams.indices.filter(experiment.hasFixedShards)
    isMonotone = fixed.allSatisfy(experiment.hasIndependentKeys)
    var loads: [Int: ShardLoad] = [:]
    for stream in fixed {
      loads[stream] = arithmetic.load(of: stream, in: experiment, shards: experiment.streams[stream].shards)
    }
    fullest = fixed.compactMap { stream in
      loads[stream].map { (experiment.streams[stream].name, $0.meanLoad, $0.peakLoad) }
    }.max { $0.1 < $1.1 }
    screened = Screen(candidate, experiment, floor, loads).excuse
  }

  private static func place(
    _ candidate: Candidate, _ experiment: Experiment, _ dimensions: [PlanSpec.Dimension]
  ) -> Place {
    let fixed = experiment.streams.indices.filter(experiment.hasFixedShards)
      .map { "streams.\(experiment.streams[$0].name).shards" }
    let counted = candidate.choices.filter { fixed.contains($0.path) && Int($0.value) != nil }
    return Place(
      rest: candidate.choices.filter { !counted.contains($0) }, shards: counted.compactMap { Int($0.value) })
  }
}

extension Draft {
  /// What a goal counts: instances, or shards at the start.
  func count(_ goal: PlanSpec.Goal) -> Int { goal == .minInstances ? instances : shards }
}

extension Draft.Place {
  /// Whether it has nowhere more shards than another of its kind.
  func isBelow(_ other: Draft.Place) -> Bool {
    shards.count == other.shards.count && zip(shards, other.shards).allSatisfy { $0 <= $1 }
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
