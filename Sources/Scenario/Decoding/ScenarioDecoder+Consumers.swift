internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  private static let laterTypes = ["lambda_polling", "lambda_efo", "firehose"]

  func consumers(_ fields: inout Fields, streams: [StreamSpec?]) -> [ConsumerSpec] {
    guard let field = fields.take("consumers"), let map = parts(field) else { return [] }
    var fanOuts = [Int](repeating: 0, count: names.streams.count)
    return map.entries.compactMap { entry in
      let item = Field(node: entry.value, path: map.path(of: entry.key), sink: sink)
      guard let spec = item.map().flatMap({ consumer($0, name: entry.key) }) else { return nil }
      if spec.retrieval == .kclFanOut {
        fanOuts[spec.stream] += 1
        let isAdvantage =
          streams.indices.contains(spec.stream) && streams[spec.stream]?.capacity.mode == .onDemandAdvantage
        let quota = Int(limits[isAdvantage ? .fanOutConsumersAdvantage : .fanOutConsumers])
        if fanOuts[spec.stream] == quota + 1 {
          item.refuse("more than \(quota) fan-out consumers read \(ConfigNode.quoted(names.streams[spec.stream]))")
        }
      }
      return spec
    }
  }

  /// The position of a name among those declared; reports when it is not there.
  func position(_ field: Field, among names: [String], what: String) -> Int? {
    guard let text = field.string(expecting: "the name of a \(what)") else { return nil }
    if let index = names.firstIndex(of: text) { return index }
    let known = names.isEmpty ? "there are none" : "\(what)s are \(names.prefix(8).joined(separator: ", "))"
    field.refuse("there is no \(what) \(ConfigNode.quoted(text))", remedy: sink.nearest(text, among: names) ?? known)
    return nil
  }

  private func consumer(_ map: Fields, name: String) -> ConsumerSpec? {
    var fields = map
    let stream = fields.require("from", expecting: "the name of a stream")
      .flatMap { position($0, among: names.streams, what: "stream") }
    let retrieval = fields.require("type", expecting: "a type such as kcl_polling").flatMap(retrieval)
    for key in ["batch_size", "batch_window", "parallelization_factor", "failures", "network"] { fields.later(key) }
    let poll = pollInterval(&fields, retrieval)
    let most = Int(limits[.shardReadRecordsPerCall])
    let records = fields.take("max_records")?.integer(1...most, expecting: "a number of records") ?? most
    let workers = fields.take("workers")?.integer(1...10_000, expecting: "a number of workers") ?? 1
    let concurrency = fields.take("concurrency")?.integer(1...10_000, expecting: "a number of record processors")
    let service = fields.take("service").map(service) ?? (.constant(0), .constant(0))
    let start =
      fields.take("start")?.choice(["trim_horizon", "latest"], what: "start")
      .flatMap(ConsumerSpec.Start.init) ?? .trimHorizon
    fields.finish()
    guard let stream, let retrieval else { return nil }
    return ConsumerSpec(
      name: name, stream: stream, retrieval: retrieval, pollInterval: poll, maxRecords: records, workers: workers,
      concurrency: concurrency, perBatch: service.0, perRecord: service.1, start: start)
  }

  private func retrieval(_ field: Field) -> ConsumerSpec.Retrieval? {
    switch field.choice(["sdk_polling", "kcl_polling", "kcl_efo"], later: Self.laterTypes, what: "consumer type") {
    case "sdk_polling": .sdkPolling
    case "kcl_polling": .kclPolling
    case "kcl_efo": .kclFanOut
    default: nil
    }
  }

  private func pollInterval(_ fields: inout Fields, _ retrieval: ConsumerSpec.Retrieval?) -> Interval {
    switch retrieval {
    case .sdkPolling?: return fields.take("poll_interval")?.duration(.shortest ... .hours(1)) ?? .seconds(1)
    case .kclPolling?:
      return fields.take("poll_interval")?.duration(.milliseconds(200) ... .hours(1)) ?? .milliseconds(1_500)
    case .kclFanOut?:
      fields.inapplicable(["poll_interval", "max_records"], to: "type kcl_efo")
      return .milliseconds(1_500)
    case nil:
      _ = fields.take("poll_interval")
      return .seconds(1)
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
