/// A piece of what `weir trace` prints: sentences, a table, a picture; the same for a terminal and for Markdown.
struct TraceSection {
  let title: String
  var sentences: [String] = []
  /// The first row is the header.
  var rows: [[String]] = []
  var picture: [String] = []

  /// For a terminal.
  var text: String {
    let lines = picture + aligned + sentences
    return title.uppercased() + "\n" + lines.map { "  \($0)\n" }.joined()
  }

  /// For a pull request.
  var markdown: String {
    var parts = ["## \(title)\n"]
    if !picture.isEmpty { parts.append(Markdown.block(picture)) }
    if let header = rows.first {
      var table = MarkdownTable(header[0], numbers: Array(header.dropFirst()))
      for row in rows.dropFirst() { table.append(row.map(Markdown.prose)) }
      parts.append(table.text)
    }
    if !sentences.isEmpty { parts.append(sentences.map { "- \(Markdown.prose($0))\n" }.joined()) }
    return parts.joined(separator: "\n")
  }

  /// The rows in columns: words on the left, numbers on the right.
  private var aligned: [String] {
    guard let header = rows.first else { return [] }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.indices.map { column in
        let pad = String(repeating: " ", count: widths[column] - row[column].count)
        return column == 0 ? row[column] + pad : pad + row[column]
      }.joined(separator: "  ")
    }
  }
}
