public import Models

/// Reads scenario files: YAML in the form `weir/v1`.
public enum ScenarioFile {
  /// Reads the scenario at `path` with all it extends and all traces it names, each bounded in size.
  ///
  /// `settings` are laid over the file in their order; `seed`, when given, replaces the file's. Paths in a file are
  /// relative to that file. Throws every error at once.
  public static func load(path: String, settings: [Setting] = [], seed: UInt64? = nil) throws(ScenarioFailure)
    -> LoadedScenario
  {
    let sink = Sink()
    let root = ExtensionPass(sink: sink).load(path: path)
    return try finish(root, file: path, settings: settings, seed: seed, sink: sink)
  }

  /// Reads a scenario from a text, as if it stood in `file`, against which paths in it are resolved.
  public static func load(
    text: String, file: String = "scenario.yaml", settings: [Setting] = [], seed: UInt64? = nil
  ) throws(ScenarioFailure) -> LoadedScenario {
    let sink = Sink()
    let root = ExtensionPass(sink: sink).load(text: text, file: file)
    return try finish(root, file: file, settings: settings, seed: seed, sink: sink)
  }

  private static func finish(
    _ root: ConfigNode?, file: String, settings: [Setting], seed: UInt64?, sink: Sink
  ) throws(ScenarioFailure) -> LoadedScenario {
    let traces = TraceStore(sink: sink)
    var decoder = ScenarioDecoder(sink: sink, traces: traces, base: InputFile.directory(of: file))
    if let root {
      let changed = SettingPass(sink: sink).apply(settings, to: root)
      var variables = VariablePass(root: changed, sink: sink)
      let resolved = variables.apply(to: changed)
      if let experiment = decoder.decode(resolved, seed: seed) {
        return LoadedScenario(
          experiment: experiment, canonicalText: resolved.without(["extends", "vars", "seed"]).canonicalText,
          inputs: traces.inputs.map { .init(path: $0.path, bytes: $0.bytes) }, warnings: sink.warnings)
      }
    }
    let errors = sink.errors(main: file)
    throw sink.isOnlyMissingInputs ? .missing(errors) : .invalid(errors)
  }
}

/// A scenario that can run.
public struct LoadedScenario: Sendable {
  /// A file the scenario reads.
  public struct Input: Sendable, Hashable {
    /// Where it is, as resolved against the scenario.
    public var path: String
    /// What it holds.
    public var bytes: [UInt8]
  }

  /// What to simulate.
  public var experiment: Experiment
  /// One text for all ways to write this scenario: variables, settings and extended files put in, keys sorted, comments
  /// gone. The seed is not part of it. With `inputs` it is all that a fingerprint needs.
  public var canonicalText: String
  /// The traces read, in the order of the scenario, each once.
  public var inputs: [Input]
  /// What may not be as its author thinks.
  public var warnings: [Diagnostic]
}

/// Why a scenario cannot run.
public enum ScenarioFailure: Error, Hashable, Sendable {
  /// The file itself, one it extends or a trace is not there or cannot be read, and nothing else is wrong.
  case missing([Diagnostic])
  /// The scenario is wrong; all its errors in the order of the file.
  case invalid([Diagnostic])

  /// What is wrong; never empty.
  public var diagnostics: [Diagnostic] {
    switch self {
    case .missing(let diagnostics), .invalid(let diagnostics): diagnostics
    }
  }

  /// The exit code: 66 for a missing input, 65 for a bad scenario.
  public var exitCode: Int32 {
    switch self {
    case .missing: 66
    case .invalid: 65
    }
  }
}

extension ScenarioFailure: CustomStringConvertible {
  /// One line for each diagnostic.
  public var description: String { diagnostics.map(\.description).joined(separator: "\n") }
}
