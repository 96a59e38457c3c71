internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

// What stands around streams: customers' scalers, managed deliveries, services beside Data Streams.
extension RunPage {
  private static let scalerColumns = 72
  private static let scalerRows = 24

  /// What customers' scalers did, beside what the traffic needed.
  var autoscalers: [Document.Block] {
    let parts = zip(run.experiment.streams, run.streams).flatMap { spec, stream -> [Document.Block] in
      guard let scaler = spec.autoscaler, let result = stream.autoscaler else { return [] }
      return [
        .heading(3, "Stream \(Markdown.code(stream.name)), \(Markdown.code(result.policy))"),
        .paragraph(Prose(Self.rule(scaler))), outcome(of: result),
        .charts(result.minutes.isEmpty ? [] : [chart(of: result)]),
      ] + calls(of: result)
    }
    let words: Prose = """
      A scaler is the customer's own: it reads CloudWatch's one-minute sums of what was accepted, late, and calls \
      UpdateShardCount; the stream's rules decide. The need is what a minute's first attempts would have filled, spread \
      evenly over shards; a hot key needs more.
      """
    return parts.isEmpty ? [] : [.heading(2, "Autoscalers"), .paragraph(words)] + parts
  }

  /// How it decides, in a sentence.
  private static func rule(_ spec: AutoscalerSpec) -> String {
    let bounds = "Between \(Figures.count(spec.minimum)) and \(Figures.count(spec.maximum, of: "shard"))"
    let (up, down) = (Self.share(spec.up), Self.share(spec.down))
    let delay = Figures.duration(spec.metricDelay)
    let (more, less) = (Figures.count(spec.up.minutes, of: "minute"), Figures.count(spec.down.minutes, of: "minute"))
    return switch spec.policy {
    case .schedule: "\(bounds), at set times."
    case .doubleHalve:
      "\(bounds): doubles after \(more) at \(up) or more, halves after \(less) below \(down); sums are \(delay) old."
    case .targetTracking:
      "\(bounds): after \(more) at \(up) or more, and after \(less) below \(down), as many as bring the load to \(up); sums "
        + "are \(delay) old."
    case .scalingUtils(let operations, let step, let back):
      "\(bounds), by \(operations.rawValue.uppercased()): \(Self.size(step, "more")) after \(more) above \(up), "
        + "\(Self.size(back, "less")) after \(less) below \(down); sums are \(delay) old."
    }
  }

  private static func share(_ threshold: AutoscalerSpec.Threshold) -> String {
    Figures.percent(Double(threshold.permille) / 1_000)
  }

  /// `2 shards more`, `20 % less`; from 100 % on scalePct is a factor.
  private static func size(_ step: AutoscalerSpec.Step, _ direction: String) -> String {
    switch step {
    case .shards(let count): "\(Figures.count(count, of: "shard")) \(direction)"
    case .percent(let share) where share < 100: "\(share) % \(direction)"
    case .percent(let factor): "\(Figures.factor(Double(factor) / 100)) \(direction)"
    }
  }

  private func outcome(of result: AutoscalerResult) -> Document.Block {
    let turns = Figures.count(result.directionChanges, of: "time")
    let flapping =
      result.directionChanges > 0 ? " **It flapped**: \(turns) an accepted call turned back within an hour." : ""
    let steps = Figures.count(result.singleSteps, of: "split or merge step")
    let byHand = result.singleSteps > 0 ? ", whereupon it went on shard by shard: \(steps)" : ""
    guard !result.minutes.isEmpty else { return .paragraph("No whole minute passed.") }
    return .list([
      Prose(
        "\(Figures.count(result.accepted + result.refused, of: "call")) of UpdateShardCount, "
          + "\(Figures.count(result.refused)) refused\(byHand).\(flapping)"),
      Prose(
        "At most \(Figures.count(result.shardsPeak, of: "shard")), where the busiest minute needed "
          + "\(Figures.count(result.needPeak)) (\(Figures.factor(result.peakOverNeed)))."),
      Prose(
        "\(Figures.count(result.shardMinutes, of: "shard-minute")) held for "
          + "\(Figures.count(result.neededShardMinutes)) needed; \(Figures.count(result.minutesShort)) of "
          + "\(Figures.count(result.minutes.count, of: "minute")) needed more than was open."),
    ])
  }

  /// Shards and need on one scale.
  private func chart(of result: AutoscalerResult) -> Chart {
    let series = [
      ("shards", result.minutes.map { Double($0.shards) }), ("need", result.minutes.map { Double($0.need) }),
    ].map { ($0, Series($1, columns: Self.scalerColumns, gathering: .max)) }
    let largest = series.map(\.1.peak).max() ?? 0
    let start = run.experiment.horizon.start
    return Chart(
      rows: series.map { name, series in
        Chart.Row(
          name: name, marks: .strip(series.columns, peak: largest),
          caption: "at most \(Figures.count(Int64(clamping: series.peak)))")
      }, axis: clock.axis(from: start, to: start + .minutes(Int64(result.minutes.count))))
  }

  private func calls(of result: AutoscalerResult) -> [Document.Block] {
    let rows = result.calls.prefix(Self.scalerRows).map { call -> [Prose] in
      [
        Prose(clock.text(call.at)), "\(Figures.count(call.open)) → \(Figures.count(call.target))",
        call.refusal.map { .plain("refused: \($0)") } ?? "accepted",
      ]
    }
    guard !rows.isEmpty else { return [] }
    let more = result.accepted + result.refused - rows.count
    return [.table(Table(["Asked at", "Shards", "Answer"], rows))]
      + (more > 0 ? [.paragraph("\(Figures.count(more, of: "more call")) followed.")] : [])
  }

  // MARK: Managed deliveries

  /// What managed deliveries brought to S3.
  var channels: [Document.Block] {
    guard !run.channels.isEmpty else { return [] }
    let columns: [Table.Column] = [
      "Channel", "Stream", "To", .number("Records"), .number("Size"), .number("Deliveries"), .number("Mean size"),
      .number("Oldest record waited"), .number("Not yet delivered"),
    ]
    let words: Prose = """
      A channel delivers when the oldest record it holds has waited for its data freshness; it takes no read throughput. \
      How long the write itself takes is not published, and none is added; its price is not known here either.
      """
    return [
      .heading(2, "Delivery channels"), .paragraph(words),
      .table(Table(columns, zip(run.experiment.channels, run.channels).map(row))),
    ]
  }

  private func row(_ spec: ChannelSpec, _ result: ChannelResult) -> [Prose] {
    let mean = result.deliveries > 0 ? Bytes(result.bytes.count / Int64(result.deliveries)) : nil
    return [
      .code(spec.name), .code(run.experiment.streams[spec.stream].name), .code(spec.destination.rawValue),
      .count(result.records), .size(result.bytes), .count(result.deliveries), mean.map(Prose.size) ?? .nothing,
      result.deliveries > 0 ? .duration(result.freshness) : .nothing, .count(result.heldRecords),
    ]
  }

  // MARK: Services beside Data Streams

  /// What they need of their limits. Closed forms; nothing of them was simulated.
  var neighbours: [Document.Block] {
    let (neighbours, limits) = (run.experiment.neighbours, run.experiment.limits)
    guard !neighbours.isEmpty else { return [] }
    let videos = neighbours.videoStreams.flatMap { spec in
      let cameras = spec.cameras > 1 ? "; each of \(Figures.count(spec.cameras, of: "camera"))" : ""
      return neighbour(spec.name, "Kinesis Video Streams\(cameras)", spec.capacity(limits))
    }
    let applications = neighbours.sqlApplications.flatMap {
      neighbour($0.name, "Kinesis Data Analytics for SQL, historic", $0.capacity(limits))
    }
    let words: Prose = """
      Services beside Data Streams, held against their own limits. These are closed forms, not simulations, and no \
      prices are known here.
      """
    return [.heading(2, "Neighbours"), .paragraph(words)] + videos + applications
  }

  private func neighbour(_ name: String, _ service: String, _ capacity: NeighbourCapacity) -> [Document.Block] {
    let broken = capacity.checks.filter { !$0.holds }.map { Markdown.code($0.limit.name) }.joined(separator: ", ")
    let amounts = capacity.figures.map { figure -> Prose in
      let isSize = figure.name.hasSuffix("_bytes")
      let value =
        isSize ? Figures.size(Bytes(Int64(clamping: min(figure.value, 9e18)))) : "\(Figures.number(figure.value)) s"
      return "\(figure.meaning): \(value)"
    }
    return [
      .heading(3, "\(Markdown.code(name)): \(service)"),
      .paragraph(broken.isEmpty ? "It fits its limits." : "**It does not fit**: \(broken)."),
      .table(checks(of: capacity)), .list(amounts),
    ]
  }

  private func checks(of capacity: NeighbourCapacity) -> Table {
    let columns: [Table.Column] = ["Limit", .number("Needs"), .number("Has"), "Unit", "Verdict", "Source"]
    let profile = run.experiment.limits.limits
    return Table(
      columns,
      capacity.checks.map { check in
        [
          .code(check.limit.name), .number(check.needs.value),
          Prose((check.bound == .atLeast ? "at least " : "") + Figures.count(check.has)),
          Prose(check.limit.unit), check.holds ? "holds" : "**too little**",
          Prose(profile.first { $0.name == check.limit.name }?.source ?? Figures.nothing),
        ]
      })
  }
}
