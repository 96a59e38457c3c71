/// A row of small bars, `▁▂▃▄▅▆▇█`, that shows how a series moves.
///
/// Bars start at zero: `▁` is zero, whatever is more is at least `▂`, and the largest is `█`.
public struct Sparkline: Sendable, Hashable {
  /// What several values in one column come to.
  public enum Gathering: Sendable, Hashable {
    /// Their sum: for counts.
    case sum
    /// The largest of them: for levels.
    case max
  }

  /// How many values a column stands for; the last may stand for fewer.
  public let valuesPerColumn: Int
  /// The columns' values, at most as many as were asked for.
  public let columns: [Double]

  /// The series in at most `columns` columns (at least 1); negative and non-finite values count as zero.
  ///
  /// Every column stands for equally many values, so that sums stay comparable.
  public init(_ values: [Double], columns: Int, gathering: Gathering) {
    precondition(columns >= 1, "a sparkline without columns")
    let step = Swift.max(1, (values.count + columns - 1) / columns)
    let clean = values.map { $0.isFinite ? Swift.max(0, $0) : 0 }
    valuesPerColumn = step
    self.columns = stride(from: 0, to: clean.count, by: step).map { start in
      let part = clean[start..<Swift.min(start + step, clean.count)]
      return gathering == .sum ? part.reduce(0, +) : part.max() ?? 0
    }
  }

  /// The largest column; zero when there is none.
  public var peak: Double { columns.max() ?? 0 }

  /// One bar a column; empty when there are no values.
  public var text: String { text(of: peak) }

  /// The same on the scale of another series, whose largest column is `largest`.
  func text(of largest: Double) -> String { String(columns.map { Self.shade($0, of: largest, in: Self.bars) }) }

  private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]

  /// The sign for `value` where the largest is `largest`: the first for zero, the last for the largest.
  static func shade(_ value: Double, of largest: Double, in signs: [Character]) -> Character {
    guard value > 0, largest > 0 else { return signs[0] }
    let steps = signs.count - 1
    let step = (value / largest * Double(steps)).rounded(.up)
    return signs[Swift.min(steps, Swift.max(1, Int(step)))]
  }
}
