internal import Units

/// Writes an answer in either format, straight to bytes.
///
/// Objects and lists are closures, so that what is opened is closed. CBOR's have no length in front: it need not be known.
public struct WireWriter {
  /// How it writes.
  public let format: WireFormat
  /// What was written.
  public private(set) var bytes: [UInt8] = []
  /// JSON: whether a comma comes before what is next.
  private var isBehindValue = false

  /// Nothing yet.
  public init(_ format: WireFormat) { self.format = format }

  // MARK: Values

  mutating func object(_ members: (inout WireWriter) -> Void) { enclose("{", 0xbf, "}", members) }

  mutating func list(_ elements: (inout WireWriter) -> Void) { enclose("[", 0x9f, "]", elements) }

  private mutating func enclose(
    _ open: Unicode.Scalar, _ head: UInt8, _ close: Unicode.Scalar, _ inside: (inout WireWriter) -> Void
  ) {
    begin()
    bytes.append(format == .json ? UInt8(ascii: open) : head)
    isBehindValue = false
    inside(&self)
    bytes.append(format == .json ? UInt8(ascii: close) : 0xff)
    isBehindValue = true
  }

  mutating func name(_ name: String) {
    text(name)
    guard format == .json else { return }
    bytes.append(UInt8(ascii: ":"))
    isBehindValue = false
  }

  mutating func text(_ text: String) {
    begin()
    switch format {
    case .json: quote(text.utf8)
    case .cbor:
      head(3, UInt64(text.utf8.count))
      bytes.append(contentsOf: text.utf8)
    }
  }

  /// A text that is UTF-8 already.
  mutating func text(utf8 text: ArraySlice<UInt8>) {
    begin()
    switch format {
    case .json: quote(text)
    case .cbor:
      head(3, UInt64(text.count))
      bytes.append(contentsOf: text)
    }
  }

  mutating func integer(_ number: Int64) {
    begin()
    switch format {
    case .json: bytes.append(contentsOf: String(number).utf8)
    case .cbor: number < 0 ? head(1, UInt64(-1 - number)) : head(0, UInt64(number))
    }
  }

  mutating func bool(_ value: Bool) {
    begin()
    switch format {
    case .json: bytes.append(contentsOf: (value ? "true" : "false").utf8)
    case .cbor: bytes.append(value ? 0xf5 : 0xf4)
    }
  }

  mutating func null() {
    begin()
    switch format {
    case .json: bytes.append(contentsOf: "null".utf8)
    case .cbor: bytes.append(0xf6)
    }
  }

  /// A number that is finite.
  mutating func number(_ number: Double) {
    begin()
    switch format {
    case .json: bytes.append(contentsOf: "\(number)".utf8)
    case .cbor: append(0xfb, number.bitPattern, width: 8)
    }
  }

  mutating func blob(_ blob: ArraySlice<UInt8>) {
    begin()
    switch format {
    case .json:
      bytes.append(UInt8(ascii: "\""))
      Base64.encode(blob, into: &bytes)
      bytes.append(UInt8(ascii: "\""))
    case .cbor:
      head(2, UInt64(blob.count))
      bytes.append(contentsOf: blob)
    }
  }

  /// To the millisecond, as AWS has it.
  mutating func instant(_ instant: Instant) {
    begin()
    let milliseconds = instant.milliseconds
    switch format {
    case .json:
      let fraction = String(1_000 + milliseconds % 1_000).dropFirst()
      bytes.append(contentsOf: "\(milliseconds / 1_000).\(fraction)".utf8)
    case .cbor:
      bytes.append(0xc1)
      head(0, UInt64(max(0, milliseconds)))
    }
  }

  /// Any value, as a client would write it.
  mutating func write(_ value: WireValue) {
    switch value {
    case .null: null()
    case .bool(let value): bool(value)
    case .integer(let number): integer(number)
    case .number(let number): self.number(number)
    case .text(let text): self.text(text)
    case .blob(let bytes): blob(bytes[...])
    case .instant(let instant): self.instant(instant)
    case .list(let elements): list { for element in elements { $0.write(element) } }
    case .object(let members):
      object { writer in
        for member in members {
          writer.name(member.name)
          writer.write(member.value)
        }
      }
    }
  }

  // MARK: Members

  mutating func member(_ name: String, _ text: String?) {
    guard let text else { return }
    self.name(name)
    self.text(text)
  }

  mutating func member(_ name: String, _ number: Int64) {
    self.name(name)
    integer(number)
  }

  mutating func member(_ name: String, _ number: Int) { member(name, Int64(number)) }

  mutating func member(_ name: String, _ value: Bool) {
    self.name(name)
    bool(value)
  }

  mutating func member(_ name: String, _ instant: Instant?) {
    guard let instant else { return }
    self.name(name)
    self.instant(instant)
  }

  mutating func member(_ name: String, object members: (inout WireWriter) -> Void) {
    self.name(name)
    object(members)
  }

  mutating func member<Element>(
    _ name: String, list elements: some Sequence<Element>, _ write: (inout WireWriter, Element) -> Void
  ) {
    self.name(name)
    list { writer in for element in elements { write(&writer, element) } }
  }

  mutating func member(_ name: String, texts: [String]) { member(name, list: texts) { $0.text($1) } }

  // MARK: Bytes

  private mutating func begin() {
    guard format == .json else { return }
    if isBehindValue { bytes.append(UInt8(ascii: ",")) }
    isBehindValue = true
  }

  private mutating func head(_ major: UInt8, _ argument: UInt64) {
    let type = major << 5
    switch argument {
    case 0..<24: bytes.append(type | UInt8(argument))
    case 24...0xff: bytes.append(contentsOf: [type | 24, UInt8(argument)])
    case 0x100...0xffff: append(type | 25, argument, width: 2)
    case 0x1_0000...0xffff_ffff: append(type | 26, argument, width: 4)
    default: append(type | 27, argument, width: 8)
    }
  }

  private mutating func append(_ first: UInt8, _ word: UInt64, width: Int) {
    bytes.append(first)
    bytes.append(word, width: width)
  }

  private mutating func quote(_ text: some Sequence<UInt8>) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0..<0x20:
        let digits = String(0x100 | Int(byte), radix: 16).dropFirst()
        bytes.append(contentsOf: "\\u00\(digits)".utf8)
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
