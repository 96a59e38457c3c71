internal import Units

/// Reads a trace: `t_s,count[,bytes]` in bins of equal width, or single events with `t_s[,key…][,bytes]`.
struct TraceParser {
  /// The most rows of a trace.
  static let maximumRows = 20_000_000

  /// So many faults end the reading.
  private static let maximumFaults = 10_000

  private struct Columns {
    var count: Int?
    var bytes: Int?
    var key: Int?
    var width: Int
  }

  /// Names of a first column that holds dates instead of seconds.
  static let dates = ["time", "timestamp"]

  private var rows: CSVRows
  private var isDated = false
  private var cells: [Range<Int>] = []
  private var faults: TraceFaults
  private var table = TraceTable(isBinned: true)
  private var positions: [String: Int32] = [:]
  private var emptyKeys = 0
  /// Whether a row was so wrong that it left no time: what looks like a hole may then be none.
  private var hasLostRows = false
  private let wanted: TraceTable.Keys
  private let holes: TraceTable.Holes?

  init(_ bytes: [UInt8], keys: TraceTable.Keys, holes: TraceTable.Holes?, faults: TraceFaults) {
    self.rows = CSVRows(bytes)
    self.wanted = keys
    self.holes = holes
    self.faults = faults
  }

  /// The table; nil when something was reported.
  mutating func parse() -> TraceTable? {
    if let columns = header() { body(columns) }
    faults.finish()
    return faults.count == 0 ? table : nil
  }

  private mutating func header() -> Columns? {
    guard !rows.isAtEnd, rows.next(into: &cells) else {
      faults.report(line: 1, column: 1, "the trace is empty")
      return nil
    }
    let names = cells.map { rows.text(rows.unquoted($0)) }
    guard let first = names.first?.lowercased(), first == "t_s" || Self.dates.contains(first) else {
      fault(0, "expected the column t_s first", found: names.first)
      return nil
    }
    isDated = first != "t_s"
    for (index, name) in names.enumerated() where names[..<index].contains(name) {
      fault(index, "a column is given twice", found: name)
    }
    for (index, name) in names.enumerated().dropFirst() where !isKnown(name) {
      fault(index, "expected a column count, bytes, key or key_NAME", found: name)
    }
    guard faults.count == 0 else { return nil }
    let count = names.firstIndex(of: "count")
    table.isBinned = count != nil
    if count != nil, let key = names.firstIndex(where: { $0.hasPrefix("key") }) {
      fault(key, "a trace in bins, with a column count, cannot have keys", found: names[key])
      return nil
    }
    // Keys asked of a trace in bins are refused where they are asked for, in the scenario.
    if count != nil, wanted == .only {
      return Columns(count: count, bytes: names.firstIndex(of: "bytes"), width: names.count)
    }
    guard case .found(let key) = keyColumn(names) else { return nil }
    return Columns(count: count, bytes: names.firstIndex(of: "bytes"), key: key, width: names.count)
  }

  private func isKnown(_ name: String) -> Bool {
    ["count", "bytes", "key"].contains(name) || (name.hasPrefix("key_") && name.utf8.count > 4)
  }

  private enum KeyColumn { case found(Int?), absent }

  private mutating func keyColumn(_ names: [String]) -> KeyColumn {
    let columns = names.indices.filter { names[$0].hasPrefix("key") }
    let listed = columns.map { names[$0] }.joined(separator: ", ")
    switch wanted {
    case .unread: return .found(nil)
    case .named(let name):
      if let index = columns.first(where: { names[$0] == "key_" + name || names[$0] == name }) { return .found(index) }
      let known = columns.map { names[$0].hasPrefix("key_") ? String(names[$0].dropFirst(4)) : names[$0] }
      let remedy = Nearest.remedy(name, among: known) ?? "key columns are \(listed)"
      let isEmpty = columns.isEmpty
      faults.report(
        line: 1, column: 1, "there is no column key_\(name)", remedy: isEmpty ? "the trace has no keys" : remedy)
    case .only:
      if let index = columns.first(where: { names[$0] == "key" }) ?? (columns.count == 1 ? columns[0] : nil) {
        return .found(index)
      }
      let isEmpty = columns.isEmpty
      faults.report(
        line: 1, column: 1,
        isEmpty ? "missing column: keys from a trace need a column key" : "more than one column of keys",
        remedy: isEmpty ? nil : "choose with key: one of \(listed)")
    }
    return .absent
  }

  private mutating func body(_ columns: Columns) {
    guard !rows.isAtEnd else {
      faults.report(line: 2, column: 1, "the trace has a header and no rows")
      return
    }
    while faults.count < Self.maximumFaults, rows.next(into: &cells) {
      if cells.count == 1, cells[0].isEmpty, rows.isAtEnd { break }
      guard cells.count == columns.width else {
        fault(cells.count - 1, "expected \(columns.width) cells, found \(cells.count)")
        hasLostRows = true
        continue
      }
      guard table.times.count < Self.maximumRows else {
        fault(0, "more than \(Self.maximumRows) rows")
        return
      }
      row(columns)
    }
    finishTable()
  }

  private mutating func row(_ columns: Columns) {
    let first = rows.unquoted(cells[0])
    guard let time = isDated ? rows.date(first) : rows.nanoseconds(first) else {
      let expected = isDated ? "a time such as 2026-03-06T19:00:00Z" : "seconds such as 300 or 4.315"
      fault(0, "expected \(expected)", found: rows.text(first))
      hasLostRows = true
      return
    }
    checkOrder(time)
    table.times.append(time)
    if let count = columns.count { table.counts.append(amount(count, "a count of records") ?? 0) }
    if let bytes = columns.bytes {
      let amount = amount(bytes, "a number of bytes") ?? 0
      if table.isBinned { table.bytes.append(amount) } else { table.sizes.append(Int64(clamping: amount)) }
    }
    if let key = columns.key { append(key: key) }
  }

  private mutating func amount(_ index: Int, _ expected: String) -> Double? {
    let cell = rows.unquoted(cells[index]), text = rows.text(cell)
    if let value = rows.number(cell) { return value }
    if let separator = Thousands.separator(in: text) {
      fault(index, "\(expected) that looks like \(separator) between thousands", found: text, remedy: Thousands.remedy)
      return nil
    }
    fault(index, "expected \(expected)", found: text, remedy: text.hasPrefix("-") ? "it cannot be negative" : nil)
    return nil
  }

  private mutating func append(key index: Int) {
    let name = rows.text(rows.unquoted(cells[index]))
    if name.isEmpty {
      emptyKeys += 1
      if table.keys.isEmpty { return }
      fault(index, "expected a key")
    } else if name.unicodeScalars.count > 256 || name.contains("\"") && rows.text(cells[index]).hasPrefix("\"") {
      fault(index, "expected a key of at most 256 characters without quotes", found: String(name.prefix(20)))
    } else if emptyKeys > 0, table.keys.isEmpty {
      fault(index, "a key after rows without one", found: name)
    }
    let position = positions[name] ?? Int32(table.names.count)
    if positions[name] == nil {
      positions[name] = position
      table.names.append(name)
    }
    table.keys.append(position)
  }

  private mutating func checkOrder(_ time: Int64) {
    guard let last = table.times.last else { return }
    if time < last {
      fault(0, "time goes backwards", found: rows.text(rows.unquoted(cells[0])))
    } else if table.isBinned, time == last {
      fault(0, "a bin is given twice", found: rows.text(rows.unquoted(cells[0])))
    }
  }

  private mutating func finishTable() {
    if table.isBinned, table.times.count == 1, faults.count == 0 {
      faults.report(line: 2, column: 1, "a trace of one bin has no width", remedy: "give it a second row")
    }
    if table.isBinned, !hasLostRows, faults.count < Self.maximumFaults {
      var grid = BinGrid(table, holes: holes)
      grid.check(&faults)
      if faults.count == 0 { table = grid.filled() }
    }
    if table.keys.isEmpty, emptyKeys > 0, wanted != .unread, !table.isBinned {
      faults.report(line: 2, column: 1, "all keys of the trace are empty")
    }
    // Designs over one trace share these lists, which are long: nothing is left to be made of them for each.
    table.start = table.times.first ?? 0
    for index in table.times.indices { table.times[index] -= table.start }
  }

  private mutating func fault(_ index: Int, _ message: String, found: String? = nil, remedy: String? = nil) {
    let column = rows.column(of: cells[index])
    faults.report(line: rows.line, column: column, message, found: found.map { ConfigNode.quoted($0) }, remedy: remedy)
  }
}
