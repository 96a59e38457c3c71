public import Experiment
internal import KinesisCore
internal import Simulation
internal import Units

/// How the arrivals of one stream are simulated.
public struct StreamResolution: Sendable, Hashable {
  /// The stream's name.
  public var stream: String
  /// Adaptive, or by record.
  public var resolution: Resolution
  /// Why it goes by record although adaptive was asked for; nil otherwise.
  public var reason: String?
}

extension StreamResolution {
  /// How each stream of an experiment goes.
  static func choose(for experiment: Experiment, _ plans: [ProducerPlan]) -> [StreamResolution] {
    experiment.streams.enumerated().map { index, spec in
      guard experiment.horizon.resolution == .adaptive else {
        return StreamResolution(stream: spec.name, resolution: .record, reason: nil)
      }
      let reason = reason(against: index, in: experiment, plans)
      return StreamResolution(stream: spec.name, resolution: reason == nil ? .adaptive : .record, reason: reason)
    }
  }

  /// Why a stream cannot be settled; nil when it can.
  private static func reason(against stream: Int, in experiment: Experiment, _ plans: [ProducerPlan]) -> String? {
    if experiment.streams[stream].capacity.distribution == .auto {
      return "under AUTO each record goes to the next shard"
    }
    if let reader = experiment.consumers.first(where: { $0.stream == stream && $0.needsKeys }) {
      return "consumer \(reader.name) works by the keys of single records"
    }
    if let queue = experiment.consumers.first(where: { $0.stream == stream && $0.queue != nil }) {
      return "consumer \(queue.name) takes single records from a queue"
    }
    let isFaulty = experiment.events.contains {
      switch $0.action {
      case .errorBurst(let which, _), .latencySpike(let which, _): which == nil || which == stream
      default: false
      }
    }
    if isFaulty { return "a fault hits whole calls" }
    if experiment.channels.contains(where: { $0.stream == stream }) { return "a channel gathers it call by call" }
    let writers = plans.filter { $0.firehose == nil && $0.stream == stream }
    if writers.isEmpty { return "nobody writes it" }
    return writers.lazy.compactMap { $0.reasonAgainstSettling(experiment) }.first
  }
}

extension ProducerPlan {
  /// Why its records cannot be settled; nil when they can.
  fileprivate func reasonAgainstSettling(_ experiment: Experiment) -> String? {
    let who = "producer \(spec.name)"
    switch spec.batching {
    case .kpl: return "\(who) packs records with the Kinesis Producer Library"
    case .agent: return "\(who) is the Kinesis Agent, whose source waits"
    case .putRecord where !sdk.isIdle: return "the SDK of \(who) sends refused PutRecord calls again by itself"
    case .putRecord, .putRecords, .putRecordBatch: break
    }
    if sdk.limiter != nil { return "the SDK of \(who) holds its own calls back" }
    if trace != nil { return "\(who) replays recorded events" }
    if spec.arrivals == .paced { return "the records of \(who) are evenly spaced" }
    switch spec.keys.law {
    case .roundRobinExplicit: return "\(who) goes round the shards"
    case .trace: return "the keys of \(who) are recorded"
    case .uniform, .zipf, .hotSet, .listed, .single: break
    }
    return holdsTooMuch(experiment) ? "the buffers of \(who) could fill" : nil
  }

  /// Whether what a process gathers and has on the wire comes near its buffer at the curve's peak.
  private func holdsTooMuch(_ experiment: Experiment) -> Bool {
    let rates = ProducerRates(experiment)
    guard let index = experiment.producers.firstIndex(where: { $0.name == spec.name }) else { return true }
    let peak = rates.peak(of: [(index, 1)]) / Double(spec.processes)
    let size = SizeLaw(spec, largest: largestData).mean + Double(keyBytes)
    let seconds = linger.inSeconds + 0.1 + (spec.network.mean + experiment.serviceTimes.put.mean) / 1e9
    return peak * seconds * size * 4 > Double(buffer)
  }
}

/// What it takes to settle a stream's writers.
struct StreamFlowPlan: Sendable {
  struct Writer: Sendable {
    let producer: Int, keys: KeyShares, moments: SizeMoments
  }

  let stream: Int
  let writers: [Writer]
  /// The consumers whose polls or pushes need no events; whether some are pushes, for which single calls are told apart.
  let readers: [Int], isPushed: Bool
  /// The longest stretch that readers may see as one.
  let grain: Interval

  /// The plans of all streams that are settled. O(keys).
  static func all(
    of experiment: Experiment, _ plans: [ProducerPlan], _ choice: [StreamResolution], _ tables: inout KeyTables
  ) -> [StreamFlowPlan] {
    choice.indices.filter { choice[$0].resolution == .adaptive }.map { stream in
      let writers = plans.indices.filter { plans[$0].firehose == nil && plans[$0].stream == stream }.map { index in
        let plan = plans[index]
        return Writer(
          producer: index, keys: tables.shares(of: plan.keys, plan.spec.keys),
          moments: SizeMoments(plan.spec, largestData: plan.largestData, keyBytes: plan.keyBytes))
      }
      let readers = readers(of: stream, in: experiment)
      return StreamFlowPlan(
        stream: stream, writers: writers, readers: readers,
        isPushed: readers.contains { experiment.consumers[$0].isFanOut }, grain: grain(of: stream, in: experiment))
    }
  }

  /// Consumers with processors of their own for each shard that are pushed to, or that poll where all who poll leave one of the
  /// calls to spare that a shard answers in a second: no reader can then hinder another.
  private static func readers(of stream: Int, in experiment: Experiment) -> [Int] {
    let pollers = experiment.consumers.filter { $0.stream == stream && $0.isPolling }
    let firehoses = experiment.firehoses.filter { $0.stream == stream }.count
    let calls = pollers.reduce(2 * Double(firehoses)) { $0 + 1 / $1.pollInterval.inSeconds }
    let haveRoom = calls <= Double(experiment.limits[.shard.readCalls] - 1)
    return experiment.consumers.indices.filter { index in
      let spec = experiment.consumers[index],
        isCrashable = experiment.events.contains {
          if case .crashWorkers(index, _) = $0.action { true } else { false }
        }
      let isOwn = spec.function == nil && spec.flink == nil && spec.queue == nil && spec.concurrency == nil
      guard spec.stream == stream, isOwn, !isCrashable else { return false }
      let most = Double(experiment.limits[.shard.writeRecords]) * spec.pollInterval.inSeconds
      return spec.isFanOut || haveRoom && Double(spec.maxRecords) >= 2 * most && spec.pollInterval > .zero
    }
  }

  /// Record processors keep arrivals apart however long a stretch is; functions and jobs take its middle.
  private static func grain(of stream: Int, in experiment: Experiment) -> Interval {
    let readers = experiment.consumers.filter { $0.stream == stream }
    if readers.contains(where: { $0.function != nil || $0.flink != nil }) { return .milliseconds(100) }
    // Delivery streams tell arrivals apart by stretches of their own (DeliveryBuffer).
    let isFine = experiment.firehoses.contains {
      $0.stream == stream && ($0.configuration.buffer.interval ?? .zero) < .seconds(60)
    }
    return isFine ? .milliseconds(50) : .seconds(1)
  }
}
