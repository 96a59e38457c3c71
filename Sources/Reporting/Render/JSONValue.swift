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

  /// A YAML scalar as what it is: a number, a truth or a text; what stands in quotes is a text without them.
  public static func scalar(_ text: String) -> JSONValue {
    if let whole = Int64(text) { return .count(whole) }
    if let number = Double(text), number.isFinite { return .number(number) }
    if text == "true" || text == "false" { return .bool(text == "true") }
    let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
    return .string(isQuoted ? String(text.dropFirst().dropLast()) : text)
  }

  /// The members of an object in the byte order of their names; empty for anything else.
  public var members: [(name: String, value: JSONValue)] {
    guard case .object(let members) = self else { return [] }
    let ordered = members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    return ordered.map { (name: $0.key, value: $0.value) }
  }

  /// A member of an object; nil when there is none. Only an object takes one.
  public subscript(name: String) -> JSONValue? {
    get {
      guard case .object(let members) = self else { return nil }
      return members[name]
    }
    set {
      guard case .object(var members) = self else { preconditionFailure("a member of what is no object") }
      members[name] = newValue
      self = .object(members)
    }
  }

  /// An object with the members of another one as well, which win.
  func merging(_ other: JSONValue) -> JSONValue {
    other.members.reduce(into: self) { $0[$1.name] = $1.value }
  }

  /// The document, with a newline at its end.
  public var text: String {
    var text = ""
    write(into: &text, indentation: "\n")
    return text + "\n"
  }

  /// The value on one line.
  var line: String {
    switch self {
    case .array(let values): "[" + values.map(\.line).joined(separator: ", ") + "]"
    case .object:
      "{" + members.map { "\(JSONValue.string($0.name).line): \($0.value.line)" }.joined(separator: ", ") + "}"
    case .null, .bool, .integer, .number, .string: String(text.dropLast())
    }
  }

  private func write(into text: inout String, indentation: String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += value.description
    case .number(let value): text += Figures.shortest(value) ?? "null"
    case .string(let value): Self.quote(value, into: &text)
    case .array(let values): Self.write(values.map { (nil, $0) }, between: ("[", "]"), into: &text, indentation)
    case .object: Self.write(members.map { ($0.name, $0.value) }, between: ("{", "}"), into: &text, indentation)
    }
  }

  private static func write(
    _ items: [(name: String?, value: JSONValue)], between ends: (String, String), into text: inout String,
    _ indentation: String
  ) {
    guard !items.isEmpty else {
      text += ends.0 + ends.1
      return
    }
    let inner = indentation + "  "
    for (position, item) in items.enumerated() {
      text += (position == 0 ? ends.0 : ",") + inner
      if let name = item.name {
        quote(name, into: &text)
        text += ": "
      }
      item.value.write(into: &text, indentation: inner)
    }
    text += indentation + ends.1
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
      case _ where PlainText.isControl(scalar): text += "\\u" + hexadecimal(UInt64(scalar.value), digits: 4)
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

/// What JSON and CSV write as it is: a number, a text, a truth, a list of such, or nothing.
public protocol Datum {
  /// As JSON has it.
  var json: JSONValue { get }
}

extension JSONValue: Datum {
  /// Itself.
  public var json: JSONValue { self }
  /// An object; its names must differ.
  public init(_ members: KeyValuePairs<String, any Datum>) {
    self = .object(Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value.json) }))
  }
}
extension Datum where Self: BinaryInteger {
  /// A whole number.
  public var json: JSONValue { .count(self) }
}
extension Int: Datum {}
extension Int32: Datum {}
extension Int64: Datum {}
extension UInt64: Datum {}
extension Int128: Datum {}
extension Double: Datum {
  /// Null when it is not finite.
  public var json: JSONValue { .number(self) }
}
extension Bool: Datum {
  /// True or false.
  public var json: JSONValue { .bool(self) }
}
extension String: Datum {
  /// A text.
  public var json: JSONValue { .string(self) }
}
extension Optional: Datum where Wrapped: Datum {
  /// Null when there is none.
  public var json: JSONValue { self?.json ?? .null }
}
extension Array: Datum where Element: Datum {
  /// A list in order.
  public var json: JSONValue { .array(map(\.json)) }
}
extension Datum where Self == JSONValue {
  /// A 64-bit hash in 16 hexadecimal digits.
  static func hash(_ hash: UInt64) -> JSONValue { .string(JSONValue.hexadecimal(hash, digits: 16)) }

  /// An object of members in any order; of two with one name the first counts.
  static func named(_ members: some Sequence<(String, JSONValue)>) -> JSONValue {
    .object(Dictionary(members) { first, _ in first })
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
