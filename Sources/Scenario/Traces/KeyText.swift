/// What a text is that somebody calls a sample of keys.
enum KeyText {
  /// A key a line.
  case lines
  /// A table, one column of which has keys.
  case table(Columns)
  /// A table without such a column, or one that cannot be read.
  case foreign(message: String, found: String, remedy: String)

  /// The columns of a table.
  struct Columns {
    /// Where the keys are, and what they are called there.
    var key: Int, name: String
    /// How often each was seen, and how large its record was, where that is told.
    var count: Int?, bytes: Int?
  }

  /// Columns that `weir trace` knows; no stream has all of a row's names in its first key.
  private static let known = Set(["t_s", "count", "bytes"] + TraceParser.dates)
  /// So many lines are looked at to tell a header from a key.
  private static let fewLines = 100_000

  init(_ bytes: [UInt8]) {
    var (rows, cells) = (CSVRows(bytes), [Range<Int>]())
    _ = rows.next(into: &cells)
    let first = cells.map { rows.text(rows.unquoted($0)) }
    if let flaw = ForeignText(printed: first[0], alone: first.count == 1 && rows.isAtEnd) {
      self = .foreign(message: flaw.message, found: first[0], remedy: flaw.remedy ?? "give a key a line")
      return
    }
    if ObservedParser.isConsole(first, nextIn: rows) {
      let remedy = "name the file without --keys"
      self = .foreign(message: "what CloudWatch's console exports, not keys", found: first[0], remedy: remedy)
      return
    }
    var names = first.map { $0.lowercased() }
    let isCommented = names[0].hasPrefix("#")
    while names[0].hasPrefix("#"), rows.next(into: &cells) {
      names = cells.map { rows.text(rows.unquoted($0)).lowercased() }
    }
    if let separator = ForeignText.separators.first(where: { Self.isHeader(names.joined(separator: ","), by: $0.text) })
    {
      self = .foreign(
        message: "cells are parted by \(separator.name), not by commas", found: names[0], remedy: "export with commas")
    } else if names.count > 1 || names[0] == "t_s", case let table = Self.table(names), !table.isLines {
      self =
        isCommented
        ? .foreign(
          message: "a comment above a table", found: names.joined(separator: ","),
          remedy: "take the lines that begin with # out")
        : table
    } else {
      self = .lines
    }
  }

  /// Whether a first line is one of names that are known, with that between them.
  private static func isHeader(_ line: String, by separator: String) -> Bool {
    let names = line.split(separator: separator, omittingEmptySubsequences: false)
      .map { String($0.filter { !"\"' ".contains($0) }) }
    return names.count > 1 && names.contains { known.contains($0) || KeyList.headers.contains($0) }
  }

  private var isLines: Bool { if case .lines = self { true } else { false } }

  private static func table(_ names: [String]) -> KeyText {
    let keys = names.indices.filter { KeyList.headers.contains(names[$0]) || names[$0].hasPrefix("key_") }
    guard !keys.isEmpty || names.contains(where: known.contains) else { return .lines }
    guard let key = keys.first, keys.count == 1 else {
      return .foreign(
        message: keys.isEmpty ? "a table without a column of keys" : "a table with more than one column of keys",
        found: names.joined(separator: ","),
        remedy: keys.isEmpty ? "call that column key, or name the file without --keys" : "leave one of them")
    }
    return .table(
      Columns(key: key, name: names[key], count: names.firstIndex(of: "count"), bytes: names.firstIndex(of: "bytes")))
  }

  // MARK: Lines that are no keys

  /// The lines at the beginning that are comments: behind `#`, which no line further down begins with, or behind it and a space.
  static func comments(_ lines: [ArraySlice<UInt8>]) -> [Int] {
    let mark = UInt8(ascii: "#"), first = lines.prefix { $0.first == mark }
    guard !first.isEmpty, first.count < lines.count, lines[first.count...].contains(where: { !$0.isEmpty }) else {
      return []
    }
    let isSpaced = first.allSatisfy { $0.starts(with: "# ".utf8) }
    return isSpaced || !lines[first.count...].contains { $0.first == mark } ? Array(first.indices) : []
  }

  /// Whether a first line names the column: one of the usual names, or a word that is not seen again while at least half of the others
  /// are, or while all others have a digit.
  static func isHeader(_ line: ArraySlice<UInt8>, before others: ArraySlice<ArraySlice<UInt8>>) -> Bool {
    let name = line.filter { $0 != UInt8(ascii: "\"") }, rest = others.lazy.filter { !$0.isEmpty }.prefix(fewLines)
    guard rest.first(where: { _ in true }) != nil else { return false }
    if KeyList.headers.contains(String(decoding: name, as: UTF8.self).lowercased()) { return true }
    guard isWord(name[...]), rest.dropFirst(2).first(where: { _ in true }) != nil, !rest.contains(line) else {
      return false
    }
    if rest.allSatisfy({ $0.contains { (48...57).contains($0) } }) { return true }
    var counts: [ArraySlice<UInt8>: Int] = [:]
    for key in rest { counts[key, default: 0] += 1 }
    let (all, repeated) = counts.values.reduce((0, 0)) { ($0.0 + $1, $0.1 + ($1 > 1 ? $1 : 0)) }
    return 2 * repeated >= all
  }

  private static func isWord(_ name: ArraySlice<UInt8>) -> Bool {
    !name.isEmpty
      && name.allSatisfy { byte in
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
          || byte == UInt8(ascii: " ")
      }
  }
}
