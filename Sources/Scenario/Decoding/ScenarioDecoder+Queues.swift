internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// Consumers of type `queue`: a queue of an on-demand stream and who works on it.
extension ScenarioDecoder {
  /// Keys that only they have; `failures` they share with functions, by name.
  static let queueKeys = [
    "instances", "threads", "limit", "wait", "visibility", "max_receives", "acknowledge", "heartbeat", "dead_letters",
    "scaling", "call_time",
  ]

  /// The range of a limit whose other values are another rule, not another size; nil for all others.
  static func alternatives(to key: Limit.Key) -> ClosedRange<Int>? {
    if key.unit == "choice" { return 0...1 }
    switch key {
    case .queue.responseBytes: return 0...(100 << 20)
    case .queue.readBytes: return 0...(20 << 20)
    case .queue.deliveryLatency: return 0...10_000
    case .queue.duplicates: return 0...1_000_000
    case .queue.dataCalls: return 0...1_000_000
    default: return nil
    }
  }

  /// Queues and fan-out consumers of a stream share a limit; queues are for on-demand streams.
  func checkRegistered(_ consumers: [(field: Field, spec: ConsumerSpec)], _ streams: [StreamSpec?]) {
    for stream in streams.indices {
      let mode = streams[stream]?.capacity.mode, name = ConfigNode.quoted(names.streams[stream])
      let registered = consumers.filter { $0.spec.stream == stream && ($0.spec.isFanOut || $0.spec.queue != nil) }
      let quota = Int(limits[mode == .onDemandAdvantage ? .fanOut.consumersAdvantage : .fanOut.consumers])
      if registered.count > quota {
        registered[quota].field.refuse(
          "more than \(quota) fan-out consumers and queues read \(name)",
          because: .registeredConsumers(stream: names.streams[stream], asked: registered.count, allowed: quota))
      }
      guard mode == .provisioned else { continue }
      for (field, spec) in registered where spec.queue != nil {
        field.refuse(
          "\(name) is provisioned, and only on-demand streams have queues",
          remedy: "capacity: {mode: on_demand_standard}")
      }
    }
  }

  /// The keys of a queue.
  func queue(_ fields: inout Fields) -> QueueSpec {
    let call = Distribution.constant(Double(limits[.queue.callTime]) * 1e6)
    var queue = QueueSpec(callTime: fields.take("call_time").flatMap { distribution($0, of: .time) } ?? call)
    queue.visibility = .seconds(limits[.queue.visibilityDefault])
    queue.wait = .seconds(limits[.queue.waitDefault])
    queue.maxReceives = Int(limits[.queue.receivesDefault])
    queue.instances = fields.take("instances")?.integer(1...10_000, expecting: "a number of instances") ?? 1
    queue.threads = fields.take("threads")?.integer(1...10_000, expecting: "a number of threads") ?? 1
    let most = Int(limits[.queue.recordsPerCall])
    queue.limit = fields.take("limit")?.integer(1...most, expecting: "AWS's Limit, up to \(most) records,") ?? most
    queue.wait = fields.take("wait").flatMap { seconds($0, 1...limits[.queue.waitMaximum]) } ?? queue.wait
    queue.visibility =
      fields.take("visibility").flatMap { seconds($0, 0...limits[.queue.visibilityMaximum]) } ?? queue.visibility
    if let field = fields.take("max_receives") { queue.maxReceives = receives(field) }
    let known = QueueSpec.Acknowledging.allCases.map(\.rawValue)
    queue.acknowledging =
      fields.take("acknowledge")?.choice(known, what: "acknowledge").flatMap(QueueSpec.Acknowledging.init) ?? .batch
    queue.heartbeat = fields.take("heartbeat").flatMap { heartbeat($0, queue.visibility) }
    queue.failures = fields.take("failures").flatMap(failedAttempts) ?? queue.failures
    queue.deadLetters = fields.take("dead_letters").flatMap(deadLetters)
    queue.scaling = fields.take("scaling").flatMap { scaling($0, queue.instances) }
    checkThreads(queue, fields)
    return queue
  }

  /// Whole seconds, as AWS counts them.
  private func seconds(_ field: Field, _ range: ClosedRange<Int64>) -> Interval? {
    guard let length = field.duration(.seconds(range.lowerBound) ... .seconds(range.upperBound)) else { return nil }
    if length.nanoseconds % 1_000_000_000 == 0 { return length }
    field.refuse(
      "AWS counts it in whole seconds", remedy: "write \(short(.seconds(length.nanoseconds / 1_000_000_000 + 1)))")
    return nil
  }

  /// AWS's MaxReceiveCount, or `none`.
  private func receives(_ field: Field) -> Int? {
    if field.text == "none" { return nil }
    let most = Int(limits[.queue.receivesMaximum])
    return field.integer(1...most, expecting: "AWS's MaxReceiveCount, up to \(most), or none,")
  }

  private func heartbeat(_ field: Field, _ visibility: Interval) -> QueueSpec.Heartbeat? {
    guard var fields = field.map(expecting: "a map such as {every: 10s}") else { return nil }
    let every = fields.require("every", expecting: "a time such as 10s")
    let longer = fields.take("extends")
    let extends = longer.flatMap { seconds($0, 1...limits[.queue.visibilityMaximum]) }
    fields.finish()
    guard let interval = every?.duration(.milliseconds(100) ... .seconds(limits[.queue.visibilityMaximum])) else {
      return nil
    }
    if interval >= visibility {
      every?.warn(
        "every \(short(interval)) is not before the visibility of \(short(visibility)) ends",
        remedy: "half of it is usual")
    }
    if let extends, extends <= interval {
      longer?.warn(
        "extends \(short(extends)) is over before the next beat in \(short(interval)): between beats others get the record",
        remedy: "twice as long as every is usual")
    }
    return QueueSpec.Heartbeat(every: interval, extends: extends ?? visibility)
  }

  private func failedAttempts(_ field: Field) -> QueueSpec.Failures? {
    guard var fields = field.map(expecting: "a map such as {rate: 0.01, kind: silent}") else { return nil }
    var failures = QueueSpec.Failures()
    failures.rate = fields.take("rate")?.number(0...1, expecting: "a share of attempts such as 0.01") ?? 0
    failures.poison = fields.take("poison")?.number(0...1, expecting: "a share of records such as 0.0001") ?? 0
    let known = QueueSpec.Failures.Kind.allCases.map(\.rawValue)
    failures.kind =
      fields.take("kind")?.choice(known, what: "kind of failure").flatMap(QueueSpec.Failures.Kind.init) ?? .silent
    let restart = fields.take("restart")
    failures.restart = restart?.duration(.zero ... .hours(24)) ?? failures.restart
    if failures.kind != .crash { restart?.refuse("only instances that crash restart", remedy: "kind: crash") }
    fields.finish()
    return failures
  }

  private func deadLetters(_ field: Field) -> QueueSpec.DeadLetterReader? {
    guard var fields = field.map(expecting: "a map such as {after: 15m, action: restore}") else { return nil }
    let after = fields.require("after", expecting: "a time such as 15m")?.duration(.seconds(1) ... .days(365))
    let known = QueueSpec.DeadLetterReader.Action.allCases.map(\.rawValue)
    let action = fields.require("action", expecting: "restore or discard")?.choice(known, what: "action")
      .flatMap(QueueSpec.DeadLetterReader.Action.init)
    fields.finish()
    guard let after, let action else { return nil }
    return QueueSpec.DeadLetterReader(after: after, action: action)
  }

  private func scaling(_ field: Field, _ instances: Int) -> QueueSpec.Scaling? {
    guard var fields = field.map(expecting: "a map such as {metric: VisibleQueueRecords, per_instance: 1000}") else {
      return nil
    }
    let known = QueueSpec.Scaling.Metric.allCases.map(\.rawValue)
    let metric = fields.require("metric", expecting: "one of \(known.joined(separator: ", "))")?
      .choice(known, what: "metric of a queue").flatMap(QueueSpec.Scaling.Metric.init)
    let per = fields.require("per_instance", expecting: "a number of records")?
      .number(1e-3...1e9, expecting: "a number of records for each instance")
    let least = fields.take("min")?.integer(1...10_000, expecting: "a number of instances") ?? 1
    let mostField = fields.require("max", expecting: "a number of instances")
    let most = mostField?.integer(1...10_000, expecting: "a number of instances")
    let delays = ["metric_delay", "start_delay", "cooldown_up", "cooldown_down"].map {
      fields.take($0)?.duration(.zero ... .hours(24))
    }
    fields.finish()
    guard let metric, let per, let most else { return nil }
    guard (least...max(least, most)).contains(instances), least <= most else {
      mostField?.refuse(
        "the consumer begins with \(instances) instances, outside min \(least) to max \(most)",
        remedy: "begin within them")
      return nil
    }
    var scaling = QueueSpec.Scaling(metric, perInstance: per, minimum: least, maximum: most)
    scaling.metricDelay = delays[0] ?? scaling.metricDelay
    scaling.startDelay = delays[1] ?? scaling.startDelay
    scaling.upCooldown = delays[2] ?? scaling.upCooldown
    scaling.downCooldown = delays[3] ?? scaling.downCooldown
    return scaling
  }

  /// The most threads that a run holds.
  private static let mostThreads = 1_000_000

  private func checkThreads(_ queue: QueueSpec, _ fields: Fields) {
    guard queue.mostInstances * queue.threads > Self.mostThreads else { return }
    fields.refuse("more than \(Self.mostThreads) threads work on one queue")
  }
}
