internal import Experiment
internal import ArgumentParser
internal import Models
internal import Planning
internal import Reporting
internal import Scenario

struct SweepVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Runs every combination of values and puts them in a table.",
    discussion: """
      All combinations see the same random traffic. With --out a sweep that was stopped goes on where
      it was: what stands in DIR/sweep.journal is not run again, unless something that it
      depends on has changed. -P may be repeated: every combination is run.

      EXAMPLE
        weir sweep scenarios/hot-key.yaml -P streams.readings.shards=8..32:8
        weir sweep scenarios/hot-key.yaml -P producers.gateways.keys.salt=1,8
        weir sweep scenarios/hot-key.yaml -P streams.readings.shards=8,16 --out out

      Ends with 130 and the combinations that were done after Ctrl-C. No objective changes its exit code.
      """.flowing)

  @Argument(help: "The scenario, YAML in the form weir/v1.", completion: .file()) var file: String
  @Option(
    name: .customShort("P"),
    help: ArgumentHelp(
      "A range or a list of values: path=4..64:4, path=a,b,c. May be repeated.", valueName: "path=values"))
  var parameters: [String]
  @Option(
    help: "Runs of each combination; from \(FigureEstimate.least) on their means come with a margin of error.")
  var replications = 1
  @OptionGroup var metrics: MetricsOption
  @OptionGroup var scenario: ScenarioOptions
  @OptionGroup var workers: WorkersOption
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try Usage.check([((1...1_000).contains(replications), "--replications takes 1 to 1000.")])
  }

  func run() async throws {
    try tasks.handOver(file)
    let input = try SweepInput(self)
    let figures = try input.figures(metrics)
    try output.prepare()
    let desk = try tasks.desk(workers)
    let journal = try SweepNotes(self, input, figures)
    let samples = try await simulate(input, figures, journal, at: desk.place)
    try desk.close()
    let sweep = Sweep(
      of: input.base, grid: input.grid, figures: figures, replications: replications, samples: samples,
      level: Report.level)
    let report = SweepDocument(
      sweep, of: input.base, warnings: input.base.warnings.map(\.description), command: command)
    try output.stdout.print(report)
    try output.store(report, named: "sweep")
    if !sweep.isComplete { throw ExitStatus.interrupted }
    try journal.close(samples)
  }

  private func simulate(
    _ input: SweepInput, _ figures: [Figure], _ journal: SweepNotes, at place: Workplace
  ) async throws -> [[FigureSample]?] {
    let missing = journal.known.count { $0 == nil }
    let bar = ProgressBar(jobs: missing * replications, duration: input.base.experiment.horizon.duration)
    Interrupt.heed()
    defer { bar.clear() }
    do {
      return try await input.run.run(
        figures: figures, known: journal.known, at: place, isInterrupted: { Interrupt.isRaised },
        report: bar.report, keep: tasks.isElsewhere ? { _, _ in } : journal.keep)
    } catch let failure as ScenarioFailure {
      Log.line(failure.description)
      throw ExitCode(failure.exitCode)
    }
  }

  /// The command line that gives the same result; workers and places do not matter, so they are left out.
  private var command: ShellLine {
    ShellLine("weir", "sweep", of: [file]).with("-P", each: parameters)
      .with("--replications", replications > 1 ? String(replications) : nil).with(
        "--seed", scenario.seed.map(String.init)
      )
      .with(scenario.settings).with("--metrics", all: metrics.patterns.map(\.text))
  }
}

/// What a sweep is made of, read and checked.
struct SweepInput {
  let base: LoadedScenario
  let grid: SweepGrid
  let run: SweepRun
  /// One for each combination, where a journal is kept.
  let fingerprints: [Fingerprint]
  /// The first combination: its figures are those of all.
  private let first: LoadedScenario

  /// Reads the scenario and every combination; prints all that is wrong and ends the tool.
  init(_ verb: SweepVerb) throws {
    do throws(ScenarioFailure) {
      let template = try ScenarioFile.template(path: verb.file)
      grid = try SweepGrid(arguments: verb.parameters)
      run = SweepRun(
        template, grid: grid, common: verb.scenario.settings, seed: verb.scenario.seed, replications: verb.replications)
      base = try template.load(settings: verb.scenario.settings, seed: verb.scenario.seed)
      var first = base
      var fingerprints: [Fingerprint] = []
      try run.check { position, loaded in
        if position == 0 { first = loaded }
        guard verb.output.out != nil else { return }
        fingerprints.append(Fingerprint(of: loaded, version: Version.current))
      }
      (self.first, self.fingerprints) = (first, fingerprints)
    } catch {
      Log.line(error.description)
      throw ExitCode(error.exitCode)
    }
    guard grid.count * verb.replications <= SweepRun.maximumRuns else {
      Log.line(
        "weir: more than \(Figures.count(SweepRun.maximumRuns)) runs; take fewer combinations, or fewer --replications")
      throw ExitCode.validationFailure
    }
    for warning in base.warnings { Log.line(warning.description) }
  }

  /// The figures that are measured, the cost always among them.
  func figures(_ wanted: MetricsOption) throws -> [Figure] {
    let chosen = try wanted.figures(of: [first], for: .sweep)
    return chosen.contains(.cost) ? chosen : chosen + [.cost]
  }
}

/// The journal of a sweep, if it has an output directory.
struct SweepNotes {
  /// Samples that need not be run again, by position.
  let known: [[FigureSample]?]
  private let journal: SweepJournal?
  private let contents: SweepJournal.Contents
  private let keys: [String]

  init(_ verb: SweepVerb, _ input: SweepInput, _ figures: [Figure]) throws {
    guard let out = verb.output.out else {
      (journal, contents, keys) = (nil, SweepJournal.Contents(), [])
      known = Array(repeating: nil, count: input.grid.count)
      return
    }
    let journal = SweepJournal(directory: out)
    do throws(SweepJournal.ReadError) {
      contents = try journal.read()
    } catch {
      Log.line("weir: \(error)")
      throw ExitStatus.failure
    }
    let keys = input.fingerprints.map {
      SweepJournal.key(of: $0, figures: figures, replications: verb.replications)
    }
    for line in contents.damaged.prefix(10) {
      Log.line("warning: \(out)/\(SweepJournal.name):\(line) is damaged; what it held is run again")
    }
    (self.journal, self.keys) = (journal, keys)
    known = keys.map { [contents] in contents.samples[$0] }
    let count = known.count { $0 != nil }
    if count > 0 { Log.line("\(count) of \(known.count) combinations were done before") }
  }

  /// Writes a combination down as soon as it is there.
  func keep(_ position: Int, _ samples: [FigureSample]) throws {
    guard let journal else { return }
    try Log.reporting { () throws(OutputFile.WriteError) in
      try journal.append(keys[position], samples, after: contents)
    }
  }

  /// Leaves the journal of a sweep that is complete as if it had never been interrupted.
  func close(_ samples: [[FigureSample]?]) throws {
    guard let journal else { return }
    let entries = zip(keys, samples).compactMap { key, samples in samples.map { (key: key, samples: $0) } }
    try Log.reporting { () throws(OutputFile.WriteError) in try journal.write(entries) }
  }
}
