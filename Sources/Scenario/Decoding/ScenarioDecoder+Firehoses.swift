internal import Experiment
internal import KinesisCore
internal import Models
internal import Pricing
internal import Units

extension ScenarioDecoder {
  /// The delivery streams in the order of the file; nil where one is unsound.
  func firehoses(
    _ fields: inout Fields, streams: [StreamSpec?], producers: [ProducerSpec], region: String
  ) -> [FirehoseSpec?] {
    guard let field = fields.take("firehoses"), let map = parts(field) else { return [] }
    let largest = streams.indices.map { stream in largestRecord(to: stream, streams[stream], producers) }
    return map.entries.map { entry in
      let item = Field(node: entry.value, path: map.path(of: entry.key), sink: sink)
      return item.map().flatMap {
        firehose($0, item, name: entry.key, streams: streams, largest: largest, region: region)
      }
    }
  }

  /// Where in the file each of a configuration's settings stands.
  private typealias Places = [DeliveryFlaw.Setting: Field]

  private func firehose(
    _ map: Fields, _ item: Field, name: String, streams: [StreamSpec?], largest: [Largest], region: String
  ) -> FirehoseSpec? {
    var (fields, places) = (map, Places())
    let source = source(&fields, streams: streams)
    let destination = destination(&fields, &places)
    let quota = quota(&fields, isDirect: source?.stream == nil, &places)
    guard let source, let destination else {
      for entry in fields.entries { _ = fields.take(entry.key) }
      return nil
    }
    let origin: DeliveryConfiguration.Source =
      source.retention.map { .stream(retention: $0) } ?? .directPut(quota: quota)
    var spec = FirehoseSpec(
      DeliveryConfiguration(name: name, region: region, source: origin, destination: destination),
      stream: source.stream)
    hints(&fields, &spec, &places)
    contents(&fields, &spec, &places)
    partitioning(&fields, &spec, &places)
    if let field = fields.take("transform") { transform(field, &spec, &places) }
    delivery(&fields, &spec, &places)
    fields.finish()
    check(spec, item, places)
    if let stream = source.stream, largest.indices.contains(stream) {
      checkLargeRecords(spec.configuration, largest[stream], item, places)
    }
    return spec
  }

  /// The largest record that a stream gets, its key included.
  private enum Largest {
    case known(Bytes)
    /// A law of sizes without an end: as large as the stream takes.
    case unbounded(Bytes)
  }

  private func largestRecord(to stream: Int, _ spec: StreamSpec?, _ producers: [ProducerSpec]) -> Largest {
    let writers = producers.filter { $0.stream == stream }, sizes = writers.map(\.largestRecord)
    guard sizes.allSatisfy({ $0 != nil }) else { return .unbounded(spec?.maxRecord ?? .zero) }
    return .known(Bytes(sizes.compactMap(\.self).max() ?? 0))
  }

  /// Records above 1 MiB that the destination does not take.
  private func checkLargeRecords(
    _ configuration: DeliveryConfiguration, _ largest: Largest, _ item: Field, _ places: Places
  ) {
    guard let flaw = configuration.largeRecordFlaw else { return }
    let usual = limits[.put.recordBytesDefault], field = places[flaw.setting] ?? item
    switch largest {
    case .known(let size) where size.count > usual:
      field.refuse("\(flaw.reason) Its stream gets records of \(size)", remedy: "deliver to S3 without partitioning")
    case .unbounded(let size) where size.count > usual:
      field.warn("\(flaw.reason) Its stream takes records up to \(size), and the law of sizes has no end")
    case .known, .unbounded: return
    }
  }

  /// What AWS would refuse, where it stands in the file.
  private func check(_ spec: FirehoseSpec, _ item: Field, _ places: Places) {
    do throws(DeliveryFlaws) {
      _ = try DeliveryStream(spec.configuration, limits: limits, at: .epoch)
    } catch {
      for flaw in error.flaws { (places[flaw.setting] ?? item).refuse(flaw.reason) }
    }
  }

  // MARK: The ends

  private func source(
    _ fields: inout Fields, streams: [StreamSpec?]
  ) -> (stream: Int?, retention: Interval?)? {
    let expected = "direct_put or stream:NAME"
    guard let field = fields.require("source", expecting: expected), let text = field.string(expecting: expected) else {
      return nil
    }
    if text == "direct_put" { return (nil, nil) }
    guard let source = Scope(text), source.kind == .stream else {
      field.fail(expected: expected, remedy: names.streams.contains(text) ? "write \(Scope(.stream, text))" : nil)
      return nil
    }
    let name = source.name
    guard let index = names.streams.firstIndex(of: name) else {
      let known =
        names.streams.isEmpty ? "there are none" : "streams are \(names.streams.prefix(8).joined(separator: ", "))"
      field.refuse(
        "there is no stream \(ConfigNode.quoted(name))", remedy: sink.nearest(name, among: names.streams) ?? known)
      return nil
    }
    let retention = streams.indices.contains(index) ? streams[index]?.retention : nil
    return (index, retention ?? .hours(limits[.stream.retentionMinimum]))
  }

  private static let destinations: [(name: String, destination: DeliveryDestination)] = [
    ("s3", .s3), ("s3_iceberg", .iceberg), ("redshift", .redshift), ("opensearch", .openSearch), ("splunk", .splunk),
    ("http", .http(.generic)), ("snowflake", .snowflake),
  ]

  private static let vendors: [(name: String, vendor: DeliveryDestination.HTTPVendor)] = [
    ("generic", .generic), ("coralogix", .coralogix), ("datadog", .datadog), ("dynatrace", .dynatrace),
    ("elastic", .elastic), ("honeycomb", .honeycomb), ("logicmonitor", .logicMonitor), ("logzio", .logzio),
    ("mongodb", .mongoDB), ("newrelic", .newRelic), ("splunk_observability", .splunkObservability),
    ("sumologic", .sumoLogic),
  ]

  private func destination(_ fields: inout Fields, _ places: inout Places) -> DeliveryDestination? {
    let names = Self.destinations.map(\.name)
    places[.destination] = fields.require("destination", expecting: "one of \(names.joined(separator: ", "))")
    let name = places[.destination]?.choice(names, what: "destination")
    let destination = Self.destinations.first { $0.name == name }?.destination
    guard case .http? = destination else {
      fields.inapplicable(["vendor"], to: "a destination other than http")
      return destination
    }
    let vendor = fields.take("vendor")?.choice(Self.vendors.map(\.name), what: "vendor")
    return .http(Self.vendors.first { $0.name == vendor }?.vendor ?? .generic)
  }

  private func quota(_ fields: inout Fields, isDirect: Bool, _ places: inout Places) -> Bytes? {
    guard isDirect else {
      fields.inapplicable(["quota_mibps"], to: "a stream source, which scales with no limit")
      return nil
    }
    places[.quota] = fields.take("quota_mibps")
    let mebibytes = places[.quota]?.number(0.001...1e6, expecting: "MiB a second, such as 5")
    return mebibytes.map { Bytes(Int64(clamping: ($0 * 0x1p20).rounded())) }
  }

  // MARK: Buffers and contents

  private func hints(_ fields: inout Fields, _ spec: inout FirehoseSpec, _ places: inout Places) {
    guard let field = fields.take("buffer"), var map = field.map() else { return }
    (places[.size], places[.interval]) = (map.take("size") ?? field, map.take("interval") ?? field)
    spec.configuration.buffer.size = map.take("size")?.bytes(Bytes(1)...Bytes(1 << 40))
    spec.configuration.buffer.interval = map.take("interval")?.duration(.zero ... .longest)
    map.finish()
  }

  /// The hints that a delivery stream takes, and those that hold where it says none, by what is written of it; nil where its destination is
  /// not known.
  static func hintRange(of node: ConfigNode, _ limits: LimitsProfile) -> DeliveryDestination.HintRange? {
    let word = { (key: String) in node[key].flatMap { Field(node: $0, path: key, sink: Sink()).text } }
    guard var destination = destinations.first(where: { $0.name == word("destination") })?.destination else {
      return nil
    }
    if case .http = destination, let vendor = vendors.first(where: { $0.name == word("vendor") })?.vendor {
      destination = .http(vendor)
    }
    // Neither its name nor its source moves the hints.
    var configuration = DeliveryConfiguration(
      name: "", region: "", source: .directPut(quota: nil), destination: destination)
    if let format = word("format"), format != "raw" { configuration.format = .parquet(.none) }
    configuration.partitioning = node["dynamic_partitioning"].map { _ in .init() }
    return configuration.hintRange(limits)
  }

  /// How objects can be compressed: raw ones by Firehose, columnar ones by their serializer.
  private static let compressions: [(name: String, compression: DeliveryConfiguration.Compression)] = [
    ("none", .none), ("gzip", .gzip), ("zip", .zip), ("snappy", .snappy), ("hadoop_snappy", .hadoopSnappy),
  ]

  private func contents(_ fields: inout Fields, _ spec: inout FirehoseSpec, _ places: inout Places) {
    let format = fields.take("format")
    let compression = fields.take("compression")
    let ratio = fields.take("compression_ratio")
    (places[.format], places[.compressionPermille]) = (compression ?? format ?? ratio, ratio)
    let permille = ratio?.number(1...1_000, expecting: "a ratio such as 4.2").map {
      Int64(clamping: ($0 * 1_000).rounded())
    }
    spec.configuration.compressionPermille = permille ?? 1_000
    let kind = format?.choice(["raw", "parquet", "orc"], what: "format") ?? "raw"
    let usual: (codec: String, Limit.Key?)
    switch kind {
    case "parquet":
      spec.configuration.format = .parquet(.none)
      let codec = compression?.choice(["none", "snappy", "gzip"], what: "compression of parquet") ?? "snappy"
      usual = (codec, ["snappy": .firehose.parquetSnappyRatio, "gzip": .firehose.parquetGzipRatio][codec])
    case "orc":
      spec.configuration.format = .orc(.none)
      let codec = compression?.choice(["none", "zlib", "snappy"], what: "compression of orc") ?? "zlib"
      usual = (codec, ["zlib": .firehose.orcZlibRatio, "snappy": .firehose.orcSnappyRatio][codec])
    default:
      let name = compression?.choice(Self.compressions.map(\.name), what: "compression")
      let given = Self.compressions.first { $0.name == name }?.compression
      let codec = given ?? (permille ?? 1_000 > 1_000 ? .gzip : .none)
      spec.configuration.format = .raw(codec)
      usual = (name ?? "none", codec == .gzip ? .firehose.gzipRatio : nil)
    }
    if ratio == nil, let field = compression ?? format { takeUsual(usual, of: kind, &spec, field) }
  }

  /// Without a ratio of its author's, what was measured of such objects; never that they do not shrink in silence.
  private func takeUsual(
    _ usual: (codec: String, ratio: Limit.Key?), of format: String, _ spec: inout FirehoseSpec, _ field: Field
  ) {
    let what = "\(format == "raw" ? "" : format + " with ")\(usual.codec)"
    if let key = usual.ratio {
      spec.configuration.compressionPermille = limits[key]
      field.warn(
        "no compression_ratio is given: JSON events are taken to shrink \(plain(Double(limits[key]) / 1_000)) × as \(what)",
        remedy: "measure yours and state it; the limit \(key.name) has where the figure is from")
    } else if usual.codec != "none" {
      field.warn(
        "no compression_ratio is given, and none was measured for \(what): objects are taken to be as large as their records",
        remedy: "measure yours and state it")
    }
  }

  private func partitioning(_ fields: inout Fields, _ spec: inout FirehoseSpec, _ places: inout Places) {
    guard let field = fields.take("dynamic_partitioning"), var map = field.map() else { return }
    (places[.partitioning], places[.maxActive]) = (field, map.take("max_active"))
    let active = places[.maxActive]?.integer(1...1_000_000, expecting: "a number of active partitions")
    spec.configuration.partitioning = DeliveryConfiguration.Partitioning(maxActive: active.map { Int64($0) })
    let keys = map.require("keys", expecting: "how many partitions there are, such as 45")
    spec.partitionKeys = keys?.integer(2...1_000_000, expecting: "a number of partitions") ?? 2
    spec.partitionSkew = map.take("s")?.number(0...10, expecting: "an exponent such as 0.8") ?? 0
    map.finish()
  }

  // MARK: The transform and the delivery

  private func transform(_ field: Field, _ spec: inout FirehoseSpec, _ places: inout Places) {
    guard var map = field.map() else { return }
    var transform = DeliveryConfiguration.Transform()
    spec.transformTime =
      map.require("lambda_ms", expecting: "milliseconds such as 800").flatMap(milliseconds) ?? .constant(0)
    (places[.transformSize], places[.transformInterval]) = (map.take("buffer"), map.take("interval"))
    (places[.outputPermille], places[.transformRetries]) = (map.take("output_ratio"), map.take("retries"))
    transform.bufferSize = places[.transformSize].flatMap(megabytes)
    transform.bufferInterval = places[.transformInterval]?.duration(.zero ... .longest)
    transform.retries = places[.transformRetries]?.integer(0...1_000_000, expecting: "a number of retries").map {
      Int64($0)
    }
    let ratio = places[.outputPermille]?.number(0...1_000, expecting: "a ratio such as 1.5")
    transform.outputPermille = ratio.map { Int64(clamping: ($0 * 1_000).rounded()) } ?? 1_000
    spec.droppedShare = map.take("dropped")?.number(0...1, expecting: "a share such as 0.2") ?? 0
    let failed = map.take("failed")
    spec.failedShare = failed?.number(0...1, expecting: "a share such as 0.001") ?? 0
    if spec.droppedShare + spec.failedShare > 1 { failed?.refuse("dropped and failed are more than all records") }
    map.finish()
    spec.configuration.transform = transform
  }

  /// AWS's BufferSizeInMBs, which does not say what an MB is: `0.2MB`, `0.2MiB` and `200KiB` are its least, `3MB` and `3MiB`
  /// its most. Parts of a byte are dropped.
  private func megabytes(_ field: Field) -> Bytes? {
    guard let text = field.text, let unit = ["MB", "MiB"].first(where: text.hasSuffix),
      let count = Numeral(String(text.dropLast(unit.count)))?.number
    else { return field.bytes(Bytes(1)...Bytes(1 << 40)) }
    // A figure of its own above AWS's three is above it in either MB; the core knows bytes only.
    return Bytes(Int64((min(count, 1e6) * (unit == "MiB" || count > 3 ? 0x1p20 : 1e6)).rounded(.down)))
  }

  /// A distribution of times; a bare number is milliseconds.
  private func milliseconds(_ field: Field) -> Distribution? {
    guard let text = field.text, Numeral(text) != nil else { return distribution(field, of: .time) }
    return field.number(0...3.6e6, expecting: "milliseconds such as 800").map { .constant(($0 * 1e6).rounded()) }
  }

  private func delivery(_ fields: inout Fields, _ spec: inout FirehoseSpec, _ places: inout Places) {
    let latency = fields.take("destination_latency").flatMap { distribution($0, of: .time) }
    spec.destinationLatency = latency ?? .constant(0)
    spec.errorRate = fields.take("error_rate")?.number(0...1, expecting: "a share such as 0.01") ?? 0
    let limit = fields.take("destination_limit_mibps")?.number(0.001...8_192, expecting: "MiB/s such as 20")
    spec.destinationLimit = limit.map { Bytes(Int64(clamping: ($0 * 1_048_576).rounded())) }
    places[.retryDuration] = fields.take("retry_duration")
    spec.configuration.retryDuration = places[.retryDuration]?.duration(.zero ... .longest)
    places[.backup] = fields.take("backup")
    places[.backup].map { backup($0, &spec) }
    spec.objectsKept = fields.take("objects_kept")?.duration(.zero ... .days(3_650)) ?? spec.objectsKept
    spec.vpcZones = fields.take("vpc_azs")?.integer(0...10, expecting: "a number of availability zones") ?? 0
  }

  /// AWS's words for the same two choices differ by destination.
  private func backup(_ field: Field, _ spec: inout FirehoseSpec) {
    let words: [String] =
      switch spec.configuration.destination {
      case .s3, .redshift: ["disabled", "enabled"]
      case .iceberg, .openSearch, .splunk, .http, .snowflake: ["failed_only", "all"]
      }
    spec.configuration.backup = field.choice(words, what: "backup") == words[1] ? .all : .failures
  }
}
