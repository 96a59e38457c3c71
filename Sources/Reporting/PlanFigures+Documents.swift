internal import Models
internal import Planning
internal import Scenario
internal import Units

/// A plan as JSON, Markdown and CSV.
extension PlanFigures {
  /// `weir.plan/v1`.
  public var json: String {
    JSONValue.object([
      "schema": "weir.plan/v1", "scenario": .string(plan.scenario), "seed": .count(plan.seed),
      "objective": .string(plan.goal.rawValue), "confidence": .number(plan.confidence),
      "complete": .bool(plan.isComplete),
      "feasible": .bool(plan.best != nil), "best": plan.best.map(Self.json) ?? .null,
      "runners_up": .array(plan.runnersUp.map(Self.json)), "front": .array(plan.front.map(Self.point)),
      "excuses": .array(plan.excuses.map(Self.json)),
      "resharding": .array(plan.resharding.filter { $0.way != .split }.flatMap(\.commands).map { .string($0) }),
      "resharding_ways": .array(plan.resharding.map(Self.json)), "regret": regretJSON,
      "notes": .array(plan.notes.map { .string($0) }), "warnings": .array(plan.warnings.map { .string($0) }),
      "effort": [
        "simulations": .count(plan.effort.simulations), "designs": .count(plan.effort.designs),
        "designs_simulated": .count(plan.effort.simulated), "designs_screened": .count(plan.effort.screened),
        "grid_simulations": .count(plan.effort.grid),
      ],
    ]).text
  }

  static func params(_ choices: [Candidate.Choice]) -> JSONValue {
    .object(Dictionary(uniqueKeysWithValues: choices.map { ($0.path, value($0.value)) }))
  }

  /// A YAML scalar as what it is: a number, a truth or a text.
  private static func value(_ text: String) -> JSONValue {
    if let whole = Int64(text) { return .count(whole) }
    if let number = Double(text), number.isFinite { return .number(number) }
    if text == "true" || text == "false" { return .bool(text == "true") }
    let isQuoted = text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
    return .string(isQuoted ? String(text.dropFirst().dropLast()) : text)
  }

  /// To the cent: more digits would be noise.
  static func cents(_ amount: Double) -> Double { (amount * 100).rounded() / 100 }

  private static func json(_ option: Plan.Option) -> JSONValue {
    let metrics = option.figures.map { ($0.path, JSONValue.number($0.mean)) }
    let intervals = option.figures.compactMap { figure in
      figure.halfWidth.map { (figure.path, JSONValue.number($0)) }
    }
    return [
      "params": params(option.choices), "cost_usd_month": .optional(option.monthlyCost.map(cents)),
      "metrics": .object(Dictionary(uniqueKeysWithValues: metrics)),
      "half_widths": .object(Dictionary(uniqueKeysWithValues: intervals)),
      "replications": .count(option.replications), "put_throttle_rate": .number(option.throttling),
      "latency_ms_p99": .optional(option.latency), "shards": .count(option.shards),
      "feasible": .bool(option.isFeasible),
      "slo": .array(option.judgements.map(json)),
    ]
  }

  private static func json(_ judgement: ObjectiveJudgement) -> JSONValue {
    let outcome =
      switch judgement.outcome {
      case .holds: "holds"
      case .breaks: "breaks"
      case .open: "undecided"
      }
    return [
      "id": .string(judgement.objective.id), "expr": .string(judgement.objective.expression),
      "value": .optional(judgement.mean), "bound": .optional(judgement.bound),
      "threshold": .number(judgement.objective.threshold), "margin": .optional(judgement.margin),
      "outcome": .string(outcome), "held": .count(judgement.held), "replications": .count(judgement.replications),
    ]
  }

  private static func point(_ option: Plan.Option) -> JSONValue {
    [
      "params": params(option.choices), "cost_usd_month": .optional(option.monthlyCost.map(cents)),
      "put_throttle_rate": .number(option.throttling), "latency_ms_p99": .optional(option.latency),
      "feasible": .bool(option.isFeasible),
    ]
  }

  private static func json(_ excuse: Excuse) -> JSONValue {
    let basis: (String, JSONValue) =
      switch excuse.basis {
      case .simulation: ("simulation", .null)
      case .inference(let shards): ("inference", .count(shards))
      case .arithmetic: ("arithmetic", .null)
      }
    return [
      "params": params(excuse.choices), "limit": .string(excuse.limit.rawValue), "subject": .string(excuse.subject),
      "needs": .optional(excuse.needs), "has": .optional(excuse.has), "unit": .string(excuse.unit),
      "basis": .string(basis.0), "inferred_from_shards": basis.1, "remark": .string(excuse.remark),
    ]
  }

  private static func json(_ advice: ReshardAdvice) -> JSONValue {
    [
      "stream": .string(advice.stream), "way": .string(advice.way.rawValue), "shards_before": .count(advice.before),
      "shards_after": .count(advice.after), "commands": .array(advice.commands.map { .string($0) }),
      "hottest_shard_share": .optional(advice.hottest), "cost_usd_month": .optional(advice.monthlyCost.map(cents)),
      "proof": .string(advice.proof.rawValue), "remark": .string(advice.remark),
    ]
  }

  // MARK: Markdown

  /// plan.md: for a pull request.
  public var markdown: String {
    let title = plan.best.map { "\(Self.choices($0.choices)): \(Self.cost($0)) a month" } ?? "no design holds"
    let partial = plan.isComplete ? "" : "**Interrupted**: this is what was known by then.\n\n"
    let warnings = plan.warnings.map { "> **Warning**: \(Markdown.prose($0)).\n\n" }.joined()
    return "# Plan of \(Markdown.prose(plan.scenario)): \(Markdown.prose(title))\n\n\(warnings)\(partial)\(effort).\n"
      + (plan.best.map(objectives) ?? "") + optionsMarkdown + regretMarkdown + excusesMarkdown + reshardingMarkdown
      + notesMarkdown
  }

  private func objectives(_ best: Plan.Option) -> String {
    var table = MarkdownTable([("Objective", .left), ("Value", .right), ("Wanted", .right), ("Verdict", .left)])
    for judgement in best.judgements {
      table.append([
        Markdown.code(judgement.objective.id), judgement.objective.text(judgement.mean), judgement.objective.wanted,
        Self.word(judgement),
      ])
    }
    return table.isEmpty
      ? "" : "\n## What holds\n\nWith a confidence of \(Figures.percent(plan.confidence)).\n\n\(table.text)"
  }

  private var optionsMarkdown: String {
    var table = MarkdownTable([
      ("", .left), ("Design", .left), ("A month", .right), ("Refused", .right), ("p99", .right), ("Holds", .left),
    ])
    let named = [plan.best].compactMap(\.self).map { ("**best**", $0) } + plan.runnersUp.map { ("runner-up", $0) }
    let others = plan.front.filter { point in !named.contains { $0.1.choices == point.choices } }
    for (name, option) in named + others.map({ ("front", $0) }) {
      table.append([
        name, Markdown.code(Self.choices(option.choices)), Self.cost(option), Figures.percent(option.throttling),
        Self.latency(option), option.isFeasible ? "yes" : "no",
      ])
    }
    return table.isEmpty ? "" : "\n## Designs\n\n\(table.text)"
  }

  private var excusesMarkdown: String {
    let groups = ExcuseGroup.all(plan.excuses)
    return groups.isEmpty
      ? "" : "\n## Why not the others\n\n" + groups.map { "- \(Markdown.prose($0.sentence))\n" }.joined()
  }

  private var reshardingMarkdown: String {
    plan.resharding.isEmpty
      ? ""
      : "\n## Resharding\n"
        + plan.resharding.map { "\n\(Markdown.prose(Self.title($0)))\n\n\(Markdown.block($0.commands))" }.joined()
  }

  private var notesMarkdown: String {
    plan.notes.isEmpty ? "" : "\n## Notes\n\n" + plan.notes.map { "- \(Markdown.prose($0))\n" }.joined()
  }

  // MARK: CSV

  /// plan.csv: a row for every design; what is not known stays empty.
  public var csv: String {
    let paths = plan.dimensions.map(\.path)
    var table = CSVTable(
      ["role"] + paths + [
        "cost_usd_month", "put_throttle_rate", "latency_ms_p99", "shards", "replications", "feasible", "limit",
        "subject",
        "needs", "has", "unit",
      ])
    for (role, option) in [plan.best].compactMap(\.self).map({ ("best", $0) })
      + plan.runnersUp.map({ ("runner_up", $0) })
    {
      table.append([role] + Self.values(option.choices, paths) + Self.cells(option) + Array(repeating: "", count: 5))
    }
    for excuse in plan.excuses {
      let option = plan.front.first { $0.choices == excuse.choices }
      table.append(
        [option == nil ? "rejected" : "front"] + Self.values(excuse.choices, paths)
          + (option.map(Self.cells) ?? Array(repeating: "", count: 6)) + [
            excuse.limit.rawValue, excuse.subject, CSVTable.cell(excuse.needs), CSVTable.cell(excuse.has), excuse.unit,
          ])
    }
    return table.text
  }

  private static func values(_ choices: [Candidate.Choice], _ paths: [String]) -> [String] {
    paths.map { path in choices.first { $0.path == path }?.value ?? "" }
  }

  private static func cells(_ option: Plan.Option) -> [String] {
    [
      CSVTable.cell(option.monthlyCost.map(cents)), CSVTable.cell(option.throttling), CSVTable.cell(option.latency),
      String(option.shards), String(option.replications), option.isFeasible ? "true" : "false",
    ]
  }

  /// Writes plan.md, plan.json and plan.csv into the directory, which is made if it is not there; each file appears whole or
  /// not at all.
  public func write(to directory: String) throws(OutputFile.WriteError) {
    try OutputFile.write(
      [(name: "plan.md", contents: markdown), (name: "plan.json", contents: json), (name: "plan.csv", contents: csv)],
      into: directory)
  }
}
