public import Units

/// What a request says, whichever format it came in.
public indirect enum WireValue: Sendable, Hashable {
  /// Nothing.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number.
  case integer(Int64)
  /// Any other number.
  case number(Double)
  /// A text; in JSON a blob is one as well, in base64.
  case text(String)
  /// Bytes.
  case blob([UInt8])
  /// A point in time.
  case instant(Instant)
  /// A list.
  case list([WireValue])
  /// Members in the order in which they came.
  case object([WireMember])

  /// A member of an object that is not null; of two of a name the last. O(members).
  public subscript(name: String) -> WireValue? {
    guard case .object(let members) = self, let found = members.last(where: { $0.name == name }) else { return nil }
    return found.value == .null ? nil : found.value
  }
}

/// A member of an object.
public struct WireMember: Sendable, Hashable {
  /// Its name.
  public var name: String
  /// What it is.
  public var value: WireValue

  /// A member.
  public init(_ name: String, _ value: WireValue) { (self.name, self.value) = (name, value) }
}

/// Members of a request that was checked against its shape, by name: what is asked for has the shape's type, or is not there.
public struct WireInput: Sendable, Hashable {
  let value: WireValue

  /// The members of an object.
  public init(_ value: WireValue) { self.value = value }

  /// The same without some of its members.
  func without(_ names: Set<String>) -> WireInput {
    guard case .object(let members) = value else { return self }
    return WireInput(.object(members.filter { !names.contains($0.name) }))
  }

  /// Whether a member is there.
  public func has(_ name: String) -> Bool { value[name] != nil }

  /// A text.
  public func text(_ name: String) -> String? {
    guard case .text(let text) = value[name] else { return nil }
    return text
  }

  /// A whole number.
  public func integer(_ name: String) -> Int64? {
    guard case .integer(let number) = value[name] else { return nil }
    return number
  }

  /// A truth; false where it is not there.
  public func isTrue(_ name: String) -> Bool { value[name] == .bool(true) }

  /// A point in time.
  public func instant(_ name: String) -> Instant? {
    guard case .instant(let instant) = value[name] else { return nil }
    return instant
  }

  /// Bytes.
  public func blob(_ name: String) -> [UInt8]? {
    guard case .blob(let bytes) = value[name] else { return nil }
    return bytes
  }

  /// A structure.
  public func structure(_ name: String) -> WireInput? { value[name].map(WireInput.init) }

  /// A list of structures; empty where it is not there.
  public func structures(_ name: String) -> [WireInput] { list(name).map(WireInput.init) }

  /// A list of texts; empty where it is not there.
  public func texts(_ name: String) -> [String] {
    list(name).compactMap { if case .text(let text) = $0 { text } else { nil } }
  }

  /// A map of texts; empty where it is not there.
  public func map(_ name: String) -> [(key: String, value: String)] {
    guard case .object(let members) = value[name] else { return [] }
    return members.compactMap { if case .text(let text) = $0.value { (key: $0.name, value: text) } else { nil } }
  }

  func list(_ name: String) -> [WireValue] {
    guard case .list(let elements) = value[name] else { return [] }
    return elements
  }
}

/// How requests and answers are written.
public enum WireFormat: String, Sendable, Hashable, CaseIterable {
  /// AWS JSON 1.1.
  case json = "application/x-amz-json-1.1"
  /// AWS's CBOR 1.1.
  case cbor = "application/x-amz-cbor-1.1"

  /// The format of a Content-Type header; nil for any other.
  public init?(contentType: String) {
    let type = contentType.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
    guard let format = Self.allCases.first(where: { $0.rawValue == type || $0.former == type }) else { return nil }
    self = format
  }

  /// A type that says the same: CloudWatch's.
  var former: String? { self == .json ? "application/x-amz-json-1.0" : nil }

  /// Reads a body; nil when it is none of this format.
  public func read(_ bytes: [UInt8]) -> WireValue? {
    switch self {
    case .json: JSONReader.read(bytes)
    case .cbor: CBORReader.read(bytes)
    }
  }
}
