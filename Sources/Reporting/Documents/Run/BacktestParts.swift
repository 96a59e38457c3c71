internal import Experiment
internal import Models
internal import Planning
internal import Units

/// A run beside what CloudWatch counted: for run.json, the report and the summary.
struct BacktestParts {
  private let backtest: Backtest
  private let clock: ReportClock
  private let start: Instant

  /// The most bins that run.json lists; beyond, the sums alone.
  private static let mostBins = 10_000
  /// The widest picture, and the most rows of the table.
  private static let columns = 60
  private static let rows = 24
  /// The most points of a line.
  private static let mostPoints = 240

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
      case .unknown: "nothing to compare, no throttles were given"
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
    return "\(Figures.count(Int64(clamping: throttles.simulatedTotal))) in the run, "
      + "\(Figures.count(Int64(clamping: throttles.observedTotal))) observed, "
      + "\(Figures.percent(throttles.overlap)) of them in the same bins"
  }

  // MARK: report.md

  /// The part of the report about this stream.
  var blocks: [Document.Block] {
    let columns = ["Observed", "Run", "Difference", "Correlation", "Mean difference per bin", "In the same bins"]
    let metrics = backtest.comparisons.map { one -> [Prose] in
      [
        .code(one.metric.rawValue), .count(Int64(clamping: one.observedTotal)),
        .count(Int64(clamping: one.simulatedTotal)),
        .percent(one.error), Prose(one.correlation.map { Figures.fixed($0, decimals: 2) } ?? Figures.nothing),
        .number(one.meanAbsoluteError),
        one.metric.gathering == .sum ? .percent(one.overlap) : Prose(Figures.nothing),
      ]
    }
    let tolerance =
      "Reproduced means: totals within a factor of \(Figures.number(Backtest.tolerance.factor)), and "
      + "\(Figures.percent(Backtest.tolerance.overlap)) of the throttles in the same bins of "
      + "\(Figures.duration(backtest.width))."
    return [
      .heading(3, "Stream \(Markdown.code(backtest.stream))"),
      .paragraph("**\(Markdown.prose(verdictWord))**: \(Markdown.prose(sentence))."),
      .table(
        Table(isOfAges ? "Metric, summed; of ages the largest" : "Metric, summed", numbers: columns, metrics)),
      .paragraph(Prose(tolerance)),
    ]
      + [("backtest", writes), ("backtest-reads", reads)].filter { !$0.1.isEmpty }.flatMap {
        [.picture(drawing($1, $0), or: [picture($1)]), .table(rows($1))]
      }
  }

  private var isOfAges: Bool { backtest.comparisons.contains { $0.metric.gathering == .most } }

  private var verdictWord: String {
    switch backtest.verdict {
    case .reproduced, .noThrottles: "Agrees"
    case .notReproduced: "Does not agree"
    case .unknown, .otherShards: "Not compared"
    }
  }

  private var writes: [Backtest.Comparison] { [backtest[.incomingRecords], backtest.throttles].compactMap(\.self) }
  private var reads: [Backtest.Comparison] {
    [backtest[.getRecords], backtest[.readExceeded], backtest[.iteratorAge]].compactMap(\.self)
  }

  /// What a metric is called in pictures and columns.
  private static func name(_ metric: ObservedMetrics.Metric) -> String {
    switch metric {
    case .incomingRecords: "Records"
    case .getRecords: "Records read"
    case .readExceeded: "Throttled reads"
    case .iteratorAge: "Iterator age, ms"
    default: "Throttles"
    }
  }

  private static func series(_ values: [Double], of metric: ObservedMetrics.Metric, columns: Int) -> Series {
    Series(values, columns: columns, gathering: metric.gathering == .sum ? .sum : .max)
  }

  /// Some metrics, each twice on one scale.
  private func picture(_ shown: [Backtest.Comparison]) -> Chart {
    let longest = shown.reduce("throttles".count) { max($0, Self.name($1.metric).count) }
    let rows = shown.flatMap { one -> [Chart.Row] in
      let name = Self.name(one.metric).lowercased().padded(to: longest, .left)
      let seen = Self.series(one.observed, of: one.metric, columns: Self.columns)
      let run = Self.series(one.simulated, of: one.metric, columns: Self.columns)
      let peak = max(seen.peak, run.peak)
      let width = Figures.duration(backtest.width * Int64(seen.valuesPerColumn))
      return [
        Chart.Row(
          name: "\(name) observed", marks: .strip(seen.columns, peak: peak),
          caption: "at most \(Figures.count(Int64(clamping: seen.peak))) in \(width)"),
        Chart.Row(
          name: String(repeating: " ", count: longest + 1) + "run", marks: .strip(run.columns, peak: peak),
          caption: "at most \(Figures.count(Int64(clamping: run.peak)))"),
      ]
    }
    let start = self.start + backtest.begin
    return Chart(rows: rows, axis: clock.axis(from: start, to: start + backtest.width * Int64(backtest.bins)))
  }

  /// The same for those who look.
  private func drawing(_ shown: [Backtest.Comparison], _ kind: String) -> Picture {
    var table = CSVTable(["minute", "metric", "who", "count"])
    for one in shown {
      for (who, values) in [("observed", one.observed), ("run", one.simulated)] {
        let series = Self.series(values, of: one.metric, columns: Self.mostPoints)
        for (range, count) in zip(series.ranges, series.columns) {
          let at = backtest.begin + backtest.width * Int64(range.lowerBound)
          table.append([CSVTable.cell(at.inSeconds / 60), one.metric.rawValue, who, CSVTable.cell(count)])
        }
      }
    }
    let views = shown.map { one -> JSONValue in
      [
        "width": .count(VegaLite.width), "height": .count(110),
        "transform": [["filter": .string("datum.metric === '\(one.metric.rawValue)'")]],
        "mark": ["type": "line", "interpolate": "step-after", "tooltip": .bool(true)],
        "encoding": [
          "x": VegaLite.time(clock),
          "y": VegaLite.number("count", one.metric.rawValue, ["axis": ["titleLimit": .count(110)]]),
          "color": VegaLite.colours("who", [("observed", .orange), ("run", .blue)]),
        ],
      ]
    }
    return Picture(
      kind, of: backtest.stream, "Does the run do what \(backtest.stream) did?", "\(verdictWord): \(sentence).",
      [.init(table, words: ["metric", "who"])], ["vconcat": .array(views)])
  }

  /// Both series side by side, gathered to at most `rows` rows.
  private func rows(_ shown: [Backtest.Comparison]) -> Table {
    let series = shown.flatMap { one in
      [one.observed, one.simulated].map { Self.series($0, of: one.metric, columns: Self.rows) }
    }
    let names = shown.flatMap { ["\(Self.name($0.metric)) observed", "run"] }
    return Table(
      "From", numbers: names,
      (series.first?.ranges ?? []).enumerated().map { row, range in
        [Prose(clock.text(start + backtest.begin + backtest.width * Int64(range.lowerBound)))]
          + series.map { .count(Int64(clamping: $0.columns[row])) }
      })
  }

  // MARK: run.json

  /// `streams.NAME.backtest`.
  var json: JSONValue {
    JSONValue([
      "width_s": backtest.width.inSeconds, "begin_s": backtest.begin.inSeconds, "bins": backtest.bins,
      "verdict": backtest.verdict.rawValue,
      "metrics": .named(backtest.comparisons.map { ($0.metric.rawValue, json($0)) }),
    ])
  }

  private func json(_ one: Backtest.Comparison) -> JSONValue {
    let sums = JSONValue([
      "observed": one.observedTotal, "simulated": one.simulatedTotal, "error": one.error.map(Figures.significant),
      "correlation": one.correlation.map(Figures.significant),
      "mean_absolute_error": Figures.significant(one.meanAbsoluteError), "overlap": Figures.significant(one.overlap),
    ])
    guard backtest.bins <= Self.mostBins else { return sums }
    return sums.merging(JSONValue(["observed_bins": one.observed, "simulated_bins": one.simulated]))
  }
}
