internal import Experiment
internal import Models

/// Reads `observed.csv`: `t_s` or a date first, then columns by AWS's metric names. An empty cell is a zero.
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

  /// Whether a header is one of such a file.
  static func isHeader(_ names: [String]) -> Bool { names.dropFirst().contains { known.contains($0) } }

  /// The metrics; nil when something was reported.
  mutating func parse() -> ObservedMetrics? {
    guard let header = header() else { return nil }
    var parts = header.metrics.map { MetricPoints(metric: $0) }
    while faults.count < TraceFaults.maximum, rows.next(into: &cells) {
      if cells.count == 1, cells[0].isEmpty, rows.isAtEnd { break }
      row(isDated: header.isDated, &parts)
    }
    faults.finish()
    guard faults.count == 0 else { return nil }
    return MetricGrid(file: faults.file, path: faults.path, sink: sink).metrics(parts, isDated: header.isDated)
  }

  private mutating func header() -> (metrics: [ObservedMetrics.Metric], isDated: Bool)? {
    guard !rows.isAtEnd, rows.next(into: &cells) else {
      faults.report(line: 1, column: 1, "the file is empty")
      return nil
    }
    let names = cells.map { rows.text($0) }
    guard let first = names.first, first == "t_s" || TraceParser.dates.contains(first) else {
      fault(0, "expected the column t_s first", found: names.first)
      return nil
    }
    var metrics: [ObservedMetrics.Metric] = []
    for (index, name) in names.enumerated().dropFirst() {
      if let metric = ObservedMetrics.Metric(rawValue: name), !metrics.contains(metric) {
        metrics.append(metric)
      } else {
        let remedy = Nearest.remedy(name, among: Self.known)
        let message =
          metrics.contains { $0.rawValue == name } ? "a column is given twice" : "expected a metric that is known"
        fault(index, message, found: name, remedy: remedy ?? "known are \(Self.known.joined(separator: ", "))")
      }
    }
    if metrics.isEmpty, faults.count == 0 { fault(0, "expected a column of a metric, such as IncomingRecords") }
    return faults.count == 0 ? (metrics, first != "t_s") : nil
  }

  private mutating func row(isDated: Bool, _ parts: inout [MetricPoints]) {
    guard cells.count == parts.count + 1 else {
      return fault(cells.count - 1, "expected \(parts.count + 1) cells, found \(cells.count)")
    }
    guard let time = isDated ? rows.date(cells[0]) : rows.nanoseconds(cells[0]) else {
      return fault(
        0, isDated ? "expected a time such as 2026-03-06T19:00:00Z" : "expected seconds such as 300",
        found: rows.text(cells[0]))
    }
    for index in parts.indices {
      let cell = cells[index + 1]
      guard let sum = cell.isEmpty ? 0 : rows.number(cell) else {
        fault(index + 1, "expected a sum, which cannot be negative", found: rows.text(cell))
        continue
      }
      let place = Place(file: faults.file, line: rows.line, column: rows.column(of: cell))
      parts[index].points.append(.init(time: time, sum: sum, place: place))
    }
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
