/// A table in GitHub's Markdown.
public struct MarkdownTable: Sendable {
  /// Where a column's cells stand.
  public enum Alignment: Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
  }

  private let columns: [(name: String, alignment: Alignment)]
  private var rows: [[String]] = []

  /// A table with a header and no rows.
  public init(_ columns: [(name: String, alignment: Alignment)]) { self.columns = columns }

  /// Words in the first column, numbers in the others.
  public init(_ first: String, numbers: [String]) {
    self.init([(first, .left)] + numbers.map { ($0, .right) })
  }

  /// Whether it has no rows.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row, exactly one cell a column; a cell may hold Markdown.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row of \(cells.count) cells under \(columns.count) columns")
    rows.append(cells.map(Self.cell))
  }

  /// The table, a newline after each line.
  public var text: String {
    let rule = columns.map { $0.alignment == .left ? ":---" : "---:" }
    return ([columns.map { Self.cell($0.name) }, rule] + rows).map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  /// A bar would end the cell, a newline the table.
  private static func cell(_ text: String) -> String {
    var cell = ""
    for character in text {
      switch character {
      case "|": cell += "\\|"
      case _ where character.isNewline: cell += " "
      default: cell.append(character)
      }
    }
    return cell
  }
}

/// Pieces of Markdown that say what they were given, whatever it holds.
enum Markdown {
  /// The text as code on one line.
  static func code(_ text: String) -> String {
    let line = String(text.map { $0.isNewline ? " " : $0 })
    return line.contains("`") ? "`` \(line) ``" : "`\(line)`"
  }

  /// An author's words: their line breaks and HTML signs do not shape the report.
  static func prose(_ text: String) -> String {
    text.map { character in
      switch character {
      case "<": "&lt;"
      case ">": "&gt;"
      case "*", "_", "`", "[", "]", "#": "\\\(character)"
      case _ where character.isNewline: " "
      default: String(character)
      }
    }.joined()
  }

  /// A block shown letter by letter.
  static func block(_ lines: [String]) -> String { "```text\n\(lines.joined(separator: "\n"))\n```\n" }
}
