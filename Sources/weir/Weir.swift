internal import ArgumentParser
internal import Reporting

@main
struct Weir: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weir",
    abstract: "Capacity planning for Amazon Kinesis: runs the service's own rules under a virtual clock.",
    discussion: """
      EXAMPLE
        weir init -t clickstream -o clicks.yaml
        weir run clicks.yaml --out out

      EXIT CODES
        0 fine · 1 internal or I/O · 10 an SLO failed · 11 worse than its baseline · 12 no feasible plan
        64 usage · 65 bad scenario · 66 input missing · 130 interrupted
      """,
    version: Version.current,
    subcommands: [
      Init.self,
      Validate.self,
      RunScenario.self,
      EstimateVerb.self,
      CostVerb.self,
      PlanVerb.self,
      CompareVerb.self,
      SweepVerb.self,
      TestVerb.self,
      ExplainVerb.self,
      TraceVerb.self,
      ExportVerb.self,
      ServeVerb.self,
      Schema.self,
      Limits.self,
      Metrics.self,
      Prices.self,
      CoverageVerb.self,
    ])
}

/// The exit codes that others build on.
enum ExitStatus {
  static let failure = ExitCode(1)
  static let objectiveFailed = ExitCode(10)
  static let noPlan = ExitCode(12)
  static let badScenario = ExitCode(65)
  static let inputMissing = ExitCode(66)
  static let interrupted = ExitCode(130)
}
