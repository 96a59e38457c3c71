internal import KinesisCore
internal import Models
internal import Planning
internal import Units

/// `report.md`: the report to forward. The verdict comes first, then what carries it, then what was assumed.
public struct RunMarkdown: Sendable {
  let report: Report
  let run: RunResult
  let clock: ReportClock

  /// The report.
  public init(_ report: Report) {
    self.report = report
    run = report.main
    clock = ReportClock(report.main)
  }

  /// The document in GitHub's Markdown.
  public var text: String {
    let sections = [
      title, verdict, objectives, backtests, throttling, shards, latencies, producers, consumers, firehoses, reshards,
      autoscalers, channels, neighbours, cost, replications, events, assumptions, reproduction,
    ]
    return sections.compactMap { $0 }.joined(separator: "\n")
  }

  // MARK: The verdict

  private var title: String {
    let words = run.experiment.description
    return "# \(run.experiment.name)\n" + (words.isEmpty ? "" : "\n\(Markdown.prose(words))\n")
  }

  private var verdict: String {
    let findings = Findings(report)
    let grounds = Markdown.prose(findings.grounds)
    let word = findings.outcome.rawValue
    let headline = report.isComplete ? "**\(word)**: \(grounds)." : "**\(word): \(grounds).**"
    let warnings = report.warnings.map { "- **Warning**: \(Markdown.prose($0))\n" }.joined()
    let sentences = findings.sentences.map { "- \($0)\n" }.joined()
    return "> \(headline)\n\n\(sentences)\(warnings)\n\(setting)\n"
  }

  /// What was run, in a line.
  private var setting: String {
    let horizon = run.experiment.horizon
    let warmup =
      horizon.warmup.nanoseconds > 0
      ? " Rates, loads and latencies leave out the first \(Figures.duration(horizon.warmup)) (warm-up); counts do not."
      : ""
    let replication =
      report.results.count > 1
      ? " Figures are those of the first of \(report.results.count) replications; their means are further down." : ""
    return "Simulated: \(Figures.duration(run.simulated)) from \(clock.full(horizon.start)), "
      + "\(Figures.count(run.records.offered, of: "record")) offered.\(warmup)\(replication)"
  }

  private var objectives: String? {
    guard !run.verdicts.isEmpty else { return nil }
    var table = MarkdownTable([
      ("Objective", .left), ("Measured", .right), ("Wanted", .left), ("Verdict", .left), ("First broken", .left),
    ])
    for judgement in report.judgements { table.append(row(judgement)) }
    let reasons = report.judgements.filter { !$0.verdict.isPassing }.compactMap(Self.reason)
    return "## Objectives\n\n" + table.text + (reasons.isEmpty ? "" : "\n" + reasons.joined())
  }

  private func row(_ judgement: Report.Judgement) -> [String] {
    let (verdict, objective) = (judgement.verdict, judgement.verdict.objective)
    let windows =
      verdict.windows > 0 && !verdict.isPassing
      ? " in \(Figures.count(verdict.windowsBroken)) of \(Figures.count(verdict.windows, of: "window"))" : ""
    let share =
      report.results.count > 1 && judgement.replicationsBroken > 0
      ? ", \(judgement.replicationsBroken) of \(report.results.count) replications" : ""
    let word = verdict.isPassing ? verdict.word : "**\(verdict.word)**\(windows)\(share)"
    let name =
      objective.id == objective.expression
      ? Markdown.code(objective.id) : "\(Markdown.prose(objective.id))<br>\(Markdown.code(objective.expression))"
    return [
      name, objective.text(verdict.value), Markdown.prose(objective.wanted), word,
      verdict.firstBrokenAt.map(clock.text) ?? Figures.nothing,
    ]
  }

  private static func reason(_ judgement: Report.Judgement) -> String? {
    guard let because = judgement.verdict.objective.because, !because.isEmpty else { return nil }
    return "- \(Markdown.prose(judgement.verdict.objective.id)) matters because: \(Markdown.prose(because))\n"
  }

  private var replications: String? {
    guard report.results.count > 1 else { return nil }
    var table = MarkdownTable("Figure", numbers: ["Mean", "±"])
    for metric in report.replicated {
      table.append([
        Markdown.code(metric.path), text(metric.mean, of: metric),
        metric.halfWidth.map { text($0, of: metric) } ?? Figures.nothing,
      ])
    }
    let passed = report.results.count { $0.isPassing }
    return "## Over \(report.results.count) replications\n\n\(passed) of \(report.results.count) passed."
      + " ± is the half-width of its \(Figures.percent(Report.level)) t interval.\(withheld)\(warmUp)\n\n" + table.text
  }

  /// What MSER-5 says of the warm-up, where there are enough replications for it to say something.
  private var warmUp: String {
    let check = WarmUpCheck(report.results)
    return check == .fewReplications ? "" : " " + WarmUpFigures.sentence(check, set: run.experiment.horizon.warmup)
  }

  /// Why percentiles have no interval, when they have none.
  private var withheld: String {
    guard report.replicated.contains(where: { $0.withheld == .fewReplications }) else { return "" }
    return
      " Percentiles and extremes have one from \(FigureEstimate.leastForPercentiles) replications on: with fewer it"
      + " would promise more than it holds."
  }

  /// A figure over replications in its unit; an objective's in that of its threshold.
  private func text(_ value: Double, of metric: FigureEstimate) -> String {
    let verdict = run.verdicts.first { "slo.\($0.objective.id).value" == metric.path }
    return verdict?.objective.text(value) ?? MetricUnit.text(value, path: metric.path)
  }

  // MARK: The end

  private var events: String? {
    guard !run.notes.isEmpty else { return nil }
    var table = MarkdownTable([("Time", .left), ("Event", .left), ("Subject", .left), ("Detail", .left)])
    for note in run.notes.prefix(20) {
      let kind = note.kind.rawValue.split(separator: "_").joined(separator: " ")
      table.append([clock.text(note.at), kind, Markdown.code(note.subject), Markdown.prose(note.detail)])
    }
    return "## Notable events\n\n" + table.text + furtherEvents
  }

  private var furtherEvents: String {
    let kept = max(0, run.notes.count - 20)
    guard kept + run.notesOmitted > 0 else { return "" }
    let file =
      run.experiment.outputs.csv.contains(.events) ? " events.csv has the first \(Figures.count(run.notes.count))." : ""
    return "\n\(Figures.count(kept + run.notesOmitted, of: "more event")) followed.\(file)\n"
  }

  private var reproduction: String {
    let facts = [
      "weir \(Version.current), seed \(run.experiment.seed)",
      "Fingerprint of scenario, inputs, limits, seed and version: `\(report.fingerprint.hex)`",
      "Trajectory hash over all \(Figures.count(run.eventCount, of: "event")), in order: "
        + "`\(JSONValue.hexadecimal(run.trajectoryHash, digits: 16))`",
    ]
    let command = report.command.map { "```sh\n\($0)\n```\n\n" } ?? ""
    return "## To reproduce it\n\n\(command)" + facts.map { "- \($0)\n" }.joined()
      + "\nEqual fingerprints give equal hashes, and every file here byte for byte.\n"
  }
}
