internal import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Pricing
internal import Units

extension Report: Exhibit {
  /// The verdict and the figures that carry it for a terminal; report.md for pages.
  public var document: Document { Document(blocks: [.terminal(Summary(self).lines), .page(RunPage(self).blocks)]) }
  /// `weir.run/v1`.
  public var value: JSONValue { RunJSON(self).value }
}

/// `report.md`: the report to forward. The verdict comes first, then what carries it, then what was assumed.
struct RunPage: Sendable {
  let report: Report
  let run: RunResult
  let clock: ReportClock
  private let pictures: [Picture]

  init(_ report: Report) {
    (self.report, run, clock) = (report, report.main, ReportClock(report.main))
    pictures = RunPictures(report).all
  }

  /// A picture, if the run has one of its kind, or what says the same in signs.
  func picture(_ kind: String, of subject: String? = nil, or charts: [Chart] = []) -> [Document.Block] {
    guard let picture = pictures.first(where: { $0.kind == kind && $0.subject == subject }) else {
      return [.charts(charts)]
    }
    return [.picture(picture, or: charts)]
  }

  /// The parts, those left out that a run has nothing for.
  var blocks: [Document.Block] {
    let sections = [
      title, verdict, advice, objectives, backtests, throttling, shards, latencies, producers, consumers, firehoses,
      reshards,
      autoscalers, channels, neighbours, cost, replications, events, assumptions, reproduction,
    ]
    return Array(sections.joined())
  }

  // MARK: The verdict

  private var title: [Document.Block] {
    let words = run.experiment.description
    return [.heading(1, Prose(run.experiment.name))] + (words.isEmpty ? [] : [.paragraph(.plain(words))])
  }

  private var verdict: [Document.Block] {
    let findings = Findings(report)
    let grounds = Markdown.prose(findings.grounds)
    let word = findings.outcome.rawValue
    let warnings = report.warnings.map { "**Warning**: \(Markdown.prose($0))" }
    return [
      .quote(report.isComplete ? "**\(word)**: \(grounds)." : "**\(word): \(grounds).**"),
      .paragraph(Prose(setting)),
      .list((findings.sentences + warnings).map { Prose($0) }),
    ]
  }

  /// What was run, in a line.
  private var setting: String {
    let horizon = run.experiment.horizon
    let warmup =
      horizon.warmup.nanoseconds > 0
      ? " Per cents, loads and latencies leave out the first \(Figures.duration(horizon.warmup)), in which an empty stream starts; counts do not."
      : ""
    let replication =
      report.results.count > 1
      ? " Figures are those of the first of \(report.results.count) runs, each with other random traffic; their means are further down."
      : ""
    return
      "A simulation, no stream of AWS was touched: \(Figures.duration(run.simulated)) from \(clock.full(horizon.start)), "
      + "\(Figures.count(run.records.offered, of: "record")) produced.\(warmup)\(replication)"
  }

  private var objectives: [Document.Block] {
    guard !run.verdicts.isEmpty else { return [] }
    let columns: [Table.Column] = ["Objective", .number("Measured"), "Wanted", "Verdict", "First broken"]
    let reasons = report.judgements.filter { !$0.verdict.isPassing }.flatMap(reasons)
    return [.heading(2, "Objectives"), .table(Table(columns, report.judgements.map(row))), .list(reasons)]
  }

  private func row(_ judgement: Report.Judgement) -> [Prose] {
    let (verdict, objective) = (judgement.verdict, judgement.verdict.objective)
    let windows =
      verdict.windows > 0 && !verdict.isPassing
      ? " in \(Figures.count(verdict.windowsBroken)) of \(Figures.count(verdict.windows, of: "window"))" : ""
    let share =
      report.results.count > 1 && judgement.replicationsBroken > 0
      ? ", in \(judgement.replicationsBroken) of \(report.results.count) runs" : ""
    let name: Prose =
      objective.id == objective.expression
      ? .code(objective.id) : "\(Markdown.prose(objective.id))<br>\(Markdown.code(objective.expression))"
    return [
      name, Prose(objective.measured(verdict.value)), .plain(objective.wanted),
      Prose(verdict.isPassing ? verdict.word : "**\(verdict.word)**\(windows)\(share)"),
      Prose(verdict.firstBrokenAt.map { broken($0, objective) } ?? Figures.nothing),
    ]
  }

  /// When it was first broken: of one with windows, which of them.
  private func broken(_ instant: Instant, _ objective: Objective) -> String {
    objective.window.map { "window \(clock.text(instant - $0)) to \(clock.text(instant))" } ?? clock.text(instant)
  }

  private func reasons(_ judgement: Report.Judgement) -> [Prose] {
    let (verdict, objective) = (judgement.verdict, judgement.verdict.objective)
    let gap = verdict.value == nil ? run.gap(of: objective) : nil
    let because = objective.because.flatMap { $0.isEmpty ? nil : "\(objective.id) matters because: \($0)" }
    return [because, gap.map { "\(objective.id) was not measured: \($0)" }].compactMap(\.self).map { .plain($0) }
  }

  private var replications: [Document.Block] {
    guard report.results.count > 1 else { return [] }
    let passed = report.results.count { $0.isPassing }
    return [
      .heading(2, "Over \(report.results.count) runs"),
      .paragraph(
        Prose(
          "\(passed) of \(report.results.count) passed. ± is the margin of error of the mean, at a confidence of "
            + "\(Figures.percent(Report.level)).\(withheld)\(warmUp)")),
      .table(
        Table(
          "Figure", numbers: ["Mean", "±"],
          report.replicated.map { metric in
            [
              .code(metric.path), Prose(Self.text(metric.mean, of: metric)),
              Prose(metric.halfWidth.map { Self.text($0, of: metric) } ?? Figures.nothing),
            ]
          })),
    ]
  }

  /// What MSER-5 says of the warm-up, where there are enough replications for it to say something.
  private var warmUp: String {
    let check = WarmUpCheck(report.results)
    return check == .fewReplications ? "" : " " + WarmUpFigures.sentence(check, set: run.experiment.horizon.warmup)
  }

  /// Why figures have no interval, when they have none.
  private var withheld: String {
    let isWithheld = report.replicated.contains { $0.withheld == .fewReplications || $0.withheld == .mostlyEqual }
    return isWithheld ? " " + FigureEstimate.rule : ""
  }

  /// A figure over replications in its unit; the bill's is in its path.
  static func text(_ value: Double, of metric: FigureEstimate) -> String {
    metric.figure == .cost ? Figures.number(value) : metric.figure.unit.text(value)
  }

  // MARK: The end

  private var events: [Document.Block] {
    guard !run.notes.isEmpty else { return [] }
    let rows = telling.prefix(Self.mostEvents).map { note -> [Prose] in
      [Prose(clock.text(note.at)), Prose(note.kind.words), .code(note.subject), .plain(note.detail)]
    }
    let columns: [Table.Column] = ["Time", "Event", "Subject", "Detail"]
    return [.heading(2, "Notable events"), .table(Table(columns, rows))] + furtherEvents
  }

  /// The most rows of the table of events.
  private static let mostEvents = 20

  /// The events that have rows: shards that are read to their end are many, and counted in a sentence.
  private var telling: [Note] {
    let others = run.notes.filter { $0.kind != .shardDrained }
    return run.notes.count <= Self.mostEvents ? run.notes : others
  }

  private var furtherEvents: [Document.Block] {
    let drained = run.notes.count - telling.count
    let counted =
      drained > 0
      ? [
        Document.Block.paragraph(
          "Not listed: \(Figures.count(drained, of: "time")) a consumer had read a closed shard to its end.")
      ] : []
    return counted + omittedEvents
  }

  private var omittedEvents: [Document.Block] {
    let kept = max(0, telling.count - Self.mostEvents)
    guard kept + run.notesOmitted > 0 else { return [] }
    let file =
      run.experiment.outputs.csv.contains(.events) ? " events.csv has the first \(Figures.count(run.notes.count))." : ""
    return [.paragraph("\(Figures.count(kept + run.notesOmitted, of: "more event")) followed.\(file)")]
  }

  private var reproduction: [Document.Block] {
    let hash = JSONValue.hexadecimal(run.trajectoryHash, digits: 16)
    return [
      .heading(2, "To reproduce it"), .command(report.command, under: nil),
      .list([
        "weir \(Version.current), seed \(run.experiment.seed)",
        "Fingerprint of scenario, inputs, limits, seed and version: `\(report.fingerprint.hex)`",
        "Hash over all \(Figures.count(run.eventCount, of: "simulated event")), in order: `\(hash)`",
      ]),
      .paragraph("A run with the same fingerprint has the same hash, and each of its files is the same byte for byte."),
    ]
  }

  /// What it costs, line by line.
  private var cost: [Document.Block] {
    let bill = run.bill
    guard !bill.lines.isEmpty || !bill.unpriced.isEmpty else { return [] }
    let going =
      switch bill.period {
      case .none: "The bill is of the simulated time."
      case .month730h, .month30d: "The bill assumes this usage all month."
      case .year: "The bill assumes this usage all year."
      }
    return [
      .heading(2, "Cost"),
      .paragraph(
        Prose(
          "For \(bill.period.words), prices `\(bill.book)`, region \(run.experiment.region). \(going) "
            + "Not included: \(notIncluded).\(BillParts(bill).shares)"
        )),
    ] + picture("cost") + BillParts(bill).blocks + run.streams.flatMap { picture("modes", of: $0.name) }
  }

  private var notIncluded: String {
    let deliveries = run.firehoses.isEmpty ? "" : "Firehose's JQ processing hours, requests to S3 but PUTs, "
    return deliveries + "data transfer, the machines of producers and consumers, taxes, discounts and free tiers"
  }

  /// What CloudWatch counted beside what the run did.
  private var backtests: [Document.Block] {
    let parts = run.experiment.streams.compactMap { BacktestParts($0, of: run)?.blocks }
    return parts.isEmpty ? [] : [.heading(2, "Beside what CloudWatch counted")] + parts.joined()
  }
}
