/// Numbers as some countries write them: 3.000 for three thousand.
enum Thousands {
  /// What to do about them.
  static let remedy = "export without separators"

  private static let separators: [(mark: Character, name: String)] = [
    (".", "a dot"), (",", "a comma"), ("'", "an apostrophe"), ("’", "an apostrophe"), (" ", "a space"),
    ("\u{A0}", "a space"), ("\u{202F}", "a space"), ("_", "a line"),
  ]

  /// What parts the thousands of a number such as 1.234.567 or 3,000, in words; nil for any other text. A single point may be one.
  static func separator(in text: String) -> String? {
    separators.first { mark, _ in
      let parts = text.split(separator: mark, omittingEmptySubsequences: false)
      return parts.count > (mark == "." ? 2 : 1) && (1...3).contains(parts[0].count)
        && parts.dropFirst().allSatisfy { $0.count == 3 }
        && parts.joined().utf8.allSatisfy { (48...57).contains($0) }
    }?.name
  }

  /// Whether a number has three digits behind its only point, as 3.000 has, and one to three before it that are no zero.
  static func areDotted(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 2 && (1...3).contains(parts[0].count) && parts[1].count == 3 && parts[0] != "0"
  }

  /// The first number of a column that looks so, where none of the column shows that points are points: neither a number with more or
  /// fewer digits behind one, nor a thousand without. Nil when there is none. The header is the first row.
  static func dotted(inColumn column: Int, of bytes: [UInt8]) -> (text: String, line: Int)? {
    var rows = CSVRows(bytes), cells: [Range<Int>] = [], found: (text: String, line: Int)?
    guard rows.next(into: &cells) else { return nil }
    while rows.next(into: &cells) {
      guard cells.indices.contains(column), case let text = rows.text(rows.unquoted(cells[column])) else { continue }
      if areDotted(text) {
        found = found ?? (text, rows.line)
      } else if text.contains(".") || text.utf8.count > 3 {
        return nil
      }
    }
    return found
  }
}
