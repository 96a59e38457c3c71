internal import Units

/// Walks over the rows of a CSV file without copying: cells are ranges of bytes. Quotes around a cell are part of it, unless it is
/// asked for cells `unquoted`; a comma within them parts nothing. A first column without a name that counts rows, as pandas writes
/// it, is left out.
struct CSVRows {
  /// The most cells of a row.
  static let maximumCells = 256

  let bytes: [UInt8]
  /// The line of the row last read, from 1.
  private(set) var line = 0
  /// Behind the last byte that is no line end.
  private let contentEnd: Int
  private var position = 0
  private var start = 0
  /// Whether the first column only counts.
  private var isCounted = false

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    self.contentEnd = (bytes.lastIndex { $0 != 10 && $0 != 13 } ?? -1) + 1
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
    var (ahead, cells) = (self, [Range<Int>]())
    guard ahead.next(into: &cells), cells.count > 1, unquoted(cells[0]).isEmpty, ahead.next(into: &cells),
      cells.count > 1,
      let first = number(unquoted(cells[0]))
    else { return }
    isCounted = first == first.rounded()
  }

  /// Whether nothing is left but line ends.
  var isAtEnd: Bool { position >= contentEnd }

  /// Reads the next row; false at the end of the file.
  mutating func next(into cells: inout [Range<Int>]) -> Bool {
    cells.removeAll(keepingCapacity: true)
    guard position < bytes.count else { return false }
    line += 1
    start = position
    var from = position
    while position < bytes.count, bytes[position] != 10 {
      if position == from, bytes[position] == 34, let end = endOfQuotes {
        position = end
        continue
      }
      if bytes[position] == 44, cells.count < Self.maximumCells {
        cells.append(from..<position)
        from = position + 1
      }
      position += 1
    }
    let end = position > from && bytes[position - 1] == 13 ? position - 1 : position
    cells.append(from..<end)
    position += 1
    if isCounted, cells.count > 1 { cells.removeFirst() }
    return true
  }

  /// Behind the quote that ends the cell that begins here with one; nil when none ends it. Two quotes stand for one.
  private var endOfQuotes: Int? {
    var index = position + 1
    while index < bytes.count, bytes[index] != 10 {
      let next = index + 1 < bytes.count ? bytes[index + 1] : 10
      if bytes[index] == 34 {
        if [44, 10, 13].contains(next) { return index + 1 }
        guard next == 34 else { return nil }
        index += 1
      }
      index += 1
    }
    return nil
  }

  /// The column of a cell of the row last read, from 1.
  func column(of cell: Range<Int>) -> Int { cell.lowerBound - start + 1 }

  /// A cell without quotes around it.
  func unquoted(_ cell: Range<Int>) -> Range<Int> {
    guard cell.count >= 2, bytes[cell.lowerBound] == 34, bytes[cell.upperBound - 1] == 34 else { return cell }
    return (cell.lowerBound + 1)..<(cell.upperBound - 1)
  }

  /// A cell as text; bytes that are no UTF-8 become U+FFFD.
  func text(_ cell: Range<Int>) -> String { String(decoding: bytes[cell], as: UTF8.self) }

  /// A cell of seconds such as `4.315`, in nanoseconds; nil when it is anything else or above a century.
  func nanoseconds(_ cell: Range<Int>) -> Int64? {
    var whole: Int64 = 0
    var fraction: Int64 = 0
    var scale: Int64 = 1_000_000_000
    var digits = 0
    var isBehindPoint = false
    for byte in bytes[cell] {
      if byte == 46, !isBehindPoint, digits > 0 {
        isBehindPoint = true
        continue
      }
      guard (48...57).contains(byte), whole < 4_000_000_000 else { return nil }
      digits += 1
      if !isBehindPoint {
        whole = whole * 10 + Int64(byte - 48)
      } else if scale > 1 {
        scale /= 10
        fraction += Int64(byte - 48) * scale
      }
    }
    return digits > 0 && whole <= 4_000_000_000 ? whole * 1_000_000_000 + fraction : nil
  }

  /// A cell with a date, in nanoseconds since 1970; nil when it is anything else.
  func date(_ cell: Range<Int>) -> Int64? {
    guard cell.count <= 40 else { return nil }
    return TimeText.instant(text(cell))?.nanoseconds
  }

  /// A cell as a number from 0 to 10¹⁵; nil when it is anything else.
  func number(_ cell: Range<Int>) -> Double? {
    if (1...15).contains(cell.count), bytes[cell].allSatisfy({ (48...57).contains($0) }) {
      return Double(bytes[cell].reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) })
    }
    guard cell.count <= 64, case let text = text(cell), let value = Numeral(text)?.number,
      (0...1e15).contains(value)
    else { return nil }
    return value
  }
}
