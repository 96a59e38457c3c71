/// A JSON document that is always written the same way: keys in byte order, two spaces of indentation, numbers in the
/// shortest form that reads back equal, and null for what is not finite.
public indirect enum JSONValue: Sendable, Hashable {
  /// Nothing, or nothing measured.
  case null
  /// True or false.
  case bool(Bool)
  /// A whole number, written in full; wide enough for a seed and for a sum.
  case integer(Int128)
  /// A double; null when it is not finite.
  case number(Double)
  /// A text.
  case string(String)
  /// A list in order.
  case array([JSONValue])
  /// Members by name; written in the byte order of their names.
  case object([String: JSONValue])

  /// A whole number of any width up to 128 bits.
  public static func count(_ number: some BinaryInteger) -> JSONValue { .integer(Int128(number)) }

  /// The text, or null.
  public static func optional(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }

  /// The number, or null.
  public static func optional(_ number: Double?) -> JSONValue { number.map { .number($0) } ?? .null }

  /// The members of an object in the byte order of their names; empty for anything else.
  public var members: [(name: String, value: JSONValue)] {
    guard case .object(let members) = self else { return [] }
    let ordered = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return ordered.map { (name: $0.key, value: $0.value) }
  }

  /// A member of an object; nil when there is none.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }

  /// The document, with a newline at its end.
  public var text: String {
    var text = ""
    write(into: &text, indentation: "\n")
    return text + "\n"
  }

  private func write(into text: inout String, indentation: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += value.description
    case .number(let value): text += Figures.shortest(value) ?? "null"
    case .string(let value): Self.quote(value, into: &text)
    case .array(let values): Self.writeArray(values, into: &text, indentation)
    case .object: Self.writeObject(members, into: &text, indentation)
    }
  }

  private static func writeArray(_ values: [JSONValue], into text: inout String, _ indentation: String) {
    guard !values.isEmpty else {
      text += "[]"
      return
    }
    let inner = indentation + "  "
    for (position, value) in values.enumerated() {
      text += (position == 0 ? "[" : ",") + inner
      value.write(into: &text, indentation: inner)
    }
    text += indentation + "]"
  }

  private static func writeObject(
    _ members: [(name: String, value: JSONValue)], into text: inout String, _ indentation: String
  ) {
    guard !members.isEmpty else {
      text += "{}"
      return
    }
    let inner = indentation + "  "
    for (position, member) in members.enumerated() {
      text += (position == 0 ? "{" : ",") + inner
      quote(member.name, into: &text)
      text += ": "
      member.value.write(into: &text, indentation: inner)
    }
    text += indentation + "}"
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20: text += "\\u00" + hexadecimal(UInt64(scalar.value), digits: 2)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }

  /// A number in lower-case hexadecimal, with zeros in front up to `digits`.
  static func hexadecimal(_ value: UInt64, digits: Int) -> String {
    let text = String(value, radix: 16)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
  ExpressibleByNilLiteral
{
  /// An object; its names must differ.
  public init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(Dictionary(uniqueKeysWithValues: elements))
  }
  /// A list.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// A text.
  public init(stringLiteral value: String) { self = .string(value) }
  /// Null.
  public init(nilLiteral: ()) { self = .null }
}
