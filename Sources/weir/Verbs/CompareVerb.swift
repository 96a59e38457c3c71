internal import Experiment
internal import ArgumentParser
internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Simulation
internal import Units

struct CompareVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Compares variants or files under the same random traffic.",
    discussion: """
      One file is held against its `variants`, or against the changes of each --with, such as
      --with streams.clicks.shards=16; of several files the first is what the others are held
      against. The first runs of all designs see the same random traffic, so do the second, and so on, so that a difference is
      known from few of them.

      EXAMPLE
        weir compare scenarios/hot-key.yaml --replications 5 --set clock.duration=2m
        weir compare scenarios/hot-key.yaml --variant salted --replications 2

      Ends with 130 and what all designs finished after Ctrl-C. No objective changes its exit code.
      """.flowing)

  @Argument(help: "A scenario with variants, or several scenarios.", completion: .file()) var files: [String]
  @Option(help: ArgumentHelp("A variant of the file (default: all of them). May be repeated.", valueName: "name"))
  var variant: [String] = []
  @Option(
    help: ArgumentHelp(
      "A variant made here: settings joined by commas. May be repeated.", valueName: "path=value,..."))
  var with: [String] = []
  @Flag(help: "Leaves out the file as it stands: the others are compared with the first variant.")
  var withoutBase = false
  @Option(help: "Runs of each design (default: \(FigureEstimate.least)).") var replications: Int?
  @Option(help: "Adds runs until every difference is known to within this share of the larger mean, such as 0.05.")
  var precision: Double?
  @Option(help: "The most runs of each design with --precision.") var maxReplications = 200
  @Option(help: "How sure each margin of error is: 0.95 is wrong once in twenty times.") var level = 0.95
  @OptionGroup var metrics: MetricsOption
  @OptionGroup var scenario: ScenarioOptions
  @OptionGroup var workers: WorkersOption
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    let isOne = files.count == 1
    try Usage.check([
      (
        isOne || (variant.isEmpty && with.isEmpty && !withoutBase),
        "--variant, --with and --without-base go with one file."
      ),
      (variant.isEmpty || with.isEmpty, "--variant and --with do not go together."),
      (files.count <= Contenders.maximum, "At most \(Contenders.maximum) files."),
      (
        with.allSatisfy { Setting.list(argument: $0) != nil },
        "--with takes path=value, or several joined by commas, such as streams.clicks.shards=8,producers.web.rate=900."
      ),
      (replications == nil || precision == nil, "--replications and --precision do not go together."),
      ((1...10_000).contains(replications ?? FigureEstimate.least), "--replications takes 1 to 10000."),
      ((0.001..<1).contains(precision ?? 0.5), "--precision takes a share from 0.001 to below 1."),
      (
        (RelativePrecision.usualLeast...10_000).contains(maxReplications),
        "--max-replications takes \(RelativePrecision.usualLeast) to 10000."
      ),
      ((0.5...0.9999).contains(level), "--level takes a level from 0.5 to 0.9999."),
    ])
  }

  func run() async throws {
    try tasks.handOver(files[0])
    let contenders = try contenders()
    let figures = try metrics.figures(of: contenders.trials.map(\.loaded), for: .comparison)
    try output.prepare()
    let desk = try tasks.desk(workers)
    let comparison = await simulate(
      ComparisonRun(contenders.trials, figures: figures, rule: rule, level: level), contenders, at: desk.place)
    try desk.close()
    let report = ComparisonDocument(comparison, warnings: contenders.warnings, command: command)
    try output.stdout.print(report)
    try output.store(report, named: "compare")
    if !comparison.isComplete { throw ExitStatus.interrupted }
  }

  private func contenders() throws -> Contenders {
    do throws(Contenders.Failure) {
      let contenders = try Contenders(
        files: files, choice: choice, settings: scenario.settings, seed: scenario.seed,
        reference: withoutBase ? .first : .base)
      for warning in contenders.warnings {
        Log.line(contenders.seedNotes.contains(warning) ? "warning: \(warning)" : warning)
      }
      return contenders
    } catch {
      Log.line(error.description)
      switch error {
      case .scenario(let failure): throw ExitCode(failure.exitCode)
      case .choice: throw ExitCode.validationFailure
      }
    }
  }

  private var choice: Contenders.Choice {
    if files.count > 1 { return .files }
    if with.isEmpty { return .variants(variant) }
    return .designs(with.map { Design(name: $0, settings: Setting.list(argument: $0) ?? []) })
  }

  private var rule: ReplicationRule {
    guard let precision else { return .fixed(replications ?? FigureEstimate.least) }
    return .precise(RelativePrecision(error: precision, most: maxReplications))
  }

  private func simulate(_ run: ComparisonRun, _ contenders: Contenders, at place: Workplace) async -> Comparison {
    let longest = contenders.trials.map(\.loaded.experiment.horizon.duration).max() ?? .zero
    let bar = ProgressBar(jobs: run.mostJobs, duration: longest)
    Interrupt.heed()
    let comparison = await run.run(at: place, isInterrupted: { Interrupt.isRaised }, report: bar.report)
    bar.clear()
    return comparison
  }

  /// The command line that gives the same result; workers and places do not matter, so they are left out.
  private var command: ShellLine {
    ShellLine("weir", "compare", of: files).with("--variant", each: variant).with("--with", each: with)
      .with("--without-base", isSet: withoutBase).with("--precision", precision.map { "\($0)" })
      .with("--max-replications", precision == nil ? nil : String(maxReplications))
      .with("--replications", replications.map(String.init)).with("--level", level == 0.95 ? nil : "\(level)")
      .with("--seed", scenario.seed.map(String.init)).with(scenario.settings).with(
        "--metrics", all: metrics.patterns.map(\.text))
  }
}
