internal import Experiment
internal import Models
internal import Planning
internal import Simulation
internal import Units

/// What `weir run` prints: the verdict and the figures that carry it, in at most 25 lines.
struct Summary: Sendable {
  /// The most lines it ever has.
  static let maximumLines = 25

  private let report: Report

  init(_ report: Report) { self.report = report }

  var lines: [String] {
    let findings = Findings(report)
    let run = report.main
    let head = ["\(findings.outcome.rawValue)  \(run.experiment.name): \(findings.grounds)"] + findings.sentences
    let passed = report.results.count { $0.isPassing }
    let replications =
      report.results.count > 1
      ? ["\(passed) of \(report.results.count) runs passed; the figures are those of the first."] : []
    let parts = [
      replications, intervals,
      Self.cut(report.judgements.map(Self.objective), to: 6, noun: "objective"),
      Self.cut(run.streams.map(Self.stream), to: 3, noun: "stream"),
      run.experiment.horizon.resolution == .record ? [] : [Self.resolution(run.resolutions)],
      run.experiment.streams.compactMap { BacktestParts($0, of: run) }.prefix(1).map {
        "  backtest of \($0.sentence)"
      },
      Self.cut(run.producers.map(Self.producer), to: 3, noun: "producer"),
      Self.cut(run.consumers.map(Self.consumer), to: 3, noun: "consumer"),
      Self.cut(run.firehoses.map(Self.firehose), to: 3, noun: "firehose"),
      [BillParts(run.bill).sentence],
    ]
    let lines = (head + parts.joined()).prefix(Self.maximumLines)
    return lines.map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
  }

  /// The most figures whose intervals are shown.
  private static let mostIntervals = 6

  /// What the replications say of the figures that matter most: objectives, then those that a sweep shows.
  private var intervals: [String] {
    let known = report.replicated.filter { $0.halfWidth != nil && ($0.figure.isTold(in: .sweep) || $0.figure == .cost) }
    guard !known.isEmpty else { return report.results.count > 1 ? ["  " + FigureEstimate.rule] : [] }
    let sorted = known.filter { $0.path.hasPrefix("slo.") } + known.filter { !$0.path.hasPrefix("slo.") }
    let rows = sorted.map { estimate in
      "  \(estimate.path): \(RunPage.text(estimate.mean, of: estimate)) ± "
        + "\(RunPage.text(estimate.halfWidth ?? 0, of: estimate)) (mean, \(Figures.percent(Report.level)) confidence)"
    }
    return Self.cut(rows, to: Self.mostIntervals, noun: "figure")
  }

  /// Which streams were settled by intervals, and why the others were not.
  private static func resolution(_ streams: [StreamResolution]) -> String {
    let parts = streams.map { "\($0.stream) \($0.resolution.rawValue)" + ($0.reason.map { " (\($0))" } ?? "") }
    return "  resolution: " + parts.joined(separator: ", ")
  }

  private static func objective(_ judgement: Report.Judgement) -> String {
    let (verdict, objective) = (judgement.verdict, judgement.verdict.objective)
    return "  slo \(objective.id): \(objective.measured(verdict.value)), wanted \(objective.wanted): \(verdict.word)"
  }

  private static func stream(_ stream: StreamResult) -> String {
    let rate = stream.attempts > 0 ? Figures.percent(stream.putThrottleRate.value) : Figures.nothing
    let isMeasured = stream.secondView.shardSeconds > 0
    let load = isMeasured ? Figures.percent(stream.utilization.mean) : Figures.nothing
    let peak = isMeasured ? Figures.percent(stream.utilization.p99) : Figures.nothing
    let shards = [stream.shardsStart, stream.shardsEnd].map { Figures.count($0) }
    let count = stream.shardsStart == stream.shardsEnd ? shards[0] : shards.joined(separator: " → ")
    return
      "  stream \(stream.name): \(mode(of: stream))\(count) \(count == "1" ? "shard" : "shards"), \(Figures.count(stream.incomingRecords, of: "record")), "
      + "\(Figures.size(stream.incomingBytes)); \(rate) of attempts throttled; shard load mean \(load), p99 \(peak)"
  }

  /// The mode of a stream that is on-demand at the start or at the end.
  private static func mode(of stream: StreamResult) -> String {
    let modes = [stream.modeStart, stream.modeEnd]
    guard modes != [.provisioned, .provisioned] else { return "" }
    return (modes[0] == modes[1] ? modes[0].words : modes.map(\.words).joined(separator: " → ")) + ", "
  }

  private static func producer(_ producer: ProducerResult) -> String {
    "  producer \(producer.name): \(Figures.count(producer.offered)) produced, \(Figures.count(producer.lost)) lost, "
      + "\(Figures.count(producer.retries, of: "repeated attempt")); put \(times(producer.putLatency))"
  }

  private static func consumer(_ consumer: ConsumerResult) -> String {
    "  consumer \(consumer.name): \(Figures.count(consumer.records, of: "record")); "
      + "from arrival to hand-over \(times(consumer.propagation)); at most \(Figures.duration(consumer.iteratorAgeMax)) behind"
      + ReaderStory.remarks(on: consumer)
  }

  private static func firehose(_ firehose: FirehoseResult) -> String {
    let (sizes, fresh) = (firehose.delivery.sizes, firehose.freshness)
    let size =
      sizes.count > 0 ? "\(Figures.size(Bytes(Int64(clamping: sizes.mean.rounded())))) on average" : Figures.nothing
    let time = fresh.count > 0 ? "p99 \(Figures.duration(fresh.percentile(99)))" : Figures.nothing
    return "  firehose \(firehose.name): \(Figures.count(firehose.ledger.records, of: "record")) → "
      + "\(Figures.count(firehose.delivery.objects, of: "object")), \(size); freshness \(time)"
      + ReaderStory.remarks(on: firehose)
  }

  private static func times(_ times: LatencyHistogram) -> String {
    guard times.count > 0 else { return Figures.nothing }
    return "p50 \(Figures.milliseconds(times.percentile(50))) ms, p99 \(Figures.milliseconds(times.percentile(99))) ms"
  }

  /// At most `limit` lines, the last of which says how many more there are.
  private static func cut(_ lines: [String], to limit: Int, noun: String) -> [String] {
    guard lines.count > limit else { return lines }
    let more = lines.count - limit + 1
    return lines.prefix(limit - 1) + ["  and \(Figures.count(more, of: "more \(noun)"))"]
  }
}
