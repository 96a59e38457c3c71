internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// A limit that was hit in a run: whose, what was asked of it, what it gives.
struct Pressure: Sendable, Hashable, Codable {
  /// Who met it; by position.
  enum Subject: Sendable, Hashable, Codable { case stream(Int), consumer(Int) }

  let subject: Subject
  let limit: Excuse.Limit
  let name: String
  let needs: Double, has: Double
  let unit: String
  let remark: String

  /// All of a run: streams that refused writes, then consumers whose reads were refused or that fell behind.
  static func all(in result: RunResult) -> [Pressure] {
    result.streams.indices.compactMap { write(on: $0, in: result) }
      + result.consumers.indices.flatMap { index -> [Pressure] in
        guard result.consumers[index].queue == nil else { return queue(of: index, in: result) }
        return [read(by: index, in: result), retention(index, in: result)].compactMap(\.self)
      }
  }

  /// A reader with so many seconds' worth of records left over has fallen behind.
  private static let secondsBehind = 5.0

  /// What the worst shard was asked for in its worst second.
  private static func write(on index: Int, in result: RunResult) -> Pressure? {
    let stream = result.streams[index], worst = stream.secondView
    guard stream.throttledAttempts > 0, worst.worstDemand > 1, stream.shards.indices.contains(worst.worstShard.index)
    else { return nil }
    let shard = stream.shards[worst.worstShard.index], limits = result.experiment.limits
    let isBytes = shard.throttledByBytes > shard.throttledByRecords
    let has = Double(limits[isBytes ? .shard.writeBytes : .shard.writeRecords])
    let unit = isBytes ? "bytes/s" : "records/s"
    if let key = shard.hottestKey, key.share * worst.worstDemand > 1 {
      let needs = key.share * worst.worstDemand * has
      return Pressure(
        subject: .stream(index), limit: .hotKey, name: "key \(key.key) of \(stream.name)", needs: needs, has: has,
        unit: unit, remark: remedy(needs / has, of: index, result.experiment))
    }
    if let late = scaling(index, in: result) { return late }
    return Pressure(
      subject: .stream(index), limit: isBytes ? .writeBytes : .writeRecords, name: "\(stream.name) \(shard.id)",
      needs: worst.worstDemand * has, has: has, unit: unit, remark: "first attempts in the worst second")
  }

  /// How many ways the keys must be salted for the hottest to fit.
  static func remedy(_ shards: Double, of stream: Int, _ experiment: Experiment) -> String {
    let salts = experiment.writers(of: stream).map { experiment.producers[$0].keys.salt }
    let salt = Int(clamping: (shards * Double(salts.max() ?? 1)).rounded(.up))
    return "no shard count helps: keys.salt of \(max(2, salt)) or more parts it"
  }

  /// Shards that the worst bin asked for, were its load even, when the stream is one that grows by itself.
  private static func scaling(_ index: Int, in result: RunResult) -> Pressure? {
    let stream = result.streams[index], spec = result.experiment.streams[index]
    guard spec.autoscaler != nil || stream.modeStart != .provisioned,
      let bin = stream.bins.max(by: { $0.worstDemand < $1.worstDemand })
    else { return nil }
    let needs = (bin.worstDemand * Double(bin.openShards)).rounded(.up)
    return Pressure(
      subject: .stream(index), limit: spec.autoscaler != nil ? .autoscaler : .onDemandScaling, name: stream.name,
      needs: needs, has: Double(bin.openShards), unit: "shards",
      remark: "when the worst second came; the stream ended with \(stream.shardsEnd)")
  }

  /// Whether a consumer has more than a few seconds' worth of records left over: some are always on their way.
  static func isBehind(_ index: Int, in result: RunResult) -> Bool {
    let consumer = result.consumers[index]
    let incoming = Double(result.streams[result.experiment.consumers[index].stream].incomingRecords)
    return Double(consumer.backlog) * result.simulated.inSeconds > secondsBehind * incoming
  }

  /// Invocations that the account's concurrency refused: how many functions its mappings may want at once.
  private static func concurrency(of index: Int, in result: RunResult) -> Pressure? {
    let consumer = result.consumers[index], experiment = result.experiment
    guard let function = consumer.function, function.throttles > 0 else { return nil }
    let wanted = experiment.consumers.reduce(0) { sum, spec in
      sum + (spec.function.map { $0.factor * result.streams[spec.stream].shardsPeak } ?? 0)
    }
    return Pressure(
      subject: .consumer(index), limit: .accountConcurrency, name: consumer.name, needs: Double(wanted),
      has: Double(experiment.limits[.lambda.concurrency]), unit: "functions",
      remark: "\(function.throttles) invocations were throttled; more shards want more functions at once")
  }

  private static func read(by index: Int, in result: RunResult) -> Pressure? {
    let consumer = result.consumers[index], spec = result.experiment.consumers[index]
    let stream = result.streams[spec.stream], seconds = result.simulated.inSeconds
    if let found = concurrency(of: index, in: result) { return found }
    guard consumer.throttledCalls > 0 else {
      guard isBehind(index, in: result) else { return nil }
      return Pressure(
        subject: .consumer(index), limit: .consumer, name: consumer.name, needs: Double(consumer.backlog), has: 0,
        unit: "records", remark: "stored and not handed over at the end, though no read was throttled")
    }
    let shards = Double(max(1, stream.shardsEnd)), limits = result.experiment.limits
    let pollers = result.experiment.consumers.indices.filter {
      result.experiment.consumers[$0].stream == spec.stream && result.experiment.consumers[$0].isPolling
    }
    let deliveries = result.experiment.firehoses.indices.filter {
      result.experiment.firehoses[$0].stream == spec.stream
    }
    let asked =
      pollers.reduce(0) { $0 + Double(result.consumers[$1].calls) }
      + deliveries.reduce(0) { $0 + Double(result.firehoses[$1].reading?.calls ?? 0) }
    let readers = pollers.count + deliveries.count, calls = asked / seconds / shards
    let bytes = Double(stream.incomingBytes.count) * Double(readers) / seconds / shards
    let isCalls = calls / Double(limits[.shard.readCalls]) > bytes / Double(limits[.shard.readBytes])
    return Pressure(
      subject: .consumer(index), limit: isCalls ? .readCalls : .readBytes, name: "\(consumer.name) on \(stream.name)",
      needs: isCalls ? calls : bytes, has: Double(limits[isCalls ? .shard.readCalls : .shard.readBytes]),
      unit: isCalls ? "calls/s" : "bytes/s",
      remark: "a shard, by \(readers) readers that poll, on average; move some to enhanced fan-out")
  }
}

extension Objective {
  /// Which pressures of a run could have broken it.
  func isPressed(by pressure: Pressure, in experiment: Experiment) -> Bool {
    switch (metric, pressure.subject) {
    case (.putThrottleRate(let one), .stream(let stream)), (.firstAttemptThrottleRate(let one), .stream(let stream)),
      (.shardUtilization(let one), .stream(let stream)):
      one == nil || one == stream
    case (.recordsLost(let one), .stream(let stream)), (.putLatency(let one), .stream(let stream)):
      one.map { experiment.producers[$0].firehose == nil && experiment.producers[$0].stream == stream } ?? true
    case (.propagation(let one), .consumer(let consumer)), (.iteratorAge(let one), .consumer(let consumer)),
      (.throttledCalls(let one), .consumer(let consumer)), (.readThrottleRate(let one), .consumer(let consumer)):
      one == nil || one == consumer
    case (.figure(let path, let name), .consumer(let consumer)):
      name == experiment.consumers[consumer].name && path.hasPrefix("consumers.") && pressure.breaks(figure: path)
    case (.dataFreshness, _), (.monthlyCost, _), (.figure, .stream), (.openShards, _), (.putThrottleRate, .consumer),
      (.firstAttemptThrottleRate, .consumer), (.shardUtilization, .consumer), (.recordsLost, .consumer),
      (.putLatency, .consumer), (.propagation, .stream), (.iteratorAge, .stream), (.throttledCalls, .stream),
      (.readThrottleRate, .stream):
      false
    }
  }
}
