internal import Experiment
internal import Models
public import Planning
internal import Pricing
public import Scenario

/// `weir sweep`: a table of designs in words, JSON and CSV, and a picture where there are one or two parameters.
public struct SweepDocument: Exhibit, Filed {
  private let sweep: Sweep
  private let objectives: Experiment
  private let warnings: [String]
  private let command: ShellLine?

  /// The figures of a sweep of the scenario `base`.
  public init(_ sweep: Sweep, of base: LoadedScenario, warnings: [String], command: ShellLine?) {
    (self.sweep, objectives, self.warnings, self.command) = (sweep, base.experiment, warnings, command)
  }

  private var words: DesignFigures { DesignFigures(sweep.figures) }
  /// The columns that are no cost: that has its own.
  private var columns: [Figure] { sweep.figures.filter { $0 != .cost } }

  // MARK: In words

  /// The table, a picture of it, and what the figures rest on.
  public var document: Document {
    let left = sweep.grid.parameters.count
    let header = paths + ["passed", "cost_usd"] + columns.map(\.path)
    let table = Table(
      header.enumerated().map { Table.Column($1, $0 <= left ? .left : .right) },
      sweep.points.compactMap(\.self).map { cells($0).map { Prose($0) } })
    return Document(blocks: [
      .page([.heading(1, "\(sweep.scenario) over \(paths.joined(separator: ", "))")]),
      .quote(Prose(text: "\(headline).", markdown: sweep.isComplete ? "\(headline)." : "**\(headline).**")),
      .table(table),
      picture.map { .picture($0, or: charts) } ?? .charts(charts), .notes(notes), .page([.notes(warnings)]),
      .command(command, under: nil),
    ])
  }

  private var paths: [String] { sweep.grid.parameters.map(\.path) }

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
  private func cell(_ figure: Figure, _ point: Sweep.Point) -> String {
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
      "\(sweep.scenario): \(partial), \(Figures.count(sweep.replications, of: "run")) each under the same random "
      + "traffic (seed \(sweep.seed))"
  }

  private var notes: [String] {
    let bill = "cost_usd is what the scenario's billing period costs (\(objectives.horizon.billing.rawValue))."
    let width =
      "± is the margin of error of the mean, at a confidence of \(Figures.percent(sweep.level)). \(FigureEstimate.rule)"
    return [bill] + (sweep.replications > 1 ? [width] : [])
  }

  // MARK: The picture

  /// The most columns of a strip, and the most figures shown.
  private static let widest = 100, mostFigures = 4

  /// One parameter as a strip a figure, two as a map a figure: rows are the first's values, columns the second's. Nothing
  /// with three or more, with one value only, and where a row would be too long to be seen at once.
  private var charts: [Chart] {
    let parameters = sweep.grid.parameters
    guard parameters.count <= 2, (2...Self.widest).contains(parameters.last?.values.count ?? 0) else { return [] }
    return parameters.count == 1 ? [strips(parameters[0])] : maps(parameters[0], parameters[1])
  }

  private var picture: Picture? {
    guard !charts.isEmpty else { return nil }
    return Self.picture(of: sweep.scenario, sweep.grid.parameters, shown.map { ($0.figure.path, $0.values) })
  }

  /// The figures worth a picture: the cost, and the first that vary.
  private var shown: [(figure: Figure, values: [Double?], peak: Double, range: String)] {
    let all = ([.cost] + columns).map { figure in
      (figure, sweep.points.map { $0.flatMap { sweep.estimate(figure, at: $0)?.mean } })
    }
    return all.filter { Set($0.1.compactMap(\.self)).count > 1 }.prefix(Self.mostFigures).map { figure, values in
      let known = values.compactMap(\.self)
      let ends = [known.min(), known.max()].map { words.text($0, path: figure.path) }
      return (figure, values, known.max() ?? 0, ends.joined(separator: " … "))
    }
  }

  private var verdicts: [Bool?] { sweep.points.map { $0?.isPassing } }

  private func strips(_ parameter: SweepParameter) -> Chart {
    let ends = "\(parameter.values[0]) … \(parameter.values[parameter.values.count - 1])"
    let passed = sweep.hasObjectives ? [Chart.Row(name: "passed", marks: .verdicts(verdicts))] : []
    let figures = shown.map {
      Chart.Row(name: $0.figure.path, marks: .strip($0.values, peak: $0.peak), caption: $0.range)
    }
    return Chart(rows: [Chart.Row(name: parameter.path, marks: .words(ends))] + passed + figures)
  }

  private func maps(_ rows: SweepParameter, _ columns: SweepParameter) -> [Chart] {
    let width = columns.values.count
    func map(_ title: String, _ marks: (Range<Int>) -> Chart.Marks) -> Chart {
      let names = rows.values.enumerated()
      return Chart(
        title: title, names: .right,
        rows: names.map { Chart.Row(name: $1.description, marks: marks($0 * width..<($0 + 1) * width)) }, footer: [""])
    }
    let axes = "rows \(rows.path), columns \(columns.path) \(columns.values[0]) … \(columns.values[width - 1])"
    let passed = sweep.hasObjectives ? [map("passed") { .verdicts(Array(verdicts[$0])) }] : []
    let figures = shown.map { item in
      map("\(item.figure.path): \(item.range)") { .shades(Array(item.values[$0]), peak: item.peak) }
    }
    var all = [Chart(title: axes, rows: [], footer: [""])] + passed + figures
    all[all.count - 1].footer = []
    return all
  }

  // MARK: Numbers

  /// sweep.json: `weir.sweep/v1`.
  public var value: JSONValue {
    let parameters = sweep.grid.parameters.map { parameter -> JSONValue in
      JSONValue(["path": parameter.path, "values": parameter.values.map(JSONValue.scalar)])
    }
    return JSONValue([
      "schema": "weir.sweep/v1", "scenario": sweep.scenario, "seed": sweep.seed, "version": Version.current,
      "complete": sweep.isComplete, "replications": sweep.replications, "level": sweep.level, "parameters": parameters,
      "points": sweep.points.compactMap { $0.map(json) }, "notes": notes + warnings, "command": command?.description,
    ])
  }

  private func json(_ point: Sweep.Point) -> JSONValue {
    let metrics = columns.compactMap { figure in
      sweep.estimate(figure, at: point).map { (figure.path, DesignFigures.json($0, level: sweep.level)) }
    }
    return JSONValue([
      "settings": DesignFigures.json(point.settings), "passed": point.isPassing,
      "replications_passed": point.samples.count { $0.isPassing }, "cost_usd": sweep.estimate(.cost, at: point)?.mean,
      "metrics": .named(metrics), "trajectory_hashes": point.samples.map { JSONValue.hash($0.trajectoryHash) },
    ])
  }

  /// sweep.csv: a row a combination; each figure's mean, and half its interval.
  var csv: String {
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

  /// sweep.md, sweep.json and sweep.csv.
  public var files: [(name: String, contents: String)] {
    [("sweep.md", markdown), ("sweep.json", json), ("sweep.csv", csv)]
  }
}
