internal import Experiment
internal import ArgumentParser
internal import Foundation
internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Units

struct ExplainVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Shows why: the seconds around a broken objective, throttling or a loss.",
    usage: "weir explain [<options>] <file>",
    discussion: """
      EXAMPLE
        weir explain scenarios/tail-latency.yaml --set clock.duration=30s --at T+20s

      RUN is a scenario, or a directory that `weir run --out` wrote; either is simulated again. Without --slo and --at it
      shows the first breach of an objective that fails the run; or else the second in which most records were throttled;
      or else the first loss; or else says that nothing went wrong. It ends with 0 whatever it shows.
      """.flowing)

  @Argument(
    help: ArgumentHelp("A scenario file, or a directory of `weir run --out`.", valueName: "run"), completion: .file())
  var subject: String
  @Option(help: ArgumentHelp("The first breach of this objective.", valueName: "id")) var slo: String?
  @Option(
    help: ArgumentHelp("This instant: T+20m, 20:14:31, or 2026-03-06T20:14:31Z.", valueName: "time")) var at: String?
  @Option(help: "How much is shown around it, 3s to 10m.") var window = "30s"
  @OptionGroup var scenario: ScenarioOptions
  @Option(help: "Which of several runs, from 0.") var replication = 0
  @Option(
    help: ArgumentHelp(
      "Writes it as a trace that ui.perfetto.dev opens, too; with --resolution record it has every call.",
      valueName: "file"), completion: .file())
  var perfetto: String?
  @OptionGroup var output: FormatOption

  func validate() throws {
    try Usage.check([
      (slo == nil || at == nil, "--slo and --at ask different questions; give one."),
      (length != nil, "--window takes a duration from 3s to 10m."),
      ((0..<10_000).contains(replication), "--replication takes 0 to 9999."),
    ])
  }

  private var length: Interval? {
    guard let length = try? Quantity.interval(window), (Interval.seconds(3)...Interval.minutes(10)).contains(length)
    else { return nil }
    return length
  }

  func run() async throws {
    if let perfetto { try Log.reporting { () throws(OutputFile.WriteError) in try OutputFile.check(perfetto) } }
    let source = try source()
    let experiment = source.loaded.experiment, question = try question(experiment)
    let bar = ProgressBar(jobs: 1, duration: experiment.horizon.duration)
    Interrupt.heed()
    let explainer = Explainer(
      PreparedExperiment(experiment), replication: replication, window: length ?? .seconds(30))
    let explanation: Explanation
    do throws(Explainer.Failure) {
      explanation = try await explainer.answer(
        question, isInterrupted: { Interrupt.isRaised }, report: bar.report)
      bar.clear()
    } catch {
      bar.clear()
      throw refuse(error, experiment)
    }
    let report = ExplainDocument(
      explanation, fingerprint: Fingerprint(of: source.loaded, version: Version.current), command: command(source))
    try output.print(report)
    guard let perfetto else { return }
    let isWritten = try Log.reporting { () throws(OutputFile.WriteError) in try report.writePerfetto(to: perfetto) }
    if !isWritten { Log.line("weir: nothing went wrong, so \(perfetto) was not written; name an instant with --at") }
  }

  // MARK: What is explained

  private struct Source {
    var file: String
    var settings: [Setting]
    var seed: UInt64?
    var loaded: LoadedScenario
  }

  private func source() throws -> Source {
    guard RunFolder.isDirectory(subject) else {
      return Source(
        file: subject, settings: scenario.settings, seed: scenario.seed,
        loaded: try LoadedScenario.read(subject, settings: scenario.settings, seed: scenario.seed))
    }
    guard scenario.isEmpty else {
      Log.line("weir: \(subject) is a run that has been; --seed, --set, --prices and --region go with a scenario file")
      throw ExitCode(64)
    }
    let (manifest, home) = try Log.refusing { () throws(RunFolder.Failure) in
      let folder = try RunFolder(path: subject), manifest = try folder.manifest()
      return (manifest, try folder.home(of: manifest))
    }
    return try repeated(manifest, in: home)
  }

  /// The run of a manifest, read where its command was given: what its paths are called is part of its fingerprint.
  private func repeated(_ manifest: Manifest, in home: String) throws -> Source {
    let isHere = home == FileManager.default.currentDirectoryPath
    guard isHere || FileManager.default.changeCurrentDirectoryPath(home) else {
      Log.line("weir: \(home): cannot be entered; explain \(manifest.file) itself")
      throw ExitStatus.inputMissing
    }
    let settings = manifest.overrides
    let loaded = try LoadedScenario.read(manifest.file, settings: settings, seed: manifest.seed)
    guard Fingerprint(of: loaded, version: Version.current).hex == manifest.fingerprint else {
      let files = manifest.changes(since: loaded), changed = files.isEmpty ? ["weir"] : files
      Log.line(
        "weir: \(subject): the run it tells of cannot be repeated, as these have changed since: "
          + "\(changed.joined(separator: ", ")); explain \(manifest.file) itself")
      throw ExitStatus.badScenario
    }
    return isHere
      ? Source(file: manifest.file, settings: settings, seed: manifest.seed, loaded: loaded)
      : Source(file: subject, settings: [], seed: nil, loaded: loaded)
  }

  private func question(_ experiment: Experiment) throws -> ExplainQuestion {
    if let slo { return .objective(slo) }
    guard let at else { return .whatWentWrong }
    guard let instant = Self.instant(at, experiment.horizon) else {
      Log.line("--at: expected a time such as T+20m, 20:14:31 or 2026-03-06T20:14:31Z, found \"\(at)\"")
      throw ExitCode(64)
    }
    return .moment(instant)
  }

  /// An instant of the run; a time of day is the first such after its start.
  static func instant(_ text: String, _ horizon: Horizon) -> Instant? {
    if let instant = CivilTime.instant(text) { return instant }
    if text.hasPrefix("T+") { return (try? Quantity.interval(text.dropFirst(2))).map { horizon.start + $0 } }
    let clock = text.split(separator: ":").count == 2 ? text + ":00" : text
    guard let today = CivilTime.instant("\(CivilTime.text(horizon.start).prefix(10))T\(clock)Z") else { return nil }
    return today >= horizon.start ? today : today + .days(1)
  }

  private func refuse(_ failure: Explainer.Failure, _ experiment: Experiment) -> ExitCode {
    switch failure {
    case .interrupted(let simulated, let broken):
      let found =
        broken.isEmpty
        ? "nothing to show yet"
        : "broken by then: \(broken.joined(separator: ", ")); --slo shows one of them in a run to the end"
      Log.line("INTERRUPTED: \(Interrupt.part(simulated, of: experiment.horizon)) were simulated; \(found)")
      return ExitStatus.interrupted
    case .noSuchObjective(let id, let known):
      let near = Nearest.remedy(id, among: known)
      let all = known.isEmpty ? "the scenario has none" : "there are \(known.joined(separator: ", "))"
      Log.line("--slo: there is no objective \"\(id)\"; \(near ?? all)")
    case .outside(let instant):
      let horizon = experiment.horizon
      Log.line(
        "--at: \(CivilTime.text(instant)) lies outside the run, which starts at \(CivilTime.text(horizon.start)) for "
          + "\(horizon.duration)")
    }
    return ExitStatus.badScenario
  }

  /// The command line that shows the same again.
  private func command(_ source: Source) -> ShellLine {
    ShellLine("weir", "explain", of: [source.file]).with("--seed", source.seed.map(String.init))
      .with("--replication", replication > 0 ? String(replication) : nil)
      .with("--slo", slo).with("--at", at).with("--window", window == "30s" ? nil : window).with(source.settings)
  }
}
