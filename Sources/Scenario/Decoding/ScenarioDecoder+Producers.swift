internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

extension ScenarioDecoder {
  func producers(_ fields: inout Fields, streams: [StreamSpec?]) -> [ProducerSpec] {
    guard let field = fields.require("producers", expecting: "a map of producers"), let map = parts(field) else {
      return []
    }
    return map.entries.compactMap { entry in
      let item = Field(node: entry.value, path: map.path(of: entry.key), sink: sink)
      return item.map().flatMap { producer($0, name: entry.key, streams: streams) }
    }
  }

  private func producer(_ map: Fields, name: String, streams: [StreamSpec?]) -> ProducerSpec? {
    var fields = map
    let target = fields.require("to", expecting: "the name of a stream").flatMap(target)
    let count = fields.take("count")?.integer(1...100_000, expecting: "a number of processes") ?? 1
    let stream = target?.stream.flatMap { streams.indices.contains($0) ? streams[$0] : nil }
    let record = fields.require("record", expecting: "a map with a size").flatMap { $0.map() }
      .flatMap { recordShape($0, largest: largestRecord(of: target, stream), isKeyed: target?.firehose == nil) }
    if target?.firehose != nil { fields.inapplicable(["keys"], to: "a producer that writes to a firehose") }
    let client =
      target?.firehose == nil
      ? client(&fields, record: record, stream: stream, processes: count) : firehoseClient(&fields, record: record)
    let anyKey = target?.firehose == nil ? KeySpec(.uniform(cardinality: 1_000_000)) : KeySpec(.single)
    let keys = fields.take("keys").flatMap(keys) ?? anyKey
    let rateField = fields.require("rate", expecting: "records per second, such as 9000, or a map with a curve")
    let rate = rateField.flatMap { self.rate($0, record: record, needsKeys: keys.law == .trace) }
    let arrivals = arrivals(&fields, rate: rate)
    checkTraceUse(fields, rate: rate, record: record, keys: keys)
    let network = fields.take("network").flatMap { distribution($0, of: .time) } ?? .constant(0)
    fields.finish()
    guard let target, let record, let rate, let arrivals else { return nil }
    var spec = ProducerSpec(
      name: name, stream: target.stream ?? -1, processes: count, rate: rate.curve, arrivals: arrivals,
      size: record.size, keyBytes: record.keyBytes, keys: keys, batching: client.batching, retry: client.retry,
      network: network, sdkRetry: client.sdkRetry)
    spec.firehose = target.firehose
    return spec
  }

  /// Where a producer writes: a stream, or a delivery stream whose source is Direct PUT.
  private struct Target {
    var stream: Int?
    var firehose: Int?
  }

  private func target(_ field: Field) -> Target? {
    let what = names.firehoses.isEmpty ? "stream" : names.streams.isEmpty ? "firehose" : "stream or firehose"
    guard let index = position(field, among: names.streams + names.firehoses, what: what) else { return nil }
    let firehose = field.text.flatMap { names.firehoses.firstIndex(of: $0) }
    guard let firehose else { return Target(stream: index) }
    if index < names.streams.count {
      field.refuse("\(ConfigNode.quoted(names.streams[index])) is both a stream and a firehose", remedy: "rename one")
      return nil
    }
    guard names.firehosesOfStreams.contains(names.firehoses[firehose]) else { return Target(firehose: firehose) }
    field.refuse(
      "\(ConfigNode.quoted(names.firehoses[firehose])) reads a stream: AWS disables PutRecord and PutRecordBatch on it",
      remedy: "write to its stream, or give it source direct_put")
    return nil
  }

  private func largestRecord(of target: Target?, _ stream: StreamSpec?) -> Bytes? {
    target?.firehose == nil ? stream?.maxRecord : Bytes(limits[.firehose.recordBytes])
  }

  func batching(_ fields: inout Fields, _ name: String?) -> Batching {
    let field = fields.take("batch")
    guard var batch = field?.map() else { return name == "put_record" ? .putRecord : .putRecords() }
    let most = Int(limits[.put.recordsPerCall])
    let records = batch.take("max_records")?.integer(1...most, expecting: "a number of records") ?? most
    let bytes = batch.take("max_bytes")?.bytes(Bytes(1)...Bytes(limits[.put.bytesPerCall])) ?? .mebibytes(5)
    let linger = batch.take("linger")?.duration(.zero ... .hours(1)) ?? .milliseconds(100)
    batch.finish()
    guard name == "put_record" else { return .putRecords(maxRecords: records, maxBytes: bytes, linger: linger) }
    field?.warn("api put_record sends one record a call: batch has no effect")
    return .putRecord
  }

  private static let policies: [(name: String, policy: RetrySpec.Policy)] = [
    ("none", .none), ("immediate", .immediate), ("exponential", .exponential),
    ("exponential_full_jitter", .exponentialFullJitter),
  ]

  static var policyNames: [String] { policies.map(\.name) + ["kpl_token_bucket"] }

  func retry(_ map: Fields, record: RecordShape?) -> RetrySpec {
    var fields = map
    var spec = RetrySpec()
    let policy = fields.take("policy")
    let name = policy?.choice(Self.policyNames, what: "retry policy")
    if name == "kpl_token_bucket" {
      policy?.refuse("kpl_token_bucket is the KPL's own retry", remedy: "write api: kpl, or another policy")
    }
    spec.policy = Self.policies.first { $0.name == name }?.policy ?? .none
    let attempts = fields.take("max_attempts")
    spec.maxAttempts = attempts?.integer(1...1_000_000, expecting: "a number of attempts") ?? spec.maxAttempts
    if let attempts, spec.policy == .none, name == "none" || map.entries.allSatisfy({ $0.key != "policy" }) {
      attempts.warn("retry policy none gives a refused record up: max_attempts has no effect")
    }
    backOff(&fields, &spec)
    spec.ttl = fields.take("ttl")?.duration(.shortest ... .longest)
    buffer(&fields, &spec, record: record)
    fields.finish()
    return spec
  }

  func buffer(_ fields: inout Fields, _ spec: inout RetrySpec, record: RecordShape?) {
    let buffer = fields.take("buffer")
    spec.buffer = buffer?.bytes(Bytes(1)...Bytes(1 << 40)) ?? spec.buffer
    let full = ["block", "drop_newest", "drop_oldest", "divert"]
    spec.overflow =
      fields.take("on_overflow")?.choice(full, what: "on_overflow")
      .flatMap(RetrySpec.Overflow.init) ?? spec.overflow
    if let buffer, let record, let largest = record.largest, largest > spec.buffer.count {
      buffer.refuse("buffer \(spec.buffer) cannot hold one record of \(Bytes(largest)) with its key")
    }
  }

  private func backOff(_ fields: inout Fields, _ spec: inout RetrySpec) {
    let base = fields.take("base")
    let cap = fields.take("cap")
    spec.base = base?.duration(.zero ... .hours(24)) ?? spec.base
    spec.cap = cap?.duration(.zero ... .hours(24)) ?? spec.cap
    guard spec.base > spec.cap, let field = base ?? cap else { return }
    let other = base == nil || cap == nil ? "the default" : (cap?.place.seen(from: field.place) ?? "")
    field.refuse("base \(spec.base) is longer than cap \(spec.cap) (\(other))")
  }
}

/// A producer's `record`, decoded.
struct RecordShape {
  var size: SizeSource
  var keyBytes: Int
  var sizeField: Field
  /// The largest record with its key that can occur, when the law of sizes has an end.
  var largest: Int64?

  /// The mean size with its key; nil when sizes come from a trace.
  var meanBytes: Double? {
    guard case .drawn(let law) = size else { return nil }
    return law.mean + Double(keyBytes)
  }
}

extension ScenarioDecoder {
  /// Records of Firehose have no partition key.
  fileprivate func recordShape(_ map: Fields, largest: Bytes?, isKeyed: Bool) -> RecordShape? {
    var fields = map
    if !isKeyed { fields.inapplicable(["key_bytes"], to: "a producer that writes to a firehose") }
    let keyBytes =
      isKeyed ? fields.take("key_bytes")?.integer(1...longestKey, expecting: "a key's length in bytes") ?? 36 : 0
    guard let field = fields.require("size", expecting: "a size such as 900B or a map with dist") else {
      fields.finish()
      return nil
    }
    fields.finish()
    if field.node["dist"].flatMap({ Field(node: $0, path: "", sink: sink).text }) == "trace" {
      field.map().map { map in
        var only = map
        _ = only.take("dist")
        only.finish()
      }
      return RecordShape(size: .trace, keyBytes: keyBytes, sizeField: field)
    }
    guard let law = distribution(field, of: .size) else { return nil }
    checkSmallest(law, field)
    let high = law.highest.map { Int64(clamping: $0.rounded(.up)) + Int64(keyBytes) }
    if let high, let largest, high > largest.count {
      if isKeyed {
        field.refuse(
          "a record of \(Bytes(high - Int64(keyBytes))) and its key of \(keyBytes)B exceed the stream's max_record \(largest)",
          remedy: "raise max_record, at most 10MiB")
      } else {
        field.refuse("a record of \(Bytes(high)) is larger than Firehose takes, \(largest)")
      }
    }
    return RecordShape(size: .drawn(law), keyBytes: keyBytes, sizeField: field, largest: high)
  }

  /// A partition key is limited in characters, of up to four bytes each.
  private var longestKey: Int { 4 * Int(limits[.put.partitionKeyCharacters]) }

  private func checkSmallest(_ law: Distribution, _ field: Field) {
    if law.lowest < 1 { field.refuse("expected records of at least one byte") }
  }
}

extension ProducerSpec {
  /// The largest record it may send, aggregates of the KPL among them, with its key; nil when the law of sizes has no end.
  var largestRecord: Int64? {
    var packed: Int64 = 0
    if case .kpl(let settings) = batching, settings.aggregation == .enabled { packed = settings.maxBytes.count }
    switch size {
    case .drawn(let law): return law.highest.map { max(packed, Int64($0.rounded(.up)) + Int64(keyBytes)) }
    case .trace:
      guard case .events(let trace) = rate else { return packed }
      return max(packed, (trace.bytes.max() ?? 0) + Int64(keyBytes))
    }
  }
}

extension Distribution {
  /// The largest value there can be; nil when there is no end.
  fileprivate var highest: Double? {
    switch self {
    case .constant(let value): value
    case .uniform(_, let high): high
    case .empirical(let values, _): values.max()
    case .mixture(let parts, _):
      parts.allSatisfy { $0.highest != nil } ? parts.compactMap(\.highest).max() : nil
    case .exponential, .lognormal, .gamma: nil
    }
  }

  /// The smallest value asked for; of unbounded laws, whose samples are clamped, one that is never too small.
  fileprivate var lowest: Double {
    switch self {
    case .constant(let value): value
    case .uniform(let low, _): low
    case .empirical(let values, _): values.min() ?? 1
    case .mixture(let parts, _): parts.map(\.lowest).min() ?? 1
    case .exponential, .lognormal, .gamma: 1
    }
  }
}
