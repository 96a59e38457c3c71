internal import Experiment
public import Models
public import Units

/// Finds the instant that explains a run, and looks closely at it.
///
/// The run is simulated as a whole to find the instant, and again up to it: replications are deterministic, so what is
/// looked at is what happened.
public struct Explainer: Sendable {
  /// Why there is no explanation.
  public enum Failure: Error, Sendable, Hashable {
    /// Ctrl-C: how much was simulated by then, and the objectives that had broken, by their names.
    case interrupted(after: Interval, broken: [String])
    /// There is no such objective; the names there are.
    case noSuchObjective(String, known: [String])
    /// The instant lies outside the run.
    case outside(Instant)
  }

  private let prepared: PreparedExperiment
  private let replication: Int
  private let window: Interval

  /// The longest stretch that is looked at to find the second behind a breach.
  static let longestSearch = Interval.minutes(10)

  /// Explains a replication of an experiment; `window` is how much is shown, whole seconds.
  public init(_ prepared: PreparedExperiment, replication: Int, window: Interval) {
    (self.prepared, self.replication, self.window) = (prepared, replication, window)
  }

  /// The answer to a question.
  public func answer(
    _ question: ExplainQuestion, isInterrupted: @escaping @Sendable () -> Bool,
    report: @escaping @Sendable (Replications.Progress) -> Void
  ) async throws(Failure) -> Explanation {
    try check(question)
    let job = Replications.Job(experiment: 0, replication: replication)
    let results = await Replications.run(
      [job], of: [prepared], workers: 1, isInterrupted: isInterrupted, report: report
    ) { $0 }
    guard let result = results.first ?? nil else { throw .interrupted(after: .zero, broken: []) }
    guard result.isComplete else { throw Self.interrupted(result) }
    let reason = Self.reason(question, result)
    guard let moment = moment(reason, question, result) else {
      return Explanation(result, reason, focus: nil, recording: nil)
    }
    let focus = try focus(reason, moment, result, isInterrupted)
    let recording = try record(from: focus - third * 2, until: focus + third + .seconds(1), result, isInterrupted)
    return Explanation(result, reason, focus: focus, recording: recording)
  }

  private static func interrupted(_ result: RunResult) -> Failure {
    let broken = result.verdicts.filter { $0.firstBrokenAt != nil }.map(\.objective.id)
    return .interrupted(after: result.simulated, broken: broken)
  }

  /// A third of the window, in whole seconds.
  private var third: Interval { .seconds(max(1, window.nanoseconds / 3_000_000_000)) }

  private func check(_ question: ExplainQuestion) throws(Failure) {
    let horizon = prepared.experiment.horizon
    switch question {
    case .whatWentWrong: return
    case .objective(let id):
      let known = prepared.experiment.objectives.map(\.id)
      guard known.contains(id) else { throw .noSuchObjective(id, known: known) }
    case .moment(let instant):
      guard instant >= horizon.start, instant < horizon.start + horizon.duration else { throw .outside(instant) }
    }
  }

  private static func reason(_ question: ExplainQuestion, _ result: RunResult) -> Explanation.Reason {
    switch question {
    case .moment: return .asked
    case .objective(let id):
      guard let verdict = result.verdicts.first(where: { $0.objective.id == id }) else { return .nothing }
      return verdict.isPassing ? .held(verdict) : .breach(verdict)
    case .whatWentWrong: return worst(result)
    }
  }

  private static func worst(_ result: RunResult) -> Explanation.Reason {
    let broken = result.verdicts.filter { !$0.isPassing && $0.objective.severity == .fail }
    let first = broken.min { a, b in (a.firstBrokenAt ?? .never) < (b.firstBrokenAt ?? .never) }
    if let first { return .breach(first) }
    if let worst = worstMinute(of: result) { return .refusals(stream: worst.stream) }
    if let loss = result.notes.first(where: { $0.kind == .recordsLost }) { return .loss(loss) }
    return reading(result) ?? .nothing
  }

  /// What went wrong with reading, the worst first; nil when nothing did.
  private static func reading(_ result: RunResult) -> Explanation.Reason? {
    let all = result.consumers.indices
    if let most = all.max(by: { result.consumers[$0].expired < result.consumers[$1].expired }),
      result.consumers[most].expired > 0
    {
      return .expired(consumer: most)
    }
    let growth = { (one: Int) in result.consumers[one].fallingBehind ?? 0 }
    if let most = all.max(by: { growth($0) < growth($1) }), growth(most) >= Explanation.growthWorthTelling {
      return .fellBehind(consumer: most)
    }
    return result.notes.first { $0.kind == .readThrottled }.map { .readRefusals($0) }
  }

  /// The stream and minute with most refusals, the first of equals; nil when nothing was refused.
  private static func worstMinute(of result: RunResult) -> (stream: Int, minute: Int)? {
    var worst: (stream: Int, minute: Int, refused: Int64)?
    for (stream, found) in result.streams.enumerated() {
      for (minute, row) in found.heat.enumerated() {
        let refused = row.reduce(0) { $0 + Int64($1) }
        if refused > worst?.refused ?? 0 { worst = (stream, minute, refused) }
      }
    }
    return worst.map { ($0.stream, $0.minute) }
  }

  /// Around when to look; nil when there is nothing to look at.
  private func moment(_ reason: Explanation.Reason, _ question: ExplainQuestion, _ result: RunResult) -> Instant? {
    switch reason {
    case .breach(let verdict): return verdict.firstBrokenAt
    case .held, .nothing: return nil
    case .refusals:
      guard let worst = Self.worstMinute(of: result) else { return nil }
      return result.experiment.horizon.start + .minutes(Int64(worst.minute) + 1)
    case .loss(let note), .readRefusals(let note): return note.at
    // What expires or waits does so all the time: the end shows how far it has come.
    case .expired, .fellBehind: return result.experiment.horizon.start + result.simulated - .seconds(1)
    case .asked:
      guard case .moment(let instant) = question else { return nil }
      return instant
    }
  }

  /// The second that tells most. A breach is noticed when its window ends, a minute is counted at its end: what broke it
  /// lies before.
  private func focus(
    _ reason: Explanation.Reason, _ moment: Instant, _ result: RunResult, _ isInterrupted: () -> Bool
  ) throws(Failure) -> Instant {
    let length: Interval, metric: Objective.Metric?
    switch reason {
    case .held, .loss, .expired, .fellBehind, .readRefusals, .asked, .nothing: return moment
    case .refusals: (length, metric) = (.minutes(1), nil)
    case .breach(let verdict):
      let usual = max(result.experiment.horizon.reportBin, .minutes(1))
      (length, metric) = (min(verdict.objective.window ?? usual, Self.longestSearch), verdict.objective.metric)
    }
    // Seconds of the warm-up count towards nothing.
    let horizon = result.experiment.horizon, first = max(moment - length, horizon.start + horizon.warmup)
    guard let wide = try record(from: first, until: moment, result, isInterrupted) else { return moment }
    let stream = Explanation.stream(of: reason, in: result)
    return Self.worstSecond(of: wide, stream, metric) ?? moment - .seconds(1)
  }

  /// The second with most refusals, the first of equals; where nothing was refused, the second of the highest demand for
  /// objectives that ask for loads, else nil.
  private static func worstSecond(of wide: Recording, _ stream: Int?, _ metric: Objective.Metric?) -> Instant? {
    let tracks = wide.streams.indices.filter { stream == nil || $0 == stream }.map { wide.streams[$0] }
    let refused = (0..<wide.seconds).map { second in
      tracks.reduce(0) { $0 + $1.shards.reduce(0) { $0 + $1.seconds[second].refused } }
    }
    if let most = refused.max(), most > 0, let second = refused.firstIndex(of: most) {
      return wide.from + .seconds(Int64(second))
    }
    guard case .shardUtilization? = metric else { return nil }
    let demand = (0..<wide.seconds).map { second in
      tracks.map { track in track.shards.map { track.demand($0.seconds[second]) }.max() ?? 0 }.max() ?? 0
    }
    return demand.max().flatMap { demand.firstIndex(of: $0) }.map { wide.from + .seconds(Int64($0)) }
  }

  private func record(
    from: Instant, until: Instant, _ result: RunResult, _ isInterrupted: () -> Bool
  ) throws(Failure) -> Recording? {
    let recording = World.recording(
      of: prepared, replication: replication, from: from, until: until, isInterrupted: isInterrupted)
    if recording == nil, isInterrupted() { throw Self.interrupted(result) }
    return recording
  }
}
