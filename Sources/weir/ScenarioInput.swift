public import ArgumentParser
public import Scenario

/// Reading a scenario for any verb: prints every diagnostic and turns a failure into its exit code.
enum ScenarioInput {
  /// Loads a file; warnings go to stderr.
  static func load(_ path: String, settings: [Setting] = [], seed: UInt64? = nil) throws -> LoadedScenario {
    do {
      let loaded = try ScenarioFile.load(path: path, settings: settings, seed: seed)
      for warning in loaded.warnings { Log.line(warning.description) }
      return loaded
    } catch {
      Log.line(error.description)
      throw ExitCode(error.exitCode)
    }
  }
}

extension Setting: ExpressibleByArgument {}
