internal import Experiment
internal import KinesisCore
internal import Models
internal import Units

// What the figures rest on that AWS does not document.
extension RunPage {
  var assumptions: [Document.Block] {
    let profile = run.experiment.limits
    let delivers = !run.experiment.firehoses.isEmpty
    let relevant = profile.limits.filter(run.concerns)
    let unsure = relevant.filter { $0.confidence != .documented }
    let choices = serviceTimes + Self.choices + applicationChoices + onDemand + (delivers ? Self.deliveryChoices : [])
    return [
      .heading(2, "What was assumed"),
      .paragraph(
        Prose(
          "Limits profile `\(profile.name)`. \(Figures.count(relevant.count, of: "limit")) apply to this design: "
            + "\(relevant.count - unsure.count) as AWS documents them, and \(unsure.count) that somebody measured (observed) or that "
            + "weir chose (assumed):")),
      .filled(LimitsTable.table(unsure)),
      .list((slack + resolutions + choices + traces + libraryChoices).map { Prose($0) }),
    ]
  }

  /// The assumption that throttling hangs on most.
  private var slack: [String] {
    let limit = run.experiment.limits[.shard.writeSlack]
    guard limit == 1_000, run.streams.contains(where: { $0.throttledAttempts > 0 }) else { return [] }
    return [
      "Throttling hangs most on `shard.write.slack_permille`: here a shard lets through its limit and no more, while one that was "
        + "measured let through up to a quarter more. On such shards less is throttled than this report says; a limits file with 1250 "
        + "(`limits:` in the scenario) shows how much less."
    ]
  }

  /// Which resolution ran for what, and why, where adaptive was asked for.
  private var resolutions: [String] {
    guard run.experiment.horizon.resolution == .adaptive else { return [] }
    return run.resolutions.map(\.sentence)
  }

  private var serviceTimes: [String] {
    guard run.experiment.serviceTimes == .measured2026 else {
      return ["Service times are the scenario's own."]
    }
    return [
      "Service times are calibrated on published measurements of 2026, not validated against an account: one PutRecords call by itself takes 7.3 ms "
        + "(p50) and 11.7 ms (p99); GetRecords is such that a reader polling five times a second sees 172 ms (p50) and "
        + "314 ms (p99); fan-out takes 70 ms on average, its spread is assumed."
    ]
  }

  private static let choices = [
    "A shard has two budgets, one for records and one for bytes with their partition keys; both refill continuously, "
      + "each record of a call is checked in order, and a throttled record uses up nothing.",
    "A record reaches its shard half-way through the call. A polling reader's delay follows from when its polls fall: each a "
      + "little late, none early. A throttled GetRecords is repeated as its client's SDK does it; by Lambda's and Firehose's own "
      + "pollers about a period later, which is assumed.",
    "AWS SDKs do not retry the throttled entries of a PutRecords answer; what happens to them is the scenario's `retry`.",
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

  /// What was chosen for the applications that this run has.
  private var applicationChoices: [String] {
    let specs = run.experiment.consumers
    let crashes = run.experiment.events.contains { if case .crashWorkers = $0.action { true } else { false } }
    return [
      specs.contains { $0.function != nil }
        ? "Lambda: an even hash of the partition key chooses the sub-shard; the 6 MB of a payload count records as stored, "
          + "without Base64 and JSON; throttled batches take turns; the waits between tries are assumed." : nil,
      specs.contains { $0.flink != nil }
        ? "Flink: all KPUs together are one queue with the scenario's rate, whatever the keys; the share of time it works "
          + "stands for CPU." : nil,
      specs.contains { $0.queue != nil }
        ? "Queues: what AWS leaves open is a limit `queue.…` with its alternative, 0 or 1 where it is a choice. A failed attempt "
          + "takes as long as one that succeeds; an acknowledgement counts when it is sent; nobody repeats one that the service "
          + "failed." : nil,
      crashes
        ? "A KCL application checkpoints every batch it has processed; the lease of a worker that crashes is taken when a "
          + "second scan finds that its counter stands still, and is not stolen back; a leader is the last to crash."
        : nil,
    ].compactMap(\.self)
  }

  /// What was assumed of the libraries that are there.
  private var libraryChoices: [String] {
    let clients = run.experiment.producers.map(\.batching)
    let isLibrary = clients.contains { if case .kpl = $0 { true } else { false } }
    var choices: [String] = []
    if isLibrary {
      choices.append(
        "The Kinesis Producer Library is built after its source, version 1.0.7. Streams count Kinesis records, producers and "
          + "consumers user records. A throttled record is packed again before new ones; the shards are listed again 100 ms "
          + "after one was found closed.")
    }
    if clients.contains(.agent) {
      choices.append(
        "The Kinesis Agent backs each buffer off by itself; its source reads on when one of 100 buffers is free.")
    }
    return choices
  }

  /// What delivery streams rest on that no figure says.
  private static let deliveryChoices = [
    "A record is as old as its arrival at its shard, for Direct PUT in Firehose: freshness counts reading, buffers, the "
      + "transform, retries and the destination's time.",
    "A delivery stream polls each shard about once a second, from LATEST; each record of a stream is one "
      + "record to Firehose, aggregated or not.",
    "In an outage every attempt that ends fails. Error output and backup take what they are given, unless they are the "
      + "S3 bucket that is down.",
    "Conversion and compression shrink by the scenario's ratio; how long a destination and a function take is the scenario's.",
  ]
}

extension StreamResolution {
  /// Which resolution ran, and why.
  var sentence: String {
    resolution == .adaptive
      ? "Records to `\(stream)` were taken many at a time where their order could not matter, and one by one where it could."
      : "Records to `\(stream)` were taken one by one" + (reason.map { ": \($0)." } ?? ".")
  }
}
