/// Whose use a line of a bill is. Its text is what bills, cost.csv and budgets call it: `stream:clicks`.
public struct Scope: Sendable, Hashable, Codable, CustomStringConvertible {
  /// What has a bill of its own.
  public enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The account, without a name: what its streams fall short of a commitment.
    case account
    /// A stream: its shards or bytes, what it keeps.
    case stream
    /// A consumer: its fan-out, its leases, its function, its KPUs.
    case consumer
    /// A delivery stream, and what surrounds it.
    case firehose
    /// A delivery channel.
    case channel
    /// Video streams of Kinesis Video Streams.
    case videoStream = "video_stream"
    /// A legacy SQL application.
    case sqlApplication = "sql_application"
  }

  /// What it is.
  public let kind: Kind
  /// Which one; empty for the account.
  public let name: String

  /// The scope of the account.
  public static let account = Scope(.account, "")

  /// The scope of a thing by its name.
  public init(_ kind: Kind, _ name: String) { (self.kind, self.name) = (kind, name) }

  /// The scope of a text such as `stream:clicks`; nil when it is none. Names may hold colons.
  public init?(_ text: String) {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let kind = Kind(rawValue: String(parts[0])), (kind == .account) == (parts.count == 1) else { return nil }
    self.init(kind, parts.count == 1 ? "" : String(parts[1]))
  }

  /// The text: kind, colon, name.
  public var description: String { kind == .account ? kind.rawValue : "\(kind.rawValue):\(name)" }
}
