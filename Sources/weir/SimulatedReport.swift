internal import Models
internal import Reporting
internal import Scenario

/// Simulating a scenario for any verb: with a bar on a terminal, and until Ctrl-C.
enum SimulatedReport {
  /// The report of so many replications; partial ones when interrupted. `command` is the line that gives it again.
  static func of(
    _ prepared: PreparedExperiment, _ loaded: LoadedScenario, replications: Int, workers: Int, command: String
  ) async -> Report {
    let bar = ProgressBar(jobs: replications, duration: prepared.experiment.horizon.duration)
    Interrupt.listen()
    let results = await Replications.run(
      prepared, count: replications, workers: workers, isInterrupted: { Interrupt.isRaised }, report: bar.report)
    bar.clear()
    return Report(
      results: results, fingerprint: Fingerprint(of: loaded, version: Version.current),
      warnings: loaded.warnings.map(\.description), command: command)
  }
}
