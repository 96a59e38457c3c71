// Documents in GitHub's Markdown.
extension Document {
  /// The parts with a blank line between them.
  var markdown: String { markdown(showing: []) }

  /// The same beside drawings of these pictures.
  func markdown(showing drawn: Set<String>) -> String {
    blocks.flatMap { $0.parts(drawn) }.joined(separator: "\n")
  }
}

extension Document.Block {
  /// Parts that end with a newline each.
  fileprivate func parts(_ drawn: Set<String>) -> [String] {
    switch self {
    case .heading(let level, let title): [String(repeating: "#", count: level) + " \(title.markdown)\n"]
    case .paragraph(let words): [words.markdown.isEmpty ? "" : words.markdown + "\n"]
    case .quote(let words): ["> \(words.markdown)\n"]
    case .list(let items): items.isEmpty ? [] : [items.map { "- \($0.markdown)\n" }.joined()]
    case .table(let table), .rows(let table): [table.markdown]
    case .charts(let charts): charts.isEmpty ? [] : [Markdown.block(charts.flatMap(\.lines))]
    case .picture(let picture, let charts):
      drawn.contains(picture.name) ? [Markdown.image(picture)] : Self.charts(charts).parts(drawn)
    case .code(let language, let lines): ["```\(language)\n\(lines.joined(separator: "\n"))\n```\n"]
    case .fold(let title, let blocks): [Self.fold(title, blocks, drawn)]
    case .stack(let blocks), .page(let blocks): blocks.flatMap { $0.parts(drawn) }
    case .terminal: []
    }
  }

  /// GitHub and GitLab fold this; a summary is HTML, so the code in it is too.
  private static func fold(_ title: Prose, _ blocks: [Document.Block], _ drawn: Set<String>) -> String {
    let summary =
      title.markdown.hasPrefix("`")
      ? "<code>\(Markdown.prose(title.markdown.replacing("`", with: "")))</code>" : title.markdown
    return
      "<details><summary>\(summary)</summary>\n\n\(blocks.flatMap { $0.parts(drawn) }.joined(separator: "\n"))\n</details>\n"
  }
}

extension Table {
  /// The table, a newline after each line.
  var markdown: String {
    let header = columns.map { Self.cell($0.name) }
    let rule = columns.map { [.right, .ragged].contains($0.alignment) ? "---:" : ":---" }
    return ([header, rule] + rows.map { $0.map { Self.cell($0.markdown) } })
      .map { "| \($0.joined(separator: " | ")) |\n" }.joined()
  }

  /// A bar would end the cell, a newline the table.
  private static func cell(_ text: String) -> String {
    text.map { $0 == "|" ? "\\|" : $0.isNewline ? " " : String($0) }.joined()
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

  /// A picture, with what it shows for those who do not see it.
  static func image(_ picture: Picture) -> String {
    let words = "\(picture.question) \(picture.finding)".map { "[]!".contains($0) ? " " : String($0) }.joined()
    return "![\(prose(words))](\(picture.place))\n"
  }

  /// A block shown letter by letter.
  static func block(_ lines: [String]) -> String { "```text\n\(lines.joined(separator: "\n"))\n```\n" }
}
