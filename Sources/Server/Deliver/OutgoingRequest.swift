public import Units

/// A request to a destination, as whoever knows a network sends it.
public struct OutgoingRequest: Sendable, Hashable {
  /// A header.
  public struct Header: Sendable, Hashable {
    /// Its name and its value.
    public let name: String, value: String
  }

  /// Always POST: where to.
  public let url: String
  /// Its headers.
  public let headers: [Header]
  /// Its body.
  public let body: [UInt8]
  /// How long it may take to be answered.
  public let timeout: Interval
  /// AWS's service that it is signed for, where there is a key; nil for none.
  public let service: String?
}

/// What was answered.
public struct IncomingAnswer: Sendable, Hashable {
  /// The HTTP status, and the body.
  public let status: Int, body: [UInt8]

  /// An answer.
  public init(status: Int, body: [UInt8]) { (self.status, self.body) = (status, body) }

  /// The body's beginning, for a reader.
  var beginning: String { String(decoding: body.prefix(500), as: UTF8.self) }
}
