/// Reads JSON (RFC 8259). Nesting is bounded; text is UTF-8 or nothing.
struct JSONReader {
  private struct Malformed: Error {}

  /// How deep lists and objects may lie in each other.
  static let depth = 64

  private let bytes: [UInt8]
  private var place = 0

  /// The value that the bytes are; nil when they are no JSON, or more than that.
  static func read(_ bytes: [UInt8]) -> WireValue? {
    var reader = JSONReader(bytes: bytes)
    guard let value = try? reader.value(depth) else { return nil }
    reader.skipSpace()
    return reader.place == bytes.count ? value : nil
  }

  private init(bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 { place += 1 }
  }

  private mutating func take(_ byte: Character) -> Bool {
    guard next == byte.asciiValue else { return false }
    place += 1
    return true
  }

  private mutating func value(_ depth: Int) throws(Malformed) -> WireValue {
    guard depth > 0 else { throw Malformed() }
    skipSpace()
    switch next {
    case UInt8(ascii: "{"): return try object(depth - 1)
    case UInt8(ascii: "["): return try list(depth - 1)
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ word: String, _ value: WireValue) throws(Malformed) -> WireValue {
    guard bytes[place...].starts(with: word.utf8) else { throw Malformed() }
    place += word.utf8.count
    return value
  }

  private mutating func object(_ depth: Int) throws(Malformed) -> WireValue {
    place += 1
    var members: [WireMember] = []
    skipSpace()
    if take("}") { return .object([]) }
    while true {
      skipSpace()
      guard next == UInt8(ascii: "\"") else { throw Malformed() }
      let name = try text()
      skipSpace()
      guard take(":") else { throw Malformed() }
      members.append(WireMember(name, try value(depth)))
      skipSpace()
      if take("}") { return .object(members) }
      guard take(",") else { throw Malformed() }
    }
  }

  private mutating func list(_ depth: Int) throws(Malformed) -> WireValue {
    place += 1
    var elements: [WireValue] = []
    skipSpace()
    if take("]") { return .list([]) }
    while true {
      elements.append(try value(depth))
      skipSpace()
      if take("]") { return .list(elements) }
      guard take(",") else { throw Malformed() }
    }
  }

  private mutating func text() throws(Malformed) -> String {
    place += 1
    let start = place
    while let byte = next, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { place += 1 }
    guard let byte = next, byte >= 0x20 else { throw Malformed() }
    var plain = bytes[start..<place]
    if byte == UInt8(ascii: "\\") { plain = try escaped(plain) } else { place += 1 }
    guard let text = String(validating: plain, as: UTF8.self) else { throw Malformed() }
    return text
  }

  /// The rest of a text in which something is escaped.
  private mutating func escaped(_ start: ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
    var text = Array(start)
    while let byte = next {
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return text[...]
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw Malformed()
      default: text.append(byte)
      }
    }
    throw Malformed()
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"),
    UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12, UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]

  private mutating func escape() throws(Malformed) -> [UInt8] {
    guard let byte = next else { throw Malformed() }
    place += 1
    guard byte == UInt8(ascii: "u") else {
      guard let plain = Self.escapes[byte] else { throw Malformed() }
      return [plain]
    }
    var unit = try hexadecimal()
    if (0xd800..<0xdc00).contains(unit) {
      guard take("\\"), take("u") else { throw Malformed() }
      let low = try hexadecimal()
      guard (0xdc00..<0xe000).contains(low) else { throw Malformed() }
      unit = 0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00)
    }
    guard let scalar = Unicode.Scalar(unit) else { throw Malformed() }
    return Array(String(scalar).utf8)
  }

  private mutating func hexadecimal() throws(Malformed) -> UInt32 {
    guard place + 4 <= bytes.count else { throw Malformed() }
    var unit: UInt32 = 0
    for byte in bytes[place..<place + 4] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else { throw Malformed() }
      unit = unit << 4 | UInt32(digit)
    }
    place += 4
    return unit
  }

  private mutating func number() throws(Malformed) -> WireValue {
    let start = place
    _ = take("-")
    let whole = digits()
    guard whole > 0, whole == 1 || bytes[place - whole] != UInt8(ascii: "0") else { throw Malformed() }
    var isWhole = true
    if take(".") {
      isWhole = false
      guard digits() > 0 else { throw Malformed() }
    }
    if take("e") || take("E") {
      isWhole = false
      if !take("+") { _ = take("-") }
      guard digits() > 0 else { throw Malformed() }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isWhole, let integer = Int64(text) { return .integer(integer) }
    guard let number = Double(text), number.isFinite else { throw Malformed() }
    return .number(number)
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = next, (0x30...0x39).contains(byte) { place += 1 }
    return place - start
  }
}
