internal import KinesisCore
internal import Units

/// AWS's ProcessingConfiguration: what becomes of records ahead of the buffers, in AWS's order, whatever the order of the list is.
///
/// The library's aggregates are taken apart, then CloudWatch's logs are decompressed, then records are split, then the function sees
/// them, then a query finds the keys of their partition, and last a delimiter stands behind each.
struct Processing: Sendable {
  /// How records are split.
  enum Splitting: Sendable, Hashable {
    /// JSON objects, one behind the other.
    case json
    /// Pieces with these bytes between them.
    case delimited([UInt8])
  }

  /// The Lambda function's buffer and retries, as the core knows them, and its ARN.
  private(set) var transform: DeliveryConfiguration.Transform?
  private(set) var function: String?
  /// What stands behind each record.
  private(set) var delimiter: [UInt8] = []
  private(set) var splitting: Splitting?
  /// Whether records are gzipped logs of CloudWatch, and whether only their messages go on.
  private(set) var decompresses = false, extractsMessages = false
  private(set) var query: KeyQuery?

  /// More pieces of one record than these stay together (AWS: PutRecord).
  private static let mostPieces = 500

  /// Whether records may be other ones, or elsewhere, when they reach a buffer or the function.
  var changesRecords: Bool { decompresses || splitting != nil }

  /// What a configuration says, or why AWS would refuse it.
  init(_ settings: WireInput?) throws(ServiceError) {
    guard let settings, settings.isTrue("Enabled") else { return }
    for processor in settings.structures("Processors") {
      let parameters = processor.structures("Parameters").reduce(into: [String: String]()) {
        $0[$1.text("ParameterName") ?? ""] = $1.text("ParameterValue")
      }
      try read(processor.text("Type") ?? "", parameters)
    }
    if extractsMessages, !decompresses {
      throw .invalidArgument("CloudWatchLogProcessing needs the processor Decompression.")
    }
  }

  private mutating func read(_ type: String, _ parameters: [String: String]) throws(ServiceError) {
    switch type {
    case "AppendDelimiterToRecord":
      // As it is written in templates, backslash and n are two characters.
      delimiter = Array((parameters["Delimiter"] ?? "\n").replacing("\\n", with: "\n").utf8)
    case "Lambda":
      guard let arn = parameters["LambdaArn"], !arn.isEmpty else {
        throw .invalidArgument("The processor Lambda needs the parameter LambdaArn.")
      }
      (function, transform) = (arn, Self.transform(parameters))
    case "RecordDeAggregation": splitting = try Self.splitting(parameters)
    case "Decompression": decompresses = true
    case "CloudWatchLogProcessing": extractsMessages = parameters["DataMessageExtraction"]?.lowercased() == "true"
    case "MetadataExtraction":
      guard parameters["JsonParsingEngine"] ?? KeyQuery.engine == KeyQuery.engine else {
        throw .invalidArgument("JsonParsingEngine must be \(KeyQuery.engine).")
      }
      query = try KeyQuery(parameters["MetadataExtractionQuery"] ?? "")
    default: throw .invalidArgument("There is no processor \(type).")
    }
  }

  private static func splitting(_ parameters: [String: String]) throws(ServiceError) -> Splitting {
    switch parameters["SubRecordType"] {
    case "JSON": return .json
    case "DELIMITED":
      var bytes: [UInt8] = []
      guard Base64.decode(Array((parameters["Delimiter"] ?? "").utf8), into: &bytes), !bytes.isEmpty else {
        throw .invalidArgument("SubRecordType DELIMITED needs a Delimiter in base64.")
      }
      return .delimited(bytes)
    default: throw .invalidArgument("SubRecordType of RecordDeAggregation must be JSON or DELIMITED.")
    }
  }

  private static func transform(_ parameters: [String: String]) -> DeliveryConfiguration.Transform {
    var transform = DeliveryConfiguration.Transform()
    transform.retries = parameters["NumberOfRetries"].flatMap { Int64($0) }
    transform.bufferInterval = parameters["BufferIntervalInSeconds"].flatMap { Int64($0) }.map { .seconds($0) }
    transform.bufferSize = parameters["BufferSizeInMBs"].flatMap(Double.init).flatMap { size in
      Int64(exactly: (size * Double(1 << 20)).rounded()).map { Bytes($0) }
    }
    return transform
  }

  // MARK: Records

  /// A record on its way, or why it goes under the error prefix.
  struct Part {
    var item: Cargo.Item
    var output: ErrorOutput?
  }

  /// What a record becomes ahead of the function. Those of a data stream that the Kinesis Producer Library packed are taken apart.
  func parts(of item: Cargo.Item, at now: Instant) -> [Part] {
    var parts = Self.unpacked(item).map { Part(item: $0) }
    if decompresses { parts = parts.map { decompressed($0.item, at: now) } }
    guard let splitting else { return parts }
    return parts.flatMap { part in
      part.output == nil ? Self.split(part.item, by: splitting, at: now) : [part]
    }
  }

  private static func unpacked(_ item: Cargo.Item) -> [Cargo.Item] {
    guard let place = item.place, let aggregate = AggregatedRecord(item.record.data), aggregate.isIntact else {
      return [item]
    }
    return aggregate.items.enumerated().map { number, user in
      var own = item
      own.record = PayloadStore.Record(key: user.key, data: user.data, isEncrypted: item.record.isEncrypted)
      own.place = place
      own.place?.subsequence = number
      return own
    }
  }

  private func decompressed(_ item: Cargo.Item, at now: Instant) -> Part {
    var part = Part(item: item)
    do throws(DeliveryFailure) {
      let plain = try Inflate.gzip(item.record.data)
      part.item = item.holding(extractsMessages ? try Self.messages(plain) : plain)
    } catch {
      part.output = .decompressionFailed
      part.item.failure = .init(
        code: "Decompression.InvalidData", message: error.reason, attempts: 1, at: now)
    }
    return part
  }

  /// The messages of log events, a line each.
  private static func messages(_ plain: [UInt8]) throws(DeliveryFailure) -> [UInt8] {
    guard let value = JSONReader.read(plain), case .list? = value["logEvents"] else {
      throw DeliveryFailure("no log events of CloudWatch: expected an object with logEvents")
    }
    return WireInput(value).structures("logEvents").flatMap { event in
      Array((event.text("message") ?? "").utf8) + [UInt8(ascii: "\n")]
    }
  }

  private static func split(_ item: Cargo.Item, by splitting: Splitting, at now: Instant) -> [Part] {
    let pieces: [ArraySlice<UInt8>]?
    switch splitting {
    case .json: pieces = RecordSplitter.objects(in: item.record.data)
    case .delimited(let delimiter): pieces = RecordSplitter.pieces(of: item.record.data, between: delimiter)
    }
    guard let pieces else {
      var part = Part(item: item, output: .processingFailed)
      part.item.failure = .init(
        code: "MultiRecordDeAggregation.InvalidJson", message: "the record is no JSON objects one behind the other",
        attempts: 1, at: now)
      return [part]
    }
    guard (2...mostPieces).contains(pieces.count) else { return [Part(item: item)] }
    return pieces.map { Part(item: item.holding(Array($0))) }
  }
}

extension Cargo.Item {
  /// The same with other bytes.
  func holding(_ bytes: [UInt8]) -> Cargo.Item {
    var own = self
    let key = record.key.map { String(decoding: $0, as: UTF8.self) }
    own.record = PayloadStore.Record(key: key, data: bytes[...], isEncrypted: record.isEncrypted)
    return own
  }
}
