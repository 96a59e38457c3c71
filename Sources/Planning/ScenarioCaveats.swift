internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// What a closed form of a scenario leaves out, a sentence each; only what the scenario has.
struct ScenarioCaveats {
  private let experiment: Experiment

  init(_ experiment: Experiment) { self.experiment = experiment }

  var all: [String] { [always] + events + (traffic + readers).filter(\.applies).map(\.text) }

  private typealias Caveat = (applies: Bool, text: String)

  private var always: String {
    "Every record is taken to be stored at its first try: refusals, retries, duplicates and losses are what weir run finds."
  }

  private var traffic: [Caveat] {
    let curved = experiment.producers.contains { if case .constant = $0.rate { false } else { true } }
    let packed = experiment.producers.contains {
      if case .kpl(let library) = $0.batching { library.aggregation == .enabled } else { false }
    }
    return [
      (
        curved,
        "The peak is that of the rate curves at their corners and on a grid of \(ProducerRates.gridPoints) points; means are "
          + "exact."
      ),
      (
        packed,
        "KPL aggregates are packed at the mean rate, from records of mean size whose keys are all different and spread evenly."
      ),
      (
        experiment.streams.contains { $0.autoscaler != nil },
        "Autoscalers do nothing here: each stream keeps the shards it begins with."
      ),
      (
        experiment.streams.contains { $0.capacity.mode != .provisioned },
        "An on-demand stream keeps the shards it begins with; they cost nothing, but objects and invocations follow them."
      ),
    ]
  }

  private var readers: [Caveat] {
    let isScaling = experiment.consumers.contains { if case .automatic? = $0.flink?.scaling { true } else { false } }
    return [
      (
        experiment.consumers.contains { $0.function != nil },
        "Lambda invocations follow the mean rate, spread evenly over the shards; functions never fail."
      ),
      (
        experiment.consumers.indices.contains(where: cannotKeepUp),
        "\(experiment.consumers.indices.filter(cannotKeepUp).map { experiment.consumers[$0].name }.joined(separator: ", ")) "
          + "cannot keep up: a run takes larger batches and writes fewer checkpoints, so what is said of its lease table here is "
          + "too much."
      ),
      (
        !experiment.channels.isEmpty || !experiment.firehoses.isEmpty,
        "Buffers that are still open when a run ends are neither delivered nor billed there: for a short run, what is said of "
          + "objects and deliveries here is too much, by up to one buffer interval in its length."
      ),
      (isScaling, "Flink applications keep the parallelism they begin with."),
      (
        !experiment.firehoses.isEmpty,
        "Objects follow min(interval + wait, size / rate) for each buffer at the mean rate; deliveries never fail."
      ),
      (
        experiment.firehoses.contains { $0.configuration.partitioning != nil },
        "Partitions whose records come seldom fill in turns that a closed form takes as even: what is said of their objects here "
          + "may be too much, by about a tenth. JQ hours of dynamic partitioning ($0.07 each in us-east-1) are not billed: how long jq works on a record is not "
          + "published."
      ),
      (
        experiment.streams.contains { $0.retention > .days(7) },
        "Reads of records older than a week (long-term retrieval) are none: readers are taken to be at the tip."
      ),
    ]
  }

  /// Whether a consumer with leases needs more processing time a second than its workers have.
  private func cannotKeepUp(_ consumer: Int) -> Bool {
    let spec = experiment.consumers[consumer], stream = experiment.streams[spec.stream]
    guard spec.hasLeases else { return false }
    let flow = Flows(experiment).flow(ofStream: spec.stream, shards: stream.shards, from: .all)
    // At the least a batch a shard and second: workers that poll take no more calls than that by themselves.
    let batches = Double(stream.shards) / max(1, spec.pollInterval.inSeconds)
    let busy = (flow.records * spec.perRecord.mean + min(flow.records, batches) * spec.perBatch.mean) / 1e9
    let lanes = min(Double(stream.shards), Double(spec.workers * (spec.concurrency ?? stream.shards)))
    return busy > lanes
  }

  /// Events that change the bill, by what they do.
  private var events: [String] {
    var names: [String] = []
    for event in experiment.events {
      guard let name = Self.name(event.action), !names.contains(name) else { continue }
      names.append(name)
    }
    return names.isEmpty ? [] : ["Events left out: \(names.joined(separator: ", "))."]
  }

  private static func name(_ action: ScheduledEvent.Action) -> String? {
    switch action {
    case .setRateFactor, .setWarmThroughput: nil
    case .splitShard: "split_shard"
    case .mergeShards: "merge_shards"
    case .updateShardCount: "update_shard_count"
    case .stopConsumer, .startConsumer: "consumers that stop and start"
    case .destinationOutage, .destinationSlowdown: "faults of destinations"
    case .firehoseFailover: "failover"
    case .switchMode: "switch_mode"
    case .errorBurst, .latencySpike: "faults of the service"
    case .crashWorkers: "crashes"
    }
  }
}
