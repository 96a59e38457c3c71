internal import ArgumentParser
internal import Experiment
internal import Models
internal import Reporting
internal import Scenario
internal import Units

/// Why an input cannot be used, in words for stderr, and the exit code that says so.
protocol Refusal: Error {
  var line: String { get }
  var exitCode: Int32 { get }
}

extension ScenarioFailure: Refusal {
  var line: String { description }
}

extension RunFolder.Failure: Refusal {
  var line: String { "weir: \(self)" }
  var exitCode: Int32 { kind == .missing ? ExitStatus.inputMissing.rawValue : ExitStatus.badScenario.rawValue }
}

extension Log {
  /// Reads an input; what is wrong with it ends the tool.
  static func refusing<Answer, Failure: Refusal>(_ read: () throws(Failure) -> Answer) throws -> Answer {
    do throws(Failure) {
      return try read()
    } catch {
      line(error.line)
      throw ExitCode(error.exitCode)
    }
  }
}

extension Interrupt {
  /// How much of a run there is: `1 h 17 min of 1 d`.
  static func part(_ simulated: Interval, of horizon: Horizon) -> String {
    "\(Figures.duration(simulated)) of \(Figures.duration(horizon.duration))"
  }
}

extension LoadedScenario {
  /// Loads a file for any verb; warnings go to stderr, and what is wrong with it ends the tool.
  static func read(_ path: String, settings: [Setting] = [], seed: UInt64? = nil) throws -> LoadedScenario {
    let loaded = try Log.refusing { () throws(ScenarioFailure) in
      try ScenarioFile.load(path: path, settings: settings, seed: seed)
    }
    for warning in loaded.warnings { Log.line(warning.description) }
    return loaded
  }

  /// The report of so many replications, with a bar on a terminal; partial ones after Ctrl-C. `command` is the line that
  /// gives it again.
  func simulated(
    _ prepared: PreparedExperiment, replications: Int, workers: Int, command: ShellLine
  ) async -> Report {
    let bar = ProgressBar(jobs: replications, duration: experiment.horizon.duration)
    Interrupt.heed()
    let results = await Replications.run(
      prepared, count: replications, workers: workers, isInterrupted: { Interrupt.isRaised }, report: bar.report)
    bar.clear()
    return Report(
      results: results, asked: replications, fingerprint: Fingerprint(of: self, version: Version.current),
      warnings: warnings.map(\.description), command: command)
  }
}
