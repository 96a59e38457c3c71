internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

/// What a closed form of a scenario leaves out, a sentence each, with the lines it moves and which way; only what the scenario has.
struct ScenarioCaveats {
  private let experiment: Experiment

  init(_ experiment: Experiment) { self.experiment = experiment }

  var all: [CostCaveat] {
    let readers = experiment.consumers.indices.flatMap(reader),
      deliveries = experiment.firehoses.indices.flatMap(delivery)
    return [always] + overflows + events + traffic + scaling + readers + buffers + deliveries
  }

  // MARK: Whose lines

  private func scope(_ stream: Int) -> Scope { Scope(.stream, experiment.streams[stream].name) }

  private func scope(reader: Int) -> Scope { Scope(.consumer, experiment.consumers[reader].name) }

  /// A stream and all that read it.
  private func scopes(around stream: Int) -> [Scope] {
    [scope(stream)] + experiment.consumers.filter { $0.stream == stream }.map { Scope(.consumer, $0.name) }
      + experiment.firehoses.filter { $0.stream == stream }.map { Scope(.firehose, $0.configuration.name) }
      + experiment.channels.filter { $0.stream == stream }.map { Scope(.channel, $0.name) }
  }

  private var everybody: [Scope] { experiment.streams.indices.flatMap(scopes(around:)) }

  private var firehoses: [Scope] { experiment.firehoses.map { Scope(.firehose, $0.configuration.name) } }

  private static func list(_ names: [String]) -> String { names.joined(separator: ", ") }

  // MARK: Writes

  private var always: CostCaveat {
    CostCaveat(
      "Every record is taken to be stored at its first attempt: throttling, retries, duplicates and losses are what weir run finds."
    )
  }

  /// Streams whose fullest shard is asked for more than it takes, and so may lose records.
  private var overflows: [CostCaveat] {
    var arithmetic = LoadArithmetic()
    return experiment.streams.indices.compactMap { stream in
      let spec = experiment.streams[stream], load = arithmetic.load(of: stream, in: experiment, shards: spec.shards)
      guard load.peakLoad > 1 else { return nil }
      let percent = DecimalText.rounded(100 * load.peakLoad, digits: 3)
      return CostCaveat(
        "\(spec.name): demand on the fullest shard is \(percent) % of its limit at the peak; what is throttled and never stored is billed "
          + "here all the same, and what follows from it: too much.",
        .tooMuch, of: scopes(around: stream), [.data, .functions, .leases, .deliveries])
    }
  }

  private var traffic: [CostCaveat] {
    let isCurved = experiment.producers.contains { !$0.rate.isConstant }
    let packed = experiment.streams.indices.filter { stream in
      experiment.writers(of: stream).contains {
        if case .kpl(let library) = experiment.producers[$0].batching { library.aggregation == .enabled } else { false }
      }
    }
    let curve = CostCaveat(
      "The peak is that of the rate curves at their corners and on a grid of \(ProducerRates.gridPoints) points; means are exact."
    )
    let kpl = CostCaveat(
      "KPL aggregates are packed at the mean rate, from records of mean size whose keys are all different and spread evenly: where "
        + "bursts fill them better there are fewer, and what is said of units here is too much.", .tooMuch,
      of: packed.flatMap(scopes(around:)), [.data, .functions, .leases])
    let agents = experiment.streams.indices.filter { stream in
      experiment.writers(of: stream).contains { experiment.producers[$0].batching == .agent }
    }
    let agent = CostCaveat(
      "The Kinesis Agent holds records for up to a minute: those in its buffers when a run ends are not billed there, and for a short "
        + "run too much is said here.", .tooMuch, of: agents.flatMap(scopes(around:)), [.data, .functions, .deliveries])
    return (isCurved ? [curve] : []) + (packed.isEmpty ? [] : [kpl]) + (agents.isEmpty ? [] : [agent])
  }

  // MARK: Shards that change

  private var scaling: [CostCaveat] {
    let needs = ScenarioForm(experiment, headroom: 0).streams.map(\.needed)
    let scaled = experiment.streams.indices.filter { experiment.streams[$0].autoscaler != nil }
    let autoscalers = scaled.map { stream in
      let spec = experiment.streams[stream], most = max(needs[stream], spec.autoscaler?.most ?? 0)
      let isGrowing = most > spec.shards
      return CostCaveat(
        "Autoscalers do nothing here: \(spec.name) keeps the \(spec.shards) shards it begins with, and the peak asks for "
          + "\(most): what is said of its shards is too \(isGrowing ? "little" : "much").",
        isGrowing ? .tooLittle : .tooMuch,
        of: scopes(around: stream), [.shards, .leases, .functions])
    }
    let onDemand = experiment.streams.indices.filter { experiment.streams[$0].capacity.mode != .provisioned }
    guard !onDemand.isEmpty else { return autoscalers }
    return autoscalers + [
      CostCaveat(
        "An on-demand stream keeps the shards it begins with; they cost nothing, but objects, leases and invocations follow them: "
          + "where it grows, too little is said of these.", .tooLittle, of: onDemand.flatMap(scopes(around:)),
        [.leases, .functions, .deliveries])
    ]
  }

  // MARK: Readers

  private func reader(_ index: Int) -> [CostCaveat] {
    let spec = experiment.consumers[index]
    return [function(index), leases(index), flink(index)].compactMap(\.self)
      + (experiment.streams[spec.stream].retention > .days(7)
        ? [
          CostCaveat(
            "Reads of records older than a week (long-term retrieval) are none: readers are taken to be at the tip. Too little for "
              + "\(spec.name) where it is not.", .tooLittle, of: [scope(spec.stream), scope(reader: index)], [.data])
        ] : [])
  }

  private func function(_ index: Int) -> CostCaveat? {
    let spec = experiment.consumers[index]
    guard let function = spec.function else { return nil }
    let fails = function.failures.poisonAt != nil || function.failures.errorRate > 0
    let why =
      fails
      ? "its failures hold shards up, and what waits is invoked in fewer, larger batches"
      : spec.isFanOut ? "pushes do not come evenly and are taken together" : "what waits is invoked in larger batches"
    return CostCaveat(
      "\(spec.name): invocations follow the mean rate, spread evenly over the shards, and never fail; \(why): too much is said of them.",
      .tooMuch, of: [scope(reader: index)], [.functions])
  }

  private func leases(_ index: Int) -> CostCaveat? {
    let spec = experiment.consumers[index]
    guard spec.hasLeases else { return nil }
    if cannotKeepUp(index) {
      return CostCaveat(
        "\(spec.name) cannot keep up: a run takes larger batches, writes fewer checkpoints and reads less than is stored, so what is "
          + "said here of its lease table and of what it reads is too much.", .tooMuch,
        of: [scope(reader: index), scope(spec.stream)], [.leases, .data])
    }
    // What KCL does once a minute or so is off by one time in a short run.
    guard experiment.horizon.duration < .minutes(Self.shortRun) else { return nil }
    return CostCaveat(
      "\(spec.name): a run of fewer than \(Self.shortRun) minutes holds one scan of its lease table more or less, and no renewal before "
        + "it has begun: what is said of the table here may be too much or too little by some per cent.", .either,
      of: [scope(reader: index)], [.leases])
  }

  private static let shortRun: Int64 = 50

  private func flink(_ index: Int) -> CostCaveat? {
    let spec = experiment.consumers[index]
    guard let flink = spec.flink, case .automatic = flink.scaling else { return nil }
    let flow = Flows(experiment).flow(
      ofStream: spec.stream, shards: experiment.streams[spec.stream].shards, from: .all)
    let peak = Flows(experiment).peak(ofStream: spec.stream, shards: experiment.streams[spec.stream].shards)
    let has = Double(flink.ratePerKPU) * Double(flink.kpus(of: flink.parallelism))
    let isGrowing = max(flow.records, peak.records) > has
    return CostCaveat(
      "\(spec.name): a Flink application keeps the parallelism it begins with: what is said of its units is too "
        + "\(isGrowing ? "little" : "much").", isGrowing ? .tooLittle : .tooMuch, of: [scope(reader: index)], [.flink])
  }

  /// Whether a consumer with leases needs more processing time a second than its workers have, or than the one processor has that
  /// works on the fullest shard.
  private func cannotKeepUp(_ consumer: Int) -> Bool {
    let spec = experiment.consumers[consumer], stream = experiment.streams[spec.stream]
    let flow = Flows(experiment).flow(ofStream: spec.stream, shards: stream.shards, from: .all)
    // At the least a batch a shard and second: workers that poll take no more calls than that by themselves.
    let batches = Double(stream.shards) / max(1, spec.pollInterval.inSeconds)
    let busy = (flow.records * spec.perRecord.mean + min(flow.records, batches) * spec.perBatch.mean) / 1e9
    let lanes = min(Double(stream.shards), Double(spec.workers * (spec.concurrency ?? stream.shards)))
    guard busy <= lanes, flow.records * spec.perRecord.mean > 1e9 else { return busy > lanes }
    let hottest = Ring(of: spec.stream, in: experiment).hottest(of: stream.ranges(of: stream.shards))
    return flow.records * hottest * spec.perRecord.mean > 1e9
  }

  // MARK: Deliveries

  private var buffers: [CostCaveat] {
    guard !experiment.channels.isEmpty || !experiment.firehoses.isEmpty else { return [] }
    return [
      CostCaveat(
        "Buffers that are still open when a run ends are neither delivered nor billed there: for a short run, what is said of "
          + "objects and deliveries here is too much, by up to one buffer interval in its length.", .tooMuch,
        of: firehoses + experiment.channels.map { Scope(.channel, $0.name) }, [.deliveries])
    ]
  }

  private func delivery(_ index: Int) -> [CostCaveat] {
    let spec = experiment.firehoses[index], name = spec.configuration.name
    let objects = CostCaveat(
      "\(name): objects follow min(interval + wait, size / rate) for each buffer at the mean rate; deliveries never fail."
    )
    guard spec.configuration.partitioning != nil else { return [objects] }
    return [
      objects,
      CostCaveat(
        "\(name): partitions whose records come seldom fill in turns that a closed form takes as even: what is said of their objects "
          + "here may be too much, by about a tenth. JQ hours of dynamic partitioning ($0.07 each in us-east-1) are not billed: how "
          + "long jq works on a record is not published.", .tooMuch, of: [Scope(.firehose, name)], [.deliveries]),
    ]
  }

  // MARK: Events

  /// Events that change the bill, by what they do.
  private var events: [CostCaveat] {
    var found: [CostCaveat] = []
    for event in experiment.events {
      for caveat in caveats(of: event.action) where !found.contains(caveat) { found.append(caveat) }
    }
    return found
  }

  private func caveats(of action: ScheduledEvent.Action) -> [CostCaveat] {
    let shards: Set<CostCaveat.Part> = [.shards, .leases, .functions]
    switch action {
    case .setRateFactor, .setWarmThroughput: return []
    case .splitShard(let stream, _, _):
      return [left("split_shard", "shards", .tooLittle, scopes(around: stream), shards)]
    case .mergeShards(let stream, _, _):
      return [left("merge_shards", "shards", .tooMuch, scopes(around: stream), shards)]
    case .updateShardCount(let stream, let target):
      let bias: CostCaveat.Bias = target > experiment.streams[stream].shards ? .tooLittle : .tooMuch
      return [left("update_shard_count", "shards", bias, scopes(around: stream), shards)]
    case .stopConsumer(let one), .startConsumer(let one):
      let scopes = [scope(reader: one), scope(experiment.consumers[one].stream)]
      let parts: Set<CostCaveat.Part> = [.leases, .functions, .data, .flink]
      return [left("consumers that stop and start", "what they use", .tooMuch, scopes, parts)]
    case .crashWorkers(let one, _):
      return [left("crashes", "lease tables and invocations", .tooMuch, [scope(reader: one)], [.leases, .functions])]
    case .destinationOutage, .destinationSlowdown, .firehoseFailover:
      return [
        left(
          "faults of destinations", "requests, that are tried again or go to the backup", .tooLittle, firehoses,
          [.deliveries]),
        left("faults of destinations", "data, that is taken in later or not at all", .tooMuch, firehoses, [.data]),
      ]
    case .switchMode(let stream, let mode): return switching(stream, to: mode)
    case .errorBurst, .latencySpike:
      return [
        left(
          "faults of the service", "records, that are given up", .tooMuch, everybody, [.data, .functions, .deliveries])
      ]
    }
  }

  /// What comes under the other mode, and shards that were added in the meantime, is missing here; the own mode's data is too
  /// much.
  private func switching(_ stream: Int, to mode: CapacityMode) -> [CostCaveat] {
    let around = scopes(around: stream)
    return [
      left("switch_mode", "data in the mode it begins with", .tooMuch, around, [.data]),
      left(
        "switch_mode", "data in the other mode, shards and what follows them", .tooLittle, around,
        [.data, .shards, .leases]),
    ]
  }

  private func left(
    _ event: String, _ what: String, _ bias: CostCaveat.Bias, _ scopes: [Scope], _ parts: Set<CostCaveat.Part>
  ) -> CostCaveat {
    let word = bias == .tooMuch ? "much" : "little"
    return CostCaveat("Events left out: \(event). Too \(word) is said of \(what).", bias, of: scopes, parts)
  }
}

extension AutoscalerSpec {
  /// The most shards that a schedule asks for; nil for what follows the load.
  fileprivate var most: Int? {
    guard case .schedule(let entries) = policy else { return nil }
    return entries.map(\.shards).max()
  }
}
