/// A CSV file: UTF-8, `\n` at the end of every line, the columns' names first, quoted as RFC 4180 says where needed.
public struct CSVTable: Sendable {
  /// The columns' names, in order.
  public let columns: [String]
  /// The file so far.
  public private(set) var text: String

  /// A file with a header and no rows.
  public init(_ columns: [String]) {
    self.columns = columns
    self.text = ""
    append(columns)
  }

  /// A file of objects: under each column their members of its name, empty where they are null or not there.
  init(_ columns: [String], _ rows: [JSONValue]) {
    self.init(columns)
    for row in rows { append(columns.map { row[$0]?.cell ?? "" }) }
  }

  /// Adds a row: exactly one cell a column.
  public mutating func append(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row of \(cells.count) cells under \(columns.count) columns")
    for (position, cell) in cells.enumerated() {
      if position > 0 { text += "," }
      text += Self.quoted(cell)
    }
    text += "\n"
  }

  /// A number as a cell: shortest round trip; empty when there is none.
  public static func cell(_ value: Double?) -> String { value.flatMap(Figures.shortest) ?? "" }

  /// The cell as it stands in the file.
  static func quoted(_ cell: String) -> String {
    let isSpecial = cell.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
    guard isSpecial else { return cell }
    return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
  }
}

extension JSONValue {
  /// A scalar as CSV has it.
  fileprivate var cell: String {
    switch self {
    case .null, .array, .object: ""
    case .bool(let value): String(value)
    case .integer(let value): value.description
    case .number(let value): CSVTable.cell(value)
    case .string(let text): text
    }
  }
}
