internal import Models
internal import Reporting
internal import Scenario
internal import Simulation

/// Simulating a scenario for any verb: with a bar on a terminal, and until Ctrl-C.
enum SimulatedReport {
  /// The report of so many replications; partial ones when interrupted. `command` is the line that gives it again.
  static func of(
    _ prepared: PreparedExperiment, _ loaded: LoadedScenario, replications: Int, workers: Int, command: String
  ) async -> Report {
    let bar = ProgressBar(replications: replications, duration: prepared.experiment.horizon.duration)
    Interrupt.listen()
    let results = await Replications.run(
      prepared, count: replications, workers: workers, isInterrupted: { Interrupt.isRaised }, report: bar.report)
    bar.clear()
    let metrics = ReplicatedMetrics.of(results, level: 0.95) { values, level in
      Statistics.tInterval(values, level: level).map { ($0.mean, $0.halfWidth) }
    }
    return Report(
      results: results, replicated: results.count > 1 ? metrics : [], fingerprint: fingerprint(of: loaded),
      warnings: loaded.warnings.map(\.description), command: command)
  }

  private static func fingerprint(of loaded: LoadedScenario) -> Fingerprint {
    Fingerprint(
      scenario: loaded.canonicalText,
      inputs: loaded.inputs.map { Fingerprint.Input(name: $0.path, bytes: $0.bytes) },
      limits: loaded.experiment.limits, prices: loaded.experiment.prices, seed: loaded.experiment.seed,
      version: Version.current)
  }
}
