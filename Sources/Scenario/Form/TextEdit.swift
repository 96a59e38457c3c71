/// A text as a row of scalars in which the parser's lines and columns can be found.
struct TextPlaces {
  let scalars: [Unicode.Scalar]
  /// Where each line begins.
  private let starts: [Int]

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    // A byte order mark is none of the text.
    var starts = [scalars.first == "\u{FEFF}" ? 1 : 0]
    for (index, scalar) in scalars.enumerated() where Self.isBreak(scalar) {
      let isHalf = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n"
      if !isHalf { starts.append(index + 1) }
    }
    self.starts = starts
  }

  /// What the parser counts as the end of a line.
  static func isBreak(_ scalar: Unicode.Scalar) -> Bool { "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains(scalar) }

  /// The index of a place; nil when the text has no such line.
  func index(of place: Place) -> Int? {
    guard starts.indices.contains(place.line - 1) else { return nil }
    let index = starts[place.line - 1] + place.column - 1
    return index <= scalars.count ? index : nil
  }

  /// The scalar at an index; nil at the end.
  subscript(index: Int) -> Unicode.Scalar? { scalars.indices.contains(index) ? scalars[index] : nil }

  /// The end of the line in which an index lies, its break left out.
  func endOfLine(_ index: Int) -> Int { scalars[index...].firstIndex(where: Self.isBreak) ?? scalars.count }

  /// The start of the line in which an index lies.
  func startOfLine(_ index: Int) -> Int { starts.last { $0 <= index } ?? 0 }

  /// The index behind a node's anchor, if it has one.
  func behindAnchor(_ index: Int) -> Int {
    guard self[index] == "&" else { return index }
    let end = scalars[index...].firstIndex { $0 == " " || Self.isBreak($0) } ?? scalars.count
    return scalars[end...].firstIndex { $0 != " " } ?? scalars.count
  }

  /// Where the scalar that begins at an index ends; nil when it is none that stands on one line as it is.
  func end(of scalar: ConfigNode.Scalar, at index: Int) -> Int? {
    switch self[index] {
    case "\"" where scalar.isQuoted: return endOfQuote("\"", index)
    case "'" where scalar.isQuoted: return endOfQuote("'", index)
    default:
      let text = Array(scalar.text.unicodeScalars)
      guard !scalar.isQuoted, scalars[index...].starts(with: text) else { return nil }
      return index + text.count
    }
  }

  private func endOfQuote(_ quote: Unicode.Scalar, _ start: Int) -> Int? {
    var index = start + 1
    while let scalar = self[index], !Self.isBreak(scalar) {
      if scalar == quote {
        guard quote == "'", self[index + 1] == "'" else { return index + 1 }
        index += 1
      } else if scalar == "\\", quote == "\"" {
        index += 1
      }
      index += 1
    }
    return nil
  }

  /// Where a value in braces or brackets ends that begins at an index; nil when it does not.
  func endOfBraces(_ start: Int) -> Int? {
    var depth = 0, index = start
    while let scalar = self[index] {
      switch scalar {
      case "{", "[": depth += 1
      case "}", "]": depth -= 1
      case "\"", "'":
        // A quote begins a text only where a value begins.
        if "{[,: ".unicodeScalars.contains(self[index - 1] ?? " ") {
          guard let end = endOfQuote(scalar, index) else { return nil }
          index = end - 1
        }
      case "#" where self[index - 1] == " ": index = endOfLine(index) - 1
      default: break
      }
      index += 1
      if depth == 0 { return index }
    }
    return nil
  }
}

/// A piece of a text replaced by another.
struct TextEdit {
  let range: Range<Int>
  let text: String

  /// The text with it.
  func applied(to whole: String) -> String {
    var scalars = Array(whole.unicodeScalars)
    scalars.replaceSubrange(range, with: Array(text.unicodeScalars))
    var result = String.UnicodeScalarView()
    result.append(contentsOf: scalars)
    return String(result)
  }
}
