/// A scenario file as it was read, over which settings can be laid again and again.
public struct ScenarioTemplate: Sendable {
  /// What is written, extended files put in.
  let root: ConfigNode
  /// The file, as its user named it.
  public let file: String
  /// The file and those it extends.
  private let sources: [LoadedScenario.Input]
  /// What was wrong or doubtful in reading it; reported again by every load.
  private let diagnostics: [Diagnostic]
  /// The traces of its scenarios.
  private let cache = TraceCache()

  /// The tree of a file, or what kept it from being read.
  init(
    root: ConfigNode?, file: String, sources: [LoadedScenario.Input], sink: Sink
  ) throws(ScenarioFailure) {
    guard let root else { throw sink.failure(main: file) }
    (self.root, self.file, self.sources) = (root, file, sources)
    diagnostics = sink.warnings + sink.errors(main: file)
  }

  /// The scenario with `settings` laid over it in their order and perhaps another seed.
  ///
  /// Files that it names are read once for all loads. Throws every error at once.
  public func load(settings: [Setting], seed: UInt64?) throws(ScenarioFailure) -> LoadedScenario {
    let sink = Sink()
    for diagnostic in diagnostics { sink.report(diagnostic) }
    let traces = TraceStore(sink: sink, cache: cache)
    var decoder = ScenarioDecoder(sink: sink, traces: traces, base: InputFile.directory(of: file))
    let changed = SettingPass(sink: sink).apply(settings, to: root)
    var variables = VariablePass(root: changed, sink: sink)
    let resolved = variables.apply(to: changed)
    guard let experiment = decoder.decode(resolved, seed: seed) else { throw sink.failure(main: file) }
    let canonical = resolved.without(["extends", "vars", "seed", "plan", "variants"])
    return LoadedScenario(
      experiment: experiment, canonicalText: canonical.canonicalText, sources: sources,
      inputs: traces.inputs.map { .init(path: $0.path, bytes: $0.bytes) }, warnings: sink.warnings,
      plan: decoder.plan, variants: decoder.variants)
  }
}
