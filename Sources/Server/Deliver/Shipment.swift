internal import KinesisCore
public import Units

/// One attempt at a delivery or at a call of a function, with all that it takes to carry it out.
public struct Shipment: Sendable, Hashable {
  /// Which attempt of which delivery stream, and of which of its records: what an outcome in the log is held against.
  public struct ID: Sendable, Hashable {
    /// The delivery stream, and which of its configurations since it was made; or the channel, which has one.
    let stream: Int, line: Int
    /// The machine's number of the attempt.
    let work: Work
    /// The number of its first record among those of its line, and how many there are.
    let first: Int64, count: Int64
  }

  /// What is attempted.
  enum Work: Sendable, Hashable {
    case delivery(DeliveryID)
    case call(InvocationID)
    /// Of a channel, in place of a delivery stream.
    case channel(DeliveryID)
  }

  /// What became of it.
  public enum Outcome: Sendable, Hashable {
    /// It is where it belongs.
    case delivered
    /// The function answered, record by record.
    case answered([FunctionCall.Verdict])
    /// Some of it is, and these documents are not. The jitter is chance's part in the wait.
    case partly([BulkIndex.Refused], jitter: Int64)
    /// It is not, for now, and why. The jitter is chance's part in the wait: 850 to 1150 thousandths.
    case failed(String, jitter: Int64)
    /// It never will be, and why.
    case rejected(String)
  }

  /// Where it goes.
  public enum Target: Sendable, Hashable {
    /// An object of a bucket.
    case object(bucket: String, key: String)
    /// A request to an endpoint, by AWS's contract.
    case request(HTTPEndpoint)
    /// A call of a Lambda function.
    case function(FunctionCall)
    /// Documents for the bulk API of OpenSearch.
    case bulk(BulkIndex)
    /// Events for Splunk's collector.
    case collector(SplunkCollector)
    /// Nowhere, and why.
    case nowhere(String)
  }

  /// Which.
  public let id: ID
  /// Where it goes.
  public let target: Target
  /// What it says, before it is compressed.
  let content: Content
  /// How it is compressed.
  let packing: Packing
  /// What S3 is told of an object beside.
  var headers: [OutgoingRequest.Header] = []

  /// The name is all there is to a shipment: two of a name are the same.
  public static func == (a: Shipment, b: Shipment) -> Bool { a.id == b.id && a.target == b.target }
  /// By name.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// The bytes to store under a key. It takes as long as there are records, and may be done anywhere.
  func object(bucket: String, key: String) -> StoredObject {
    let body = packing.compress(content.bytes, named: GeneratedID.uuid("entry/\(bucket)/\(key)"))
    return StoredObject(
      bucket: bucket, key: key, body: body, encoding: packing.contentEncoding, headers: headers)
  }

  /// The records of a request to an HTTP endpoint.
  public var payloads: [[UInt8]] { content.items.map { Array($0.record.data) } }

  /// What a function is given.
  public func event(of call: FunctionCall) -> [UInt8] { call.event(content.items, first: id.first) }
}

extension Shipment {
  /// Records and how they are written.
  struct Content: Sendable {
    var items: [Cargo.Item]
    /// Their numbers among those of their line.
    var numbers: [Int64]
    var form: Form

    /// How they are written.
    enum Form: Sendable {
      /// As they came, something behind each; empty for nothing.
      case records(delimiter: [UInt8])
      /// For the error output, a JSON object a line: why they go there, where they do not say it themselves.
      case failures(Failure?)
      /// A channel's, as they came; of so many, where each came from is not carried.
      case plain([PayloadStore.Record])
      /// A channel's dead letters, of a stream by its ARN: a JSON object a line, without the record itself.
      case deadLetters(String)
    }

    /// Whether it is for the error output.
    var isFailed: Bool { if case .failures = form { true } else { false } }

    /// Why records could not be delivered.
    struct Failure: Sendable, Hashable {
      var code: String, message: String
      var attempts: Int64
      var at: Instant
      /// What else AWS tells of it.
      var details: [Detail] = []

      /// A member of what AWS tells.
      struct Detail: Sendable, Hashable {
        var name: String, value: String
      }
    }

    var bytes: [UInt8] {
      switch form {
      case .records(let delimiter): Self.joined(items.map(\.record), delimiter)
      case .plain(let records): Self.joined(records, [])
      case .failures(let failure): lines { Self.write($0, $0.failure ?? failure, into: &$1) }
      case .deadLetters(let arn): lines { Self.write(deadLetter: $0, of: arn, into: &$1) }
      }
    }

    private static func joined(_ records: [PayloadStore.Record], _ delimiter: [UInt8]) -> [UInt8] {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(records.reduce(0) { $0 + $1.data.count + delimiter.count })
      for record in records {
        bytes += record.data
        bytes += delimiter
      }
      return bytes
    }

    /// A JSON object a line.
    private func lines(_ write: (Cargo.Item, inout WireWriter) -> Void) -> [UInt8] {
      var bytes: [UInt8] = []
      for item in items {
        var writer = WireWriter(.json)
        writer.object { write(item, &$0) }
        bytes += writer.bytes + [UInt8(ascii: "\n")]
      }
      return bytes
    }

    /// As AWS writes what the destinations of delivery streams did not take (F§6).
    private static func write(_ item: Cargo.Item, _ failure: Failure?, into writer: inout WireWriter) {
      writer.member("attemptsMade", failure?.attempts ?? 0)
      writer.member("arrivalTimestamp", item.arrival.milliseconds)
      writer.member("errorCode", failure?.code)
      writer.member("errorMessage", failure?.message)
      writer.member("attemptEndingTimestamp", failure?.at.milliseconds ?? 0)
      writer.name("rawData")
      writer.blob(item.record.data)
      for detail in failure?.details ?? [] { writer.member(detail.name, detail.value) }
    }

    /// A channel's: which record, and why. AWS says no more than that; the members' names are assumed.
    private static func write(deadLetter item: Cargo.Item, of stream: String, into writer: inout WireWriter) {
      writer.member("streamARN", stream)
      writer.member("shardId", item.place?.shard.description)
      writer.member("sequenceNumber", item.place?.sequenceNumber.description)
      writer.member("approximateArrivalTimestamp", item.arrival.milliseconds)
      writer.member("errorCode", item.failure?.code)
      writer.member("errorMessage", item.failure?.message)
    }
  }
}

extension Shipment.Content.Failure {
  static func tooManyPartitions(at now: Instant) -> Self {
    Self(
      code: "DynamicPartitioning.ActivePartitionsLimitExceeded",
      message: "More dynamic partitions are active than ActivePartitionsLimit allows.", attempts: 1, at: now)
  }
}

/// An HTTP endpoint that records are sent to.
public struct HTTPEndpoint: Sendable, Hashable {
  /// Where it is.
  public var url: String
  /// What shows it who is asking; nil for nothing.
  public var accessKey: String?
  /// AWS's commonAttributes, in their order.
  public var attributes: [Attribute]
  /// The delivery stream.
  public var source: String
  /// The same for every attempt at the same records.
  public var requestID: String
  /// How long it may take to answer.
  public var timeout: Interval

  /// A name and a value.
  public struct Attribute: Sendable, Hashable {
    /// The name, and the value.
    public var name: String, value: String
  }
}

// MARK: In the log

extension Shipment.ID {
  func write(into writer: inout WireWriter) {
    writer.object { writer in
      writer.member("s", stream)
      writer.member("l", line)
      switch work {
      case .delivery(let id): writer.member("d", Int64(bitPattern: id.raw))
      case .call(let id): writer.member("i", Int64(bitPattern: id.raw))
      case .channel(let id): writer.member("k", Int64(bitPattern: id.raw))
      }
      writer.member("f", first)
      writer.member("c", count)
    }
  }

  init?(_ input: WireInput) {
    guard let stream = input.integer("s"), let line = input.integer("l"), let first = input.integer("f"),
      let count = input.integer("c")
    else { return nil }
    switch (input.integer("d"), input.integer("i"), input.integer("k")) {
    case (let raw?, nil, nil): work = .delivery(DeliveryID(raw: UInt64(bitPattern: raw)))
    case (nil, let raw?, nil): work = .call(InvocationID(raw: UInt64(bitPattern: raw)))
    case (nil, nil, let raw?): work = .channel(DeliveryID(raw: UInt64(bitPattern: raw)))
    case (_, _, _): return nil
    }
    (self.stream, self.line, self.first, self.count) = (Int(stream), Int(line), first, count)
  }
}

extension Shipment.Outcome {
  /// What the machine takes of chance's part.
  private static let jitters: ClosedRange<Int64> = 850...1_150

  func write(into writer: inout WireWriter) {
    writer.object { writer in
      switch self {
      case .delivered: break
      case .answered(let verdicts): writer.member("x", list: verdicts) { $1.write(into: &$0) }
      case .partly(let refused, let jitter):
        writer.member("y", list: refused) { $1.write(into: &$0) }
        writer.member("j", jitter)
      case .failed(let reason, let jitter):
        writer.member("r", reason)
        writer.member("j", jitter)
      case .rejected(let reason): writer.member("r", reason)
      }
    }
  }

  init?(_ input: WireInput) {
    guard !input.has("x") else {
      let verdicts = input.structures("x").map { FunctionCall.Verdict($0) }
      guard !verdicts.contains(nil) else { return nil }
      self = .answered(verdicts.compactMap { $0 })
      return
    }
    guard !input.has("y") else {
      let refused = input.structures("y").map { BulkIndex.Refused($0) }
      guard !refused.contains(nil), let jitter = input.integer("j"), Self.jitters.contains(jitter) else { return nil }
      self = .partly(refused.compactMap { $0 }, jitter: jitter)
      return
    }
    switch (input.text("r"), input.integer("j")) {
    case (nil, nil): self = .delivered
    case (let reason?, let jitter?):
      guard Self.jitters.contains(jitter) else { return nil }
      self = .failed(reason, jitter: jitter)
    case (let reason?, nil): self = .rejected(reason)
    case (nil, _?): return nil
    }
  }
}
