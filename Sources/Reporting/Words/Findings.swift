internal import Experiment
internal import KinesisCore
internal import Models
internal import Simulation
internal import Units

/// What a run came to, in plain sentences: the verdict that both the report and the summary begin with.
struct Findings {
  /// The verdict in one word.
  enum Outcome: String {
    case passed = "PASS"
    case unjudged = "NOT JUDGED"
    case failed = "FAIL"
    case interrupted = "INTERRUPTED"
  }

  private let report: Report
  let run: RunResult
  private let clock: ReportClock

  init(_ report: Report) {
    self.report = report
    run = report.main
    clock = ReportClock(report.main)
  }

  /// The verdict in one word.
  var outcome: Outcome {
    guard report.isComplete else { return .interrupted }
    return run.verdicts.isEmpty ? .unjudged : report.isPassing ? .passed : .failed
  }

  /// What the word rests on.
  var grounds: String {
    guard report.isComplete else { return interruption }
    guard !run.verdicts.isEmpty else { return "the scenario has no objectives (slo:)" }
    return broken(.fail) ?? heldText
  }

  /// What happened, most important first, a sentence each.
  var sentences: [String] {
    guard run.records.offered > 0 else { return ["No record was produced, so there is nothing to judge."] }
    let firehoses = run.firehoses.prefix(3).flatMap { FirehoseStory($0, simulated: run.simulated).sentences }
    let streams = run.streams.isEmpty ? [] : [refusals, worstSecond, cause]
    let readers = [slowestConsumer] + ReaderStory.sentences(of: run)
    let others = [losses] + refusedChanges + readers + [unsteadyScaler, tightNeighbours]
    return (streams + others).compactMap { $0 } + firehoses
  }

  /// Why the hottest shard of a stream refused records; nil when it refused none.
  static func hotShard(of stream: StreamResult) -> String? {
    guard let shard = stream.hottestShard, shard.throttled > 0 else { return nil }
    let all = stream.shards.reduce(0) { $0 + $1.throttled }
    let story = ShardStory(shard, of: stream)
    if story.isShared, stream.shards.count > 1 {
      let refusing = stream.shards.count { $0.throttled > 0 }
      return "Throttling fell on \(refusing) of \(stream.shards.count) shards; \(story.phrase)."
    }
    let share = shard.throttled == all ? "All" : Figures.percent(Double(shard.throttled) / Double(all)) + " of"
    let limit = story.bindingLimit.map { ", by its limit on \($0)" } ?? ""
    return "\(share) throttling fell on \(shard.id)\(limit) (\(story.phrase))."
  }

  // MARK: The headline

  private var interruption: String {
    let whole = report.results.count { $0.isComplete }
    let part =
      report.asked > 1 && run.isComplete
      ? "\(whole) of \(Figures.count(report.asked)) runs"
      : "\(Figures.duration(run.simulated)) of \(Figures.duration(run.experiment.horizon.duration))"
    let sofar = broken(.fail).map { "; so far \($0)" } ?? ""
    return "only \(part) were simulated, and every figure describes that part alone\(sofar)"
  }

  private var heldText: String {
    let hard = run.verdicts.count { $0.objective.severity == .fail }
    let warnings = broken(.warn)
    guard hard > 0 else {
      return warnings.map { "no objective can fail the run, \($0)" } ?? "the objectives, which only warn, held"
    }
    let subject = hard == 1 ? "the objective" : "all \(hard) objectives"
    return warnings.map { "\(subject) that can fail the run held, \($0)" } ?? "\(subject) held"
  }

  /// The broken objectives of that severity: at most three by name.
  private func broken(_ severity: Objective.Severity) -> String? {
    let all = report.judgements.filter { $0.verdict.objective.severity == severity }
    let broken = all.filter { $0.replicationsBroken > 0 }
    guard !broken.isEmpty else { return nil }
    let named = broken.prefix(3).map(shortfall).joined(separator: "; ")
    let more = broken.count > 3 ? "; and \(broken.count - 3) more" : ""
    guard severity == .fail else {
      return "\(broken.count) of \(all.count) that only warn did not: \(named)\(more)"
    }
    return "\(broken.count) of \(Figures.count(all.count, of: "objective")) broken: \(named)\(more)"
  }

  private func shortfall(_ judgement: Report.Judgement) -> String {
    let (verdict, objective) = (judgement.verdict, judgement.verdict.objective)
    guard verdict.value != nil else {
      let reason = run.gap(of: objective).map { ": \($0)" } ?? ""
      return "\(objective.id) was not measured (wanted \(objective.wanted))\(reason)"
    }
    return "\(objective.id) was \(objective.measured(verdict.value)) (wanted \(objective.wanted))"
  }

  // MARK: The sentences

  /// The stream with the most records refused at first; nil when none refused any.
  private var worstStream: StreamResult? {
    let most = run.streams.map(\.throttledFirstAttempts).max() ?? 0
    return most == 0 ? nil : run.streams.first { $0.throttledFirstAttempts == most }
  }

  private var refusals: String {
    guard let stream = worstStream else { return acceptance }
    let subject = run.streams.count == 1 ? "" : "On `\(stream.name)`, "
    let share = Figures.percent(stream.firstAttemptThrottleRate.value)
    let seconds = Figures.count(stream.secondView.secondsWithThrottles)
    let attempts = Figures.percent(stream.putThrottleRate.value)
    return "\(subject)\(share) of records were throttled at least once (\(attempts) of attempts, resends included), "
      + "in \(seconds) of \(Figures.count(run.measuredSeconds, of: "second"))\(Self.contrast(stream.minuteView))."
  }

  /// What the one-minute view says beside it.
  private static func contrast(_ view: MinuteView) -> String {
    guard view.minutes > 0 else { return "" }
    if view.streamUtilization < 0.8 {
      return ". CloudWatch shows that it happened, in \(Figures.count(view.minutesWithThrottles)) of "
        + "\(Figures.count(view.minutes, of: "minute")), but not why: averaged over a minute and all shards, the stream was "
        + "\(Figures.percent(view.streamUtilization)) full at most"
    }
    let minute = "the stream's busiest minute averaged \(Figures.percent(view.streamUtilization)) of its capacity"
    return view.streamUtilization < 1 ? "; \(minute)" : "; \(minute), so CloudWatch shows it too"
  }

  private var acceptance: String {
    let ofFirehoses = run.firehoses.reduce(0) { $0 + ($1.ingest?.throttledRecords ?? 0) }
    let retried = run.records.throttledAttempts > ofFirehoses
    guard !retried else {
      return
        "Records were throttled only in the first \(Figures.duration(run.experiment.horizon.warmup)), which figures leave out "
        + "(clock.warmup), or when they were sent again."
    }
    let busiest = run.streams.filter { $0.minuteView.minutes > 0 }.map(\.minuteView.streamUtilization).max()
    let load = busiest.map { "; the busiest minute of a stream averaged \(Figures.percent($0)) of its capacity" }
    return "No record was throttled\(load ?? "")."
  }

  private var worstSecond: String? {
    let demand = run.streams.map(\.secondView.worstDemand).max() ?? 0
    guard demand > 0, let stream = run.streams.first(where: { $0.secondView.worstDemand == demand }) else { return nil }
    let view = stream.secondView
    let place = run.streams.count == 1 ? "" : " of `\(stream.name)`"
    return "Worst second \(clock.text(view.worstSecond)): new records for \(view.worstShard)\(place) came to "
      + (demand < 1
        ? "\(Figures.percent(demand)) of its limit." : "\(Figures.factor(demand)) its limit, resends not counted.")
  }

  private var cause: String? {
    worstStream.flatMap(Self.hotShard)
  }

  private var losses: String {
    let ledger = run.records
    let underWay =
      ledger.inFlight > 0
      ? " \(Figures.count(ledger.inFlight, of: "record")) \(ledger.inFlight == 1 ? "was" : "were") still in flight at the end."
      : ""
    guard ledger.lost > 0 else { return "Nothing was lost.\(underWay)" }
    let share = Figures.percent(Double(ledger.lost) / Double(ledger.offered))
    return "\(Figures.count(ledger.lost, of: "record")) (\(share)) \(ledger.lost == 1 ? "was" : "were") lost: "
      + "\(Self.reasons(run.producers)).\(underWay)"
  }

  /// Why records were lost, those of all producers together.
  private static func reasons(_ producers: [ProducerResult]) -> String {
    func sum(_ part: (ProducerResult) -> Int64) -> Int64 { producers.reduce(0) { $0 + part($1) } }
    let parts = [
      (sum(\.lostByAttempts), "after their last attempt (max_attempts)"), (sum(\.lostByAge), "older than retry.ttl"),
      (sum(\.dropped), "dropped from a full buffer"), (sum(\.diverted), "sent elsewhere, the buffer being full"),
    ]
    let known = parts.filter { $0.0 > 0 }.map { "\(Figures.count($0.0)) \($0.1)" }
    return known.isEmpty ? "the reason was not recorded" : known.joined(separator: ", ")
  }

  /// Consumers that are named at the most.
  private static let mostConsumers = 3

  /// How long consumers wait for records, those first that are furthest behind at the end, by a minute or more, then those whose
  /// records took longest.
  private var slowestConsumer: String? {
    let measured = run.consumers.filter { $0.propagation.count > 0 }
    func lag(_ consumer: ConsumerResult) -> (Interval, Interval) {
      let isLate = ReaderStory.isLate(consumer)
      return (isLate ? consumer.iteratorAgeLast : .zero, consumer.propagation.percentile(99))
    }
    let sorted = measured.enumerated().sorted { a, b in
      let (one, other) = (lag(a.element), lag(b.element))
      return one == other ? a.offset < b.offset : one > other
    }.map(\.element)
    guard !sorted.isEmpty else { return nil }
    let parts = sorted.prefix(Self.mostConsumers).enumerated().map { place, consumer in
      let times =
        "\(Figures.duration(consumer.propagation.percentile(99)))\(place == 0 ? " of their arrival at the shard" : "")"
      let unread = ReaderStory.isLate(consumer) ? ", unread ones counted as late as they were at the end" : ""
      return
        "`\(consumer.name)` within \(times) (the slowest after \(Figures.duration(consumer.propagation.max))\(unread))"
    }
    let more = sorted.count - parts.count
    return "99 % of records reached \(parts.joined(separator: ", "))"
      + (more > 0 ? ", and \(Figures.count(more, of: "more consumer")) sooner." : ".")
  }

  /// What the scenario asked of its streams and AWS refused: the plan of somebody does not come true.
  private var refusedChanges: [String] {
    run.streams.compactMap { stream in
      let asked = stream.reshards.filter { $0.kind != .onDemandScaling }, refused = asked.filter { $0.refusal != nil }
      guard !refused.isEmpty else { return nil }
      let named = refused.prefix(3).map { "\($0.kind.rawValue) at \(clock.text($0.requestedAt)) (\($0.refusal ?? ""))" }
      let more = refused.count > 3 ? ", and \(refused.count - 3) more" : ""
      return "AWS refused \(refused.count) of \(Figures.count(asked.count, of: "change")) asked of `\(stream.name)`: "
        + "\(named.joined(separator: ", "))\(more)."
    }
  }

  /// The first scaler that flapped or was refused; nil when none did.
  private var unsteadyScaler: String? {
    for stream in run.streams {
      guard let scaler = stream.autoscaler, scaler.refused > 0 || scaler.directionChanges > 0 else { continue }
      let calls = Figures.count(scaler.accepted + scaler.refused, of: "call")
      let flapping =
        scaler.directionChanges > 0
        ? "; it turned back within an hour \(Figures.count(scaler.directionChanges, of: "time")): it flapped" : ""
      let steps = Figures.count(scaler.singleSteps, of: "split or merge step")
      let byHand = scaler.singleSteps > 0 ? ", and went on shard by shard in \(steps)" : ""
      return "The autoscaler of \(stream.name) made \(calls), of which AWS refused "
        + "\(Figures.count(scaler.refused))\(byHand)\(flapping)."
    }
    return nil
  }

  /// The neighbours that need more than their limits; nil when all fit.
  private var tightNeighbours: String? {
    let (neighbours, limits) = (run.experiment.neighbours, run.experiment.limits)
    let capacities =
      neighbours.videoStreams.map { ($0.name, $0.capacity(limits)) }
      + neighbours.sqlApplications.map { ($0.name, $0.capacity(limits)) }
    let tight = capacities.filter { !$0.1.holds }
    guard let (name, capacity) = tight.first else { return nil }
    let broken = capacity.checks.filter { !$0.holds }.map(\.limit.name).joined(separator: ", ")
    let more = tight.count > 1 ? " (and \(tight.count - 1) more neighbours do not fit)" : ""
    return "Neighbour \(name) needs more than \(broken) allows\(more)."
  }
}
