internal import ArgumentParser
internal import Models
internal import Planning
internal import Reporting
internal import Scenario
internal import Units

struct TestVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "test",
    abstract: "For CI: judges every scenario of a directory by its objectives and its baseline.",
    discussion: """
      EXAMPLE
        weir test scenarios --filter large-records

      Scenarios are the *.yaml and *.yml files below DIR that have a schema or extend one that has; what is left out is
      listed. A baseline is DIR/baselines/NAME.json, written by --update and committed. Where nothing that goes in has
      changed and the first run went as the baseline says, the others are not run.

      EXIT CODES
        0   objectives met, nothing worse than its baseline
        10  an objective of severity fail was not met
            (with --update too, unless --accept-failing)
        11  a figure became worse than its baseline, or
            changed where neither way is better
        65  a scenario, baseline or figure's name is wrong
        66  a file is missing
        130 interrupted
      After 65 and 66 the other scenarios are judged all the same.
      The first of 130, 65, 66, 10 and 11 that applies is the code.
      """.flowing)

  @Argument(help: "The directory of scenarios.", completion: .directory) var directory: String
  @Flag(help: "Writes the baselines anew, and says what moved.") var update = false
  @Flag(help: "With --update: objectives that fail today are known to fail from now on.") var acceptFailing = false
  @Flag(help: "Scenarios whose inputs are not there are skipped, and listed, instead of ending with 66.")
  var skipMissing = false
  @Option(help: "Runs of every scenario; otherwise as many as its baseline has, or 5.") var replications: Int?
  @Flag(
    help:
      "A scenario without a baseline is missing one, and ends with 66, instead of being judged by its objectives alone."
  )
  var requireBaseline = false
  @OptionGroup var workers: WorkersOption
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var bill: BillOptions
  @Option(help: "Only scenarios whose path below the directory holds this text.") var filter: String?
  @Option(help: "Not scenarios whose path below the directory holds this text.") var exclude: String?
  @Option(
    help: ArgumentHelp(
      "Only figures of this path, or under it; * stands for any text. May be given again.", valueName: "path"))
  var metrics: [MetricPattern] = []
  @Option(help: "How far a figure may move where fewer than 5 runs cannot tell a change from noise.") var tolerance =
    "5%"
  @Option(help: ArgumentHelp("Where JUnit XML goes.", valueName: "file"), completion: .file()) var junit: String?
  @Option(help: ArgumentHelp("Where a page for a pull request goes.", valueName: "file"), completion: .file())
  var markdown: String?
  @OptionGroup var output: TextOrJSONOption

  func validate() throws {
    try Usage.check([
      ((1...10_000).contains(replications ?? 1), "--replications takes 1 to 10000."),
      (share != nil, "--tolerance takes a share such as 5% or 0.05, from 0 to 100%."),
      (update || !acceptFailing, "--accept-failing goes with --update."),
      (junit == nil || junit != markdown, "--junit and --markdown name one file."),
      (!update || !requireBaseline, "--require-baseline does not go with --update, which writes them."),
    ])
  }

  private var share: Double? {
    let isPercent = tolerance.hasSuffix("%")
    let number = Double(isPercent ? tolerance.dropLast() : tolerance[...]).map { isPercent ? $0 / 100 : $0 }
    return number.flatMap { (0...1).contains($0) ? $0 : nil }
  }

  private var options: GateOptions {
    var options = GateOptions()
    options.replications = replications
    options.filter = filter
    options.exclude = exclude
    options.figures = metrics
    options.settings = bill.settings
    options.tolerance = share ?? options.tolerance
    options.baselines = requireBaseline ? .required : .optional
    options.missing = skipMissing ? .skip : .refuse
    options.purpose = update ? .update(acceptFailing ? .accept : .refuse) : .judge
    return options
  }

  func run() async throws {
    try tasks.handOver(directory)
    let folder = try Log.refusing { () throws(ScenarioFailure) in try ScenarioFolder(path: directory) }
    try Log.reporting { () throws(OutputFile.WriteError) in
      for file in [junit, markdown].compactMap(\.self) { try OutputFile.check(file) }
      if update { try OutputFile.makeDirectory("\(folder.path)/\(ScenarioFolder.baselines)") }
    }
    let suite = GateSuite(folder, options, digest: { Fingerprint.digest(of: $0) }) {
      Fingerprint(of: $0, version: Version.current).hex
    }
    for warning in suite.warnings { Log.line(warning.description) }
    let desk = try tasks.desk(workers)
    Interrupt.heed()
    var bars: [ProgressBar] = []
    let report = await suite.run(at: desk.place, isInterrupted: { Interrupt.isRaised }) { durations in
      bars.forEach { $0.clear() }
      let bar = ProgressBar(durations: durations)
      bars.append(bar)
      return bar.report
    }
    bars.forEach { $0.clear() }
    try desk.close()
    try write(report)
    if report.exitCode != 0 { throw ExitCode(report.exitCode) }
  }

  private func write(_ report: GateReport) throws {
    try Log.reporting { () throws(OutputFile.WriteError) in
      try store(report)
      if let junit { try OutputFile.write(GateJUnit(report).text, to: junit) }
      if let markdown { try OutputFile.write(GateDocument(report).markdown, to: markdown) }
    }
    try output.print(GateDocument(report))
  }

  /// An interrupted test stores nothing: half a baseline would be taken for a whole one.
  private func store(_ report: GateReport) throws(OutputFile.WriteError) {
    guard case .update(let failing) = report.purpose, report.isComplete else { return }
    for found in report.cases {
      guard case .write(let expected) = found.update(failing) else { continue }
      try BaselineFiles.write(BaselineText(found, expected: expected, wanted: options.figures), of: found)
    }
  }
}
