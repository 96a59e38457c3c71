internal import Foundation

/// A document as one file that a browser opens: no address in it but its own, pictures that can be turned over and dragged where the
/// renderer's script is there.
struct HTML: Sendable {
  private let title: String, document: Document
  /// Vega, Vega-Lite and vega-embed in one; nil where no renderer is set up: then signs and own drawings stand for pictures.
  private let script: String?
  /// What stands before the names of its pictures, and how many levels its titles are further down: of a part of another page.
  private let prefix: String, depth: Int

  init(_ document: Document, title: String, script: String?) {
    (self.title, self.document, self.script, prefix, depth) = (title, document, script, "", 0)
  }

  /// A part of a page that draws its pictures itself, when it is told so.
  init(partOfPage document: Document, prefix: String, drawn: Bool) {
    (title, self.document, self.prefix, depth) = ("", document, prefix, 2)
    script = drawn ? "" : nil
  }

  var text: String {
    let isDrawn = script != nil && !document.pictures.isEmpty
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(PlainText.visible(Self.escaped(title)))</title>
      <link rel="icon" href="data:,">
      <style>
      \(Drawing.style)
      </style>
      </head>
      <body>
      <main>
      \(body)
      </main>
      \(isDrawn ? scripts : "")
      </body>
      </html>

      """
  }

  /// What stands between the page's ends.
  var body: String { PlainText.visible(document.blocks.map(block).joined(separator: "\n")) }

  /// The renderer, what is drawn, and the few lines that draw it.
  private var scripts: String {
    let specs = Dictionary(uniqueKeysWithValues: document.pictures.map { ($0.name, $0.inlined) })
    // The end of a script in a text would end the element.
    let data = JSONValue.object(specs).line.replacing("<", with: "\\u003c")
    return """
      <script>\((script ?? "").replacing("</script", with: "<\\/script"))</script>
      <script type="application/json" id="pictures">\(data)</script>
      <script type="module">
      \(Drawing.module)
      </script>
      """
  }

  // MARK: Parts

  private func block(_ block: Document.Block) -> String {
    switch block {
    case .heading(let level, let title): "<h\(level + depth)>\(Self.inline(title.markdown))</h\(level + depth)>"
    case .paragraph(let words): words.markdown.isEmpty ? "" : "<p>\(Self.inline(words.markdown))</p>"
    case .quote(let words): "<blockquote><p>\(Self.inline(words.markdown))</p></blockquote>"
    case .list(let items):
      items.isEmpty
        ? "" : "<ul>\n\(items.map { "<li>\(Self.inline($0.markdown))</li>" }.joined(separator: "\n"))\n</ul>"
    case .table(let table), .rows(let table): Self.table(table)
    case .charts(let charts):
      charts.isEmpty ? "" : "<pre tabindex=\"0\">\(Self.escaped(charts.flatMap(\.lines).joined(separator: "\n")))</pre>"
    case .picture(let picture, or: let charts): figure(picture, charts)
    case .code(_, let lines): "<pre tabindex=\"0\"><code>\(Self.escaped(lines.joined(separator: "\n")))</code></pre>"
    case .fold(let title, let blocks):
      "<details><summary>\(Self.inline(title.markdown))</summary>\n\(blocks.map(self.block).joined(separator: "\n"))\n</details>"
    case .stack(let blocks), .page(let blocks): blocks.map(self.block).joined(separator: "\n")
    case .terminal: ""
    }
  }

  private func figure(_ picture: Picture, _ charts: [Chart]) -> String {
    let label = Self.escaped("\(picture.question) \(picture.finding)")
    guard script != nil else {
      guard let own = picture.ownDrawing else { return block(.charts(charts)) }
      // Apart from the page: a drawing's styles and names are its own, and a page that allows no styles within it shows it.
      let drawing = Data(own.utf8).base64EncodedString()
      return "<figure><img alt=\"\(label)\" src=\"data:image/svg+xml;base64,\(drawing)\"></figure>"
    }
    return
      "<figure><div class=\"picture\" id=\"\(prefix)\(picture.name)\" role=\"img\" tabindex=\"0\" aria-label=\"\(label)\"></div></figure>"
  }

  private static func table(_ table: Table) -> String {
    guard !table.rows.isEmpty else { return "" }
    func row(_ cells: [String], _ tag: String) -> String {
      let parts = zip(cells, table.columns).map { cell, column in
        let isNumber = [.right, .ragged].contains(column.alignment)
        return
          "<\(tag)\(isNumber ? " class=\"number\"" : "")\(tag == "th" ? " scope=\"col\"" : "")>\(inline(cell))</\(tag)>"
      }
      return "<tr>\(parts.joined())</tr>"
    }
    let rows = table.rows.map { row($0.map(\.markdown), "td") }.joined(separator: "\n")
    return
      "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"table\"><table><thead>\(row(table.columns.map(\.name), "th"))</thead>"
      + "<tbody>\n\(rows)\n</tbody></table></div>"
  }

  // MARK: Words

  static func escaped(_ text: String) -> String { SVG.escaped(text) }

  /// The Markdown that `Prose` has: code, bold words, line breaks, signs behind a backslash and those that are written as names.
  static func inline(_ markdown: String) -> String {
    var html = "", rest = Substring(markdown), isBold = false
    while let first = rest.first {
      if first == "`" {
        let fence = rest.prefix { $0 == "`" }, behind = rest.dropFirst(fence.count)
        if let end = behind.range(of: fence) {
          html += "<code>\(escaped(behind[..<end.lowerBound].trimmingCharacters(in: .whitespaces)))</code>"
          rest = behind[end.upperBound...]
          continue
        }
      }
      if first == "\\", rest.count > 1 {
        html += escaped(String(rest.dropFirst().prefix(1)))
        rest = rest.dropFirst(2)
      } else if rest.hasPrefix("**") {
        html += isBold ? "</strong>" : "<strong>"
        (isBold, rest) = (!isBold, rest.dropFirst(2))
      } else if let kept = ["<br>", "&lt;", "&gt;"].first(where: rest.hasPrefix) {
        html += kept
        rest = rest.dropFirst(kept.count)
      } else {
        html += escaped(String(first))
        rest = rest.dropFirst()
      }
    }
    return html + (isBold ? "</strong>" : "")
  }
}
