internal import Units

// Documents for a terminal.
extension Document {
  /// The lines, a newline after each.
  var text: String {
    var lines: [String] = []
    var indentation = "", isBegun = false
    for block in blocks {
      if case .heading(_, let title) = block {
        (indentation, isBegun) = (title.text.isEmpty ? "" : "  ", isBegun && title.text.isEmpty)
        if !title.text.isEmpty { lines += (lines.isEmpty ? [] : [""]) + [title.text] }
        continue
      }
      let part = block.lines
      guard !part.isEmpty else { continue }
      if case .terminal = block { indentation = "" }
      lines += (isBegun ? [""] : []) + part.map { indentation + $0 }
      isBegun = true
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

extension Document.Block {
  fileprivate var lines: [String] {
    switch self {
    case .heading(_, let words), .paragraph(let words), .quote(let words): [words.text]
    case .list(let items): items.map(\.text)
    case .table(let table): table.lines(under: table.columns.map { Prose($0.name) })
    case .rows(let table): table.lines(under: nil)
    case .charts(let charts), .picture(_, or: let charts): charts.flatMap(\.lines)
    case .code(_, let lines), .terminal(let lines): lines
    case .stack(let blocks): blocks.flatMap(\.lines)
    case .page, .fold: []
    }
  }
}

extension Table {
  /// Columns as wide as their widest cell and two spaces apart, nothing behind the last.
  func lines(under header: [Prose]?) -> [String] {
    let cells = ((header.map { [$0] } ?? []) + rows).map { $0.map(\.text) }
    let widths = columns.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      let line = row.indices.map { column in
        let gap = column == 0 ? "" : columns[column].alignment == .unit ? " " : "  "
        return gap + row[column].padded(to: widths[column], columns[column].alignment)
      }
      return line.joined().trimmed
    }
  }
}

extension Chart {
  /// The picture in signs.
  var lines: [String] {
    let width = rows.map(\.name.count).max() ?? 0
    let marked = rows.map { row in
      row.name.padded(to: width, names) + "  " + row.marks.signs + (row.caption.isEmpty ? "" : "  " + row.caption)
    }
    let below = axis.map { axis in
      let gap = (rows.first?.marks.signs.count ?? 0) - axis.from.count - axis.to.count
      return [
        String(repeating: " ", count: width + 2) + axis.from + String(repeating: " ", count: max(1, gap)) + axis.to
      ]
    }
    return (title.map { [$0] } ?? []) + marked + (below ?? []) + footer
  }
}

extension Chart.Marks {
  var signs: String {
    switch self {
    case .strip(let values, let peak): Self.signs(values, peak, ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"])
    case .shades(let values, let peak): Self.signs(values, peak, ["·", "░", "▒", "▓", "█"])
    case .verdicts(let verdicts): verdicts.map { $0.map { $0 ? "✓" : "✗" } ?? " " }.joined()
    case .bar(let length, let end): String(repeating: "█", count: length) + " " + end
    case .difference(let mean, let halfWidth, let scale): Self.difference(mean, halfWidth, scale)
    case .words(let words): words
    }
  }

  /// The first sign for zero, at least the second for what is more, the last for the largest.
  private static func signs(_ values: [Double?], _ peak: Double, _ signs: [Character]) -> String {
    let steps = signs.count - 1
    return String(
      values.map { value -> Character in
        guard let value else { return " " }
        guard value > 0, peak > 0 else { return signs[0] }
        return signs[min(steps, max(1, Int(clamping: (value / peak * Double(steps)).rounded(.up))))]
      })
  }

  /// `█` reaches from zero to the mean, `▓` is where the interval lies on the bar, `─` where it lies beyond it; `◀` and `▶` go
  /// on beyond the edge.
  private static func difference(_ mean: Double, _ halfWidth: Double?, _ scale: Double) -> String {
    let half = Chart.differenceColumns, reach = halfWidth ?? 0
    let cells = (-half...half).map { position -> Character in
      let from = (Double(position) - 0.5) / Double(half) * scale, to = (Double(position) + 0.5) / Double(half) * scale
      if position == -half, mean - reach < from { return "◀" }
      if position == half, mean + reach > to { return "▶" }
      let isBar = mean >= 0 ? from < mean && to > 0 : from < 0 && to > mean
      let isWhisker = reach > 0 && mean - reach < to && mean + reach > from
      if position == 0 { return "│" }
      return isBar ? (isWhisker ? "▓" : "█") : isWhisker ? "─" : " "
    }
    return String(cells).trimmed
  }
}

extension String {
  /// With spaces up to a width: behind words, before numbers.
  func padded(to width: Int, _ alignment: Table.Alignment) -> String {
    let space = String(repeating: " ", count: max(0, width - count))
    return alignment == .right ? space + self : self + space
  }

  /// Its words in lines of at most so many characters; a longer word has a line of its own.
  func lines(of width: Int) -> [String] {
    var lines: [String] = []
    for word in split(separator: " ") {
      if let last = lines.last, last.count + word.count < width {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }

  /// Without the spaces at its end.
  var trimmed: String { String(reversed().drop { $0 == " " }.reversed()) }
}
