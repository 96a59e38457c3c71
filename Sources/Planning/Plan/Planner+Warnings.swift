internal import Experiment
internal import Models
internal import Scenario

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
    return "the scenario does not behave as \(stream.name) did: \(Int(throttles.simulatedTotal)) throttles where "
      + "\(Int(throttles.observedTotal)) were observed. The answer is for other traffic, and no commands are given; see "
      + "weir trace --burst"
  }

  /// Objectives of severity `warn` that the design breaks.
  static func brokenWarnings(_ assessment: Assessment) -> [String] {
    guard let first = assessment.evidence.first else { return [] }
    if first.isIdle {
      return ["no record was offered: there is nothing to judge, and every design holds"]
    }
    return first.verdicts.indices.compactMap { index in
      let verdicts = assessment.evidence.map { $0.verdicts[index] }
      let broken = verdicts.count { !$0.isPassing }, objective = verdicts[0].objective
      guard objective.severity == .warn, broken > 0 else { return nil }
      return
        "\(objective.id), a warning, breaks in \(broken) of \(verdicts.count) replications: \(objective.expression)"
    }
  }
}
