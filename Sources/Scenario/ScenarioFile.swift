public import Experiment
internal import Models

/// Reads scenario files: YAML in the form `weir/v1`.
public enum ScenarioFile {
  /// Reads the scenario at `path` with all it extends and all traces it names, each bounded in size.
  ///
  /// `settings` are laid over the file in their order; `seed`, when given, replaces the file's. Paths in a file are
  /// relative to that file. Throws every error at once.
  public static func load(path: String, settings: [Setting] = [], seed: UInt64? = nil) throws(ScenarioFailure)
    -> LoadedScenario
  {
    try template(path: path).load(settings: settings, seed: seed)
  }

  /// Reads the scenario at `path` with all it extends, without decoding it yet: for laying many settings over one file.
  /// Throws what keeps it from being read.
  public static func template(path: String) throws(ScenarioFailure) -> ScenarioTemplate {
    let sink = Sink()
    var files = ExtensionPass(sink: sink)
    let root = files.load(path: path)
    return try ScenarioTemplate(root: root, file: path, sources: files.sources, sink: sink)
  }

  /// Reads a scenario from a text, as if it stood in `file`, against which paths in it are resolved.
  public static func load(
    text: String, file: String = "scenario.yaml", settings: [Setting] = [], seed: UInt64? = nil
  ) throws(ScenarioFailure) -> LoadedScenario {
    try template(text: text, file: file).load(settings: settings, seed: seed)
  }

  /// Reads a text as if it stood in `file`, with all it extends, without decoding it yet. Throws what keeps it from being read.
  public static func template(text: String, file: String) throws(ScenarioFailure) -> ScenarioTemplate {
    let sink = Sink()
    var files = ExtensionPass(sink: sink)
    let root = files.load(text: text, file: file)
    return try ScenarioTemplate(root: root, file: file, sources: files.sources, sink: sink)
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
  /// gone. The seed, `plan` and `variants` are not part of it: a run does not depend on them. With `inputs` it is all that a fingerprint needs.
  public var canonicalText: String
  /// The scenario file and those it extends, in the order in which they were read.
  public var sources: [Input]
  /// The traces read, in the order of the scenario, each once.
  public var inputs: [Input]
  /// What may not be as its author thinks.
  public var warnings: [Diagnostic]
  /// What `weir plan` is to choose.
  public var plan: PlanSpec
  /// What `weir compare` is to compare, in the order of the file.
  public var variants: [Variant]

  /// Whether a run of it is a run of the other one, given equal seeds: they say the same, and the files they read hold the same.
  public func isSame(as other: LoadedScenario) -> Bool {
    canonicalText == other.canonicalText && inputs == other.inputs
  }
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
