internal import Experiment
internal import KinesisCore
internal import Pricing
internal import Simulation
internal import Units

/// Who looks on: objectives, the notes of a report, a lens; and the seconds, minutes and bins by which they look.
///
/// Nothing that is observed depends on them.
struct Observers: ~Copyable {
  private let start: Instant, measuredFrom: Instant
  private let binSeconds: Int64, lookSeconds: Int64
  private var monitors: [ObjectiveMonitor]
  /// The objectives with times, by producer, by consumer and by delivery stream.
  private let putMonitors: [[Int]], readMonitors: [[Int]], freshnessMonitors: [[Int]]
  private var book = NoteBook()
  /// What somebody looks at closely; nil in ordinary runs.
  private var lens: Lens?
  /// When the second under way began, and how many have ended.
  private(set) var secondBegan: Instant
  private(set) var secondCount: Int64 = 0

  init(_ experiment: Experiment) {
    let horizon = experiment.horizon, from = horizon.start + horizon.warmup
    (start, secondBegan, measuredFrom) = (horizon.start, horizon.start, from)
    (binSeconds, lookSeconds) = (horizon.reportBin.nanoseconds / 1_000_000_000, Self.lookSeconds(horizon))
    monitors = experiment.objectives.map { ObjectiveMonitor($0, measuredFrom: from) }
    func chosen(_ all: Range<Int>, _ isMeant: (Objective.Metric, Int) -> Bool) -> [[Int]] {
      all.map { one in experiment.objectives.indices.filter { isMeant(experiment.objectives[$0].metric, one) } }
    }
    putMonitors = chosen(experiment.producers.indices) {
      if case .putLatency(let which) = $0 { which == nil || which == $1 } else { false }
    }
    readMonitors = chosen(experiment.consumers.indices) {
      if case .propagation(let which) = $0 { which == nil || which == $1 } else { false }
    }
    freshnessMonitors = chosen(experiment.firehoses.indices) {
      if case .dataFreshness(let which) = $0 { which == nil || which == $1 } else { false }
    }
  }

  /// How often objectives without a window are looked at: every report bin, or every thousandth of the run if that is
  /// longer.
  private static func lookSeconds(_ horizon: Horizon) -> Int64 {
    let bin = horizon.reportBin.nanoseconds
    return max(1, horizon.duration.nanoseconds / 1_000 / bin) * bin / 1_000_000_000
  }

  // MARK: Notes

  /// Something worth telling has happened.
  mutating func note(_ kind: Note.Kind, _ subject: String, _ detail: String, at now: Instant) {
    book.add(kind, subject, detail, at: now)
  }

  /// GetRecords is refused to somebody who was never refused before.
  mutating func noteFirstRefusal(of reader: String, on shard: ShardID, at now: Instant) {
    note(.readThrottled, reader, "GetRecords on \(shard) is throttled for the first time", at: now)
  }

  /// The notes in order of time, and how many were left out.
  var notes: (all: [Note], omitted: Int) { (book.inOrder, book.omitted) }

  // MARK: Values

  /// A producer has its answer, so long after the record was born.
  @inline(__always)
  mutating func notePut(_ latency: LatencyHistogram.Class, by producer: Int) {
    for monitor in putMonitors[producer] { monitors[monitor].add(latency, count: 1) }
  }

  /// So many of a producer's records took as long as `spreadPuts` says.
  mutating func notePuts(_ count: Int64, by producer: Int) {
    for monitor in putMonitors[producer] { monitors[monitor].addSpread(count) }
  }

  /// Records of a producer took between so long and so long.
  mutating func notePuts(_ count: Int64, from low: Interval, to high: Interval, by producer: Int) {
    for monitor in putMonitors[producer] { monitors[monitor].add(from: low, to: high, count: count) }
  }

  /// How long a producer's records take: so much of them between so long and so long.
  mutating func spreadPuts(_ weight: Double, from low: Interval, to high: Interval, by producer: Int) {
    for monitor in putMonitors[producer] { monitors[monitor].spread(weight, from: low, to: high) }
  }

  /// A consumer has handed over records that arrived within a stretch.
  mutating func noteRead(from low: Interval, to high: Interval, count: Int64, by consumer: Int) {
    for monitor in readMonitors[consumer] { monitors[monitor].add(from: low, to: high, count: count) }
  }

  /// A consumer has handed records to its code, so long after they arrived.
  mutating func noteRead(_ delay: LatencyHistogram.Class, count: Int64, by consumer: Int) {
    for monitor in readMonitors[consumer] { monitors[monitor].add(delay, count: count) }
  }

  /// A delivery stream has delivered records, so long after it had them.
  mutating func noteDelivered(_ age: Interval, count: Int64, by firehose: Int) {
    for monitor in freshnessMonitors[firehose] { monitors[monitor].add(.init(age), count: count) }
  }

  /// How full each shard of a stream was in the second that ends, and how many were idle beside them.
  mutating func observe(_ shares: [Double], idle: Int64, openShards: Int, of stream: Int) {
    for index in monitors.indices {
      switch monitors[index].objective.metric {
      case .shardUtilization(let which) where which == nil || which == stream:
        monitors[index].add(shares: shares, idle: idle)
      case .openShards(stream): monitors[index].add(gauge: Double(openShards))
      case .shardUtilization, .openShards, .putThrottleRate, .firstAttemptThrottleRate, .recordsLost, .putLatency,
        .propagation, .iteratorAge, .throttledCalls, .readThrottleRate, .dataFreshness, .monthlyCost, .figure:
        continue
      }
    }
  }

  /// How old the oldest record is that each consumer has not handed to its code.
  mutating func observe(ages: [Interval]) {
    for index in monitors.indices {
      guard case .iteratorAge(let which) = monitors[index].objective.metric else { continue }
      if let oldest = which.map({ ages[$0] }) ?? ages.max() { monitors[index].add(gauge: oldest.inMilliseconds) }
    }
  }

  /// Costs, in dollars, which are known only at the end; nil for one that cannot be told.
  mutating func observe(cost: (_ scope: Scope?) -> Double?) {
    for index in monitors.indices {
      guard case .monthlyCost(let scope) = monitors[index].objective.metric, let cost = cost(scope) else { continue }
      monitors[index].add(gauge: cost)
    }
  }

  // MARK: Time

  /// Whether statistics count what happens at an instant: it lies behind the warm-up.
  func isMeasured(_ instant: Instant) -> Bool { instant > measuredFrom }

  /// A second has ended. Returns what ends with it.
  mutating func countSecond(until instant: Instant) -> (minute: Bool, bin: Bool) {
    secondCount += 1
    secondBegan = instant
    return (secondCount % 60 == 0, secondCount % binSeconds == 0)
  }

  /// The minute and the report bin of the second that ended last, and when that bin began.
  var minute: Int { Int((secondCount - 1) / 60) }
  var bin: (number: Int, begin: Instant) {
    let number = (secondCount - 1) / binSeconds
    return (Int(number), start + .seconds(number * binSeconds))
  }
  /// Seconds of the minute under way, and whether a report bin is under way.
  var secondsLeft: Int64 { secondCount % 60 }
  var isWithinBin: Bool { secondCount % binSeconds != 0 }

  // MARK: Objectives

  /// All objectives, by position.
  var objectives: Range<Int> { monitors.indices }

  /// What an objective is about.
  func metric(of objective: Int) -> Objective.Metric { monitors[objective].objective.metric }

  /// Whether an objective is to be looked at as this second ends.
  func isDue(_ objective: Int) -> Bool {
    monitors[objective].objective.window != nil || secondCount % lookSeconds == 0
  }

  /// Whether looking at an objective takes what is not over yet.
  func needsUnfinished(_ objective: Int, at instant: Instant) -> Bool {
    monitors[objective].needsUnfinished(at: instant)
  }

  /// Looks at an objective whose metric stands where it stands.
  mutating func look(at objective: Int, _ state: ObjectiveState, at instant: Instant) {
    monitors[objective].look(state, at: instant)
  }

  /// Statistics begin anew.
  mutating func endWarmup(of objective: Int, counts: (part: Int64, whole: Int64)) {
    monitors[objective].endWarmup(counts: counts, keeping: false)
  }

  /// What each objective came to, its metric standing so; those that were broken are noted in order of time.
  mutating func verdicts(_ states: [ObjectiveState], at instant: Instant) -> [ObjectiveVerdict] {
    let verdicts = zip(monitors, states).map { $0.verdict($1, at: instant) }
    let broken = verdicts.filter { $0.firstBrokenAt != nil }
    for verdict in broken.sorted(by: { ($0.firstBrokenAt ?? instant) < ($1.firstBrokenAt ?? instant) }) {
      let objective = verdict.objective
      note(.objectiveBroken, objective.id, objective.expression, at: verdict.firstBrokenAt ?? instant)
    }
    return verdicts
  }

  // MARK: What takes its time, of use to somebody who looks closely

  private mutating func note(_ span: Recording.Span) { lens?.add(span) }

  /// A producer's call reaches the service, and will be answered.
  mutating func notePut(
    _ kind: Recording.Span.Kind, by producer: Int, until answered: Instant, took: Interval, records: Int32,
    failed: Int32
  ) {
    note(
      .init(
        owner: .producer(producer), kind: kind, from: answered - took, until: answered, records: Int64(records),
        failed: Int64(failed)))
  }

  /// GetRecords is called, and its answer is on the way.
  mutating func note(_ call: ReadCall, by owner: Recording.Span.Owner, at now: Instant) {
    switch call {
    case .answered(let answer, let took):
      note(.init(owner: owner, kind: .getRecords, from: now, until: now + took, records: answer.count, failed: 0))
    case .throttled, .failed:
      note(.init(owner: owner, kind: .getRecords, from: now, until: now, records: 0, failed: 1))
    }
  }

  /// An attempt to deliver ends.
  mutating func note(_ delivery: Delivery, took: Interval, isFailed: Bool, by firehose: Int, at now: Instant) {
    let began = now - took
    if delivery.attempt == 1 {
      note(
        .init(
          owner: .firehose(firehose), kind: .buffer, from: delivery.oldestArrival, until: began,
          records: delivery.records, failed: 0))
    }
    note(
      .init(
        owner: .firehose(firehose), kind: .delivery, from: began, until: now, records: delivery.records,
        failed: isFailed ? delivery.records : 0))
  }

  // MARK: A lens

  /// Somebody looks closely from now on.
  mutating func look(through lens: Lens, at producers: [Producer]) {
    self.lens = lens
    if lens.from == start { self.lens?.begin(producers) }
  }

  /// Whether somebody looks closely.
  var isLooking: Bool { lens != nil }

  /// Whether what somebody looks at begins or ends at an instant.
  func isEdge(_ instant: Instant) -> Bool { lens?.from == instant || lens?.until == instant }

  /// A second ends at `instant`; its meters are not closed yet.
  mutating func look(
    at producers: [Producer], shards: [[Recording.Second]], ages: [Interval], until instant: Instant
  ) {
    guard let from = lens?.from, let until = lens?.until else { return }
    if secondBegan >= from, secondBegan < until {
      lens?.add(shards)
      lens?.add(producers, ages: ages)
    } else if instant == from {
      lens?.begin(producers)
    }
  }

  /// What was seen, with the names of the keys asked for most.
  mutating func takeRecording(_ producers: [Producer], _ streams: [Stream]) -> Recording? {
    lens?.nameKeys(producers, streams)
    return lens?.recording
  }
}
