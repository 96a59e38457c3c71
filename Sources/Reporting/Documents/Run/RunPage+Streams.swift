internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

// What was refused, when, where and why; and how the shard map changed.
extension RunPage {
  /// The widest line of a chart.
  private static let chartColumns = 72
  private static let heatColumns = 60
  private static let shardRows = 24

  // MARK: When

  var throttling: [Document.Block] {
    guard !run.streams.isEmpty else { return [] }
    let limits = run.experiment.limits
    let terms: Prose = """
      Demand is what producers sent for the first time, accepted is what Kinesis stored, throttled is what it answered with \
      ProvisionedThroughputExceededException. A shard's limits are \(Figures.count(limits[.shard.writeRecords])) records and \
      \(Figures.size(Bytes(limits[.shard.writeBytes]))) a second. Load = accepted ÷ limit, for records or for bytes, whichever \
      is larger; for a second it may pass 100 %, because an idle shard saves up for a burst.
      """
    return [.heading(2, "What was throttled, and when"), .paragraph(terms)] + run.streams.flatMap(throttling)
  }

  private func throttling(of stream: StreamResult) -> [Document.Block] {
    let total = stream.shards.reduce(0) { $0 + $1.throttled }
    let isDrawn = total > 0 && !stream.bins.isEmpty
    let map = refusals(of: stream).map { [$0] } ?? []
    return [
      .heading(3, "Stream \(Markdown.code(stream.name))"),
      .paragraph("\(Self.mode(of: stream))\(opening(stream, total: total))"), .table(views(of: stream)),
    ] + picture("worst-minute", of: stream.name)
      + picture("timeline", of: stream.name, or: isDrawn ? [chart(of: stream)] : [])
      + picture("shards", of: stream.name, or: map)
  }

  private func opening(_ stream: StreamResult, total: Int64) -> String {
    let shards = Figures.count(stream.shardsStart, of: "shard")
    let change = change(of: stream)
    let accepted =
      "\(Figures.count(stream.incomingRecords, of: "record")) accepted (\(Figures.size(stream.incomingBytes)))"
    guard total > 0 else { return "\(shards)\(change); \(accepted), none throttled." }
    let rate = stream.attempts > 0 ? " (\(Figures.percent(stream.putThrottleRate.value)) of attempts)" : ""
    let once = stream.throttledFirstAttempts
    let records =
      once > 0
      ? "\(Figures.count(once, of: "record")) at least once (\(Figures.percent(stream.firstAttemptThrottleRate.value))), "
      : ""
    return
      "\(shards)\(change); \(accepted). Throttled: \(records)\(Figures.count(total, of: "attempt")) in all\(rate)"
      + "\(span(of: stream))."
  }

  /// When the number of shards changed, or how far.
  private func change(of stream: StreamResult) -> String {
    guard stream.shardsEnd != stream.shardsStart || stream.shardsPeak != stream.shardsStart else { return "" }
    let done = stream.reshards.filter { $0.refusal == nil }
    let most =
      stream.shardsPeak > max(stream.shardsStart, stream.shardsEnd)
      ? ", up to \(Figures.count(stream.shardsPeak)) on the way" : ""
    let all = Figures.count(stream.shards.count)
    guard done.count == 1, let end = done[0].finishedAt else {
      return
        " at the start, \(Figures.count(stream.shardsPeak)) at most, \(Figures.count(stream.shardsEnd)) at the end (\(all) in all)"
    }
    return
      " until \(clock.text(done[0].requestedAt)), \(Figures.count(stream.shardsEnd)) from \(clock.text(end))\(most) (\(all) in all)"
  }

  /// When a stream first throttled and when last, as far as that was noted.
  private func span(of stream: StreamResult) -> String {
    guard let first = stream.shards.compactMap(\.firstThrottledAt).min() else { return "" }
    let kinds: [Note.Kind] = [.throttleBegan, .throttleEnded]
    let last = run.notes.last { kinds.contains($0.kind) && $0.subject.hasPrefix("\(stream.name)/") }
    guard let last, run.notesOmitted == 0, last.at > first else { return ": first at \(clock.text(first))" }
    return ": first at \(clock.text(first)), last at \(clock.text(last.at))"
  }

  /// A sentence about a stream that is on-demand at the start or at the end.
  private static func mode(of stream: StreamResult) -> String {
    guard stream.modeStart != .provisioned || stream.modeEnd != .provisioned else { return "" }
    let end = stream.modeStart == stream.modeEnd ? "" : " at the start, \(stream.modeEnd.words) at the end"
    return "Mode: \(stream.modeStart.words)\(end). "
  }

  /// One-second truth beside the one-minute view.
  private func views(of stream: StreamResult) -> Table {
    let (minute, second) = (stream.minuteView, stream.secondView)
    func seen(_ words: Prose) -> Prose { minute.minutes > 0 ? words : .nothing }
    let worst: Prose =
      "\(clock.text(second.worstSecond)), shard \(second.worstShard.number), demand \(Figures.percent(second.worstDemand))"
    let seconds: Prose =
      "\(Figures.count(second.secondsWithThrottles)) of \(Figures.count(run.measuredSeconds, of: "second"))"
    return Table(
      "", numbers: ["As CloudWatch's minutes show it", "Second by second"],
      [
        [
          "Worst moment",
          seen("\(clock.label(minute.busiestMinute)), stream at \(Figures.percent(minute.streamUtilization))"),
          second.worstDemand > 0 ? worst : .nothing,
        ],
        [
          "Highest load of a shard (CloudWatch: enhanced shard-level metrics)",
          seen(.percent(minute.hottestShardUtilization)),
          second.shardSeconds > 0 ? .percent(stream.utilization.max) : .nothing,
        ],
        [
          "Time with throttling",
          seen("\(Figures.count(minute.minutesWithThrottles)) of \(Figures.count(minute.minutes, of: "minute"))"),
          run.measuredSeconds > 0 ? seconds : .nothing,
        ],
      ])
  }

  private func chart(of stream: StreamResult) -> Chart {
    let refused = Series(stream.bins.map { Double($0.throttledRecords) }, columns: Self.chartColumns, gathering: .sum)
    let load = Series(stream.bins.map(\.peakUtilization), columns: Self.chartColumns, gathering: .max)
    let width = run.experiment.horizon.reportBin * Int64(refused.valuesPerColumn)
    let most = Figures.count(Int64(clamping: refused.peak), of: "record")
    let ends = stream.bins.first.flatMap { first in
      stream.bins.last.map { clock.axis(from: first.start, to: $0.start + run.experiment.horizon.reportBin) }
    }
    return Chart(
      rows: [
        Chart.Row(name: "throttled", marks: refused.strip, caption: "at most \(most) in \(Figures.duration(width))"),
        Chart.Row(name: "load", marks: load.strip, caption: "busiest shard-second \(Figures.percent(load.peak))"),
      ], axis: ends)
  }

  /// Where and when records were refused: a row a shard, shades over time; nil when none were.
  private func refusals(of stream: StreamResult) -> Chart? {
    let rows = stream.heatShards.indices.map { shard in
      Series(
        stream.heat.map { shard < $0.count ? Double($0[shard]) : 0 }, columns: Self.heatColumns, gathering: .sum)
    }
    guard let peak = rows.map(\.peak).max(), peak > 0 else { return nil }
    let legend =
      "· none  ░ ▒ ▓ █ quarters of the busiest cell, \(Figures.count(Int64(clamping: peak))) throttled in "
      + "\(rows[0].valuesPerColumn) min"
    return Chart(
      title: "Throttled records by shard and time:", names: .right,
      rows: zip(stream.heatShards, rows).map {
        Chart.Row(name: "shard \($0.number)", marks: .shades($1.columns, peak: peak))
      }, axis: clock.axis(from: clock.start, to: clock.start + .minutes(Int64(stream.heat.count))),
      footer: ["", legend])
  }

  // MARK: Where and why

  var shards: [Document.Block] {
    let streams = run.streams.filter { !$0.shards.isEmpty }
    return streams.isEmpty ? [] : [.heading(2, "Shards, hottest first")] + streams.flatMap(shards)
  }

  private func shards(of stream: StreamResult) -> [Document.Block] {
    let open = stream.shardsByHeat.filter { $0.closedAt == nil }
    let closed = stream.shardsByHeat.filter { $0.closedAt != nil }
    let intro = closed.isEmpty ? [] : [Document.Block.paragraph("Closed by resharding:")]
    return [.heading(3, "Stream \(Markdown.code(stream.name))")] + Self.room(in: open) + table(open, of: stream)
      + [.paragraph("The per cents of a busiest key are of its shard's records.")] + intro
      + (closed.isEmpty ? [] : table(closed, of: stream))
  }

  private func table(_ shards: [ShardResult], of stream: StreamResult) -> [Document.Block] {
    let columns: [Table.Column] = [
      "Shard", .number("Share of hash keys"), .number("Accepted"), .number("Throttled"), "Limit reached",
      .number("Load mean"),
      .number("Load p99"), .number("Load max"), "Busiest key", "Why",
    ]
    return [.table(Table(columns, shards.prefix(Self.shardRows).map { row($0, of: stream) }))]
      + Self.more(Array(shards.dropFirst(Self.shardRows)))
  }

  private static func range(_ low: Double, _ high: Double) -> String {
    low == high ? Figures.percent(low) : "\(Figures.percent(low)) to \(Figures.percent(high))"
  }

  /// Shards that are named at the most.
  private static let mostNamed = 4

  /// Whether the open shards could take more.
  private static func room(in open: [ShardResult]) -> [Document.Block] {
    let means = open.map(\.utilization.mean), peaks = open.map(\.utilization.p99)
    guard let low = means.min(), let high = means.max(), let least = peaks.min(), let most = peaks.max(), most > 0
    else { return [] }
    let full = open.filter { $0.utilization.p99 >= 1 }
    let names = full.prefix(mostNamed).map { "\($0.id.number)" }.joined(separator: ", ")
    let more = full.count > mostNamed ? " and \(full.count - mostNamed) more" : ""
    let verdict =
      !full.isEmpty
      ? "no room for more traffic on \(Figures.count(full.count, of: "shard")) that \(full.count == 1 ? "reaches its" : "reach their") limit then: \(names)\(more)"
      : "room for \(Figures.factor(1 / most)) the traffic until the fullest is at its limit in those seconds"
    return [
      .paragraph(
        Prose(
          "\(Figures.count(open.count, of: "shard")) \(open.count == 1 ? "is" : "are") open at the end: \(range(low, high)) full "
            + "on average, "
            + "\(range(least, most)) in the fullest 1 % of seconds. There is \(verdict)."))
    ]
  }

  private func row(_ shard: ShardResult, of stream: StreamResult) -> [Prose] {
    let story = ShardStory(shard, of: stream)
    let name = "`\(shard.id)`" + (shard.closedAt.map { "<br>closed \(clock.text($0))" } ?? "")
    return [
      Prose(name), .percent(shard.range.share), .count(shard.acceptedRecords), .count(shard.throttled),
      Prose(story.bindingLimit ?? Figures.nothing), .percent(shard.utilization.mean), .percent(shard.utilization.p99),
      .percent(shard.utilization.max),
      shard.hottestKey.map { "\(Markdown.code($0.key)) \(Figures.percent($0.share))" } ?? .nothing, Prose(story.phrase),
    ]
  }

  /// The shards that have no row: how many, and between what.
  private static func more(_ rest: [ShardResult]) -> [Document.Block] {
    let refused = rest.map(\.throttled)
    let loads = rest.map(\.utilization.mean)
    guard let least = refused.min(), let most = refused.max(), let low = loads.min(), let high = loads.max() else {
      return []
    }
    let refusals =
      most == 0 ? "none throttled a record" : "\(Figures.count(least)) to \(Figures.count(most)) throttled each"
    return [.paragraph("and \(Figures.count(rest.count)) more like these: \(refusals), mean load \(range(low, high)).")]
  }

  // MARK: The shard map

  var reshards: [Document.Block] {
    let rows = run.streams.flatMap { stream in
      stream.reshards.map { change -> [Prose] in
        [
          .code(stream.name), Prose(clock.text(change.requestedAt)), Prose(change.kind.rawValue),
          "\(Figures.count(change.shardsBefore)) → \(Figures.count(change.shardsAfter))",
          Prose(change.finishedAt.map(clock.text) ?? Figures.nothing), Prose(Self.duration(of: change)),
        ]
      }
    }
    let columns: [Table.Column] = ["Stream", "Requested", "What", "Shards", "Done", "Took"]
    return rows.isEmpty ? [] : [.heading(2, "Resharding"), .table(Table(columns, rows))]
  }

  private static func duration(of change: Reshard) -> String {
    if let refusal = change.refusal { return "refused: \(Markdown.prose(refusal))" }
    return change.finishedAt.map { Figures.duration($0 - change.requestedAt) } ?? "not finished when the run ended"
  }
}
