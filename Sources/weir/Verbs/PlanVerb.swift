internal import ArgumentParser
internal import Planning
internal import Reporting
internal import Scenario

struct PlanVerb: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Finds the cheapest design that meets a scenario's objectives, and says why not the others.",
    discussion: """
      Chooses from what the scenario's `plan` names; without one, from the shards of each provisioned stream. A design holds
      when every objective of severity fail does, with the confidence asked for, over many runs. docs/plan.md says how to
      read the answer.

      EXAMPLE
        weir plan scenarios/plan-shards.yaml --workers 2
        weir plan scenarios/plan-regret.yaml --samples 16 --format md
        weir plan scenarios/cron-burst.yaml --format json

      Ends with 12 when no design holds, with 130 and what was known by then after Ctrl-C.
      """.flowing)

  @Argument(help: "The scenario, YAML in the form weir/v1.", completion: .file()) var file: String
  @Option(help: "How surely a design must hold, between 0.5 and 1.") var confidence = 0.95
  @Option(help: "Share of runs in which all objectives must be met (default: 0.9).") var reliability: Double?
  @Option(help: "The most runs of one design (default: as many as that takes).") var replications: Int?
  @OptionGroup var workers: WorkersOption
  @OptionGroup var tasks: TaskOptions
  @OptionGroup var scenario: ScenarioOptions
  @Option(help: "The most simulations in all.") var budget = 20_000
  @Option(help: "Cases of what is not known, drawn for least regret, instead of the scenario's.") var samples: Int?
  @OptionGroup var output: OutputOptions

  func validate() throws {
    try Usage.check([
      (confidence >= 0.5 && confidence < 1, "--confidence takes a share from 0.5 to below 1."),
      (
        replications.map { (4...FeasibilityTest.most).contains($0) } ?? true,
        "--replications takes 4 to \(FeasibilityTest.most)."
      ),
      (reliability.map { $0 >= 0.5 && $0 <= 0.999 } ?? true, "--reliability takes a share from 0.5 to 0.999."),
      (shortage == nil, shortage ?? ""),
      ((1...10_000_000).contains(budget), "--budget takes 1 to 10000000 simulations."),
      (samples.map { (1...4_096).contains($0) } ?? true, "--samples takes 1 to 4096."),
    ])
  }

  func run() async throws {
    try tasks.handOver(file)
    try output.prepare()
    let desk = try tasks.desk(workers)
    let plan = try await makePlan(at: desk.place)
    try desk.close()
    let figures = PlanDocument(plan)
    try output.stdout.print(figures)
    try output.store(figures, as: "Plan", named: "plan")
    if !plan.isComplete { throw ExitStatus.interrupted }
    if plan.best == nil { throw ExitStatus.noPlan }
  }

  /// Too few replications for the share of runs that was asked for.
  private var shortage: String? {
    guard let reliability, let replications, confidence >= 0.5, confidence < 1, (0.5...0.999).contains(reliability)
    else {
      return nil
    }
    let least = FeasibilityTest.least(confidence: confidence, reliability: reliability)
    guard replications < least else { return nil }
    return
      "--reliability \(reliability) takes \(least) runs that all hold; --replications \(replications) cannot "
      + "show it."
  }

  private func makePlan(at place: Workplace) async throws -> Plan {
    var request = PlanRequest(
      confidence: confidence, reliability: reliability, replications: replications, workers: workers.count,
      seed: scenario.seed,
      settings: scenario.settings,
      budget: budget, samples: samples)
    request.place = place
    let line = PlanBar()
    Interrupt.heed()
    do throws(ScenarioFailure) {
      let template = try ScenarioFile.template(path: file)
      let loaded = try template.load(settings: scenario.settings, seed: scenario.seed)
      for warning in loaded.warnings { Log.line(warning.description) }
      let plan = try await Planner.plan(
        template, request, isInterrupted: { Interrupt.isRaised }, report: line.report)
      line.clear()
      return plan
    } catch {
      line.clear()
      Log.line(error.description)
      throw ExitCode(error.exitCode)
    }
  }
}
