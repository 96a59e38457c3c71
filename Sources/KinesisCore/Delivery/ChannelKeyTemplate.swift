public import Units

/// How a channel's objects are called (AWS: OutputKeyTemplate), by the rules of the developer guide's page on it.
///
/// The page does not say which instant the template's times are, nor where what makes a key unique stands: it is taken to be the
/// arrival of the oldest record, as Firehose has it, and ahead of the file's extension.
public struct ChannelKeyTemplate: Sendable, Hashable {
  /// AWS's own, where none is given.
  public static let standard =
    "kinesis-channel/!{channel-name}/!{channel-id}/!{yyyy}/!{MM}/!{dd}/!{HH}/"
    + "!{channel-name}-!{channel-id}-!{yyyy}-!{MM}-!{dd}-!{HH}-!{mm}!{extension}"

  /// What a template is filled in with.
  public struct Names: Sendable, Hashable {
    /// ChannelName, ChannelId and the stream's name.
    public var channel: String, id: String, stream: String
    /// What the compression calls its files, such as `.gz`; empty without one.
    public var fileExtension: String

    /// Names of a channel.
    public init(channel: String, id: String, stream: String, fileExtension: String) {
      (self.channel, self.id, self.stream, self.fileExtension) = (channel, id, stream, fileExtension)
    }
  }

  private enum Piece: Sendable, Hashable {
    case literal(String)
    case channel, id, stream
    /// A pattern of the date and time, in UTC.
    case time(String)
    /// With a literal extension, or the compression's own.
    case fileExtension(String?)

    var isExtension: Bool { if case .fileExtension = self { true } else { false } }
  }

  private let pieces: [Piece]
  private let names: Names

  /// A template for a channel, or why AWS would refuse it.
  public init(_ text: String, _ names: Names, limits: LimitsProfile) throws(Refusal) {
    pieces = try Self.read(text)
    self.names = names
    let extensions = pieces.indices.filter { pieces[$0].isExtension }
    guard extensions.allSatisfy({ $0 == pieces.count - 1 }) else {
      throw .validation("OutputKeyTemplate can have one extension placeholder, at its end.")
    }
    guard !extensions.isEmpty || names.fileExtension.isEmpty else {
      throw .validation("OutputKeyTemplate must have an extension placeholder when objects are compressed.")
    }
    guard !text.hasPrefix("/"), !text.contains("//") else {
      throw .validation("OutputKeyTemplate must not start with a slash or have one behind another.")
    }
    let segments = text.split(separator: "/", omittingEmptySubsequences: false)
    guard !text.contains(".."), !segments.contains(".") else {
      throw .validation("OutputKeyTemplate must not have path segments of periods.")
    }
    guard key(at: .epoch, unique: "").count <= limits[.channel.keyMaximum] else {
      throw .validation("OutputKeyTemplate comes to more than \(limits[.channel.keyMaximum]) characters.")
    }
  }

  /// The key of an object whose oldest record arrived then. `unique` tells it from all others: 38 characters at most.
  public func key(at time: Instant, unique: String) -> String {
    let parts = pieces.map { piece -> String in
      switch piece {
      case .literal(let text): text
      case .channel: names.channel
      case .id: names.id
      case .stream: names.stream
      case .time(let pattern): TimestampPattern.render(pattern, time)
      case .fileExtension(let own): own ?? names.fileExtension
      }
    }
    guard pieces.last?.isExtension == true else { return parts.joined() + unique }
    return parts.dropLast().joined() + unique + (parts.last ?? "")
  }

  // MARK: Reading

  private static func read(_ text: String) throws(Refusal) -> [Piece] {
    var pieces: [Piece] = [], rest = text[...]
    while let start = rest.firstRange(of: "!{") {
      if start.lowerBound > rest.startIndex { pieces.append(.literal(String(rest[..<start.lowerBound]))) }
      guard let end = rest[start.upperBound...].firstIndex(of: "}") else {
        throw .validation("OutputKeyTemplate has a placeholder that is not closed.")
      }
      pieces.append(try placeholder(String(rest[start.upperBound..<end])))
      rest = rest[rest.index(after: end)...]
    }
    if !rest.isEmpty { pieces.append(.literal(String(rest))) }
    let literals = pieces.compactMap { if case .literal(let text) = $0 { text } else { nil } }
    guard literals.allSatisfy({ $0.utf8.allSatisfy(isPlain) }) else {
      throw .validation("OutputKeyTemplate may have letters, digits and ! - _ ' . * ( ) / = beside placeholders.")
    }
    return pieces
  }

  private static func placeholder(_ name: String) throws(Refusal) -> Piece {
    switch name {
    case "channel-name": return .channel
    case "channel-id": return .id
    case "stream-name": return .stream
    case "yyyy", "yy", "MM", "dd", "HH", "mm": return .time(name)
    case "extension": return .fileExtension(nil)
    default:
      let own = name.hasPrefix("extension:.") ? name.dropFirst("extension:".count) : ""
      guard own.count > 1, own.utf8.allSatisfy({ $0 == UInt8(ascii: ".") || isLower($0) }) else {
        throw .validation("OutputKeyTemplate has a placeholder that does not exist: !{\(name)}.")
      }
      return .fileExtension(String(own))
    }
  }

  private static func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

  private static func isPlain(_ byte: UInt8) -> Bool {
    isLower(byte | 0x20) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "!-_'.*()/=".utf8.contains(byte)
  }
}
