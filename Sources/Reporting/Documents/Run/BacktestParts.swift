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
    return "\(Figures.count(Int64(clamping: throttles.simulatedTotal))) in the run, "
      + "\(Figures.count(Int64(clamping: throttles.observedTotal))) observed, "
      + "\(Figures.percent(throttles.overlap)) of them in the same bins"
  }

  // MARK: report.md

  /// The part of the report about this stream.
  var blocks: [Document.Block] {
    let columns = ["Observed", "Run", "Difference", "Correlation", "Mean difference a bin", "In the same bins"]
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
    ] + [writes, reads].filter { !$0.isEmpty }.flatMap { [.charts([picture($0)]), .table(rows($0))] }
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

  /// Some metrics, each twice on one scale.
  private func picture(_ shown: [Backtest.Comparison]) -> Chart {
    let longest = shown.reduce("throttles".count) { max($0, Self.name($1.metric).count) }
    let rows = shown.flatMap { one -> [Chart.Row] in
      let name = Self.name(one.metric).lowercased().padded(to: longest, .left)
      let gathering: Series.Gathering = one.metric.gathering == .sum ? .sum : .max
      let seen = Series(one.observed, columns: Self.columns, gathering: gathering)
      let run = Series(one.simulated, columns: Self.columns, gathering: gathering)
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

  /// Both series side by side, gathered to at most `rows` rows.
  private func rows(_ shown: [Backtest.Comparison]) -> Table {
    let step = max(1, (backtest.bins + Self.rows - 1) / Self.rows)
    let names = shown.flatMap { ["\(Self.name($0.metric)) observed", "run"] }
    return Table(
      "From", numbers: names,
      stride(from: 0, to: backtest.bins, by: step).map { begin in
        let part = begin..<min(begin + step, backtest.bins)
        return [Prose(clock.text(start + backtest.begin + backtest.width * Int64(begin)))]
          + shown.flatMap { one in
            [one.observed, one.simulated].map {
              .count(Int64(clamping: $0[part].reduce(0, one.metric.gathering.of)))
            }
          }
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
