internal import Units

/// Reads CBOR (RFC 8949) as far as AWS's CBOR 1.1 goes: numbers, texts, bytes, lists and maps of either length, dates.
///
/// A date is tag 1 with milliseconds since 1970: so the Java SDK writes it, and reads it.
struct CBORReader {
  private struct Malformed: Error {}

  private let bytes: [UInt8]
  private var place = 0

  /// The value that the bytes are; nil when they are none, or more than that.
  static func read(_ bytes: [UInt8]) -> WireValue? {
    var reader = CBORReader(bytes: bytes)
    guard let value = try? reader.value(JSONReader.depth) else { return nil }
    return reader.place == bytes.count ? value : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  /// What stands before a value: its major type, and its argument; nil for one of unknown length.
  private struct Head {
    var major: UInt8, minor: UInt8
    var argument: UInt64?
  }

  private mutating func byte() throws(Malformed) -> UInt8 {
    guard place < bytes.count else { throw Malformed() }
    place += 1
    return bytes[place - 1]
  }

  private mutating func head() throws(Malformed) -> Head {
    let first = try byte()
    let (major, minor) = (first >> 5, first & 31)
    switch minor {
    case 0..<24: return Head(major: major, minor: minor, argument: UInt64(minor))
    case 24...27: return Head(major: major, minor: minor, argument: try word(1 << (minor - 24)))
    case 31: return Head(major: major, minor: minor, argument: nil)
    default: throw Malformed()
    }
  }

  private mutating func word(_ width: Int) throws(Malformed) -> UInt64 {
    var word: UInt64 = 0
    for _ in 0..<width { word = word << 8 | UInt64(try byte()) }
    return word
  }

  private mutating func value(_ depth: Int) throws(Malformed) -> WireValue {
    guard depth > 0 else { throw Malformed() }
    let head = try head()
    switch head.major {
    case 0, 1:
      guard let argument = head.argument, let number = Int64(exactly: argument) else { throw Malformed() }
      return .integer(head.major == 0 ? number : -1 - number)
    case 2: return .blob(try string(head))
    case 3:
      guard let text = String(validating: try string(head), as: UTF8.self) else { throw Malformed() }
      return .text(text)
    case 4: return .list(try list(head, depth))
    case 5: return .object(try object(head, depth))
    case 6: return try tagged(head, depth)
    default: return try simple(head)
    }
  }

  /// Whether a list or map goes on; `left` counts down where its length is known.
  private mutating func goesOn(_ left: inout UInt64?) throws(Malformed) -> Bool {
    if let known = left {
      left = known &- 1
      return known > 0
    }
    guard place < bytes.count else { throw Malformed() }
    guard bytes[place] == 0xff else { return true }
    place += 1
    return false
  }

  private mutating func string(_ head: Head) throws(Malformed) -> [UInt8] {
    guard let length = head.argument else {
      var all: [UInt8] = [], left: UInt64?
      while try goesOn(&left) {
        let part = try self.head()
        guard part.major == head.major, part.argument != nil else { throw Malformed() }
        all += try string(part)
      }
      return all
    }
    guard length <= UInt64(bytes.count - place) else { throw Malformed() }
    place += Int(length)
    return Array(bytes[place - Int(length)..<place])
  }

  private mutating func list(_ head: Head, _ depth: Int) throws(Malformed) -> [WireValue] {
    var elements: [WireValue] = [], left = head.argument
    while try goesOn(&left) { elements.append(try value(depth - 1)) }
    return elements
  }

  private mutating func object(_ head: Head, _ depth: Int) throws(Malformed) -> [WireMember] {
    var members: [WireMember] = [], left = head.argument
    while try goesOn(&left) {
      guard case .text(let name) = try value(depth - 1) else { throw Malformed() }
      members.append(WireMember(name, try value(depth - 1)))
    }
    return members
  }

  private mutating func tagged(_ head: Head, _ depth: Int) throws(Malformed) -> WireValue {
    let inner = try value(depth - 1)
    guard head.argument == 1 else { return inner }
    switch inner {
    case .integer(let milliseconds): return .instant(.epoch + .milliseconds(milliseconds))
    case .number(let milliseconds):
      guard let whole = Int64(exactly: milliseconds.rounded()) else { throw Malformed() }
      return .instant(.epoch + .milliseconds(whole))
    default: throw Malformed()
    }
  }

  private func simple(_ head: Head) throws(Malformed) -> WireValue {
    switch (head.minor, head.argument) {
    case (20, _): return .bool(false)
    case (21, _): return .bool(true)
    case (22, _), (23, _): return .null
    case (25, let bits?): return .number(Double(Float16(bitPattern: UInt16(truncatingIfNeeded: bits))))
    case (26, let bits?): return .number(Double(Float(bitPattern: UInt32(truncatingIfNeeded: bits))))
    case (27, let bits?): return .number(Double(bitPattern: bits))
    default: throw Malformed()
    }
  }
}
