internal import KinesisCore
internal import Models
internal import Units

// What the figures rest on that AWS does not document.
extension RunMarkdown {
  var assumptions: String {
    let profile = run.experiment.limits
    let delivers = !run.experiment.firehoses.isEmpty
    let relevant = profile.limits.filter { delivers || !$0.key.isDelivery }
    let unsure = relevant.filter { $0.confidence != .documented }
    var table = MarkdownTable([
      ("Limit", .left), ("Value", .right), ("Unit", .left), ("Meaning", .left), ("Source", .left),
      ("Confidence", .left),
    ])
    for limit in unsure {
      table.append([
        Markdown.code(limit.key.name), Figures.count(limit.value), LimitsTable.unit(of: limit.key), limit.meaning,
        limit.source, limit.confidence.rawValue,
      ])
    }
    let opening =
      "Limits profile `\(profile.name)`: \(relevant.count - unsure.count) limits as AWS documents them, "
      + "and \(unsure.count) that somebody measured (observed) or that weir chose (assumed); § is a section of weir's fact sheet on Kinesis Data Streams"
      + (delivers ? ", F§ one of that on Data Firehose" : "") + ":\n\n"
    return "## What was assumed\n\n" + opening + (unsure.isEmpty ? "" : table.text + "\n")
      + (serviceTimes + Self.choices + applicationChoices + onDemand + (delivers ? Self.deliveryChoices : []) + traces
      + libraryChoices).map { "- \($0)\n" }.joined()
  }

  private var serviceTimes: [String] {
    guard run.experiment.serviceTimes == .measured2026 else {
      return ["Service times are the scenario's own."]
    }
    return [
      "Service times are calibrated on published measurements of 2026, not validated against an account: a put takes 7.3 ms "
        + "(p50) and 11.7 ms (p99); GetRecords is such that a reader polling five times a second sees 172 ms (p50) and "
        + "314 ms (p99); fan-out takes 70 ms on average, its spread is assumed."
    ]
  }

  private static let choices = [
    "A shard has two budgets, one for records and one for bytes with their partition keys; both refill continuously, "
      + "each record of a call is checked in order, and a refused record costs nothing.",
    "A record reaches its shard half-way through the call. A polling reader's delay follows from when its polls fall.",
    "AWS SDKs do not retry the refused entries of a PutRecords answer; what happens to them is the scenario's `retry`.",
    "Shards split and merge one after another; a parent is read to its end before its children.",
    "Figures describe the service's rules under this load. They are no promise by AWS.",
  ]

  /// What on-demand streams rest on, where there are any.
  private var onDemand: [String] {
    let streams = run.streams.filter { $0.modeStart != .provisioned || $0.modeEnd != .provisioned }
    guard !streams.isEmpty else { return [] }
    let isAuto = run.experiment.streams.contains { $0.capacity.distribution == .auto }
    return [
      "The service looks at an on-demand stream's shards by whole minutes of the clock and splits the busy ones in the middle, "
        + "all of a minute at once; it merges none by itself. Each stream stands in an account of its own as far as the "
        + "commitment of on-demand Advantage goes."
    ] + (isAuto ? ["Under AUTO record distribution each record goes to the next open shard."] : [])
  }

  /// Recorded traffic that producers replay.
  private var traces: [String] {
    run.experiment.producers.compactMap { producer in
      switch producer.rate {
      case .bins(let trace): "Producer \(Markdown.code(producer.name)) replays \(Markdown.code(trace.source))."
      case .events(let trace): "Producer \(Markdown.code(producer.name)) replays \(Markdown.code(trace.source))."
      default: nil
      }
    }
  }
}
