internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  private static let actions = [
    "reshard", "split_shard", "merge_shards", "consumer_stop", "consumer_start", "set_rate_factor",
    "consumer_crash", "destination_outage", "destination_slowdown", "firehose_failover", "switch_mode",
    "set_warm_throughput", "region_error_burst", "latency_spike",
  ]

  /// What AWS calls them, in lower case without what parts words.
  private static let ofAWS = [
    "updateshardcount": "reshard", "splitshard": "split_shard", "mergeshards": "merge_shards",
    "updatestreammode": "switch_mode", "updatestreamwarmthroughput": "set_warm_throughput",
  ]

  func events(
    _ fields: inout Fields, horizon: Horizon?, streams: [StreamSpec?], consumers: [ConsumerSpec]
  ) -> [ScheduledEvent] {
    guard let items = fields.take("events")?.list(atMost: Self.maximumEvents, expecting: "a list of events") else {
      return []
    }
    let events = items.compactMap { item in
      item.map(expecting: "a map with at and do").flatMap { event($0, horizon: horizon) }.map { (item, $0) }
    }
    checkModes(events, streams, consumers)
    return events.map(\.1)
  }

  /// Says which changes of streams AWS will refuse, where that does not depend on the traffic.
  func warnOfRefusals(_ experiment: Experiment, _ root: ConfigNode) {
    guard case .list(let items)? = root["events"]?.content, items.count == experiment.events.count else { return }
    for refused in Rehearsal.refusals(of: experiment) {
      Field(node: items[refused.event], path: "events[\(refused.event)]", sink: sink)
        .warn("AWS will refuse this with \(refused.refusal.code): \(refused.refusal.message)")
    }
  }

  private func event(_ map: Fields, horizon: Horizon?) -> ScheduledEvent? {
    var fields = map
    let at = fields.require("at", expecting: "a time such as T+20h").flatMap { moment($0, horizon) }
    let name = fields.require("do", expecting: "one of \(Self.actions.joined(separator: ", "))")?
      .choice(Self.actions, what: "event", synonyms: Self.ofAWS)
    guard let name else { return nil }
    let action = action(name, &fields)
    let lasting = [
      "consumer_stop", "set_rate_factor", "consumer_crash", "destination_outage", "destination_slowdown",
      "region_error_burst",
      "latency_spike",
    ]
    if !lasting.contains(name) {
      fields.inapplicable(["for"], to: name)
    }
    let length = fields.take("for")?.duration(.shortest ... .longest)
    fields.inapplicable(["value"], to: name)
    fields.finish()
    guard let at, let action else { return nil }
    return ScheduledEvent(at: at, length: length, action: action)
  }

  /// `T+20h`, `20h` or a time of day inside the run.
  func moment(_ field: Field, _ horizon: Horizon?) -> Interval? {
    let expected = "a time such as T+20h or 2026-03-06T20:00:00Z"
    guard let text = field.text else {
      field.fail(expected: expected)
      return nil
    }
    let start = horizon?.start ?? Horizon(duration: .zero).start
    let plain = text.hasPrefix("T+") ? text.dropFirst(2) : text[...]
    guard let at = CivilTime.instant(text).map({ $0 - start }) ?? (try? Quantity.interval(plain)) else {
      field.fail(expected: expected)
      return nil
    }
    guard let horizon else { return at }
    if at >= .zero, at < horizon.duration { return at }
    let run = "\(CivilTime.text(horizon.start)) for \(horizon.duration)"
    field.refuse("\(ConfigNode.quoted(text)) lies outside the run, which starts at \(run)")
    return nil
  }

  private func action(_ name: String, _ fields: inout Fields) -> ScheduledEvent.Action? {
    switch name {
    case "reshard":
      let stream = target(&fields, names.streams, "stream")
      let most = Int(limits[.stream.shardsMaximum])
      let shards = fields.require("value", expecting: "a number of shards")?
        .integer(1...most, expecting: "a number of shards")
      guard let stream, let shards else { return nil }
      return .updateShardCount(stream: stream, target: shards)
    case "split_shard": return split(&fields)
    case "merge_shards": return merge(&fields)
    case "switch_mode": return switchMode(&fields)
    case "set_warm_throughput": return setWarmThroughput(&fields)
    case "consumer_stop": return target(&fields, names.consumers, "consumer").map { .stopConsumer($0) }
    case "consumer_start": return target(&fields, names.consumers, "consumer").map { .startConsumer($0) }
    case "consumer_crash": return crash(&fields)
    case "destination_slowdown":
      let firehose = target(&fields, names.firehoses, "firehose")
      let factor = fields.require("value", expecting: "a factor such as 20")?
        .number(1...10_000, expecting: "a factor such as 20")
      guard let firehose, let factor else { return nil }
      return .destinationSlowdown(firehose: firehose, factor: factor)
    case "firehose_failover": return failover(&fields)
    case "destination_outage":
      return target(&fields, names.firehoses, "firehose").map { .destinationOutage(firehose: $0) }
    case "region_error_burst", "latency_spike": return fault(name, &fields)
    default:
      let producer = target(&fields, names.producers, "producer")
      let factor = fields.require("value", expecting: "a factor such as 2.5")?
        .number(0...1e6, expecting: "a factor such as 2.5")
      guard let producer, let factor else { return nil }
      return .setRateFactor(producer: producer, factor: factor)
    }
  }

  func target(_ fields: inout Fields, _ names: [String], _ what: String) -> Int? {
    fields.require("target", expecting: "the name of a \(what)").flatMap { position($0, among: names, what: what) }
  }

  /// Only a delivery stream that reads a stream has something to read again.
  private func failover(_ fields: inout Fields) -> ScheduledEvent.Action? {
    let place = fields.entries.first { $0.key == "target" }?.value
    guard let firehose = target(&fields, names.firehoses, "firehose") else { return nil }
    if names.firehosesOfStreams.contains(names.firehoses[firehose]) { return .firehoseFailover(firehose) }
    place.map {
      Field(node: $0, path: fields.path(of: "target"), sink: sink)
        .refuse("a firehose with source direct_put reads no stream: nothing can be read again")
    }
    return nil
  }

  private func split(_ fields: inout Fields) -> ScheduledEvent.Action? {
    let stream = target(&fields, names.streams, "stream")
    guard let value = fields.take("value") else {
      return stream.map { .splitShard(stream: $0, shard: nil, at: nil) }
    }
    var (shard, key): (ShardID?, HashKey?)
    if value.isScalar {
      (shard, key) = (value.text.flatMap { ShardID($0) }, value.text.flatMap { HashKey(explicit: $0) })
      if shard == nil, key == nil {
        value.fail(expected: "a shard such as shardId-000000000003 or a hash key")
        return nil
      }
    } else {
      guard var parts = value.map() else { return nil }
      let (shardField, keyField) = (parts.take("shard"), parts.take("hash_key"))
      parts.finish()
      shard = shardField.flatMap(self.shard)
      key = keyField.flatMap(hashKey)
      if shardField != nil, shard == nil { return nil }
      if keyField != nil, key == nil { return nil }
    }
    return stream.map { .splitShard(stream: $0, shard: shard, at: key) }
  }

  private func merge(_ fields: inout Fields) -> ScheduledEvent.Action? {
    let stream = target(&fields, names.streams, "stream")
    let expected = "a list of two adjacent shards, the lower first"
    guard let value = fields.require("value", expecting: expected),
      let items = value.list(atMost: 10_000, expecting: expected)
    else { return nil }
    guard items.count == 2 else {
      value.fail(expected: expected)
      return nil
    }
    let shards = items.compactMap(shard)
    guard shards.count == 2, let stream else { return nil }
    if shards[0] != shards[1] { return .mergeShards(stream: stream, shard: shards[0], adjacent: shards[1]) }
    value.refuse("a shard cannot be merged with itself")
    return nil
  }

  private func shard(_ field: Field) -> ShardID? {
    if let shard = field.text.flatMap({ ShardID($0) }) { return shard }
    field.fail(expected: "a shard such as shardId-000000000003")
    return nil
  }

  private func hashKey(_ field: Field) -> HashKey? {
    if let key = field.text.flatMap({ HashKey(explicit: $0) }) { return key }
    field.fail(expected: "a hash key, that is a whole number below 2^128")
    return nil
  }

  /// A fault of the service on one stream or, without a target, on all.
  private func fault(_ name: String, _ fields: inout Fields) -> ScheduledEvent.Action? {
    let field = fields.take("target")
    let stream = field.flatMap { position($0, among: names.streams, what: "stream") }
    let isBurst = name == "region_error_burst"
    let expected = isBurst ? "the share of calls that fail, such as 0.3" : "a factor on service times, such as 20"
    let value = fields.require("value", expecting: expected)?
      .number(isBurst ? 0...1 : 1...10_000, expecting: expected)
    guard let value, field == nil || stream != nil else { return nil }
    return isBurst ? .errorBurst(stream: stream, share: value) : .latencySpike(stream: stream, factor: value)
  }
}
