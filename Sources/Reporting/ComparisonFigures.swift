internal import Models
public import Planning
internal import Scenario
internal import Simulation
internal import Units

/// `weir compare`: designs held against the first of them, in words, JSON and CSV.
public struct ComparisonFigures: Sendable {
  let comparison: Comparison
  private let warnings: [String]
  private let command: String?

  /// The figures of a comparison; `warnings` are what the reader should know and no figure says.
  public init(_ comparison: Comparison, warnings: [String], command: String?) {
    (self.comparison, self.warnings, self.command) = (comparison, warnings, command)
  }

  var words: DesignFigures { DesignFigures(comparison.contenders.first?.loaded.experiment) }

  private func name(_ position: Int) -> String { comparison.contenders[position].design.name }

  // MARK: A terminal

  /// For a terminal.
  public var text: String {
    var lines = [headline + "."]
    for (position, contender) in comparison.contenders.enumerated() {
      lines.append("  \(name(position)): \(DesignFigures.text(contender.design.settings)); \(passed(contender))")
    }
    for position in comparison.contenders.indices.dropFirst() {
      let differences = comparison.differences.filter { $0.b == position }
      lines += ["", "\(name(position)) against \(name(0))"] + Self.aligned(differences.map(row))
      let bars = DifferenceBars(differences.compactMap(bar)).lines
      if !bars.isEmpty { lines += [""] + bars.map { "  " + $0 } }
    }
    return (lines + [""] + notes.map { "note: \($0)" }).map { $0 + "\n" }.joined()
  }

  private func row(_ difference: Comparison.Difference) -> [String] {
    let path = difference.figure.path
    return [
      path, words.text(difference.meanA, path: path), "→ " + words.text(difference.meanB, path: path),
      sentence(difference), difference.varianceRatio.map { "variance ÷ \(Figures.number($0))" } ?? "",
    ]
  }

  /// Cells in columns as wide as their widest.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
      return String(("  " + cells.joined(separator: "  ")).reversed().drop { $0 == " " }.reversed())
    }
  }

  // MARK: A pull request

  /// For a pull request: compare.md.
  public var markdown: String {
    var variants = MarkdownTable([("Variant", .left), ("Changes", .left), ("Passed", .right)])
    for (position, contender) in comparison.contenders.enumerated() {
      let changes =
        contender.design.settings.isEmpty
        ? "as it stands"
        : contender.design.settings.map { Markdown.code("\($0.path)=\($0.value)") }.joined(separator: "<br>")
      variants.append([Markdown.prose(name(position)), changes, passed(contender)])
    }
    let sections = comparison.contenders.indices.dropFirst().map(section)
    let head = comparison.isComplete ? "> \(headline).\n" : "> **\(headline).**\n"
    let parts =
      ["# \(title)\n", head, variants.text] + sections + ["## Notes\n\n" + notes.map { "- \($0)\n" }.joined()]
    return (parts + (command.map { ["## To reproduce it\n\n```sh\n\($0)\n```\n"] } ?? [])).joined(separator: "\n")
  }

  private var title: String {
    comparison.contenders.dropFirst().map(\.design.name).joined(separator: ", ") + " against \(name(0))"
  }

  private func section(_ position: Int) -> String {
    var table = MarkdownTable([
      ("Figure", .left), (name(0), .right), (name(position), .right), ("Difference", .left), ("Variance ÷", .right),
    ])
    let differences = comparison.differences.filter { $0.b == position }
    for difference in differences {
      let path = difference.figure.path
      table.append([
        Markdown.code(path), words.text(difference.meanA, path: path), words.text(difference.meanB, path: path),
        sentence(difference), Figures.number(difference.varianceRatio),
      ])
    }
    let bars = DifferenceBars(differences.compactMap(bar)).lines
    let picture = bars.isEmpty ? "" : "\n" + Markdown.block(bars)
    return "## \(Markdown.prose(name(position))) against \(Markdown.prose(name(0)))\n\n" + table.text + picture
  }

  // MARK: Sentences

  private var headline: String {
    let scenario = comparison.contenders[0].loaded.experiment
    let count = comparison.replications
    let partial = comparison.isComplete ? "" : "INTERRUPTED, a part only: "
    return partial + "\(scenario.name): \(Figures.count(comparison.contenders.count, of: "variant")), "
      + "\(Figures.count(count, of: "replication")) each on common random numbers (seed \(scenario.seed))"
  }

  private func passed(_ contender: Comparison.Contender) -> String {
    contender.loaded.experiment.objectives.isEmpty
      ? "no objectives" : "\(contender.passed) of \(contender.samples.count) passed"
  }

  /// What one difference comes to, from B's side: `cheaper by 12 % (± 1 %)`.
  func sentence(_ difference: Comparison.Difference) -> String {
    let isMoney = words.isMoney(path: difference.figure.path)
    switch difference.verdict {
    case .equal: return "the same in every replication"
    case .notShown: return "no difference shown (\(change(difference)))"
    case .lower: return (isMoney ? "cheaper by " : "lower by ") + amount(difference)
    case .higher: return (isMoney ? "dearer by " : "higher by ") + amount(difference)
    case .withheld(let reason):
      guard difference.estimate.mean != 0 else { return "the same on average; interval withheld" }
      let word = difference.estimate.mean > 0 ? "lower" : "higher"
      return "\(word) by \(magnitude(difference.estimate.mean, difference)), interval withheld (\(Self.words(reason)))"
    }
  }

  private static func words(_ reason: FigureEstimate.Withheld) -> String {
    switch reason {
    case .oneReplication: "one replication"
    case .fewReplications: "fewer than \(FigureEstimate.leastForPercentiles) replications"
    }
  }

  /// How much and how surely.
  private func amount(_ difference: Comparison.Difference) -> String {
    let halfWidth = difference.estimate.halfWidth ?? 0
    let mean = magnitude(difference.estimate.mean, difference)
    return halfWidth > 0 ? "\(mean) (± \(magnitude(halfWidth, difference)))" : "\(mean) in every replication"
  }

  /// A change that may be none, with its sign as B sees it.
  private func change(_ difference: Comparison.Difference) -> String {
    let sign = difference.estimate.mean > 0 ? "-" : "+"
    return "\(sign)\(magnitude(difference.estimate.mean, difference)) ± "
      + magnitude(difference.estimate.halfWidth ?? 0, difference)
  }

  /// A difference's size: in per cent of A's mean, or in the figure's unit when that is zero.
  private func magnitude(_ value: Double, _ difference: Comparison.Difference) -> String {
    difference.meanA != 0
      ? Figures.percent((value / difference.meanA).magnitude)
      : words.text(value.magnitude, path: difference.figure.path)
  }

  private func bar(_ difference: Comparison.Difference) -> DifferenceBars.Row? {
    guard difference.meanA != 0, difference.verdict != .equal else { return nil }
    let scale = difference.meanA.magnitude
    return DifferenceBars.Row(
      name: difference.figure.path, mean: -difference.estimate.mean / scale,
      halfWidth: difference.estimate.halfWidth.map { $0 / scale })
  }

  // MARK: Notes

  private var warmup: Interval { comparison.contenders[0].loaded.experiment.horizon.warmup }

  /// What the figures rest on, a sentence each.
  var notes: [String] {
    let warmUp = WarmUpFigures.sentence(comparison.warmUp, set: warmup)
    return [precision, joint, withheld, unmeasured].compactMap(\.self) + [warmUp] + warnings
  }

  private var precision: String? {
    guard case .precise(let precision) = comparison.rule else { return nil }
    let wanted = Figures.percent(precision.error)
    return comparison.isPrecise
      ? "Replications stopped when every difference was known to within \(wanted) of the larger of its two means."
      : "After \(Figures.count(comparison.replications, of: "replication")) not every difference is known to within "
        + "\(wanted) of the larger of its two means."
  }

  /// What the intervals promise, each by itself and all together.
  private var joint: String? {
    let count = comparison.knownIntervals
    guard count > 0 else { return nil }
    let own =
      "± is half the paired t interval of B − A, at \(Figures.percent(comparison.level)) for each figure by itself; "
      + "per cents are of \(name(0))'s mean"
    guard count > 1 else { return own + "." }
    let level = comparison.level
    let sharper = CSVTable.cell(((1 - (1 - level) / Double(count)) * 10_000).rounded(.up) / 10_000)
    return own + ". All \(count) hold together at no less than \(Figures.percent(comparison.jointLevel)) (Bonferroni); "
      + "--level \(sharper) keeps \(Figures.percent(level)) for all of them."
  }

  private var withheld: String? {
    guard comparison.differences.contains(where: { $0.estimate.withheld == .fewReplications }) else { return nil }
    return "Percentiles and extremes have an interval from \(FigureEstimate.leastForPercentiles) replications on: with "
      + "fewer it would promise more than it holds."
  }

  private var unmeasured: String? {
    let paths = comparison.unmeasured.map(\.path)
    guard !paths.isEmpty, comparison.replications > 0 else { return nil }
    return "Not measured in every replication, and so not compared: \(paths.joined(separator: ", "))."
  }

  // MARK: Numbers

  /// compare.json: `weir.compare/v1`.
  public var json: String {
    var members: [String: JSONValue] = [
      "schema": "weir.compare/v1", "complete": .bool(comparison.isComplete), "precise": .bool(comparison.isPrecise),
      "replications": .count(comparison.replications), "level": .number(comparison.level),
      "joint_level": .number(comparison.jointLevel), "seed": .count(comparison.contenders[0].loaded.experiment.seed),
      "version": .string(Version.current), "notes": .array(notes.map { .string($0) }),
      "command": .optional(command),
    ]
    members["variants"] = .array(comparison.contenders.indices.map(variant))
    members["differences"] = .array(comparison.differences.map(json))
    members["warm_up"] = WarmUpFigures.json(comparison.warmUp, set: warmup)
    return JSONValue.object(members).text
  }

  private func variant(_ position: Int) -> JSONValue {
    let contender = comparison.contenders[position]
    let metrics = comparison.figures.compactMap { figure in
      comparison.estimate(figure, of: position).map { (figure.path, DesignFigures.json($0, level: comparison.level)) }
    }
    let settings = contender.design.settings.map { ($0.path, DesignFigures.json($0.value)) }
    return [
      "name": .string(contender.design.name), "scenario": .string(contender.loaded.experiment.name),
      "settings": .object(Dictionary(settings) { $1 }), "passed": .count(contender.passed),
      "fingerprint": .string(Fingerprint(of: contender.loaded, version: Version.current).hex),
      "metrics": .object(Dictionary(metrics) { first, _ in first }),
      "trajectory_hashes": .array(
        contender.samples.map { .string(JSONValue.hexadecimal($0.trajectoryHash, digits: 16)) }),
    ]
  }

  private func json(_ difference: Comparison.Difference) -> JSONValue {
    let scale = difference.meanA.magnitude
    let relative = { (value: Double?) in scale > 0 ? value.map { $0 / scale } : nil }
    return [
      "metric": .string(difference.figure.path), "a": .string(name(difference.a)), "b": .string(name(difference.b)),
      "mean": .number(difference.estimate.mean), "half_width": .optional(difference.estimate.halfWidth),
      "level": .number(comparison.level), "variance_ratio": .optional(difference.varianceRatio),
      "mean_a": .number(difference.meanA), "mean_b": .number(difference.meanB),
      "relative": .optional(relative(difference.estimate.mean)),
      "relative_half_width": .optional(relative(difference.estimate.halfWidth)),
      "verdict": .string(Self.word(difference.verdict)), "withheld": .optional(difference.estimate.withheld?.rawValue),
    ]
  }

  /// A verdict in a word, of B against A.
  static func word(_ verdict: Comparison.Difference.Verdict) -> String {
    switch verdict {
    case .equal: "equal"
    case .lower: "lower"
    case .higher: "higher"
    case .notShown: "not_shown"
    case .withheld: "withheld"
    }
  }

  /// compare.csv: a row a difference, A − B.
  public var csv: String {
    var table = CSVTable([
      "metric", "unit", "a", "b", "mean_a", "mean_b", "mean", "half_width", "level", "variance_ratio", "verdict",
    ])
    for difference in comparison.differences {
      let path = difference.figure.path
      table.append([
        path, words.unit(path: path), name(difference.a), name(difference.b), CSVTable.cell(difference.meanA),
        CSVTable.cell(difference.meanB), CSVTable.cell(difference.estimate.mean),
        CSVTable.cell(difference.estimate.halfWidth), CSVTable.cell(comparison.level),
        CSVTable.cell(difference.varianceRatio), Self.word(difference.verdict),
      ])
    }
    return table.text
  }

  /// compare_replications.csv: a row a variant, replication and figure, for statistics of one's own.
  public var replicationsCSV: String {
    var table = CSVTable(["variant", "replication", "metric", "unit", "value"])
    for contender in comparison.contenders {
      for sample in contender.samples {
        for (figure, value) in zip(comparison.figures, sample.values) {
          table.append([
            contender.design.name, String(sample.replication), figure.path, words.unit(path: figure.path),
            CSVTable.cell(value),
          ])
        }
      }
    }
    return table.text
  }

  /// Writes compare.md, compare.json, compare.csv and compare_replications.csv; each appears whole or not at all.
  public func write(to directory: String) throws(OutputFile.WriteError) {
    try OutputFile.write(
      [
        ("compare.md", markdown), ("compare.json", json), ("compare.csv", csv),
        ("compare_replications.csv", replicationsCSV),
      ], into: directory)
  }
}
