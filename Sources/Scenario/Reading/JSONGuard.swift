/// Finds where a text is no JSON (RFC 8259): the YAML parser that reads it takes more. O(bytes), whatever it is.
struct JSONGuard {
  /// What is wrong, and where: from 1, columns in Unicode scalars.
  struct Flaw: Equatable {
    var line: Int, column: Int
    var message: String
  }

  /// What may come next.
  private enum Expected: Equatable { case value, valueOrEnd, keyOrEnd, key, colon, commaOrEnd, nothing }

  private let bytes: [UInt8]
  private var position = 0
  /// The brackets that are open.
  private var open: [UInt8] = []
  private var expected = Expected.value

  private init(_ text: String) {
    bytes = Array(text.utf8)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  /// The first flaw of a text; nil when it is JSON.
  static func flaw(in text: String) -> Flaw? {
    var reader = JSONGuard(text)
    while true {
      reader.skipSpace()
      guard reader.position < reader.bytes.count else {
        return reader.expected == .nothing ? nil : reader.flaw("it ends before its last bracket is closed")
      }
      if let message = reader.step() { return reader.flaw(message) }
    }
  }

  private mutating func skipSpace() {
    while position < bytes.count, [32, 9, 10, 13].contains(bytes[position]) { position += 1 }
  }

  /// Takes in a token; says what is wrong with it.
  private mutating func step() -> String? {
    let byte = bytes[position]
    switch (byte, expected) {
    case (UInt8(ascii: "{"), .value), (UInt8(ascii: "{"), .valueOrEnd), (UInt8(ascii: "["), .value),
      (UInt8(ascii: "["), .valueOrEnd):
      open.append(byte)
      expected = byte == UInt8(ascii: "{") ? .keyOrEnd : .valueOrEnd
      position += 1
    case (UInt8(ascii: "}"), .keyOrEnd), (UInt8(ascii: "]"), .valueOrEnd), (UInt8(ascii: "}"), .commaOrEnd),
      (UInt8(ascii: "]"), .commaOrEnd):
      guard open.last == (byte == UInt8(ascii: "}") ? UInt8(ascii: "{") : UInt8(ascii: "[")) else {
        return "a bracket of another kind is open"
      }
      open.removeLast()
      position += 1
      isThere()
    case (UInt8(ascii: ","), .commaOrEnd):
      expected = open.last == UInt8(ascii: "{") ? .key : .value
      position += 1
    case (UInt8(ascii: ":"), .colon):
      expected = .value
      position += 1
    case (UInt8(ascii: "\""), .key), (UInt8(ascii: "\""), .keyOrEnd): return text(then: .colon)
    case (UInt8(ascii: "\""), .value), (UInt8(ascii: "\""), .valueOrEnd): return text(then: nil)
    case (_, .value), (_, .valueOrEnd): return word()
    default: return Self.words(expected)
    }
    return nil
  }

  private static func words(_ expected: Expected) -> String {
    switch expected {
    case .key, .keyOrEnd: "expected a key in double quotes"
    case .colon: "expected a colon"
    case .commaOrEnd: "expected a comma or the end of the list or map"
    case .nothing: "something follows its end"
    case .value, .valueOrEnd: "expected a value"
    }
  }

  /// A value is complete.
  private mutating func isThere() { expected = open.isEmpty ? .nothing : .commaOrEnd }

  private mutating func text(then next: Expected?) -> String? {
    var index = position + 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      guard bytes[index] >= 32 else { return "a text is not closed" }
      if bytes[index] == UInt8(ascii: "\\") {
        index += 1
        guard index < bytes.count, "\"\\/bfnrtu".utf8.contains(bytes[index]) else {
          return "an escape that JSON has not"
        }
      }
      index += 1
    }
    guard index < bytes.count else { return "a text is not closed" }
    position = index + 1
    if let next { expected = next } else { isThere() }
    return nil
  }

  /// A number, true, false or null.
  private mutating func word() -> String? {
    let end = bytes[position...].firstIndex { " \t\n\r,:]}[{\"".utf8.contains($0) } ?? bytes.count
    let word = String(decoding: bytes[position..<end], as: UTF8.self)
    guard ["true", "false", "null"].contains(word) || Self.isNumber(word) else { return Self.words(.value) }
    position = end
    isThere()
    return nil
  }

  /// `-? ( 0 | [1-9] [0-9]* ) ( \. [0-9]+ )? ( [eE] [-+]? [0-9]+ )?`
  private static func isNumber(_ text: String) -> Bool {
    text.wholeMatch(of: /-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?/) != nil
  }

  private func flaw(_ message: String) -> Flaw {
    let before = bytes[..<min(position, bytes.count)], start = (before.lastIndex(of: 10) ?? -1) + 1
    return Flaw(
      line: before.count { $0 == 10 } + 1, column: before[start...].count { $0 & 0xC0 != 0x80 } + 1, message: message)
  }
}
