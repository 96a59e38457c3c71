internal import Units

/// Words in a line, as a terminal shows them and as Markdown spells them.
struct Prose: Sendable, Hashable, ExpressibleByStringInterpolation {
  let text: String
  let markdown: String

  init(text: String, markdown: String) { (self.text, self.markdown) = (text, markdown) }
  /// The same in both: a number, or words that are Markdown already.
  init(_ words: String) { self.init(text: words, markdown: words) }
  init(stringLiteral words: String) { self.init(words) }

  /// A name or a path, set as code where that can be seen.
  static func code(_ name: String) -> Prose { Prose(text: name, markdown: Markdown.code(name)) }
  /// An author's or a machine's words, no sign of which shapes the document.
  static func plain(_ words: String) -> Prose { Prose(text: words, markdown: Markdown.prose(words)) }

  static let nothing = Prose(Figures.nothing)
  static func count(_ number: some BinaryInteger) -> Prose { Prose(Figures.count(number)) }
  static func number(_ value: Double?) -> Prose { Prose(Figures.number(value)) }
  static func percent(_ share: Double?) -> Prose { Prose(Figures.percent(share)) }
  static func factor(_ value: Double?) -> Prose { Prose(Figures.factor(value)) }
  static func size(_ bytes: Bytes) -> Prose { Prose(Figures.size(bytes)) }
  static func duration(_ time: Interval) -> Prose { Prose(Figures.duration(time)) }
  static func milliseconds(_ time: Interval) -> Prose { Prose(Figures.milliseconds(time)) }
}

/// Rows under named columns, the same for a terminal and for Markdown.
struct Table: Sendable {
  /// Where a column's cells stand.
  enum Alignment: Sendable {
    /// Words.
    case left
    /// Numbers.
    case right
    /// Numbers that stand in words on a terminal.
    case ragged
    /// Words that belong to the number before them: one space from it, not two.
    case unit
  }

  /// A column's name and where its cells stand.
  struct Column: Sendable, ExpressibleByStringLiteral {
    let name: String
    let alignment: Alignment

    init(_ name: String, _ alignment: Alignment) { (self.name, self.alignment) = (name, alignment) }
    /// Words.
    init(stringLiteral name: String) { self.init(name, .left) }
    static func number(_ name: String) -> Column { Column(name, .right) }
    static func ragged(_ name: String) -> Column { Column(name, .ragged) }
    static func unit(_ name: String) -> Column { Column(name, .unit) }
  }

  let columns: [Column]
  let rows: [[Prose]]

  /// A table with exactly one cell a column in every row.
  init(_ columns: [Column], _ rows: [[Prose]]) {
    for row in rows {
      precondition(row.count == columns.count, "a row of \(row.count) cells under \(columns.count) columns")
    }
    (self.columns, self.rows) = (columns, rows)
  }

  /// Words in the first column, numbers in the others.
  init(_ first: String, numbers: [String], _ rows: [[Prose]]) {
    self.init([Column(first, .left)] + numbers.map(Column.number), rows)
  }
}
