internal import KinesisCore
public import Units

/// One attempt at a delivery, with all that it takes to carry it out: an S3 object, or a request to an HTTP endpoint.
public struct Shipment: Sendable, Hashable {
  /// Which attempt of which delivery stream, and of which of its records: what an outcome in the log is held against.
  public struct ID: Sendable, Hashable {
    /// The delivery stream, and which of its configurations since it was made.
    let stream: Int, line: Int
    /// The machine's number of the attempt.
    let delivery: DeliveryID
    /// The number of its first record among those of its shard or channel, and how many there are.
    let first: Int64, count: Int64
  }

  /// What became of it.
  public enum Outcome: Sendable, Hashable {
    /// It is where it belongs.
    case delivered
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
  let compression: DeliveryConfiguration.Compression

  /// The name is all there is to a shipment: two of a name are the same.
  public static func == (a: Shipment, b: Shipment) -> Bool { a.id == b.id && a.target == b.target }
  /// By name.
  public func hash(into hasher: inout Hasher) { hasher.combine(id) }

  /// The bytes to store under a key. It takes as long as there are records, and may be done anywhere.
  func object(bucket: String, key: String) -> StoredObject {
    let body = compression.compress(content.bytes, named: GeneratedID.uuid("entry/\(bucket)/\(key)"))
    return StoredObject(bucket: bucket, key: key, body: body, encoding: compression.contentEncoding)
  }

  /// The records of a request to an HTTP endpoint.
  public var payloads: [[UInt8]] { content.records.map { Array($0.data) } }
}

extension Shipment {
  /// Records and how they are written.
  struct Content: Sendable {
    var records: [PayloadStore.Record]
    /// When they reached the service, in the order of the records.
    var arrivals: [Instant]
    /// What stands behind each record; empty for nothing.
    var delimiter: [UInt8]
    /// Why they go to the error output; nil for records as they came.
    var failure: Failure?

    /// Why records could not be delivered.
    struct Failure: Sendable, Hashable {
      var code: String, message: String
      var attempts: Int64
      var at: Instant
    }

    var bytes: [UInt8] {
      guard failure == nil else { return failed }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(records.reduce(0) { $0 + $1.data.count + delimiter.count })
      for record in records {
        bytes += record.data
        bytes += delimiter
      }
      return bytes
    }

    /// A JSON object a line, as AWS writes what its destinations did not take (F§6).
    private var failed: [UInt8] {
      var bytes: [UInt8] = []
      for (record, arrival) in zip(records, arrivals) {
        var writer = WireWriter(.json)
        writer.object { writer in
          writer.member("attemptsMade", failure?.attempts ?? 0)
          writer.member("arrivalTimestamp", arrival.milliseconds)
          writer.member("errorCode", failure?.code)
          writer.member("errorMessage", failure?.message)
          writer.member("attemptEndingTimestamp", failure?.at.milliseconds ?? 0)
          writer.name("rawData")
          writer.blob(record.data)
        }
        bytes += writer.bytes + [UInt8(ascii: "\n")]
      }
      return bytes
    }
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
      writer.member("d", Int64(bitPattern: delivery.raw))
      writer.member("f", first)
      writer.member("c", count)
    }
  }

  init?(_ input: WireInput) {
    guard let stream = input.integer("s"), let line = input.integer("l"), let raw = input.integer("d"),
      let first = input.integer("f"), let count = input.integer("c")
    else { return nil }
    (self.stream, self.line) = (Int(stream), Int(line))
    (delivery, self.first, self.count) = (DeliveryID(raw: UInt64(bitPattern: raw)), first, count)
  }
}

extension Shipment.Outcome {
  func write(into writer: inout WireWriter) {
    writer.object { writer in
      switch self {
      case .delivered: break
      case .failed(let reason, let jitter):
        writer.member("r", reason)
        writer.member("j", jitter)
      case .rejected(let reason): writer.member("r", reason)
      }
    }
  }

  init?(_ input: WireInput) {
    switch (input.text("r"), input.integer("j")) {
    case (nil, nil): self = .delivered
    case (let reason?, let jitter?):
      guard (850...1_150).contains(jitter) else { return nil }
      self = .failed(reason, jitter: jitter)
    case (let reason?, nil): self = .rejected(reason)
    case (nil, _?): return nil
    }
  }
}
