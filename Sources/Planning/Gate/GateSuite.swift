internal import Experiment
public import Models
public import Scenario
public import Units

/// The scenarios of a directory, read and ready to be simulated.
///
/// First the first replication of every scenario runs. Where nothing that goes in has changed and it went as the baseline
/// says, that is all; of the others the remaining replications follow. Results do not depend on the number of workers.
public struct GateSuite: Sendable {
  /// A scenario that can run.
  private struct Candidate: Sendable {
    let position: Int
    let loaded: LoadedScenario
    let fingerprint: String
    let baseline: Baseline?
    /// Whether the baseline is not what `--update` wrote.
    let isAltered: Bool
    let prepared: PreparedExperiment
    let figures: [Figure]
    let replications: Int
  }
  /// What one replication came to.
  private struct Seen: Sendable {
    let sample: FigureSample
    let verdicts: [ObjectiveVerdict]
  }

  private let folder: ScenarioFolder
  private let entries: [ScenarioFolder.Entry]
  private let options: GateOptions
  private let candidates: [Candidate]
  private var outcomes: [GateReport.Outcome]
  private var faults: [Diagnostic]

  /// Reads every scenario of a directory that the options want, and its baseline. What is wrong with them is reported
  /// by `run`. `digest` is what a baseline's checksum is made with, `fingerprint` says what a scenario depends on.
  public init(
    _ folder: ScenarioFolder, _ options: GateOptions, digest: ([UInt8]) -> String,
    fingerprint: (LoadedScenario) -> String
  ) {
    (self.folder, self.options) = (folder, options)
    entries = folder.scenarios.filter { entry in
      let path = entry.path.dropFirst(folder.path.count)
      let isWanted = options.filter.map { path.contains($0) } ?? true
      return isWanted && !(options.exclude.map { path.contains($0) } ?? false)
    }
    outcomes = entries.map { _ in .unreached }
    var candidates: [Candidate] = []
    var tables = KeyTables()
    for (position, entry) in entries.enumerated() {
      do throws(ScenarioFailure) {
        candidates.append(try Self.candidate(position, entry, folder, options, &tables, digest, fingerprint))
      } catch {
        outcomes[position] = Self.outcome(of: error, options)
      }
    }
    self.candidates = candidates
    faults = Self.faults(of: folder, entries, options)
  }

  private static func candidate(
    _ position: Int, _ entry: ScenarioFolder.Entry, _ folder: ScenarioFolder, _ options: GateOptions,
    _ tables: inout KeyTables, _ digest: ([UInt8]) -> String, _ fingerprint: (LoadedScenario) -> String
  ) throws(ScenarioFailure) -> Candidate {
    let loaded = try ScenarioFile.load(path: entry.path, settings: options.settings), experiment = loaded.experiment
    let baseline = try baseline(of: entry, folder, experiment, options)
    let usual = baseline?.replications ?? GateOptions.usualReplications
    return Candidate(
      position: position, loaded: loaded, fingerprint: fingerprint(loaded), baseline: baseline,
      isAltered: baseline.map { $0.checksum != digest($0.body) } ?? false,
      prepared: PreparedExperiment(experiment, tables: &tables), figures: Figure.all(of: experiment),
      replications: options.replications ?? usual)
  }

  /// A baseline that cannot be read is about to be written anew, or else an error.
  private static func baseline(
    of entry: ScenarioFolder.Entry, _ folder: ScenarioFolder, _ experiment: Experiment, _ options: GateOptions
  ) throws(ScenarioFailure) -> Baseline? {
    let path = folder.baseline(of: entry)
    switch options.purpose {
    case .update: return try? Baseline.load(path: path)
    case .judge:
      guard let baseline = try Baseline.load(path: path) else {
        guard options.baselines == .required else { return nil }
        throw .missing([flaw(path, "the baseline of \(entry.path) is not there", folder.updating(options.settings))])
      }
      try check(baseline, folder.updating(options.settings), experiment)
      return baseline
    }
  }

  private static func flaw(_ path: String, _ message: String, _ updating: ShellLine) -> Diagnostic {
    Diagnostic(
      place: Place(file: path), path: "", message: message,
      remedy: "restore it from version control, or run `\(updating)`")
  }

  private static func remedy(_ updating: ShellLine) -> String { "remove it, or run `\(updating)`" }

  private static func check(
    _ baseline: Baseline, _ updating: ShellLine, _ experiment: Experiment
  ) throws(ScenarioFailure) {
    let names = experiment.objectives.filter { $0.severity == .fail }.map(\.id)
    let unknown = baseline.expected.filter { !names.contains($0.id) }
    guard unknown.isEmpty else {
      throw .invalid(
        unknown.map {
          Diagnostic(
            place: $0.place, path: "expects.\($0.id)", message: "there is no such objective of severity fail",
            remedy: Nearest.remedy($0.id, among: names) ?? Self.remedy(updating))
        })
    }
  }

  private static func outcome(of failure: ScenarioFailure, _ options: GateOptions) -> GateReport.Outcome {
    switch (failure, options.missing) {
    case (.missing, .skip): .skipped(failure)
    case (.missing, .refuse), (.invalid, _): .refused(failure)
    }
  }

  private static func faults(
    of folder: ScenarioFolder, _ entries: [ScenarioFolder.Entry], _ options: GateOptions
  ) -> [Diagnostic] {
    let stems = Set(folder.scenarios.map(\.stem))
    let strays = folder.baselineStems.filter { !stems.contains($0) }.map { stem in
      Diagnostic(
        place: Place(file: folder.baselinePath(stem)), path: "", message: "no scenario belongs to this baseline",
        remedy: (Nearest.remedy(stem, among: folder.scenarios.map(\.stem)).map { $0 + " " } ?? "")
          + "Rename it with its scenario, or delete it")
    }
    guard entries.isEmpty else { return strays }
    let sought = options.filter.map { " whose path holds \"\($0)\"" } ?? ""
    let none = Diagnostic(
      place: Place(file: folder.path), path: "", message: "no scenario here\(sought)",
      remedy: "a scenario ends in .yaml or .yml and begins with schema: weir/v1")
    return strays + [none]
  }

  /// What may not be as the scenarios' authors think, each once, in the order of the scenarios.
  public var warnings: [Diagnostic] {
    var seen: Set<Diagnostic> = []
    return candidates.flatMap(\.loaded.warnings).filter { seen.insert($0).inserted }
  }

  private var updating: ShellLine { folder.updating(options.settings) }

  // MARK: Running

  /// Runs what has to be run, at `place`. Where that does not know all, the report is incomplete.
  ///
  /// `meter` is asked, for each of the two parts, for what follows the progress of jobs of these durations.
  public consuming func run(
    at place: Workplace, isInterrupted: @escaping @Sendable () -> Bool,
    meter: ([Interval]) -> @Sendable (Replications.Progress) -> Void
  ) async -> GateReport {
    let firsts = await observe(
      candidates.indices.map { .init(experiment: $0, replication: 0) }, place, isInterrupted, meter)
    let open = zip(candidates, firsts).filter { candidate, first in
      first.map { !isSettled(candidate, by: $0.sample) } ?? false
    }.map(\.0)
    let jobs = candidates.indices.flatMap { index -> [Replications.Job] in
      guard open.contains(where: { $0.position == candidates[index].position }) else { return [] }
      return (1..<max(1, candidates[index].replications)).map { .init(experiment: index, replication: $0) }
    }
    let rest = await observe(jobs, place, isInterrupted, meter)
    for (index, candidate) in candidates.enumerated() {
      let later = zip(jobs, rest).filter { $0.0.experiment == index }.map(\.1)
      outcomes[candidate.position] = outcome(of: candidate, [firsts[index]] + later)
    }
    let isComplete = !outcomes.contains { if case .unreached = $0 { true } else { false } }
    faults += strangeFigures()
    return GateReport(
      directory: folder.path, updating: updating, lines: zip(entries, outcomes).map { .init(entry: $0, outcome: $1) },
      others: folder.skipped, faults: faults, purpose: options.purpose, isComplete: isComplete)
  }

  private func observe(
    _ jobs: [Replications.Job], _ place: Workplace, _ isInterrupted: @escaping @Sendable () -> Bool,
    _ meter: ([Interval]) -> @Sendable (Replications.Progress) -> Void
  ) async -> [Seen?] {
    guard !jobs.isEmpty else { return [] }
    let durations = jobs.map { candidates[$0.experiment].loaded.experiment.horizon.duration }
    return await place.run(
      jobs, of: candidates.map(\.loaded), prepared: candidates.map(\.prepared), isInterrupted: isInterrupted,
      report: meter(durations), digest: { Seen(sample: $0.sample, verdicts: $0.verdicts) })
  }

  /// Whether one replication says that all is as the baseline has it.
  ///
  /// What goes in is the same and the first replication took the same events to the same figures. An objective that is
  /// known to fail may fail in a later replication only, so then all are run.
  private func isSettled(_ candidate: Candidate, by first: FigureSample) -> Bool {
    guard let baseline = candidate.baseline, !candidate.isAltered, baseline.expected.isEmpty,
      baseline.fingerprint == candidate.fingerprint, baseline.hashes.first == first.trajectoryHash,
      baseline.replications == candidate.replications, options.figures.isEmpty
    else { return false }
    let known = Dictionary(baseline.figures.map { ($0.path, $0.values.first ?? nil) }) { one, _ in one }
    return strange(baseline, candidate).isEmpty
      && zip(candidate.figures, first.values).allSatisfy { figure, value in
        known[figure.path].map { $0 == value } ?? (value == nil)
      }
  }

  private func outcome(of candidate: Candidate, _ seen: [Seen?]) -> GateReport.Outcome {
    let samples = seen.compactMap { $0?.sample }
    guard !samples.isEmpty, samples.count == seen.count else { return .unreached }
    if let baseline = candidate.baseline {
      let strange = strange(baseline, candidate)
      guard strange.isEmpty || options.purpose != .judge else { return .refused(.invalid(strange)) }
      guard !candidate.isAltered || options.purpose != .judge else {
        let message =
          baseline.checksum == nil
          ? "it has no checksum, so nobody can tell whether it was changed by hand"
          : "it was changed by hand: its checksum is not that of its contents"
        return .refused(.invalid([Self.flaw(baseline.file, message, updating)]))
      }
    }
    let entry = entries[candidate.position]
    return .judged(
      GateCase(
        entry: entry, name: candidate.loaded.experiment.name, seed: candidate.loaded.experiment.seed,
        fingerprint: candidate.fingerprint,
        baselineFile: folder.baseline(of: entry), figures: candidate.figures, samples: samples,
        objectives: GateObjective.all(
          of: seen.compactMap { $0?.verdicts }, expected: candidate.baseline?.expected ?? []),
        standing: standing(candidate, samples)))
  }

  private func standing(_ candidate: Candidate, _ samples: [FigureSample]) -> GateCase.Standing {
    guard let baseline = candidate.baseline else { return .absent }
    if samples.count < candidate.replications || isSettled(candidate, by: samples[0]) {
      return .unchanged(notRun: candidate.replications - samples.count)
    }
    return .compared(
      GateComparison(
        baseline, samples, of: candidate.figures, seed: candidate.loaded.experiment.seed, tolerance: options.tolerance,
        wanted: options.figures))
  }

  /// The figures of a baseline that the scenario does not have.
  private func strange(_ baseline: Baseline, _ candidate: Candidate) -> [Diagnostic] {
    let paths = candidate.figures.map(\.path), known = Set(paths)
    return baseline.figures.filter { !known.contains($0.path) }.map { figure in
      Diagnostic(
        place: figure.place, path: "figures.\(figure.path)", message: "the scenario has no such figure",
        remedy: Nearest.remedy(figure.path, among: paths) ?? Self.remedy(updating))
    }
  }

  /// The wanted figures that no scenario has.
  private func strangeFigures() -> [Diagnostic] {
    let paths = outcomes.flatMap { outcome -> [String] in
      guard case .judged(let found) = outcome else { return [] }
      return found.figures.map(\.path)
    }
    guard !paths.isEmpty else { return [] }
    return options.figures.filter { pattern in !paths.contains { pattern.covers($0) } }.map { pattern in
      Diagnostic(
        place: Place(file: "--metrics"), path: pattern.text, message: "no scenario has such a figure",
        remedy: Nearest.remedy(pattern.text, among: paths) ?? "docs/metrics.md lists them")
    }
  }
}
