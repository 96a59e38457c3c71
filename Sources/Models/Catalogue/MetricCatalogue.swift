public import Experiment
internal import Units

/// Every number that a run comes to, a row each. run.json, summary.csv, objectives, units, better directions, `--metrics`,
/// docs/metrics.md and `weir metrics` all come from here.
public enum MetricCatalogue {
  /// By what they are numbers of, in the order in which they are compared.
  public static let sections: [MetricSection] = [
    MetricSection(.run, "", whole) { result, _ in result },
    MetricSection(.run, "records", records) { result, _ in result.records },
    MetricSection(.stream, "", streams) { $0.streams[$1] },
    MetricSection(.stream, "second_view", seconds) { result, _ in result },
    MetricSection(.stream, "autoscaler", autoscalers) { $0.streams[$1].autoscaler },
    MetricSection(.stream, "backtest", backtests) { _, _ in nil },
    MetricSection(.producer, "", producers) { $0.producers[$1] },
    MetricSection(.producer, "client", clients) { $0.producers[$1].client },
    MetricSection(.consumer, "", consumers) { $0.consumers[$1] },
    MetricSection(.consumer, "function", functions) { $0.consumers[$1].function },
    MetricSection(.consumer, "flink", applications) { $0.consumers[$1].flink },
    MetricSection(.consumer, "queue", queues) { $0.consumers[$1].queue },
    MetricSection(.firehose, "", firehoses) { $0.firehoses[$1] },
    MetricSection(.firehose, "ingest", ingest) { $0.firehoses[$1].ingest },
    MetricSection(.firehose, "reading", reading) { $0.firehoses[$1].reading },
    MetricSection(.firehose, "transform", transforms) { $0.firehoses[$1].transform },
    MetricSection(.firehose, "partitions", partitions) { $0.firehoses[$1].partitions },
    MetricSection(.channel, "", channels) { $0.channels[$1] },
    MetricSection(.channel, "", channelSpecs) { result, position in
      result.experiment.channels.indices.contains(position) ? result.experiment.channels[position] : nil
    },
    MetricSection(.objective, "", objectives) { $0.verdicts[$1] },
    MetricSection(.bill, "", bill) { result, _ in result },
  ]

  /// What objectives can ask for, but for `monthlyCost`.
  public static let asked = sections.flatMap { $0.rows.compactMap(\.asked) }
  /// What anyone wants of one who reads a stream, though no file says so: nothing expires unread, and he does not fall behind,
  /// where the run is long enough to tell. That his reads are refused costs nothing while he keeps up: a warning.
  public static func unspokenObjectives(of experiment: Experiment) -> [Objective] {
    let names = { (subject: MetricSubject) in subject.names(in: experiment).enumerated() }
    let readers = names(.consumer).map { (position: $0.offset, name: $0.element) }
    let deliveries = names(.firehose).filter { experiment.firehoses[$0.offset].stream != nil }
      .map { (position: $0.offset, name: $0.element) }
    func all(
      _ things: [(position: Int, name: String)], _ name: String, _ statistic: Objective.Statistic,
      _ comparison: Objective.Comparison, _ threshold: Double, _ written: String, _ severity: Objective.Severity
    ) -> [Objective] {
      guard let metric = asked.first(where: { $0.name == name }) else { return [] }
      return things.map { metric.objective(of: $0, statistic, comparison, threshold, written, severity: severity) }
    }
    let isLong = experiment.horizon.duration - experiment.horizon.warmup >= AgeTrend.shortest
    return all(readers, "expired_records", .last, .equal, 0, "0", .fail)
      + all(isLong ? readers : [], "falling_behind", .last, .less, 0.01, "1 %", .fail)
      + all(readers, "read_throttle_rate", .rate, .less, 0.01, "1 %", .warn)
      + all(deliveries, "expired_unread", .last, .equal, 0, "0", .fail)
      + all(isLong ? deliveries : [], "source_falling_behind", .last, .less, 0.01, "1 %", .fail)
  }

  /// What a month costs; its argument names a scope of the bill.
  public static let monthlyCost = "cost_month"

  /// The numbers of the thing at a position, below its name; parts that it does not have are left out. Nil for what was not
  /// measured.
  public static func numbers(
    of subject: MetricSubject, at position: Int, in result: RunResult
  ) -> [(path: [Substring], value: MetricValue?)] {
    sections.filter { $0.subject == subject && $0.isPresent(result, position) }.flatMap { section in
      section.rows.flatMap(\.metrics).map { metric in
        (
          (section.part.isEmpty ? [] : [section.part[...]]) + metric.path.split(separator: "."),
          metric.read(result, position)
        )
      }
    }
  }

  /// The number at a path of the catalogue, of the thing of that name, in the unit of an objective.
  static func value(of path: String, _ name: String, in result: RunResult) -> Double? {
    for section in sections {
      guard let metric = section.rows.lazy.flatMap(\.metrics).first(where: { section.path($0, of: "NAME") == path })
      else { continue }
      guard let position = section.subject.names(in: result).firstIndex(of: name),
        let value = metric.read(result, position)?.number
      else { return nil }
      return metric.unit == .seconds ? value * 1_000 : value
    }
    return nil
  }
}
