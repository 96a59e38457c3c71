/// Differences as bars from a common zero, each with the whiskers of its interval.
///
/// `█` reaches from zero to the mean, `▓` is where the interval lies on the bar, `─` where it lies beyond it; `◀` and `▶` go
/// on beyond the edge.
struct DifferenceBars {
  /// A difference relative to the reference.
  struct Row {
    var name: String
    /// The mean and half its interval, shares of the reference's mean; the latter nil when it is withheld.
    var mean: Double, halfWidth: Double?
  }

  /// A line a row, names in front and an axis at the end; empty without rows.
  let lines: [String]

  /// Columns on each side of zero.
  private static let half = 24

  init(_ rows: [Row]) {
    guard !rows.isEmpty else {
      lines = []
      return
    }
    let reach = rows.map { $0.mean.magnitude + ($0.halfWidth ?? 0) }.max() ?? 0
    let scale = min(1, max(0.001, reach))
    let width = rows.map(\.name.count).max() ?? 0
    let bars = rows.map { row in
      row.name + String(repeating: " ", count: width - row.name.count) + "  " + Self.bar(row, scale: scale)
    }
    let edge = Figures.percent(scale)
    let gap = String(repeating: " ", count: max(1, Self.half - edge.count - 1))
    lines = bars + [String(repeating: " ", count: width + 2) + "-\(edge)\(gap)0\(gap) +\(edge)"]
  }

  private static func bar(_ row: Row, scale: Double) -> String {
    let low = row.mean - (row.halfWidth ?? 0), high = row.mean + (row.halfWidth ?? 0)
    let cells = (-half...half).map { position -> Character in
      let from = (Double(position) - 0.5) / Double(half) * scale, to = (Double(position) + 0.5) / Double(half) * scale
      if position == -half, low < from { return "◀" }
      if position == half, high > to { return "▶" }
      let isBar = row.mean >= 0 ? from < row.mean && to > 0 : from < 0 && to > row.mean
      let isWhisker = row.halfWidth.map { $0 > 0 } ?? false && low < to && high > from
      if position == 0 { return "│" }
      return isBar ? (isWhisker ? "▓" : "█") : isWhisker ? "─" : " "
    }
    let text = String(cells)
    return String(text.reversed().drop { $0 == " " }.reversed())
  }
}
