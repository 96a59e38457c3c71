internal import Experiment
internal import Models

/// Reads `observed.csv`, and what CloudWatch's console and Grafana export: `t_s` or a date first, then columns that name metrics, and
/// perhaps shards. An empty cell is a zero.
struct ObservedParser {
  private var rows: CSVRows
  private var cells: [Range<Int>] = []
  private var faults: TraceFaults
  private let sink: Sink
  private static let known = ObservedMetrics.Metric.allCases.map(\.rawValue)

  init(_ bytes: [UInt8], file: String, path: String, sink: Sink) {
    rows = CSVRows(bytes)
    faults = TraceFaults(file: file, path: path, sink: sink)
    self.sink = sink
  }

  /// Whether a file is what CloudWatch's console exports: ids, labels, full labels, then a row for each time.
  static func isConsole(_ names: [String], nextIn rows: CSVRows) -> Bool {
    var (rest, cells) = (rows, [Range<Int>]())
    return names.first == "Id" && rest.next(into: &cells) && rest.text(rest.unquoted(cells[0])) == "Label"
  }

  /// Whether a header is one of such a file.
  static func isHeader(_ names: [String]) -> Bool { names.dropFirst().contains { MetricName.metric([$0]) != nil } }

  /// The metrics of the stream; nil when something was reported.
  mutating func parse() -> ObservedMetrics? {
    guard let (parts, isDated) = points() else { return nil }
    return MetricGrid(file: faults.file, path: faults.path, sink: sink).metrics(
      ShardSums(parts).totals, isDated: isDated)
  }

  /// What its columns have, and whether times count from 1970; nil when something was reported.
  mutating func points() -> (parts: [MetricPoints], isDated: Bool)? {
    guard let (columns, isDated) = header() else { return nil }
    var parts = columns
    while faults.count < TraceFaults.maximum, rows.next(into: &cells) {
      if cells.count == 1, cells[0].isEmpty, rows.isAtEnd { break }
      row(isDated: isDated, &parts)
    }
    faults.finish()
    return faults.count == 0 ? (parts.compactMap(\.self), isDated) : nil
  }

  /// A series for each column behind the first, nil for one that is not used.
  private mutating func header() -> (columns: [MetricPoints?], isDated: Bool)? {
    guard !rows.isAtEnd, rows.next(into: &cells) else {
      faults.report(line: 1, column: 1, "the file is empty")
      return nil
    }
    var names = cells.map { rows.text(rows.unquoted($0)) }
    if Self.isConsole(names, nextIn: rows), rows.next(into: &cells) {
      names = ["time"] + cells.dropFirst().map { rows.text(rows.unquoted($0)) }
      var ahead = rows
      var next: [Range<Int>] = []
      if ahead.next(into: &next), ahead.text(ahead.unquoted(next[0])) == "Full label" { rows = ahead }
    }
    guard let first = names.first?.lowercased(), first == "t_s" || TraceParser.dates.contains(first) else {
      fault(0, "expected the column t_s first", found: names.first)
      return nil
    }
    let columns = names.indices.dropFirst().map { column($0, names, isOwn: first == "t_s") }
    if columns.allSatisfy({ $0 == nil }), faults.count == 0 {
      fault(0, "expected a column of a metric, such as IncomingRecords")
    }
    return faults.count == 0 ? (columns, first != "t_s") : nil
  }

  /// The series of a column. A file of weir's own has no other columns; exports have what somebody asked for.
  private mutating func column(_ index: Int, _ names: [String], isOwn: Bool) -> MetricPoints? {
    let name = names[index]
    guard !names[1..<index].contains(name) else {
      fault(index, "a column is given twice", found: name)
      return nil
    }
    guard let metric = MetricName.metric([name]) else {
      let remedy = Nearest.remedy(name, among: Self.known) ?? "known are \(Self.known.joined(separator: ", "))"
      if isOwn {
        fault(index, "expected a metric that is known", found: name, remedy: remedy)
      } else {
        let place = Place(file: faults.file, line: rows.line, column: rows.column(of: cells[index]))
        sink.report(
          Diagnostic(
            place: place, path: faults.path, message: "a metric that is not used", found: ConfigNode.quoted(name),
            remedy: remedy, severity: .warning))
      }
      return nil
    }
    if let other = MetricName.foreignStatistic(in: name, of: metric) {
      fault(
        index, "\(metric.rawValue) by the statistic \(other)", found: name, remedy: MetricName.remedy(metric))
      return nil
    }
    return MetricPoints(metric: metric, source: name, shard: MetricName.shard([name]))
  }

  private mutating func row(isDated: Bool, _ parts: inout [MetricPoints?]) {
    guard cells.count == parts.count + 1 else {
      return fault(cells.count - 1, "expected \(parts.count + 1) cells, found \(cells.count)")
    }
    guard let time = isDated ? rows.date(rows.unquoted(cells[0])) : rows.nanoseconds(rows.unquoted(cells[0]))
    else {
      return fault(
        0, isDated ? "expected a time such as 2026-03-06T19:00:00Z" : "expected seconds such as 300",
        found: rows.text(cells[0]))
    }
    for index in parts.indices {
      guard let metric = parts[index]?.metric, let sum = sum(index + 1, of: metric) else { continue }
      let place = Place(file: faults.file, line: rows.line, column: rows.column(of: cells[index + 1]))
      parts[index]?.points.append(.init(time: time, sum: sum, place: place))
    }
  }

  private mutating func sum(_ index: Int, of metric: ObservedMetrics.Metric) -> Double? {
    let cell = rows.unquoted(cells[index]), text = rows.text(cell)
    guard let sum = cell.isEmpty ? 0 : rows.number(cell) else {
      let separator = Thousands.separator(in: text)
      fault(
        index,
        separator.map { "a sum that looks like \($0) between thousands" } ?? "expected a sum, which cannot be negative",
        found: text, remedy: separator.map { _ in Thousands.remedy })
      return nil
    }
    guard metric.gathering == .sum, sum != sum.rounded() || Thousands.areDotted(text) else { return sum }
    fault(
      index,
      "a sum of \(metric.rawValue) is a whole number: this looks like an Average, or like a dot between thousands",
      found: text, remedy: "export the statistic Sum, without separators")
    return nil
  }

  private mutating func fault(_ index: Int, _ message: String, found: String? = nil, remedy: String? = nil) {
    let column = rows.column(of: cells[index])
    faults.report(line: rows.line, column: column, message, found: found.map { ConfigNode.quoted($0) }, remedy: remedy)
  }
}

extension TraceStore {
  /// What CloudWatch counted, from the CSV file a field names; nil when something was reported.
  func observed(_ field: Field, base: String) -> ObservedMetrics? {
    guard let (path, bytes) = file(field, base: base) else { return nil }
    var parser = ObservedParser(bytes, file: path, path: field.path, sink: sink)
    return parser.parse()
  }
}
