internal import KinesisCore
internal import Models
internal import Units

// What was refused, when, where and why; and how the shard map changed.
extension RunMarkdown {
  /// The widest line of a chart.
  private static let chartColumns = 72
  private static let heatColumns = 60
  private static let shardRows = 24

  // MARK: When

  var throttling: String? {
    guard !run.streams.isEmpty else { return nil }
    let terms =
      "Load is what a shard or stream accepted over its limit, in records or bytes, whichever is larger. "
      + "Asked for is what records tried for the first time would have needed.\n\n"
    return "## What was refused, and when\n\n" + terms + run.streams.map(throttling).joined(separator: "\n")
  }

  private func throttling(of stream: StreamResult) -> String {
    let total = stream.shards.reduce(0) { $0 + $1.throttled }
    let heat = HeatMap(stream, columns: Self.heatColumns, clock: clock).lines
    let map = heat.isEmpty ? "" : "\nRefusals by shard and time:\n\n" + Markdown.block(heat)
    let chart = total > 0 && !stream.bins.isEmpty ? "\n" + Markdown.block(chart(of: stream)) : ""
    return "### Stream \(Markdown.code(stream.name))\n\n\(Self.mode(of: stream))\(opening(stream, total: total))\n\n"
      + views(of: stream) + chart + map
  }

  private func opening(_ stream: StreamResult, total: Int64) -> String {
    let shards = Figures.count(stream.shardsStart, of: "shard")
    let change =
      stream.shardsEnd == stream.shardsStart && stream.shardsPeak == stream.shardsStart
      ? "" : " at the start, \(Figures.count(stream.shardsPeak)) at most, \(Figures.count(stream.shardsEnd)) at the end"
    let accepted =
      "\(Figures.count(stream.incomingRecords, of: "record")) accepted (\(Figures.size(stream.incomingBytes)))"
    guard total > 0 else { return "\(shards)\(change); \(accepted), none refused." }
    let rate = stream.attempts > 0 ? " (\(Figures.percent(stream.putThrottleRate.value)) of all attempts)" : ""
    return "\(shards)\(change); \(accepted). Records were refused \(Figures.count(total, of: "time"))\(rate), "
      + "counting every attempt."
  }

  /// A sentence about a stream that is on-demand at the start or at the end.
  private static func mode(of stream: StreamResult) -> String {
    guard stream.modeStart != .provisioned || stream.modeEnd != .provisioned else { return "" }
    let end = stream.modeStart == stream.modeEnd ? "" : " at the start, \(stream.modeEnd.words) at the end"
    return "Mode: \(stream.modeStart.words)\(end). "
  }

  /// One-second truth beside the one-minute view.
  private func views(of stream: StreamResult) -> String {
    let (minute, second) = (stream.minuteView, stream.secondView)
    func seen(_ text: String) -> String { minute.minutes > 0 ? text : Figures.nothing }
    var table = MarkdownTable("", numbers: ["As one-minute metrics show it", "Second by second"])
    table.append([
      "Worst moment",
      seen("\(clock.label(minute.busiestMinute)), stream at \(Figures.percent(minute.streamUtilization))"),
      second.worstDemand > 0
        ? "\(clock.text(second.worstSecond)), shard \(second.worstShard.number) asked for "
          + Figures.percent(second.worstDemand) : Figures.nothing,
    ])
    table.append([
      "Highest load of a shard", seen(Figures.percent(minute.hottestShardUtilization)),
      second.shardSeconds > 0 ? Figures.percent(stream.utilization.max) : Figures.nothing,
    ])
    table.append([
      "Time with refusals",
      seen("\(Figures.count(minute.minutesWithThrottles)) of \(Figures.count(minute.minutes, of: "minute"))"),
      run.measuredSeconds > 0
        ? "\(Figures.count(second.secondsWithThrottles)) of \(Figures.count(run.measuredSeconds, of: "second"))"
        : Figures.nothing,
    ])
    return table.text
  }

  private func chart(of stream: StreamResult) -> [String] {
    let refused = Sparkline(
      stream.bins.map { Double($0.throttledRecords) }, columns: Self.chartColumns, gathering: .sum)
    let load = Sparkline(stream.bins.map(\.peakUtilization), columns: Self.chartColumns, gathering: .max)
    let width = run.experiment.horizon.reportBin * Int64(refused.valuesPerColumn)
    return [
      "refused  \(refused.text)  at most \(Figures.count(Int64(refused.peak), of: "record")) in \(Figures.duration(width))",
      "load     \(load.text)  busiest shard-second \(Figures.percent(load.peak))",
      "         " + axis(of: stream, width: refused.columns.count),
    ]
  }

  /// The first bin's start on the left, the end of the last one on the right.
  private func axis(of stream: StreamResult, width: Int) -> String {
    guard let first = stream.bins.first, let last = stream.bins.last else { return "" }
    return clock.axis(from: first.start, to: last.start + run.experiment.horizon.reportBin, width: width)
  }

  // MARK: Where and why

  var shards: String? {
    guard run.streams.contains(where: { !$0.shards.isEmpty }) else { return nil }
    return "## Shards, hottest first\n\n"
      + run.streams.filter { !$0.shards.isEmpty }.map(shards).joined(separator: "\n")
  }

  private func shards(of stream: StreamResult) -> String {
    let ordered = stream.shardsByHeat
    var table = MarkdownTable([
      ("Shard", .left), ("Ring", .right), ("Accepted", .right), ("Refused", .right), ("By limit on", .left),
      ("Load mean", .right), ("p99", .right), ("max", .right), ("Busiest key", .left), ("Why", .left),
    ])
    for shard in ordered.prefix(Self.shardRows) { table.append(row(shard, of: stream)) }
    let rest = Array(ordered.dropFirst(Self.shardRows))
    return "### Stream \(Markdown.code(stream.name))\n\n" + table.text + (rest.isEmpty ? "" : Self.more(rest))
  }

  private func row(_ shard: ShardResult, of stream: StreamResult) -> [String] {
    let story = ShardStory(shard, of: stream)
    let name = "`\(shard.id)`" + (shard.closedAt.map { "<br>closed \(clock.text($0))" } ?? "")
    return [
      name, Figures.percent(shard.range.share), Figures.count(shard.acceptedRecords), Figures.count(shard.throttled),
      story.bindingLimit ?? Figures.nothing, Figures.percent(shard.utilization.mean),
      Figures.percent(shard.utilization.p99), Figures.percent(shard.utilization.max),
      shard.hottestKey.map { "\(Markdown.code($0.key)) \(Figures.percent($0.share))" } ?? Figures.nothing, story.phrase,
    ]
  }

  /// The shards that have no row: how many, and between what.
  private static func more(_ rest: [ShardResult]) -> String {
    let refused = rest.map(\.throttled)
    let loads = rest.map(\.utilization.mean)
    guard let least = refused.min(), let most = refused.max(), let low = loads.min(), let high = loads.max() else {
      return ""
    }
    let refusals =
      most == 0 ? "none refused a record" : "\(Figures.count(least)) to \(Figures.count(most)) refused each"
    return "\nand \(Figures.count(rest.count)) more like these: \(refusals), mean load \(Figures.percent(low)) to "
      + "\(Figures.percent(high)).\n"
  }

  // MARK: The shard map

  var reshards: String? {
    let changes = run.streams.flatMap { stream in stream.reshards.map { (stream.name, $0) } }
    guard !changes.isEmpty else { return nil }
    var table = MarkdownTable([
      ("Stream", .left), ("Asked for", .left), ("What", .left), ("Shards", .left), ("Took", .left),
    ])
    for (name, change) in changes {
      table.append([
        Markdown.code(name), clock.text(change.requestedAt), change.kind.rawValue,
        "\(Figures.count(change.shardsBefore)) → \(Figures.count(change.shardsAfter))", Self.duration(of: change),
      ])
    }
    return "## Changes of the shard map\n\n" + table.text
  }

  private static func duration(of change: Reshard) -> String {
    if let refusal = change.refusal { return "refused: \(Markdown.prose(refusal))" }
    return change.finishedAt.map { Figures.duration($0 - change.requestedAt) } ?? "not finished when the run ended"
  }
}
