internal import Models
internal import Planning
internal import Units

/// A run beside what CloudWatch counted: for run.json, the report and the summary.
struct BacktestFigures {
  private let backtest: Backtest
  private let clock: ReportClock
  private let start: Instant

  /// The most bins that run.json lists; beyond, the sums alone.
  private static let mostBins = 10_000
  /// The widest picture, and the most rows of the table.
  private static let columns = 60
  private static let rows = 24

  /// The figures of a stream; nil when nothing was observed of it.
  init?(_ stream: StreamSpec, of run: RunResult) {
    guard let backtest = Backtest(stream, in: run) else { return nil }
    self.backtest = backtest
    clock = ReportClock(run)
    start = run.experiment.horizon.start
  }

  // MARK: In words

  /// Whether the throttles are reproduced, in a sentence.
  var sentence: String {
    let text =
      switch backtest.verdict {
      case .unknown: "what CloudWatch counted has no throttles to compare with"
      case .noThrottles: "neither CloudWatch nor the run counted a throttle"
      case .reproduced: "observed throttles are reproduced: \(totals)"
      case .otherShards:
        "observed with \(Figures.count(backtest.observedShards ?? 0, of: "shard")), run with \(backtest.shards): not compared"
      case .notReproduced: "observed throttles are NOT reproduced: \(totals)"
      }
    return "stream \(backtest.stream): " + text
  }

  private var totals: String {
    guard let throttles = backtest.throttles else { return "" }
    return "\(Figures.count(Int64(throttles.simulatedTotal))) in the run, "
      + "\(Figures.count(Int64(throttles.observedTotal))) observed, "
      + "\(Figures.percent(throttles.overlap)) of them in the same bins"
  }

  // MARK: report.md

  /// The part of the report about this stream.
  var markdown: String {
    var table = MarkdownTable(
      "Metric, summed",
      numbers: ["Observed", "Run", "Difference", "Correlation", "Mean difference a bin", "In the same bins"])
    for one in backtest.comparisons {
      table.append([
        Markdown.code(one.metric.rawValue), Figures.count(Int64(one.observedTotal)),
        Figures.count(Int64(one.simulatedTotal)), Figures.percent(one.error),
        one.correlation.map { Figures.fixed($0, decimals: 2) } ?? Figures.nothing,
        Figures.number(one.meanAbsoluteError), Figures.percent(one.overlap),
      ])
    }
    let tolerance =
      "Reproduced means: totals within a factor of \(Figures.number(Backtest.tolerance.factor)), and "
      + "\(Figures.percent(Backtest.tolerance.overlap)) of the throttles in the same bins of "
      + "\(Figures.duration(backtest.width)).\n"
    return "### Stream \(Markdown.code(backtest.stream))\n\n**\(Markdown.prose(verdictWord))**: "
      + "\(Markdown.prose(sentence)).\n\n" + table.text + "\n" + tolerance + "\n" + Markdown.block(picture) + "\n"
      + rows.text
  }

  private var verdictWord: String {
    switch backtest.verdict {
    case .reproduced, .noThrottles: "Agrees"
    case .notReproduced: "Does not agree"
    case .unknown, .otherShards: "Not compared"
    }
  }

  /// Records and throttles, each twice on one scale.
  private var picture: [String] {
    let shown = [backtest[.incomingRecords], backtest.throttles].compactMap { $0 }
    let lines = shown.flatMap { one -> [String] in
      let name = one.metric == .incomingRecords ? "records  " : "throttles"
      let (seen, run) = (line(one.observed), line(one.simulated))
      let peak = max(seen.peak, run.peak)
      let width = Figures.duration(backtest.width * Int64(seen.valuesPerColumn))
      return [
        "\(name) observed  \(seen.text(of: peak))  at most \(Figures.count(Int64(seen.peak))) in \(width)",
        "          run       \(run.text(of: peak))  at most \(Figures.count(Int64(run.peak)))",
      ]
    }
    let start = self.start + backtest.begin, end = start + backtest.width * Int64(backtest.bins)
    let width = shown.first.map { line($0.observed).columns.count } ?? 0
    return lines + [String(repeating: " ", count: 20) + clock.axis(from: start, to: end, width: width)]
  }

  private func line(_ sums: [Double]) -> Sparkline {
    Sparkline(sums, columns: Self.columns, gathering: .sum)
  }

  /// Both series side by side, gathered to at most `rows` rows.
  private var rows: MarkdownTable {
    let step = max(1, (backtest.bins + Self.rows - 1) / Self.rows)
    let shown = [backtest[.incomingRecords], backtest.throttles].compactMap { $0 }
    let names = shown.flatMap { one in
      let name = one.metric == .incomingRecords ? "Records" : "Throttles"
      return ["\(name) observed", "run"]
    }
    var table = MarkdownTable("From", numbers: names)
    for begin in stride(from: 0, to: backtest.bins, by: step) {
      let part = begin..<min(begin + step, backtest.bins)
      let cells = shown.flatMap { one in
        [one.observed, one.simulated].map { Figures.count(Int64($0[part].reduce(0, +))) }
      }
      table.append([clock.text(start + backtest.begin + backtest.width * Int64(begin))] + cells)
    }
    return table
  }

  // MARK: run.json

  /// `streams.NAME.backtest`.
  var json: JSONValue {
    let metrics = Dictionary(
      uniqueKeysWithValues: backtest.comparisons.map { one in (one.metric.rawValue, json(one)) })
    return [
      "width_s": .number(backtest.width.inSeconds), "begin_s": .number(backtest.begin.inSeconds),
      "bins": .count(backtest.bins),
      "verdict": .string(backtest.verdict.rawValue), "metrics": .object(metrics),
    ]
  }

  private func json(_ one: Backtest.Comparison) -> JSONValue {
    var members: [String: JSONValue] = [
      "observed": .number(one.observedTotal), "simulated": .number(one.simulatedTotal),
      "error": .optional(one.error.map(Figures.significant)),
      "correlation": .optional(one.correlation.map(Figures.significant)),
      "mean_absolute_error": .number(Figures.significant(one.meanAbsoluteError)),
      "overlap": .number(Figures.significant(one.overlap)),
    ]
    if backtest.bins <= Self.mostBins {
      members["observed_bins"] = .array(one.observed.map { .number($0) })
      members["simulated_bins"] = .array(one.simulated.map { .number($0) })
    }
    return .object(members)
  }
}

extension RunMarkdown {
  /// What CloudWatch counted beside what the run did; nil when no stream was observed.
  var backtests: String? {
    let parts = run.experiment.streams.compactMap { BacktestFigures($0, of: run)?.markdown }
    guard !parts.isEmpty else { return nil }
    return "## Beside what CloudWatch counted\n\n" + parts.joined(separator: "\n")
  }
}
