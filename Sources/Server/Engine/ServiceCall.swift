/// A call on the service, read and checked: what a driver steps it with.
public struct ServiceCall: Sendable, Hashable {
  /// What is asked.
  public enum Ask: Sendable, Hashable {
    /// An operation with its members.
    case members(WireInput)
    /// PutRecord or PutRecords, with their records side by side.
    case put(PutBatch)
    /// The caller of another call is gone: a receive that waits, or a subscription.
    case hangUp(Int)
    /// What became of a shipment.
    case outcome(Shipment.ID, Shipment.Outcome)
  }

  /// Whose operation it is.
  public enum Service: Int, Sendable, Hashable {
    /// Data Streams.
    case kinesis
    /// Data Firehose.
    case firehose
    /// CloudWatch, as far as it tells of the others.
    case cloudWatch
  }

  /// The driver's number of it, by which effects name it; never used again.
  public var number: Int
  /// Whose operation it is.
  public var service: Service
  /// AWS's name of the operation.
  public var operation: String
  /// How it is answered.
  public var format: WireFormat
  /// What is asked.
  public var ask: Ask

  /// A call.
  public init(number: Int, _ service: Service, operation: String, format: WireFormat, ask: Ask) {
    (self.number, self.service, self.operation) = (number, service, operation)
    (self.format, self.ask) = (format, ask)
  }
}

/// What the service answers, and what it does by itself.
public enum ServiceEffect: Sendable, Hashable {
  /// A call is answered.
  case reply(to: Int, ServiceReply)
  /// A call is answered by a stream of events; they follow.
  case begin(Int)
  /// Bytes of such a stream.
  case event(to: Int, [UInt8])
  /// Such a stream is over.
  case end(of: Int)
  /// Something is to be delivered, and what becomes of it is to be told by `outcome`.
  case ship(Shipment)
}

/// An answer as HTTP carries it.
public struct ServiceReply: Sendable, Hashable {
  /// The HTTP status.
  public var status: Int
  /// How the body is written.
  public var format: WireFormat
  /// The body; empty where the operation answers nothing.
  public var body: [UInt8]
  /// AWS's name of the error; nil for success.
  public var error: String?

  /// A success.
  public init(_ body: [UInt8], _ format: WireFormat) {
    (status, self.format, self.body, error) = (200, format, body, nil)
  }

  /// An error.
  public init(_ error: ServiceError, _ format: WireFormat) {
    (status, self.format, body, self.error) = (error.status, format, error.body(format), error.code)
  }
}
