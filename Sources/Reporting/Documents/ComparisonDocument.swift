internal import Experiment
internal import Models
public import Planning
public import Scenario
internal import Simulation
internal import Units

/// `weir compare`: designs held against the first of them, in words, JSON and CSV.
public struct ComparisonDocument: Exhibit, Filed {
  let comparison: Comparison
  private let warnings: [String]
  private let command: ShellLine?

  /// The figures of a comparison; `warnings` are what the reader should know and no figure says.
  public init(_ comparison: Comparison, warnings: [String], command: ShellLine?) {
    (self.comparison, self.warnings, self.command) = (comparison, warnings, command)
  }

  var words: DesignFigures { DesignFigures(comparison.figures) }

  private func name(_ position: Int) -> String { comparison.contenders[position].design.name }

  // MARK: In words

  /// Each design against the first: a table, bars, and what the figures rest on.
  public var document: Document {
    let lead = Prose(text: "\(headline).", markdown: comparison.isComplete ? "\(headline)." : "**\(headline).**")
    let all = comparison.contenders.indices
    let lines = all.flatMap { position in
      let contender = comparison.contenders[position]
      return ["  \(name(position)): \(DesignFigures.text(contender.design.settings)); \(passed(contender))"]
        + contender.held.map { "    \($0.objective.id) \($0.words)" }
    }
    let title = all.dropFirst().map(name).joined(separator: ", ") + " against \(name(0))"
    return Document(
      blocks: [
        .page([.heading(1, Prose(title))]), .stack([.quote(lead), .terminal(lines)]), .page([.table(variants)]),
      ] + sides + all.dropFirst().flatMap(differences) + [
        .heading(2, Prose(text: "", markdown: "Notes")), .notes(notes), .page([.notes(warnings)]),
        .command(command, under: "To reproduce it"),
      ])
  }

  private var variants: Table {
    Table(
      ["Variant", "Changes", .number("Passed"), "Objectives"],
      comparison.contenders.indices.map { position in
        let contender = comparison.contenders[position]
        let changes = contender.design.settings.map { Markdown.code("\($0.path)=\($0.value)") }
        return [
          .plain(name(position)), Prose(changes.isEmpty ? "as it stands" : changes.joined(separator: "<br>")),
          Prose(passed(contender)),
          Prose(contender.held.map { "\(Markdown.code($0.objective.id)) \($0.words)" }.joined(separator: "<br>")),
        ]
      })
  }

  private func differences(_ position: Int) -> [Document.Block] {
    let differences = comparison.differences.filter { $0.b == position }
    let columns: [Table.Column] = [
      "Figure", .ragged(name(0)), .ragged(name(position)), "Difference",
    ]
    let shares = differences.compactMap(bar), bars = [Chart.differences(shares)].compactMap(\.self)
    let picture = picture(name(position), against: name(0), shares)
    return [
      .heading(2, .plain("\(name(position)) against \(name(0))")), .rows(Table(columns, differences.map(row))),
      picture.map { .picture($0, or: bars) } ?? .charts(bars),
    ]
  }

  private func row(_ difference: Comparison.Difference) -> [Prose] {
    let path = difference.figure.path
    let b = words.text(difference.meanB, path: path)
    return [
      .code(path), Prose(words.text(difference.meanA, path: path)), Prose(text: "→ \(b)", markdown: b),
      Prose(sentence(difference)),
    ]
  }

  // MARK: Sentences

  private var headline: String {
    let scenario = comparison.contenders[0].loaded.experiment
    let count = comparison.replications
    let partial = comparison.isComplete ? "" : "INTERRUPTED, a part only: "
    return partial + "\(scenario.name): \(Figures.count(comparison.contenders.count, of: "variant")), "
      + "\(Figures.count(count, of: "run")) each under the same random traffic (seed \(scenario.seed))"
  }

  private func passed(_ contender: Comparison.Contender) -> String {
    contender.loaded.experiment.objectives.isEmpty
      ? "no objectives" : "\(contender.passed) of \(contender.samples.count) passed"
  }

  /// What one difference comes to, from B's side: `cheaper by 12 % (± 1 %)`.
  func sentence(_ difference: Comparison.Difference) -> String {
    let isMoney = words.isMoney(path: difference.figure.path)
    switch difference.verdict {
    case .equal: return "the same in every run" + mayNotHaveShown(difference)
    case .notShown: return "no difference shown (\(change(difference)))"
    case .lower: return (isMoney ? "cheaper by " : "lower by ") + amount(difference)
    case .higher: return (isMoney ? "more expensive by " : "higher by ") + amount(difference)
    case .withheld(let reason):
      guard difference.estimate.mean != 0 else { return "the same on average, no ±" }
      let word = difference.estimate.mean > 0 ? "lower" : "higher"
      return "\(word) by \(magnitude(difference.estimate.mean, difference)), no ± (\(Self.words(reason)))"
    }
  }

  /// Of fewer replications than an interval needs: how seldom a difference may come and not have shown.
  private func mayNotHaveShown(_ difference: Comparison.Difference) -> String {
    let count = difference.estimate.count
    guard count < FigureEstimate.least else { return "" }
    let share = 1 - FeasibilityTest.largest(confidence: comparison.level, replications: count)
    return "; what differs in fewer than \(Figures.percent(share)) of runs may not have shown"
  }

  private static func words(_ reason: FigureEstimate.Withheld) -> String {
    switch reason {
    case .oneReplication: "one run"
    case .fewReplications: "too few runs"
    case .allEqual: "all equal"
    case .mostlyEqual: "mostly equal"
    case .unmeasured: "not always measured"
    }
  }

  /// How much and how surely.
  private func amount(_ difference: Comparison.Difference) -> String {
    let halfWidth = difference.estimate.halfWidth ?? 0
    let mean = magnitude(difference.estimate.mean, difference)
    return halfWidth > 0
      ? "\(mean) (± \(magnitude(halfWidth, difference)))"
      : "\(mean) in each of \(comparison.replications) runs"
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

  private func bar(_ difference: Comparison.Difference) -> (name: String, mean: Double, halfWidth: Double?)? {
    guard difference.meanA != 0, difference.verdict != .equal else { return nil }
    let scale = difference.meanA.magnitude
    return (
      difference.figure.path, -difference.estimate.mean / scale, difference.estimate.halfWidth.map { $0 / scale }
    )
  }

  // MARK: Notes

  private var warmup: Interval { comparison.contenders[0].loaded.experiment.horizon.warmup }

  /// What the figures rest on, a sentence each.
  var notes: [String] {
    let warmUp = WarmUpFigures.sentence(comparison.warmUp, set: warmup)
    return [precision, joint, withheld, held, unmeasured].compactMap(\.self) + [warmUp]
  }

  private var precision: String? {
    guard case .precise(let precision) = comparison.rule else { return nil }
    let wanted = Figures.percent(precision.error)
    return comparison.isPrecise
      ? "Runs were added until every difference was known to within \(wanted) of the larger of its two means."
      : "After \(Figures.count(comparison.replications, of: "run")) not every difference is known to within "
        + "\(wanted) of the larger of its two means."
  }

  /// What the intervals promise, each by itself and all together.
  private var joint: String? {
    let count = comparison.knownIntervals
    guard count > 0 else { return nil }
    let own =
      "± is the margin of error of each difference by itself, at a confidence of \(Figures.percent(comparison.level)); per cents are "
      + "of \(name(0))'s mean"
    guard count > 1 else { return own + "." }
    let level = comparison.level
    let sharper = CSVTable.cell(((1 - (1 - level) / Double(count)) * 10_000).rounded(.up) / 10_000)
    let chance = Figures.number((1 / (1 - level)).rounded())
    return own + ". One such margin in \(chance) is too narrow, by chance, and here are \(count); --level \(sharper) "
      + "makes it \(Figures.percent(level)) for all of them together."
  }

  private var withheld: String? {
    let isWithheld = comparison.differences.contains {
      $0.estimate.withheld == .fewReplications || $0.estimate.withheld == .mostlyEqual
    }
    return isWithheld ? FigureEstimate.rule : nil
  }

  private var held: String? {
    guard comparison.contenders.contains(where: { !$0.held.isEmpty }), comparison.replications > 0 else { return nil }
    let test = comparison.test
    return "An objective is called met, or not met, when its runs show that it is met in at least "
      + "\(Figures.percent(test.reliability)) of all runs, or in fewer, at a confidence of \(Figures.percent(test.confidence)), as in "
      + "weir plan: \(test.least) runs without a failure show it. Otherwise there are too few runs to tell."
  }

  private var unmeasured: String? {
    let paths = comparison.unmeasured.map(\.path)
    guard !paths.isEmpty, comparison.replications > 0 else { return nil }
    return "Not measured in every run, and so not compared: \(paths.joined(separator: ", "))."
  }

  // MARK: Numbers

  /// compare.json: `weir.compare/v1`.
  public var value: JSONValue {
    JSONValue([
      "schema": "weir.compare/v1", "complete": comparison.isComplete, "precise": comparison.isPrecise,
      "replications": comparison.replications, "level": comparison.level, "joint_level": comparison.jointLevel,
      "seed": comparison.contenders[0].loaded.experiment.seed, "version": Version.current, "notes": notes + warnings,
      "command": command?.description, "variants": comparison.contenders.indices.map(variant),
      "differences": comparison.differences.map(json), "warm_up": WarmUpFigures.json(comparison.warmUp, set: warmup),
    ])
  }

  private func variant(_ position: Int) -> JSONValue {
    let contender = comparison.contenders[position]
    let metrics = comparison.figures.compactMap { figure in
      comparison.estimate(figure, of: position).map { (figure.path, DesignFigures.json($0, level: comparison.level)) }
    }
    return JSONValue([
      "name": contender.design.name, "scenario": contender.loaded.experiment.name,
      "settings": DesignFigures.json(contender.design.settings), "passed": contender.passed,
      "slo": contender.held.map { $0.json(comparison.test) },
      "fingerprint": Fingerprint(of: contender.loaded, version: Version.current).hex, "metrics": .named(metrics),
      "trajectory_hashes": contender.samples.map { JSONValue.hash($0.trajectoryHash) },
    ])
  }

  private func json(_ difference: Comparison.Difference) -> JSONValue {
    let scale = difference.meanA.magnitude
    let relative = { (value: Double?) in scale > 0 ? value.map { $0 / scale } : nil }
    return JSONValue([
      "metric": difference.figure.path, "a": name(difference.a), "b": name(difference.b),
      "mean": difference.estimate.mean, "half_width": difference.estimate.halfWidth, "level": comparison.level,
      "variance_ratio": difference.varianceRatio, "mean_a": difference.meanA, "mean_b": difference.meanB,
      "relative": relative(difference.estimate.mean), "relative_half_width": relative(difference.estimate.halfWidth),
      "verdict": difference.verdict.word, "withheld": difference.estimate.withheld?.rawValue,
    ])
  }

  /// compare.csv: a row a difference, A − B.
  var csv: String {
    let columns = [
      "metric", "unit", "a", "b", "mean_a", "mean_b", "mean", "half_width", "level", "variance_ratio", "verdict",
    ]
    let rows = comparison.differences.map { difference in
      var row = json(difference)
      row["unit"] = .string(words.unit(path: difference.figure.path))
      return row
    }
    return CSVTable(columns, rows).text
  }

  /// compare_replications.csv: a row a variant, replication and figure, for statistics of one's own.
  var replicationsCSV: String {
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

  /// compare.md, compare.json, compare.csv and compare_replications.csv.
  public var files: [(name: String, contents: String)] {
    [
      ("compare.md", markdown), ("compare.json", json), ("compare.csv", csv),
      ("compare_replications.csv", replicationsCSV),
    ]
  }
}

extension Comparison.Difference.Verdict {
  /// The verdict in a word, of B against A.
  fileprivate var word: String {
    switch self {
    case .equal: "equal"
    case .lower: "lower"
    case .higher: "higher"
    case .notShown: "not_shown"
    case .withheld: "withheld"
    }
  }
}
