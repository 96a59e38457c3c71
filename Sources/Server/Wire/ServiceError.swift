internal import KinesisCore

/// An error as AWS answers it: its name, its text, its HTTP status.
public struct ServiceError: Error, Sendable, Hashable {
  /// AWS's name, such as ResourceNotFoundException.
  public var code: String
  /// The reason in words; nil where AWS says none.
  public var message: String?
  /// 400 for what the caller can mend, 500 for what it cannot.
  public var status: Int

  /// An error.
  public init(_ code: String, _ message: String?, status: Int = 400) {
    (self.code, self.message, self.status) = (code, message, status)
  }

  static func notFound(_ message: String) -> ServiceError { ServiceError("ResourceNotFoundException", message) }
  static func invalidArgument(_ message: String) -> ServiceError { ServiceError("InvalidArgumentException", message) }
  static func validation(_ message: String) -> ServiceError { ServiceError("ValidationException", message) }
  static func inUse(_ message: String) -> ServiceError { ServiceError("ResourceInUseException", message) }
  static let expiredToken = ServiceError(
    "ExpiredNextTokenException", "The pagination token passed to the operation has expired.")
  static let unknownOperation = ServiceError("UnknownOperationException", nil)

  /// What a body that cannot be read, or a member of another type, is answered with.
  public static func serialization(_ message: String?) -> ServiceError {
    ServiceError("SerializationException", message)
  }

  /// An operation of AWS's that weir does not do yet.
  static func notThere(_ operation: String) -> ServiceError {
    ServiceError(
      "UnknownOperationException", "weir serve does not do \(operation) yet: docs/serve.md lists what it does.")
  }

  /// Whether a shard's throughput refused it.
  var isThrottle: Bool { code == "ProvisionedThroughputExceededException" }

  /// A refusal of the core's; `stream` is named where AWS names it.
  init(_ refusal: Refusal, stream: StreamName? = nil) {
    self.init(refusal.code, refusal.message)
    guard let stream else { return }
    switch refusal {
    case .writeThrottled(let shard, _), .readThrottled(let shard, _):
      message = "Rate exceeded for shard \(shard) in stream \(stream.name) under account \(stream.account)."
    default: break
    }
  }

  /// A refusal of a delivery stream's; that it is busy is a fault to AWS.
  init(_ refusal: DeliveryRefusal) {
    self.init(refusal.code, refusal.message, status: refusal == .slowDown ? 503 : 400)
  }

  /// Its body, the same for every operation. AWS writes Message with a capital where it could not read the request.
  func body(_ format: WireFormat) -> [UInt8] {
    var writer = WireWriter(format)
    writer.object { writer in
      writer.member("__type", code)
      writer.member(code == "SerializationException" ? "Message" : "message", message)
    }
    return writer.bytes
  }
}

/// A stream and the account it is of, as AWS's texts name them.
struct StreamName: Sendable, Hashable {
  var name: String
  var account: String
}
