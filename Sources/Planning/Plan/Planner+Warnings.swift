internal import Experiment
internal import Models
internal import Scenario
internal import Simulation
internal import Units

extension Planner {
  /// Whether the scenario behaves as the streams that were observed: a plan for other traffic is worth nothing.
  ///
  /// One simulation, with the shards that were observed; none where nothing was.
  static func backtest(
    _ loaded: LoadedScenario, isInterrupted: @escaping @Sendable () -> Bool
  ) async -> [String] {
    var experiment = loaded.experiment
    guard experiment.streams.contains(where: { $0.observed != nil }) else { return [] }
    for index in experiment.streams.indices {
      experiment.streams[index].shards = experiment.streams[index].observed?.shards ?? experiment.streams[index].shards
    }
    let streams = experiment.streams
    let jobs = [Replications.Job(experiment: 0, replication: 0)]
    let missed = await Replications.run(
      jobs, of: [PreparedExperiment(experiment)], workers: 1, isInterrupted: isInterrupted, report: { _ in }
    ) { result in result.isComplete ? streams.compactMap { Self.miss($0, in: result) } : [] }
    return missed.compactMap(\.self).flatMap(\.self)
  }

  private static func miss(_ stream: StreamSpec, in result: RunResult) -> String? {
    guard let backtest = Backtest(stream, in: result), backtest.verdict == .notReproduced,
      let throttles = backtest.throttles
    else { return nil }
    return
      "the scenario does not behave as \(stream.name) did: \(Int(clamping: throttles.simulatedTotal)) throttles where "
      + "\(Int(clamping: throttles.observedTotal)) were observed. The answer is for other traffic, and no commands are given; see "
      + "weir trace --burst"
  }

  /// Objectives of severity `warn` that the design breaks.
  static func brokenWarnings(_ assessment: Assessment) -> [String] {
    guard let first = assessment.evidence.first else { return [] }
    if first.isIdle {
      return ["no record was produced: there is nothing to judge, and every design holds"]
    }
    return first.verdicts.indices.compactMap { index in
      let verdicts = assessment.evidence.map { $0.verdicts[index] }
      let broken = verdicts.count { !$0.isPassing }, objective = verdicts[0].objective
      guard objective.severity == .warn, broken > 0 else { return nil }
      return
        "\(objective.id), a warning, is not met in \(broken) of \(verdicts.count) runs: \(objective.expression)"
    }
  }
}

extension Desk {
  /// The mean load of a shard above which arithmetic trusts no simulation.
  private static let nearlyFull = 0.97
  /// Refused writes that nobody should overlook.
  private static let muchThrottling = 0.01

  /// The assessment of a plan's best design.
  private func assessment(of plan: Plan) -> (index: Int, draft: Draft, found: Assessment)? {
    guard let best = plan.best, let index = space.candidates.firstIndex(where: { $0.choices == best.choices }),
      let draft = drafts[index], let found = search?.assessments[index]
    else { return nil }
    return (index, draft, found)
  }

  /// What speaks against the best design, whatever the objectives say: lost records first.
  func warnings(_ plan: Plan) -> [String] {
    guard let (_, draft, found) = assessment(of: plan) else { return [] }
    return [loss(found), throttling(found)].compactMap(\.self) + behind(found) + [full(draft)].compactMap(\.self)
      + Planner.brokenWarnings(found)
  }

  /// Whether the best design loses records and no objective of the file allows that.
  func losesRecords(_ plan: Plan) -> Bool {
    guard let (_, _, found) = assessment(of: plan), found.evidence.contains(where: { $0.lost > 0 }) else {
      return false
    }
    return !loaded.experiment.objectives.contains {
      guard case .recordsLost = $0.metric, $0.severity == .fail else { return false }
      return $0.comparison.isCeiling && $0.threshold > 0
    }
  }

  private func loss(_ found: Assessment) -> String? {
    let runs = found.evidence.count { $0.lost > 0 }
    guard runs > 0 else { return nil }
    return "it loses \(Self.percent(found.evidence.map(\.lost))) of all records, in \(runs) of \(found.evidence.count) "
      + "runs: nothing else that is said of it matters more"
  }

  private func throttling(_ found: Assessment) -> String? {
    guard found.throttling > Self.muchThrottling else { return nil }
    return "\(Self.percent([found.throttling])) of all attempts are throttled"
  }

  private func behind(_ found: Assessment) -> [String] {
    loaded.experiment.consumers.map(\.name).compactMap { name in
      let runs = found.evidence.count { $0.behind.contains(name) }
      guard runs > 0 else { return nil }
      return
        "\(name) falls behind: \(runs) of \(found.evidence.count) runs ended with unread records that take more than seconds "
        + "to read"
    }
  }

  private func full(_ draft: Draft) -> String? {
    guard let fullest = draft.fullest, fullest.load > Self.nearlyFull else { return nil }
    return
      "average demand on the fullest shard of \(fullest.stream) is \(Self.percent([fullest.load])) of its limit: "
      + "backlogs hardly shrink, and a longer run shows more throttling than this one"
  }

  private static func percent(_ shares: [Double]) -> String {
    DecimalText.rounded(100 * Statistics.mean(shares), digits: 3) + " %"
  }

  // MARK: Arithmetic and simulation

  /// Where the fewest shards by arithmetic are not what simulations chose: both, and why.
  mutating func difference(_ plan: Plan) -> [String] {
    guard plan.goal != .leastRegret, let (index, draft, found) = assessment(of: plan), draft.place.shards.count == 1,
      let experiment = try? bench.load(space.candidates[index].settings).experiment,
      let stream = space.candidates[index].choices.lazy.compactMap({ choice in
        experiment.streams.firstIndex { choice.path == "streams.\($0.name).shards" }
      }).first
    else { return [] }
    let chosen = draft.place.shards[0]
    guard let said = arithmetic.need(of: stream, in: experiment, most: 4 * chosen + 64) else {
      return [
        "by arithmetic no number of shards bears the peak of \(experiment.streams[stream].name): one key is "
          + "too hot; simulated, \(chosen) do, because its peaks are short enough for saved-up capacity and retries"
      ]
    }
    guard said != chosen else { return [] }
    let head = "by arithmetic the peak of \(experiment.streams[stream].name) needs \(said) shards"
    guard said < chosen else {
      if found.throttling > Self.muchThrottling {
        return ["\(head); \(chosen) meet the objectives only because these allow what is throttled"]
      }
      return [
        "\(head); simulated, \(chosen) are enough in \(found.held) of \(found.replications) runs, because saved-up capacity and "
          + "retries bear what is above the limit for short"
      ]
    }
    return ["\(head); simulated, they are not enough because \(reason(against: said, like: draft, plan))"]
  }

  private func reason(against shards: Int, like draft: Draft, _ plan: Plan) -> String {
    let twin = drafts.compactMap(\.self).first { $0.place.rest == draft.place.rest && $0.place.shards == [shards] }
    guard let twin else { return "it was not among the designs" }
    let choices = space.candidates[twin.candidate].choices
    guard let excuse = plan.excuses.first(where: { $0.choices == choices }) else { return "another design is better" }
    let figures = excuse.needs.flatMap { needs in
      excuse.has.map {
        " (\(DecimalText.rounded(needs, digits: 4)) against \(DecimalText.rounded($0, digits: 4)) \(excuse.unit))"
      }
    }
    switch excuse.limit {
    case .undecided: return "\(excuse.subject) \(excuse.remark)"
    case .objective, .budget: return "\(excuse.subject) is not met\(figures ?? "")"
    case .dearer: return "another design is cheaper"
    default: return "\(excuse.subject) meets a limit, \(excuse.limit.rawValue)\(figures ?? "")"
    }
  }
}
