/// A picture as what it shows: rows of marks with names before and captions behind them, and an axis below.
struct Chart: Sendable {
  /// What a row shows.
  enum Marks: Sendable {
    /// A bar a value, `▁▂▃▄▅▆▇█`, from zero to the peak; a blank where there is none.
    case strip([Double?], peak: Double)
    /// A shade a value, `·░▒▓█`, likewise.
    case shades([Double?], peak: Double)
    /// ✓ or ✗ for each; a blank where nothing is known.
    case verdicts([Bool?])
    /// A bar of a length in columns, and what stands at its end.
    case bar(Int, String)
    /// A difference and half its interval (nil when withheld), on an axis from `-scale` to `scale`.
    case difference(mean: Double, halfWidth: Double?, scale: Double)
    /// Words that stand where other rows have marks.
    case words(String)
  }
  struct Row: Sendable {
    var name: String
    var marks: Marks
    var caption = ""
  }

  /// A line above it.
  var title: String?
  /// Where names stand.
  var names = Table.Alignment.left
  var rows: [Row]
  /// What stands below the two ends of the marks.
  var axis: (from: String, to: String)?
  /// Lines below it.
  var footer: [String] = []
}

/// A series gathered to the columns of a picture, each of which stands for equally many values, so that sums stay comparable.
struct Series: Sendable, Hashable {
  /// What several values in one column come to.
  enum Gathering: Sendable, Hashable {
    /// Their sum: for counts.
    case sum
    /// The largest of them: for levels.
    case max
  }

  /// How many values a column stands for; the last may stand for fewer.
  let valuesPerColumn: Int
  /// Which values each column stands for, in order.
  let ranges: [Range<Int>]
  /// The columns' values, at most as many as were asked for.
  let columns: [Double]

  /// The series in at most `columns` columns (at least 1); negative and non-finite values count as zero.
  init(_ values: [Double], columns: Int, gathering: Gathering) {
    precondition(columns >= 1, "a picture without columns")
    let step = Swift.max(1, (values.count + columns - 1) / columns)
    let clean = values.map { $0.isFinite ? Swift.max(0, $0) : 0 }
    valuesPerColumn = step
    ranges = stride(from: 0, to: clean.count, by: step).map { $0..<Swift.min($0 + step, clean.count) }
    self.columns = ranges.map { gathering == .sum ? clean[$0].reduce(0, +) : clean[$0].max() ?? 0 }
  }

  /// The largest column; zero when there is none.
  var peak: Double { columns.max() ?? 0 }
  /// Bars on its own scale.
  var strip: Chart.Marks { .strip(columns, peak: peak) }
}

extension Chart {
  /// Differences as bars from a common zero, each a share of the reference with the whiskers of its interval; nil without any.
  static func differences(_ rows: [(name: String, mean: Double, halfWidth: Double?)]) -> Chart? {
    guard let reach = rows.map({ $0.mean.magnitude + ($0.halfWidth ?? 0) }).max() else { return nil }
    let scale = min(1, max(0.001, reach)), edge = Figures.percent(scale)
    let gap = String(repeating: " ", count: max(1, differenceColumns - edge.count - 1))
    return Chart(
      rows: rows.map { row in
        Row(name: row.name, marks: .difference(mean: row.mean, halfWidth: row.halfWidth, scale: scale))
      } + [Row(name: "", marks: .words("-\(edge)\(gap)0\(gap) +\(edge)"))])
  }

  /// Columns on each side of zero.
  static let differenceColumns = 24
}
