internal import KinesisCore
internal import Models
internal import Units

// What customers' scalers did, beside what the traffic needed.
extension RunMarkdown {
  private static let scalerColumns = 72
  private static let scalerRows = 24

  var autoscalers: String? {
    let parts = zip(run.experiment.streams, run.streams).compactMap { spec, stream -> String? in
      guard let scaler = spec.autoscaler, let result = stream.autoscaler else { return nil }
      return autoscaler(scaler, result, of: stream.name)
    }
    guard !parts.isEmpty else { return nil }
    return "## Autoscalers\n\n"
      + "A scaler is the customer's own: it reads CloudWatch's one-minute sums of what was accepted, late, and calls "
      + "UpdateShardCount; the stream's rules decide. The need is what a minute's first attempts would have filled, spread "
      + "evenly over shards; a hot key needs more.\n\n" + parts.joined(separator: "\n")
  }

  private func autoscaler(_ spec: AutoscalerSpec, _ result: AutoscalerResult, of stream: String) -> String {
    let chart = result.minutes.isEmpty ? "" : "\n" + Markdown.block(lines(of: result))
    let table = result.calls.isEmpty ? "" : "\n" + calls(of: result)
    return "### Stream \(Markdown.code(stream)), \(Markdown.code(result.policy))\n\n\(Self.rule(spec))\n\n"
      + outcome(of: result) + chart + table
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
    case .scalingUtils(let step, let back):
      "\(bounds): \(Self.size(step)) more after \(more) above \(up), \(Self.size(back)) less after \(less) below \(down); "
        + "sums are \(delay) old."
    }
  }

  private static func share(_ threshold: AutoscalerSpec.Threshold) -> String {
    Figures.percent(Double(threshold.permille) / 1_000)
  }

  private static func size(_ step: AutoscalerSpec.Step) -> String {
    switch step {
    case .shards(let count): Figures.count(count, of: "shard")
    case .percent(let share): "\(share) %"
    }
  }

  private func outcome(of result: AutoscalerResult) -> String {
    let calls = result.accepted + result.refused
    let flapping =
      result.directionChanges > 0
      ? " **It flapped**: \(Figures.count(result.directionChanges, of: "time")) an accepted call turned back within an hour."
      : ""
    guard !result.minutes.isEmpty else { return "No whole minute passed." }
    return
      "- \(Figures.count(calls, of: "call")) of UpdateShardCount, \(Figures.count(result.refused)) refused.\(flapping)\n"
      + "- At most \(Figures.count(result.shardsPeak, of: "shard")), where the busiest minute needed "
      + "\(Figures.count(result.needPeak)) (\(Figures.factor(result.peakOverNeed))).\n"
      + "- \(Figures.count(result.shardMinutes, of: "shard-minute")) held for "
      + "\(Figures.count(result.neededShardMinutes)) needed; \(Figures.count(result.minutesShort)) of "
      + "\(Figures.count(result.minutes.count, of: "minute")) needed more than was open.\n"
  }

  /// Shards and need on one scale.
  private func lines(of result: AutoscalerResult) -> [String] {
    let (shards, need) = (
      Sparkline(result.minutes.map { Double($0.shards) }, columns: Self.scalerColumns, gathering: .max),
      Sparkline(result.minutes.map { Double($0.need) }, columns: Self.scalerColumns, gathering: .max)
    )
    let largest = max(shards.peak, need.peak)
    let start = run.experiment.horizon.start
    let end = start + .minutes(Int64(result.minutes.count))
    return [
      "shards  \(shards.text(of: largest))  at most \(Figures.count(Int64(shards.peak)))",
      "need    \(need.text(of: largest))  at most \(Figures.count(Int64(need.peak)))",
      "        " + clock.axis(from: start, to: end, width: shards.columns.count),
    ]
  }

  private func calls(of result: AutoscalerResult) -> String {
    var table = MarkdownTable([("Asked at", .left), ("Shards", .left), ("Answer", .left)])
    for call in result.calls.prefix(Self.scalerRows) {
      table.append([
        clock.text(call.at), "\(Figures.count(call.open)) → \(Figures.count(call.target))",
        call.refusal.map { "refused: \(Markdown.prose($0))" } ?? "accepted",
      ])
    }
    let more = result.accepted + result.refused - min(result.calls.count, Self.scalerRows)
    return table.text + (more > 0 ? "\n\(Figures.count(more, of: "more call")) followed.\n" : "")
  }
}
