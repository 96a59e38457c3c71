internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

/// A producer's client: the API it calls, the library before it, and what each of them does about failures.
struct ClientParts {
  var batching = Batching.putRecords()
  var retry = RetrySpec()
  var sdkRetry = SDKRetrySpec()
}

extension ScenarioDecoder {
  private static let interfaces = ["put_record", "put_records", "kpl", "kinesis_agent"]

  /// The most limiters a run holds for a producer: one for each process and shard.
  private static let maximumLanes = 1_000_000

  func client(_ fields: inout Fields, record: RecordShape?, stream: StreamSpec?, processes: Int) -> ClientParts {
    let api = fields.take("api")
    if let api, api.text == "firehose_put_record_batch" {
      api.refuse("a stream takes no PutRecordBatch", remedy: "write `to` a firehose, or use put_records")
    }
    let isBatch = api?.text == "firehose_put_record_batch"
    let known = Self.interfaces + (isBatch ? ["firehose_put_record_batch"] : [])
    let name = api.map { $0.choice(known, what: "api") } ?? "put_records"
    switch name {
    case "kpl":
      if let stream, let api, processes * stream.shards > Self.maximumLanes {
        api.refuse(
          "\(processes) processes with a limiter for each of \(stream.shards) shards are more than \(Self.maximumLanes)"
        )
      }
      return producerLibrary(&fields, api, record: record, stream: stream)
    case "kinesis_agent": return agent(&fields)
    default:
      fields.inapplicable(["aggregation"], to: "api \(name ?? "put_records"): only the KPL packs records")
      let batching = batching(&fields, name)
      let retry = fields.take("retry").flatMap { $0.map() }.map { self.retry($0, record: record) } ?? RetrySpec()
      let sdkRetry = sdkRetry(&fields) ?? SDKRetrySpec()
      return ClientParts(batching: batching, retry: retry, sdkRetry: sdkRetry)
    }
  }

  /// The Agent's settings are its own: its source is a file, which waits.
  private func agent(_ fields: inout Fields) -> ClientParts {
    let why = "api kinesis_agent, which has its own"
    fields.inapplicable(["batch", "aggregation", "retry", "sdk_retry", "sdk", "keys"], to: why)
    let buffers = limits[.agent.queue] * limits[.agent.bufferBytes]
    let retry = RetrySpec(
      policy: .exponential, maxAttempts: Int(Int32.max), base: .milliseconds(limits[.agent.backOff]),
      cap: .milliseconds(limits[.agent.backOffCap]), buffer: Bytes(buffers), overflow: .block)
    return ClientParts(batching: .agent, retry: retry)
  }

  private func producerLibrary(
    _ fields: inout Fields, _ api: Field?, record: RecordShape?, stream: StreamSpec?
  ) -> ClientParts {
    fields.inapplicable(["batch", "sdk_retry", "sdk"], to: "api kpl, which collects and retries by itself")
    let packing = fields.take("aggregation")
    var settings = packing.flatMap { $0.map() }.map { aggregation($0, stream: stream) } ?? KPLSpec()
    if stream?.capacity.distribution == .auto, let api { checkAggregates(&settings, api, packing) }
    let field = fields.take("retry")
    let retry = field.flatMap { $0.map() }.map { libraryRetry($0, record: record) } ?? libraryRetry()
    settings.ttl = retry.ttl ?? settings.ttl
    if settings.maxBuffered > settings.ttl {
      fields.refuse(
        "max_buffered \(settings.maxBuffered) is longer than ttl \(settings.ttl): records would be too old to try again"
      )
    }
    return ClientParts(batching: .kpl(settings), retry: retry)
  }

  /// AWS does not support aggregates on a stream that distributes records by itself: the KCL drops them, or the library
  /// gives them up as sent to the wrong shard. A library that may ask what the stream is packs nothing (N§3).
  private func checkAggregates(_ settings: inout KPLSpec, _ api: Field, _ packing: Field?) {
    guard settings.aggregation != .disabled else { return }
    let remedy = "aggregation: {enabled: false}"
    if let packing, packing.node["enabled"] != nil {
      packing.refuse(
        "a stream under record_distribution auto takes no aggregates: AWS's readers drop them", remedy: remedy)
    } else {
      api.warn(
        "on a stream under record_distribution auto the KPL packs nothing, if it may call DescribeStreamSummary; if not, "
          + "readers drop its aggregates", remedy: "write \(remedy)")
    }
    settings.aggregation = .disabled
  }

  private func aggregation(_ map: Fields, stream: StreamSpec?) -> KPLSpec {
    var fields = map
    var spec = KPLSpec(
      maxBytes: Bytes(limits[.kpl.aggregateBytesDefault]), maxBuffered: .milliseconds(limits[.kpl.bufferedTime]))
    if fields.take("enabled")?.flag() == false { spec.aggregation = .disabled }
    let range = Bytes(limits[.kpl.aggregateBytesMinimum])...Bytes(limits[.kpl.aggregateBytesMaximum])
    let size = fields.take("max_bytes")
    spec.maxBytes = size?.bytes(range) ?? spec.maxBytes
    spec.maxBuffered = fields.take("max_buffered")?.duration(.shortest ... .hours(1)) ?? spec.maxBuffered
    spec.compressionRatio =
      fields.take("compression_ratio")?.number(1...1_000, expecting: "a ratio such as 3") ?? spec.compressionRatio
    fields.finish()
    if let size, let stream, spec.maxBytes.count >= stream.maxRecord.count {
      size.refuse(
        "aggregates of \(spec.maxBytes) with their key exceed the stream's max_record \(stream.maxRecord)",
        remedy: "keep max_bytes below max_record")
    }
    return spec
  }

  private func libraryRetry() -> RetrySpec {
    RetrySpec(policy: .kplTokenBucket, ttl: .milliseconds(limits[.kpl.timeToLive]))
  }

  private func libraryRetry(_ map: Fields, record: RecordShape?) -> RetrySpec {
    var fields = map
    var spec = libraryRetry()
    let policy = fields.take("policy")
    if let name = policy?.choice(Self.policyNames, what: "retry policy"), name != "kpl_token_bucket" {
      policy?.refuse("the KPL retries in its own way", remedy: "write kpl_token_bucket or leave it out")
    }
    fields.inapplicable(["max_attempts", "base", "cap"], to: "policy kpl_token_bucket: the KPL retries until the ttl")
    let least = Interval.milliseconds(limits[.kpl.timeToLiveMinimum])
    spec.ttl = fields.take("ttl")?.duration(least ... .longest) ?? spec.ttl
    buffer(&fields, &spec, record: record)
    fields.finish()
    return spec
  }
}
