public import Experiment
internal import KinesisCore
internal import Models
internal import Planning
internal import Units

/// The CSV files of a report: fixed columns, units in their names, `t_s` in seconds since the run began.
public struct RunCSV: Sendable {
  let report: Report
  private let clock: ReportClock

  /// The files of a report.
  public init(_ report: Report) {
    self.report = report
    clock = ReportClock(report.main)
  }

  /// The contents of one file.
  public func text(_ file: Outputs.CSV) -> String {
    switch file {
    case .summary: summary
    case .timeseries: timeseries
    case .shards: shards
    case .cost: BillParts(report.main.bill).csv
    case .slo: objectives
    case .events: events
    case .firehoseObjects: firehoseObjects
    case .shardMinutes: shardMinutes
    case .latencies: latencies
    case .whatIf: whatIf
    case .whatIfLines: whatIfLines
    }
  }

  // MARK: summary.csv

  private var summary: String {
    var table = CSVTable(["metric", "value", "unit"])
    let document = RunJSON(report).value, units = self.units
    for part in ["simulated_s", "events", "records", "streams", "producers", "consumers", "firehoses", "replications"] {
      if let value = document[part] { Self.flatten(value, path: part, units, into: &table) }
    }
    for verdict in report.judgements.map(\.verdict) {
      let path = MetricSubject.objective.path(verdict.objective.id, "value")
      table.append([path, CSVTable.cell(verdict.value), verdict.objective.unit.symbol])
    }
    return table.text
  }

  /// The units of run.json's numbers that are no plain counts, by path.
  private var units: [String: String] {
    let own = Figure.printed(in: report.main).map { ($0.path, $0.unit.symbol) }
    let replicated = report.replicated.flatMap { estimate in
      let path = "replications.metrics.\(estimate.path)", unit = estimate.figure.unit.symbol
      return ["mean", "half_width", "withheld"].map { ("\(path).\($0)", unit) } + [
        ("\(path).level", MetricUnit.share.symbol)
      ]
    }
    return Dictionary(own + replicated) { first, _ in first }
  }

  private static func flatten(
    _ value: JSONValue, path: String, _ units: [String: String], into table: inout CSVTable
  ) {
    switch value {
    case .integer(let number): table.append([path, number.description, units[path] ?? ""])
    case .number(let number): table.append([path, CSVTable.cell(number), units[path] ?? ""])
    case .null: table.append([path, "", units[path] ?? ""])
    case .object:
      for member in value.members { flatten(member.value, path: "\(path).\(member.name)", units, into: &table) }
    case .array, .bool, .string: break
    }
  }

  // MARK: timeseries.csv

  /// Bins in order of time; within one, the series in the order of the result.
  private var timeseries: String {
    var table = CSVTable([
      "t_s", "time", "stream", "consumer", "metric", "unit", "sum", "average", "minimum", "maximum", "sample_count",
      "firehose",
    ])
    let series = report.main.series
    let bins = series.compactMap { $0.samples.last?.bin }.max() ?? -1
    var next = [Int](repeating: 0, count: series.count)
    for bin in 0..<(bins + 1) {
      let due = series.indices.filter { next[$0] < series[$0].samples.count && series[$0].samples[next[$0]].bin == bin }
      let start = due.isEmpty ? [] : time(ofBin: bin)
      for position in due {
        table.append(start + Self.cells(series[position], series[position].samples[next[position]]))
        next[position] += 1
      }
    }
    return table.text
  }

  private func time(ofBin bin: Int) -> [String] {
    let horizon = report.main.experiment.horizon
    return time(horizon.start + horizon.reportBin * Int64(bin))
  }

  private static func cells(_ series: MetricSeries, _ sample: MetricSeries.Sample) -> [String] {
    let average = sample.count > 0 ? sample.sum / Double(sample.count) : nil
    return [series.stream, series.consumer ?? "", series.metric, series.unit]
      + [sample.sum, average, sample.minimum, sample.maximum].map(CSVTable.cell) + [
        String(sample.count), series.firehose ?? "",
      ]
  }

  // MARK: shards.csv

  private var shards: String {
    var table = CSVTable([
      "stream", "shard", "parents", "starting_hash_key", "ending_hash_key", "ring_share", "opened_t_s", "opened_at",
      "closed_t_s", "closed_at", "accepted_records", "accepted_bytes", "throttled_by_records", "throttled_by_bytes",
      "throttled_s", "first_throttled_t_s", "first_throttled_at", "utilization_mean", "utilization_p99",
      "utilization_max", "busiest_minute_utilization", "hottest_key", "hottest_key_share",
      "hottest_key_records_per_s",
    ])
    for stream in report.main.streams {
      for shard in stream.shards { table.append([stream.name] + life(of: shard) + Self.load(of: shard)) }
    }
    return table.text
  }

  private func life(of shard: ShardResult) -> [String] {
    [
      shard.id.description, shard.parents.map(\.description).joined(separator: " "), shard.range.start.description,
      shard.range.end.description, CSVTable.cell(shard.range.share),
    ] + time(shard.openedAt) + time(shard.closedAt) + [
      String(shard.acceptedRecords), String(shard.acceptedBytes.count), String(shard.throttledByRecords),
      String(shard.throttledByBytes), String(shard.secondsThrottled),
    ] + time(shard.firstThrottledAt)
  }

  private static func load(of shard: ShardResult) -> [String] {
    let figures = [
      shard.utilization.mean, shard.utilization.p99, shard.utilization.max, shard.busiestMinuteUtilization,
    ]
    return figures.map(CSVTable.cell) + [
      shard.hottestKey?.key ?? "", CSVTable.cell(shard.hottestKey?.share),
      CSVTable.cell(shard.hottestKey?.recordsPerSecond),
    ]
  }

  // MARK: slo.csv

  private var objectives: String {
    var table = CSVTable([
      "id", "expr", "value", "comparison", "threshold", "unit", "window_s", "severity", "passed", "first_broken_t_s",
      "first_broken_at", "windows", "windows_broken", "replications_broken", "because",
    ])
    for judgement in report.judgements { table.append(cells(judgement)) }
    return table.text
  }

  private func cells(_ judgement: Report.Judgement) -> [String] {
    let (verdict, objective) = (judgement.verdict, judgement.verdict.objective)
    return [
      objective.id, objective.expression, CSVTable.cell(verdict.value), objective.comparison.rawValue,
      CSVTable.cell(objective.threshold), objective.unit.symbol, CSVTable.cell(objective.window?.inSeconds),
      objective.severity.rawValue, String(verdict.isPassing),
    ] + time(verdict.firstBrokenAt) + [
      String(verdict.windows), String(verdict.windowsBroken), String(judgement.replicationsBroken),
      objective.because ?? "",
    ]
  }

  // MARK: events.csv

  private var events: String {
    var table = CSVTable(["t_s", "time", "kind", "subject", "detail"])
    for note in report.main.notes {
      table.append(time(note.at) + [note.kind.rawValue, note.subject, note.detail])
    }
    return table.text
  }

  /// Seconds since the start, and the time; two empty cells for never.
  func time(_ instant: Instant?) -> [String] {
    guard let instant else { return ["", ""] }
    return [CSVTable.cell(clock.offset(instant)), CivilTime.text(instant)]
  }
}
