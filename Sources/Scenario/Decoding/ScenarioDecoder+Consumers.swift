internal import Experiment
internal import KinesisCore
internal import Limits
internal import Models
internal import Units

extension ScenarioDecoder {
  func consumers(_ fields: inout Fields, horizon: Horizon?, streams: [StreamSpec?]) -> [ConsumerSpec] {
    guard let field = fields.take("consumers"), let map = parts(field) else { return [] }
    let found = map.entries.compactMap { entry in
      let item = Field(node: entry.value, path: map.path(of: entry.key), sink: sink)
      return item.map().flatMap { consumer($0, name: entry.key, horizon) }.map { (field: item, spec: $0) }
    }
    checkRegistered(found, streams)
    return found.map(\.spec)
  }

  /// The position of a name among those declared; reports when it is not there.
  func position(_ field: Field, among names: [String], what: String) -> Int? {
    guard let text = field.string(expecting: "the name of a \(what)") else { return nil }
    if let index = names.firstIndex(of: text) { return index }
    let known = names.isEmpty ? "there are none" : "\(what)s are \(names.prefix(8).joined(separator: ", "))"
    field.refuse("there is no \(what) \(ConfigNode.quoted(text))", remedy: sink.nearest(text, among: names) ?? known)
    return nil
  }

  private func consumer(_ map: Fields, name: String, _ horizon: Horizon?) -> ConsumerSpec? {
    var fields = map
    let stream = fields.require("from", expecting: "the name of a stream")
      .flatMap { position($0, among: names.streams, what: "stream") }
    let type = fields.require("type", expecting: "a type such as kcl_polling")?
      .choice(ConsumerKeys.types, what: "consumer type")
    let reading = reading(type, &fields)
    refuseForeign(&fields, to: type, reading)
    let application = application(type, &fields, horizon)
    let poll = pollInterval(&fields, type, reading)
    let most = Int(limits[.shard.readRecordsPerCall])
    let records = fields.take("max_records")?.integer(1...most, expecting: "a number of records") ?? most
    let workers = fields.take("workers")?.integer(1...10_000, expecting: "a number of workers") ?? 1
    let concurrency = fields.take("concurrency")?.integer(1...10_000, expecting: "a number of record processors")
    let checkpoint = fields.take("checkpoint_every")?.duration(.zero ... .hours(24))
    let poller = poller(type, &fields)
    let version = fields.take("kcl").flatMap(libraryVersion)
    let service = fields.take("service").map(service) ?? (.constant(0), .constant(0))
    let start =
      fields.take("start")?.choice(["trim_horizon", "latest"], what: "start")
      .flatMap(ConsumerSpec.Start.init) ?? .trimHorizon
    fields.finish()
    guard let stream, let application else { return nil }
    var spec = ConsumerSpec(
      name: name, stream: stream, application: application, reading: reading, pollInterval: poll, maxRecords: records,
      workers: workers, concurrency: concurrency, perBatch: service.0, perRecord: service.1, start: start)
    spec.checkpointEvery = checkpoint ?? spec.checkpointEvery
    spec.poller = poller ?? spec.poller
    spec.libraryVersion = version ?? spec.libraryVersion
    return spec
  }

  /// Who polls, where the type leaves it open: an SDK in the user's own hands, or Firehose.
  private func poller(_ type: String?, _ fields: inout Fields) -> ConsumerSpec.Poller? {
    guard let type else {
      for key in ["sdk", "sdk_retry"] { _ = fields.take(key) }
      return nil
    }
    guard type != "sdk_polling" else { return sdkRetry(&fields).map { .sdk($0) } }
    return type == "firehose" ? .service : nil
  }

  private func libraryVersion(_ field: Field) -> ConsumerSpec.LibraryVersion? {
    guard var fields = field.map() else { return nil }
    let known = ConsumerSpec.LibraryVersion.allCases.map(\.rawValue)
    let version = fields.take("version")?.integer(known[0]...known[known.count - 1], expecting: "a version of the KCL")
    fields.finish()
    return version.flatMap(ConsumerSpec.LibraryVersion.init)
  }

  private func reading(_ type: String?, _ fields: inout Fields) -> ConsumerSpec.Reading {
    switch type {
    case "kcl_efo", "lambda_efo": .fanOut
    case "managed_flink":
      fields.take("retrieval")?.choice(["polling", "efo"], what: "retrieval") == "efo" ? .fanOut : .polling
    default: .polling
    }
  }

  private func application(_ type: String?, _ fields: inout Fields, _ horizon: Horizon?) -> ConsumerSpec.Application? {
    switch type {
    // It only reads, as Firehose does; what delivers is an entry of `firehoses`.
    case "sdk_polling", "firehose": .plainLoop
    case "kcl_polling", "kcl_efo": .recordProcessors
    case "lambda_polling", "lambda_efo": .mapping(function(&fields, horizon))
    case "managed_flink": flink(&fields).map { .flink($0) }
    case "queue": .queue(queue(&fields))
    default: nil
    }
  }

  /// Refuses the keys of other types.
  private func refuseForeign(_ fields: inout Fields, to type: String?, _ reading: ConsumerSpec.Reading) {
    guard let type else {
      // What the keys mean is not known: only the type is reported.
      for key in Self.functionKeys + Self.flinkKeys + Self.queueKeys { _ = fields.take(key) }
      return
    }
    for (keys, what) in ConsumerKeys.foreign(to: type) { fields.inapplicable(keys, to: what) }
    if type == "managed_flink", reading == .fanOut {
      fields.inapplicable(["poll_interval", "max_records"], to: "retrieval efo")
    }
  }

  private func pollInterval(
    _ fields: inout Fields, _ type: String?, _ reading: ConsumerSpec.Reading
  ) -> Interval {
    if let (least, usual) = Self.polls(type, reading) {
      return fields.take("poll_interval")?.duration(least ... .hours(1)) ?? usual
    }
    switch type {
    case "kcl_efo": return .milliseconds(1_500)
    case nil:
      _ = fields.take("poll_interval")
      return .seconds(1)
    default: return .seconds(limits[.lambda.pollInterval])
    }
  }

  /// How seldom a type polls at least, and how seldom where nothing is said; nil for those whose polls nobody sets.
  static func polls(_ type: String?, _ reading: ConsumerSpec.Reading) -> (least: Interval, usual: Interval)? {
    switch (type, reading) {
    case ("sdk_polling", _), ("firehose", _): (.shortest, .seconds(1))
    case ("kcl_polling", _): (.milliseconds(200), .milliseconds(1_500))
    case ("managed_flink", .polling): (.shortest, .milliseconds(200))
    default: nil
    }
  }

  private func service(_ field: Field) -> (Distribution, Distribution) {
    guard var fields = field.map() else { return (.constant(0), .constant(0)) }
    let batch = fields.take("per_batch").flatMap { distribution($0, of: .time) } ?? .constant(0)
    let record = fields.take("per_record").flatMap { distribution($0, of: .time) } ?? .constant(0)
    fields.finish()
    return (batch, record)
  }
}
