internal import Models

/// `weir metrics`: the catalogue of every number that a run comes to.
public struct MetricsTable: Exhibit {
  /// All of it.
  public init() {}

  /// A line a number on a terminal; pages have a table for each kind of thing, as docs/metrics.md has.
  public var document: Document {
    Document(blocks: [.terminal(lines), .page(MetricSubject.inOrder.flatMap(Self.part))])
  }

  private var lines: [String] {
    let rows = MetricCatalogue.sections.flatMap { section in
      section.rows.flatMap { row in
        row.metrics.map { metric in
          [
            section.path(metric, of: "NAME"), metric.unit.word, row.window.rawValue,
            metric.standing.better?.rawValue ?? Figures.nothing, row.meaning,
          ]
        }
      }
    }
    let widths = (0..<4).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) + "  " }.joined() + row[4]
    }
  }

  private static func part(_ subject: MetricSubject) -> [Document.Block] {
    let head = subject.path("NAME", "")
    let rows = MetricCatalogue.sections.filter { $0.subject == subject }.flatMap { section in
      section.rows.map { cells($0, section).map { Prose($0) } }
    }
    return [
      .heading(3, head.isEmpty ? "The whole run" : .code(head)),
      .table(Table(["Path", "What", "Unit", "Window", "Better", "Objective"], rows)),
    ]
  }

  private static func cells(_ row: MetricRow, _ section: MetricSection) -> [String] {
    let first = row.metrics[0], root = section.part.isEmpty ? row.path : "\(section.part).\(row.path)"
    let suffixes = row.metrics.map { String($0.path.dropFirst(row.path.count)) }
    let path = Markdown.code(root + suffixes[0]) + suffixes.dropFirst().map { ", " + Markdown.code($0) }.joined()
    let asked = row.asked.map { Markdown.code($0.name) + " " + $0.statistics.joined(separator: ", ") }
    return [path, row.meaning, first.unit.word, row.window.rawValue, better(row), asked ?? Figures.nothing]
  }

  /// The better way, and of a distribution which of its numbers are compared.
  private static func better(_ row: MetricRow) -> String {
    let compared = row.metrics.filter { $0.standing.better != nil }
    guard let better = compared.first?.standing.better else { return Figures.nothing }
    guard compared.count < row.metrics.count else { return better.rawValue }
    let names = compared.map { String($0.path.dropFirst(row.path.count + 1)) }
    return "\(better.rawValue) (\(names.joined(separator: ", ")))"
  }

  /// `weir.metrics/v1`: in the order of the catalogue.
  public var value: JSONValue {
    let metrics = MetricCatalogue.sections.flatMap { section in
      section.rows.flatMap { row in row.metrics.map { Self.json($0, row, section) } }
    }
    return ["schema": "weir.metrics/v1", "metrics": .array(metrics)]
  }

  private static func json(_ metric: Metric, _ row: MetricRow, _ section: MetricSection) -> JSONValue {
    [
      "path": .string(section.path(metric, of: "NAME")), "of": .string(section.subject.rawValue),
      "unit": .string(metric.unit.symbol), "counts": .string(metric.unit.word), "kind": kind(metric.kind),
      "window": .string(row.window.rawValue), "better": .optional(metric.standing.better?.rawValue),
      "meaning": .string(row.meaning), "objective": .optional(row.asked?.name),
      "statistics": .array((row.asked?.statistics ?? []).map { .string($0) }),
    ]
  }

  private static func kind(_ kind: Metric.Kind) -> JSONValue {
    switch kind {
    case .plain: "plain"
    case .percentile: "percentile"
    case .extreme: "extreme"
    }
  }
}
