internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// Modes, what goes with them, and which calls a stream takes in which mode.
extension ScenarioDecoder {
  private static let onDemandKeys = ["warm_throughput_mibps", "peak_history_mibps", "account_commitment"]

  /// What a stream's capacity keys say; nil when the mode is unsound.
  func capacity(_ fields: inout Fields) -> StreamCapacity? {
    let names = CapacityMode.allCases.map(\.rawValue)
    let mode = fields.require("mode", expecting: "provisioned, on_demand_standard or on_demand_advantage")?
      .choice(names, what: "mode").flatMap(CapacityMode.init)
    guard let mode else {
      for key in Self.onDemandKeys + ["record_distribution"] { _ = fields.take(key) }
      return nil
    }
    var capacity = StreamCapacity(mode: mode)
    capacity.distribution =
      fields.take("record_distribution").flatMap { distribution($0, in: mode) } ?? .userPartitionKey
    capacity.warmThroughput = fields.take("warm_throughput_mibps").flatMap { warmThroughput($0, in: mode) } ?? 0
    capacity.peakHistory = fields.take("peak_history_mibps").flatMap { peakHistory($0, in: mode) } ?? .zero
    capacity.minimum = fields.take("account_commitment").flatMap { minimum($0, in: mode) } ?? .alone
    if mode != .provisioned { refuseProvisionedKeys(&fields) }
    return capacity
  }

  private func distribution(_ field: Field, in mode: CapacityMode) -> RecordDistribution? {
    guard let name = field.choice(["user_partition_key", "auto"], what: "record_distribution") else { return nil }
    guard name == "auto" else { return .userPartitionKey }
    guard mode == .provisioned else { return .auto }
    field.refuse("AWS distributes records by itself on on-demand streams only", remedy: "mode: on_demand_standard")
    return nil
  }

  private func warmThroughput(_ field: Field, in mode: CapacityMode) -> Int64? {
    switch mode {
    case .provisioned:
      field.refuse(
        "a provisioned stream does not support warm throughput", remedy: "remove it, or mode: on_demand_advantage")
      return nil
    case .onDemandStandard:
      field.refuse(
        "warm throughput is only for accounts with the minimum throughput billing commitment",
        remedy: "mode: on_demand_advantage")
      return nil
    case .onDemandAdvantage:
      return field.integer(0...mostWarmThroughput, expecting: "MiB/s, a whole number").map(Int64.init)
    }
  }

  private var mostWarmThroughput: Int {
    Int(min(limits[.onDemand.warmThroughputMaximum], limits.onDemandBytes(region: region)) >> 20)
  }

  private func peakHistory(_ field: Field, in mode: CapacityMode) -> Bytes? {
    guard mode != .provisioned else {
      field.refuse("a provisioned stream keeps the shards it is given, whatever its history", remedy: "remove it")
      return nil
    }
    let most = Double(limits.onDemandBytes(region: region) >> 20)
    return field.number(0...most, expecting: "MiB/s, such as 22").map {
      Bytes(Int64(clamping: ($0 * 1_048_576).rounded()))
    }
  }

  private func minimum(_ field: Field, in mode: CapacityMode) -> StreamCapacity.Minimum? {
    guard mode == .onDemandAdvantage else {
      field.refuse("only on_demand_advantage has a commitment", remedy: "remove it")
      return nil
    }
    return field.flag().map { $0 ? .alone : .shared }
  }

  private func refuseProvisionedKeys(_ fields: inout Fields) {
    fields.take("shards")?.refuse(
      "AWS chooses the shards of an on-demand stream: \(limits[.onDemand.shardsAtBirth]) at first, more by its traffic",
      remedy: "remove it; peak_history_mibps says how large the stream has become")
    fields.take("autoscaler")?.refuse(
      "an on-demand stream scales itself and refuses UpdateShardCount", remedy: "remove it")
  }

  // MARK: Events

  /// A change of mode: to what the stream's own account allows.
  func switchMode(_ fields: inout Fields) -> ScheduledEvent.Action? {
    let stream = target(&fields, names.streams, "stream")
    let names = CapacityMode.allCases.map(\.rawValue)
    let mode = fields.require("value", expecting: "one of \(names.joined(separator: ", "))")?
      .choice(names, what: "mode").flatMap(CapacityMode.init)
    guard let stream, let mode else { return nil }
    return .switchMode(stream: stream, to: mode)
  }

  func setWarmThroughput(_ fields: inout Fields) -> ScheduledEvent.Action? {
    let stream = target(&fields, names.streams, "stream")
    let target = fields.require("value", expecting: "MiB/s, such as 100")?
      .integer(0...mostWarmThroughput, expecting: "MiB/s, a whole number")
    guard let stream, let target else { return nil }
    return .setWarmThroughput(stream: stream, to: Int64(target))
  }

  /// Refuses calls that a stream would not take in the mode it has by then.
  func checkModes(
    _ events: [(field: Field, event: ScheduledEvent)], _ streams: [StreamSpec?], _ consumers: [ConsumerSpec]
  ) {
    let inOrder = events.indices.sorted { (events[$0].event.at, $0) < (events[$1].event.at, $1) }
    for (stream, spec) in streams.enumerated() {
      guard let capacity = spec?.capacity else { continue }
      let queue = consumers.first { $0.stream == stream && $0.queue != nil }?.name
      var modes = ModeHistory(stream: stream, capacity: capacity, queue: queue)
      for index in inOrder {
        guard let fault = modes.fault(events[index].event.action) else { continue }
        events[index].field.refuse(fault.message, remedy: fault.remedy)
      }
    }
  }
}

/// The modes of one stream as the scenario's events change them.
private struct ModeHistory {
  let stream: Int
  let distribution: RecordDistribution
  var mode: CapacityMode
  /// The on-demand mode it has or had: its account's terms do not change.
  var onDemand: CapacityMode?
  /// A queue of it, which lives as long as the run.
  let queue: String?

  init(stream: Int, capacity: StreamCapacity, queue: String?) {
    (self.stream, mode, distribution, self.queue) = (stream, capacity.mode, capacity.distribution, queue)
    onDemand = mode == .provisioned ? nil : mode
  }

  /// Why AWS would refuse an action; follows it when it would not.
  mutating func fault(_ action: ScheduledEvent.Action) -> (message: String, remedy: String)? {
    switch action {
    case .splitShard(stream, _, _), .mergeShards(stream, _, _), .updateShardCount(stream, _):
      guard mode != .provisioned else { return nil }
      return (
        "AWS refuses it with a ValidationException: the stream is in On-Demand mode by then",
        "remove it, or switch_mode to provisioned before it"
      )
    case .setWarmThroughput(stream, _):
      guard mode != .onDemandAdvantage else { return nil }
      return ("the stream is \(mode.words) by then, which has no warm throughput", "mode: on_demand_advantage")
    case .switchMode(stream, let next): return follow(next)
    case .splitShard, .mergeShards, .updateShardCount, .setWarmThroughput, .switchMode, .setRateFactor, .stopConsumer,
      .startConsumer, .destinationOutage, .destinationSlowdown, .firehoseFailover, .errorBurst, .latencySpike,
      .crashWorkers:
      return nil
    }
  }

  private mutating func follow(_ next: CapacityMode) -> (message: String, remedy: String)? {
    guard next != mode else { return ("the stream is \(mode.words) by then already", "remove it") }
    if next == .provisioned, distribution == .auto {
      return ("a stream under record_distribution auto stays on-demand", "remove it")
    }
    if next == .provisioned, let queue {
      return (
        "AWS refuses it with a ResourceInUseException while the stream has a queue, here \(ConfigNode.quoted(queue))",
        "leave the stream on-demand, or let that consumer poll or read by fan-out"
      )
    }
    if let known = onDemand, next != .provisioned, next != known {
      return (
        "Standard and Advantage are terms of the account, not modes of a stream; this one's account has \(known.words)",
        "two streams in one file stand in accounts of their own"
      )
    }
    if next != .provisioned { onDemand = next }
    mode = next
    return nil
  }
}
