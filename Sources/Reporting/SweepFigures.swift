internal import Models
public import Planning
internal import Pricing
public import Scenario

/// `weir sweep`: a table of designs in words, JSON and CSV, and a picture where there are one or two parameters.
public struct SweepFigures: Sendable {
  let sweep: Sweep
  private let objectives: Experiment
  private let warnings: [String]
  private let command: String?

  /// The figures of a sweep of the scenario `base`.
  public init(_ sweep: Sweep, of base: LoadedScenario, warnings: [String], command: String?) {
    (self.sweep, objectives, self.warnings, self.command) = (sweep, base.experiment, warnings, command)
  }

  var words: DesignFigures { DesignFigures(objectives) }
  /// The columns that are no cost: that has its own.
  var columns: [ChosenFigure] { sweep.figures.filter { $0 != .cost } }

  // MARK: A terminal and a pull request

  /// For a terminal.
  public var text: String {
    let rows = [header] + sweep.points.compactMap { $0.map(cells) }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let left = sweep.grid.parameters.count
    let lines = rows.map { row in
      let padded = row.enumerated().map { column, cell in
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        return column <= left ? cell + gap : gap + cell
      }
      return String(padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed())
    }
    let picture = SweepPicture(self).lines
    let parts =
      [headline + ".", ""] + lines + (picture.isEmpty ? [] : [""] + picture) + [""] + notes.map { "note: \($0)" }
    return parts.map { $0 + "\n" }.joined()
  }

  /// For a pull request: sweep.md.
  public var markdown: String {
    let left = sweep.grid.parameters.count
    var table = MarkdownTable(header.enumerated().map { ($1, $0 <= left ? .left : .right) })
    for point in sweep.points { if let point { table.append(cells(point)) } }
    let picture = SweepPicture(self).lines
    let head = sweep.isComplete ? "> \(headline).\n" : "> **\(headline).**\n"
    var parts = ["# \(sweep.scenario) over \(paths.joined(separator: ", "))\n", head, table.text]
    if !picture.isEmpty { parts.append(Markdown.block(picture)) }
    parts.append(notes.map { "- \($0)\n" }.joined())
    return (parts + (command.map { ["```sh\n\($0)\n```\n"] } ?? [])).joined(separator: "\n")
  }

  private var paths: [String] { sweep.grid.parameters.map(\.path) }

  private var header: [String] { paths + ["passed", "cost_usd"] + columns.map(\.path) }

  private func cells(_ point: Sweep.Point) -> [String] {
    point.settings.map(\.value) + [passed(point), cell(.cost, point)] + columns.map { cell($0, point) }
  }

  private func passed(_ point: Sweep.Point) -> String {
    guard sweep.hasObjectives else { return Figures.nothing }
    let passed = point.samples.count { $0.isPassing }
    let share = point.samples.count > 1 ? " (\(passed) of \(point.samples.count))" : ""
    return (point.isPassing ? "yes" : "no") + share
  }

  /// A mean, and half its interval where there is one that is more than nothing.
  private func cell(_ figure: ChosenFigure, _ point: Sweep.Point) -> String {
    guard let estimate = sweep.estimate(figure, at: point) else { return Figures.nothing }
    let mean = words.text(estimate.mean, path: figure.path)
    guard let halfWidth = estimate.halfWidth, halfWidth > 0 else { return mean }
    return "\(mean) ± \(words.text(halfWidth, path: figure.path))"
  }

  private var headline: String {
    let done = sweep.points.count { $0 != nil }
    let count = Figures.count(sweep.points.count, of: "combination")
    let partial = sweep.isComplete ? count : "INTERRUPTED, \(Figures.count(done)) of \(count)"
    return
      "\(sweep.scenario): \(partial), \(Figures.count(sweep.replications, of: "replication")) each on common random "
      + "numbers (seed \(sweep.seed))"
  }

  private var notes: [String] {
    let bill = "cost_usd is what the scenario's billing period costs (\(objectives.horizon.billing.rawValue))."
    let width =
      "± is half the \(Figures.percent(sweep.level)) t interval; percentiles and extremes have one from "
      + "\(FigureEstimate.leastForPercentiles) replications on."
    return [bill] + (sweep.replications > 1 ? [width] : []) + warnings
  }

  // MARK: Numbers

  /// sweep.json: `weir.sweep/v1`.
  public var json: String {
    let parameters = sweep.grid.parameters.map { parameter in
      JSONValue.object([
        "path": .string(parameter.path), "values": .array(parameter.values.map(DesignFigures.json)),
      ])
    }
    return JSONValue.object([
      "schema": "weir.sweep/v1", "scenario": .string(sweep.scenario), "seed": .count(sweep.seed),
      "version": .string(Version.current), "complete": .bool(sweep.isComplete),
      "replications": .count(sweep.replications), "level": .number(sweep.level), "parameters": .array(parameters),
      "points": .array(sweep.points.compactMap { $0.map(json) }), "notes": .array(notes.map { .string($0) }),
      "command": .optional(command),
    ]).text
  }

  private func json(_ point: Sweep.Point) -> JSONValue {
    let metrics = columns.compactMap { figure in
      sweep.estimate(figure, at: point).map { (figure.path, DesignFigures.json($0, level: sweep.level)) }
    }
    let settings = point.settings.map { ($0.path, DesignFigures.json($0.value)) }
    return [
      "settings": .object(Dictionary(settings) { $1 }), "passed": .bool(point.isPassing),
      "replications_passed": .count(point.samples.count { $0.isPassing }),
      "cost_usd": .optional(sweep.estimate(.cost, at: point)?.mean),
      "metrics": .object(Dictionary(metrics) { first, _ in first }),
      "trajectory_hashes": .array(point.samples.map { .string(JSONValue.hexadecimal($0.trajectoryHash, digits: 16)) }),
    ]
  }

  /// sweep.csv: a row a combination; each figure's mean, and half its interval.
  public var csv: String {
    var table = CSVTable(
      paths + ["passed", "replications_passed", "replications", "cost_usd"]
        + columns.flatMap { [$0.path, "\($0.path)_half_width"] })
    for point in sweep.points {
      guard let point else { continue }
      let counts = [
        point.isPassing ? "true" : "false", String(point.samples.count { $0.isPassing }), String(point.samples.count),
      ]
      let figures = columns.flatMap { figure in
        let estimate = sweep.estimate(figure, at: point)
        return [CSVTable.cell(estimate?.mean), CSVTable.cell(estimate?.halfWidth)]
      }
      table.append(
        point.settings.map(\.value) + counts + [CSVTable.cell(sweep.estimate(.cost, at: point)?.mean)] + figures)
    }
    return table.text
  }

  /// Writes sweep.md, sweep.json and sweep.csv; each appears whole or not at all.
  public func write(to directory: String) throws(OutputFile.WriteError) {
    try OutputFile.write([("sweep.md", markdown), ("sweep.json", json), ("sweep.csv", csv)], into: directory)
  }
}
